"""Copies of the marks: when they are made, which are kept, and what is done with a damaged file."""

from __future__ import annotations

import os
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reader.article.identity import key_of
from reader.config import paths
from reader.errors import DamageError
from reader.marks import backups
from reader.marks.database import FILE, Marks
from reader.marks.file import COPY_EVERY
from reader.marks.mark import Change

DAY = 24 * 3600.0
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Marks of one article."""
    path = tmp_path / "data" / FILE
    path.parent.mkdir()
    add(path, "first")
    return path


def add(path: Path, identity: str) -> None:
    """One more article is read."""
    marks = Marks(path)
    marks.change({key_of(identity): identity}, Change(read=True))
    marks.close()


def copies(file: Path) -> list[str]:
    """The days of which there are copies."""
    return sorted(copy.stem[-10:] for copy in Path(paths.copies_of(str(file))).glob("*"))


def test_the_rota(file: Path) -> None:
    """After half a year of daily copies there are those of three days and one of each of four weeks."""
    for number in range(180):
        backups.back_up(str(file), (START + timedelta(days=number)).timestamp())
    # The last day, 2026-08-28, is a Friday; weeks end on Sundays.
    assert copies(file) == [
        "2026-08-09", "2026-08-16", "2026-08-23", "2026-08-26", "2026-08-27", "2026-08-28",
    ]  # fmt: skip


def due(file: Path, now: float) -> bool:
    """Whether a copy is made now."""
    before = copies(file)
    marks = Marks(file)
    marks.file.back_up(now)
    marks.close()
    return copies(file) != before


def test_a_copy_an_hour_where_something_changed(file: Path) -> None:
    """None is made while the newest is younger than an hour, or while nothing was marked since."""
    now = START.timestamp()
    folder = Path(paths.copies_of(str(file)))
    assert due(file, now)
    os.utime(folder, (now, now))
    os.utime(file, (now - 5, now - 5))
    assert not due(file, now + 3 * DAY)
    os.utime(file, (now + 5, now + 5))
    assert not due(file, now + COPY_EVERY - 1)
    assert due(file, now + DAY)


def test_a_clock_that_was_set_back_puts_no_copy_off(file: Path) -> None:
    """A copy from the future is not waited for."""
    now = START.timestamp()
    assert due(file, now + 400 * DAY)
    os.utime(Path(paths.copies_of(str(file))), (now + 400 * DAY, now + 400 * DAY))
    os.utime(file, (now + 401 * DAY, now + 401 * DAY))
    assert due(file, now)


def test_copies_are_private_and_whole(file: Path) -> None:
    """Only their owner can read them, and each is a database by itself."""
    copy = backups.back_up(str(file), START.timestamp())
    assert copy.stat().st_mode & 0o777 == 0o600 and copy.parent.stat().st_mode & 0o777 == 0o700
    assert backups.is_sound(copy)
    with sqlite3.connect(copy) as connection:
        assert connection.execute("select identity from marks").fetchall() == [("first",)]
    connection.close()
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_a_damaged_file_is_not_copied(file: Path) -> None:
    """Nor does it cost the copies that are good."""
    good = backups.back_up(str(file), START.timestamp())
    before = good.read_bytes()
    raw = file.read_bytes()
    file.write_bytes(raw[:4096] + b"\xff" * (len(raw) - 4096))
    with pytest.raises(DamageError):
        backups.back_up(str(file), START.timestamp() + 60)
    assert good.read_bytes() == before and copies(file) == ["2026-03-02"]


def test_the_newest_good_copy_is_taken(file: Path) -> None:
    """One that is damaged itself is passed over."""
    backups.back_up(str(file), START.timestamp())
    add(file, "second")
    newest = backups.back_up(str(file), START.timestamp() + DAY)
    newest.write_bytes(newest.read_bytes()[:5000])
    file.write_bytes(b"nothing good")
    assert "the backup of 2026-03-02" in backups.repair(str(file))
    marks = Marks(file)
    assert [record["identity"] for record in marks.export()] == ["first"]
    marks.close()


def test_a_damaged_schema_that_is_no_text(file: Path) -> None:
    """The backup is restored as after any other damage, though SQLite's message can't be decoded."""
    backups.back_up(str(file), START.timestamp())
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE meta", b"CREATE T\xffBLE meta"))
    marks = Marks(file)
    assert "the backup of 2026-03-02" in marks.file.notices[0]
    assert [record["identity"] for record in marks.export()] == ["first"]
    marks.close()


def test_a_journal_of_the_damaged_file_is_not_written_into_the_good_one(file: Path) -> None:
    """It is kept beside the damaged bytes."""
    backups.back_up(str(file), START.timestamp())
    file.write_bytes(b"nothing good")
    Path(f"{file}-journal").write_bytes(b"its journal")
    backups.repair(str(file))
    assert not Path(f"{file}-journal").exists()
    (kept,) = file.parent.glob("*.damaged-*-journal")
    assert kept.read_bytes() == b"its journal"
    assert backups.is_sound(file)


def test_what_is_whole_is_left_alone(file: Path) -> None:
    """The second of two readers that found the damage finds it gone."""
    before = file.read_bytes()
    assert backups.repair(str(file)) == ""
    assert file.read_bytes() == before and not list(file.parent.glob("*damaged*"))


def test_files_that_are_no_copies_are_left_alone(file: Path) -> None:
    """Whatever someone put into the folder stays there and is taken for no copy."""
    backups.back_up(str(file), START.timestamp())
    folder = Path(paths.copies_of(str(file)))
    for name in ("marks-2026-99-99.db", "mine.db", "marks-2026-03-02.db.bak"):
        shutil.copy(file, folder / name)
    for number in range(1, 10):
        backups.back_up(str(file), START.timestamp() + number * DAY)
    assert {"marks-2026-99-99.db", "mine.db", "marks-2026-03-02.db.bak"} <= {
        path.name for path in folder.iterdir()
    }
