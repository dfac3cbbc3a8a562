"""What one article may add to the index, and what one file may do to it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from reader.index import entry
from reader.query import Query
from tests.index.files import opened, titles, write


def test_an_article_is_found_by_a_bounded_number_of_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file with very many different words is found by its first ones, and `check` tells it."""
    monkeypatch.setattr(entry, "MAX_DIFFERENT", 3000)
    body = " ".join(f"w{number}" for number in range(9000))
    write(tmp_path / "large.md", f"---\ntitle: Large\n---\nfirst {body}")
    write(tmp_path / "small.md", "---\ntitle: Small\n---\nfirst and last")
    library = opened(tmp_path)
    try:
        assert sorted(titles(library, "first")) == ["Large", "Small"] and titles(library, "w5") == ["Large"]
        assert not titles(library, "w8999")
        assert ["too many words" in one.reason for one in library.problems()] == [True]
    finally:
        library.close()


@pytest.mark.parametrize("seconds", [2**33, 2**34, -(2**34)])
def test_times_of_files_beyond_every_clock(tmp_path: Path, seconds: int) -> None:
    """A file from before 1678 or after 2262 is an article like every other, now and later."""
    path = write(tmp_path / "news" / "a.md", "---\ntitle: A\n---\n")
    try:
        os.utime(path, (seconds, seconds))
        os.utime(path.parent, (seconds, seconds))
    except OSError:
        pytest.skip("this file system has no such times")
    for _ in range(2):
        library = opened(tmp_path / "news")
        try:
            assert titles(library) == ["A"] and not list(library.problems())
        finally:
            library.close()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "UTC", "America/Los_Angeles", "Etc/GMT+12"])
@pytest.mark.parametrize("date", ["0001-01-01T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59Z", "9999-12-31"])
def test_the_ends_of_the_calendar(
    tmp_path: Path, zone: str, date: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Go's zero time and the last second are stored, found and counted in every zone."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        write(tmp_path / "a.md", f"---\ntitle: A\ndate: {date}\n---\n")
        library = opened(tmp_path)
        try:
            for query in ("", "since:0001", "until:9999", "until:0001 OR since:9999", "date:0001..9999"):
                assert titles(library, query) == ["A"], query
            assert sum(one.count for one in library.facet("date", Query()).values) == 1
        finally:
            library.close()
    finally:
        monkeypatch.undo()
        time.tzset()
