"""Queries to the terminal itself. Answers can be slow or missing, so only `reader doctor` waits for them.

Every terminal answers the last query (DA1), so once that arrives there is nothing more to wait for.
"""

from __future__ import annotations

import os
import re
import select
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from reader.terminal.facts import Answers

PATIENCE = 1.5
"""Seconds for all answers together."""

_QUESTIONS = "\x1b[>0q\x1b]11;?\x07\x1b[c"
_KITTY_QUESTION = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_CALLS_ITSELF = re.compile(rb"\x1bP>\|([^\x1b\x07]{1,80})(?:\x1b\\|\x07)")
_BACKGROUND = re.compile(rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
_ATTRIBUTES = re.compile(rb"\x1b\[\?([0-9;]*)c")
_HAS_KITTY = b"\x1b_Gi=31;OK"
_SIXEL = b"4"
"""The attribute that means sixel support."""


def ask(*, also_kitty: bool, patience: float = PATIENCE) -> Answers:
    """Ask the terminal on stdin and stdout; waits for `patience` seconds at most."""
    try:
        with _unbuffered():
            os.write(1, ((_KITTY_QUESTION if also_kitty else "") + _QUESTIONS).encode())
            return read_answers(_heard(patience))
    except (OSError, ImportError):
        return Answers()


def read_answers(said: bytes) -> Answers:
    """The answers in what a terminal sent."""
    attributes = _ATTRIBUTES.search(said)
    kind, background = _CALLS_ITSELF.search(said), _BACKGROUND.search(said)
    pictures = ""
    if _HAS_KITTY in said:
        pictures = "kitty"
    elif attributes and _SIXEL in attributes[1].split(b";")[1:]:
        pictures = "sixel"
    return Answers(
        kind=kind[1].decode("ascii", "replace") if kind else "",
        background=_brightness(background.groups()) if background else "",
        pictures=pictures,
        is_answering=bool(attributes),
    )


def _brightness(parts: tuple[bytes, ...]) -> str:
    """dark or light, by the eye's weights for red, green and blue (ITU-R BT.601)."""
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in parts)
    return "light" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "dark"


def _heard(patience: float) -> bytes:
    end = monotonic() + patience
    said = b""
    while not _ATTRIBUTES.search(said):
        left = end - monotonic()
        if left <= 0 or not select.select([0], [], [], left)[0]:
            break
        said += os.read(0, 4096)
    return said


@contextmanager
def _unbuffered() -> Iterator[None]:
    """Read answers unbuffered and without echo."""
    import termios
    import tty

    try:
        before = termios.tcgetattr(0)
    except termios.error as error:
        raise OSError(*error.args) from None
    try:
        tty.setcbreak(0)
        yield
    finally:
        termios.tcsetattr(0, termios.TCSAFLUSH, before)
