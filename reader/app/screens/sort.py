"""The page of sort orders: choose one, or reverse it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList

from reader.app.keys import binding
from reader.app.screens.page import MOVING, KeyLine, Page
from reader.app.wording import order_in_words
from reader.query import Query


class SortPage(Page["Query | None"]):
    """Closes with the query in the chosen order, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        binding("sort", "move(1)"),
        binding("reverse_sort", "reverse", "r"),
    ]

    def __init__(self, query: Query, orders: tuple[str, ...]) -> None:
        super().__init__()
        self._query = query
        self._orders = orders
        self._is_reversed = query.is_reversed

    def compose(self) -> ComposeResult:
        """The orders and the keys."""
        with Vertical(classes="dialog"):
            yield Label(Content("Sort order"), classes="dialog--question")
            yield OptionList(markup=False, classes="body")
            yield KeyLine(("enter", "sort"), ("reverse_sort", "reverse"), ("back", "cancel"))

    def on_mount(self) -> None:
        """Begin at the present order."""
        self._show(self._orders.index(self._query.sort) if self._query.sort in self._orders else 0)

    def _show(self, place: int) -> None:
        orders = self.query_one(OptionList)
        orders.clear_options()
        orders.add_options([order_in_words(self._sorted(name)) for name in self._orders])
        orders.highlighted = place

    def _sorted(self, name: str) -> Query:
        return self._query.with_sort(name, self._is_reversed)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._sorted(self._orders[event.option_index]))

    def action_reverse(self) -> None:
        """Reverse the orders."""
        self._is_reversed = not self._is_reversed
        self._show(self.query_one(OptionList).highlighted or 0)
