"""The Library of a shared collection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Lock
from time import monotonic
from typing import Any, LiteralString, TypeVar

import psycopg

from reader.article.identity import identity_of
from reader.article.record import Article, Problem
from reader.article.text import clean_line
from reader.config import settings
from reader.errors import NoSuchArticle
from reader.index.answer import IndexResults
from reader.index.backend import ArticleRow
from reader.library.indexed import GONE, IndexedLibrary
from reader.library.postgres.connection import SharedError, connect, server_errors, shown
from reader.library.postgres.index import SharedIndex
from reader.library.postgres.schema import CHANNEL
from reader.marks.mark import Change, Traces
from reader.query import Query
from reader.query.results import Folding, Headline, Progress, Report, Results
from reader.query.topic_rules import TopicRules, topic_rules

_Found = TypeVar("_Found")

LONG = 0.05
"""If a whole answer takes longer than this many seconds, the newest matches are returned first."""
NEWEST_BLOCKS = 2
"""Blocks of 65,536 numbers searched for a first answer."""
SCREENFUL = 100
"""Minimum number of articles in a first answer."""
LOOK_SECONDS = 5.0
"""Seconds between polls without notifications: a standby sends none, and a lost connection may go
unnoticed."""


class RoleMarks:
    """`ArticleMarks` of the connected role. Changes raise SharedError if no server accepts them."""

    def __init__(self, index: SharedIndex) -> None:
        self._index = index

    def change(self, rows: Sequence[ArticleRow], change: Change, *, is_undoable: bool = True) -> int:
        articles = {row.key: identity_of(row.url, "") or f"shared:{row.key:016x}" for row in rows}
        traces = {row.key: Traces(row.title_key, row.text_key, row.date) for row in rows}
        return self._done(self._index.marks.change(articles, change, traces, is_undoable=is_undoable))

    def undo(self) -> str | None:
        return self._done(self._index.marks.undo())

    def redo(self) -> str | None:
        return self._done(self._index.marks.redo())

    def _done(self, outcome: _Found) -> _Found:
        """Make a change visible to the next question."""
        self._index.own_turn = self._index.marks.turn
        return outcome

    def notes(self, rows: Sequence[ArticleRow]) -> dict[int, str]:
        found = self._index.marks.of([row.key for row in rows])
        return {key: mark.note for key, mark in found.items() if mark.note}


class SharedLibrary(IndexedLibrary[SharedIndex, RoleMarks]):
    """A collection in PostgreSQL with the marks of the connected role. Safe to call from several threads."""

    def __init__(self, address: str) -> None:
        """Connect. Raises SharedError."""
        self._address = address
        index = SharedIndex(address)
        super().__init__(index, index, RoleMarks(index))
        self._watch = Watch(address, index)
        self.notices: list[str] = []
        """Notices to show the user once."""
        self._refreshed = -1
        self._is_warned = False
        """Whether an interrupted publication was reported."""
        self._seconds = 0.0
        """Seconds that the last whole answer took."""
        self._newest: SharedIndex | None = None
        """The same index, limited to the newest blocks."""

    @classmethod
    def open(cls, address: str) -> SharedLibrary:
        """Connect and use the configured topic rules. Raises SharedError."""
        library = cls(address)
        if topics := settings.load()[0].topics:
            library.use_topics(topic_rules(topics)[0])
        return library

    @property
    def refreshed_by(self) -> str:
        return f'{shown(self._address)} is refreshed by "reader publish SOURCE --to URL"'

    @property
    def generation(self) -> tuple[int, int, int]:
        return *self._index.ask(self._index.state), self._rules_used

    def use_topics(self, rules: TopicRules) -> None:
        super().use_topics(rules)
        if self._newest is not None:
            self._newest.topic_rules = rules

    @property
    def total(self) -> int:
        """Number of articles in the collection when last seen; doesn't ask a server that is unreachable."""
        if self._index.total is None:
            self._see()
        return self._index.total or 0

    def _see(self) -> None:
        """Update to the current publication and marks."""

        def look() -> None:
            self._index.look_again()
            with self._index.view():
                pass

        self._index.ask(look)

    def refresh(self, *, rebuild: bool = False, shows_first: bool = True) -> Iterator[Progress]:
        """Update to the newest publication; reads no files."""
        began, marked = monotonic(), self._index.turn
        self._see()
        total = self.total
        is_new = self._refreshed != self._index.edition or marked != self._index.turn
        self._refreshed = self._index.edition
        seconds = round(monotonic() - began, 3)
        if self._index.connections.is_unfinished and not self._is_warned:
            self.notices.append(
                f"A publication at {shown(self._address)} was interrupted while it was committed: until the"
                " next one, articles may be missing."
            )
        self._is_warned = self._index.connections.is_unfinished
        yield Progress("done", changed=is_new, report=Report(total, unchanged=total, seconds=seconds))

    def refresh_for(self, shown: int | None) -> Iterator[Progress]:
        return iter(())  # each question sees the current publication

    def is_fresh(self, shown: Iterable[Headline]) -> bool:
        return True  # likewise

    def select(self, query: Query, now: datetime | None = None, *, folding: Folding | None = None) -> Results:
        """See Library; remembers how long it took."""
        began = monotonic()
        found = super().select(query, now, folding=folding)
        self._seconds = monotonic() - began
        return found

    def glance(
        self, query: Query, now: datetime | None = None, *, folding: Folding | None = None
    ) -> Results | None:
        """Returns the newest matching articles as a first answer if the last whole one took long; None if
        they don't fill a screen."""
        if self._seconds <= LONG or query.sort != "date" or query.is_reversed or not query.clauses:
            return None
        if self._newest is None:
            self._newest = self._index.ask(lambda: SharedIndex(self._address, NEWEST_BLOCKS, self._index))
            self._newest.topic_rules = self._index.topic_rules
        newest, moment = self._newest, now or datetime.now(UTC)
        newest.own_turn = self._index.own_turn
        found = newest.ask(lambda: IndexResults(newest, query, moment, newest, folding))
        return found if len(found) >= SCREENFUL else None

    def _answer(self, question: Callable[[], _Found]) -> _Found:
        def asked() -> _Found:
            with self._index.view():
                return question()

        return self._index.ask(asked)

    def article(self, headline: Headline) -> Article:
        for _, article, _ in self.read([headline]):
            if article is not None:
                return article
        raise NoSuchArticle(GONE)

    def _articles_of(self, rows: Sequence[ArticleRow]) -> Callable[[ArticleRow], Article | None]:
        def articles() -> Mapping[int, Article]:
            with self._index.store() as store:
                return store.articles([row.key for row in rows])

        found = self._index.ask(articles)
        return lambda row: found.get(row.key)

    def picture(self, article: Article, url: str, *, may_fetch: bool) -> bytes:
        """See Library; only from the network."""
        from reader import pictures
        from reader.article.urls import resolved
        from reader.config import paths

        absolute = resolved(url, article.base)
        if not absolute.lower().startswith(("http://", "https://")):
            raise pictures.PictureError("its file is where the collection was published from")
        source = pictures.file_of("", absolute, ())
        return pictures.read(source, cache=str(paths.cache_dir() / "pictures"), may_fetch=may_fetch)

    def paths(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, str]]:
        return iter(())  # the files are elsewhere

    def problems(self) -> Iterator[Problem]:
        question = "select path, line, field, reason from problem order by path, line, field"
        for path, line, field, reason in self._table(question):
            yield Problem(clean_line(path), line, clean_line(field), clean_line(reason))

    @property
    def skipped(self) -> Mapping[str, int]:
        return {}  # only known where the files are

    def duplicates(self) -> Iterator[tuple[str, str]]:
        for path, other in self._table("select path, shown from duplicate order by path"):
            yield clean_line(path), clean_line(other)

    def _table(self, question: LiteralString) -> list[tuple[Any, ...]]:
        def asked() -> list[tuple[Any, ...]]:
            with self._index.connections.transaction() as (connection, *_):
                return connection.execute(question).fetchall()

        return self._index.ask(asked)

    def wait_for_change(self, timeout: float) -> bool:
        has_changed, is_back = self._watch.wait(timeout)
        if is_back:
            self._refreshed = -1  # repeat what could not be answered meanwhile
        return has_changed or is_back

    def be_patient(self, reading: float, writing: float) -> None:
        """Does nothing: the server sets the timeouts."""

    def close(self) -> None:
        self._watch.close()
        self._index.close()


class Watch:
    """Waits for publications and for marks made elsewhere. Only one thread may call `wait`."""

    def __init__(self, address: str, index: SharedIndex) -> None:
        self._address = address
        self._index = index
        self._connection: psycopg.Connection | None = None
        self._is_told = True
        self._is_away = False
        self._closed = Event()
        self._waiting = Lock()
        self._next_look = 0.0

    def wait(self, timeout: float) -> tuple[bool, bool]:
        """Wait for a publication, marks made elsewhere, or the timeout; returns whether there were any, and
        whether a lost server is back."""
        with self._waiting:
            found = self._wait(timeout)
            if self._closed.is_set():
                self._leave()
            return found

    def _wait(self, timeout: float) -> tuple[bool, bool]:
        try:
            if self._heard(0.0 if self._is_away else timeout):
                has_changed = True
            elif self._is_away or monotonic() >= self._next_look:
                self._next_look = monotonic() + LOOK_SECONDS
                has_changed = self._index.state() != (self._index.edition, self._index.turn)
            else:
                has_changed = False
        except SharedError:
            self._leave()
            self._is_away = True
            self._closed.wait(timeout)
            return False, False
        is_back, self._is_away = self._is_away, False
        return has_changed, is_back

    def _heard(self, timeout: float) -> bool:
        if not self._is_told:
            self._closed.wait(timeout)
            return False
        with server_errors(self._address):
            if self._connection is None:
                self._connection = connect(self._address)
                try:
                    self._connection.execute(f"listen {CHANNEL}")
                except (psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.FeatureNotSupported):
                    self._leave()
                    self._is_told = False
                    return False
            return any(True for _ in self._connection.notifies(timeout=timeout, stop_after=1))

    def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def close(self) -> None:
        """Close the connection as soon as no thread waits on it."""
        self._closed.set()
        if self._waiting.acquire(blocking=False):
            self._leave()
            self._waiting.release()
