"""Changing the question: by choosing in the sidebar, by a view, by another order."""

from __future__ import annotations

from textual import on

from reader.app.browsing.state import Browsing
from reader.app.messages import ValuePressed
from reader.app.widgets.sidebar import Sidebar
from reader.app.widgets.sidebar_chart import stepped
from reader.errors import counted
from reader.query import SORTS, UNREAD, Query


class Narrowing(Browsing):
    """One question, whichever way it is put; the search bar always shows it as text."""

    def put(self, query: Query) -> None:
        """Ask this from now on, and show its text."""
        self.information.error = None
        self.search_bar.show(str(query))
        self.current_query = query

    @on(ValuePressed)
    def _value_pressed(self, message: ValuePressed) -> None:
        query = self.current_query
        change = query.excluding if message.exclude else query.toggling
        self.put(change(message.field, message.value))

    @on(Sidebar.RangePicked)
    def _range_picked(self, message: Sidebar.RangePicked) -> None:
        self.put(self.current_query.narrowed(message.field, message.value))

    @on(Sidebar.ViewChosen)
    def _view_chosen(self, message: Sidebar.ViewChosen) -> None:
        self.put(message.view.query)

    def action_choose_view(self, number: int) -> None:
        """Show the view with this number, counted from 1."""
        views = self.sidebar.views
        if number <= len(views):
            self.put(views[number - 1].query)
        else:
            self.say(f"There {'is' if len(views) == 1 else 'are'} only {counted(len(views), 'view')}")

    def action_clear(self) -> None:
        """Ask for everything, newest first."""
        self.put(Query())

    def action_exclude(self) -> None:
        """Exclude what is under the cursor of the sidebar."""
        if self.place == "sidebar":
            self.sidebar.choose(exclude=True)
        else:
            self.say("x leaves a topic or a provider out: press it in the sidebar (f goes there)")

    def action_step_down(self) -> None:
        """Lower the least quality; on the sidebar's dates go to the period before."""
        self._step(-1)

    def action_step_up(self) -> None:
        """Raise the least quality; on the sidebar's dates go to the next period."""
        self._step(1)

    def _step(self, step: int) -> None:
        if not (self.place == "sidebar" and self.sidebar.step(step)):
            self.put(self.current_query.narrowed("quality", stepped(self.current_query, step)))

    def action_sort_values(self) -> None:
        """Sort the sidebar's values by name, or by count again."""
        self.sidebar.sort_values()

    def action_next_sort(self) -> None:
        """Go to the next order; relevance only where words are looked for."""
        has_words = any(term.field in ("text", "title") for term in self.current_query.terms())
        orders = [order for order in SORTS if order != "relevance" or has_words]
        here = orders.index(self.current_query.sort) if self.current_query.sort in orders else -1
        self.put(self.current_query.with_sort(orders[(here + 1) % len(orders)]))

    def action_focus_facets(self) -> None:
        """Go to the topics; from there to the providers, and so round the sections."""
        sections = [facet.field for facet in self.sidebar.facets if facet.values]
        row = self.sidebar.row
        start = 0
        if self.place == "sidebar" and row is not None and row.section in sections:
            start = sections.index(row.section) + 1
        self.go_to("sidebar")
        for step in range(len(sections)):
            if self.sidebar.show_section(sections[(start + step) % len(sections)]):
                return

    def action_find_value(self) -> None:
        """Open the box of the section under the cursor."""
        self.go_to("sidebar")
        self.sidebar.find()

    def unread_only(self) -> Query:
        """The current question, narrowed to what is unread."""
        return self.asked_query.and_also(UNREAD)
