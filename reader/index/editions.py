"""The files of an index: each edition is one, `1.db`, `2.db`, …, and the newest one answers.

Several readers may begin, finish and drop editions at the same time. What is in an edition is not known here.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from threading import get_ident

from reader.index.schema import connect, create

_COMPANIONS = ("-wal", "-shm")
"""What SQLite keeps beside a database while it is open, and leaves behind when a process is killed."""


class Editions:
    """The editions in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, edition: int) -> Path:
        """An edition's file."""
        return self._folder / f"{edition}.db"

    def newest(self) -> int:
        """The number of the newest edition; 0 where there is none."""
        return max(self._all(), default=0)

    def is_newest(self, edition: int) -> bool:
        """Whether an edition still answers: its file is there, and so is none that was made after it."""
        return self.path(edition).exists() and not self.path(edition + 1).exists()

    def begin(self, after: int) -> int:
        """Make the empty edition that follows this one (0 = none) and give its number; where another reader
        was quicker, it is theirs.

        Raises sqlite3.Error, OSError.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f"empty.{os.getpid()}.{get_ident()}.new"
        draft.unlink(missing_ok=True)
        connection = connect(str(draft))
        try:
            create(connection)
        finally:
            connection.close()
        edition = after + 1
        self._publish(draft, edition)
        draft.unlink(missing_ok=True)
        return edition

    def adopt(self, draft: str) -> int:
        """Make a finished draft the newest edition; its number. Raises OSError."""
        edition = self.newest() + 1
        while not self._publish(Path(draft), edition):
            edition += 1
        return edition

    def _publish(self, draft: Path, edition: int) -> bool:
        """Put a draft in an edition's place; False where another reader has put one there already."""
        path = self.path(edition)
        if path.exists():
            return False
        draft.chmod(0o600)
        # They belonged to a file that is gone; SQLite would read them into this one.
        for companion in _COMPANIONS:
            Path(f"{path}{companion}").unlink(missing_ok=True)
        try:
            # Unlike a rename, this never replaces what another reader has open.
            os.link(draft, path)
        except FileExistsError:
            return False
        except OSError:
            os.rename(draft, path)
        draft.unlink(missing_ok=True)
        self._drop_before(edition)
        return True

    def draft(self) -> str:
        """Where the next edition is built while this one answers; what an older try left is removed."""
        for leftover in self._folder.glob("next.new*"):
            leftover.unlink()
        return str(self._folder / "next.new")

    def lock(self) -> int | None:
        """An open file on which whoever writes holds a lock; None where the system has no such locks."""
        if not hasattr(os, "fchown"):
            return None
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _drop_before(self, edition: int) -> None:
        for old in self._all():
            if old < edition:
                for suffix in ("", *_COMPANIONS):
                    # A system that keeps open files lets go of it when the last reader does.
                    with suppress(OSError):
                        Path(f"{self.path(old)}{suffix}").unlink()

    def _all(self) -> list[int]:
        return [int(path.stem) for path in self._folder.glob("*.db") if path.stem.isdecimal()]
