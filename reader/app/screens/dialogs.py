"""Two small questions over the screen: yes or no, and a line of text.

Text from outside goes through Content, never through markup. What follows from an answer is the asker's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input, Label

from reader.app.paint.cells import ELLIPSIS, cut
from reader.app.widgets.key_line import KeyLine

MOST_DETAILS = 8
"""Lines under a question; there may be hundreds."""
DETAIL_WIDTH = 60
"""Cells of such a line."""


class Confirm(ModalScreen[bool]):
    """A question that is answered with yes (y, Enter) or no (n, Esc)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "Yes"),
        Binding("n,escape,q", "answer(False)", "No"),
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

    def action_answer(self, answer: bool) -> None:
        """Close with the answer."""
        self.dismiss(answer)


def _few(lines: Sequence[str]) -> list[str]:
    """The first lines, each in one line of the dialog, and how many more there are."""
    shown = [cut(line, DETAIL_WIDTH) for line in lines[:MOST_DETAILS]]
    more = len(lines) - len(shown)
    return [*shown, f"{ELLIPSIS} {more:,} more"] if more else shown


class Ask(ModalScreen["str | None"]):
    """A question that is answered with a line of text; None where it was left with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave")]

    def __init__(
        self, title: str, value: str = "", suggestions: Sequence[str] = (), *, is_proposal: bool = False
    ) -> None:
        """Typing goes on from the value; it replaces one that is only a proposal."""
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
            yield Input(self._value, suggester=suggester, compact=True)
            keys = [("enter", "done"), ("escape", "leave as it was")]
            yield KeyLine(*keys, *([("right", "complete")] if suggester else []))

    def on_mount(self) -> None:
        """Write at the end of what is there, or in the place of a proposal."""
        line = self.query_one(Input)
        line.select_on_focus = line.cursor_blink = False
        line.focus()
        line.cursor_position = len(self._value)
        if self._is_proposal:
            line.select_all()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close with what stands there."""
        event.stop()
        self.dismiss(event.value)

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


class LastPart(Suggester):
    """Completes the part after the last comma, so that one of several tags can be completed."""

    def __init__(self, suggestions: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._suggestions = tuple(suggestions)

    async def get_suggestion(self, value: str) -> str | None:
        """The whole line with its last part completed; None where nothing begins so."""
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
