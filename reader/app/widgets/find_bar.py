"""A line at the foot of the screen, to find words in the article."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import on
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import Input

from reader.app.widgets.search_bar import SearchLine


class FindBar(SearchLine):
    """Has every letter looked for at once, and shows what came of it.

    A single widget without children, so that it takes the very next key after it is mounted.
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

    result: reactive[str] = reactive("")
    """Shown at the right: how often the text was found."""

    def __init__(self, find: Callable[[str], str], leave: Callable[[bool], object]) -> None:
        """`find` looks for a text and says how often it is there; `leave` gets whether that is cancelled."""
        super().__init__(placeholder="Find in the article", compact=True, select_on_focus=False)
        self.cursor_blink = False
        self._find, self._leave = find, leave

    def render_line(self, y: int) -> Strip:
        """The typed text, and the result over its end."""
        width = self.content_size.width
        strip = super().render_line(y).adjust_cell_length(width, self.rich_style)
        room = width - cell_len(self.result) - 2
        if not self.result or room < cell_len(self.value) + 1:
            return strip
        dim = self.rich_style + self.get_component_rich_style("input--placeholder")
        return Strip.join([strip.crop(0, room), Strip([Segment(f"  {self.result}", dim)])])

    def action_leave(self) -> None:
        """Cancel the search."""
        self._leave(True)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.result = self._find(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._leave(False)
