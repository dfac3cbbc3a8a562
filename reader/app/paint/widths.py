"""How many cells a text takes, where terminals differ about it.

A spacing mark (the vowel signs of Devanagari and its sisters) has a cell of its own in most terminals and in
tmux, and none in others and in Rich. So texts are cut and wrapped as if it took one, lines are filled as if
it took none, and `output` puts what stands to the right of such a text into its column by number.
"""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len


def is_spacing_mark(letter: str) -> bool:
    """Whether terminals differ about the width of this character."""
    return letter > "\u0902" and unicodedata.category(letter) == "Mc"


def drifts(text: str) -> bool:
    """Whether terminals differ about the width of a text."""
    return not text.isascii() and any(map(is_spacing_mark, text))


def widest(text: str) -> int:
    """Cells that a text takes in the terminal that gives it most."""
    if text.isascii():
        return len(text)
    return cell_len(text) + sum(map(is_spacing_mark, text))
