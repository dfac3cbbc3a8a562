"""The command line: arguments in, the Library asked, lines or the screen out.

Importing this costs nothing: the work is in the modules of this package, imported when a command needs them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run `reader` with these arguments (those of the process by default); the exit code."""
    try:
        from reader.cli.entry import run

        return run(sys.argv[1:] if argv is None else list(argv))
    except KeyboardInterrupt:  # so early that nothing of ours was there to see it
        return 130
