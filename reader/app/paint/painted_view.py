"""A window on lines that its widget paints itself: the list, the sidebar, the article, the related links.

How far the lines go is told here and never to the layout: Textual lays the whole screen out anew for it, with
every letter that is typed.
"""

from __future__ import annotations

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.widget import Widget

from reader.app.paint.edged import Edged


class PaintedView(Edged, ScrollView, inherit_bindings=False):
    """A scroll view whose extent can change without a new layout."""

    def set_extent(self, lines: int) -> None:
        """Say how many lines there are; keeps the window within them, and the scroll bar if there is one."""
        size = Size(self.scrollable_content_region.width, lines)
        if size == self.virtual_size:
            return
        self.set_reactive(Widget.virtual_size, size)
        if self.show_vertical_scrollbar and self.scrollbar_size_vertical:
            self.vertical_scrollbar.window_virtual_size = lines
        if self.scroll_y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True, immediate=True)

    @property
    def allow_vertical_scroll(self) -> bool:
        """Whether the wheel moves anything; Textual asks its scroll bar, which we may not have."""
        return self.max_scroll_y > 0
