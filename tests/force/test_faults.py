"""Full and failing disks, missing permissions, locks, clocks: a sentence each, and nothing is harmed."""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread, Timer

import pytest

from reader import cli
from reader.config import paths
from reader.errors import ReaderError, StorageError
from reader.library.folder.library import FolderLibrary
from reader.marks import backups
from reader.marks.database import FILE
from reader.marks.mark import Change
from tests.force.conftest import Figure
from tests.index.files import every, kept_marks, named, opened, refresh, text_of, titles, write
from tests.model import Model

READ = Change(read=True, note="why " * 300)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Forty articles."""
    folder = tmp_path / "feed"
    for number in range(40):
        write(folder / f"{number:03}.md", text_of(f"n{number:03}", f"2024-01-{number % 28 + 1:02}"))
    return folder


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """No file may grow beyond this many bytes: each write that would make it is refused by the system."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def is_whole() -> bool:
    """SQLite's own opinion of the marks."""
    with closing(sqlite3.connect(paths.user_data_dir() / FILE)) as connection:
        return bool(connection.execute("pragma integrity_check").fetchall() == [("ok",)])


def assert_is_sentence(error: ReaderError) -> None:
    """One line that says what to do."""
    assert "\n" not in str(error) and (";" in str(error) or ":" in str(error))
    assert "try again" in str(error) or "make room" in str(error), str(error)


def test_a_disk_that_is_full_at_any_size_keeps_the_marks(
    feed: Path, times: Callable[[int, int], int], figure: Figure
) -> None:
    """A change is made whole or not at all, the error says so, and the next one works."""
    library = opened(feed)
    library.mark(named(library, "n000"), READ)
    refused = 0
    tries = times(12, 120)
    for number in range(tries):
        before = kept_marks()
        with full_after(number * 4_000_000 // tries // 512 * 512):
            try:
                library.mark(every(library), Change(note=f"{number} " * 400, starred=number % 2 == 0))
                is_done = True
            except StorageError as error:
                assert_is_sentence(error)
                is_done = False
        now = kept_marks()
        assert (now != before) == is_done and is_whole()
        refused += not is_done
    assert library.mark(named(library, "n001"), Change(add_tags=("x",))) == 1
    assert titles(library, "tag:x") == ["n001"]
    library.close()
    figure(5, f"marks: disk full at {tries} sizes, {refused} changes refused whole, 0 harmed")
    assert 0 < refused < tries


def test_a_disk_that_is_full_at_any_size_keeps_the_index_right(
    feed: Path, times: Callable[[int, int], int], figure: Figure
) -> None:
    """A refresh says that there is no room, questions are answered, and with room it goes on."""
    library = opened(feed)
    refused, tries = 0, times(10, 100)
    for number in range(tries):
        for place in range(5):
            write(feed / f"late{number}-{place}.md", text_of(f"late{number} {place}", body="word " * 50))
        with full_after(number * 6_000_000 // tries // 512 * 512):
            try:
                refresh(library, rebuild=number % 3 == 0)
            except StorageError as error:
                assert_is_sentence(error)
                refused += 1
            assert titles(library, "n000") == ["n000"]
        refresh(library)
        assert sorted(titles(library)) == sorted(one.article.title for one in Model([feed]).stored)
    assert [notice for notice in library.notices if "damaged" in notice] == []
    library.close()
    figure(5, f"index: disk full at {tries} sizes, {refused} refreshes refused, 0 harmed")
    assert 0 < refused < tries


def test_a_disk_that_is_full_during_an_export_leaves_the_older_one(
    feed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], figure: Figure
) -> None:
    """Exit 3, one sentence, the older file byte for byte, and no half-written one beside it."""
    library = opened(feed)
    library.mark(every(library), READ)
    library.close()
    file = tmp_path / "marks.json"
    assert cli.main(["export-marks", str(file)]) == 0
    whole, sizes = file.read_bytes(), range(0, 40_000, 8000)
    for size in sizes:
        with full_after(size):
            assert cli.main(["export-marks", str(file)]) == 3
        assert capsys.readouterr().err.startswith("reader: ")
        assert file.read_bytes() == whole and [path.name for path in tmp_path.glob("marks*")] == [
            "marks.json"
        ]
    figure(5, f"export: disk full at {len(sizes)} sizes, the older file kept each time")


def test_a_copy_that_finds_no_room(feed: Path, figure: Figure) -> None:
    """It is reported once a refresh, older copies stay, and marking goes on."""
    library = opened(feed)
    library.mark(every(library), READ)
    file = str(paths.user_data_dir() / FILE)
    good = backups.back_up(file, 1.7e9)
    whole = good.read_bytes()
    for size in range(0, 24_000, 4096):
        with full_after(size), pytest.raises((sqlite3.Error, OSError)):
            backups.back_up(file, 1.7e9 + 86400)
        assert good.read_bytes() == whole and [path.name for path in good.parent.iterdir()] == [good.name]
    library.close()
    figure(5, "copies: disk full at 6 sizes, older copies kept")


class _FailingConnection(sqlite3.Connection):
    """SQLite on a disk that fails at the nth statement that writes."""

    left = 1 << 30

    def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:
        if sql.strip().partition(" ")[0] in ("insert", "update", "delete", "begin", "commit", "create"):
            _FailingConnection.left -= 1
            if _FailingConnection.left < 0:
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorname = "SQLITE_IOERR_WRITE"
                raise error
        return super().execute(sql, *parameters)  # type: ignore[arg-type]


def test_an_io_error_at_each_write_of_a_mark(
    feed: Path, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    """Whichever statement fails, all of the change is taken back and the sentence names the disk."""
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=_FailingConnection, **k))
    library = opened(feed)
    statements = 0
    for left in range(40):
        before = kept_marks()
        _FailingConnection.left = left
        try:
            library.mark(every(library)[:3], Change(starred=True, note=str(left)))
            break
        except StorageError as error:
            assert_is_sentence(error)
            assert "disk" in str(error)
        finally:
            _FailingConnection.left = 1 << 30
        assert kept_marks() == before
        statements += 1
    else:
        raise AssertionError("it never came through")
    assert len(titles(library, "is:starred")) == 3
    library.close()
    figure(5, f"I/O error at each of {statements} writes of a mark, 0 harmed")
    assert statements >= 4


def test_marks_that_another_program_has_locked(feed: Path, figure: Figure) -> None:
    """For as long as the lock holds articles are read, a mark is refused in a moment, then all goes on."""
    library = opened(feed)
    library.mark(named(library, "n000"), READ)
    library.be_patient(0.05, 0.2)
    other = sqlite3.connect(paths.user_data_dir() / FILE, isolation_level=None)
    other.execute("begin exclusive")
    began = time.monotonic()
    assert titles(library, "is:read") == ["n000"] and len(titles(library)) == 40
    answered = time.monotonic() - began
    with pytest.raises(StorageError, match="another program is writing to it; try again in a moment"):
        library.mark(named(library, "n001"), READ)
    refused = time.monotonic() - began - answered
    other.execute("rollback")
    other.close()
    assert library.mark(named(library, "n001"), READ) == 1
    assert library.notices == []
    library.close()
    figure(5, f"locked marks: two questions in {answered:.2f} s, a mark refused after {refused:.2f} s")
    assert answered < 2 and refused < 2


def test_a_command_waits_for_a_lock(feed: Path) -> None:
    """What has no person in front of it does not give up at once."""
    opened(feed).close()
    library = FolderLibrary.open([feed])
    is_locked, release = Event(), Event()

    def hold() -> None:
        other = sqlite3.connect(paths.user_data_dir() / FILE, isolation_level=None)
        other.execute("begin exclusive")
        is_locked.set()
        release.wait(5)
        other.execute("rollback")
        other.close()

    thread = Thread(target=hold)
    thread.start()
    assert is_locked.wait(5)
    Timer(0.3, release.set).start()
    assert library.mark(every(library)[:1], READ) == 1
    thread.join()
    library.close()


def test_a_file_system_without_room_for_a_single_file(
    feed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], figure: Figure
) -> None:
    """Where nothing can be made at all, reading works from memory and one sentence says why."""
    faults = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT, errno.EMFILE)
    for number in faults:

        def refuse(path: object, *rest: object, number: int = number) -> None:
            raise OSError(number, os.strerror(number), path)

        with monkeypatch.context() as patched:
            patched.setattr(os, "mkdir", refuse)
            for kind in ("cache", "data"):
                patched.setenv(f"READER_{kind.upper()}_DIR", str(feed.parent / f"{kind}{number}"))
            assert cli.main(["count", str(feed)]) == 0
            output = capsys.readouterr()
            assert output.out == "40\n" and len(output.err.splitlines()) == 1
            assert cli.main(["mark", "read", str(feed)]) == 3
            assert "Traceback" not in capsys.readouterr().err
    figure(5, f"{len(faults)} kinds of a folder that can't be made: read from memory, marks refused")


def test_a_clock_that_is_set_back(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit is seen, marks are kept and copied, though every file seems to be from the future."""
    library = opened(feed)
    past = time.time() - 400 * 86400
    monkeypatch.setattr(time, "time", lambda: past)
    monkeypatch.setattr(time, "time_ns", lambda: int(past * 1e9))
    future = int((past + 10) * 1e9)
    write(feed / "000.md", text_of("other", "2024-01-01"), future)
    refresh(library)
    assert titles(library, "other") == ["other"]
    write(feed / "000.md", text_of("again", "2024-01-01"), future)
    refresh(library)
    assert titles(library, "again") == ["again"]
    assert library.mark(every(library), READ) == 40
    refresh(library)
    library.close()
    assert len(list((paths.user_data_dir() / "backups").iterdir())) == 1


def test_another_time_zone(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who travels has read what was read, and no file seems changed."""
    library = opened(feed)
    library.mark(named(library, "n003"), READ)
    library.close()
    try:
        for zone in ("Asia/Tokyo", "America/Los_Angeles", "UTC-14", "UTC+12"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            library = FolderLibrary.open([feed])
            report = refresh(library)
            assert (report.unchanged, report.changed) == (40, 0)
            assert titles(library, "is:read") == ["n003"]
            library.close()
    finally:
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()
