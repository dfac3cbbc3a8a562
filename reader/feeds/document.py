"""Parses a feed's document into entries: RSS, RDF and Atom with feedparser (JSON Feed is in `json_feed`).

feedparser gets bytes, never an address or a file name, and does not sanitise: only new entries are cleaned
(`reader.feeds.html`). Its dictionaries answer for a missing key with another one, which `dict.get` avoids.
Runs in a worker, which can be killed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from html.entities import html5
from io import BytesIO
from mimetypes import guess_type
from typing import Any
from urllib.parse import urlsplit
from xml.sax.expatreader import ExpatParser

from reader.article.identity import is_web
from reader.article.text import clean_line
from reader.feeds.entries import (
    MOST_IN_ENTRY,
    MOST_LISTED,
    Enclosure,
    Entry,
    FeedDocument,
    NotAFeed,
    Picture,
    date_of,
    joined,
    number_of,
    plausible_iso,
    text_of,
    type_of,
    unique,
)
from reader.feeds.json_feed import read_json

DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})", re.DOTALL)
"""The encoding that an XML document declares."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.-]+)", re.IGNORECASE)
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

MAGIC = (
    (b"%pdf", "a PDF"),
    (b"\x89png", "a picture"),
    (b"gif8", "a picture"),
    (b"\xff\xd8", "a picture"),
    (b"pk\x03\x04", "a ZIP archive"),
)
"""First bytes of files that are not feeds, in lower case."""


def read(raw: bytes, content_type: str, url: str) -> FeedDocument:
    """The parsed document. Raises NotAFeed."""
    raw = raw.lstrip(b"\x00 \t\r\n")
    if raw[:3] == b"\xef\xbb\xbf":
        raw = raw[3:].lstrip()
    if not raw:
        raise NotAFeed("the response is empty; open the address in a browser")
    found = read_json(raw, url) if raw[:1] in (b"{", b"[") else _parsed(raw, content_type, url)
    return found._replace(entries=tuple(one for one in found.entries if not one.is_empty))


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
    if all(one.is_empty for one in entries) and (is_broken or not found.get("version")):
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
    """Whether the document is not well-formed, so that feedparser guessed."""
    return hasattr(found.get("bozo_exception"), "getLineNumber")


def _with_references(raw: bytes) -> bytes:
    """The XML with bare `&` escaped, HTML entities as numbers, and no control characters. That
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
    """The URL of the page that a feed belongs to."""
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
        return plausible_iso(datetime(*parsed[:6]).replace(tzinfo=UTC))
    except (ValueError, TypeError):
        return ""


def _days_around(parsed: Sequence[int]) -> set[int]:
    """The days of the month that a UTC date may fall on in any time zone."""
    try:
        day = datetime(parsed[0], parsed[1], parsed[2])
    except (ValueError, TypeError):
        return set()
    return {(day + timedelta(days=days)).day for days in (-1, 0, 1)}


def _authors(raw: Any) -> tuple[str, ...]:
    named = dict.get(raw, "authors") or filter(None, [dict.get(raw, "author_detail")])
    written = str(dict.get(raw, "author") or "")
    names = [clean_line(unescape(_name_of(one, written))) for one in named]
    return unique(name for name in names if name and "@" not in name)


def _name_of(author: Mapping[str, Any], written: str) -> str:
    """An author's name; feedparser cuts mail addresses whose top-level domain has more than four
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
