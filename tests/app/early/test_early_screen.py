"""The headlines are there before Textual, and the app takes over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from reader.app.early.early_screen import EarlyRefresh
from reader.errors import StorageError
from reader.library.sources import open_library
from reader.query.results import Progress, Report
from tests.app.real_screen import RealScreen
from tests.index.files import text_of, titles, write


def test_the_headlines_come_first_and_the_app_takes_over(tmp_path: Path) -> None:
    """Without an index too: the other screen is entered once, the headline is on it before Textual begins, a
    key typed in between reaches the app, and the terminal is given back."""
    write(tmp_path / "news" / "a.md", text_of("Ferries stay"))
    with RealScreen(tmp_path / "news", tmp_path, rows=20, columns=90) as screen:
        screen.wait_for("Ferries stay")
        early = bytes(screen.written)
        assert b"\x1b[?1000h" not in early and b"TOPICS" not in early
        screen.press("Q", quiet=0.05)
        assert screen.wait_for_end() == 0
        assert screen.written.count(b"\x1b[?1049h") == screen.written.count(b"\x1b[?1049l") == 1


def test_ctrl_c_before_the_app_is_there(tmp_path: Path) -> None:
    """The screen is given back and the exit code is that of Ctrl-C."""
    write(tmp_path / "news" / "a.md", text_of("Ferries stay"))
    with RealScreen(tmp_path / "news", tmp_path) as screen:
        screen.wait_for("Ferries stay")
        screen.press("\x03", quiet=0.05)
        code = screen.wait_for_end()
        assert screen.written.count(b"\x1b[?1049l") == 1
        # On a quick machine the app may be there already, and ends as for Q.
        assert code == (0 if b"\x1b[?1000h" in screen.written else 130)


def test_the_newest_are_there_before_the_rest(tmp_path: Path) -> None:
    """After the wait the newest articles can be asked for; the rest of the same refresh brings all."""
    for number in range(130):
        write(
            tmp_path / f"{number // 65}" / f"{number}.md",
            text_of(f"T{number}", f"2024-01-01T00:{number % 60:02}"),
        )
    library = open_library([tmp_path])
    load = EarlyRefresh(library)
    load.wait(20, 20)
    assert library.total == 100
    *_, last = load.rest()
    assert last.report is not None and (last.report.files, last.report.added) == (130, 130)
    assert len(titles(library)) == 130
    library.close()


class Slow:
    """A library whose refresh waits for a sign, then fails or ends."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sign = Event()
        self.error = error

    def refresh(self) -> Iterator[Progress]:
        """One step of listing, then what it was made for."""
        yield Progress("scan", 1)
        assert self.sign.wait(20)
        if self.error is not None:
            raise self.error
        yield Progress("done", report=Report())


def test_waiting_ends_when_there_is_nothing_yet() -> None:
    """A folder that takes long to list holds nobody up; its steps come later."""
    slow = Slow()
    load = EarlyRefresh(slow)  # type: ignore[arg-type]
    load.wait(1, 0.01)
    slow.sign.set()
    assert [step.phase for step in load.rest()] == ["scan", "done"]


def test_a_failure_is_for_whoever_takes_the_rest() -> None:
    """What goes wrong before the app is there is raised where the app can say it."""
    slow = Slow(StorageError("no room"))
    slow.sign.set()
    load = EarlyRefresh(slow)  # type: ignore[arg-type]
    load.wait(20, 20)
    with pytest.raises(StorageError, match="no room"):
        list(load.rest())
