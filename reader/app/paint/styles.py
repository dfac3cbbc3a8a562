"""The styles that panes and lines paint in, by name, in terms of the theme's colours.

These are not Textual's component classes because each of those is a node that all sheets are applied to,
twice at the start and again whenever the screen's classes change: a hundred of them took 60 of the 440 ms to
the first full frame. The first headlines, painted before Textual is loaded, read the same tables.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from reader.config.paths import data_dir
from reader.config.settings import TAG_COLOURS

if TYPE_CHECKING:
    from rich.style import Style
    from textual.color import Color
    from textual.widget import Widget


class NamedStyle(NamedTuple):
    """A style in terms of the theme; `reader.app.paint.themes` says what its variables mean."""

    colour: str
    """A variable of the theme, without its `$`."""
    attributes: str = ""
    """In Rich's syntax: "bold underline"."""
    ground: str = ""
    """The variable of the background; empty for that of the widget."""


TEXT, STRONG, DIM = (
    NamedStyle("foreground"),
    NamedStyle("foreground", "bold"),
    NamedStyle("foreground-muted"),
)
ACCENT, STAR, WARNING = NamedStyle("primary"), NamedStyle("accent"), NamedStyle("warning")
CHOSEN, HIT = NamedStyle("primary", "bold"), NamedStyle("primary", "bold underline")
RULE = NamedStyle("panel")
CURSOR, CURSOR_WITHOUT_FOCUS = ACCENT, DIM

_CURSOR = {"cursor": CURSOR, "cursor-dim": CURSOR_WITHOUT_FOCUS}
_SURFACE = "surface"

SIDEBAR = _CURSOR | {
    "head": DIM, "box": ACCENT, "label": TEXT, "chosen": CHOSEN, "empty": DIM, "count": DIM, "mark": STRONG,
    "thumb": RULE, "ground": TEXT,
}  # fmt: skip

LIST = (
    _CURSOR
    | {
        "title": STRONG, "read": DIM, "meta": DIM, "unread": ACCENT, "star": STAR, "selected": CHOSEN,
        "hit": HIT, "thumb": RULE, "ground": TEXT, "sentence": DIM,
    }
    | {f"tag-{name}": NamedStyle(f"tag-{name}") for name in TAG_COLOURS}
)  # fmt: skip
"""`ground` is the background."""

ARTICLE = (
    {"cursor": CURSOR}
    | dict.fromkeys(("text", "note", "title", "heading", "excerpt", "provider", "quote"), TEXT)
    | dict.fromkeys(
        ("meta", "host", "bar", "rule", "bullet", "message", "picture", "gauge", "heading-4"), DIM
    )
    | dict.fromkeys(("link", "note-bar", "heading-1"), ACCENT)
    | dict.fromkeys(("draft", "mismatch"), WARNING)
    | dict.fromkeys(("code", "listing"), NamedStyle("foreground", ground=_SURFACE))
    | {f"tag-{name}": NamedStyle(f"tag-{name}", ground=_SURFACE) for name in TAG_COLOURS}
    | {
        "more": NamedStyle("warning", ground=_SURFACE),
        "star": STAR,
        "chip": NamedStyle("foreground", ground="panel"),
        "chip-added": NamedStyle("foreground-muted", ground="panel"),
        "listing-keyword": NamedStyle("primary", ground=_SURFACE),
        "listing-comment": NamedStyle("foreground-muted", ground=_SURFACE),
        "listing-string": NamedStyle("success", ground=_SURFACE),
        "listing-number": NamedStyle("accent", ground=_SURFACE),
        "marked": NamedStyle("block-cursor-foreground", ground="success"),
        "hit": NamedStyle("block-cursor-foreground", ground="accent"),
        "hit-current": NamedStyle("block-cursor-foreground", "bold underline", ground="warning"),
        "pressed": NamedStyle("block-cursor-foreground", ground="primary"),
    }
)
"""Named after what they colour; the layout in `reader.app.reading` decides what gets which."""

RELATED = _CURSOR | {"ground": TEXT, "title": TEXT, "read": DIM, "meta": DIM, "sign": DIM}
"""`sign` shows why a link is listed, and whether it leads into the collection or out of it."""

OUTPUT = {"text": TEXT, "dim": DIM, "thumb": RULE}
"""The output of a command."""


PAGE_WIDTHS = [(0, "-few-columns"), (60, "-columns")]
PAGE_HEIGHTS = [(0, "-few-lines"), (18, "-lines")]
"""Minimum columns and lines for each style class of dialogs and pages."""


def page_sheet() -> str:
    """The sheet of dialogs, pages and the palette, which is read when the first full frame is painted."""
    return os.path.join(data_dir("styles"), "pages.tcss")


class WidgetStyles:
    """The styles of a widget in the current theme; the widget calls `forget` when the theme changes."""

    def __init__(self, widget: Widget, named: Mapping[str, NamedStyle]) -> None:
        self._widget, self._named = widget, named
        self._found: dict[str, Style] = {}

    def __call__(self, name: str) -> Style:
        """The style with this name."""
        if name not in self._found:
            self._found[name] = self._made(self._named[name])
        return self._found[name]

    def forget(self) -> None:
        """The theme has changed."""
        self._found.clear()

    def _made(self, named: NamedStyle) -> Style:
        from rich.style import Style

        ground = self._widget.background_colors[1]
        if named.ground:
            ground += self._colour(named.ground, ground)
        colour = ground + self._colour(named.colour, ground)
        return Style.parse(named.attributes) + Style.from_color(colour.rich_color, ground.rich_color)

    def _colour(self, variable: str, ground: Color) -> Color:
        from textual.color import Color

        variables = self._widget.app.theme_variables
        # Textual's themes may have "#rrggbb 60%", or "auto 87%" for a colour that contrasts with the
        # background.
        name, *percent = variables.get(variable, variables["primary"]).split()
        alpha = float(percent[0].rstrip("%")) / 100 if percent else 1.0
        return ground.get_contrast_text(alpha) if name == "auto" else Color.parse(name).multiply_alpha(alpha)
