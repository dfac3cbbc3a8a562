"""Internal errors: one sentence for the user, and a report for the developers.

A report contains no article text and nothing that the user typed: only code locations, error types, and the
messages of errors that are about code.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from traceback import walk_tb
from types import TracebackType

from reader import __version__
from reader.article.text import clean_line, display_path
from reader.config import paths, private_files
from reader.errors import StorageError
from reader.permissions import require

KEPT = 5
"""Number of reports to keep."""
MOST_FRAMES = 60
"""Stack frames listed per error; an endless recursion has thousands."""

_SPEAK_OF_CODE = (AttributeError, NameError, ImportError, TypeError, NotImplementedError)
"""Kinds of errors that name modules, functions and types. Others quote values: a title, a query, a path."""


def report(error: BaseException, *, lost: str) -> str:
    """Write a report; returns one sentence with what happened, what was `lost`, and where the report is."""
    try:
        place = f"please send the report {display_path(write(error))}, which contains no article text"
    except (OSError, StorageError):
        place = "no report could be written"
    about = type(error).__name__
    for file in getattr(error, "__notes__", [])[:1]:
        about += f", with the file {display_path(file)}"
    return clean_line(f"an internal error ({about}) {lost}; your marks are saved; {place}")


def write(error: BaseException) -> str:
    """Write a private report (0600) below the state folder; its path. Raises OSError, StorageError."""
    require("files")
    folder = paths.ensure(os.path.join(paths.folder_of("state"), "crashes"))
    name = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path = os.path.join(folder, f"{name}-{os.getpid()}.txt")
    with private_files.replacing(path) as file:
        file.writelines(f"{clean_line(line)}\n".encode("utf-8", "backslashreplace") for line in lines(error))
    for old in sorted(one for one in os.listdir(folder) if one.endswith(".txt"))[:-KEPT]:
        with suppress(OSError):
            os.unlink(os.path.join(folder, old))
    return path


def lines(error: BaseException) -> Iterator[str]:
    """The lines of a report."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield f"reader {__version__}, Python {python}, {sys.platform}"
    for name in ("textual", "rich", "pyroaring", "yaml"):
        if name in sys.modules:
            yield f"{name} {_version(name)}"
    for variable in ("TERM", "COLORTERM", "TERM_PROGRAM"):
        yield f"{variable}={os.environ.get(variable, '')[:40]}"
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield ""
        yield from _frames(one.__traceback__)
        yield _cause(one)
        # Textual wraps a worker's error in another one without a cause or traceback.
        cause = one.__cause__ or getattr(one, "error", None)
        one = cause if isinstance(cause, BaseException) or one.__suppress_context__ else one.__context__


def _frames(trace: TracebackType | None) -> Iterator[str]:
    places = []
    for frame, line in walk_tb(trace):
        module = "/".join(frame.f_code.co_filename.split(os.sep)[-3:])  # the rest may contain a user name
        places.append(f"{module}:{line} in {frame.f_code.co_qualname}")
    half = MOST_FRAMES // 2
    if len(places) > MOST_FRAMES:
        places[half:-half] = [f"... {len(places) - MOST_FRAMES} more"]
    yield from places


def _cause(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, _SPEAK_OF_CODE):
        return f"{kind}: {str(error)[:200]}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{kind}: {os.strerror(error.errno)}"
    code = getattr(error, "sqlite_errorname", None)
    return f"{kind}: {code}" if code else f"{kind} (message omitted, it may quote an article)"


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version({"yaml": "PyYAML"}.get(name, name))
    except PackageNotFoundError:
        return "?"
