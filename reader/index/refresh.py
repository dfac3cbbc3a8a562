"""Bringing the index up to date with the files: scan, read what is different, write chunk by chunk.

One process at a time refreshes a collection's index (a lock file that the system takes back from the dead);
everybody else goes on asking. Every transaction leaves an index that is true as far as it goes.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress

from reader.collection.folders import Collection
from reader.index.numbering import Numbering
from reader.index.recognition import take_over
from reader.index.scan import has_other_basis
from reader.index.schema import connect, create
from reader.index.store import Index, closing_connection
from reader.index.update import Update
from reader.query.results import Progress, Report

LATE_SHARE, LATE_LEAST = 0.05, 2000
"""Late (or departed) articles beyond which the index is built anew: fewer cost a question nothing."""

WRITE_CACHE_KIB = 64 * 1024


class Refresh:
    """One refresh of one index."""

    def __init__(self, index: Index, collection: Collection) -> None:
        self._index = index
        self._collection = collection
        self._started = time.monotonic()

    def run(self, *, rebuild: bool = False) -> Iterator[Progress]:
        """Refresh; the last Progress has the Report. Stops cleanly wherever the caller stops."""
        with self._turn() as waits:
            for _ in waits:
                yield Progress("wait", changed=True)
            # Who waited, or has not asked for long, may still be at an edition that is gone.
            self._index.follow()
            if rebuild:
                yield from self._caught_up()
                report = yield from self._build_anew()
            else:
                report = yield from self._update(self._index.location, shows_first=True)
                if self._is_untidy() or self._has_other_basis():
                    yield Progress("tidy", report.files, report.files, report.files, changed=True)
                    tidied = yield from self._build_anew()
                    report = report._replace(problems=tidied.problems, duplicates=tidied.duplicates)
        seconds = round(time.monotonic() - self._started, 3)
        yield Progress(
            "done", report.files, report.files, report.files, True, report._replace(seconds=seconds)
        )

    @contextmanager
    def _turn(self) -> Iterator[Iterator[None]]:
        """The right to write. Gives an iterator that lasts as long as another reader has it."""
        lock = self._index.open_lock()
        try:
            yield self._waits(lock)
        finally:
            if lock is not None:
                os.close(lock)

    @staticmethod
    def _waits(lock: int | None) -> Iterator[None]:
        if lock is None:
            return
        import fcntl

        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                time.sleep(0.1)
                yield

    def _caught_up(self) -> Iterator[Progress]:
        """Before an index is built anew: only it can tell which article a changed file was."""
        with suppress(sqlite3.DatabaseError):  # a damaged one tells nothing
            if self._index.is_complete():
                yield from self._update(self._index.location, shows_first=False)

    def _build_anew(self) -> Generator[Progress, None, Report]:
        draft = self._index.draft_location()
        keeper = connect(draft, is_new=True)
        try:
            create(keeper)
            report = yield from self._update(draft, shows_first=False)
            with closing_connection(self._index.location) as old:
                take_over(old, keeper)
            keeper.execute("pragma wal_checkpoint(truncate)")
            if self._index.is_in_memory:
                self._index.adopt(draft)
        finally:
            keeper.close()
        if not self._index.is_in_memory:
            self._index.adopt(draft)
        return report

    def _update(self, location: str, *, shows_first: bool) -> Generator[Progress, None, Report]:
        connection = connect(location, cache_kib=WRITE_CACHE_KIB)
        try:
            update = Update(connection, self._collection, shows_first=shows_first)
            return (yield from update.run())
        finally:
            connection.close()

    def _has_other_basis(self) -> bool:
        with closing_connection(self._index.location) as connection:
            return has_other_basis(connection, self._collection)

    def _is_untidy(self) -> bool:
        """Whether so many articles are out of order or gone that questions begin to pay for it."""
        with self._index.view() as view:
            live = len(view.live)
            gone = max(Numbering(view.connection).given - live, 0) if live else 0
            return max(len(view.late), gone) > max(LATE_LEAST, live * LATE_SHARE)
