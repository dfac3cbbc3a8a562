"""What a terminal answers when it is asked; a module of its own, so that nobody loads the asking for it."""

from __future__ import annotations

from typing import NamedTuple


class Answers(NamedTuple):
    """What a terminal says of itself."""

    kind: str = ""
    """Name and version (XTVERSION); empty where it does not tell."""
    background: str = ""
    """dark, light, or empty."""
    pictures: str = ""
    """kitty, sixel, or empty where it claims neither."""
    is_answering: bool = False
