"""A picture as large as the terminal, in the best way that it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from reader import pictures
from reader.app.keys import binding
from reader.app.paint.canvas import (
    Box,
    Shown,
    decoded,
    drawn_at_cursor,
    in_blocks,
    kitty_removal,
    pixels_of,
)
from reader.app.paint.terminal_output import TerminalOutput
from reader.app.reading.inline import file_name
from reader.app.screens.page import Hint, KeyLine, Page

NUMBER = 16_000_000
"""Kitty's name for the large picture: far from those in the pane."""


class PictureView(Widget):
    """Paints the lines of a picture, or stays blank under a picture that covers it."""

    shown: Shown | None = None

    def render_line(self, y: int) -> Strip:
        """A line of the picture, centred."""
        lines = self.shown.lines if self.shown is not None else ()
        row = y - max(self.size.height - len(lines), 0) // 2
        ground = self.rich_style
        if not 0 <= row < len(lines):
            return Strip.blank(self.size.width, ground)
        strip = Strip(lines[row])
        before = Strip.blank(max(self.size.width - strip.cell_length, 0) // 2, ground)
        return Strip.join([before, strip]).adjust_cell_length(self.size.width, ground)


class PictureScreen(Page[None]):
    """Shows one picture at a time; any key other than those for the next and previous picture closes the
    page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("show_picture", "leave", "enter"),
        *(binding(name, "turn(1)") for name in ("next_unread", "move_down", "pane_right", "page_on")),
        *(binding(name, "turn(-1)") for name in ("previous_unread", "move_up", "pane_left")),
    ]

    def __init__(
        self,
        urls: Sequence[str],
        way: str,
        read: Callable[[str], bytes],
        output: TerminalOutput,
        in_thread: Callable[[Callable[[], None]], object],
    ) -> None:
        super().__init__()
        self._in_thread = in_thread
        self._urls = urls
        self._way = way
        self._read = read
        self._output = output
        self.place = 0
        """Which of the pictures is shown."""

    def compose(self) -> ComposeResult:
        yield PictureView()
        yield KeyLine(id="picture-status", classes="")

    def on_resize(self, event: events.Resize) -> None:
        self._load()

    def _load(self) -> None:
        self._say("…")
        place, size = self.place, self._room
        self._in_thread(lambda: self._make(place, size))

    @property
    def _room(self) -> Box:
        return Box(max(self.app.size.width - 2, 1), max(self.app.size.height - 2, 1))

    def _make(self, place: int, room: Box) -> None:
        """Runs in a thread."""
        try:
            raw = self._read(self._urls[place])
            picture = decoded(raw, room, self._way)
        except pictures.PictureError as error:
            self.call_later(self._show, place, None, str(error))
        else:
            self.call_later(self._show, place, picture)

    def _show(self, place: int, pixels: pictures.Pixels | None, reason: str = "") -> None:
        """Show a picture, or why it could not be made, unless another one is wanted by now."""
        if place != self.place:
            return
        self._clear()
        if pixels is None:
            self._say(f"Can't show the picture: {reason}")
            return
        self._say("")
        if self._way == "blocks":
            view = self.query_one(PictureView)
            view.shown = in_blocks(pixels)
            view.refresh()
        else:
            self.call_after_refresh(self._draw, pixels)

    def _draw(self, pixels: pictures.Pixels) -> None:
        """Draw a picture over the cells, after they are painted."""
        width, height = pixels_of(Box(1, 1), self._way)
        box = Box(-(-pixels.width // width), -(-pixels.height // height))
        room = self._room
        x, y = (room.columns - box.columns) // 2 + 1, (room.rows - box.rows) // 2
        self._output.write_at(max(x, 0), max(y, 0), drawn_at_cursor(pixels, box, self._way, NUMBER))

    def _clear(self) -> None:
        """Remove what covers the cells, and repaint them."""
        if self._way == "kitty":
            self._output.write(kitty_removal(NUMBER))
        self.query_one(PictureView).shown = None
        if self._way in ("iterm2", "sixel"):
            self.app.app_resume_signal.publish(self.app)
        self.query_one(PictureView).refresh()

    def _say(self, sentence: str) -> None:
        name = file_name(self._urls[self.place])
        number = f"  {self.place + 1} of {len(self._urls)}" if len(self._urls) > 1 else ""
        keys: list[Hint] = (
            [("next_unread", "next"), ("previous_unread", "previous")] if len(self._urls) > 1 else []
        )
        status = f"{name}{number}   " + (f"{sentence}   " if sentence else "")
        self.query_one("#picture-status", KeyLine).show(*keys, ("back", "back"), before=status)

    def action_turn(self, step: int) -> None:
        place = max(min(self.place + step, len(self._urls) - 1), 0)
        if place != self.place:
            self.place = place
            self._load()

    def action_leave(self) -> None:
        self._clear()
        self.dismiss()
