"""An entry of a feed, as it is read and as it becomes an article: values that travel as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


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
    """As the feed says it; empty if it says none."""
    link: str = ""
    title: str = ""
    published: str = ""
    """ISO 8601 in UTC, or a day alone; empty if the feed does not say."""
    updated: str = ""
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    type: str = "article"
    provider: str = ""
    """Who published it, where that is another one than the feed (an aggregator's `source`)."""
    summary: str = ""
    """HTML."""
    content: str = ""
    """HTML; empty if there is only a summary."""
    base: str = ""
    """What relative addresses in the HTML start from."""


class News(NamedTuple):
    """An entry that is new or has changed: ready to become an article file."""

    key: str
    """What it is known by within its feed."""
    known_as: str
    """The key under which it was known until now; empty = it is new."""
    identity: str
    digest: str
    folded_title: str
    entry: Entry
    """Without its HTML."""
    excerpt: str = ""
    body: str = ""
    """Markdown."""
    is_written: bool = True
    """False: it is only to be remembered as seen (too old, or too many)."""


class FeedDocument(NamedTuple):
    """What one fetched document of a feed says."""

    title: str = ""
    site: str = ""
    ttl: int = 0
    """Minutes; 0 = not said."""
    entries: tuple[Entry, ...] = ()
    format: str = ""
    """For messages: "RSS 2.0", "Atom 1.0", "JSON Feed 1.1"."""


class Reading(NamedTuple):
    """The answer of a worker: a document compared with what is known of its feed."""

    title: str
    site: str
    ttl: int
    total: int
    """How many entries the document has."""
    repeats: bool
    news: tuple[News, ...]
    renamed: tuple[tuple[str, str], ...]
    """Old and new keys of entries that say the same under another guid."""
    newest: tuple[str, ...]
    """The titles of the first three, newest first."""
    format: str = ""


def from_rows(kind: Any, rows: Sequence[Any]) -> Any:
    """NamedTuples out of what JSON made of them: lists, of lists where they hold others."""
    return tuple(kind(*row) for row in rows)


def entry_of(row: Sequence[Any]) -> Entry:
    """An entry out of its JSON."""
    found = Entry(*row)
    return found._replace(
        authors=tuple(found.authors),
        topics=tuple(found.topics),
        pictures=from_rows(Picture, found.pictures),
        enclosures=from_rows(Enclosure, found.enclosures),
    )


def reading_of(row: Sequence[Any]) -> Reading:
    """A reading out of its JSON."""
    found = Reading(*row)
    news = tuple(one._replace(entry=entry_of(one.entry)) for one in from_rows(News, found.news))
    return found._replace(
        news=news, renamed=tuple((old, new) for old, new in found.renamed), newest=tuple(found.newest)
    )
