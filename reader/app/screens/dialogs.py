"""The questions over the screen: yes or no, a line of text, a note, and which of the listed articles to mark.

Text from outside goes through Content, never through markup. The caller decides what to do with an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, Label, OptionList, TextArea

from reader.app.keys import binding
from reader.app.paint.cells import ELLIPSIS, cut, fill_left
from reader.app.screens.page import MOVING, KeyLine, Page
from reader.app.widgets.lines import Pressable, TextLine, pressing
from reader.app.wording import order_in_words
from reader.query import Query

LONGEST_NOTE = 100_000
"""Maximum number of characters."""
MOST_DETAILS = 8
"""Lines shown under a question."""
DETAIL_WIDTH = 60
"""Cells of such a line."""
ACTIONS = (
    ("r", "read"), ("u", "unread"), ("s", "star"), ("x", "unstar"), ("t", "tags…"), ("n", "note…"),
)  # fmt: skip
"""The keys of the actions, and their labels."""


class Confirm(Page[bool]):
    """A question answered with yes (y, Enter) or no (n, Esc)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "Yes"),
        Binding("n", "answer(False)", "No"),
    ]

    def __init__(self, question: str, details: Sequence[str] = ()) -> None:
        super().__init__()
        self._question = question
        self._details = details

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(self._question), classes="dialog--question")
            if self._details:
                lines = [cut(line, DETAIL_WIDTH) for line in self._details[:MOST_DETAILS]]
                if more := len(self._details) - len(lines):
                    lines.append(f"{ELLIPSIS} {more:,} more")
                yield Label(Content("\n".join(lines)), classes="dialog--details")
            yield KeyLine(("y", "yes"), ("n", "no"))

    def action_leave(self) -> None:
        """Close with no."""
        self.dismiss(False)

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class Ask(Page["str | None"]):
    """A question answered with a line of text; None if cancelled."""

    def __init__(
        self, title: str, value: str = "", suggestions: Sequence[str] = (), *, is_proposal: bool = False
    ) -> None:
        """Typing continues at the end of the value, or replaces a proposal."""
        super().__init__()
        self._title = title
        self._is_proposal = is_proposal
        self._value = value
        self._suggestions = tuple(suggestions)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(self._title), classes="dialog--question")
            suggester = LastPart(self._suggestions) if self._suggestions else None
            yield TextLine(self._value, suggester=suggester, select_on_focus=self._is_proposal)
            complete = [("right", "complete")] if suggester else []
            yield KeyLine(("enter", "ok"), ("back", "cancel"), *complete)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)


class LastPart(Suggester):
    """Completes the part after the last comma, so that one of several tags can be completed."""

    def __init__(self, suggestions: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._suggestions = tuple(suggestions)

    async def get_suggestion(self, value: str) -> str | None:
        """The whole line with its last part completed; None if no suggestion fits."""
        before, comma, last = value.rpartition(",")
        blanks = last[: len(last) - len(last.lstrip())]
        begun = last.strip().casefold()
        if not begun:
            return None
        taken = {part.strip().casefold() for part in before.split(",")}
        for suggestion in self._suggestions:
            folded = suggestion.casefold()
            if folded.startswith(begun) and folded != begun and folded not in taken:
                return before + comma + blanks + last.strip() + suggestion[len(begun) :]
        return None


class Note(Page["str | None"]):
    """A note of several lines; None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep", priority=True),
        binding("back", "leave", is_priority=True),
    ]

    def __init__(self, title: str, note: str = "") -> None:
        super().__init__()
        self._title = title
        self._note = note

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(self._title), classes="dialog--question")
            yield TextArea(self._note, show_line_numbers=False, compact=True, tab_behavior="focus")
            yield KeyLine(("ctrl+s", "save"), ("back", "cancel"))

    def on_mount(self) -> None:
        lines = self.query_one(TextArea)
        lines.cursor_blink = False
        lines.move_cursor(lines.document.end)
        lines.focus()

    @property
    def written(self) -> str:
        """The text, without surrounding blanks."""
        return self.query_one(TextArea).text.strip()[:LONGEST_NOTE]

    def action_keep(self) -> None:
        self.dismiss(self.written)

    def action_leave(self) -> None:
        """Close without an answer; changes are discarded only after a warning."""
        if self.written == self._note.strip() or self.query_one(KeyLine).has_class("-warning"):
            self.dismiss(None)
        else:
            self._warn(True)

    def on_text_area_changed(self) -> None:
        """After further changes, warn again."""
        if self.query_one(KeyLine).has_class("-warning"):
            self._warn(False)

    def _warn(self, is_warned: bool) -> None:
        line = self.query_one(KeyLine)
        line.set_class(is_warned, "-warning")
        line.show(("ctrl+s", "save"), ("back", "again to discard changes" if is_warned else "cancel"))


class Scope(NamedTuple):
    """A part of the list that can be marked at once."""

    key: str
    """The key that chooses it."""
    words: str
    """After its count: "above the cursor"."""
    size: int


class Choice(NamedTuple):
    """What was chosen."""

    scope: str
    """The key of the scope."""
    action: str
    """The key of the action."""


class MarkMany(Page["Choice | None"]):
    """Asks which articles to mark, then how; None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.simulate_key('down')", "Down"),
        Binding("shift+tab", "app.simulate_key('up')", "Up"),
        *(Binding(key, f"do('{key}')", words) for key, words in ACTIONS),
        *(Binding(key, f"choose('{key}')", key) for key in "vajk"),
    ]

    def __init__(self, scopes: Sequence[Scope]) -> None:
        super().__init__()
        self._scopes = [scope for scope in scopes if scope.size]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content("Mark which articles?"), classes="dialog--question")
            yield OptionList(markup=False, classes="body")
            yield Label(Content("Mark as"), classes="dialog--question")
            yield Pressable(Content("\n").join(self._action_keys()), id="mark-actions")
            yield KeyLine(("up down", "move"), ("back", "cancel"))

    def on_mount(self) -> None:
        width = max(len(f"{scope.size:,}") for scope in self._scopes)
        rows = []
        for scope in self._scopes:
            count = fill_left(f"{scope.size:,}", width)
            rows.append(Content.assemble((scope.key, "bold $primary"), f"   {count} {scope.words}"))
        self.show_options(rows, 0)

    def action_choose(self, key: str) -> None:
        for place, scope in enumerate(self._scopes):
            if scope.key == key:
                self.query_one(OptionList).highlighted = place

    def action_do(self, key: str) -> None:
        self.dismiss(Choice(self._scopes[self.list_cursor].key, key))

    def _action_keys(self) -> Iterator[Content]:
        """The actions in lines of two."""
        entries = [
            pressing(Content.assemble((key, "bold $primary"), f"   {words:10}"), key)
            for key, words in ACTIONS
        ]
        for pair in zip(entries[::2], entries[1::2], strict=True):
            yield Content.assemble("  ", *pair)


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
        with Vertical(classes="dialog"):
            yield Label(Content("Sort order"), classes="dialog--question")
            yield OptionList(markup=False, classes="body")
            yield KeyLine(("enter", "sort"), ("reverse_sort", "reverse"), ("back", "cancel"))

    def on_mount(self) -> None:
        self._show(self._orders.index(self._query.sort) if self._query.sort in self._orders else 0)

    def _show(self, place: int) -> None:
        self.show_options([order_in_words(self._sorted(name)) for name in self._orders], place)

    def _sorted(self, name: str) -> Query:
        return self._query.with_sort(name, self._is_reversed)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._sorted(self._orders[event.option_index]))

    def action_reverse(self) -> None:
        self._is_reversed = not self._is_reversed
        self._show(self.list_cursor)
