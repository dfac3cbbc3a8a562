"""Waiting for changes."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from reader.collection.watching import FolderWatch


def after(seconds: float, path: Path) -> Thread:
    """Write a file a little later."""

    def write() -> None:
        time.sleep(seconds)
        path.write_text("x")

    thread = Thread(target=write)
    thread.start()
    return thread


def test_a_new_article_is_noticed(tmp_path: Path) -> None:
    """A file that is written ends the wait."""
    watch = FolderWatch([str(tmp_path)])
    watch.wait(0.3)
    thread = after(0.2, tmp_path / "a.md")
    changed = watch.wait(10)
    thread.join()
    watch.close()
    if watch.is_blind:
        pytest.skip(f"this machine gives no notices: {watch.blindness}")
    assert changed


def test_other_files_are_not(tmp_path: Path) -> None:
    """Hidden files, those that are no articles and those in skipped folders end no wait."""
    (tmp_path / "vendor").mkdir()
    watch = FolderWatch([str(tmp_path)], ("vendor",))
    watch.wait(0.3)
    threads = [after(0.1, tmp_path / name) for name in (".a.md.swp", "a.png", "vendor/a.md")]
    assert not watch.wait(1.2)
    for thread in threads:
        thread.join()
    watch.close()


def test_closing_ends_a_wait(tmp_path: Path) -> None:
    """Another thread's close ends it at once, and later waits too."""
    watch = FolderWatch([str(tmp_path)])
    answers: list[bool] = []
    thread = Thread(target=lambda: answers.append(watch.wait(60)))
    thread.start()
    time.sleep(0.3)
    watch.close()
    thread.join(5)
    assert answers == [False]
    assert not watch.wait(60)


@pytest.mark.parametrize("trouble", ["no package", "no folder"])
def test_without_notices_it_only_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    """Where the system can't tell, the wait ends with its time and says that it is blind."""
    root = tmp_path
    if trouble == "no package":
        monkeypatch.setitem(sys.modules, "watchfiles", None)
    else:
        root = tmp_path / "gone"
    watch = FolderWatch([str(root)])
    begin = time.monotonic()
    assert not watch.wait(0.3)
    assert 0.2 < time.monotonic() - begin < 3
    assert watch.is_blind
