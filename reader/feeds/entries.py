"""The entries of a feed as values, and how their parts are cleaned, whatever the feed's format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import unescape
from typing import NamedTuple
from urllib.parse import urljoin

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
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EARLIEST = 1971
"""Earlier years are zeros that some program wrote as a date."""


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

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.title or self.link or self.content or self.summary or self.enclosures)


class FeedDocument(NamedTuple):
    """The contents of one fetched document of a feed."""

    title: str = ""
    site: str = ""
    ttl: int = 0
    """Minutes; 0 = not given."""
    entries: tuple[Entry, ...] = ()
    format: str = ""
    """For messages: "RSS 2.0", "Atom 1.0", "JSON Feed 1.1"."""


def text_of(value: object, kind: str = "") -> str:
    """A title as text: HTML without tags, and entities resolved, even if escaped twice."""
    text = str(value or "")
    if kind != "text/plain":
        text = _TAGS.sub("", text)
    for _ in range(2):
        if not _ENTITY.search(text):
            break
        text = unescape(text)
    text = clean_line(text)
    return text if len(text) <= MOST_TITLE else text[: MOST_TITLE - 1] + "…"


def date_of(text: str) -> str:
    """A date as ISO 8601 in UTC; without a time zone it counts as UTC. Empty if invalid."""
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
        return plausible_iso(found)
    return found.isoformat() if found.year >= _EARLIEST else ""


def plausible_iso(found: datetime) -> str:
    """A date as ISO 8601 in UTC; empty for one that some program made of zeros."""
    return iso(found.replace(microsecond=0)) if found.year >= _EARLIEST else ""


def type_of(enclosures: Sequence[Enclosure], *, is_video: bool = False) -> str:
    """The type of an entry with these files: article, audio or video."""
    if is_video or any(one.type.startswith("video/") for one in enclosures):
        return "video"
    return "audio" if any(one.type.startswith("audio/") for one in enclosures) else "article"


def joined(base: str, address: str) -> str:
    """The absolute URL; empty if that is not http or https."""
    address = clean(address).strip()
    if "\n" in address or "\t" in address:
        address = "".join(address.split())
    try:
        found = urljoin(base, address).replace(" ", "%20") if address else ""
    except ValueError:
        return ""
    return found if is_web(found) and len(found) <= 2048 else ""


def number_of(value: object) -> int:
    """A non-negative integer; 0 for anything else."""
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """The distinct non-empty texts in order, ignoring case."""
    found: dict[str, str] = {}
    for text in texts:
        if text:
            found.setdefault(text.casefold(), text)
    return tuple(list(found.values())[:MOST_LISTED])
