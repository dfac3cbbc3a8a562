"""What counts as changed: also files whose times and sizes do not tell."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from reader.collection import files
from reader.config import paths
from reader.index import entry, update
from reader.index.schema import unpack_name
from tests.index.files import counts, opened, refresh, text_of, titles, write


@pytest.mark.parametrize("mtime_ns", [None, 0])
def test_an_edit_within_one_tick_of_the_clock(mtime_ns: int | None, tmp_path: Path) -> None:
    """Same size, same time, same file: seen, because the file was too young when it was read."""
    path = tmp_path / "a.md"
    now = time.time_ns()
    # A whole second, as some file systems have them, or the present moment.
    stamp = now - now % 1_000_000_000 if mtime_ns == 0 else now
    write(path, text_of("one"), stamp)
    library = opened(tmp_path)
    for title in ("two", "six", "ten"):
        # Looked at and found unchanged: it may change anyway.
        assert counts(refresh(library)) == (1, 0, 0, 0, 1)
        with open(path, "r+") as file:
            file.write(text_of(title))
        stamp = max(stamp, time.time_ns()) if mtime_ns is None else stamp
        os.utime(path, ns=(stamp, stamp))
        assert counts(refresh(library)) == (1, 0, 1, 0, 0)
        assert titles(library) == [title]
    library.close()


def test_a_young_file_settles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the clock has moved on, an unchanged file is not read again."""
    write(tmp_path / "a.md", text_of("one"), time.time_ns())
    library = opened(tmp_path)
    time.sleep(0.05)
    assert counts(refresh(library)) == (1, 0, 0, 0, 1)
    monkeypatch.setattr(update, "digest_now", lambda file: pytest.fail("it was read again"))
    assert counts(refresh(library)) == (1, 0, 0, 0, 1)
    library.close()


def test_an_empty_folder_that_goes_is_compared_once(tmp_path: Path) -> None:
    """The index does not keep it, or each command would compare all files anew."""
    write(tmp_path / "a.md", text_of("a"))
    (tmp_path / "empty").mkdir()
    library = opened(tmp_path)
    (tmp_path / "empty").rmdir()
    refresh(library)
    (index,) = paths.cache_dir().glob("indexes/*/*.db")
    with closing(sqlite3.connect(index)) as connection:
        (path,) = (row[0] for row in connection.execute("select path from folders"))
    assert unpack_name(path) == str(tmp_path)
    library.close()


def test_a_file_that_can_be_read_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without permission is a problem, and an article as soon as it can be read."""
    write(tmp_path / "a.md", text_of("a"))
    write(tmp_path / "b.md", text_of("b"))
    real = files.read_content

    def refused(path: str) -> object:
        if path.endswith("a.md"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    with monkeypatch.context() as refusing:
        refusing.setattr(entry, "read_content", refused)
        library = opened(tmp_path)
        assert titles(library) == ["b"]
        assert [problem.reason for problem in library.problems()] == [
            "can't be read (Permission denied): check its permissions"
        ]
    refresh(library)
    assert sorted(titles(library)) == ["a", "b"] and list(library.problems()) == []
    library.close()
