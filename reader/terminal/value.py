"""What a terminal can do, what it answers when asked, and what the person may override."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias


class Answers(NamedTuple):
    """What a terminal says of itself."""

    kind: str = ""
    """Name and version (XTVERSION); empty where it does not tell."""
    background: str = ""
    """dark, light, or empty."""
    pictures: str = ""
    """kitty, sixel, or empty where it claims neither."""
    is_answering: bool = False


TRUECOLOUR = 1 << 24
"""How many colours a terminal with 24 bits a colour has."""


class Finding(NamedTuple):
    """One fact about the terminal, for `reader doctor`."""

    name: str
    value: str
    reason: str
    """What says so: a variable, a process, a setting."""
    advice: tuple[str, ...] = ()
    """What a person can do about it, a line each; empty where nothing is amiss."""


class Terminal(NamedTuple):
    """What this terminal can do. None stands for "nobody says"."""

    is_tty: bool
    is_remote: bool
    """Whether the person sits at another machine (SSH)."""
    has_desktop: bool
    """Whether a browser with a window can be started on this machine."""
    multiplexer: str
    """tmux, screen, zellij or empty."""
    colours: int
    """0, 16, 256 or TRUECOLOUR."""
    is_unicode: bool
    platform: str = "linux"
    """As `sys.platform` has it."""
    links: bool | None = None
    """Whether links of a program (OSC 8) can be pressed."""
    clipboard: bool | None = None
    """Whether a program may fill the clipboard of the person's own machine (OSC 52)."""
    pictures: str = "blocks"
    """kitty, iterm2, sixel, blocks (half blocks in colours) or none."""
    has_mouse: bool = True
    background: str = ""
    """dark, light or empty."""
    emulator: str = ""
    """Which program paints, as `emulators.EMULATORS` names it; empty = not known."""
    env: Mapping[str, str] = {}
    """Variables that a started program needs otherwise than this process has them: tmux knows the display of
    the client that is attached now."""
    relay: str = ""
    """Where a `reader relay` of the person's own machine may answer; holds a secret, so never shown."""
    findings: tuple[Finding, ...] = ()
    """Each fact with its reason."""

    def draws_in_ascii(self, signs: str) -> bool:
        """Whether signs are drawn with ASCII; `signs` is the setting: auto, unicode or ascii."""
        return signs == "ascii" or (signs == "auto" and not self.is_unicode)


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
        name: (value, "set in the configuration") for name, value in configured.items()
    }
    if remote is not None:
        chosen["remote"] = (remote, "--remote was given" if remote else "--local was given")
    return chosen
