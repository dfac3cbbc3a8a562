"""The files of an index: each edition is one, `1.db`, `2.db`, …, and the newest one answers.

Several readers may begin, finish and drop editions at the same time. What is in an edition is not known here.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from threading import get_ident

from reader.index.schema import connect, create

_COMPANIONS = ("-wal", "-shm")
"""What SQLite keeps beside a database while it is open, and leaves behind when a process is killed."""
_NEXT = "next.new"


class Editions:
    """The editions in one folder."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        # Plain names, for no list waits for pathlib to be imported.
        self._folder = os.fspath(folder)

    def path(self, edition: int) -> str:
        """An edition's file."""
        return os.path.join(self._folder, f"{edition}.db")

    def newest(self) -> int:
        """The number of the newest edition; 0 where there is none."""
        return max(self._all(), default=0)

    def is_newest(self, edition: int) -> bool:
        """Whether an edition still answers: its file is there, and so is none that was made after it."""
        return self.newest() == edition

    def begin(self, after: int) -> int:
        """Make the empty edition that follows this one (0 = none) and give its number; where another reader
        was quicker, it is theirs.

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
        """Make a finished draft the newest edition; its number. Raises OSError."""
        edition = self._unused()
        while not self._publish(draft, edition):
            edition += 1
        return edition

    def _publish(self, draft: str, edition: int) -> bool:
        """Put a draft in an edition's place; False where another reader has put one there already."""
        path = self.path(edition)
        if os.path.exists(path):
            return False
        os.chmod(draft, 0o600)
        try:
            # Unlike a rename, this never replaces what another reader has open.
            os.link(draft, path)
        except FileExistsError:
            return False
        except OSError:
            os.rename(draft, path)
        _remove(draft)
        return True

    def draft(self) -> str:
        """Where the next edition is built while this one answers; what an older try left is removed."""
        with suppress(FileNotFoundError):
            for name in os.listdir(self._folder):
                if name.startswith(_NEXT):
                    os.unlink(os.path.join(self._folder, name))
        return os.path.join(self._folder, _NEXT)

    def lock(self) -> int | None:
        """An open file on which whoever writes holds a lock; None where the system has no such locks."""
        if not hasattr(os, "fchown"):
            return None
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        return os.open(os.path.join(self._folder, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def drop_before(self, edition: int) -> None:
        """Remove the editions before this one that no reader has open; the last to leave one removes it."""
        for old in self._all():
            if old < edition and self._is_left(old):
                for suffix in ("", *_COMPANIONS):
                    with suppress(OSError):
                        os.unlink(self.path(old) + suffix)

    def _is_left(self, edition: int) -> bool:
        """Whether nobody has an edition open any more.

        A file that is unlinked under an open connection makes SQLite's next look at its companions an I/O
        error, so SQLite itself is asked: it leaves the write-ahead log only for the last connection.
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
        """A number that no edition has had: SQLite would read a gone file's companions into a new one."""
        with suppress(OSError):
            stems = (name.partition(".")[0] for name in os.listdir(self._folder))
            return max((int(stem) for stem in stems if stem.isdecimal()), default=0) + 1
        return 1


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)
