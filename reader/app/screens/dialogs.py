"""The questions over the screen: yes or no, a line of text, a note, and which of the listed articles to mark.

Text from outside goes through Content, never through markup. What follows from an answer is the asker's.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from reader.app.screens.page import MOVING, Hint, KeyLine, Page, Pressable, pressing
from reader.app.widgets.lines import TextLine
from reader.app.wording import order_in_words
from reader.query import Query

LONGEST_NOTE = 100_000
"""Characters."""
MOST_DETAILS = 8
"""Lines under a question; there may be hundreds."""
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
        """The question, what it is about, and the keys that answer it."""
        with Vertical(classes="dialog"):
            yield Label(Content(self._question), classes="dialog--question")
            if self._details:
                yield Label(Content("\n".join(_few(self._details))), classes="dialog--details")
            yield KeyLine(("y", "yes"), ("n", "no"))

    def action_leave(self) -> None:
        """Close with no."""
        self.dismiss(False)

    def action_answer(self, answer: bool) -> None:
        """Close with the answer."""
        self.dismiss(answer)


def _few(lines: Sequence[str]) -> list[str]:
    """The first lines, each in one line of the dialog, and how many more there are."""
    shown = [cut(line, DETAIL_WIDTH) for line in lines[:MOST_DETAILS]]
    more = len(lines) - len(shown)
    return [*shown, f"{ELLIPSIS} {more:,} more"] if more else shown


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
        """The title, the line, and the keys."""
        with Vertical(classes="dialog"):
            yield Label(Content(self._title), classes="dialog--question")
            suggester = LastPart(self._suggestions) if self._suggestions else None
            yield TextLine(self._value, suggester=suggester, select_on_focus=self._is_proposal)
            keys = [("enter", "ok"), ("back", "cancel")]
            yield KeyLine(*keys, *([("right", "complete")] if suggester else []))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close with the text."""
        event.stop()
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
        self._is_warned = False

    def compose(self) -> ComposeResult:
        """The title, the lines, and the keys."""
        with Vertical(classes="dialog"):
            yield Label(Content(self._title), classes="dialog--question")
            yield TextArea(self._note, show_line_numbers=False, compact=True, tab_behavior="focus")
            yield KeyLine(*self._keys(), id="note-keys")

    def on_mount(self) -> None:
        """Continue at the end of the text."""
        lines = self.query_one(TextArea)
        lines.cursor_blink = False
        lines.move_cursor(lines.document.end)
        lines.focus()

    @property
    def written(self) -> str:
        """The text, without surrounding blanks."""
        return self.query_one(TextArea).text.strip()[:LONGEST_NOTE]

    def action_keep(self) -> None:
        """Close with the text."""
        self.dismiss(self.written)

    def action_leave(self) -> None:
        """Close without an answer; changes are discarded only after a warning."""
        if self.written == self._note.strip() or self._is_warned:
            self.dismiss(None)
            return
        self._is_warned = True
        self._show_keys()

    def on_text_area_changed(self) -> None:
        """After further changes, warn again."""
        if self._is_warned:
            self._is_warned = False
            self._show_keys()

    def _show_keys(self) -> None:
        line = self.query_one("#note-keys", KeyLine)
        line.set_class(self._is_warned, "-warning")
        line.show(*self._keys())

    def _keys(self) -> tuple[Hint, Hint]:
        leave = "again to discard changes" if self._is_warned else "cancel"
        return ("ctrl+s", "save"), ("back", leave)


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
    """Which articles to mark, then how; None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,tab", "go(1)", "Down"),
        Binding("up,shift+tab", "go(-1)", "Up"),
        *(Binding(key, f"do('{key}')", words) for key, words in ACTIONS),
        *(Binding(key, f"choose('{key}')", key) for key in "vajk"),
    ]

    def __init__(self, scopes: Sequence[Scope]) -> None:
        super().__init__()
        self._scopes = [scope for scope in scopes if scope.size]
        self._chosen = 0

    def compose(self) -> ComposeResult:
        """The scopes with their counts, the actions, the keys."""
        with Vertical(classes="dialog"):
            yield Label(Content("Mark which articles?"), classes="dialog--question")
            yield Pressable(id="mark-scopes")
            yield Label(Content("Mark as"), classes="dialog--question")
            yield Pressable(self._action_keys(), id="mark-actions")
            yield KeyLine(("up", ""), ("down", "move"), ("back", "cancel"))

    def on_mount(self) -> None:
        """Start with the first scope."""
        self._show()

    def action_go(self, step: int) -> None:
        """Select the next scope, or the previous one."""
        self._chosen = (self._chosen + step) % len(self._scopes)
        self._show()

    def action_choose(self, key: str) -> None:
        """Select a scope by its key."""
        for place, scope in enumerate(self._scopes):
            if scope.key == key:
                self._chosen = place
        self._show()

    def action_do(self, key: str) -> None:
        """Close with the answer."""
        self.dismiss(Choice(self._scopes[self._chosen].key, key))

    def _show(self) -> None:
        width = max(len(f"{scope.size:,}") for scope in self._scopes)
        lines = []
        for place, scope in enumerate(self._scopes):
            is_chosen = place == self._chosen
            words = f"   {fill_left(f'{scope.size:,}', width)} {scope.words}"
            line = Content.assemble(
                ("▌ " if is_chosen else "  ", "$primary"),
                (scope.key, "bold $primary"),
                (words, "bold" if is_chosen else "$foreground-muted"),
            )
            lines.append(pressing(line, scope.key))
        self.query_one("#mark-scopes", Pressable).update(Content("\n").join(lines))

    def _action_keys(self) -> Content:
        lines = []
        for pair in zip(ACTIONS[::2], ACTIONS[1::2], strict=True):
            entries = (
                pressing(Content.assemble((key, "bold $primary"), f"   {words:10}"), key)
                for key, words in pair
            )
            lines.append(Content.assemble("  ", *entries))
        return Content("\n").join(lines)


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
        """Start at the current order."""
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
