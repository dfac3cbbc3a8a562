"""Other people's programs to which an article is handed: a command for its text, an editor or pager for its
file.

Always an argument list, never a shell. What a command writes is cleaned before anybody sees it, for it may
repeat what the article says. Which text is handed over is decided elsewhere.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, NamedTuple

from reader.article.text import clean, clean_line, display_path
from reader.errors import ReaderError, UsageError

MOST_OUTPUT = 1 << 20
"""Bytes of a command's output that are kept; then it is ended, for nobody scrolls through more."""

_EDITORS = ("sensible-editor", "nano", "vim", "vi")
_PAGERS = ("less", "more")
Which = Callable[[str], "str | None"]


class Said(NamedTuple):
    """What a command wrote, both streams as they came, cleaned."""

    text: str
    code: int
    """What it ended with; negative where a signal ended it."""
    is_cut: bool
    """Whether it had more to say than MOST_OUTPUT."""


def arguments_of(command: str) -> tuple[str, ...]:
    """A command as a shell would split it, but with nothing expanded. Raises UsageError."""
    try:
        found = tuple(shlex.split(command))
    except ValueError:
        raise UsageError("a quote in the command is not closed") from None
    if not found:
        raise UsageError("no command given; for example: wc -w, or sh -c '…' where a shell is needed")
    return (os.path.expanduser(found[0]), *found[1:])


class Command:
    """A command that reads a text and is listened to; `end` may be called from another thread."""

    def __init__(self, argv: Sequence[str], text: str) -> None:
        self.argv = tuple(argv)
        self._text = text
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ended = False

    def run(self) -> Said:
        """Start it and wait until it has said everything. Raises ReaderError where it can't be started."""
        # A file as its input: a command that never reads does not make us wait, and an early end is no error.
        with self._input() as given:
            try:
                process = subprocess.Popen(
                    self.argv, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    start_new_session=True,
                )  # fmt: skip
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                raise ReaderError(f"{clean_line(self.argv[0])} cannot be started: {reason}") from None
        with self._lock:
            self._process = process
            if self._is_ended:
                self._kill(process)
        with process:
            assert process.stdout is not None
            said = process.stdout.read(MOST_OUTPUT)
            is_cut = len(said) == MOST_OUTPUT and bool(process.stdout.read(1))
            if is_cut:
                self._kill(process)
            while not self._has_gone(process):
                time.sleep(0.01)
        return Said(clean(said.decode("utf-8", "replace")).expandtabs(), process.returncode, is_cut)

    def _input(self) -> IO[bytes]:
        """The text in a temporary file, at its beginning. Raises ReaderError."""
        given: IO[bytes] | None = None
        try:
            given = TemporaryFile()  # noqa: SIM115, the caller closes it
            given.write(self._text.encode("utf-8", "replace"))
            given.seek(0)
        except OSError as error:
            if given is not None:
                with suppress(OSError):
                    given.close()
            reason = error.strerror or str(error)
            raise ReaderError(
                f"cannot write a temporary file ({reason}); set TMPDIR to a folder with free space"
            ) from None
        return given

    def _has_gone(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether it has ended. Its number may be another program's from then on, so `end` forgets it."""
        with self._lock:
            if process.poll() is None:
                return False
            self._process = None
            return True

    def end(self) -> None:
        """End it and what it started, also where it has gone itself and left that behind."""
        with self._lock:
            self._is_ended = True
            if self._process is not None:
                self._kill(self._process)

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def program_for(path: str, environ: Mapping[str, str], which: Which = shutil.which) -> tuple[str, ...]:
    """The argument list that opens a file: the person's editor, or the pager where it can't be written.

    $VISUAL before $EDITOR, as everywhere; $PAGER. Raises ReaderError where there is nothing to open it with.
    """
    is_writable = os.access(path, os.W_OK)
    variables = ("VISUAL", "EDITOR") if is_writable else ("PAGER",)
    for variable in variables:
        with suppress(UsageError):
            return (*arguments_of(environ.get(variable, "")), path)
    for program in _EDITORS if is_writable else _PAGERS:
        if which(program):
            return (program, path)
    what = "editor: set $VISUAL or $EDITOR" if is_writable else "pager: set $PAGER"
    raise ReaderError(f"no {what} to the program that opens {display_path(path)}")
