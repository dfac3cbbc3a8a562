"""Programs that the reader starts: detached, in the terminal, or fed with an article's text.

Always an argument list, never a shell. A command's output is cleaned before it is shown, since it may repeat
what the article says.
"""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any, NamedTuple

from reader.article.text import clean, clean_line, display_path
from reader.errors import ReaderError, UsageError, reason_of
from reader.permissions import require

MOST_OUTPUT = 1 << 20
"""Maximum bytes of output; then the command is killed."""

_EDITORS = ("sensible-editor", "nano", "vim", "vi")
_PAGERS = ("less", "more")


class ProgramOutput(NamedTuple):
    """The command's output, both streams interleaved, cleaned."""

    text: str
    code: int
    """The exit code; negative if a signal ended it."""
    is_cut: bool
    """Whether the output was cut to MOST_OUTPUT."""


def arguments_of(command: str) -> tuple[str, ...]:
    """Splits a command as a shell does, without expansion. Raises UsageError."""
    try:
        found = tuple(shlex.split(command))
    except ValueError:
        raise UsageError("a quote in the command is not closed") from None
    if not found:
        raise UsageError("no command given; for example: wc -w, or sh -c '…' for a shell")
    return (os.path.expanduser(found[0]), *found[1:])


class PipeCommand:
    """A command that gets a text on stdin and whose output is read; any thread may call `end`."""

    def __init__(self, argv: Sequence[str], text: str) -> None:
        self.argv = tuple(argv)
        self._text = text
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ended = False

    def run(self) -> ProgramOutput:
        """Run it to the end of its output. Raises ReaderError if it cannot be started."""
        require("programs")
        # Its input is a file: a command that never reads doesn't block us, and one that exits early is not an
        # error.
        with self._input() as stdin:
            try:
                process = subprocess.Popen(
                    self.argv, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    start_new_session=True,
                )  # fmt: skip
            except (OSError, ValueError) as error:
                program = clean_line(self.argv[0])
                raise ReaderError(f"{program} cannot be started: {reason_of(error)}") from None
        with self._lock:
            self._process = process
            if self._is_ended:
                self._kill(process)
        with process:
            assert process.stdout is not None
            output = process.stdout.read(MOST_OUTPUT)
            is_cut = len(output) == MOST_OUTPUT and bool(process.stdout.read(1))
            if is_cut:
                self._kill(process)
            while not self._has_gone(process):
                time.sleep(0.01)
        return ProgramOutput(
            clean(output.decode("utf-8", "replace")).expandtabs(), process.returncode, is_cut
        )

    def _input(self) -> IO[bytes]:
        """A temporary file with the text, at its beginning. Raises ReaderError."""
        file: IO[bytes] | None = None
        try:
            file = TemporaryFile()  # noqa: SIM115, the caller closes it
            file.write(self._text.encode("utf-8", "replace"))
            file.seek(0)
        except OSError as error:
            if file is not None:
                with suppress(OSError):
                    file.close()
            raise ReaderError(
                f"cannot write a temporary file ({reason_of(error)}); set TMPDIR to a folder with free space"
            ) from None
        return file

    def _has_gone(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether it has ended. Its process id may be reused from then on, so `end` forgets it."""
        with self._lock:
            if process.poll() is None:
                return False
            self._process = None
            return True

    def end(self) -> None:
        """Kill it and its children, even if it exited and left them behind."""
        with self._lock:
            self._is_ended = True
            if self._process is not None:
                self._kill(self._process)

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def program_for(path: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The argument list that opens a file: the editor, or the pager if the file is not writable.

    $VISUAL before $EDITOR; $PAGER. Raises ReaderError if there is none.
    """
    is_writable = os.access(path, os.W_OK)
    variables = ("VISUAL", "EDITOR") if is_writable else ("PAGER",)
    for variable in variables:
        with suppress(UsageError):
            return (*arguments_of(environ.get(variable, "")), path)
    for program in _EDITORS if is_writable else _PAGERS:
        if shutil.which(program):
            return (program, path)
    what = "editor: set $VISUAL or $EDITOR" if is_writable else "pager: set $PAGER"
    raise ReaderError(f"no {what} to the program that opens {display_path(path)}")


PATIENCE = 0.3
"""Seconds to wait for a started program to fail; waiting longer would feel like hanging."""

_MOST_REASON = 120


class _Running(NamedTuple):
    """A program that was running when last checked."""

    process: subprocess.Popen[bytes]
    output: IO[bytes]
    name: str


_running: list[_Running] = []
"""Programs we started, polled to reap them and to notice late failures."""


def start(argv: Sequence[str], env: Mapping[str, str], patience: float = PATIENCE) -> str | None:
    """Start a program in its own session; why it failed, None if it runs or ended well.

    `env` is what it needs besides our own environment. Blocks for `patience` seconds at most.
    """
    name = os.path.basename(argv[0])
    output: IO[bytes] | None = None
    try:
        require("programs")
        output = _file_for_output()
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            env={**os.environ, **env},
        )  # fmt: skip
    except (OSError, ValueError) as error:
        if output is not None:
            output.close()
        return f"{name}: {reason_of(error)}"
    running = _Running(process, output, name)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        _running.append(running)
        return None
    return _failure(running)


def _file_for_output() -> IO[bytes]:
    """A temporary file for a program's output; a pipe could fill up, or break when we exit. Without room
    for one, the program runs but its failure has no reason. Raises OSError."""
    try:
        return TemporaryFile()
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise
        return open(os.devnull, "r+b")


def late_failures() -> list[str]:
    """Failures of programs that seemed to run; each is reported once. Does not wait."""
    ended = [running for running in _running if running.process.poll() is not None]
    _running[:] = [running for running in _running if running not in ended]
    return [failure for running in ended if (failure := _failure(running))]


def run_here(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a program in our terminal until it ends; its exit code, as shells have it. Raises OSError.

    Only for the main thread: signals go to the program meanwhile.
    """
    require("programs")
    with _signals_left_to_it():
        code = subprocess.run(argv, env={**os.environ, **env}, check=False).returncode
    return code if code >= 0 else 128 - code


@contextmanager
def _signals_left_to_it() -> Iterator[None]:
    """Leave Ctrl-C, which reaches all programs of a terminal, to the started one; Ctrl-Z stops both."""
    ours: dict[signal.Signals, Any] = {}
    # A handler instead of SIG_IGN, which the started program would inherit.
    for number in (signal.SIGINT, signal.SIGQUIT):
        ours[number] = signal.signal(number, _pass)
    for number in (signal.SIGTSTP, signal.SIGCONT):
        ours[number] = signal.signal(number, signal.SIG_DFL)
    # An event loop gets signals through this descriptor too, whatever the handler.
    wakes = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        if wakes >= 0:
            signal.set_wakeup_fd(wakes)
        for number, handler in ours.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _pass(*_: object) -> None:
    """Ignore a signal meant for another program."""


def _failure(running: _Running) -> str | None:
    with running.output as output:
        code = running.process.returncode
        if code == 0:
            return None
        output.seek(0)
        line = clean_line(output.read(4096).decode("utf-8", "replace").strip().partition("\n")[0])
    return f"{running.name}: {line[:_MOST_REASON] or f'exited with {code}'}"
