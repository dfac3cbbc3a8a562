"""Sizes: the panes by key and by mouse, the text's width, the space between paragraphs.

What the user chose is kept by name; what there is room for is worked out from it each time the layout is
fitted, so a small terminal forgets nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.widget import Widget

from reader.app.geometry import LEAST_TEXT, panes_at
from reader.app.widgets.article_list import ArticleList
from reader.app.widgets.article_pane import ArticlePane
from reader.app.widgets.related_pane import RelatedPane
from reader.app.widgets.sidebar import Sidebar
from reader.config import Config
from reader.config.commands import PaneName

STEP = 2
"""Cells or lines by which a key makes something wider."""
MOST_TEXT = 200
MOST_SPACING = 2


class PaneSizes:
    """Gives the panes the sizes that were chosen, as far as there is room."""

    def __init__(
        self,
        sizes: dict[str, int],
        config: Config,
        say: Callable[[str], object],
        place: Callable[[], PaneName],
        *,
        sidebar: Sidebar,
        articles: ArticleList,
        article_pane: ArticlePane,
        related_pane: RelatedPane,
    ) -> None:
        """`sizes` has what was chosen, and gets what will be; `place` is the pane with the focus."""
        self._sizes, self._config, self._say, self._place = sizes, config, say, place
        self._sidebar, self._articles = sidebar, articles
        self._pane, self._related = article_pane, related_pane

    def start(self) -> None:
        """Give the text the width and spacing that were chosen."""
        self._pane.measure = self._sizes.get("text", self._config.text_width)
        self._pane.spacing = self._sizes.get("spacing", self._config.paragraph_spacing)

    def fit(self) -> None:
        """Fit the panes into the screen as it is now."""
        panes = panes_at(*self._sidebar.screen.size, self._sizes, self._config.sidebar_width)
        _give(self._sidebar, width=panes.sidebar)
        _give(self._articles, width=panes.list, height=panes.list_rows)
        _give(self._related, height=panes.related_rows)

    def drag(self, pane: Widget, columns: int, rows: int) -> None:
        """The edge of a pane was dragged."""
        if pane is self._sidebar and self._has_class("-wide"):
            self._choose("sidebar", columns)
        elif pane is self._articles:
            self._choose("list", columns) if columns else self._choose("list_rows", rows)
        elif pane is self._related and rows:
            self._choose("related_rows", rows)

    def action_wider(self) -> None:
        """Widen the pane with the focus; in the article, the text."""
        self._grow(STEP)

    def action_narrower(self) -> None:
        """Narrow the pane with the focus; in the article, the text."""
        self._grow(-STEP)

    def _grow(self, by: int) -> None:
        place = self._place()
        if place == "article" or self._has_class("-narrow"):
            width = max(min(self._pane.measure + by, MOST_TEXT), LEAST_TEXT)
            self._sizes["text"] = self._pane.measure = width
            self._say(f"Text width: {width} cells")
        elif place == "sidebar":
            self._choose("sidebar", self._sidebar.outer_size.width + by)
        elif place == "related":
            self._choose("related_rows", self._related.outer_size.height + by // STEP)
        elif self._has_class("-wide"):
            self._choose("list", self._articles.outer_size.width + by)
        else:
            self._choose("list_rows", self._articles.outer_size.height + by // STEP)

    def action_next_spacing(self) -> None:
        """Change the space between paragraphs: no blank line, one, two."""
        self._sizes["spacing"] = spacing = (self._pane.spacing + 1) % (MOST_SPACING + 1)
        self._pane.spacing = spacing
        self._say(f"Blank lines between paragraphs: {spacing}")

    def _has_class(self, name: str) -> bool:
        return self._sidebar.screen.has_class(name)

    def _choose(self, name: str, size: int) -> None:
        if self._sizes.get(name) != size:
            self._sizes[name] = max(size, 1)
            self.fit()


def _give(pane: Widget, *, width: int | None = None, height: int | None = None) -> None:
    """Give a pane its size in cells, or take that back if it is None."""
    has_changed = False
    for rule, cells in (("width", width), ("height", height), ("max_width", width)):
        if cells is None:
            has_changed = pane.styles.inline.clear_rule(rule) or has_changed
        elif not pane.styles.inline.has_rule(rule) or getattr(pane.styles, rule).cells != cells:
            setattr(pane.styles, rule, cells)
    if has_changed:
        pane.refresh(layout=True)
