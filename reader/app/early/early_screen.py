"""The terminal between the first paint and the app: on its other screen, without echo, given back in the end.

Keys that are typed meanwhile wait in the terminal's queue, as the keys that they are, and reach the app.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
from types import FrameType, TracebackType
from typing import Any

ALTERNATE = "\x1b[?1049h"
"""Goes to the other screen, and clears it."""
_BEGIN = f"{ALTERNATE}\x1b[?25l\x1b[?7l"
"""The other screen, no cursor, no lines that go on in the next one: as Textual has it."""
_END = "\x1b[0m\x1b[?7h\x1b[?1049l\x1b[?25h"
_LOCAL, _INPUT, _CHARACTERS = 3, 0, 6
"""Places in what `tcgetattr` gives."""


class EarlyScreen:
    """A `with` block in which a text is on the other screen, until a driver takes over."""

    def __init__(self, text: str) -> None:
        """Nothing happens before the block begins."""
        self._text = text
        self._handlers: dict[int, Any] = {}
        self._told = sys.unraisablehook
        self.attributes: list[Any] = []
        """The terminal's own, to be put back at the end."""
        self.ending = 0
        """The exit code that a signal has asked for; 0 while none has."""
        self.is_over = False
        """Whether a driver has the terminal and gives it back."""

    def __enter__(self) -> EarlyScreen:
        self.attributes = termios.tcgetattr(0)
        sys.unraisablehook = self._tell
        # Python 3.11 forgets that a Ctrl-C was handled which fell into `exec`, and modules are being loaded.
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._handlers[ending] = signal.signal(ending, self._leave)
        try:
            termios.tcsetattr(0, termios.TCSANOW, _without_echo(termios.tcgetattr(0)))
            self._write(_BEGIN + self._text)
        except BaseException:
            self._give_back()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._give_back()
        if self.ending:
            # Modules are being loaded, and what they make of an end that falls into them is anything.
            raise SystemExit(self.ending)

    def hand_over(self) -> None:
        """From now on somebody else has the terminal."""
        self.is_over = True
        sys.unraisablehook = self._told
        while self._handlers:
            number, handler = self._handlers.popitem()
            if signal.getsignal(number) == self._leave:  # and not the handler of who took over
                signal.signal(number, handler)

    def _give_back(self) -> None:
        if not self.is_over:
            self.hand_over()
            termios.tcsetattr(0, termios.TCSANOW, self.attributes)
            self._write(_END)

    def _leave(self, number: int, frame: FrameType | None) -> None:
        self.ending = 128 + number
        raise SystemExit(self.ending)

    def _tell(self, ignored: sys.UnraisableHookArgs) -> None:
        """An end that fell into a callback of Python's own is no error: whoever takes over asks `ending`."""
        if not isinstance(ignored.exc_value, SystemExit):
            self._told(ignored)

    def _write(self, text: str) -> None:
        assert sys.__stderr__ is not None
        # Textual's drivers write there, so both are in one order.
        sys.__stderr__.write(text)
        sys.__stderr__.flush()


def _without_echo(attributes: list[Any]) -> list[Any]:
    """Keys as they are, as Textual wants them, but Ctrl-C is still a signal: nobody reads keys yet."""
    attributes[_LOCAL] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    attributes[_INPUT] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    attributes[_CHARACTERS][termios.VMIN], attributes[_CHARACTERS][termios.VTIME] = 1, 0
    # Nobody would put the screen back before a stop.
    attributes[_CHARACTERS][termios.VSUSP] = bytes([os.fpathconf(0, "PC_VDISABLE")])
    return attributes
