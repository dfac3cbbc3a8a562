"""The list's first rows as text for the terminal, without Textual. They come from the function that the list
itself uses, in the same colours and at the same place, so the app's first frame looks the same there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

from reader.app.browsing.pane_sizes import Area, list_at, panes_at
from reader.app.paint.cells import Piece, joined
from reader.app.paint.styles import LIST
from reader.app.paint.themes import tag_variables
from reader.app.widgets import article_row
from reader.config import Config
from reader.config.palettes import Palette
from reader.errors import ReaderError
from reader.library import Library
from reader.query.results import Headline, Results
from reader.terminal import TRUECOLOUR, Terminal


def can_show(config: Config, seen: Terminal) -> bool:
    """Whether the app will draw with colours and with signs beyond ASCII."""
    return bool(seen.colours) and not seen.draws_in_ascii(config.signs)


def place_of(library: Library, results: Results, identifier: str) -> int:
    """The position of the article with this id in the results; 0 if it is not there."""
    with suppress(ReaderError):
        headline = library.find(identifier) if identifier else None
        return (results.position(headline.number) or 0) if headline is not None else 0
    return 0


class FirstView(NamedTuple):
    """What the list shows first."""

    box: Area
    window: article_row.Window
    rows: Sequence[Headline]
    """Starting with the one on the window's first line."""
    cursor: int
    """The cursor's row, counted in the whole list."""
    tag_colours: Mapping[str, str]

    def lines(self, now: datetime) -> Iterator[list[Piece]]:
        """The content of each line."""
        window = self.window
        first = window.top // window.row_height
        for y in range(window.height):
            row = (y + window.top) // window.row_height
            shown = None
            if row - first < len(self.rows):
                cursor = "cursor" if row == self.cursor else ""
                shown = article_row.Row(self.rows[row - first], cursor, tag_colours=self.tag_colours)
            yield joined(article_row.line_in(window, y, shown, now), window.width, "ground")


def view_of(
    results: Results,
    config: Config,
    sizes: Mapping[str, int],
    size: tuple[int, int],
    cursor: int = 0,
    measures: article_row.Measures = article_row.ALL_MEASURES,
) -> FirstView | None:
    """What the list will show of these results; None if it shows nothing."""
    box = list_at(*size, panes_at(*size, sizes, config.sidebar_width))
    if box is None or not len(results):
        return None
    is_compact = config.rows == "compact"
    window = article_row.Window(box.width, box.height, 0, len(results), is_compact, measures)
    window = window.showing(cursor)
    first = window.top // window.row_height
    rows = results.window(first, first + window.height // window.row_height + 2)
    return FirstView(box, window, rows, cursor, config.tags)


def frame(view: FirstView | None, theme: Palette, size: os.terminal_size, now: datetime, colours: int) -> str:
    """The text that paints the first headlines; empty if there is nothing to paint."""
    if view is None:
        return ""
    codes = codes_of(theme, colours)
    blank = f"\x1b[0;{codes['ground']}m{' ' * size.columns}"
    painted = [f"\x1b[{line};1H{blank}" for line in range(1, size.lines + 1)]
    for y, line in enumerate(view.lines(now), view.box.y + 1):
        x = view.box.x + 1
        for piece in line:
            # Each at its column: terminals disagree about the width of some characters.
            painted.append(f"\x1b[{y};{x}H\x1b[0;{codes[piece.style]}m{piece.text}")
            x += cell_len(piece.text)
    return "".join(painted) + "\x1b[0m"


def codes_of(theme: Palette, colours: int) -> dict[str, str]:
    """The list's styles in this theme as SGR parameters, for a terminal with this many colours."""
    of, variables = theme.colours, tag_variables(dark=bool(theme.is_dark))
    variables |= {"foreground": of["foreground"], "foreground-muted": of["dim"], "panel": of["panel"]}
    variables |= {"primary": of["accent"], "accent": of["star"]}
    ground = _colour_codes(of["background"], colours, is_ground=True)
    attributes = {"bold": "1;", "underline": "4;"}
    return {
        name: "".join(attributes[one] for one in style.attributes.split())
        + f"{_colour_codes(variables[style.colour], colours)};{ground}"
        for name, style in LIST.items()
    }


def _colour_codes(colour: str, colours: int, *, is_ground: bool = False) -> str:
    if colours >= TRUECOLOUR:
        red, green, blue = bytes.fromhex(colour[1:])
        return f"{48 if is_ground else 38};2;{red};{green};{blue}"
    from rich.color import Color, ColorSystem  # 8 ms with Rich's styles, which few terminals need

    system = ColorSystem.EIGHT_BIT if colours == 256 else ColorSystem.STANDARD
    return ";".join(Color.parse(colour).downgrade(system).get_ansi_codes(foreground=not is_ground))
