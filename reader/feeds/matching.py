"""Finds which entries of a document are new, changed, or known under another guid. Pure functions. Feeds
change their guids, repeat them, and move to https; each rule here was needed by some feed. Dates never decide
what is new.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

from reader.article.dates import iso
from reader.article.identity import identity_of
from reader.article.text import fold
from reader.feeds.entries import Enclosure, Entry, FeedDocument, Picture
from reader.feeds.state import EntryState, Stage

MOST_ENTRIES = 500
"""Maximum number of entries taken from one document: the newest; the others are only stored as seen."""


class News(NamedTuple):
    """A new or changed entry, ready to be written as an article file."""

    known_as: str
    """Its key in the state until now; empty if it is new."""
    state: EntryState
    """Its state to store, without its file and the time when it was first seen."""
    entry: Entry
    """Without its HTML."""
    excerpt: str = ""
    body: str = ""
    """Markdown."""
    is_written: bool = True
    """False if it is only stored as seen (too old, or too many)."""


class Reading(NamedTuple):
    """A document compared with its feed's state: a worker's answer, as JSON."""

    title: str
    site: str
    ttl: int
    total: int
    """Number of entries in the document."""
    repeats: bool
    news: tuple[News, ...]
    renamed: tuple[tuple[str, str], ...]
    """(old, new) keys of entries whose guid changed but not their content."""
    newest: tuple[str, ...]
    """The titles of the first three, newest first."""
    format: str = ""


def reading_of(row: Sequence[Any]) -> Reading:
    """A reading from its JSON, in which tuples have become lists."""
    found = Reading(*row)
    news: Sequence[Any] = found.news
    return found._replace(
        news=tuple(News(one[0], EntryState(*one[1]), _entry_of(one[2]), *one[3:]) for one in news),
        renamed=tuple((old, new) for old, new in found.renamed),
        newest=tuple(found.newest),
    )


def _entry_of(row: Sequence[Any]) -> Entry:
    found = Entry(*row)
    return found._replace(
        authors=tuple(found.authors),
        topics=tuple(found.topics),
        pictures=tuple(Picture(*one) for one in found.pictures),
        enclosures=tuple(Enclosure(*one) for one in found.enclosures),
    )


Prepare = Callable[[Entry], tuple[str, str, Entry]]
"""Makes an entry's excerpt and body, and the entry to write."""


def compared(
    document: FeedDocument,
    known: Sequence[EntryState],
    *,
    repeats: bool,
    prepare: Prepare,
    oldest: str = "",
) -> Reading:
    """Compares the document's entries with the known ones. `repeats`: the feed has used one guid for several
    entries before. Entries published before `oldest` (ISO 8601) are stored as seen and not written.
    """
    entries = newest_first(document.entries)
    repeats = repeats or _repeats(entries)
    keys = [key_of(entry, with_link=repeats) for entry in entries]
    identities = [address_of(entry.link) for entry in entries]
    by_key = {one.key: one for one in known}
    here, times = set(keys), Counter(filter(None, identities))
    by_address: defaultdict[str, list[EntryState]] = defaultdict(list)
    for one in known:
        by_address[one.identity].append(one)
    news: list[News] = []
    renamed: list[tuple[str, str]] = []
    taken: set[str] = set()
    for place, (entry, key, identity) in enumerate(zip(entries, keys, identities, strict=True)):
        if key in taken:
            continue
        taken.add(key)
        before = by_key.get(key)
        if before is None and times[identity] == 1:
            same = [one for one in by_address[identity] if one.key not in here]
            if len(same) == 1 and _is_same(same[0], entry, identity):
                before = same[0]
        digest = digest_of(entry)
        if before is not None and before.digest == digest:
            if before.key != key:
                renamed.append((before.key, key))
            continue
        is_old = place >= MOST_ENTRIES or bool(oldest and entry.published and entry.published < oldest)
        if is_old and before is not None:
            continue
        excerpt, body, ready = ("", "", entry) if is_old else prepare(entry)
        title = fold(entry.title)[:200]
        state = EntryState(key, identity, "", digest, "", Stage.PASSED, 0.0, title, entry.published)
        ready = ready._replace(summary="", content="")
        news.append(News(before.key if before else "", state, ready, excerpt, body, is_written=not is_old))
    return Reading(
        document.title, document.site, document.ttl, len(entries), repeats, tuple(news), tuple(renamed),
        tuple(entry.title or entry.link for entry in entries[:3]), document.format,
    )  # fmt: skip


def key_of(entry: Entry, *, with_link: bool = False) -> str:
    """An entry's key within its feed: the guid without its scheme, else the link, else title and
    date, else its text (last, because it changes with each edit). `with_link`: the feed's guids are not
    unique, so link and title are part of the key."""
    link = address_of(entry.link)
    guid = _without_scheme(entry.guid)
    if guid and with_link:
        return f"{guid}\n{link}\n{fold(entry.title)}"
    if guid or link:
        return guid or link
    if entry.title:
        return f"{fold(entry.title)}\n{entry.published}"
    return _hashed(entry.content or entry.summary)


def address_of(link: str) -> str:
    """The part of a link that is the same for http and https."""
    return identity_of(link, "").partition("://")[2]


def digest_of(entry: Entry) -> str:
    """A digest of the visible parts of an entry: not of its guid, scheme or time of change, which
    vary without an edit."""
    published = "" if entry.published == entry.updated else entry.published
    visible = [
        entry.title, address_of(entry.link), published, entry.authors, entry.topics, entry.summary,
        entry.content,
        [one.url.partition("://")[2] for one in entry.enclosures],
    ]  # fmt: skip
    return _hashed(json.dumps(visible))


def newest_first(entries: Sequence[Entry]) -> list[Entry]:
    """The entries newest first; in the document's order if any is undated."""
    if not all(entry.published for entry in entries):
        return list(entries)
    return sorted(entries, key=lambda entry: entry.published, reverse=True)


def believable(published: str, now: datetime) -> str:
    """The date; empty if it is more than a day in the future, as the article would stay on top for
    weeks."""
    return published if published <= iso(now.replace(microsecond=0) + timedelta(days=1)) else ""


def _repeats(entries: Sequence[Entry]) -> bool:
    """Whether several entries share a guid but differ in link or title. Two with one link are an
    entry and its revision."""
    links: dict[str, set[str]] = {}
    titles: dict[str, set[str]] = {}
    for entry in entries:
        if entry.guid:
            guid = _without_scheme(entry.guid)
            links.setdefault(guid, set()).add(address_of(entry.link) or entry.title)
            titles.setdefault(guid, set()).add(entry.title)
    return any(len(found) > 1 for found in links.values()) or any(len(found) > 2 for found in titles.values())


def _is_same(before: EntryState, entry: Entry, identity: str) -> bool:
    """Whether an entry with a new guid is the one known at this link under another guid."""
    is_page = bool(identity.partition("/")[2])
    same_title = before.title == fold(entry.title)[:200]
    same_date = before.published == entry.published
    if is_page:
        return same_title or same_date or not (before.published and entry.published)
    return same_title and same_date


def _without_scheme(guid: str) -> str:
    return re.sub("^https?://", "", guid, flags=re.IGNORECASE)


def _hashed(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
