"""Queries to the library, one at a time in a thread; of those that wait only the latest is answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Condition, Thread
from typing import NamedTuple, TypeAlias

from reader.app.widgets.sidebar_rows import COUNTED, ViewCount
from reader.app.wording import unforeseen
from reader.errors import QueryError, ReaderError
from reader.library import Library
from reader.library.muting import Muting
from reader.query import UNREAD, Query
from reader.query.results import MOST_PERIODS, Facet, Results

ViewCounts: TypeAlias = tuple[tuple[str, int, int], ...]
"""Names of views, each with how many articles it selects and how many of those are unread."""


class Question(NamedTuple):
    """A query, and what is to be counted with it."""

    query: Query
    """The query without what is muted."""
    plain: Query
    """The query with it."""
    views: tuple[ViewCount, ...]
    muting: Muting
    cells: int = MOST_PERIODS
    """Periods of time that the sidebar has room for."""
    is_recount: bool = False
    """Whether only the counts are wanted, because marks have changed; the list stays as it is."""


class ResultsAnswer(NamedTuple):
    """The answer to a query."""

    results: Results


class CountsAnswer(NamedTuple):
    """The facets and views, counted for a query."""

    query: Query
    facets: tuple[Facet, ...]
    views: ViewCounts
    unread: int = 0
    """How many of the articles that match are unread."""
    muted: int = 0
    """How many more would match if they were not muted."""


class FailedAnswer(NamedTuple):
    """A query that could not be answered."""

    query: Query
    reason: str
    """A sentence for the person."""
    position: int | None = None
    """Where in the text it went wrong, if that is known."""
    is_bug: bool = False
    """Whether nobody foresaw this."""


LatestAnswer: TypeAlias = ResultsAnswer | CountsAnswer | FailedAnswer


class LatestQueryWorker:
    """ResultsDisplay one question at a time in a thread of its own; a newer one replaces those that wait."""

    def __init__(
        self, library: Library, tell: Callable[[LatestAnswer], object], clock: Callable[[], datetime]
    ) -> None:
        """`tell` gets what nobody waits for, in the thread."""
        self._library = library
        self._tell = tell
        self._clock = clock
        self._changed = Condition()
        self._wanted: Question | None = None
        self._is_busy = self._is_ending = False
        self._caught: list[LatestAnswer] | None = None
        """The answers so far, while somebody waits for them."""
        self._thread: Thread | None = None
        self._counted: tuple[object, ViewCounts] | None = None

    def ask(self, question: Question, patience: float = 0) -> list[LatestAnswer]:
        """Make this the latest question and wait at most `patience` seconds: the answers by then. The others
        are told later, and so are all if an older question is still being answered."""
        with self._changed:
            waiting = self._wanted
            if question.is_recount and waiting is not None and waiting.query == question.query:
                question = waiting
            self._wanted = question
            was_busy, self._is_busy = self._is_busy, True
            self._changed.notify_all()
            if self._thread is None:
                self._thread = Thread(target=self._answer_all, name="ask", daemon=True)
                self._thread.start()
            if was_busy or not patience:
                return []
            self._caught = []
            self._changed.wait_for(lambda: not self._is_busy, patience)
            caught, self._caught = self._caught, None
        return caught

    @property
    def is_idle(self) -> bool:
        """Whether every question is answered."""
        return not self._is_busy

    def stop(self) -> None:
        """Let the thread end; one in the middle of an answer is left behind."""
        with self._changed:
            self._is_ending = True
            self._wanted = None
            self._changed.notify_all()

    def _answer_all(self) -> None:
        """Runs in the thread."""
        while True:
            with self._changed:
                if self._wanted is None:
                    self._is_busy = False
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: self._wanted is not None or self._is_ending)
                if self._is_ending:
                    return
                question, self._wanted = self._wanted, None
            assert question is not None
            try:
                self._answer(question)
            except ReaderError as error:
                position = error.position if isinstance(error, QueryError) else None
                self._give(FailedAnswer(question.query, str(error), position))
            except Exception as error:
                self._give(FailedAnswer(question.query, unforeseen(error), is_bug=True))

    def _give(self, answer: LatestAnswer) -> None:
        """Give an answer to whoever waits for it, else tell it."""
        with self._changed:
            if self._caught is not None:
                self._caught.append(answer)
                return
        if not self._is_ending:
            self._tell(answer)

    def _answer(self, question: Question) -> None:
        library, query, now = self._library, question.query, self._clock()
        if not question.is_recount:
            self._give(ResultsAnswer(library.select(query, now)))
        facets: list[Facet] = []
        for field in COUNTED:
            if self._wanted is not None:
                return
            facets.append(library.facet(field, query, now, cells=question.cells))
        unread = len(library.select(query.and_also(UNREAD), now))
        counts = self._count_views(question, now)
        muted = 0 if query == question.plain else self._count_muted(question, now)
        if counts is not None:
            self._give(CountsAnswer(query, tuple(facets), counts, unread, muted))

    def _count_muted(self, question: Question, now: datetime) -> int:
        """How many more articles there would be without muting."""
        asked, plain = (len(self._library.select(one, now)) for one in (question.query, question.plain))
        return plain - asked

    def _count_views(self, question: Question, now: datetime) -> ViewCounts | None:
        """The views' counts, which no search narrows: counted again only when marks, files or the minute have
        changed, for `Today` depends on it. None if a newer question waits."""
        minute = now.replace(second=0, microsecond=0)
        wanted = (
            self._library.generation,
            minute,
            question.muting,
            tuple(one.query for one in question.views),
        )
        if self._counted is not None and self._counted[0] == wanted:
            return self._counted[1]
        counts: list[tuple[str, int, int]] = []
        for view in question.views:
            if self._wanted is not None:
                return None
            query = view.query.and_also(question.muting.of(view.query))
            found, unread = (len(self._library.select(one, now)) for one in (query, query.and_also(UNREAD)))
            counts.append((view.name, found, unread))
        self._counted = wanted, tuple(counts)
        return self._counted[1]
