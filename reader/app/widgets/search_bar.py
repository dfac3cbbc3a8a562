"""The search bar: its text is the query, in the language of views and the command line."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive, var
from textual.strip import Strip
from textual.widgets import Input
from textual.widgets import Static as Sign

from reader.article.text import clean

PLACEHOLDERS = (
    "search: words, topic:AI, since:7d",
    "search: words, topic:AI",
    "search: words",
    "search",
)
"""The placeholder of the empty bar: the longest for which there is room."""


class SearchLine(Input):
    """A line to type in that accepts no control characters, typed, pasted or set."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """As in any widget, but without a new layout of the screen for each letter."""

    def validate_value(self, value: str) -> str:
        """The text as it may be painted."""
        return clean(value).replace("\n", " ").replace("\t", " ")

    def render_line(self, y: int) -> Strip:
        """The text, with a sign that it goes on while it is only read."""
        line, width = super().render_line(y), self.content_size.width
        if self.has_focus or cell_len(self.value) <= width:
            return line
        return Strip.join([line.crop(0, width - 1), Strip([Segment("…", self.rich_style)])])

    def on_focus(self) -> None:
        """Show where the cursor is."""
        column = cell_len(self.value[: self.cursor_position])
        self.scroll_to_region(Region(column, 0, 1, 1), force=True, animate=False)

    def on_blur(self) -> None:
        """Show the beginning: a text that is only read begins there."""
        self.show_beginning()

    def show_beginning(self) -> None:
        """Show the text from its beginning."""
        self.scroll_to(x=0, animate=False, force=True, immediate=True)


class SearchBar(Horizontal):
    """A sign and a line to type in; every change is reported at once."""

    @dataclass
    class Completing(Message):
        """The next candidate for the word at the cursor is wanted, or the previous one (-1)."""

        step: int

    @dataclass
    class Recalled(Message):
        """An earlier search (-1) or a later one (1) is wanted."""

        step: int

    typed: var[str] = var("", init=False)
    """What the user has typed, for the screen to watch: by message it would come a frame later."""

    class Entered(Message):
        """Enter was pressed: the results are wanted."""

    def compose(self) -> ComposeResult:
        """The sign and the line."""
        yield Sign("⌕ ", id="search-sign", markup=False)
        line = SearchLine(placeholder=PLACEHOLDERS[0], compact=True, select_on_focus=False, id="search-text")
        line.cursor_blink = False
        yield line

    @property
    def line(self) -> SearchLine:
        """The line to type in."""
        return self.query_one(SearchLine)

    @property
    def text(self) -> str:
        """The text in the bar."""
        return self.line.value

    def on_mount(self) -> None:
        """Listen to the line."""
        self.watch(self.line, "value", self._tell, init=False)

    def on_resize(self) -> None:
        """Say what can be written here, in the room that there is."""
        room = self.size.width - 2  # behind the sign
        fitting = (words for words in PLACEHOLDERS if len(words) < room)
        self.line.placeholder = next(fitting, "")

    def show(self, text: str, cursor: int | None = None) -> None:
        """Put a text into the bar without telling anybody; the cursor goes to its end or where it says."""
        self.set_reactive(SearchBar.typed, text)
        self.line.value = text
        self.line.cursor_position = len(text) if cursor is None else cursor
        if not self.line.has_focus:
            self.line.show_beginning()

    def on_key(self, event: events.Key) -> None:
        """The keys that are no letters and mean something here."""
        message = {
            "tab": self.Completing(1),
            "shift+tab": self.Completing(-1),
            "up": self.Recalled(-1),
            "down": self.Recalled(1),
        }.get(event.key)
        if message is not None:
            event.stop()
            event.prevent_default()
            self.post_message(message)

    def column_of(self, position: int) -> int:
        """The column of the screen of this character of the text."""
        line = self.line
        return line.content_region.x + cell_len(line.value[:position]) - line.scroll_offset.x

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered())

    def _tell(self, value: str) -> None:
        self.typed = value
