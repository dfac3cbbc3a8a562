"""Which colour a tag has: the one that the person chose, else always the same one for the same name.

Only names of colours; what they look like is each theme's. A tag's name always stands beside its colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

TAG_COLOURS = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")
"""The names of the colours, as the configuration writes them."""


def colour_of(tag: str, chosen: Mapping[str, str]) -> str:
    """The name of a tag's colour; `chosen` is the configuration's table `[tags]`."""
    folded = tag.casefold()
    for name, colour in chosen.items():
        if name.casefold() == folded:
            return colour
    return TAG_COLOURS[crc32(folded.encode("utf-8", "replace")) % len(TAG_COLOURS)]
