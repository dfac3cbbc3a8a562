"""What this process may do, decided once: everything, or only what a shared account should be able to do.

`--restricted` and `READER_RESTRICTED` restrict a process and those that it starts; nothing lifts that again.
What is not allowed is not offered, and checked once more where it would be done.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from reader.errors import ReaderError

VARIABLE = "READER_RESTRICTED"
"""Restricts the reader if set to anything, even "0", so that a visitor who may send variables can't lift
it."""
OPTION = "--restricted"

Need: TypeAlias = Literal["programs", "pages", "files", "folders", "network", "suspending", "secured"]


class Permissions(NamedTuple):
    """What a process may do."""

    programs: bool = True
    """Start programs other than the reader's own workers."""
    pages: bool = True
    """Open pages: by a program here, or by the browser that shows this screen."""
    files: bool = True
    """Write files other than the marks."""
    folders: bool = True
    """Open folders and files that the command line does not name."""
    network: bool = True
    """Look up names, connect and listen."""
    suspending: bool = True
    """Be suspended, which leaves a stopped process behind."""
    secured: bool = True
    """Export the secured tokens of articles, which are for their owner."""


EVERYTHING = Permissions()
RESTRICTED = Permissions(*[False] * len(Permissions._fields))

_SENTENCES = {
    "programs": "starts no other programs",
    "pages": "opens no pages",
    "files": "writes no files but marks",
    "folders": "opens no other files or folders",
    "network": "does not use the network",
    "suspending": "can't be suspended",
    "secured": "shows no secured tokens",
}

WEB_DRIVER = "textual.drivers.web_driver:WebDriver"
"""Textual's driver for browsers."""
_KEPT_FOR_TEXTUAL = frozenset(("TEXTUAL_COLOR_SYSTEM", "TEXTUAL_FPS"))
"""Textual's variables that only change how it paints; others write logs, load modules or connect."""

_now = EVERYTHING


class NotAllowed(ReaderError, PermissionError):
    """A restricted reader does not do this. Also an OSError, as if the system had refused it."""


def permissions() -> Permissions:
    """What this process may do."""
    return _now


def is_in_browser() -> bool:
    """Whether the screen of this process is shown in a browser."""
    return os.environ.get("TEXTUAL_DRIVER") == WEB_DRIVER


def restrict_if_asked(arguments: Sequence[str]) -> None:
    """Restrict the process if its arguments or environment require it."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if OPTION in arguments[:end] or os.environ.get(VARIABLE):
        restrict()


def restrict() -> None:
    """Restrict this process, and those it starts, for good."""
    global _now
    _now = RESTRICTED._replace(pages=is_in_browser())
    os.environ[VARIABLE] = "1"
    # Modules are files too, and some of Textual's and Python's variables write files or start programs.
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for name in [name for name in os.environ if name.startswith("TEXTUAL") and name not in _KEPT_FOR_TEXTUAL]:
        if name != "TEXTUAL_DRIVER" or not is_in_browser():
            del os.environ[name]
    os.environ.pop("READER_DEBUG", None)
    import signal  # takes 2 ms, only needed when restricted
    import threading

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)


def require(need: Need) -> None:
    """Raises NotAllowed if this process lacks a permission."""
    if not getattr(_now, need):
        raise NotAllowed(f"this reader is restricted: it {_SENTENCES[need]}")
