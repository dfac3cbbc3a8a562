"""A line at the foot of the screen in which words are typed that are looked for in the article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from reader.app.widgets.search_bar import SearchLine


class FindBar(Horizontal):
    """Tells what is typed, letter by letter, and how many times it was found."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]
    DEFAULT_CSS = """
    FindBar { height: 1; dock: bottom; background: $background; }
    FindBar Static { width: auto; color: $foreground-muted; background: $background; padding: 0 1; }
    FindBar Input, FindBar Input:focus {
        width: 1fr; background: $background; color: $foreground; background-tint: transparent;
    }
    FindBar Input > .input--cursor { background: $primary; color: $background; text-style: none; }
    """

    said: reactive[str] = reactive("")
    """What stands at the right: how often it was found."""

    @dataclass
    class Typed(Message):
        """The person changed the text."""

        text: str

    class Entered(Message):
        """The person is done typing and wants to go from hit to hit."""

    class Left(Message):
        """The person does not look for anything any longer."""

    def compose(self) -> ComposeResult:
        """What it is, the line, the number."""
        yield Static("Find in the article:", markup=False)
        line = SearchLine(compact=True, select_on_focus=False)
        line.cursor_blink = False
        yield line
        yield Static("", id="find-said", markup=False)

    def watch_said(self, said: str) -> None:
        """Show it."""
        if self.is_mounted:
            self.query_one("#find-said", Static).update(said)

    @property
    def line(self) -> SearchLine:
        """The line to type in."""
        return self.query_one(SearchLine)

    def action_leave(self) -> None:
        """Stop looking."""
        self.post_message(self.Left())

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered())
