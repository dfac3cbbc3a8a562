"""The search bar while it is typed in: the query letter by letter, completion, earlier searches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host
from reader.app.completing import Completion, complete
from reader.app.widgets.lines import InformationLine
from reader.app.widgets.search_bar import SearchBar
from reader.app.widgets.sidebar import Sidebar
from reader.config.search_history import Searches
from reader.errors import QueryError, ReaderError
from reader.library import Library
from reader.query import Query, parse
from reader.query.results import Facet, FacetValue


class SearchInput:
    """Makes queries of what is typed, and offers what the word at the cursor may become."""

    def __init__(
        self,
        host: Host,
        library: Library,
        filters: Filters,
        clock: Callable[[], datetime],
        searches: Searches,
        *,
        search_bar: SearchBar,
        information: InformationLine,
        sidebar: Sidebar,
        leave: Callable[[], object],
    ) -> None:
        """`sidebar` has the values and views to complete; `leave` goes to the list."""
        self._host, self._library, self._filters, self._clock = host, library, filters, clock
        self._searches, self._bar, self._information = searches, search_bar, information
        self._sidebar, self._leave = sidebar, leave
        self._tags: tuple[FacetValue, ...] = ()
        self._completion: Completion | None = None
        self._candidate = -1
        """The candidate that is in the bar; -1 = none yet."""
        self._completed = ""
        """The text that the candidates complete."""

    def typed(self, text: str) -> None:
        """Ask for what is typed so far."""
        self._searches.forget_place()
        self._ask_text(text)
        self._host.call_later(self._offer)  # the cursor has not followed the letter yet

    def _ask_text(self, text: str) -> None:
        """Ask for a text; one that is no query leaves the last good answer in place."""
        try:
            query = parse(text, typing=True)
        except QueryError as error:
            self._show_error(error)
            return
        self._information.error = None
        self._filters.typed(query)

    def _show_error(self, error: QueryError) -> None:
        self._information.error = (error.reason, self._bar.column_of(error.position))

    def begin(self) -> None:
        """The search bar has got the focus."""
        self._host.in_thread(self._read_tags, "tags")
        text, line = self._bar.text, self._bar.line
        # A text that was put together elsewhere is whole: the next letters are a word of their own.
        if text and line.cursor_position == len(text) and text == str(self._filters.query):
            self._bar.show(f"{text} ")

    def end(self) -> None:
        """The search bar has lost the focus: report an error in the text, else remember it."""
        self._withdraw()
        try:
            parse(self._bar.text)  # while it was typed, an unfinished word was left out of the query
        except QueryError as error:
            self._show_error(error)
        if self._information.error is None:
            self._searches.add(self._bar.text)

    def _read_tags(self) -> None:
        """Runs in a thread: tags have no section in the sidebar."""
        try:
            found = self._library.facet("tag", Query(), self._clock()).values
        except ReaderError:
            return  # the query itself reports it
        self._host.call_later(self._have_tags, found)

    def _have_tags(self, values: tuple[FacetValue, ...]) -> None:
        self._tags = values

    def complete(self, step: int) -> None:
        """Put the next candidate into the bar, or the previous one; without any, leave it."""
        completion = self._completion
        if completion is None:
            self._leave()
            return
        count = len(completion.candidates)
        first = 0 if step > 0 else count - 1
        self._candidate = first if self._candidate < 0 else (self._candidate + step) % count
        text, cursor = completion.applied(self._completed, self._candidate)
        self._bar.show(text, cursor)
        self._ask_text(text)
        if count == 1:
            self._offer()
        else:
            self._show_candidates()

    def recall(self, step: int) -> None:
        """Show an earlier search, or a later one; after the latest go to the list."""
        is_older = step < 0
        text = self._searches.older(self._bar.text) if is_older else self._searches.newer()
        if text is not None:
            self._withdraw()
            self._bar.show(text)
            self._ask_text(text)
        elif not is_older:
            self._leave()

    def have_counts(self, query: Query, facets: Sequence[Facet]) -> None:
        """Offer the candidates with new counts, unless the person is choosing among them."""
        is_waiting = self._completion is not None and self._candidate < 0
        if is_waiting and self._completed == self._bar.text and query == self._filters.asked:
            self._offer(facets)

    def _offer(self, facets: Sequence[Facet] | None = None) -> None:
        """Show what the word at the cursor may become."""
        known = self._sidebar.facets if facets is None else facets
        values = {facet.field: facet.values for facet in known} | {"tag": self._tags}
        views = [(view.name, str(view.query)) for view in self._sidebar.views]
        self._completed = self._bar.text
        self._completion = complete(self._completed, self._bar.line.cursor_position, values, views)
        self._candidate = -1
        self._show_candidates()

    def _withdraw(self) -> None:
        self._completion = None
        self._show_candidates()

    def _show_candidates(self) -> None:
        found = self._completion.candidates if self._completion else ()
        self._information.choices = tuple((one.shown, one.number) for one in found)
        self._information.chosen = self._candidate
