"""The base class of the panes, which paint their lines themselves; messages that several panes send.

A pane reports how many lines it has with `set_extent`, which does not lay out the whole screen again as a
change of Textual's `virtual_size` does with every letter typed. A rule at its edge (a border at the right,
the bottom or the top) can be dragged: the pane posts the wanted size and never changes its own, because the
possible sizes depend on the other panes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from reader.app.paint.cells import Piece, in_the_middle, strip_of
from reader.app.paint.styles import NamedStyle, WidgetStyles
from reader.query.results import Headline


@dataclass
class ArticleChosen(Message):
    """A headline was selected for reading, in the list or among the related links."""

    headline: Headline


@dataclass
class ValuePressed(Message):
    """A facet's value was pressed: a topic in the article, a row of the sidebar."""

    field: str
    value: str
    exclude: bool = False


@dataclass
class UrlPressed(Message):
    """A link was pressed; the URL is as the file has it, not yet checked."""

    url: str


class PaintedView(ScrollView, inherit_bindings=False):
    """A scroll view whose extent can change without a new layout, whose rule can be dragged, and the actions
    that move in it."""

    @dataclass
    class EdgeMoved(Message):
        """The rule was dragged; the pane would get this size, rule included."""

        pane: Widget
        columns: int = 0
        """Cells; 0 if the rule is not at the right."""
        rows: int = 0
        """Lines; 0 if the rule is at the right."""

    STYLES: ClassVar[Mapping[str, NamedStyle]] = {}
    """The styles that the pane paints in, by name."""

    cursor = 0
    """The row of the cursor, in panes that have one."""
    _dragged_edge = ""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.style_of = WidgetStyles(self, self.STYLES)
        """The style with a name, in the current theme."""

    def notify_style_update(self) -> None:
        """The theme may have changed."""
        self.style_of.forget()
        super().notify_style_update()

    def watch_has_focus(self, focused: bool) -> None:
        """Repaint the cursor, bright with the focus or dim without."""
        super().watch_has_focus(focused)
        self.refresh()

    def set_extent(self, lines: int) -> None:
        """Set the number of lines; keeps the window within them, and updates a scroll bar."""
        size = Size(self.scrollable_content_region.width, lines)
        if size == self.virtual_size:
            return
        self.set_reactive(Widget.virtual_size, size)
        if self.show_vertical_scrollbar and self.scrollbar_size_vertical:
            self.vertical_scrollbar.window_virtual_size = lines
        if self.scroll_y > self.max_scroll_y:
            self.scroll_to_line(self.max_scroll_y)

    def scroll_to_line(self, y: int) -> None:
        """Make this line the first in the window, as far as there are lines below it."""
        self.scroll_to(y=y, animate=False, force=True)

    @property
    def allow_vertical_scroll(self) -> bool:
        """Whether the wheel scrolls; Textual looks at its scroll bar, which a pane may not have."""
        return self.max_scroll_y > 0

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Start dragging the rule, if that is where the mouse is."""
        size, styles = self.outer_size, self.styles
        edges = {
            "right": styles.border_right[0] and event.x == size.width - 1,
            "bottom": styles.border_bottom[0] and event.y == size.height - 1,
            "top": styles.border_top[0] and event.y == 0,
        }
        is_left = event.button == 1
        self._dragged_edge = next((edge for edge, is_here in edges.items() if is_here and is_left), "")
        if self._dragged_edge:
            self.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Request the size that puts the rule under the mouse."""
        region, x, y = self.region, int(event.screen_x), int(event.screen_y)
        if self._dragged_edge == "right":
            self.post_message(self.EdgeMoved(self, columns=max(x - region.x + 1, 1)))
        elif self._dragged_edge:
            rows = y - region.y + 1 if self._dragged_edge == "bottom" else region.bottom - y
            self.post_message(self.EdgeMoved(self, rows=max(rows, 1)))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._dragged_edge:
            self._dragged_edge = ""
            self.release_mouse()
            event.stop()

    def line_of_sentence(self, sentence: str, y: int, style: str, ground: str) -> Strip:
        """Line `y` of the pane while it only shows a centred message."""
        width, height = self.scrollable_content_region.size
        lines = in_the_middle(sentence, width)
        line = y - (height - len(lines)) // 2
        text = lines[line] if 0 <= line < len(lines) else ""
        return strip_of([Piece(text, style)], width, self.style_of, ground)

    @property
    def page_rows(self) -> int:
        """The lines or rows of a page."""
        return self.size.height

    def move(self, rows: int) -> None:
        """Move down by rows or lines, up if negative, stopping at the ends."""
        self.scroll_to_line(self.scroll_offset.y + rows)

    def page(self, pages: float) -> bool:
        """Move down by this many pages, up if negative; False if already at the end."""
        before = self.cursor, self.scroll_offset.y
        rows = max(int(self.page_rows * abs(pages)), 1)
        self.move(rows if pages > 0 else -rows)
        return (self.cursor, self.scroll_offset.y) != before

    def jump(self, to_end: bool) -> None:
        """Go to the bottom, or to the top."""
        self.move(self.virtual_size.height if to_end else -self.virtual_size.height)

    def action_move(self, rows: int, times: int = 1) -> None:
        """Move down by rows or lines, up if negative."""
        self.move(rows * times)

    def action_page(self, pages: float, times: int = 1) -> None:
        """Move down by this many pages, up if negative."""
        self.page(pages * times)

    def action_go_top(self, row: int = 1) -> None:
        """Go to the top, or to the row with this number."""
        self.jump(False)
        self.move(row - 1)

    def action_go_bottom(self, row: int = 0) -> None:
        """Go to the bottom, or to the row with this number."""
        if row:
            self.action_go_top(row)
        else:
            self.jump(True)
