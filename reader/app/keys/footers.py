"""Which keys the line at the foot names, pane by pane; all of them are on the help page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from reader.config.commands import PaneName


class Hint(NamedTuple):
    """One entry of the footer: the first keys of these commands, and a word."""

    ids: tuple[str, ...]
    word: str


FOOTER: Mapping[PaneName, tuple[Hint, ...]] = {
    "list": (
        Hint(("move_down", "move_up"), "move"),
        Hint(("read",), "read"),
        Hint(("open_page",), "open"),
        Hint(("toggle_star",), "star"),
        Hint(("search",), "search"),
        Hint(("focus_facets",), "filter"),
        Hint(("show_palette",), "commands"),
        Hint(("show_help",), "all keys"),
    ),
    "sidebar": (
        Hint(("move_down", "move_up"), "move"),
        Hint(("page_on",), "choose"),
        Hint(("exclude",), "exclude"),
        Hint(("find_value",), "find"),
        Hint(("step_down", "step_up"), "quality"),
        Hint(("clear",), "clear"),
        Hint(("back",), "list"),
        Hint(("show_palette",), "commands"),
        Hint(("show_help",), "all keys"),
    ),
    "article": (
        Hint(("move_down", "move_up"), "scroll"),
        Hint(("page_on",), "page, next"),
        Hint(("open_page",), "open"),
        Hint(("copy_url",), "copy"),
        Hint(("zoom",), "alone"),
        Hint(("back",), "back"),
        Hint(("show_palette",), "commands"),
        Hint(("show_help",), "all keys"),
    ),
    "related": (
        Hint(("move_down", "move_up"), "move"),
        Hint(("read",), "follow"),
        Hint(("open_page",), "open"),
        Hint(("copy_url",), "copy"),
        Hint(("back",), "back"),
        Hint(("show_palette",), "commands"),
        Hint(("show_help",), "all keys"),
    ),
    "search": (
        Hint(("read",), "to the list"),
        Hint(("pane_next",), "complete"),
        Hint(("move_up", "move_down"), "earlier searches"),
        Hint(("back",), "leave"),
    ),
}
"""The keys that matter in each pane; the help page has all of them."""

BOX = "box"
"""The box of the sidebar in which letters find a value: a part of it, as its charts are."""

PART_FOOTER: Mapping[str, tuple[Hint, ...]] = {
    BOX: (
        Hint(("read",), "to the values found"),
        Hint(("back",), "leave"),
    ),
    "quality": (
        Hint(("step_down", "step_up"), "lower, higher"),
        Hint(("page_on",), "the better half, or all"),
        Hint(("exclude",), "let go"),
        *FOOTER["sidebar"][5:],
    ),
    "date": (
        Hint(("step_down", "step_up"), "period before, next"),
        Hint(("page_on",), "choose, or up to here"),
        Hint(("exclude",), "let go"),
        *FOOTER["sidebar"][5:],
    ),
}
"""The same where the cursor of the sidebar is on a chart, by its field; and in its box."""
