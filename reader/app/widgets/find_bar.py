"""A line at the foot of the screen in which words are typed that are looked for in the article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import Input

from reader.app.widgets.search_bar import SearchLine


class FindBar(SearchLine):
    """Tells what is typed, letter by letter, and says how many times it was found.

    One widget without children, so that it takes the very next key when it is put on the screen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]
    DEFAULT_CSS = """
    FindBar, FindBar:focus {
        dock: bottom; width: 100%; padding: 0 1;
        background: $background; color: $foreground; background-tint: transparent;
    }
    FindBar > .input--placeholder { color: $foreground-muted; }
    FindBar > .input--cursor { background: $primary; color: $background; text-style: none; }
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

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(placeholder="Find in the article", compact=True, select_on_focus=False, id=id)
        self.cursor_blink = False

    def render_line(self, y: int) -> Strip:
        """What is typed, and over its end what was found."""
        width = self.content_size.width
        strip = super().render_line(y).adjust_cell_length(width, self.rich_style)
        room = width - cell_len(self.said) - 2
        if not self.said or room < cell_len(self.value) + 1:
            return strip
        dim = self.rich_style + self.get_component_rich_style("input--placeholder")
        return Strip.join([strip.crop(0, room), Strip([Segment(f"  {self.said}", dim)])])

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
