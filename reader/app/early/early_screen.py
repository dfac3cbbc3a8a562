"""The early screen: holds the terminal between the first headlines and the app.

It switches to the terminal's alternate screen and turns echo off. Keys typed meanwhile wait in the terminal's
queue and reach the app. A driver takes over; otherwise the terminal is restored when the block ends.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from reader.app.early.features import EARLY_SCREEN, REPLY_FILTER, is_on
from reader.terminal import TRUECOLOUR, Terminal

if TYPE_CHECKING:
    from textual.driver import Driver

ALTERNATE = "\x1b[?1049h"
"""Enters the alternate screen, and clears it."""
_BEGIN = f"{ALTERNATE}\x1b[?25l\x1b[?7l"
"""The alternate screen, no cursor, no automatic wrapping: as Textual has it."""
_END = "\x1b[0m\x1b[?7h\x1b[?1049l\x1b[?25h"
_LOCAL, _INPUT, _CHARACTERS = 3, 0, 6
"""Places in the list from `tcgetattr`."""


class EarlyScreen:
    """A `with` block in which a text is on the alternate screen, until a driver takes over."""

    def __init__(self, text: str) -> None:
        """`text` paints the screen when the block begins."""
        self._text = text
        self._handlers: dict[int, Any] = {}
        self._hook_before = sys.unraisablehook
        self.attributes: list[Any] = []
        """The terminal's own, restored at the end."""
        self.ending = 0
        """The exit code that a signal asked for; 0 while none has."""
        self.is_over = False
        """Whether a driver has the terminal and restores it."""

    def __enter__(self) -> EarlyScreen:
        self.attributes = termios.tcgetattr(0)
        sys.unraisablehook = self._ignore_end
        # Python 3.11 forgets that a Ctrl-C was handled which fell into `exec`, and modules are being loaded.
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._handlers[ending] = signal.signal(ending, self._leave)
        try:
            termios.tcsetattr(0, termios.TCSANOW, _without_echo(termios.tcgetattr(0)))
            self._write(_BEGIN + self._text)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()
        if self.ending:
            # Modules were being loaded, and one may have swallowed the exit.
            raise SystemExit(self.ending)

    def hand_over(self) -> None:
        """From now on a driver has the terminal."""
        self.is_over = True
        sys.unraisablehook = self._hook_before
        while self._handlers:
            number, handler = self._handlers.popitem()
            if signal.getsignal(number) == self._leave:  # and not a handler of the app
                signal.signal(number, handler)

    def close(self) -> None:
        """Restore the terminal, unless a driver has it."""
        if not self.is_over:
            self.hand_over()
            termios.tcsetattr(0, termios.TCSANOW, self.attributes)
            self._write(_END)

    def _leave(self, number: int, frame: FrameType | None) -> None:
        self.ending = 128 + number
        raise SystemExit(self.ending)

    def _ignore_end(self, ignored: sys.UnraisableHookArgs) -> None:
        """An exit raised in one of Python's own callbacks is no error: the app looks at `ending`."""
        if not isinstance(ignored.exc_value, SystemExit):
            self._hook_before(ignored)

    def _write(self, text: str) -> None:
        assert sys.__stderr__ is not None
        # Textual's drivers write there, so both stay in order.
        sys.__stderr__.write(text)
        sys.__stderr__.flush()


def _without_echo(attributes: list[Any]) -> list[Any]:
    """Raw keys, as Textual wants them, but Ctrl-C is still a signal: nobody reads keys yet."""
    attributes[_LOCAL] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    attributes[_INPUT] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    attributes[_CHARACTERS][termios.VMIN], attributes[_CHARACTERS][termios.VTIME] = 1, 0
    # Nobody would restore the screen before Ctrl-Z stops the process.
    attributes[_CHARACTERS][termios.VSUSP] = bytes([os.fpathconf(0, "PC_VDISABLE")])
    return attributes


def is_worth_asking(seen: Terminal) -> bool:
    """Whether this terminal may know its background, and hides a question that it does not know."""
    is_deaf = seen.multiplexer == "screen" or seen.emulator == "Linux console"
    return seen.is_tty and not is_deaf and seen.colours in (256, TRUECOLOUR)


def driver_for(early: EarlyScreen | None, *, asks_background: bool) -> type[Driver] | None:
    """The driver for an app on this terminal; None for Textual's own.

    An early screen that no driver can take over is closed, and the app opens its own.
    """
    if early is not None and not is_on(EARLY_SCREEN):
        early.close()
        early = None
    if sys.platform == "win32" or not (early or is_on(REPLY_FILTER)):
        return None
    from textual.drivers.linux_driver import LinuxDriver

    replies = None
    if is_on(REPLY_FILTER):
        from reader.app.early.reply_filter import ReplyFilter, read_input

        replies = ReplyFilter()

    class TerminalDriver(LinuxDriver):
        """Textual's driver on this terminal."""

        def start_application_mode(self) -> None:
            super().start_application_mode()  # type: ignore[no-untyped-call]
            if early is not None and not early.is_over:
                self.attrs_before = early.attributes
                early.hand_over()
            nonlocal asks_background
            if asks_background and replies is not None:
                asks_background = False
                self.write(replies.ask())

        def write(self, data: str) -> None:
            # Entering the other screen once more would clear the headlines that are painted there.
            if data != ALTERNATE or early is None or early.is_over:
                super().write(data)

        def run_input_thread(self) -> None:
            if replies is None:
                super().run_input_thread()
            else:
                read_input(self, replies)

    return TerminalDriver
