"""Programs that we start: beside us, detached and with their output caught, or in our place in the terminal.

Argument lists only, and never a shell.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

from reader.article.text import clean_line

PATIENCE = 0.3
"""Seconds in which a program must fail to be noticed at once; longer would feel like hanging."""

_MOST_REASON = 120


class _Running(NamedTuple):
    """A program that had not ended yet when last looked at."""

    process: subprocess.Popen[bytes]
    said: IO[bytes]
    name: str


_running: list[_Running] = []
"""What we started; polled so that no zombie stays and no late failure is missed."""


def start(argv: Sequence[str], env: Mapping[str, str], patience: float = PATIENCE) -> str | None:
    """Start a program in a session of its own; why it failed, None where it runs or ended well.

    `env` is what it needs besides our own environment. Blocks for `patience` seconds at the most.
    """
    name = os.path.basename(argv[0])
    said: IO[bytes] | None = None
    try:
        said = _file_for_output()
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            env={**os.environ, **env},
        )  # fmt: skip
    except (OSError, ValueError) as error:
        if said is not None:
            said.close()
        return f"{name}: {getattr(error, 'strerror', None) or error}"
    running = _Running(process, said, name)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        _running.append(running)
        return None
    return _failure(running)


def _file_for_output() -> IO[bytes]:
    """Where a program's output goes: a pipe would fill, or break and end the program when we go. Without room
    for a temporary file nobody learns why it failed, but it runs. Raises OSError."""
    try:
        return TemporaryFile()
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise
        return open(os.devnull, "r+b")


def late_failures() -> list[str]:
    """Why programs failed that seemed to run; each is told once. Does not wait."""
    ended = [running for running in _running if running.process.poll() is not None]
    _running[:] = [running for running in _running if running not in ended]
    return [failure for running in ended if (failure := _failure(running))]


def run_here(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a program in our terminal until it ends; its exit code, as shells have it. Raises OSError.

    Only for the main thread, whose signals are the program's meanwhile.
    """
    with _signals_left_to_it():
        code = subprocess.run(argv, env={**os.environ, **env}, check=False).returncode
    return code if code >= 0 else 128 - code


@contextmanager
def _signals_left_to_it() -> Iterator[None]:
    """A terminal's keys reach all its programs: Ctrl-C is for the started one alone, Ctrl-Z for both."""
    ours: dict[signal.Signals, Any] = {}
    # A handler, and not SIG_IGN, because what is ignored stays so in the started program.
    for name, handler in (("SIGINT", _pass), ("SIGQUIT", _pass), ("SIGTSTP", 0), ("SIGCONT", 0)):
        if number := getattr(signal, name, None):
            ours[number] = signal.signal(number, handler or signal.SIG_DFL)
    # An event loop hears of signals by this descriptor too, whoever handles them.
    wakes = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        if wakes >= 0:
            signal.set_wakeup_fd(wakes)
        for number, handler in ours.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _pass(*_: object) -> None:
    """A signal that means somebody else."""


def _failure(running: _Running) -> str | None:
    with running.said as said:
        code = running.process.returncode
        if code == 0:
            return None
        said.seek(0)
        line = clean_line(said.read(4096).decode("utf-8", "replace").strip().partition("\n")[0])
    return f"{running.name}: {line[:_MOST_REASON] or f'exited with {code}'}"
