"""The question and what is shown of its answer: the list, the counts of the sidebar, the standing.

An answer that is there within a moment is shown in one frame with the letter that asked for it. What comes
too late is dropped: each answer says which question it belongs to.
"""

from __future__ import annotations

from textual import on
from textual.timer import Timer

from reader.app.browsing.newest import Newest, Question
from reader.app.browsing.state import Browsing
from reader.app.messages import FacetsReady, QuestionFailed, ResultsReady, Unforeseen
from reader.app.reading.hits import sought
from reader.app.widgets.sidebar_rows import ViewCount
from reader.app.wording import in_words, nothing, order_in_words, standing
from reader.config.views import Configured, arranged
from reader.errors import QueryError, ReaderError
from reader.library.muting import Muting, muting_of
from reader.query import Query, highlights, parse
from reader.query.results import MOST_PERIODS

PATIENCE = 0.02
"""Seconds that a frame is held back for the answer. A question takes some 5 ms; a frame of its own for the
list and another one for the counts would take more than that."""

MARK_AFTER = 0.12
"""Seconds without a letter after which the words of a search are marked in the article: later than another
article is shown, which has its marks already."""


class Asking(Browsing):
    """Keeps results, sidebar and standing in step with the question."""

    _marking: Timer | None = None

    @property
    def is_asking(self) -> bool:
        """Whether an answer is still to come, or to be shown."""
        return self._marking is not None or not self.asker.is_idle

    @property
    def has_answer(self) -> bool:
        """Whether what is listed is the answer to what is asked, as far as it has one."""
        is_listed = self.results is not None and self.results.query == self.asked_query
        return is_listed or self.asker.is_idle

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

    def _ask(self, question: Question, patience: float = PATIENCE) -> None:
        with self.sidebar.built_once():
            for answer in self.asker.ask(question, patience):
                if isinstance(answer, ResultsReady):
                    self._show_results(answer)
                elif isinstance(answer, FacetsReady):
                    self._show_facets(answer)
                elif isinstance(answer, QuestionFailed):
                    self._question_failed(answer)
                elif isinstance(answer, Unforeseen):
                    self._say_unforeseen(answer)

    def stop_asking(self) -> None:
        """Let the thread go."""
        if hasattr(self, "asker"):  # and it has not ended before it began
            self.asker.stop()

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
            # The counts can wait for the first paint.
            self._ask(self._question()._replace(is_recount=True), 0)

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
        with self.sidebar.built_once():
            self._show_question(query)
            self.ask()

    def _show_question(self, query: Query) -> None:
        self.sidebar.shown_query = query
        self.information.words = in_words(query)
        self.standing.order = order_in_words(query)
        if self._marking is not None:
            self._marking.reset()
        elif self.article_pane.highlights != highlights(query):
            self._marking = self.set_timer(MARK_AFTER, self._mark)

    def _mark(self) -> None:
        """Mark in the article what is looked for: the typing has come to rest."""
        self._marking = None
        self.article_pane.highlights = highlights(self.current_query)

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
        if self.results is not None and not len(self.results):
            self.show_standing()
        self.standing.unread = f"{message.unread:,} unread"
        hidden = f"{message.muted:,} muted" if message.muted else ""
        self.standing.muted = "muted shown" if self.shows_muted else hidden

    @on(QuestionFailed)
    def _question_failed(self, message: QuestionFailed) -> None:
        if message.question == self.asked_query:
            column = self.search_bar.column_of(message.position or 0)
            self.information.error = (message.reason, column)

    @on(Unforeseen)
    def _say_unforeseen(self, message: Unforeseen) -> None:
        self.say(message.reason, is_warning=True)

    def show_standing(self) -> None:
        """Say how many match of how many, and what to do where there is nothing."""
        results, total = self.results, self.library.total
        matching = len(results) if results is not None else None
        self.standing.counts = standing(matching, total, results is None or results.is_exact)
        if matching:
            return
        # While files are read, the answer may be older than the number of articles.
        if total and (self.asked_query.clauses or not self.is_refreshing):
            self.articles.sentence = nothing(self.current_query, self.sidebar.facets)
        elif not self.is_refreshing:
            self.articles.sentence = "No articles here yet.\nR looks for new files, ? shows all keys"
        else:
            self.articles.sentence = "Looking for articles…"
