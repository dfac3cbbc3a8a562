"""Asking the library: a question at a time, in a thread; of those that wait only the newest runs next.

What comes too late is dropped: each answer says which question it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import NamedTuple, TypeAlias

from textual import on
from textual.message import Message

from reader.app.browsing.state import Browsing
from reader.app.messages import FacetsReady, QuestionFailed, ResultsReady
from reader.app.reading.hits import sought
from reader.app.widgets.sidebar_rows import COUNTED, ViewCount
from reader.app.wording import in_words, order_in_words, standing
from reader.errors import QueryError, ReaderError
from reader.library import Library
from reader.muting import Muting, muting_of
from reader.query import Query, Term, highlights, parse
from reader.results import MOST_PERIODS, Facet
from reader.views import Configured, arranged

UNREAD = Query((Term("is", ("unread",)),))

Counts: TypeAlias = tuple[tuple[str, int, int], ...]
"""The names of views, each with how many articles it selects and how many of those are unread."""


class Question(NamedTuple):
    """A query, and what is wanted of it."""

    query: Query
    """What is asked, without what is muted."""
    plain: Query
    """What is asked, with it."""
    views: tuple[ViewCount, ...]
    muting: Muting
    cells: int = MOST_PERIODS
    """Periods of time that the sidebar has room for."""
    is_recount: bool = False
    """Whether only the counts are wanted, because marks have changed; the list stays as it is."""


class Newest:
    """Answers questions one at a time in a thread of its starter's; a newer one overtakes those that wait."""

    def __init__(
        self, library: Library, tell: Callable[[Message], object], clock: Callable[[], datetime]
    ) -> None:
        self._library = library
        self._tell = tell
        self._clock = clock
        self._lock = Lock()
        self._wanted: Question | None = None
        self._is_running = False
        self._counted: tuple[object, Counts] | None = None

    def wants_thread(self, question: Question) -> bool:
        """Make this the newest question; whether a thread must be started for it."""
        with self._lock:
            waiting = self._wanted
            if question.is_recount and waiting is not None and waiting.query == question.query:
                question = waiting
            self._wanted = question
            starts, self._is_running = not self._is_running, True
        return starts

    def answer(self) -> None:
        """Answer until nothing newer is wanted. Runs in a thread and only posts messages."""
        while True:
            with self._lock:
                question, self._wanted = self._wanted, None
                if question is None:
                    self._is_running = False
                    return
            try:
                self._answer(question)
            except ReaderError as error:
                position = error.position if isinstance(error, QueryError) else None
                self._tell(QuestionFailed(question.query, str(error), position))
            except BaseException:
                with self._lock:
                    self._is_running = False
                raise

    def _answer(self, question: Question) -> None:
        library, query, now = self._library, question.query, self._clock()
        if not question.is_recount:
            self._tell(ResultsReady(library.select(query, now)))
        facets: list[Facet] = []
        for field in COUNTED:
            if self._wanted is not None:
                return
            facets.append(library.facet(field, query, now, cells=question.cells))
        unread = len(library.select(query.and_also(UNREAD), now))
        counts = self._count_views(question, now)
        muted = 0 if query == question.plain else self._count_muted(question, now)
        if counts is not None:
            self._tell(FacetsReady(query, tuple(facets), counts, unread, muted))

    def _count_muted(self, question: Question, now: datetime) -> int:
        """How many articles more there would be with those that are muted."""
        asked, plain = (len(self._library.select(one, now)) for one in (question.query, question.plain))
        return plain - asked

    def _count_views(self, question: Question, now: datetime) -> Counts | None:
        """The views' counts, which no search narrows: counted anew only where marks, files or the minute have
        changed, for `Today` depends on it. None where a newer question waits."""
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


class Asking(Browsing):
    """Keeps results, sidebar and standing in step with the question."""

    def ask(self) -> None:
        """Ask the current question (again)."""
        self._ask(self._question())

    def recount(self) -> None:
        """Count anew because marks have changed; what is listed stays."""
        self._ask(self._question()._replace(is_recount=True))

    def _question(self) -> Question:
        self._cells = self._chart_cells
        asked = (self.asked_query, self.current_query)
        return Question(*asked, self.sidebar.views, self.muting, self._cells)

    @property
    def _chart_cells(self) -> int:
        """Cells for the charts of the sidebar, known before it is laid out."""
        return max(self.config.sidebar_width - 3, 8) if self.has_class("-wide") else MOST_PERIODS

    def fit_charts(self) -> None:
        """Count again where the layout has other room for periods of time."""
        if self._chart_cells != self._cells:
            self.recount()

    def _ask(self, question: Question) -> None:
        if self.asker.wants_thread(question):
            self.in_thread(self.asker.answer, "ask")

    def start_asking(self) -> None:
        """Set up the views and ask the first question."""
        self.asker = Newest(self.library, self.post_message, self.clock)
        for mistake in muting_of(self.config.mute, self.config.views)[1]:
            self.say(f"In the configuration, {mistake}", is_warning=True)
        self.show_views(self.config.views)
        self._show_question(self.current_query)
        try:
            # The first answer is not left to a thread: it takes less than a paint and so is in the first one.
            self._show_results(ResultsReady(self.library.select(self.asked_query, self.clock())))
        except ReaderError:
            self.ask()
        else:
            self.recount()

    def action_show_muted(self) -> None:
        """List what is muted too, or no longer."""
        if self.rules == Muting():
            self.say("Nothing is muted: the configuration has no rule under mute")
            return
        self.shows_muted = not self.shows_muted
        self.ask()

    def show_views(self, configured: Configured) -> None:
        """Have these views of the configuration in the sidebar, with ours; one that means nothing is said."""
        self.rules = muting_of(self.config.mute, configured)[0]
        counted = {view.query: view for view in self.sidebar.views}
        shown = []
        for name, text in arranged(configured):
            query = self._configured(f"the view {name}", text)
            if query is not None:
                shown.append(counted.get(query, ViewCount(name, query))._replace(name=name))
        self.sidebar.views = tuple(shown)

    def _configured(self, what: str, text: str) -> Query | None:
        """A query of the configuration; None, and a sentence said, where it means nothing."""
        try:
            return parse(text)
        except QueryError as error:
            self._say_mistake(what, error)
            return None

    def _say_mistake(self, what: str, error: QueryError) -> None:
        self.say(f"In the configuration, {what} is left out: {error}", is_warning=True)

    def watch_current_query(self, query: Query) -> None:
        """Show what is asked and ask it."""
        self._show_question(query)
        self.ask()

    def _show_question(self, query: Query) -> None:
        self.sidebar.shown_query = query
        self.information.words = in_words(query)
        self.standing.order = order_in_words(query)
        self.article_pane.highlights = highlights(query)

    @on(ResultsReady)
    def _show_results(self, message: ResultsReady) -> None:
        if message.results.query == self.asked_query:
            self.results = message.results
            self.articles.sought = sought(highlights(self.current_query))
            self.articles.results = message.results
            self.show_standing()

    @on(FacetsReady)
    def _show_facets(self, message: FacetsReady) -> None:
        if message.question != self.asked_query:
            return
        counts = {name: (found, unread) for name, found, unread in message.views}
        self.sidebar.views = tuple(
            view._replace(articles=found, unread=unread)
            for view in self.sidebar.views for found, unread in [counts.get(view.name, (None, 0))]
        )  # fmt: skip
        self.sidebar.facets = message.facets
        self.standing.unread = f"{message.unread:,} unread"
        hidden = f"{message.muted:,} muted" if message.muted else ""
        self.standing.muted = "muted shown" if self.shows_muted else hidden

    @on(QuestionFailed)
    def _question_failed(self, message: QuestionFailed) -> None:
        if message.question == self.asked_query:
            column = self.search_bar.column_of(message.position or 0)
            self.information.error = (message.reason, column)

    def show_standing(self) -> None:
        """Say how many match of how many, and what to do where there is nothing."""
        results, total = self.results, self.library.total
        matching = len(results) if results is not None else None
        self.standing.counts = standing(matching, total, results is None or results.is_exact)
        # While files are read, the answer may be older than the number of articles.
        if total and (self.asked_query.clauses or not self.is_refreshing):
            self.articles.sentence = "Nothing matches.\nc clears the search and the filters"
        elif not self.is_refreshing:
            self.articles.sentence = "No articles here yet.\nR looks for new files, ? shows all keys"
        else:
            self.articles.sentence = "Looking for articles…"
