"""Detects whether files differ from the index: before a command, for shown articles, or while waiting.

Only compares; the next refresh finds and writes the changes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reader.collection.folders import Collection, times_of
from reader.index.scan import any_difference, folders_changed
from reader.index.store import Index

if TYPE_CHECKING:
    from reader.collection.watching import FolderWatch

POLL_SECONDS = 5.0
"""Seconds between two checks of all files if the system can't watch them."""
POLL_SHARE = 0.05
"""Fraction of time spent on such checks; one of a million files takes four seconds, so it runs less often."""


class ChangeDetector:
    """Compares one collection with its index. `wait` is for one thread, the rest for any."""

    def __init__(self, index: Index, collection: Collection) -> None:
        self._index = index
        self._collection = collection
        self._watch: FolderWatch | None = None
        self._next_poll = time.monotonic() + POLL_SECONDS

    def sees_change(self, *, every_file: bool) -> bool:
        """Returns whether a refresh is needed, by checking every file, or only the folders."""
        try:
            with self._index.rows() as connection:
                if every_file:
                    return any_difference(connection, self._collection)
                return folders_changed(connection)
        except Exception as error:
            if isinstance(error, OSError):
                raise
            return True  # the refresh handles a damaged index

    def is_fresh(self, numbers: Iterable[int]) -> bool:
        """Returns whether these articles' files are unchanged since they were read."""
        return all(_is_as_read(path, times) for path, times in self._index.files_of([*numbers]))

    def wait(self, timeout: float) -> bool:
        """Wait until files change on disk (watched, else polled) or the timeout; returns whether they did."""
        if self._watch is None:
            from reader.collection.watching import FolderWatch

            self._watch = FolderWatch(self._collection.roots, self._collection.rules.skipped)
        if self._watch.wait(timeout):
            return True
        begun = time.monotonic()
        if not self._watch.is_blind or begun < self._next_poll:
            return False
        found = self.sees_change(every_file=True)
        done = time.monotonic()
        self._next_poll = done + max(POLL_SECONDS, (done - begun) / POLL_SHARE)
        return found

    def close(self) -> None:
        """Stop watching."""
        if self._watch is not None:
            self._watch.close()


def _is_as_read(path: str, times: tuple[int, ...]) -> bool:
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return times_of(found) == times
