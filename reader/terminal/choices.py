"""What a person may decide about the terminal instead of having it found out: flags and `[terminal]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from reader.terminal.value import TRUECOLOUR

Value: TypeAlias = bool | int | str
Choice: TypeAlias = Mapping[str, tuple[Value, str]]
"""Name of a finding to its value and who says so."""

ALLOWED: Mapping[str, tuple[Value, ...]] = {
    "remote": (True, False),
    "desktop": (True, False),
    "colours": (0, 16, 256, TRUECOLOUR),
    "unicode": (True, False),
    "links": (True, False),
    "clipboard": (True, False),
    "pictures": ("kitty", "iterm2", "sixel", "blocks", "none"),
    "mouse": (True, False),
    "background": ("dark", "light"),
}
"""Each finding that can be chosen, with the values that it can have."""


def choices(configured: Mapping[str, Value], remote: bool | None = None) -> Choice:
    """What the configuration and then a flag say; `remote` is True for --remote, False for --local."""
    chosen: dict[str, tuple[Value, str]] = {
        name: (value, "the configuration says so") for name, value in configured.items()
    }
    if remote is not None:
        chosen["remote"] = (remote, "--remote says so" if remote else "--local says so")
    return chosen
