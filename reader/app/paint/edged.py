"""Panes whose rule can be dragged with the mouse: a border at the right, the bottom or the top.

The pane tells how much was asked for and never changes its own size: what is possible, and what is
remembered, depends on the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widget import Widget


class Edged(Widget):
    """A widget that follows the mouse from a press on its rule until the button is let go."""

    @dataclass
    class EdgeMoved(Message):
        """The rule was dragged to where the pane would have this size, rule included."""

        pane: Widget
        columns: int = 0
        """Cells; 0 where the rule is not at the right."""
        rows: int = 0
        """Lines; 0 where the rule is at the right."""

    _dragged_edge = ""

    def _edge_at(self, x: int, y: int) -> str:
        """The edge that has a rule at this place of the pane, else nothing."""
        size = self.outer_size
        if self.styles.border_right[0] and x == size.width - 1:
            return "right"
        if self.styles.border_bottom[0] and y == size.height - 1:
            return "bottom"
        return "top" if self.styles.border_top[0] and y == 0 else ""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the rule."""
        self._dragged_edge = self._edge_at(event.x, event.y) if event.button == 1 else ""
        if self._dragged_edge:
            self.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Ask for the size at which the rule is under the mouse."""
        region = self.region
        if self._dragged_edge == "right":
            self.post_message(self.EdgeMoved(self, columns=max(int(event.screen_x) - region.x + 1, 1)))
        elif self._dragged_edge == "bottom":
            self.post_message(self.EdgeMoved(self, rows=max(int(event.screen_y) - region.y + 1, 1)))
        elif self._dragged_edge == "top":
            self.post_message(self.EdgeMoved(self, rows=max(region.bottom - int(event.screen_y), 1)))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go of it."""
        if self._dragged_edge:
            self._dragged_edge = ""
            self.release_mouse()
            event.stop()
