"""The Library of a shared collection; see `reader.library.Library` for what is asked of it."""

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
from reader.index.answer import IndexResults, facet_of
from reader.index.backend import ArticleRow
from reader.index.lookup import Lookup
from reader.library.postgres.connection import shown
from reader.library.postgres.index import SharedIndex
from reader.library.postgres.watching import Watch
from reader.marks.mark import Change, Traces
from reader.query import Query
from reader.query.results import (
    MOST_PERIODS,
    MOST_RELATED,
    MOST_TRENDS,
    Facet,
    Folding,
    Headline,
    Progress,
    RelatedLink,
    Report,
    Results,
    Stretch,
)
from reader.query.topic_rules import TopicRules, topic_rules

if TYPE_CHECKING:
    from reader.query.trends import TrendField, Trends, TrendSpan

_Found = TypeVar("_Found")

LONG = 0.05
"""Seconds that a whole answer may take before the newest matches alone are given first."""
NEWEST_BLOCKS = 2
"""Blocks of 65,536 numbers that a first answer looks at."""
SCREENFUL = 100
"""Articles that a first answer must have."""


class SharedLibrary:
    """A collection in PostgreSQL with the marks of the role that asks. Safe to call from several threads."""

    def __init__(self, address: str) -> None:
        """Connect. Raises SharedError."""
        self._address = address
        self._index = SharedIndex(address)
        self._lookup = Lookup(self._index)
        self._watch = Watch(address, self._index)
        self.notices: list[str] = []
        """Notices that the user should see once."""
        self._refreshed = -1
        self._rules_used = 0
        self._seconds = 0.0
        """How long the last whole answer took."""
        self._newest: SharedIndex | None = None
        """The same index, of which only the newest blocks are looked at."""

    @classmethod
    def open(cls, address: str) -> SharedLibrary:
        """Connect, with the topics of the configuration. Raises SharedError."""
        library = cls(address)
        if topics := settings.load()[0].topics:
            library.use_topics(topic_rules(topics)[0])
        return library

    @property
    def refreshed_by(self) -> str:
        """What refreshes the collection."""
        return f'{shown(self._address)} is refreshed by "reader publish SOURCE --to URL"'

    @property
    def generation(self) -> tuple[int, int, int]:
        """Different whenever answers may be: after a publication or a mark, by any reader, and with other
        rules for topics."""
        return *self._ask(self._index.state), self._rules_used

    def use_topics(self, rules: TopicRules) -> None:
        """Let these rules give topics from now on."""
        for index in filter(None, (self._index, self._newest)):
            index.topic_rules = rules
        self._rules_used += 1

    @property
    def total(self) -> int:
        """Number of articles in the collection, as it was seen last: a server that is away is not asked."""
        if self._index.total is None:
            self._see()
        return self._index.total or 0

    def _see(self) -> None:
        """Take over what is published and marked now."""

        def look() -> None:
            self._index.look_again()
            with self._index.view():
                pass

        self._ask(look)

    def _ask(self, question: Callable[[], _Found]) -> _Found:
        return self._index.ask(question)

    def refresh(self, *, rebuild: bool = False) -> Iterator[Progress]:
        """Take over what was published since; nothing is read from any file."""
        began, marked = monotonic(), self._index.turn
        self._see()
        total = self.total
        is_new = self._refreshed != self._index.edition or marked != self._index.turn
        self._refreshed = self._index.edition
        seconds = round(monotonic() - began, 3)
        yield Progress("done", changed=is_new, report=Report(total, unchanged=total, seconds=seconds))

    def refresh_for(self, shown: int | None) -> Iterator[Progress]:
        """Nothing: each question sees what is published."""
        return iter(())

    def is_fresh(self, shown: Iterable[Headline]) -> bool:
        """Each question sees what is published."""
        return True

    def select(self, query: Query, now: datetime | None = None, *, folding: Folding | None = None) -> Results:
        """The articles that match, in the query's order; folded by stories where that is wanted."""
        asked, began = now or datetime.now(UTC), monotonic()
        found = self._ask(lambda: IndexResults(self._index, query, asked, self._index, folding))
        self._seconds = monotonic() - began
        return found

    def glance(
        self, query: Query, now: datetime | None = None, *, folding: Folding | None = None
    ) -> Results | None:
        """The newest of the articles that match, as a first answer where the last whole one took long; None
        where there are not enough of them to fill a screen."""
        if self._seconds <= LONG or query.sort != "date" or query.is_reversed or not query.clauses:
            return None
        if self._newest is None:
            self._newest = self._ask(lambda: SharedIndex(self._address, NEWEST_BLOCKS))
            self._newest.topic_rules = self._index.topic_rules
        newest, asked = self._newest, now or datetime.now(UTC)
        newest.own_turn = self._index.own_turn
        found = newest.ask(lambda: IndexResults(newest, query, asked, newest, folding))
        return found if len(found) >= SCREENFUL else None

    def facet(
        self, field: str, query: Query, now: datetime | None = None, *, cells: int = MOST_PERIODS
    ) -> Facet:
        """The counts of a field's values; the field's own choices do not narrow them."""
        asked = now or datetime.now(UTC)
        return self._ask(lambda: facet_of(self._index, field, query, asked, cells))

    def trends(
        self, field: TrendField, query: Query, span: TrendSpan, now: datetime, *, limit: int = MOST_TRENDS
    ) -> Trends:
        """See Library."""
        from reader.index.trends import trends  # few visits ask for them

        return self._ask(lambda: trends(self._index, field, query, span, now, limit))

    def find(self, prefix: str) -> Headline:
        """The one article whose id starts so. Raises NoSuchArticle: there is none, or there are several."""
        return self._current(lambda: self._lookup.find(prefix))

    def _current(self, question: Callable[[], _Found]) -> _Found:
        """Ask with the publication and the marks as they are now."""

        def asked() -> _Found:
            with self._index.view():
                return question()

        return self._ask(asked)

    def article(self, headline: Headline) -> Article:
        """The full article. Raises NoSuchArticle if it is gone."""
        for _, article, _ in self.read([headline]):
            if article is not None:
                return article
        raise NoSuchArticle("this article is no longer in the collection: refresh to see what is there now")

    def read(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, Article | None, str]]:
        """Each headline with its record and the person's note; None for an article that is gone."""
        rows = {row.key >> 15: row.key for row in self._rows_of(headlines)}

        def articles() -> Mapping[int, Article]:
            with self._index.store() as store:
                return store.articles([*rows.values()])

        found = self._ask(articles)
        notes = self._notes([*rows.values()])
        for headline in headlines:
            key = rows.get(int(headline.id, 16), -1)
            yield headline, found.get(key), notes.get(key, "")

    def _rows_of(self, headlines: Iterable[Headline]) -> list[ArticleRow]:
        wanted = list(headlines)
        return self._current(lambda: self._lookup.rows_of(wanted))

    def picture(self, article: Article, url: str, *, may_fetch: bool) -> bytes:
        """The bytes of an article's picture, from the network where that is wished.

        Blocks. Raises PictureError: not there, too large, not allowed.
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
        """None: the files are elsewhere."""
        return iter(())

    def related(self, article: Article) -> list[RelatedLink]:
        """An article's related links, each with its own headline where it is in the collection."""
        return self._current(lambda: self._lookup.related(article))

    def find_related(
        self, headline: Headline, article: Article, shown: Query, *, limit: int = MOST_RELATED
    ) -> list[RelatedLink]:
        """See Library."""
        from reader.index.related import related_links  # an article is shown before this is asked

        now = datetime.now(UTC)
        listed = self.related(article)
        return self._current(lambda: related_links(self._index, headline, article, listed, shown, now, limit))

    def note(self, headline: Headline) -> str:
        """The role's note on an article; empty if there is none."""
        return next(iter(self._notes([row.key for row in self._rows_of([headline])]).values()), "")

    def _notes(self, keys: Sequence[int]) -> dict[int, str]:
        return {key: mark.note for key, mark in self._index.marks.of(keys).items() if mark.note}

    def mark(
        self, headlines: Iterable[Headline] | Results | Stretch, change: Change, *, is_undoable: bool = True
    ) -> int:
        """Change the role's marks of these articles at once; the server has it when this returns.

        Raises SharedError where there is no server that takes changes.
        """
        marks = self._index.marks
        rows = self._marked(headlines)
        articles = {row.key: identity_of(row.url, "") or f"shared:{row.key:016x}" for row in rows}
        traces = {row.key: Traces(row.title_key, row.text_key, row.date) for row in rows}
        return self._changed(lambda: marks.change(articles, change, traces, is_undoable=is_undoable))

    def _marked(self, headlines: Iterable[Headline] | Results | Stretch) -> list[ArticleRow]:
        if isinstance(headlines, IndexResults):
            return headlines.rows()
        if isinstance(headlines, Stretch):
            assert isinstance(headlines.results, IndexResults)
            return headlines.results.rows(headlines.start, headlines.stop)
        assert isinstance(headlines, Iterable)
        return self._rows_of(headlines)

    def _changed(self, change: Callable[[], _Found]) -> _Found:
        """Change marks: never sent twice, and seen by the next question."""
        done = change()
        self._index.own_turn = self._index.marks.turn
        return done

    def undo(self) -> str | None:
        """Take the last change of marks back; what it was, in words ("3 marked read"), or None."""
        return self._changed(self._index.marks.undo)

    def redo(self) -> str | None:
        """Do again what was undone last; what it was, in words, or None."""
        return self._changed(self._index.marks.redo)

    def problems(self) -> Iterator[Problem]:
        """Every problem in the files, in path order."""
        question = "select path, line, field, reason from problem order by path, line, field"
        for path, line, field, reason in self._table(question):
            yield Problem(clean_line(path), line, clean_line(field), clean_line(reason))

    @property
    def skipped(self) -> Mapping[str, int]:
        """What was passed over is known where the files are."""
        return {}

    def duplicates(self) -> Iterator[tuple[str, str]]:
        """(path not shown, path shown in its place) for files with the same identity, in path order."""
        for path, other in self._table("select path, shown from duplicate order by path"):
            yield clean_line(path), clean_line(other)

    def _table(self, question: LiteralString) -> list[tuple[Any, ...]]:
        def asked() -> list[tuple[Any, ...]]:
            with self._index.connections.transaction() as (connection, *_):
                return connection.execute(question).fetchall()

        return self._ask(asked)

    def wait_for_change(self, timeout: float) -> bool:
        """Wait until something was published or the time is over; True = it was."""
        has_changed, is_back = self._watch.wait(timeout)
        if is_back:
            self._refreshed = -1  # what could not be answered meanwhile is asked again
        return has_changed or is_back

    def be_patient(self, reading: float, writing: float) -> None:
        """The server says how long it lets anybody wait."""

    def close(self) -> None:
        """Let go of the connections; safe to call twice."""
        self._watch.close()
        self._index.close()
        if self._newest is not None:
            self._newest.close()
