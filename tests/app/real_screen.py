"""The reader as a program on a pseudo terminal: for what only the bytes that reach a terminal can show."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import sys
import termios
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType

from benchmarks.screens import taken
from benchmarks.terminal_emulator import TerminalEmulator

_LEFT_OUT = (
    "READER_", "XDG_", "SSH_", "TMUX", "DISPLAY", "WAYLAND", "NO_COLOR", "LC_", "COLUMNS", "LINES",
    "TEXTUAL_",
)  # fmt: skip
"""Beginnings of variables that are the machine's and not the test's."""

PATIENCE = 30.0
"""Seconds after which what does not come will not come."""
QUIET = 0.25
"""Seconds without a byte after which nothing more comes of a key: longer than the timers behind keys."""


class RealScreen:
    """A running reader and every byte that it has written. Ends it when the `with` block ends."""

    def __init__(
        self,
        folder: Path,
        home: Path,
        *,
        columns: int = 160,
        rows: int = 45,
        variables: Mapping[str, str] | None = None,
        command: Sequence[str] = (),
    ) -> None:
        """Start the reader on a folder, or another command that leads to one.

        `variables` are put into its environment; one that is "" is taken out of it.
        """
        import pty

        environment = environment_of(home, variables or {})
        argv = [*command] or [sys.executable, "-m", "reader", str(folder)]
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:  # the child: nothing but exec may happen here
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execvpe(argv[0], argv, environment)
            finally:
                os._exit(127)
        self.written = bytearray()
        self.emulator = TerminalEmulator(columns, rows)
        """What a user sees."""
        self.seen: list[str] = []
        """What was to be seen after each press."""
        self.exit_code: int | None = None
        """How it ended; None while it runs."""

    def __enter__(self) -> RealScreen:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self.exit_code is None:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._terminal)

    def wait_for(self, text: str) -> None:
        """Wait until a text was written or is to be seen. Raises AssertionError, with what is to be seen."""
        end = monotonic() + PATIENCE
        while text.encode() not in self.written and text not in self.emulator.text:
            if not self._read(end - monotonic()):
                raise AssertionError(f"{text!r} did not come; to be seen is\n{self.emulator.text}")

    def press(self, keys: str, quiet: float = QUIET) -> None:
        """Type on the keyboard and wait until the reader is idle and has written nothing for a while.

        Raises AssertionError where it goes on writing: a screen on which nothing happens is still.
        """
        os.write(self._terminal, keys.encode())
        end = monotonic() + PATIENCE
        while self._read(quiet) or self._is_busy:
            assert monotonic() < end, f"never still after {keys!r}: {bytes(self.written[-200:])!r}"
        self.seen.append(self.emulator.text)

    @property
    def _is_busy(self) -> bool:
        """Whether one of its threads runs or waits for a processor, as far as this system tells."""
        for stat in Path(f"/proc/{self._pid}/task").glob("*/stat"):
            with suppress(OSError):
                if stat.read_text().rpartition(")")[2].split()[0] == "R":
                    return True
        return False

    def press_for(self, keys: str, *texts: str) -> None:
        """Type on the keyboard and wait until these texts are to be seen, all of which were not before.

        Raises AssertionError, with what is to be seen, where they do not come.
        """
        assert not all(text in self.emulator.text for text in texts), f"{texts} were there before {keys!r}"
        os.write(self._terminal, keys.encode())
        if not self.wait_until(lambda: all(text in self.emulator.text for text in texts)):
            raise AssertionError(f"{texts} did not come after {keys!r}; to be seen is\n{self.emulator.text}")
        self.seen.append(self.emulator.text)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as its window does."""
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def is_line_restored(self) -> bool:
        """Whether the terminal's line echoes and edits again, as shells want it."""
        wanted = termios.ICANON | termios.ECHO | termios.ISIG
        return bool(termios.tcgetattr(self._terminal)[3] & wanted == wanted)

    @property
    def is_stopped(self) -> bool:
        """Whether the program is stopped, as after Ctrl-Z."""
        return Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    @property
    def pid(self) -> int:
        """The program's process."""
        return self._pid

    @property
    def terminal(self) -> int:
        """Our end of the terminal."""
        return self._terminal

    def close_terminal(self) -> None:
        """Let the terminal vanish as a window does that is closed."""
        os.close(self._terminal)
        self._terminal = os.open(os.devnull, os.O_RDONLY)

    def wait_until(self, is_so: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        """Read on until something is so or the time is over; whether it is so."""
        end = monotonic() + seconds
        while not is_so() and monotonic() < end:
            self._read(0.02)
        return is_so()

    def send(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self._pid, number)

    def wait_for_end(self) -> int:
        """Wait until the program ends; its exit code."""
        while self._read(PATIENCE):
            pass
        self.exit_code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self.exit_code

    def _read(self, seconds: float) -> bool:
        """Take in what comes within some seconds; whether anything came."""
        data = taken(self._terminal, seconds)
        self.written += data
        self.emulator.feed(data)
        return bool(data)


def environment_of(home: Path, variables: Mapping[str, str]) -> Mapping[str, str]:
    """An environment whose every trace stays below `home`, in a terminal with all colours, where no browser,
    editor or pager shows anything, but for these variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
    places = {f"READER_{kind}_DIR": str(home / kind.lower()) for kind in ("CACHE", "DATA", "CONFIG", "STATE")}
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "BROWSER": "false"}
    quiet = {"HOME": str(home), "PYTHONPATH": path, "TEXTUAL_ANIMATIONS": "none"}
    programs = {"VISUAL": "true", "EDITOR": "true", "PAGER": "true"}
    given = kept | places | terminal | quiet | programs | {**variables}
    return {name: value for name, value in given.items() if value}
