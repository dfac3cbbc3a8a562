"""Rebuilds a damaged index and asks again.

The only place that interprets errors from the index. Disk and permission errors are reported; any other error
while reading an index means that it is damaged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import TypeVar

from reader.errors import ReaderError, StorageError, remedy
from reader.index.store import Index
from reader.query.results import Progress

Reply = TypeVar("Reply")


class GuardedIndex:
    """Asks an index, and rebuilds a damaged one."""

    def __init__(self, index: Index, refresh: Callable[[], Iterator[Progress]]) -> None:
        """`refresh` fills the index from the files."""
        self._index = index
        self._refresh = refresh
        self._sound = -1
        """The edition that was rebuilt in vain: errors there have another cause than damage."""

    def ask(self, question: Callable[[], Reply]) -> Reply:
        """Run a question; rebuild a damaged index and retry once. Raises ReaderError, and nothing else."""
        edition = self._index.edition
        try:
            return question()
        except Exception as error:
            # Another thread may have found and repaired the same damage.
            if edition == self._index.edition:
                for _ in self.rebuilt_after(error):
                    pass
        try:
            return question()
        except Exception as error:
            self._sound = self._index.edition
            raise self._said(error) from error

    def rebuilt_after(self, error: Exception) -> Iterator[Progress]:
        """Rebuild the index if this error means damage. Raises ReaderError for any other one."""
        if not is_damage(error) or self._sound == self._index.edition:
            raise self._said(error) from error
        try:
            self._index.begin_again()
            yield from self._refresh()
        except Exception as further:
            raise self._said(further) from further

    @staticmethod
    def _said(error: Exception) -> ReaderError:
        if isinstance(error, ReaderError):
            return error
        if isinstance(error, sqlite3.Error | OSError):
            return StorageError(f"cannot use the index: {remedy(error)}")
        return StorageError(f"cannot answer this: {type(error).__name__}: {error}")


def is_damage(error: Exception) -> bool:
    """Returns whether an error raised while reading an index means that it is damaged."""
    if isinstance(error, sqlite3.OperationalError):
        # A missing table or column; all others are caused by the disk or another program.
        return error.sqlite_errorname == "SQLITE_ERROR"
    return not isinstance(error, ReaderError | OSError | MemoryError)
