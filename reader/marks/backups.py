"""Backups of the marks: made daily, kept for 3 days and weekly for 4 weeks, restored if the file is damaged.

A backup is made by SQLite's backup API, verified by its integrity check and only then renamed, so that every
file with a backup's name is sound. For the contents see `reader.marks.database`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from reader.config import paths, private_files
from reader.errors import DamageError, is_damage

DAYS, WEEKS = 3, 4
"""Backups to keep: the last days, and the newest of each of the last weeks."""

_JOURNAL = "-journal"


def back_up(path: str, now: float) -> Path:
    """Back the file up and delete old backups; returns the new one's path.

    Raises DamageError if the file is damaged: such a backup is not kept. Raises sqlite3.Error, OSError,
    StorageError.
    """
    file = Path(path)
    folder = Path(paths.ensure(paths.copies_of(path), is_for_marks=True))
    day = datetime.fromtimestamp(now, UTC).date()
    copy = folder / f"{file.stem}-{day.isoformat()}{file.suffix}"
    part = folder / f"{copy.name}.{os.getpid()}.part"
    private_files.make(part, is_for_marks=True)
    try:
        with closing(sqlite3.connect(file, timeout=1)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        if not is_sound(part):
            raise DamageError(f"the marks in {file} are damaged")
        os.replace(part, copy)
    finally:
        part.unlink(missing_ok=True)
    for old in _outdated(_copies(file)):
        old.unlink(missing_ok=True)
    return copy


def is_sound(file: str | Path) -> bool:
    """Returns whether this is a sound database with tables.

    Raises sqlite3.OperationalError if it cannot be checked now.
    """
    try:
        with closing(sqlite3.connect(file, timeout=10)) as connection:
            connection.text_factory = bytes  # the check may quote what is no UTF-8
            if not connection.execute("select count(*) from sqlite_master").fetchone()[0]:
                return False
            return bool(connection.execute("pragma integrity_check(1)").fetchone() == (b"ok",))
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if is_damage(error):
            return False
        raise


def repair(path: str) -> str:
    """Move a damaged file away and restore the newest good backup; returns a notice.

    Empty if another reader did so meanwhile. Without a backup there is no file afterwards. Raises
    sqlite3.Error or OSError, leaving the damaged file as it was.
    """
    file = Path(path)
    with _alone(file):
        # First of all: when opening it, SQLite may roll an unfinished journal back.
        kept = _set_aside(file)
        if is_sound(file):
            for needless in (kept, Path(f"{kept}{_JOURNAL}")):
                needless.unlink(missing_ok=True)
            return ""
        good = next((copy for copy in sorted(_copies(file), reverse=True) if is_sound(copy)), None)
        if good is None:
            _without_journal(file)
            file.unlink()
            return (
                f"The marks were damaged, without a backup: starting without marks ({kept} has the old ones)"
            )
        with _replacing(file) as restored, good.open("rb") as backup:
            shutil.copyfileobj(backup, restored)
            _without_journal(file)
    day = _day_of(good).isoformat()
    return f"The marks were damaged: the backup of {day} was restored ({kept} has the damaged file)"


def _set_aside(file: Path) -> Path:
    """Keep a damaged file's bytes, and its journal's, under another name."""
    kept = file.with_name(f"{file.name}.damaged-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
    _copy(file, kept)
    if (journal := Path(f"{file}{_JOURNAL}")).exists():
        _copy(journal, Path(f"{kept}{_JOURNAL}"))
    return kept


def _copy(source: Path, target: Path) -> None:
    with _replacing(target) as written, source.open("rb") as read:
        shutil.copyfileobj(read, written)


def _without_journal(file: Path) -> None:
    # It belongs to the damaged file; SQLite would write it back into the good one.
    Path(f"{file}{_JOURNAL}").unlink(missing_ok=True)


_replacing = partial(private_files.replacing, is_precious=True, is_for_marks=True)


def _copies(file: Path) -> list[Path]:
    """Returns every backup; their names sort by day."""
    with suppress(OSError):
        found = Path(paths.copies_of(str(file))).glob(f"{file.stem}-????-??-??{file.suffix}")
        return [copy for copy in found if _is_day(copy)]
    return []


def _outdated(copies: list[Path]) -> list[Path]:
    newest_first = sorted(copies, reverse=True)
    weeks: dict[tuple[int, int], Path] = {}
    for copy in newest_first:
        weeks.setdefault(_day_of(copy).isocalendar()[:2], copy)
    kept = {*newest_first[:DAYS], *list(weeks.values())[:WEEKS]}
    return [copy for copy in newest_first if copy not in kept]


def _day_of(copy: Path) -> date:
    return date.fromisoformat(copy.stem[-10:])


def _is_day(copy: Path) -> bool:
    try:
        return bool(_day_of(copy))
    except ValueError:
        return False


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Ensures that only one of several readers repairs the damage."""
    descriptor = os.open(file.with_name(f"{file.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
