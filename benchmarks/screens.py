"""A program on its own screen: a pseudo terminal of 120 by 40, read as a terminal would read it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from types import TracebackType

from benchmarks.terminal_emulator import TerminalEmulator
from benchmarks.timing import command_line, environment, family, resident

COLUMNS, ROWS = 120, 40
PATIENCE = 60.0
"""Seconds after which a text that does not come will not come."""


class Screen:
    """A running program and what it has written. Ends the program when the `with` block ends."""

    def __init__(self, command: Sequence[str], home: Path) -> None:
        """Start a program; its time counts from here."""
        variables = dict(environment(home))
        self.began = perf_counter()
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:  # the child: nothing but exec may happen here
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
                os.execvpe(command[0], list(command), variables)
            finally:
                os._exit(127)
        self.written = bytearray()
        self._came = self.began
        """When something was written last."""
        self._emulator, self._unseen = TerminalEmulator(COLUMNS, ROWS), bytearray()

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.close(self._terminal)
        os.waitpid(self._pid, 0)

    @property
    def memory(self) -> int:
        """The bytes that the program has in memory now."""
        return resident(self._pid)

    def runs(self, program: bytes) -> bool:
        """Whether the program has started another one in whose command line this is."""
        return any(program in command_line(pid) for pid in family(self._pid)[1:])

    def wait_to_run(self, program: bytes) -> None:
        """Wait until the program runs this one. Raises TimeoutError."""
        while not self.runs(program):
            if perf_counter() > self.began + PATIENCE:
                raise TimeoutError(f"{program!r} was not started")
            self.settle(0.01)

    def wait_for(self, text: bytes) -> float:
        """Seconds from the start until a text is written in one go. Raises TimeoutError, with what was."""
        while text not in self.written:
            if not self._read(self.began + PATIENCE - perf_counter()):
                raise TimeoutError(f"{text!r} did not come; last came {bytes(self.written[-300:])!r}")
        return perf_counter() - self.began

    def wait_to_see(self, text: str) -> float:
        """Seconds from the start until a text is to be seen, also where only its changed cells are written.

        The time that the emulator takes to look is not counted. Raises TimeoutError, with what is to be seen.
        """
        while not self._is_seen(text):
            if not self._read(self.began + PATIENCE - perf_counter()):
                raise TimeoutError(f"{text!r} did not come; to be seen is\n{self._emulator.text}")
        return self._came - self.began

    def _is_seen(self, text: str) -> bool:
        self._emulator.feed(bytes(self._unseen))
        self._unseen.clear()
        return text in self._emulator.text

    def settle(self, quiet: float = 0.3) -> None:
        """Wait until the program has written nothing for a while (at most ten seconds)."""
        end = perf_counter() + 10
        while self._read(quiet) and perf_counter() < end:
            pass

    def press(self, keys: str) -> None:
        """Type on the program's keyboard; what was written before is forgotten."""
        self.written.clear()
        self.began = self._came = perf_counter()
        os.write(self._terminal, keys.encode())

    def _read(self, seconds: float) -> bool:
        """Take in what comes within some seconds; whether anything came."""
        data = taken(self._terminal, seconds)
        self._came = perf_counter()
        self.written += data
        self._unseen += data  # looked at only when someone asks: it must not slow other measures down
        return bool(data)


def taken(terminal: int, seconds: float) -> bytes:
    """What a program writes to a terminal within some seconds; nothing where it has ended."""
    if seconds <= 0 or not select.select([terminal], [], [], seconds)[0]:
        return b""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux's way to say that the program has ended
        return b""


def time_to(text: bytes, command: Sequence[str], home: Path) -> float:
    """Seconds from the start of a program until a text is on its screen."""
    with Screen(command, home) as screen:
        return screen.wait_for(text)
