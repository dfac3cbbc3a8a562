"""Lists of feeds in the formats of other programs: OPML, and newsboat's `urls`. Nothing is dropped silently:
every line that can't be used is reported.

Many real OPML files are not well-formed XML: URLs and titles contain bare ampersands and quotes. So their
tags are read as browsers read HTML, where there are no entities to expand either.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from html.parser import HTMLParser
from typing import NamedTuple, TypeAlias
from xml.sax.saxutils import quoteattr

from reader.article.identity import is_web
from reader.article.text import clean_line
from reader.errors import ReaderError, shown
from reader.feeds.document import DECLARED
from reader.feeds.html import without_declarations
from reader.feeds.subscriptions import Subscription

MOST_BYTES = 32 << 20
MOST_OUTLINES, MOST_FEEDS = 100_000, 10_000
"""Maximum number of outlines read from a file, and of feeds taken from it."""

_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


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
    """The subscriptions in an OPML file or newsboat's `urls`. Raises InvalidFeedList."""
    if len(raw) > MOST_BYTES:
        raise InvalidFeedList(f"{name} is larger than {MOST_BYTES >> 20} MB; it is not a list of feeds")
    head = raw[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<") or b"<opml" in head or raw.startswith(_UTF16):
        return _opml(_text(raw), name)
    return _newsboat(raw, name)


def written(feeds: Sequence[Subscription], now: datetime | None = None) -> str:
    """The subscriptions as OPML 2.0, in their folders; without users and passwords."""
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


def _opml(text: str, name: str) -> Listed:
    found: list[Subscription] = []
    refused: list[str] = []
    for outline, folder in _Outlines(text).found:
        url = clean_line(
            outline.get("xmlurl", "") or (outline.get("url", "") if outline.get("type") == "rss" else "")
        )
        title = _title_of(outline)
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
        raise InvalidFeedList(f"{name} names no feed; export the feeds as OPML again")
    return Listed(_once(found), tuple(refused))


def _text(raw: bytes) -> str:
    """The text of a document, in the encoding that it declares."""
    if raw.startswith(_UTF16):
        return raw.decode("utf-16", "replace")
    declared = DECLARED.match(raw.lstrip(b"\xef\xbb\xbf \t\r\n"))
    try:
        return raw.decode(declared[1].decode() if declared else "utf-8", "replace")
    except (LookupError, UnicodeError):  # no such encoding, or one that is not for texts
        return raw.decode("utf-8", "replace")


class _TooMany(Exception):
    """There are more elements than are read."""


class _Outlines(HTMLParser):
    """Collects the outlines of a document, which need not be well-formed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Outline] = []
        self._folders = [""]
        with suppress(_TooMany):
            self.feed(_BARE_AMPERSAND.sub("&amp;", without_declarations(text)))
            self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add an outline; unless it is a feed, those inside are in its folder."""
        if tag.rpartition(":")[2] != "outline":
            return
        if len(self.found) == MOST_OUTLINES:
            raise _TooMany
        outline = {name.rpartition(":")[2]: value or "" for name, value in attrs}
        self.found.append((outline, self._folders[-1]))
        title = "" if outline.get("xmlurl") else _title_of(outline)
        self._folders.append(title or self._folders[-1])

    def handle_endtag(self, tag: str) -> None:
        """Leave the innermost outline."""
        if tag.rpartition(":")[2] == "outline" and len(self._folders) > 1:
            self._folders.pop()


def _title_of(outline: Mapping[str, str]) -> str:
    return clean_line(outline.get("title", "") or outline.get("text", ""))


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
