"""The file that marks are kept in, as a file: private, whole, the one that is there now, and waited for.

Which tables are in it, and what they mean, is `reader.marks.database`' business.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from os import PathLike
from typing import NamedTuple

from reader.config import paths, private_files
from reader.errors import DamageError, StorageError, is_damage, remedy

COPY_EVERY = 3600.0
"""Seconds between two copies; a day has one, which the next of that day replaces."""


class Patience(NamedTuple):
    """Seconds to wait while another program has the file."""

    reading: float = 10
    writing: float = 10


class MarksFile:
    """An open marks database, or one in memory."""

    def __init__(
        self, path: str | PathLike[str] | None, prepare: Callable[[sqlite3.Connection], None]
    ) -> None:
        """Open or make the file; `prepare` makes or upgrades its tables. Raises StorageError."""
        self.patience = Patience()
        self.notices: list[str] = []
        """Notices for the user: that the file was damaged, and what happened to it."""
        self._path = None if path is None else os.fspath(path)
        self._prepare = prepare
        try:
            self.connection = self._opened()
        except DamageError:
            self.connection = self._put_right()

    def _opened(self) -> sqlite3.Connection:
        with said("opened", self._path):
            if self._path is not None:
                self._must_not_be_emptied(self._path)
                self._make_private(self._path)
            name = self._path or ":memory:"
            connection = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
            try:
                self._inode = self._there()
                self._wait(connection, self.patience.writing)
                connection.execute("pragma journal_mode = delete")
                connection.execute("pragma synchronous = full")
                self._prepare(connection)
                self._wait(connection, self.patience.reading)
            except BaseException:
                connection.close()
                raise
        return connection

    @staticmethod
    def _make_private(path: str) -> None:
        """See to the file; one that may only be read is still worth reading. Raises OSError."""
        try:
            private_files.make(path, is_for_marks=True)
        except OSError:
            if not os.path.exists(path):
                raise

    @staticmethod
    def _must_not_be_emptied(path: str) -> None:
        """Accept an empty file as new, unless there are backups. Raises DamageError."""
        try:
            is_emptied = not os.stat(path).st_size and bool(os.listdir(paths.copies_of(path)))
        except OSError:
            return
        if is_emptied:
            raise DamageError(f"the marks in {path} are gone, but there are backups")

    def _put_right(self) -> sqlite3.Connection:
        # Only where there is damage: it brings more along than a start has time for.
        from reader.marks import backups

        assert self._path is not None
        with said("put right", self._path):
            sentence = backups.put_right(self._path)
        if sentence:
            self.notices.append(sentence)
        return self._opened()

    def put_right(self) -> None:
        """Let the newest good copy take the place of a damaged file. Raises StorageError."""
        self.connection.close()
        self.connection = self._put_right()

    def look_through(self) -> None:
        """Put the file right where any of it is damaged: for what reads all of it. Raises StorageError."""
        if self._path is None:
            return
        from reader.marks import backups

        with said("read", self._path):
            is_whole = backups.is_whole(self._path)
        if not is_whole:
            self.put_right()

    def be_patient(self, patience: Patience) -> None:
        """Wait so long from now on."""
        self.patience = patience
        self._wait(self.connection, patience.reading)

    def follow(self) -> None:
        """Go over to the file that has the name now: whoever put back another one means that one.

        Where there is none, everything that is still held open is written there again. Raises StorageError.
        """
        if self._path is None or (there := self._there()) == self._inode:
            return
        with said("opened", self._path):
            if there is None:
                paths.ensure(os.path.dirname(self._path), is_for_marks=True)
                with closing(sqlite3.connect(self._path)) as again:
                    self.connection.backup(again)
            old = self.connection
            self.connection = self._opened()
            old.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All inside is on the disk afterwards, or nothing. Raises StorageError."""
        self.follow()
        with said("written", self._path):
            self._wait(self.connection, self.patience.writing)
            self.connection.execute("begin immediate")
            try:
                yield
                self.connection.execute("commit")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("rollback")
                raise
            finally:
                self._wait(self.connection, self.patience.reading)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Errors of what is inside become sentences. Raises StorageError."""
        with said("read", self._path):
            yield

    def back_up(self, now: float) -> None:
        """Copy the file where it has changed and the newest copy is an hour old. Raises StorageError."""
        if self._path is None or not self._is_copy_due(self._path, now):
            return
        from reader.marks import backups

        with said("copied", self._path):
            backups.back_up(self._path, now)

    @staticmethod
    def _is_copy_due(path: str, now: float) -> bool:
        """Two looks at the disk: a folder's time is that of the last file that was put into it."""
        try:
            changed, copied = os.stat(path).st_mtime, os.stat(paths.copies_of(path)).st_mtime
        except OSError:
            return True
        # A clock that was set back must not put the next copy off for as long.
        return changed > copied and not 0 <= now - copied < COPY_EVERY

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def _there(self) -> tuple[int, int] | None:
        """Which file has the name now."""
        try:
            found = os.stat(self._path or os.curdir)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    @staticmethod
    def _wait(connection: sqlite3.Connection, seconds: float) -> None:
        connection.execute(f"pragma busy_timeout = {round(seconds * 1000)}")


@contextmanager
def said(done: str, path: str | None) -> Iterator[None]:
    """SQLite's and the system's errors as sentences. Raises DamageError, StorageError."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        where = f" in {path}" if path else ""
        if is_damage(error):
            raise DamageError(f"the marks{where} are damaged ({error})") from error
        raise StorageError(f"the marks{where} could not be {done}: {remedy(error)}") from error
