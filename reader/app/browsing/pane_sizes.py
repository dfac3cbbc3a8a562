"""How the terminal is divided among the panes: by its size, and as the user chose by key or mouse.

The sheets have the layout of each size class; what is counted in cells is here. The first headlines are
painted where the list will be, so nothing here imports Textual. The user's sizes are kept by name, and
limited to the available room each time the layout is fitted, so a small terminal loses none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from textual.widget import Widget

    from reader.app.browsing.host import Host

WIDTHS = [(0, "-sliver"), (20, "-narrow"), (80, "-medium"), (120, "-wide")]
HEIGHTS = [(0, "-flat"), (5, "-low"), (16, "-high")]
"""Columns and lines from which on the screen has a style class."""

MEDIUM_SIDEBAR = 24
"""Cells of the sidebar beside a list over an article, its rule included."""
MOST_LIST = 110
"""Cells of the list at most, its rule included, unless the user wants more."""
LEAST_SIDEBAR, LEAST_LIST, LEAST_TEXT = 14, 24, 30
"""Minimum cells of each pane and of a line of text."""
LEAST_ROWS = 4
"""Minimum lines of each of two panes, one above the other."""
_AROUND = 3
"""Lines above and below the panes."""


class Panes(NamedTuple):
    """Cells and lines of the panes, including their rules; None leaves it to the style sheet."""

    sidebar: int | None = None
    list: int | None = None
    list_rows: int | None = None
    related_rows: int | None = None


class Area(NamedTuple):
    """A part of the terminal, in cells and lines from its top left corner."""

    x: int
    y: int
    width: int
    height: int


def classes_at(width: int, height: int) -> list[str]:
    """The style classes of a screen of this size."""
    limits = ((WIDTHS, width), (HEIGHTS, height))
    return [[name for limit, name in points if limit <= extent][-1] for points, extent in limits]


def is_single(classes: Collection[str]) -> bool:
    """Whether a layout, given by the screen's style classes, shows only one of list and article."""
    return "-narrow" in classes or ("-low" in classes and "-wide" not in classes)


def panes_at(width: int, height: int, chosen: Mapping[str, int], sidebar: int) -> Panes:
    """The sizes of the panes on a screen of this size: the chosen ones as far as there is room. `sidebar` is
    the default width of the sidebar, without its rule.
    """
    classes, rows = classes_at(width, height), height - _AROUND
    if "-wide" in classes:
        side = max(min(chosen.get("sidebar", sidebar + 1), width - 2 * LEAST_TEXT), LEAST_SIDEBAR)
        desk = width - side
        listed = min(chosen.get("list", min(desk * 11 // 21, MOST_LIST)), desk - LEAST_TEXT)
        links = chosen.get("related_rows")
        return Panes(
            side,
            max(listed, LEAST_LIST),
            related_rows=None if links is None else max(min(links, rows // 2), 2),
        )
    if "-medium" in classes and "-high" in classes:
        # Odd with the rule, so that rows of two lines are shown whole.
        listed = min(chosen.get("list_rows", rows * 2 // 5 | 1), rows - 2 * LEAST_ROWS)
        return Panes(list_rows=max(listed, LEAST_ROWS))
    return Panes()


def list_at(width: int, height: int, panes: Panes) -> Area | None:
    """Where the rows of the list are at the start; None if the list is not shown."""
    classes = classes_at(width, height)
    if "-sliver" in classes or "-flat" in classes:
        return None
    rows = height - _AROUND
    if "-narrow" in classes:
        return Area(0, 2, width, rows)
    if panes.sidebar is not None and panes.list is not None:
        return Area(panes.sidebar, 2, panes.list - 1, rows)
    if panes.list_rows is not None:
        rows = panes.list_rows - 1
    return Area(MEDIUM_SIDEBAR, 2, width - MEDIUM_SIDEBAR, rows)


STEP = 2
"""Cells or lines by which a key makes something wider."""
MOST_TEXT = 200
MOST_SPACING = 2


class PaneSizes:
    """Gives the panes their chosen sizes, as far as there is room."""

    def __init__(self, host: Host) -> None:
        self._host, self._config = host, host.start.config
        self._sidebar, self._articles = host.sidebar, host.articles
        self._pane, self._related = host.article_pane, host.related_pane
        self.sizes = dict(host.start.visit.sizes)
        """What the user has chosen, by name, in cells or lines."""

    def start(self) -> None:
        """Apply the chosen text width and spacing."""
        self._pane.measure = self.sizes.get("text", self._config.text_width)
        self._pane.spacing = self.sizes.get("spacing", self._config.paragraph_spacing)

    def fit(self) -> None:
        """Fit the panes to the size of the screen."""
        panes = panes_at(*self._sidebar.screen.size, self.sizes, self._config.sidebar_width)
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

    def action_widen(self, steps: int) -> None:
        """Widen the pane with the focus, or narrow it (-1); in the article, the text."""
        place, by = self._host.place, steps * STEP
        if place == "article" or self._has_class("-narrow"):
            width = max(min(self._pane.measure + by, MOST_TEXT), LEAST_TEXT)
            self.sizes["text"] = self._pane.measure = width
            self._host.say(f"Text width: {width} cells")
        elif place == "sidebar":
            self._choose("sidebar", self._sidebar.outer_size.width + by)
        elif place == "related":
            self._choose("related_rows", self._related.outer_size.height + steps)
        elif self._has_class("-wide"):
            self._choose("list", self._articles.outer_size.width + by)
        else:
            self._choose("list_rows", self._articles.outer_size.height + steps)

    def action_next_spacing(self) -> None:
        """Change the space between paragraphs: no blank line, one, two."""
        self.sizes["spacing"] = spacing = (self._pane.spacing + 1) % (MOST_SPACING + 1)
        self._pane.spacing = spacing
        self._host.say(f"Blank lines between paragraphs: {spacing}")

    def _has_class(self, name: str) -> bool:
        return self._sidebar.screen.has_class(name)

    def _choose(self, name: str, size: int) -> None:
        if self.sizes.get(name) != size:
            self.sizes[name] = max(size, 1)
            self.fit()


def _give(pane: Widget, *, width: int | None = None, height: int | None = None) -> None:
    """Set the size of a pane in cells; None leaves it to the style sheet."""
    has_changed = False
    for rule, cells in (("width", width), ("height", height), ("max_width", width)):
        if cells is None:
            has_changed = pane.styles.inline.clear_rule(rule) or has_changed
        elif not pane.styles.inline.has_rule(rule) or getattr(pane.styles, rule).cells != cells:
            setattr(pane.styles, rule, cells)
    if has_changed:
        pane.refresh(layout=True)
