"""An address as a QR code, for the telephone in the other hand.

Black on white whatever the theme, with the quiet zone that ISO/IEC 18004 asks for (four squares), because
cameras look for both. Two squares share a cell where the terminal has half blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

from textual.color import Color
from textual.content import Content
from textual.geometry import Size
from textual.style import Style
from textual.widgets import Static

QUIET = 4
"""Light squares on each side."""

_BLACK, _WHITE = Color(0, 0, 0), Color(255, 255, 255)
_INK = Style(foreground=_BLACK, background=_WHITE)
_DARK_GROUND = Style(foreground=_WHITE, background=_BLACK)
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}

Squares = Sequence[Sequence[bool]]


@lru_cache(maxsize=4)
def squares(url: str) -> Squares:
    """The code's squares with the quiet zone, dark ones true. Empty where no code holds so long a text."""
    import segno  # 50 ms that only whoever wants a code pays for

    try:
        code = segno.make_qr(url, error="l")  # the rest of the smallest code goes to a better correction
    except segno.DataOverflowError:
        return ()
    side = [False] * QUIET
    inner = [[*side, *(bool(square) for square in row), *side] for row in code.matrix]
    edge = [[False] * len(inner[0])] * QUIET
    return (*edge, *inner, *edge)


def size_of(code: Squares, *, is_unicode: bool) -> Size:
    """How many columns and lines a code takes."""
    side = len(code)
    return Size(side, (side + 1) // 2) if is_unicode else Size(side * 2, side)


def painted(code: Squares, *, is_unicode: bool) -> Content:
    """The code in black and white: by half blocks, or by blanks on two grounds."""
    if is_unicode:
        below = [*code[1::2], [False] * len(code)]
        pairs = zip(code[::2], below, strict=False)
        lines = ["".join(_HALVES[pair] for pair in zip(*rows, strict=True)) for rows in pairs]
        return Content("\n").join(Content(line).stylize(_INK) for line in lines)
    rows = []
    for row in code:
        runs = [(dark, len(list(run)) * 2) for dark, run in groupby(row)]
        rows.append(Content.assemble(*((" " * n, _DARK_GROUND if dark else _INK) for dark, n in runs)))
    return Content("\n").join(rows)


class QrCode(Static):
    """The code of one address; shows nothing where there is none."""

    def __init__(self, url: str, *, is_unicode: bool, id: str | None = None) -> None:
        self.url = url
        self.code = squares(url)
        """The squares; empty where the address is too long for any code."""
        self.needs = size_of(self.code, is_unicode=is_unicode)
        """The columns and lines that it takes."""
        super().__init__(painted(self.code, is_unicode=is_unicode) if self.code else "", id=id)

    def fits(self, columns: int, lines: int) -> bool:
        """Whether the code can be shown whole."""
        return bool(self.code) and self.needs.width <= columns and self.needs.height <= lines
