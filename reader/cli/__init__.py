"""The command line: arguments in, the Library asked, lines or the screen out.

Importing this costs nothing: the work is in the modules of this package, imported when a command needs them.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

_NEW_OBJECTS = 20_000
"""Objects between two collections of garbage. Loading a command's modules makes 16,000 that all stay: with
Python's 700, each start looks through them two dozen times and finds nothing."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `reader` with these arguments; the exit code. Without them it is the process's own command, after
    which nothing is left to do: where that is certain, the process ends right here."""
    gc.set_threshold(_NEW_OBJECTS)
    try:
        from reader.cli.entry import run

        code = run(sys.argv[1:] if argv is None else list(argv))
    except KeyboardInterrupt:  # so early that nothing of ours was there to see it
        code = 130
    if argv is None and _is_done():
        os._exit(code)
    return code


def _is_done() -> bool:
    """Whether the end of the process can be left to the system, which takes no time, where Python takes its
    modules apart for a fifth of a list's: all is written, nobody wants to be told, no thread runs, and nobody
    looks on (a debugger, a measurement of coverage)."""
    if "atexit" in sys.modules or sys.gettrace() or sys.getprofile() or sys.flags.inspect:
        return False
    threading = sys.modules.get("threading")
    if threading is not None and threading.active_count() > 1:
        return False
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    except (OSError, ValueError):
        return False  # Python says what it has to say of that
    return True
