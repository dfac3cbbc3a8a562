"""The command line: runs the requested command and turns errors into a sentence and an exit code.

Only the requested command is imported. This module does not know what commands do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from reader.errors import ReaderError, remedy
from reader.permissions import permissions, require, restrict_if_asked

STOPPED = 130
"""The exit code after Ctrl-C, as shells know it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `reader` with these arguments, by default the process's; returns the exit code. Expected errors
    never raise."""
    if os.name != "posix":
        sys.exit("reader: needs Linux, macOS or another Unix; on Windows, run it in WSL")
    arguments = sys.argv[1:] if argv is None else argv
    restrict_if_asked(arguments)
    if "_ARGCOMPLETE" in os.environ and permissions().files:
        from reader.cli.completion import complete

        return complete()
    return ended_well(lambda: _run(arguments))


def ended_well(run: Callable[[], int]) -> int:
    """Run something; returns its exit code. Expected errors become a sentence, others a crash report."""
    _prepare_streams()
    try:
        code = run()
        sys.stdout.flush()  # here, where a full disk can still be reported
        return code
    except KeyboardInterrupt:
        _abandon_output()
        return STOPPED
    except BrokenPipeError:
        _abandon_output()  # the reader of the pipe has closed it
        return 0
    except ReaderError as error:
        return _say(str(error), error.exit_code)
    except OSError as error:
        from reader.article.text import display_path

        place = display_path(os.fsdecode(error.filename)) if error.filename else "the output"
        return _say(f"{place}: {remedy(error)}", ReaderError.exit_code)
    except Exception as error:
        if os.environ.get("READER_DEBUG"):
            raise
        if hasattr(error, "sqlite_errorname"):
            return _say(f"the database cannot be used: {remedy(error)}", ReaderError.exit_code)
        from reader.config import crash_report

        return _say(crash_report.report(error, lost="stopped this command"), ReaderError.exit_code)


def _run(argv: Sequence[str]) -> int:
    from reader.cli.parser import command, find_command, parser_of

    name, rest = find_command(argv)
    try:
        options = parser_of(name).parse(rest)
    except SystemExit:  # argparse, once --help or --version is printed
        return 0
    chosen = command(name)
    for need in chosen.needs:
        require(need)
    return chosen.run(options)


def _prepare_streams() -> None:
    """Use UTF-8 in any locale. An undecodable byte of a path becomes `\\udcxx`, which JSON reads back."""
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name)
        if stream is None:  # closed by the parent process
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")


def _abandon_output() -> None:
    """Discard buffered output, so that flushing it at exit does not fail."""
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, sys.stdout.fileno())
        os.close(quiet)
    except (OSError, ValueError):
        return  # no file descriptor, so nothing can fail


def _say(sentence: str, code: int) -> int:
    from reader.article.text import clean

    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _abandon_output()
    try:
        print(f"reader: {clean(sentence)}", file=sys.stderr)
    except OSError:
        return code  # nobody can see it
    return code
