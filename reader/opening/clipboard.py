"""Copies text to the clipboard of the user's machine.

On a desktop, a desktop program takes it. It is also sent to the terminal by OSC 52, which is never confirmed,
so the reader does not claim that it was copied. `plan` decides, `carry_out` acts; the caller writes to the
terminal.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from reader.errors import ReaderError
from reader.permissions import permissions, require
from reader.terminal import Terminal

LIMIT = 74_994
"""Maximum bytes of UTF-8: with base64 and the sequence around it, that stays below 100,000, the limit of
terminals."""

_TMUX = ("tmux", "load-buffer", "-w", "-")
_KEEPERS = (("wl-copy",), ("xclip", "-selection", "clipboard"), ("xsel", "-b", "-i"), ("clip.exe",))
"""The desktop's clipboard programs."""
_SCREEN_CHUNK = 250
"""GNU screen cuts longer pass-through strings (its limit was 256 bytes for long)."""


class TooLong(ReaderError):
    """The text is longer than terminals accept."""


class CopyPlan(NamedTuple):
    """What will be sent, and how."""

    text: str
    sequence: str = ""
    """What to write to the terminal; empty for nothing."""
    command: tuple[str, ...] = ()
    """A program that takes the text on its stdin and passes it to the terminal; empty = none is needed."""
    keepers: tuple[tuple[str, ...], ...] = ()
    """Programs that keep the desktop's clipboard; the first that works is enough."""
    is_held_back: bool = False
    """Whether tmux is known to store it."""
    env: Mapping[str, str] = {}
    """Additional environment variables of the programs."""


class Copied(NamedTuple):
    """The result of copying."""

    ok: bool
    """Whether it was sent; terminals never confirm it."""
    sentence: str


def osc52(text: str) -> str:
    """The escape sequence that copies the text. Raises TooLong beyond LIMIT bytes."""
    raw = text.encode("utf-8", "replace")
    if len(raw) > LIMIT:
        raise TooLong(f"{len(raw):,} bytes are too many for a terminal's clipboard; the limit is {LIMIT:,}.")
    return f"\x1b]52;c;{b64encode(raw).decode('ascii')}\x07"


def plan(text: str, terminal: Terminal, configured: Sequence[str]) -> CopyPlan:
    """How to copy this text. `configured` is the user's own command. Raises TooLong.

    tmux drops OSC 52 from its panes unless configured otherwise, but passes on what is loaded with `-w`; both
    ways are used, as its settings can't be seen from within.
    """
    sequence = osc52(text)
    if terminal.multiplexer == "screen":
        pieces = (sequence[at : at + _SCREEN_CHUNK] for at in range(0, len(sequence), _SCREEN_CHUNK))
        sequence = "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    is_free = permissions().programs
    keepers: Sequence[Sequence[str]] = ()
    if configured:
        keepers = (configured,)
    elif terminal.has_desktop and not terminal.is_remote:
        keepers = (("pbcopy",),) if terminal.platform == "darwin" else _KEEPERS
    return CopyPlan(
        text,
        sequence if terminal.is_tty and terminal.clipboard is not False else "",
        _TMUX if terminal.multiplexer == "tmux" and is_free else (),
        tuple(tuple(argv) for argv in keepers if is_free and shutil.which(os.path.expanduser(argv[0]))),
        is_held_back=terminal.multiplexer == "tmux" and terminal.clipboard is False,
        env=terminal.env,
    )


def carry_out(plan: CopyPlan, write: Callable[[str], object]) -> Copied:
    """Send it; `write` writes to the terminal. May wait a second for a program, so call it from a worker."""
    is_kept = any(_pipe(argv, plan) for argv in plan.keepers)
    is_sent = bool(plan.sequence)
    if plan.sequence:
        write(plan.sequence)
    if plan.command:
        is_sent = _pipe(plan.command, plan) or is_sent
    if is_kept:
        return Copied(True, "Copied")
    if not is_sent:
        return Copied(False, "Cannot copy: this terminal does not let programs set the clipboard")
    if plan.is_held_back:
        return Copied(True, 'Sent to tmux only; "reader doctor" prints the line that passes it on')
    return Copied(True, "Sent to the terminal's clipboard")


def _pipe(argv: Sequence[str], plan: CopyPlan) -> bool:
    try:
        require("programs")
        done = subprocess.run(
            (os.path.expanduser(argv[0]), *argv[1:]), input=plan.text.encode("utf-8", "replace"), timeout=1,
            check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **plan.env},
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
