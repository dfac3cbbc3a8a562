"""Small bars and numbers for quality and heat, always of the same width so that columns never shift.

Plain text only: colour belongs to the widget that paints it.
"""

from __future__ import annotations

from functools import lru_cache

FULL, EMPTY = "▰", "▱"
PLAIN_FULL, PLAIN_EMPTY = "#", "-"
UNKNOWN = "–"
BEST = 100
"""Quality goes from 0 to this."""

HEAT_WIDTH = 5
"""Cells of a heat in a column: the sign and up to four more (`▲12`, `▲1.2k`)."""


@lru_cache(maxsize=1024)
def quality_bar(quality: int | None, width: int = 5, *, is_plain: bool = False) -> str:
    """A quality of 0..100 as a bar of `width` cells; blank if unknown.

    Any quality above 0 fills at least one cell, and only the best fills all. `is_plain` draws with ASCII for
    terminals that cannot show more.
    """
    if quality is None or width <= 0:
        return " " * max(width, 0)
    full, empty = (PLAIN_FULL, PLAIN_EMPTY) if is_plain else (FULL, EMPTY)
    quality = min(max(quality, 0), BEST)
    cells = (quality * width * 2 + BEST) // (BEST * 2)
    if quality:
        cells = max(cells, 1)
    if quality < BEST:
        cells = min(cells, width - 1) if width > 1 else cells
    return full * cells + empty * (width - cells)


@lru_cache(maxsize=1024)
def heat_text(heat: int | None, *, is_plain: bool = False) -> str:
    """A heat as `▲12`, shortened to fit `HEAT_WIDTH` cells; a dash if it was not measured (-1)."""
    if heat is None or heat < 0:
        return "-" if is_plain else UNKNOWN
    return ("^" if is_plain else "▲") + _short(heat)


def heat_column(heat: int | None, *, is_plain: bool = False) -> str:
    """`heat_text` in a column: right-aligned in `HEAT_WIDTH` cells."""
    return heat_text(heat, is_plain=is_plain).rjust(HEAT_WIDTH)


def _short(number: int) -> str:
    if number < 1000:
        return str(number)
    for unit in "kMGT":
        if number < 9_950:
            return f"{number // 100 / 10:.1f}{unit}"
        if number < 1_000_000:
            return f"{number // 1000}{unit}"
        number //= 1000
    return "max"
