"""A document with a picture among its lines, or with one that lies over them."""

from __future__ import annotations

from textual.geometry import Region

from reader.app.paint.canvas import Shown
from reader.app.widgets.document_view import DocumentView
from reader.app.widgets.frame import Frame


class PicturedView(DocumentView, inherit_bindings=False):
    """Knows where the picture is; who makes it, and who lays it over the lines, are others."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.frame = Frame()
        """The picture's place; its rows are to be set before the article."""

    def lay_out_anew(self) -> None:
        """Make the lines again, keeping the reading place."""
        raise NotImplementedError

    def show_picture(self, picture: Shown) -> None:
        """Paint this picture in the lines that were kept for it."""
        self.frame.picture = picture
        self.refresh()

    @property
    def picture_region(self) -> Region | None:
        """Where on the screen the picture's lines are; None where not all of them are in sight."""
        first = self.frame.first(self._document) if self._document else None
        top = (first or 0) - self.scroll_offset.y
        if first is None or not self.is_on_screen or not 0 <= top <= self._rows - self.frame.rows:
            return None
        x, y = self.content_region.offset
        return Region(x + self._margin, y + top, self.text_width, self.frame.rows)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """What lies over the picture's lines goes first."""
        self.frame.tell_moved()
        super().watch_scroll_y(old_value, new_value)

    def picture_failed(self, reason: str) -> None:
        """Say in its place why there is no picture."""
        self.frame.note = reason
        self.lay_out_anew()
