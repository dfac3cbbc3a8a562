"""What tmux, screen and zellij let through to the terminal outside, and the lines that change it."""

from __future__ import annotations

from reader.terminal.facts import Tmux
from reader.terminal.value import TRUECOLOUR

Answer = tuple[bool | None, str, tuple[str, ...]]

_LINKS_SINCE = (3, 4)
"""The first tmux that passes OSC 8 on."""


def feature_line(tmux: Tmux, feature: str) -> str:
    """The line of ~/.tmux.conf that gives a feature to the terminal outside."""
    return f"set -as terminal-features ',{tmux.term or '*'}:{feature}'"


def screen_kept(multiplexer: str) -> tuple[str, ...]:
    """What to change where the shell's lines are gone after a program with a screen of its own."""
    return (
        ("altscreen on, in ~/.screenrc, gives the shell's lines back at the end",)
        if multiplexer == "screen"
        else ()
    )


def links(multiplexer: str, tmux: Tmux | None) -> Answer:
    """Whether OSC 8 reaches the terminal."""
    if multiplexer == "zellij":
        return True, "zellij passes links on", ()
    if multiplexer == "screen":
        return False, "screen drops links", ()
    if tmux is None:
        return None, "tmux was not asked", ()
    if tmux.version < _LINKS_SINCE:
        version = ".".join(map(str, tmux.version))
        return False, f"tmux {version} drops links", ("tmux 3.4 and newer pass them on",)
    if "hyperlinks" in tmux.features:
        return True, "tmux passes them on to this terminal", ()
    return False, "tmux does not know that this terminal has links", (feature_line(tmux, "hyperlinks"),)


def clipboard(multiplexer: str, tmux: Tmux | None) -> Answer:
    """Whether a text reaches the clipboard."""
    if multiplexer == "zellij":
        return None, "zellij passes it on to its terminal", ()
    if multiplexer == "screen":
        return None, "screen passes it on, wrapped, to its terminal", ()
    if tmux is None:
        return None, "tmux was not asked", ()
    if "clipboard" in tmux.features:
        return True, "tmux passes on what `tmux load-buffer -w` gives it", ()
    return (
        False,
        f"tmux does not know that this terminal ({tmux.term or 'none'}) has one",
        (feature_line(tmux, "clipboard"),),
    )


def more_colours(multiplexer: str, tmux: Tmux | None) -> tuple[str, ...]:
    """What to change for 16.7 million colours, where the terminal outside has them."""
    if multiplexer == "tmux":
        outside = tmux or Tmux()
        return (
            "set -g default-terminal tmux-256color",
            feature_line(outside, "RGB"),
            "set-environment -g COLORTERM truecolor",
        )
    if multiplexer == "screen":
        return ("term screen-256color, in ~/.screenrc", "truecolor on, there too, with screen 5 and newer")
    return (f"export COLORTERM=truecolor, where the terminal has {TRUECOLOUR:,} colours",)
