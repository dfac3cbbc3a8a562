"""The reader's own worker processes: how they are started, and how they limit themselves."""

from __future__ import annotations

import resource
import sys
from contextlib import suppress


def command(module: str, function: str) -> list[str]:
    """The command that calls a function of the reader in a new process."""
    # -P: no module comes from the folder that the reader happens to be started in.
    program = (
        f"import sys; sys.path[:] = sys.argv[1:]; from {module} import {function}; sys.exit({function}())"
    )
    return [sys.executable, "-P", "-X", "utf8=1", "-c", program, *sys.path]


def limit_memory(most: int) -> None:
    """Let this process take this many more bytes of address space at most, where the system can do that."""
    with suppress(OSError, ValueError):
        with open("/proc/self/statm", encoding="ascii") as file:
            most += int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
