"""The answer to the current query on the screen: the list, the sidebar's counts, the status line.

An answer that comes within a moment is shown in one frame with the letter that asked for it. One that comes
too late is dropped: each answer says which query it belongs to.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from threading import Condition, Thread
from typing import NamedTuple, TypeAlias

from textual.timer import Timer

from reader.app.browsing.feeds import Feeds
from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host
from reader.app.browsing.refreshing import Refreshing
from reader.app.reading.hits import sought
from reader.app.widgets.article_pane import MOST_TIMES
from reader.app.widgets.article_row import measures_of
from reader.app.widgets.sidebar_rows import COUNTED
from reader.app.wording import LOOKING, NO_ARTICLES, error_notice, no_results, order_in_words, result_counts
from reader.errors import QueryError, ReaderError
from reader.library import Library
from reader.library.muting import Muting
from reader.query import UNREAD, Query, highlights
from reader.query.results import MOST_PERIODS, Facet, Folding, Results


class Question(NamedTuple):
    """A query, and what to count with it."""

    query: Query
    """The query without what is muted."""
    plain: Query
    """The query with it."""
    views: tuple[Query, ...]
    muting: Muting
    cells: int = MOST_PERIODS
    """Periods of time that the sidebar has room for."""
    folding: Folding | None = None
    """How the list is folded."""
    is_recount: bool = False
    """Whether only the counts are wanted, because marks have changed; the list stays as it is."""


class Counts(NamedTuple):
    """What is counted for a query."""

    facets: tuple[Facet, ...]
    views: Mapping[Query, tuple[int, int]]
    """How many articles each view selects, and how many of those are unread."""
    unread: int
    """How many of the articles that match are unread."""
    muted: int
    """How many more would match if they were not muted."""


Answer: TypeAlias = Results | Counts | Exception
"""The results, perhaps in two steps, then the counts; or the error."""


class LatestQueryWorker:
    """Answers one question at a time in its own thread; a newer one replaces waiting ones."""

    def __init__(
        self,
        library: Library,
        clock: Callable[[], datetime],
        tell: Callable[[Question, Answer], object],
    ) -> None:
        """`tell` is called in the thread with answers that nothing waits for."""
        self._library, self._clock, self._tell = library, clock, tell
        self._changed = Condition()
        self._wanted: Question | None = None
        self.latest: Question | None = None
        """The question that was asked last."""
        self._is_busy = self._is_ending = False
        self._caught: list[tuple[Question, Answer]] | None = None
        """The answers so far, while someone waits for them."""
        self._thread: Thread | None = None
        self._view_counts: tuple[object, Mapping[Query, tuple[int, int]]] = (None, {})

    def ask(self, question: Question, patience: float = 0) -> list[tuple[Question, Answer]]:
        """Make this the latest question, and return the answers that arrive within `patience` seconds. Later
        ones are passed to `tell`, and so are all if an older question is still being answered."""
        with self._changed:
            waiting = self._wanted
            if question.is_recount and waiting is not None and waiting.query == question.query:
                question = waiting
            self._wanted = self.latest = question
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
        """Stop the thread; a busy one is abandoned."""
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
                for answer in self._answers(question):
                    self._give(question, answer)
            except Exception as error:
                self._give(question, error)

    def _give(self, question: Question, answer: Answer) -> None:
        """Pass on an answer: to a waiting `ask`, else to `tell`."""
        with self._changed:
            if self._caught is not None:
                self._caught.append((question, answer))
                return
        if not self._is_ending:
            self._tell(question, answer)

    def _answers(self, question: Question) -> Iterator[Answer]:
        """The answers to a question; no counts if a newer one waits."""
        library, query, now = self._library, question.query, self._clock()
        if not question.is_recount:
            first = library.glance(query, now, folding=question.folding)
            if first is not None:
                yield first
            yield library.select(query, now, folding=question.folding)
        facets: list[Facet] = []
        for field in COUNTED:
            if self._wanted is not None:
                return
            facets.append(library.facet(field, query, now, cells=question.cells))
        unread = len(library.select(query.and_also(UNREAD), now))
        views = self._count_views(question, now)
        muted = 0
        if query != question.plain:
            muted = len(library.select(question.plain, now)) - len(library.select(query, now))
        if views is not None:
            yield Counts(tuple(facets), views, unread, muted)

    def _count_views(self, question: Question, now: datetime) -> Mapping[Query, tuple[int, int]] | None:
        """The views' counts, which do not depend on the search: counted again only when marks, files or
        the minute have changed (`Today` depends on the time). None if a newer question waits."""
        minute = now.replace(second=0, microsecond=0)
        wanted = (self._library.generation, minute, question.muting, question.views)
        if self._view_counts[0] != wanted:
            counts = {}
            for view in question.views:
                if self._wanted is not None:
                    return None
                query = view.and_also(question.muting.of(view))
                unread = len(self._library.select(query.and_also(UNREAD), now))
                counts[view] = len(self._library.select(query, now)), unread
            self._view_counts = wanted, counts
        return self._view_counts[1]


PATIENCE = 0.02
"""Seconds that a frame is held back for the answer. A query takes about 5 ms; its own frame for the list
and another one for the counts would take more than that."""

MARK_AFTER = 0.12
"""Seconds without a letter after which the words of a search are highlighted in the article: later than
another article is shown, which has its own highlights."""


class ResultsDisplay:
    """Shows the results of the current query in the list, the sidebar and the status line."""

    def __init__(self, host: Host, filters: Filters, refreshing: Refreshing, feeds: Feeds) -> None:
        self._host, self._library, self._clock = host, host.library, host.clock
        self._filters, self._refreshing, self._feeds = filters, refreshing, feeds
        self._sidebar, self._articles, self._article_pane = host.sidebar, host.articles, host.article_pane
        self._information, self._status = host.information, host.result_status
        self.worker = LatestQueryWorker(
            host.library, host.clock, lambda *answer: host.call_later(self._show, *answer)
        )
        self._measured = 0
        """The number of articles when the columns were last chosen."""
        self._marking: Timer | None = None
        self._counted: Query | None = None
        """The query whose counts are shown."""
        self._awaits_counts = False
        """Whether the same query was answered again, and is being counted."""
        self._failure: tuple[str, int] | None = None
        """The reported error of the current query."""

    @property
    def is_pending(self) -> bool:
        """Whether an answer is missing or not yet shown."""
        return self._marking is not None or not self.worker.is_idle

    @property
    def is_listed(self) -> bool:
        """Whether the list shows the answer to the current query, if it has one."""
        return self.worker.is_idle or (
            self._results is not None and self._results.query == self._filters.asked
        )

    @property
    def _results(self) -> Results | None:
        """The results of the latest query that has any."""
        return self._articles.results

    def start(self) -> None:
        """Run the first query."""
        self._show_query()
        folding = self._filters.folding
        try:
            # Query in this thread: it takes less time than painting, so the first paint has the answer.
            self._show_results(self._library.select(self._filters.asked, self._clock(), folding=folding))
        except ReaderError:
            self.ask()
        else:
            self.ask(patience=0, is_recount=True)  # the counts can wait for the first paint

    def query_changed(self) -> None:
        """Show the new query and run it."""
        with self._sidebar.built_once():
            self._show_query()
            self.ask()

    def recount(self) -> None:
        """Count again because marks have changed; the list stays as it is."""
        self.ask(is_recount=True)

    def fit_charts(self) -> None:
        """Count again if the charts have another width."""
        latest = self.worker.latest
        if latest is not None and latest.cells != self._chart_cells:
            self.recount()

    @property
    def _chart_cells(self) -> int:
        """Cells of the sidebar's charts, known before it is laid out."""
        is_wide = self._sidebar.screen.has_class("-wide")
        return max(self._host.start.config.sidebar_width - 3, 8) if is_wide else MOST_PERIODS

    def ask(self, *, patience: float = PATIENCE, is_recount: bool = False) -> None:
        """Run the current query (again)."""
        filters = self._filters
        views = tuple(view.query for view in self._sidebar.views)
        question = Question(
            filters.asked,
            filters.query,
            views,
            filters.muting,
            self._chart_cells,
            filters.folding,
            is_recount,
        )
        with self._sidebar.built_once():
            for answer in self.worker.ask(question, patience):
                self._show(*answer)

    def _show_query(self) -> None:
        query = self._filters.query
        self._sidebar.shown_query = query
        self._status.order = order_in_words(query)
        if self._marking is not None:
            self._marking.reset()
        elif self._article_pane.highlights != highlights(query):
            self._marking = self._host.set_timer(MARK_AFTER, self._mark)

    def _mark(self) -> None:
        """Highlight the words of the search in the article, after typing has paused."""
        self._marking = None
        self._article_pane.highlights = highlights(self._filters.query)

    def _show(self, question: Question, answer: Answer) -> None:
        """Show an answer, unless the query has changed since."""
        is_current = question.query == self._filters.asked
        if isinstance(answer, Exception):
            self._awaits_counts = False
            if not isinstance(answer, ReaderError):
                self._host.warn(error_notice(answer))
            elif is_current:
                position = answer.position if isinstance(answer, QueryError) else 0
                self._failure = str(answer), self._host.search_bar.column_of(position)
                self._information.error = self._failure
        elif not is_current:
            return
        elif isinstance(answer, Counts):
            self._show_counts(answer)
            # Until all files are read, the list stays at its top.
            is_last = question is self.worker.latest and not self._refreshing.is_refreshing
            self._articles.keeps_article |= is_last
        elif question.folding == self._filters.folding:
            self._show_results(answer)

    def _show_results(self, results: Results) -> None:
        if self._failure is not None and self._information.error == self._failure:
            self._information.error = None
        self._failure = None
        if self._measured != self._library.total:
            self._measured = self._library.total
            with suppress(ReaderError):
                self._articles.measures = measures_of(self._library.is_measured)
        self._articles.sought = sought(highlights(self._filters.query))
        self._articles.results = results
        self._awaits_counts = results.query == self._counted
        if not self._awaits_counts:
            self._status.unread = ""
            self.show_status()

    def _show_counts(self, counts: Counts) -> None:
        shown = []
        for view in self._sidebar.views:
            articles, unread = counts.views.get(view.query, (None, 0))
            shown.append(view._replace(articles=articles, unread=unread))
        self._sidebar.views = tuple(shown)
        self._sidebar.facets = counts.facets
        self._counted, self._awaits_counts = self._filters.asked, False
        self.show_status()
        self._status.unread = f"{counts.unread:,} unread"
        hidden = f"{counts.muted:,} muted" if counts.muted else ""
        self._status.muted = "showing muted" if self._filters.shows_muted else hidden

    def show_status(self) -> None:
        """Show how many articles match, and what to do if none does."""
        results, total = self._results, self._library.total
        matching = results.articles if results is not None else None
        # The new total is shown along with the new count of unread articles, unless more files are read.
        if self._refreshing.is_refreshing or not self._awaits_counts:
            self._status.counts = result_counts(
                matching,
                total,
                results is None or results.is_exact,
                is_loading=self._refreshing.is_first_load,
                stories=results.stories if results is not None else None,
            )
        if matching:
            return
        # While files are read, the answer may be older than the number of articles.
        if total and (self._filters.asked.clauses or not self._refreshing.is_refreshing):
            keys = self._host.keymap.in_a_sentence
            self._articles.sentence = no_results(self._filters.query, self._sidebar.facets, keys)
        elif not self._refreshing.is_refreshing:
            self._articles.sentence = NO_ARTICLES + "\n" + self._feeds.invitation("\n")
        else:
            self._articles.sentence = LOOKING

    def action_go_to_unread(self, step: int, times: int = 1) -> None:
        """Go to the next unread article, or to the previous one (-1)."""
        for _ in range(min(times, MOST_TIMES)):
            position = self._nearest_unread(self._articles.cursor, step)
            if position is None:
                self._host.say("No unread articles below" if step > 0 else "No unread articles above")
                return
            self._articles.choose(position)

    def _nearest_unread(self, cursor: int, step: int) -> int | None:
        """The position of the nearest unread article below a position, or above for -1; by bisection among
        the unread ones."""
        results, folding = self._results, self._filters.folding
        if results is None:
            return None
        if folding is None:
            unread = self._library.select(self._filters.asked.and_also(UNREAD), self._clock())
        else:
            only_unread = folding._replace(only_unread=True)
            unread = self._library.select(self._filters.asked, self._clock(), folding=only_unread)

        def position_of(place: int) -> int | None:
            return results.position(unread.window(place, place + 1)[0].number)

        def row_of(place: int) -> int:
            position = position_of(place)
            return len(results) if position is None else position

        place = bisect_left(range(len(unread)), cursor + (step > 0), key=row_of) - (step < 0)
        return position_of(place) if 0 <= place < len(unread) else None
