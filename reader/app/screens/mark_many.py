"""Marking many at once: which of the listed articles, and as what, on one small page that says how many.

What follows from the answer is the asker's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from reader.app.paint.cells import fill_left
from reader.app.widgets.key_line import KeyLine, Pressable, pressing

DEEDS = (
    ("r", "read"), ("u", "unread"), ("s", "star"), ("x", "no star"), ("t", "tags…"), ("n", "note…"),
)  # fmt: skip
"""The keys of what can be done, and the words on the page."""


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
    deed: str
    """The key of what shall be done."""


class MarkMany(ModalScreen["Choice | None"]):
    """Which articles, then what; None where it was left with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave"),
        Binding("down,tab", "go(1)", "Down"),
        Binding("up,shift+tab", "go(-1)", "Up"),
        *(Binding(key, f"do('{key}')", words) for key, words in DEEDS),
        *(Binding(key, f"choose('{key}')", key) for key in "vajk"),
    ]

    def __init__(self, scopes: Sequence[Scope]) -> None:
        super().__init__()
        self._scopes = [scope for scope in scopes if scope.size]
        self._chosen = 0

    def compose(self) -> ComposeResult:
        """The scopes with their counts, what can be done, the way out."""
        with Vertical(classes="dialog"):
            yield Label(Content("Mark which?"), classes="dialog--question")
            yield Pressable(id="mark-scopes")
            yield Label(Content("As what?"), classes="dialog--question")
            yield Pressable(self._deeds(), id="mark-deeds")
            yield KeyLine(("up", ""), ("down", "which"), ("escape", "leave"))

    def on_mount(self) -> None:
        """Show the first of them chosen."""
        self._show()

    def action_go(self, step: int) -> None:
        """Choose the next part of the list, or the one before."""
        self._chosen = (self._chosen + step) % len(self._scopes)
        self._show()

    def action_choose(self, key: str) -> None:
        """Choose a part of the list by its key."""
        for place, scope in enumerate(self._scopes):
            if scope.key == key:
                self._chosen = place
        self._show()

    def action_do(self, key: str) -> None:
        """Close with the answer."""
        self.dismiss(Choice(self._scopes[self._chosen].key, key))

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

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

    def _deeds(self) -> Content:
        lines = []
        for pair in zip(DEEDS[::2], DEEDS[1::2], strict=True):
            entries = (
                pressing(Content.assemble((key, "bold $primary"), f"   {words:10}"), key)
                for key, words in pair
            )
            lines.append(Content.assemble("  ", *entries))
        return Content("\n").join(lines)
