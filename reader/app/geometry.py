"""How the terminal's size is divided among the panes, and where the list is.

Pure: sizes in, sizes out. The sheets have the layout of each class; what is worked out in cells is worked out
here, so that the first headlines can be painted where the list will be, before Textual is there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

WIDTHS = [(0, "-sliver"), (20, "-narrow"), (80, "-medium"), (120, "-wide")]
HEIGHTS = [(0, "-flat"), (5, "-low"), (16, "-high")]
"""Columns and lines from which on the screen has a style class."""
PAGE_WIDTHS = [(0, "-few-columns"), (60, "-columns")]
PAGE_HEIGHTS = [(0, "-few-lines"), (18, "-lines")]
"""The same of dialogs and pages over the screen."""

MEDIUM_SIDEBAR = 24
"""Cells of the sidebar beside a list over an article, its rule included."""
MOST_LIST = 110
"""Cells of the list at most, its rule included, unless the user wants more."""
LEAST_SIDEBAR, LEAST_LIST, LEAST_TEXT = 14, 24, 30
"""Cells that each pane and a line of text keep."""
LEAST_ROWS = 4
"""Lines that each of two panes keeps where they are over each other."""
_AROUND = 3
"""Lines above and below the panes."""


class Panes(NamedTuple):
    """Cells and lines of the panes, their rules included; None = what the sheet says."""

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
    """The sizes of the panes on a screen of this size: what was chosen as far as there is room for it.

    `sidebar` is how wide the sidebar is, without its rule, where nobody chose.
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
        listed = min(chosen.get("list_rows", rows * 2 // 5), rows - 2 * LEAST_ROWS)
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
