"""The search bar, whose text is the query in the language of views and the command line; the line to type in
that dialogs have too."""

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
from textual.suggester import Suggester
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


class TextLine(Input):
    """A line to type in: no control characters, typed, pasted or set, and no blinking cursor."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """As in any widget, but without a new layout of the screen for each letter."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        suggester: Suggester | None = None,
        select_on_focus: bool = False,
        id: str | None = None,
    ) -> None:
        """Typing continues at the end of the value, or replaces it with `select_on_focus`."""
        super().__init__(
            value,
            placeholder,
            suggester=suggester,
            select_on_focus=select_on_focus,
            compact=True,
            id=id,
        )
        self.cursor_blink = False

    def on_mount(self) -> None:
        """Type at the end."""
        self.cursor_position = len(self.value)

    def validate_value(self, value: str) -> str:
        """The text without control characters."""
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
    """A sign and a text line; every change is reported at once."""

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
        yield TextLine(placeholder=PLACEHOLDERS[0], id="search-text")

    @property
    def line(self) -> TextLine:
        """The line to type in."""
        return self.query_one(TextLine)

    @property
    def text(self) -> str:
        """The text in the bar."""
        return self.line.value

    def on_mount(self) -> None:
        """Listen to the line."""
        self.watch(self.line, "value", self._tell, init=False)

    def on_resize(self) -> None:
        """Choose a placeholder that fits."""
        room = self.size.width - 2  # behind the sign
        fitting = (words for words in PLACEHOLDERS if len(words) < room)
        self.line.placeholder = next(fitting, "")

    def show(self, text: str, cursor: int | None = None) -> None:
        """Show a text without reporting it as typed; the cursor goes to its end unless given."""
        self.set_reactive(SearchBar.typed, text)
        self.line.value = text
        self.line.cursor_position = len(text) if cursor is None else cursor
        if not self.line.has_focus:
            self.line.show_beginning()

    def on_key(self, event: events.Key) -> None:
        """Handle Tab and the arrow keys."""
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
        """The screen column of a character of the text."""
        line = self.line
        return line.content_region.x + cell_len(line.value[:position]) - line.scroll_offset.x

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered())

    def _tell(self, value: str) -> None:
        self.typed = value
