"""What each terminal program can do, and which variables identify it.

The source of each line is the terminal's own documentation; None means "depends on its settings".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Emulator(NamedTuple):
    """What a terminal program can do by itself."""

    links: bool | None
    clipboard: bool | None
    pictures: str
    advice: tuple[str, ...] = ()
    """How to enable its clipboard, if the user has to."""


_ALLOW_IN_ITERM = ("iTerm2: Settings, General, Selection: Applications in terminal may access clipboard",)
_XTERM = ('xterm: add "XTerm*disallowedWindowOps: 20,21,SetXprop" to ~/.Xresources',)

EMULATORS: Mapping[str, Emulator] = {
    "kitty": Emulator(True, True, "kitty"),
    "ghostty": Emulator(True, True, "kitty"),
    "WezTerm": Emulator(True, True, "iterm2"),
    "iTerm2": Emulator(True, None, "iterm2", _ALLOW_IN_ITERM),
    "foot": Emulator(True, True, "sixel"),
    "contour": Emulator(True, True, "sixel"),
    "mlterm": Emulator(None, True, "sixel"),
    "Alacritty": Emulator(True, True, "blocks"),
    "Windows Terminal": Emulator(True, True, "blocks"),
    "VS Code": Emulator(True, True, "blocks"),
    "Konsole": Emulator(None, None, "blocks"),
    "VTE": Emulator(True, False, "blocks"),
    "rxvt": Emulator(False, None, "blocks"),
    "xterm": Emulator(False, None, "blocks", _XTERM),
    "Terminal.app": Emulator(False, False, "blocks"),
    "Linux console": Emulator(False, False, "blocks"),
}
"""VTE is what GNOME Terminal, Xfce Terminal, Tilix and others paint with."""

_BY_TERM = (
    ("xterm-kitty", "kitty"), ("xterm-ghostty", "ghostty"), ("wezterm", "WezTerm"), ("foot", "foot"),
    ("contour", "contour"), ("mlterm", "mlterm"), ("alacritty", "Alacritty"), ("rxvt", "rxvt"),
    ("linux", "Linux console"),
)  # fmt: skip
"""Prefixes of TERM, which travels over SSH."""

_BY_PROGRAM = {
    "iTerm.app": "iTerm2", "WezTerm": "WezTerm", "ghostty": "ghostty", "vscode": "VS Code", "kitty": "kitty",
    "Apple_Terminal": "Terminal.app",
}  # fmt: skip
"""Values of TERM_PROGRAM."""

_BY_VARIABLE = {
    "KITTY_WINDOW_ID": "kitty", "WEZTERM_PANE": "WezTerm", "GHOSTTY_RESOURCES_DIR": "ghostty",
    "ALACRITTY_WINDOW_ID": "Alacritty", "WT_SESSION": "Windows Terminal", "KONSOLE_VERSION": "Konsole",
    "VTE_VERSION": "VTE", "XTERM_VERSION": "xterm",
}  # fmt: skip
"""Variables that a terminal gives to what it starts. A terminal started from another inherits that one's, so
they count last."""

_BY_KIND = {
    "kitty": "kitty", "ghostty": "ghostty", "wezterm": "WezTerm", "iterm2": "iTerm2", "foot": "foot",
    "contour": "contour", "mlterm": "mlterm", "alacritty": "Alacritty", "konsole": "Konsole", "vte": "VTE",
    "xterm": "xterm", "windowsterminal": "Windows Terminal", "windows terminal": "Windows Terminal",
}  # fmt: skip
"""Prefixes of the answer to XTVERSION, in lower case."""


def by_term(term: str) -> str:
    """The terminal that has this TERM; empty if many have it."""
    return next((name for start, name in _BY_TERM if term.startswith(start)), "")


def by_kind(kind: str) -> str:
    """The terminal that calls itself so (XTVERSION)."""
    lower = kind.lower()
    return next((name for start, name in _BY_KIND.items() if lower.startswith(start)), "")


def by_variables(env: Mapping[str, str]) -> tuple[str, str]:
    """The terminal that set these variables, and the one that identifies it; two empty strings if
    unknown."""
    term, program = env.get("TERM", ""), env.get("TERM_PROGRAM", "")
    if name := by_term(term):
        return name, f"TERM is {term}"
    if name := _BY_PROGRAM.get(program, ""):
        return name, f"TERM_PROGRAM is {program}"
    if env.get("LC_TERMINAL") == "iTerm2":
        return "iTerm2", "LC_TERMINAL is iTerm2"
    for variable, name in _BY_VARIABLE.items():
        if env.get(variable):
            return name, f"{variable} is set"
    return "", ""
