"""The files of a feed's entries together with their state: writes new entries, and removes old ones.

A fetch can be killed at any moment: file names are chosen and stored first, then the files are written, then
the feed's validators are stored. So after a kill the feed is fetched again, and the files with those names
are completed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count

from reader.article.dates import iso
from reader.article.identity import host_of
from reader.article.text import fold
from reader.feeds.articles import NewsFolder, WriteOutcome, folder_name, rendered
from reader.feeds.matching import News, Reading, believable
from reader.feeds.state import EntryState, FeedState, Stage, State
from reader.feeds.subscriptions import Subscription

Protected = Callable[[Sequence[str]], set[str]]
"""Finds which of these articles (paths below the news folder) must be kept: starred, tagged or noted
ones."""


class EntryWriter:
    """Writes the new entries of one feed: `settle`, `write` and `finish`, in this order."""

    def __init__(
        self, state: State, news: NewsFolder, one: Subscription, feed: FeedState, reading: Reading,
        known: Sequence[EntryState],
    ) -> None:  # fmt: skip
        self._state, self._news, self._one, self._feed, self._reading = state, news, one, feed, reading
        self._rows = {row.key: row for row in known}
        self._taken = {row.path for row in known if row.path}
        self._now = datetime.now(UTC)
        self._todo: list[tuple[News, EntryState, str]] = []
        self._settled: list[EntryState] = []

    def settle(self, directories: dict[str, int]) -> FeedState:
        """Choose a file name for every new entry, and store it before anything is written."""
        feed = self._feed
        if not feed.directory:
            feed = feed._replace(directory=self._directory(directories))
            directories[feed.directory] = feed.id
        self._feed = feed
        adopted = self._adopted() if not self._rows else {}
        elsewhere = self._state.known_elsewhere(feed.id, {one.state.identity for one in self._reading.news})
        dropped = [old for old, _ in self._reading.renamed]
        remembered = [self._rows[old]._replace(key=new) for old, new in self._reading.renamed]
        for one in self._reading.news:
            row = self._rows.get(one.known_as) or self._row(one, adopted, elsewhere)
            key = one.state.key
            if one.known_as and one.known_as != key:
                dropped.append(one.known_as)
            if row.stage == Stage.PASSED or not one.is_written:
                state = one.state._replace(path=row.path, written=row.written)
                remembered.append(state._replace(stage=row.stage, seen=row.seen))
                continue
            if row.stage == Stage.INTENDED or one.known_as != key:
                # Not yet with the new digest: until the file is written the entry has to be matched again.
                remembered.append(row._replace(key=key))
            self._todo.append((one, row, self._text(one, row)))
        with self._state.transaction():
            self._state.forget(feed.id, dropped)
            self._state.remember(feed.id, remembered)
            self._state.store(feed)
        return feed

    def write(self) -> tuple[int, int]:
        """Write the files; returns how many are new and how many were updated."""
        new = updated = 0
        for one, row, text in self._todo:
            is_new = row.stage == Stage.INTENDED
            digest, outcome = self._news.put(
                row.path, text, [row.written] if row.written else [], is_new=is_new
            )
            new += is_new and outcome is not WriteOutcome.EDITED
            updated += not is_new and outcome is WriteOutcome.REWRITTEN
            written = digest if outcome is not WriteOutcome.EDITED else row.written
            state = one.state._replace(path=row.path, written=written, stage=Stage.WRITTEN, seen=row.seen)
            self._settled.append(state)
        return new, updated

    def finish(self, feed: FeedState) -> None:
        """Store what was written, and the validators for the next request."""
        with self._state.transaction():
            self._state.remember(feed.id, self._settled)
            self._state.store(feed)

    def _row(self, one: News, adopted: dict[str, str], elsewhere: set[str]) -> EntryState:
        """The state to store for a new entry."""
        row = one.state._replace(digest="", seen=self._now.timestamp())
        if not one.is_written:
            return row
        if path := adopted.get(one.entry.guid or one.entry.link):
            # The file exists. It may have been edited by the user, unless its content is what we would write.
            return row._replace(path=path, stage=Stage.WRITTEN)
        if row.identity in elsewhere:
            return row
        day = (believable(one.entry.published, self._now) or iso(self._now))[:10]
        path = self._news.free_path(self._feed.directory, one.entry.title, day, self._taken)
        self._taken.add(path)
        return row._replace(path=path, stage=Stage.INTENDED)

    def _text(self, one: News, row: EntryState) -> str:
        seen = datetime.fromtimestamp(row.seen, UTC)
        entry = one.entry._replace(published=believable(one.entry.published, seen))
        name = entry.provider or self._one.name or self._reading.title
        # An aggregator's links lead to other hosts, yet it counts as the publisher unless it names another
        # one.
        hosts = [host_of(entry.link), host_of(self._reading.site), host_of(self._one.address)]
        domain = next(filter(None, hosts if entry.provider else [*hosts[1:2], *hosts]), "")
        domain = domain.removeprefix("www.")
        topics: dict[str, str] = {}
        for topic in (*entry.topics, *self._one.topics):
            topics.setdefault(fold(topic), topic)
        return rendered(
            entry, excerpt=one.excerpt, body=one.body, seen=iso(seen), feed=self._one.address,
            category=self._one.folder, provider=(name or domain, domain), topics=tuple(topics.values()),
        )  # fmt: skip

    def _directory(self, directories: dict[str, int]) -> str:
        """A folder for the feed that no other feed uses."""
        one = self._one
        groups = [folder_name(part, "") for part in one.folder.split("/") if part.strip(" .")]
        name = folder_name(fold(one.name or self._reading.title), one.host)
        for number in count(1):
            directory = "/".join([*groups, f"{name}-{number}" if number > 1 else name])
            if directory not in directories and self._is_free(directory):
                break
        return directory

    def _is_free(self, directory: str) -> bool:
        """Whether a folder is missing, or holds this feed's articles (from another machine, or from
        before the state was lost)."""
        if not self._news.exists(directory):
            return True
        feeds = {one.feed for one in self._news.scan(directory) if one.feed}
        return not feeds or self._one.address in feeds

    def _adopted(self) -> dict[str, str]:
        """The files in the feed's folder, by guid or URL."""
        if not self._news.exists(self._feed.directory):
            return {}
        found: dict[str, str] = {}
        for one in self._news.scan(self._feed.directory):
            if one.feed == self._one.address:
                self._taken.add(one.path)
                found.setdefault(one.guid or one.url, one.path)
        return found


def remove_expired(
    state: State, news: NewsFolder, feeds: Sequence[Subscription], protected: Protected
) -> int:
    """Remove articles older than their feed's `keep`; returns how many. Nothing else in the reader deletes an
    article, except `remove_all`."""
    known = state.feeds()
    removed = 0
    for one in feeds:
        feed = known.get(one.address)
        if not one.keep or feed is None:
            continue
        oldest = iso_of(time.time() - one.keep)
        written = (row for row in state.entries(feed.id) if row.stage == Stage.WRITTEN)
        old = [row for row in written if (row.published or iso_of(row.seen)) < oldest]
        removed += len(_remove(state, news, feed.id, old, protected))
    return removed


def remove_all(state: State, news: NewsFolder, address: str, protected: Protected) -> tuple[int, int]:
    """Remove all articles of a feed, as `unsubscribe --delete-articles` does; returns how many were removed
    and how many are kept. Raises StorageError."""
    feed = state.feed(address)
    rows = state.entries(feed.id)
    written = [row for row in rows if row.stage == Stage.WRITTEN and news.exists(row.path)]
    removed = _remove(state, news, feed.id, written, protected)
    # Removed articles may be fetched again after a new subscription; kept ones must not be duplicated.
    stay = {row.key for row in written} - set(removed)
    state.forget(feed.id, [row.key for row in rows if row.key not in stay])
    state.store(feed._replace(etag="", modified="", due=0))
    return len(removed), len(stay)


def _remove(
    state: State, news: NewsFolder, feed: int, rows: Sequence[EntryState], protected: Protected
) -> list[str]:
    there = [row for row in rows if news.exists(row.path)]
    kept = protected([row.path for row in there]) if there else set()
    removed = [row for row in there if row.path not in kept and news.remove(row.path, row.written)]
    # Stored as seen: they must not come back while the feed still lists them.
    state.remember(feed, [row._replace(stage=Stage.PASSED, path="", written="") for row in removed])
    return [row.key for row in removed]


def iso_of(seconds: float) -> str:
    """A time as articles state it."""
    return iso(datetime.fromtimestamp(seconds, UTC))
