"""How a text gets to the clipboard of the person's own machine: through the terminal, by OSC 52.

A terminal never answers to OSC 52, so nothing here claims that a text was copied: it was sent. `plan`
decides, `carry_out` does it; the caller says how bytes reach the terminal.
"""

from __future__ import annotations

import subprocess
from base64 import b64encode
from collections.abc import Callable
from typing import NamedTuple

from reader.errors import ReaderError
from reader.terminal import Terminal

LIMIT = 74_994
"""Bytes of UTF-8 that may be sent: their base64 and the frame stay below 100,000, where terminals stop."""

_TMUX = ("tmux", "load-buffer", "-w", "-")
_SCREEN_CHUNK = 250
"""GNU screen cuts longer pass-through strings (its limit was 256 bytes for long)."""


class TooLong(ReaderError):
    """The text is longer than terminals take."""


class CopyPlan(NamedTuple):
    """What will be sent, and by which ways."""

    text: str
    sequence: str = ""
    """What to write to the terminal; empty where there is none."""
    command: tuple[str, ...] = ()
    """A program that takes the text on its stdin; empty where none is needed."""


class Copied(NamedTuple):
    """What came of it."""

    ok: bool
    """Whether it was sent at all; nobody knows whether it arrived."""
    sentence: str


def osc52(text: str) -> str:
    """The sequence that puts the text on the clipboard. Raises TooLong beyond LIMIT bytes."""
    raw = text.encode("utf-8", "replace")
    if len(raw) > LIMIT:
        raise TooLong(f"{len(raw):,} bytes are too much for a terminal's clipboard; {LIMIT:,} are the most.")
    return f"\x1b]52;c;{b64encode(raw).decode('ascii')}\x07"


def plan(text: str, terminal: Terminal) -> CopyPlan:
    """How to send this text from this terminal. Raises TooLong.

    tmux drops OSC 52 from its panes unless told otherwise, but passes on what is loaded with `-w`; both
    ways are used, as its settings can't be seen from within.
    """
    sequence = osc52(text)
    if terminal.multiplexer == "screen":
        pieces = (sequence[at : at + _SCREEN_CHUNK] for at in range(0, len(sequence), _SCREEN_CHUNK))
        sequence = "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return CopyPlan(
        text,
        sequence if terminal.is_tty else "",
        _TMUX if terminal.multiplexer == "tmux" else (),
    )


def carry_out(plan: CopyPlan, write: Callable[[str], object]) -> Copied:
    """Send it; `write` writes to the terminal. Waits up to a second for tmux, so call it from a worker."""
    sent = False
    if plan.sequence:
        write(plan.sequence)
        sent = True
    if plan.command:
        sent = _pipe(plan) or sent
    if sent:
        return Copied(True, "Sent to the terminal for its clipboard.")
    return Copied(False, "There is no terminal here that has a clipboard.")


def _pipe(plan: CopyPlan) -> bool:
    try:
        done = subprocess.run(
            plan.command, input=plan.text.encode("utf-8", "replace"), timeout=1, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
