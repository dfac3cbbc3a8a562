"""The place of the article's picture among its lines: how many are kept, what is painted in them."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment

from reader.app.paint.canvas import Box, Shown
from reader.app.reading.document import Document
from reader.app.reading.lines import Line


class Frame:
    """Empty until a picture has been made for the article that is shown."""

    def __init__(self) -> None:
        self.box: Box | None = None
        """The cells that are kept for the article's picture."""
        self.picture: Shown | None = None
        self.note = ""
        """Why there is none."""
        self.on_move: Callable[[], object] = lambda: None
        """Called before the lines are painted elsewhere."""

    @property
    def rows(self) -> int:
        """Lines that the article's picture takes."""
        return self.box.rows if self.box is not None else 0

    @property
    def asked(self) -> tuple[int, str]:
        """What the layout has to know: the lines, and the note that stands there instead."""
        return self.rows, self.note

    def clear(self) -> None:
        """Another article is shown."""
        self.tell_moved()
        self.picture, self.note = None, ""

    def tell_moved(self) -> None:
        """What lies over the picture's lines has to go with them."""
        if self.picture is not None and self.picture.overlay:
            self.on_move()

    def first(self, document: Document) -> int | None:
        """The first line that is kept."""
        return next((number for number, line in enumerate(document.section(0)) if is_kept(line)), None)

    def line(self, document: Document, y: int) -> list[Segment]:
        """What is painted in the line at `y`, which is one of those that are kept."""
        first = self.first(document) or 0
        lines = self.picture.lines if self.picture is not None else ()
        return list(lines[y - first]) if y - first < len(lines) else []


def is_kept(line: Line) -> bool:
    """Whether this line is one that is kept for a picture."""
    return bool(line) and line[0].ink == "pixels"
