"""Lists of feeds in the formats of other programs: OPML, and newsboat's `urls`. Many real OPML files are not
well-formed: URLs and titles contain bare ampersands. They are repaired before parsing, and nothing is dropped
silently: every line that can't be used is reported.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import unescape
from io import BytesIO
from itertools import islice
from typing import NamedTuple, TypeAlias
from xml.sax.saxutils import quoteattr

from reader.article.identity import is_web
from reader.article.text import clean_line
from reader.errors import ReaderError, shown
from reader.feeds.subscriptions import Subscription

MOST_BYTES = 32 << 20
MOST_ELEMENTS, MOST_FEEDS = 100_000, 10_000
"""Maximum number of elements read from a file, and of feeds taken from it."""

_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_OUTLINE = re.compile(
    r"<(/?)outline\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>", re.IGNORECASE | re.DOTALL
)  # fmt: skip
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.DOTALL)


class InvalidFeedList(ReaderError):
    """The file is neither OPML nor a list of URLs."""

    exit_code = 2


Outline: TypeAlias = tuple[Mapping[str, str], str]
"""Its attributes by lower-case name, and the title of the folder that contains it."""


class Listed(NamedTuple):
    """The contents of such a file."""

    subscriptions: tuple[Subscription, ...]
    refused: tuple[str, ...] = ()
    """A sentence for each line that can't be used."""


def read(raw: bytes, name: str) -> Listed:
    """Returns the subscriptions in an OPML file or newsboat's `urls`. Raises InvalidFeedList."""
    if len(raw) > MOST_BYTES:
        raise InvalidFeedList(f"{name} is larger than {MOST_BYTES >> 20} MB; it is not a list of feeds")
    head = raw[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<") or b"<opml" in head or raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _opml(raw, name)
    return _newsboat(raw, name)


def written(feeds: Sequence[Subscription], now: datetime | None = None) -> str:
    """Returns the subscriptions as OPML 2.0, in their folders; without users and passwords."""
    date = format_datetime(now or datetime.now(UTC))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', "  <head>"]
    lines += [
        "    <title>Subscriptions</title>",
        f"    <dateCreated>{date}</dateCreated>",
        "  </head>",
        "  <body>",
    ]
    for folder in sorted({one.folder for one in feeds}):
        inside = [_outline(one) for one in feeds if one.folder == folder]
        if folder:
            name = quoteattr(folder)
            inside = [f"<outline text={name} title={name}>", *("  " + line for line in inside), "</outline>"]
        lines += ["    " + line for line in inside]
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _outline(one: Subscription) -> str:
    attributes = {"type": "rss", "text": one.label, "title": one.label, "xmlUrl": one.address}
    if one.topics:
        attributes["category"] = ",".join(one.topics)
    return f"<outline {' '.join(f'{key}={quoteattr(value)}' for key, value in attributes.items())}/>"


def _opml(raw: bytes, name: str) -> Listed:
    found: list[Subscription] = []
    refused: list[str] = []
    for outline, folder in _outlines(raw, name):
        url = clean_line(
            outline.get("xmlurl", "") or (outline.get("url", "") if outline.get("type") == "rss" else "")
        )
        title = clean_line(outline.get("title", "") or outline.get("text", ""))
        if not url:
            continue
        if not is_web(url):
            refused.append(f"{shown(title or url)}: {shown(url)} is not an http or https address")
            continue
        if len(found) == MOST_FEEDS:
            refused.append(f"{name} names more than {MOST_FEEDS:,} feeds; only those are taken")
            break
        topics = (clean_line(part.strip("/ ")) for part in outline.get("category", "").split(","))
        found.append(Subscription(url, title, folder, topics=tuple(dict.fromkeys(filter(None, topics)))))
    if not found and not refused:
        raise InvalidFeedList(f"{name} names no feed")
    return Listed(_once(found), tuple(refused))


def _outlines(raw: bytes, name: str) -> list[Outline]:
    """Returns each outline, parsed as XML if the file is well-formed, else by its tags."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    if raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raw = _CONTROL.sub(b"", raw)
    raw = _BARE_AMPERSAND.sub(b"&amp;", raw.lstrip(b"\xef\xbb\xbf \t\r\n"))
    outlines = _Outlines()
    elements = 0
    try:
        for event, element in iterparse(BytesIO(raw), events=("start", "end")):
            elements += event == "start"
            if elements > MOST_ELEMENTS:
                break
            if str(element.tag).rpartition("}")[2].lower() != "outline":
                continue
            if event == "start":
                outlines.open({key.rpartition("}")[2]: value for key, value in element.attrib.items()})
            else:
                outlines.close()
                element.clear()
    except DefusedXmlException:
        raise InvalidFeedList(
            f"{name} declares XML entities, which are not read; remove its DOCTYPE"
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        outlines = _Outlines()
        text = raw.decode("utf-8", "replace")
        for found in islice(_OUTLINE.finditer(text), MOST_ELEMENTS):
            closes, inside, is_empty = found.groups()
            if not closes:
                outlines.open({key: unescape(one or other) for key, one, other in _ATTRIBUTE.findall(inside)})
            if closes or is_empty:
                outlines.close()
        if not outlines.found:
            raise InvalidFeedList(f"{name} can't be read as OPML ({clean_line(str(error))})") from None
    return outlines.found


class _Outlines:
    """Collects outlines as they are opened and closed."""

    def __init__(self) -> None:
        self.found: list[Outline] = []
        self._folders = [""]

    def open(self, attributes: Mapping[str, str]) -> None:
        """Add an outline; unless it is a feed, those inside are in its folder."""
        outline = {key.lower(): value for key, value in attributes.items()}
        self.found.append((outline, self._folders[-1]))
        title = (
            "" if outline.get("xmlurl") else clean_line(outline.get("title", "") or outline.get("text", ""))
        )
        self._folders.append(title or self._folders[-1])

    def close(self) -> None:
        """Leave the innermost outline."""
        if len(self._folders) > 1:
            self._folders.pop()


def _newsboat(raw: bytes, name: str) -> Listed:
    """Parses lines of a URL followed by tags; `~name` is a title, `!` (hidden) is ignored."""
    found: list[Subscription] = []
    refused: list[str] = []
    others = 0
    for number, line in enumerate(raw.decode("utf-8-sig", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            words = shlex.split(text)
        except ValueError:
            words = text.split()
        url, *tags = words
        kind = url.partition(":")[0].lower()
        if kind in ("exec", "filter"):
            refused.append(f"line {number}: {kind}: runs a program, which a list of feeds must not do")
        elif kind == "query":
            refused.append(f"line {number}: a query feed; save a view with that query instead")
        elif is_web(url):
            title = next((tag[1:] for tag in tags if tag.startswith("~")), "")
            plain = [clean_line(tag) for tag in tags if tag[:1] not in ("~", "!")]
            folder = plain[0] if plain else ""
            found.append(Subscription(clean_line(url), clean_line(title), folder, topics=tuple(plain[1:])))
            if len(found) == MOST_FEEDS:
                refused.append(f"line {number}: more than {MOST_FEEDS:,} feeds are not taken from one file")
                break
        else:
            others += 1
            refused.append(f"line {number}: {shown(url)} is not an http or https address")
    if not found and len(refused) == others:
        raise InvalidFeedList(f"{name} is neither OPML nor a list of addresses, as newsboat's urls is")
    return Listed(_once(found), tuple(refused))


def _once(found: Sequence[Subscription]) -> tuple[Subscription, ...]:
    return tuple({one.address: one for one in reversed(found)}.values())[::-1]
