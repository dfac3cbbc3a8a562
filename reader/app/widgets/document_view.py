"""Scrolling over a document that is laid out only where somebody looks.

Where one stands and how far it goes; painting and pressing belong to the pane that is made of it.
"""

from __future__ import annotations

from textual import events
from textual.reactive import reactive

from reader.app.paint.painted_view import PaintedView
from reader.app.reading.document import TOP, Document, ReadingPlace

OVERLAP = 2
"""Lines of a page that are seen again after a page down, so that the eye finds its place."""


class DocumentView(PaintedView, inherit_bindings=False):
    """A window on a document; heights that turn out otherwise than estimated never move what is in sight."""

    measure: reactive[int] = reactive(72, repaint=False)
    """The widest line, in cells; the text is centred where the pane is wider."""

    _document: Document | None = None
    _settled = 0
    """The line at the top of the window, as far as everything above it is known."""

    def watch_measure(self) -> None:
        """Lay out anew, keeping the reading place."""
        self._fit()

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew where the width has changed, keeping the reading place."""
        self._fit()

    def _fit(self) -> None:
        if self._document and self._document.width != self.text_width:
            place = self._document.place(self._settled)
            self._document.set_width(self.text_width)
            self.forget_places()
            self.restore_place(place)
        else:
            self._settle()

    @property
    def text_width(self) -> int:
        """Cells of the text: the measure, or what the pane has between its margins."""
        # The scrollbar's cells are never used, so that its coming and going does not move the text.
        room = self.outer_size.width - self.gutter.width - self.scrollbar_size_vertical - 2
        return max(min(self.measure, room), 2) if room > 0 else self.measure

    @property
    def reading_place(self) -> ReadingPlace:
        """The place in the text of the first line in sight; outlives a change of width."""
        return self._document.place(self._settled) if self._document else TOP

    def restore_place(self, place: ReadingPlace) -> None:
        """Go to a place, with its line as the first in sight."""
        self._go(self._document.find(place) if self._document else 0)

    def move(self, rows: int) -> None:
        """Go down by lines, up for less than 0."""
        self._go(self._settled + rows)

    def page(self, pages: float) -> bool:
        """Go down (or up) by pages; False where there was nowhere left to go."""
        before = self._settled
        rows = max(int((self._rows - OVERLAP) * abs(pages)), 1)
        self._go(before + (rows if pages > 0 else -rows))
        return self._settled != before

    def jump(self, to_end: bool) -> None:
        """Go to the end, or to the top."""
        self._go(self._document.settle_end(self._rows) if to_end and self._document else 0)

    @property
    def _rows(self) -> int:
        return self.scrollable_content_region.height

    def _go(self, y: int) -> None:
        document = self._document
        if document:
            y = max(min(y, document.height - self._rows), 0)
            y = self._settled = document.settle(y, self._rows)
            self.set_extent(document.height)
        else:
            self.set_extent(0)
            self._settled = 0
        self.scroll_to(y=y, animate=False)
        self._settle()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Lay out what comes into sight, before it is painted."""
        super().watch_scroll_y(old_value, new_value)
        if round(new_value) != self._settled:
            self._settle()

    def _settle(self) -> None:
        """Lay out what is in sight; where heights above it turn out otherwise, stay at the same text."""
        document = self._document
        if document is None or not self._rows:
            return
        y = self.scroll_offset.y
        is_end = y and y >= self.max_scroll_y
        y = document.settle_end(self._rows) if is_end else document.settle(y, self._rows)
        self._settled = y
        self.set_extent(document.height)
        if y != self.scroll_offset.y:
            self.scroll_to(y=y, animate=False)

    @property
    def _margin(self) -> int:
        return max((self.scrollable_content_region.width - self.text_width) // 2, 0)

    def forget_places(self) -> None:
        """Lines have moved: whoever remembers some by number should not any longer."""
