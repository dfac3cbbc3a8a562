"""The marks file: permissions, integrity, backups, replacement by another file, and locking.

The tables are in `reader.marks.database`.
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
"""Seconds between two backups; there is one per day, replaced by the next of that day."""


class Patience(NamedTuple):
    """Seconds to wait while another program locks the file."""

    reading: float = 10
    writing: float = 10


class MarksFile:
    """An open marks database, or one in memory."""

    def __init__(
        self, path: str | PathLike[str] | None, prepare: Callable[[sqlite3.Connection], None]
    ) -> None:
        """Open or create the file; `prepare` creates or upgrades its tables. Raises StorageError."""
        self.patience = Patience()
        self.notices: list[str] = []
        """Notices for the user about a damaged file."""
        self._path = None if path is None else os.fspath(path)
        self._prepare = prepare
        try:
            self.connection = self._opened()
        except DamageError:
            self.connection = self._repair()

    def _opened(self) -> sqlite3.Connection:
        with file_errors("opened", self._path):
            if self._path is not None:
                self._must_not_be_emptied(self._path)
                try:
                    private_files.make(self._path, is_for_marks=True)
                except OSError:
                    if not os.path.exists(self._path):  # a read-only one can still be read
                        raise
            name = self._path or ":memory:"
            connection = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
            # A text that is not UTF-8 any more must not hide all other marks.
            connection.text_factory = lambda raw: raw.decode(errors="replace")
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
    def _must_not_be_emptied(path: str) -> None:
        """Accept an empty file as new, unless there are backups. Raises DamageError."""
        try:
            is_emptied = not os.stat(path).st_size and bool(os.listdir(paths.copies_of(path)))
        except OSError:
            return
        if is_emptied:
            raise DamageError(f"the marks in {path} are gone, but there are backups")

    def _repair(self) -> sqlite3.Connection:
        # Only imported after damage: too slow for each start.
        from reader.marks import backups

        assert self._path is not None
        with file_errors("repaired", self._path):
            notice = backups.repair(self._path)
        if notice:
            self.notices.append(notice)
        return self._opened()

    def repair(self) -> None:
        """Replace a damaged file by the newest good backup. Raises StorageError."""
        self.connection.close()
        self.connection = self._repair()

    def check(self) -> None:
        """Check the whole file and repair it if damaged: before reading all of it. Raises StorageError."""
        if self._path is None:
            return
        from reader.marks import backups

        with file_errors("read", self._path):
            is_sound = backups.is_sound(self._path)
        if not is_sound:
            self.repair()

    def be_patient(self, patience: Patience) -> None:
        """Set how long to wait for locks."""
        self.patience = patience
        self._wait(self.connection, patience.reading)

    def follow(self) -> None:
        """Reopen the file if another one has replaced it, such as a restored copy.

        If the file was deleted, it is written again from the open one. Raises StorageError.
        """
        if self._path is None or (there := self._there()) == self._inode:
            return
        with file_errors("opened", self._path):
            if there is None:
                paths.ensure(os.path.dirname(self._path), is_for_marks=True)
                with closing(sqlite3.connect(self._path)) as again:
                    self.connection.backup(again)
            old = self.connection
            self.connection = self._opened()
            old.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits everything inside to disk, or nothing. Raises StorageError."""
        self.follow()
        with file_errors("written", self._path):
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
        """Converts database errors. Raises StorageError."""
        with file_errors("read", self._path):
            yield

    def back_up(self, now: float) -> None:
        """Back the file up if it has changed and the newest backup is an hour old. Raises StorageError."""
        if self._path is None or not self._is_copy_due(self._path, now):
            return
        from reader.marks import backups

        with file_errors("copied", self._path):
            backups.back_up(self._path, now)

    @staticmethod
    def _is_copy_due(path: str, now: float) -> bool:
        """Takes two stat calls: a folder's mtime is that of the last file added to it."""
        try:
            changed, copied = os.stat(path).st_mtime, os.stat(paths.copies_of(path)).st_mtime
        except OSError:
            return True
        # A clock that was set back must not delay the next backup.
        return changed > copied and not 0 <= now - copied < COPY_EVERY

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def _there(self) -> tuple[int, int] | None:
        """Returns the identity of the file that has the name now."""
        try:
            found = os.stat(self._path or os.curdir)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    @staticmethod
    def _wait(connection: sqlite3.Connection, seconds: float) -> None:
        connection.execute(f"pragma busy_timeout = {round(seconds * 1000)}")


@contextmanager
def file_errors(done: str, path: str | None) -> Iterator[None]:
    """Converts errors of SQLite and the system to messages. Raises DamageError, StorageError."""
    try:
        yield
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
        where = f" in {path}" if path else ""
        if is_damage(error):
            raise DamageError(f"the marks{where} are damaged ({error})") from error
        raise StorageError(f"the marks{where} could not be {done}: {remedy(error)}") from error
