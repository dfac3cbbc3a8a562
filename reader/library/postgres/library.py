"""The Library of a shared collection; see `reader.library.Library` for the interface."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, LiteralString, TypeVar

from reader.article.identity import identity_of
from reader.article.record import Article, Problem
from reader.article.text import clean_line
from reader.config import settings
from reader.errors import NoSuchArticle
from reader.index.answer import IndexResults
from reader.library.indexed import GONE, IndexedLibrary
from reader.library.postgres.connection import shown
from reader.library.postgres.index import SharedIndex
from reader.library.postgres.watching import Watch
from reader.marks.mark import Change, Traces
from reader.query import Query
from reader.query.results import (
    Folding,
    Headline,
    Progress,
    Report,
    Results,
    Stretch,
)
from reader.query.topic_rules import TopicRules, topic_rules

if TYPE_CHECKING:
    pass

_Found = TypeVar("_Found")

LONG = 0.05
"""If a whole answer takes longer than this many seconds, the newest matches are returned first."""
NEWEST_BLOCKS = 2
"""Blocks of 65,536 numbers searched for a first answer."""
SCREENFUL = 100
"""Minimum number of articles in a first answer."""


class SharedLibrary(IndexedLibrary[SharedIndex]):
    """A collection in PostgreSQL with the marks of the connected role. Safe to call from several threads."""

    def __init__(self, address: str) -> None:
        """Connect. Raises SharedError."""
        self._address = address
        index = SharedIndex(address)
        super().__init__(index, index)
        self._watch = Watch(address, index)
        self.notices: list[str] = []
        """Notices to show the user once."""
        self._refreshed = -1
        self._is_warned = False
        """Whether an interrupted publication was reported."""
        self._rules_used = 0
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
        """A sentence that says what refreshes the collection."""
        return f'{shown(self._address)} is refreshed by "reader publish SOURCE --to URL"'

    @property
    def generation(self) -> tuple[int, int, int]:
        """Changes whenever answers may change: after a publication or a mark, by any reader, and with new
        topic rules."""
        return *self._ask(self._index.state), self._rules_used

    def use_topics(self, rules: TopicRules) -> None:
        """Use these topic rules from now on."""
        for index in filter(None, (self._index, self._newest)):
            index.topic_rules = rules
        self._rules_used += 1

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

        self._ask(look)

    def _ask(self, question: Callable[[], _Found]) -> _Found:
        return self._index.ask(question)

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
        """Does nothing: each question sees the current publication."""
        return iter(())

    def is_fresh(self, shown: Iterable[Headline]) -> bool:
        """Always true: each question sees the current publication."""
        return True

    def select(self, query: Query, now: datetime | None = None, *, folding: Folding | None = None) -> Results:
        """Returns the matching articles in the query's order, and remembers how long that took."""
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
            self._newest = self._ask(lambda: SharedIndex(self._address, NEWEST_BLOCKS, self._index))
            self._newest.topic_rules = self._index.topic_rules
        newest, asked = self._newest, now or datetime.now(UTC)
        newest.own_turn = self._index.own_turn
        found = newest.ask(lambda: IndexResults(newest, query, asked, newest, folding))
        return found if len(found) >= SCREENFUL else None

    def _answer(self, question: Callable[[], _Found]) -> _Found:
        def asked() -> _Found:
            with self._index.view():
                return question()

        return self._ask(asked)

    def article(self, headline: Headline) -> Article:
        """Returns the full article. Raises NoSuchArticle if it is gone."""
        for _, article, _ in self.read([headline]):
            if article is not None:
                return article
        raise NoSuchArticle(GONE)

    def read(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, Article | None, str]]:
        """Yields each headline with its record and the user's note; None for an article that is gone."""
        rows = {row.key >> 15: row.key for row in self._rows_of(headlines)}

        def articles() -> Mapping[int, Article]:
            with self._index.store() as store:
                return store.articles([*rows.values()])

        found = self._ask(articles)
        notes = self._notes([*rows.values()])
        for headline in headlines:
            key = rows.get(int(headline.id, 16), -1)
            yield headline, found.get(key), notes.get(key, "")

    def picture(self, article: Article, url: str, *, may_fetch: bool) -> bytes:
        """Returns the bytes of an article's picture, from the network if allowed.

        Blocks. Raises PictureError if it is missing, too large or not allowed.
        """
        from reader import pictures
        from reader.article.urls import resolved
        from reader.config import paths

        absolute = resolved(url, article.base)
        if not absolute.lower().startswith(("http://", "https://")):
            raise pictures.PictureError("its file is where the collection was published from")
        source = pictures.file_of("", absolute, ())
        return pictures.read(source, cache=str(paths.cache_dir() / "pictures"), may_fetch=may_fetch)

    def paths(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, str]]:
        """Yields nothing: the files are elsewhere."""
        return iter(())

    def note(self, headline: Headline) -> str:
        """Returns the role's note on an article; empty if there is none."""
        return next(iter(self._notes([row.key for row in self._rows_of([headline])]).values()), "")

    def _notes(self, keys: Sequence[int]) -> dict[int, str]:
        return {key: mark.note for key, mark in self._index.marks.of(keys).items() if mark.note}

    def mark(
        self, headlines: Iterable[Headline] | Results | Stretch, change: Change, *, is_undoable: bool = True
    ) -> int:
        """Change the role's marks of these articles at once; returns after the server has committed.

        Raises SharedError if no server accepts changes.
        """
        marks = self._index.marks
        rows = self._rows_to_mark(headlines)
        articles = {row.key: identity_of(row.url, "") or f"shared:{row.key:016x}" for row in rows}
        traces = {row.key: Traces(row.title_key, row.text_key, row.date) for row in rows}
        return self._changed(lambda: marks.change(articles, change, traces, is_undoable=is_undoable))

    def _changed(self, change: Callable[[], _Found]) -> _Found:
        """Change marks: never sent twice, and visible to the next question."""
        done = change()
        self._index.own_turn = self._index.marks.turn
        return done

    def undo(self) -> str | None:
        """Undo the last change of marks; returns its description ("3 marked read"), or None."""
        return self._changed(self._index.marks.undo)

    def redo(self) -> str | None:
        """Redo the last undone change; returns its description, or None."""
        return self._changed(self._index.marks.redo)

    def problems(self) -> Iterator[Problem]:
        """Returns every problem in the files, sorted by path."""
        question = "select path, line, field, reason from problem order by path, line, field"
        for path, line, field, reason in self._table(question):
            yield Problem(clean_line(path), line, clean_line(field), clean_line(reason))

    @property
    def skipped(self) -> Mapping[str, int]:
        """Returns nothing: only known where the files are."""
        return {}

    def duplicates(self) -> Iterator[tuple[str, str]]:
        """Returns (path not shown, path shown in its place) for files with the same identity, sorted by
        path."""
        for path, other in self._table("select path, shown from duplicate order by path"):
            yield clean_line(path), clean_line(other)

    def _table(self, question: LiteralString) -> list[tuple[Any, ...]]:
        def asked() -> list[tuple[Any, ...]]:
            with self._index.connections.transaction() as (connection, *_):
                return connection.execute(question).fetchall()

        return self._ask(asked)

    def wait_for_change(self, timeout: float) -> bool:
        """Wait for a publication or the timeout; returns whether there was one."""
        has_changed, is_back = self._watch.wait(timeout)
        if is_back:
            self._refreshed = -1  # repeat what could not be answered meanwhile
        return has_changed or is_back

    def be_patient(self, reading: float, writing: float) -> None:
        """Does nothing: the server sets the timeouts."""

    def close(self) -> None:
        """Close the connections; safe to call twice."""
        self._watch.close()
        self._index.close()
