"""What a terminal can do, what it answers when asked, and what the user may override."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from reader.permissions import is_in_browser


class Answers(NamedTuple):
    """A terminal's answers to queries."""

    kind: str = ""
    """Name and version (XTVERSION); empty if unknown."""
    background: str = ""
    """dark, light, or empty."""
    pictures: str = ""
    """kitty, sixel, or empty if it claims neither."""
    is_answering: bool = False


TRUECOLOUR = 1 << 24
"""How many colours a terminal with 24 bits a colour has."""


class Finding(NamedTuple):
    """One fact about the terminal, for `reader doctor`."""

    name: str
    value: str
    reason: str
    """Where it comes from: a variable, a process, a setting."""
    advice: tuple[str, ...] = ()
    """What the user can change, one line each; empty if all is well."""


class Terminal(NamedTuple):
    """What this terminal can do. None means unknown."""

    is_tty: bool
    is_remote: bool
    """Whether the user is at another machine (SSH)."""
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
    """Whether a program can set the clipboard of the user's machine (OSC 52)."""
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
    """The address of the user's `reader relay`; contains a secret, so never shown."""
    findings: tuple[Finding, ...] = ()
    """Each fact with its reason."""

    def draws_in_ascii(self, signs: str) -> bool:
        """Whether signs are drawn with ASCII; `signs` is the setting: auto, unicode or ascii."""
        return signs == "ascii" or (signs == "auto" and not self.is_unicode)


Value: TypeAlias = bool | int | str
Choice: TypeAlias = Mapping[str, tuple[Value, str]]
"""Name of a finding to its value and the reason."""

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


_BROWSER: Mapping[str, Value] = {
    "terminal": True,
    "remote": False,
    "desktop": False,
    "multiplexer": "",
    "colours": TRUECOLOUR,
    "unicode": True,
    "links": False,
    "clipboard": True,
    "pictures": "blocks",
    "mouse": True,
}
"""What the terminal in a page can do. It would open links by itself too, and the page a second time."""


def choices(configured: Mapping[str, Value], remote: bool | None = None) -> Choice:
    """What the configuration and then a flag say; `remote` is True for --remote, False for --local."""
    chosen: dict[str, tuple[Value, str]] = {
        name: (value, "set in the configuration") for name, value in configured.items()
    }
    if is_in_browser():
        chosen |= {name: (value, "a browser shows the screen") for name, value in _BROWSER.items()}
    if remote is not None:
        chosen["remote"] = (remote, "--remote was given" if remote else "--local was given")
    return chosen
