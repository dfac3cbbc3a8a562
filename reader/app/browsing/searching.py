"""The search bar: asking as it is typed, completing the word at the cursor, earlier searches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events, on
from textual.message import Message

from reader.app.browsing.narrowing import Narrowing
from reader.app.completing import Completion, complete
from reader.app.messages import FacetsReady
from reader.app.widgets.search_bar import SearchBar
from reader.config.paths import state_dir
from reader.config.search_history import Searches
from reader.errors import QueryError, ReaderError
from reader.query import Query, parse
from reader.query.results import Facet, FacetValue


class Searching(Narrowing):
    """What is done while the person writes."""

    @dataclass
    class TagsKnown(Message):
        """A worker has asked for the tags, which have no section in the sidebar."""

        values: tuple[FacetValue, ...]

    def __init__(self, *arguments: object, **settings: object) -> None:
        super().__init__(*arguments, **settings)  # type: ignore[arg-type]
        self.searches = Searches(state_dir() / "searches" if self.config.remember else None)
        self._tags: tuple[FacetValue, ...] = ()
        self._completion: Completion | None = None
        self._candidate = -1
        """Which candidate stands in the bar; -1 = none yet."""
        self._completed = ""
        """The text that the candidates complete."""

    def start_searching(self) -> None:
        """Listen to the search bar."""
        self.watch(self.search_bar, "typed", self._typed, init=False)

    def _typed(self, text: str) -> None:
        self.searches.forget_place()
        self._ask_text(text)
        self.call_next(self._offer)  # the cursor has not followed the letter yet

    def _ask_text(self, text: str) -> None:
        """Ask what is written so far; a text that means nothing leaves the last good answer in place."""
        try:
            query = parse(text, typing=True)
        except QueryError as error:
            self.information.error = (error.reason, self.search_bar.column_of(error.position))
            return
        self.information.error = None
        self.current_query = query

    def _look_whole(self, text: str) -> None:
        """Say what is wrong with a text that nobody is writing any more: while `is:unr` could become more,
        it was left out of the question."""
        try:
            parse(text)
        except QueryError as error:
            self.information.error = (error.reason, self.search_bar.column_of(error.position))

    @on(SearchBar.Entered)
    def _entered(self) -> None:
        self.go_to("list")

    @on(events.DescendantFocus)
    def _begin_search(self, event: events.DescendantFocus) -> None:
        line = self.search_bar.line
        if event.widget is not line:
            return
        self.in_thread(self._ask_tags, "tags")
        text = line.value
        # What was chosen elsewhere is whole: the next letters are a word of their own.
        if text and line.cursor_position == len(text) and text == str(self.current_query):
            self.search_bar.show(f"{text} ")

    @on(events.DescendantBlur)
    def _end_search(self, event: events.DescendantBlur) -> None:
        if event.widget is self.search_bar.line:
            self._withdraw()
            self._look_whole(self.search_bar.text)
            if self.information.error is None:
                self.searches.add(self.search_bar.text)

    def _ask_tags(self) -> None:
        """Runs in a thread and only posts a message."""
        try:
            found = self.library.facet("tag", Query(), self.clock()).values
        except ReaderError:
            return  # the question itself says what is wrong
        self.post_message(self.TagsKnown(found))

    @on(TagsKnown)
    def _have_tags(self, message: TagsKnown) -> None:
        self._tags = message.values

    @on(SearchBar.Completing)
    def _complete(self, message: SearchBar.Completing) -> None:
        """Put the next candidate into the bar; without any, leave it."""
        completion = self._completion
        if completion is None:
            self.go_to("list")
            return
        count = len(completion.candidates)
        first = 0 if message.step > 0 else count - 1
        self._candidate = first if self._candidate < 0 else (self._candidate + message.step) % count
        text, cursor = completion.applied(self._completed, self._candidate)
        self.search_bar.show(text, cursor)
        self._ask_text(text)
        if count == 1:
            self._offer()
        else:
            self._show_candidates()

    @on(SearchBar.Recalled)
    def _recall(self, message: SearchBar.Recalled) -> None:
        """Show an earlier search, or a later one; after the latest go to the list."""
        older = message.step < 0
        text = self.searches.older(self.search_bar.text) if older else self.searches.newer()
        if text is not None:
            self._withdraw()
            self.search_bar.show(text)
            self._ask_text(text)
        elif not older:
            self.go_to("list")

    @on(FacetsReady)
    def _count_candidates(self, message: FacetsReady) -> None:
        """Offer them with the new counts, unless the person is going round them."""
        is_waiting = self._completion is not None and self._candidate < 0
        if is_waiting and self._completed == self.search_bar.text and message.question == self.asked_query:
            self._offer(message.facets)

    def _offer(self, facets: Sequence[Facet] | None = None) -> None:
        """Show what the word at the cursor may become."""
        known = self.sidebar.facets if facets is None else facets
        values = {facet.field: facet.values for facet in known} | {"tag": self._tags}
        views = [(view.name, str(view.query)) for view in self.sidebar.views]
        self._completed = self.search_bar.text
        self._completion = complete(self._completed, self.search_bar.line.cursor_position, values, views)
        self._candidate = -1
        self._show_candidates()

    def _withdraw(self) -> None:
        self._completion = None
        self._show_candidates()

    def _show_candidates(self) -> None:
        found = self._completion.candidates if self._completion else ()
        self.information.choices = tuple((one.shown, one.number) for one in found)
        self.information.chosen = self._candidate
