"""Parses a feed's document into entries: RSS, RDF and Atom with feedparser, and JSON Feed.

feedparser gets bytes, never an address or a file name, and does not sanitise: only new entries are cleaned
(`reader.feeds.html`). Runs in a worker, which can be killed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape, unescape
from html.entities import html5
from io import BytesIO
from mimetypes import guess_type
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit
from xml.sax.expatreader import ExpatParser

from reader.article.dates import iso
from reader.article.identity import is_web
from reader.article.text import clean, clean_line
from reader.errors import ReaderError
from reader.parsing.dates import parse_date

MOST_IN_ENTRY = 2 << 20
"""Maximum number of characters of an entry's text; an article file is read up to 4 MB."""
MOST_TITLE = 500
MOST_LISTED = 50
"""Maximum number of authors, topics, pictures or enclosures of one entry."""

_TAGS = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|kbd|li|mark|p|q|s|small|span|strike|strong"
    r"|sub|sup|tt|u|ul|var|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|amp|apos|gt|hellip|ldquo|lsquo|lt|mdash|nbsp|ndash|quot|rdquo|rsquo);",
    re.I,
)
DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})", re.DOTALL)
"""The encoding that an XML document declares."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.-]+)", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MAIL = re.compile(r"(?:mailto:)?[\w.+-]{1,64}@[\w.-]{1,255}(?:\?subject=\S*)?")
_USUAL_DATE = re.compile(
    r"(?a)(?:[A-Z][a-z]{2}, *)?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC|Z)"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
)
"""Dates that feedparser parses correctly; for others it often guesses."""
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))
_ENTITY_DECLARED = re.compile(rb"<!ENTITY\s+([A-Za-z][A-Za-z0-9]*)")
_REFERENCE = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<!ENTITY[^>]*"
    rb"|&(?:(?P<name>[A-Za-z][A-Za-z0-9]{0,30});|#(?P<number>\d{1,7}|[xX][0-9a-fA-F]{1,6});)?",
    re.DOTALL,
)
"""Entity references, and ampersands that start none."""
_DOCTYPE = re.compile(rb"(?<=[>\[])[ \t]*(?=<!(?:DOCTYPE|ENTITY))", re.IGNORECASE)
_NAMES = {
    "rss20": "RSS 2.0", "rss10": "RSS 1.0", "rss090": "RSS 0.90", "atom10": "Atom 1.0", "atom03": "Atom 0.3",
    "cdf": "CDF", "rss": "RSS", "atom": "Atom",
}  # fmt: skip
_EARLIEST = 1971
"""Earlier years are zeros that some program wrote as a date."""


MAGIC = (
    (b"%pdf", "a PDF"),
    (b"\x89png", "a picture"),
    (b"gif8", "a picture"),
    (b"\xff\xd8", "a picture"),
    (b"pk\x03\x04", "a ZIP archive"),
)
"""First bytes of files that are not feeds, in lower case."""


class NotAFeed(ReaderError):
    """The document is not a feed; `str()` says what it is."""

    exit_code = 1


class Enclosure(NamedTuple):
    """A file that belongs to an entry."""

    url: str
    type: str = ""
    length: int = 0


class Picture(NamedTuple):
    """A picture of an entry."""

    url: str
    width: int = 0
    height: int = 0


class Entry(NamedTuple):
    """One entry. Texts are clean; addresses are absolute; nothing is None."""

    guid: str = ""
    """As in the feed; empty if it has none."""
    link: str = ""
    title: str = ""
    published: str = ""
    """ISO 8601 in UTC, or only a day; empty if the feed has none."""
    updated: str = ""
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    type: str = "article"
    provider: str = ""
    """Its publisher, if it differs from the feed (an aggregator's `source`)."""
    summary: str = ""
    """HTML."""
    content: str = ""
    """HTML; empty if there is only a summary."""
    base: str = ""
    """The base of relative addresses in the HTML."""


class FeedDocument(NamedTuple):
    """The contents of one fetched document of a feed."""

    title: str = ""
    site: str = ""
    ttl: int = 0
    """Minutes; 0 = not given."""
    entries: tuple[Entry, ...] = ()
    format: str = ""
    """For messages: "RSS 2.0", "Atom 1.0", "JSON Feed 1.1"."""


def read(raw: bytes, content_type: str, url: str) -> FeedDocument:
    """Returns the parsed document. Raises NotAFeed."""
    raw = raw.lstrip(b"\x00 \t\r\n")
    if raw[:3] == b"\xef\xbb\xbf":
        raw = raw[3:].lstrip()
    if not raw:
        raise NotAFeed("the response is empty; open the address in a browser")
    found = _json_feed(raw, url) if raw[:1] in (b"{", b"[") else _parsed(raw, content_type, url)
    return found._replace(entries=tuple(filter(_says_anything, found.entries)))


def _says_anything(one: Entry) -> bool:
    return bool(one.title or one.link or one.content or one.summary or one.enclosures)


def _parsed(raw: bytes, content_type: str, url: str) -> FeedDocument:
    charset = _CHARSET.search(content_type)
    declared = DECLARED.match(raw)
    encoding = charset[1] if charset else declared[1].decode() if declared else "utf-8"
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8", "us-ascii", "ascii"):
        raw = _repaired(raw, is_sure=bool(charset or declared))
    # feedparser knows a DOCTYPE and its entities, and with them RSS 0.91, only where they begin a line.
    raw = _DOCTYPE.sub(b"\n", raw[:4096]) + raw[4096:]
    # Without a charset `text/xml` would mean us-ascii.
    kind = f"application/xml; charset={charset[1]}" if charset else "application/xml"
    found = _read_by_feedparser(raw, kind)
    if _is_broken(found) and (repaired := _with_references(raw)) != raw:
        again = _read_by_feedparser(repaired, kind)
        found = again if again.get("version") and not _is_broken(again) else found
    is_broken = _is_broken(found)
    is_rss = found.version.startswith("rss")
    site = _site_of(found, url)
    entries = [_entry(one, site, url, is_rss=is_rss) for one in found.entries]
    # A truncated document still has its first entries, so `bozo` alone is not a failure.
    if not any(map(_says_anything, entries)) and (is_broken or not found.get("version")):
        raise NotAFeed(_what_it_is(raw, content_type, found.get("bozo_exception")))
    feed = found.feed
    return FeedDocument(
        title=text_of(dict.get(feed, "title"), _kind_of(feed, "title")),
        site=site,
        ttl=number_of(dict.get(feed, "ttl")),
        entries=tuple(entries),
        format=_NAMES.get(found.version, _NAMES.get(found.version.rstrip("0123456789"), "RSS")),
    )


class BufferedParser(ExpatParser):
    """Expat with its own buffer for text. The standard library's driver gets a callback for each line and
    each `&lt;` of a text, more than a hundred per entry: a third of the time of parsing a feed."""

    _parser: Any

    def reset(self) -> None:
        """Create a new parser for the next document."""
        super().reset()
        self._parser.buffer_text = True
        self._parser.buffer_size = 1 << 16


create_parser = BufferedParser
"""Called by `xml.sax.make_parser`, which gets this module's name."""


@cache
def _feedparser() -> Any:
    import feedparser

    feedparser.api.PREFERRED_XML_PARSERS.insert(0, __name__)
    return feedparser


def _read_by_feedparser(raw: bytes, kind: str) -> Any:
    return _feedparser().parse(
        BytesIO(raw),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": kind},
    )


def _is_broken(found: Any) -> bool:
    """Returns whether the document is not well-formed, so that feedparser guessed."""
    return hasattr(found.get("bozo_exception"), "getLineNumber")


def _with_references(raw: bytes) -> bytes:
    """Returns the XML with bare `&` escaped, HTML entities as numbers, and no control characters. That
    repairs most broken feeds; guessing would turn `&copy=2` in an address into a ©."""
    if b"\x00" in raw[:64]:
        return raw  # UTF-16 or -32
    declared = set(_ENTITY_DECLARED.findall(raw[:65536]))

    def repaired(found: re.Match[bytes]) -> bytes:
        name, number = found["name"], found["number"]
        if number:
            code = int(number[1:], 16) if number[:1] in b"xX" else int(number)
            return found[0] if code >= 32 or code in (9, 10, 13) else b""
        if name:
            character = html5.get(f"{name.decode()};", "")
            if name in declared or name in (b"amp", b"lt", b"gt", b"quot", b"apos"):
                return found[0]
            return "".join(f"&#{ord(one)};" for one in character).encode() or b"&amp;" + found[0][1:]
        return b"&amp;" if found[0] == b"&" else found[0]

    return _REFERENCE.sub(repaired, raw.translate(None, _CONTROLS))


def _site_of(found: Any, url: str) -> str:
    """Returns the URL of the page that a feed belongs to."""
    top = str(dict.get(found.feed, "title_detail", {}).get("base") or "")
    return joined(joined(url, top) or url, str(dict.get(found.feed, "link") or ""))


def _repaired(raw: bytes, *, is_sure: bool) -> bytes:
    """Keeps UTF-8 with a few invalid bytes as UTF-8: one of them must not garble all other letters."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        bad = text.count("\ufffd")
        good = sum(not char.isascii() for char in text) - bad
        # Without a single valid UTF-8 letter it is not UTF-8, whatever was declared.
        if good > bad or (is_sure and good):
            return text.encode("utf-8")
    return raw


def _what_it_is(raw: bytes, content_type: str, error: object) -> str:
    head = raw[:2048].lstrip().lower()
    if b"<opml" in head:
        return 'it is a list of feeds (OPML); use "reader import-feeds FILE"'
    if b"<html" in head or b"<!doctype html" in head or b"<body" in head:
        return 'it is a web page, not a feed; "reader subscribe" with the address of the site finds its feed'
    for mark, name in MAGIC:
        if head.startswith(mark):
            return f"it is {name}, not a feed; look for another address at the site"
    if b"<urlset" in head or b"<sitemapindex" in head:
        return "it is a sitemap, not a feed; look for another address at the site"
    line = getattr(error, "getLineNumber", lambda: None)()
    if head.startswith(b"<") and line:
        reason = clean_line(str(getattr(error, "getMessage", lambda: "")()))
        return f"its XML can't be read (line {line}: {reason}); tell the site"
    kind = clean_line(content_type.partition(";")[0])
    if "xml" in kind or "json" in kind:
        return f"it is not a feed, though the server calls it {kind}; look for another address at the site"
    return f"it is not a feed{f' but {kind}' if kind else ''}; look for another address at the site"


def _entry(raw: Any, site: str, url: str, *, is_rss: bool) -> Entry:
    get = dict.get
    # Empty without an xml:base, else the base of the entry's relative URLs.
    base = str(_detail(raw, "title").get("base") or _detail(raw, "summary").get("base") or "")
    start = joined(url, base) or site or url
    guid = clean_line(str(get(raw, "id") or ""))[:2000]
    # FeedBurner's own URLs only redirect to this one.
    address = str(get(raw, "feedburner_origlink") or get(raw, "link") or "")
    if address == get(raw, "id") and not guid.startswith(("http://", "https://", "/")):
        address = ""  # a guid that is not a URL, though isPermaLink="false" is missing
    link = joined(start, address) or (guid if is_web(guid) else "")
    if not link:  # Atom: the text is elsewhere
        link = next((joined(start, str(one["src"])) for one in get(raw, "content") or () if "src" in one), "")
    content, content_base, kind = _longest(raw)
    summary = str(get(raw, "summary") or "")
    if is_rss and content and summary and (get(raw, "media_content") or get(raw, "media_thumbnail")):
        # feedparser mistakes a picture's description (media:description) for the entry's.
        if kind == "text/plain" and _kind_of(raw, "summary") != "text/plain":
            content, content_base = "", ""
        elif kind != "text/plain" and _kind_of(raw, "summary") == "text/plain":
            summary = ""
    if summary == content:
        summary = ""
    if not content:
        content, summary, content_base = summary, "", str(_detail(raw, "summary").get("base") or "")
    base = content_base or base
    enclosures = _enclosures(raw, start)
    is_video = bool(get(raw, "yt_videoid")) or any(
        one.get("medium") == "video" or "shockwave" in str(one.get("type"))
        for one in get(raw, "media_content") or ()
    )
    updated = _date(raw, "updated")
    published = _date(raw, "published") or _date(raw, "created") or updated
    return Entry(
        guid=guid,
        link=link,
        title=text_of(get(raw, "title"), _kind_of(raw, "title")),
        published=published,
        updated=updated if updated != published else "",
        authors=_authors(raw),
        topics=unique(
            clean_line(unescape(str(tag.get("label") or tag.get("term") or "")))
            for tag in get(raw, "tags") or ()
        ),
        pictures=_pictures(raw, start, enclosures),
        enclosures=enclosures,
        type=type_of(enclosures, is_video=is_video),
        provider=text_of((get(raw, "source") or {}).get("title"), "text/plain"),
        summary=summary[:MOST_IN_ENTRY],
        content=content[:MOST_IN_ENTRY],
        base=joined(url, base) or link or site or url,
    )


def _detail(raw: Any, name: str) -> Mapping[str, Any]:
    return dict.get(raw, f"{name}_detail") or {}


def _kind_of(raw: Any, name: str) -> str:
    return str(_detail(raw, name).get("type") or "")


def _longest(raw: Any) -> tuple[str, str, str]:
    """The HTML of the entry's longest content, the xml:base of it, and its type."""
    best: tuple[str, str, str] = ("", "", "")
    for one in dict.get(raw, "content") or ():
        kind, value = str(one.get("type") or ""), str(one.get("value") or "")
        is_text = "html" in kind or "text" in kind or "xml" in kind or not kind
        if is_text and len(value) > len(best[0]):
            best = (value, str(one.get("base") or ""), kind)
    return best


def text_of(value: object, kind: str = "") -> str:
    """Returns a title as text: HTML without tags, and entities resolved, even if escaped twice."""
    text = str(value or "")
    if kind != "text/plain":
        text = _TAGS.sub("", text)
    for _ in range(2):
        if not _ENTITY.search(text):
            break
        text = unescape(text)
    text = clean_line(text)
    return text if len(text) <= MOST_TITLE else text[: MOST_TITLE - 1] + "…"


def _date(raw: Any, name: str) -> str:
    text = str(dict.get(raw, name) or "").strip()
    parsed = dict.get(raw, f"{name}_parsed")
    if not (parsed and _USUAL_DATE.fullmatch(text)):
        if found := date_of(text):
            return found
        # Then feedparser's guess, if its year and day are in the text.
        numbers = {int(one) for one in re.findall(r"\d+", text) if len(one) <= 4}
        if not parsed or not ({parsed[0], parsed[0] % 100} & numbers and _days_around(parsed) & numbers):
            return ""
    try:
        return _written(datetime(*parsed[:6]).replace(tzinfo=UTC))
    except (ValueError, TypeError):
        return ""


def _days_around(parsed: Sequence[int]) -> set[int]:
    """Returns the days of the month that a UTC date may fall on in any time zone."""
    try:
        day = datetime(parsed[0], parsed[1], parsed[2])
    except (ValueError, TypeError):
        return set()
    return {(day + timedelta(days=days)).day for days in (-1, 0, 1)}


def date_of(text: str) -> str:
    """Returns a date as ISO 8601 in UTC; without a time zone it counts as UTC. Empty if invalid."""
    text = clean_line(text)[:80]
    if not text:
        return ""
    if _DAY.fullmatch(text):
        return text if int(text[:4]) >= _EARLIEST else ""
    try:
        found = parse_date(text)
    except ValueError:
        return ""
    if isinstance(found, datetime):
        return _written(found)
    return found.isoformat() if found.year >= _EARLIEST else ""


def _written(found: datetime) -> str:
    return iso(found.replace(microsecond=0)) if found.year >= _EARLIEST else ""


def _authors(raw: Any) -> tuple[str, ...]:
    named = dict.get(raw, "authors") or filter(None, [dict.get(raw, "author_detail")])
    written = str(dict.get(raw, "author") or "")
    names = [clean_line(unescape(_name_of(one, written))) for one in named]
    return unique(name for name in names if name and "@" not in name)


def _name_of(author: Mapping[str, Any], written: str) -> str:
    """Returns an author's name; feedparser cuts mail addresses whose top-level domain has more than four
    letters."""
    if author.get("email") and str(author["email"]) in written:
        return _MAIL.sub("", written).strip(" ()<>,")
    return str(author.get("name") or "")


def _enclosures(raw: Any, base: str) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    links = [one for one in dict.get(raw, "links") or () if one.get("rel") == "enclosure"]
    for place, one in enumerate([*links, *(dict.get(raw, "media_content") or ())]):
        url = joined(base, str(one.get("href") or one.get("url") or ""))
        kind = clean_line(str(one.get("type") or "")).lower() or guess_type(urlsplit(url).path)[0]
        kind = kind or {"video": "video/*", "audio": "audio/*"}.get(str(one.get("medium")), "")
        if url and (place < len(links) or kind.startswith(("audio/", "video/"))):
            length = number_of(one.get("length") or one.get("filesize"))
            before = found.get(url, Enclosure(url))
            found[url] = Enclosure(url, before.type or kind, before.length or length)
    return tuple(list(found.values())[:MOST_LISTED])


def type_of(enclosures: Sequence[Enclosure], *, is_video: bool = False) -> str:
    """Returns the type of an entry with these files: article, audio or video."""
    if is_video or any(one.type.startswith("video/") for one in enclosures):
        return "video"
    return "audio" if any(one.type.startswith("audio/") for one in enclosures) else "article"


def _pictures(raw: Any, base: str, enclosures: Sequence[Enclosure]) -> tuple[Picture, ...]:
    get = dict.get
    named = [one for one in get(raw, "media_content") or () if _is_picture(one)]
    pictures = [
        Picture(joined(base, str(one.get("url"))), number_of(one.get("width")), number_of(one.get("height")))
        for one in [*named, *(get(raw, "media_thumbnail") or ())]
        if one.get("url")
    ]
    pictures += [Picture(one.url) for one in enclosures if one.type.startswith("image/")]
    if image := (get(raw, "image") or {}).get("href"):
        pictures.append(Picture(joined(base, str(image))))
    return tuple(list({one.url: one for one in pictures if one.url}.values())[:MOST_LISTED])


def _is_picture(one: Mapping[str, Any]) -> bool:
    url = str(one.get("url") or "")
    kind = str(one.get("type") or guess_type(urlsplit(url).path)[0] or "")
    return one.get("medium") == "image" or kind.startswith("image/")


def _json_feed(raw: bytes, url: str) -> FeedDocument:
    """The same for JSON Feed 1.0 and 1.1. Raises NotAFeed."""
    try:
        table = json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise NotAFeed("its JSON can't be read; tell the site") from None
    items = table.get("items") if isinstance(table, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(table.get("version")):
        raise NotAFeed("it is JSON, but not a JSON Feed; look for another address at the site")
    site = joined(url, _text(table, "home_page_url"))
    return FeedDocument(
        title=text_of(_text(table, "title"), "text/plain"),
        site=site,
        entries=tuple(_json_entry(item, table, site, url) for item in items if isinstance(item, dict)),
        format="JSON Feed " + (_text(table, "version").rstrip("/").rpartition("/")[2] or "1"),
    )


def _json_entry(item: Mapping[str, Any], feed: Mapping[str, Any], site: str, url: str) -> Entry:
    base = site or url
    guid = clean_line(_text(item, "id"))[:2000]
    link = joined(base, _text(item, "url")) or (guid if is_web(guid) else "")
    link = link or joined(base, _text(item, "external_url"))
    files = [one for one in _list(item, "attachments") if isinstance(one, dict)]
    enclosures = tuple(
        Enclosure(address, clean_line(_text(one, "mime_type")).lower(), number_of(one.get("size_in_bytes")))
        for one in files
        if (address := joined(base, _text(one, "url")))
    )
    pictures = (joined(base, _text(item, name)) for name in ("image", "banner_image"))
    content, plain = _text(item, "content_html"), _text(item, "content_text")
    published, updated = date_of(_text(item, "date_published")), date_of(_text(item, "date_modified"))
    summary = _text(item, "summary")
    return Entry(
        guid=guid,
        link=link,
        title=text_of(_text(item, "title"), "text/plain"),
        published=published or updated,
        updated=updated if published and updated != published else "",
        authors=_json_authors(item) or _json_authors(feed),
        topics=unique(clean_line(tag) for tag in _list(item, "tags") if isinstance(tag, str)),
        pictures=tuple(Picture(address) for address in unique(pictures)),
        enclosures=enclosures,
        type=type_of(enclosures),
        summary=escape(summary)[:MOST_IN_ENTRY],
        content=(content or escape(plain))[:MOST_IN_ENTRY],
        base=link or base,
    )


def _json_authors(table: Mapping[str, Any]) -> tuple[str, ...]:
    named = [*_list(table, "authors"), table.get("author")]
    return unique(clean_line(_text(one, "name")) for one in named if isinstance(one, dict))


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if isinstance(value, str) else str(value) if is_number else ""


def _list(table: Mapping[str, Any], key: str) -> list[Any]:
    value = table.get(key)
    return value if isinstance(value, list) else []


def joined(base: str, address: str) -> str:
    """Returns the absolute URL; empty if that is not http or https."""
    address = clean(address).strip()
    if "\n" in address or "\t" in address:
        address = "".join(address.split())
    try:
        found = urljoin(base, address).replace(" ", "%20") if address else ""
    except ValueError:
        return ""
    return found if is_web(found) and len(found) <= 2048 else ""


def number_of(value: object) -> int:
    """Returns a non-negative integer; 0 for anything else."""
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def unique(texts: Any) -> tuple[str, ...]:
    """Returns the distinct non-empty texts in order, ignoring case."""
    found: dict[str, str] = {}
    for text in texts:
        if text:
            found.setdefault(text.casefold(), text)
    return tuple(list(found.values())[:MOST_LISTED])
