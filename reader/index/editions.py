"""The files of an index: a folder in the cache for each set of sources, with an SQLite file for each edition.

A new edition (`1.db`, `2.db`, …) is built while the old one still answers. An unusable one (damaged, or from
another version) is replaced by the next: the index is only a cache.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from threading import get_ident

from reader.index.schema import connect, create

_COMPANIONS = ("-wal", "-shm")
"""Files that SQLite keeps beside an open database, and that remain if a process is killed."""
_NEXT = "next.new"


class Editions:
    """The files of an index, one per edition; the newest is used. Several readers may create, finish and drop
    editions at the same time."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        # Plain names, to save importing pathlib.
        self._folder = os.fspath(folder)

    def path(self, edition: int) -> str:
        """Returns an edition's file."""
        return os.path.join(self._folder, f"{edition}.db")

    def newest(self) -> int:
        """Returns the number of the newest edition; 0 if there is none."""
        return max(self._all(), default=0)

    def begin(self, after: int) -> int:
        """Creates the empty edition after this one (0 = none) and returns its number; if another reader was
        quicker, the number of theirs.

        Raises sqlite3.Error, OSError.
        """
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        draft = os.path.join(self._folder, f"empty.{os.getpid()}.{get_ident()}.new")
        _remove(draft)
        with closing(connect(draft, is_new=True)) as connection:
            create(connection)
        newest, unused = self.newest(), self._unused()
        edition = newest if newest > after else max(unused, after + 1)
        self._publish(draft, edition)
        _remove(draft)
        return edition

    def adopt(self, draft: str) -> int:
        """Make a finished draft the newest edition and return its number. Raises OSError."""
        edition = self._unused()
        while not self._publish(draft, edition):
            edition += 1
        return edition

    def _publish(self, draft: str, edition: int) -> bool:
        """Move a draft to an edition's path; returns False if another reader has created one there."""
        path = self.path(edition)
        if os.path.exists(path):
            return False
        os.chmod(draft, 0o600)
        try:
            # Unlike a rename, this never replaces a file that another reader has open.
            os.link(draft, path)
        except FileExistsError:
            return False
        except OSError:
            os.rename(draft, path)
        _remove(draft)
        return True

    def draft(self) -> str:
        """Returns where to build the next edition while this one answers; leftovers are removed."""
        with suppress(FileNotFoundError):
            for name in os.listdir(self._folder):
                if name.startswith(_NEXT):
                    os.unlink(os.path.join(self._folder, name))
        return os.path.join(self._folder, _NEXT)

    def lock(self) -> int | None:
        """Opens the file on which the writer holds a lock; None if the system has no such locks."""
        if not hasattr(os, "fchown"):
            return None
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        return os.open(os.path.join(self._folder, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def drop_before(self, edition: int) -> None:
        """Remove older editions that no reader has open; the last reader to leave an edition removes it."""
        for old in self._all():
            if old < edition and self._is_left(old):
                for suffix in ("", *_COMPANIONS):
                    with suppress(OSError):
                        os.unlink(self.path(old) + suffix)

    def _is_left(self, edition: int) -> bool:
        """Returns whether nobody has an edition open any more.

        If a file is unlinked under an open connection, SQLite's next access to its companion files is an I/O
        error. So SQLite itself is asked: it leaves the write-ahead log only for the last connection.
        """
        try:
            with closing(connect(self.path(edition), timeout=0)) as connection:
                (mode,) = connection.execute("pragma journal_mode = delete").fetchone()
        except sqlite3.OperationalError:
            return False
        except sqlite3.DatabaseError:
            return True
        return bool(mode == "delete")

    def _all(self) -> list[int]:
        try:
            names = os.listdir(self._folder)
        except OSError:
            return []
        return [int(name[:-3]) for name in names if name.endswith(".db") and name[:-3].isdecimal()]

    def _unused(self) -> int:
        """Returns a new number: SQLite would read a deleted edition's companion files into a new one."""
        with suppress(OSError):
            stems = (name.partition(".")[0] for name in os.listdir(self._folder))
            return max((int(stem) for stem in stems if stem.isdecimal()), default=0) + 1
        return 1


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)
