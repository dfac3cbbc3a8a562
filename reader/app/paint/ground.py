"""What panes stand on: widgets that others cover, and whose lines the compositor asks for all the same."""

from __future__ import annotations

from rich.style import Style
from textual.containers import Container
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Ground(Widget):
    """Blank from edge to edge, one line for all; Textual would keep 5 kB for each."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """The same blank line as often as it is wanted."""
        background = self.background_colors[1]
        strip = Strip.blank(crop.width, Style(bgcolor=background.rich_color))
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return [strip] * crop.height


class Room(Ground, Container):
    """The ground that some panes share."""
