"""What a command wrote, line by line; long lines are wrapped, blanks stay as they are."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.reactive import reactive
from textual.strip import Strip

from reader.app.paint.cells import Piece, in_the_middle, strip_of, thumb
from reader.app.paint.painted_view import PaintedView
from reader.app.reading.lines import Span, wrap


class OutputView(PaintedView, can_focus=True):
    """A window on clean text of any length."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"output--{ink}" for ink in ("text", "dim", "thumb")}

    text: reactive[str] = reactive("")
    """What to show; clean."""
    sentence: reactive[str] = reactive("")
    """What stands in the middle while there is no text."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[str] = []

    def watch_text(self) -> None:
        """Show another text from its top."""
        self._set()
        self.jump(False)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap for the new width."""
        self._set()

    def render_line(self, y: int) -> Strip:
        """The line at this height of the window."""
        width = self.size.width
        if not self._lines:
            middle = in_the_middle(self.sentence, width)
            place = y - (self.size.height - len(middle)) // 2
            text = middle[place] if 0 <= place < len(middle) else ""
            return strip_of([Piece(text, "dim")], width, self._ink, "text")
        place = y + self.scroll_offset.y
        line = self._lines[place] if place < len(self._lines) else ""
        bar = thumb(y, self.size.height, self.scroll_offset.y, len(self._lines))
        filling = " " * max(width - 3 - cell_len(line), 0)
        pieces = [Piece(f"  {line}{filling}", "text"), Piece(bar, "thumb")]
        return strip_of(pieces, width, self._ink, "text")

    def _set(self) -> None:
        width = max(self.size.width - 4, 10)
        self._lines = [part for line in self.text.splitlines() for part in _wrapped(line, width)]
        self.set_extent(len(self._lines))
        self.refresh()

    def _ink(self, name: str) -> Style:
        return self.get_component_rich_style(f"output--{name}")


def _wrapped(line: str, width: int) -> list[str]:
    if cell_len(line) <= width:
        return [line]
    return ["".join(span.text for span in part) for part in wrap([Span(line, "text")], width)]
