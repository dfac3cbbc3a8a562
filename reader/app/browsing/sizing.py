"""How large things are: panes by key and by mouse, the text's width, the blank lines between paragraphs.

What the person chose is kept in `sizes` by name and goes into the visit; what has room is worked out from it
each time the layout is fitted, so a small terminal forgets nothing.
"""

from __future__ import annotations

from textual import on

from reader.app.browsing.state import Browsing
from reader.app.geometry import LEAST_TEXT, panes_at
from reader.app.paint.painted_view import PaintedView

STEP = 2
"""Cells or lines by which a key makes something wider."""
MOST_TEXT = 200
MOST_SPACING = 2


class Sizing(Browsing):
    """Every key and drag that makes something larger or smaller."""

    def fit_sizes(self) -> None:
        """Give the panes the sizes that were chosen, as far as there is room."""
        panes = panes_at(*self.size, self.sizes, self.config.sidebar_width)
        self._give("sidebar", width=panes.sidebar)
        self._give("articles", width=panes.list, height=panes.list_rows)
        self._give("related_pane", height=panes.related_rows)

    def _give(self, name: str, *, width: int | None = None, height: int | None = None) -> None:
        """Give a pane its size in cells, or take that back where it is None."""
        pane = getattr(self, name)
        has_changed = False
        for rule, cells in (("width", width), ("height", height), ("max_width", width)):
            if cells is None:
                has_changed = pane.styles.inline.clear_rule(rule) or has_changed
            elif pane.styles.inline.get_rule(rule) is None or getattr(pane.styles, rule).cells != cells:
                setattr(pane.styles, rule, cells)
        if has_changed:
            pane.refresh(layout=True)

    @on(PaintedView.EdgeMoved)
    def _edge_moved(self, message: PaintedView.EdgeMoved) -> None:
        message.stop()
        if message.pane is self.sidebar and self.has_class("-wide"):
            self._choose("sidebar", message.columns)
        elif message.pane is self.articles:
            self._choose("list", message.columns) if message.columns else self._choose(
                "list_rows", message.rows
            )
        elif message.pane is self.related_pane and message.rows:
            self._choose("related_rows", message.rows)

    def _choose(self, name: str, size: int) -> None:
        if self.sizes.get(name) != size:
            self.sizes[name] = max(size, 1)
            self.fit_sizes()

    def action_wider(self) -> None:
        """More room for the pane with the focus; in the article for a line of text."""
        self._grow(STEP)

    def action_narrower(self) -> None:
        """Less room for it."""
        self._grow(-STEP)

    def _grow(self, by: int) -> None:
        if self.place == "article" or self.has_class("-narrow"):
            width = max(min(self.article_pane.measure + by, MOST_TEXT), LEAST_TEXT)
            self.sizes["text"] = self.article_pane.measure = width
            self.say(f"Text: {width} cells a line")
        elif self.place == "sidebar":
            self._choose("sidebar", self.sidebar.outer_size.width + by)
        elif self.place == "related":
            self._choose("related_rows", self.related_pane.outer_size.height + by // STEP)
        elif self.has_class("-wide"):
            self._choose("list", self.articles.outer_size.width + by)
        else:
            self._choose("list_rows", self.articles.outer_size.height + by // STEP)

    def action_next_spacing(self) -> None:
        """No blank line between paragraphs, one, two."""
        self.sizes["spacing"] = spacing = (self.article_pane.spacing + 1) % (MOST_SPACING + 1)
        self.article_pane.spacing = spacing
        self.say(f"Blank lines between paragraphs: {spacing}")
