"""The beginning of a load, and the rest of it in another's hands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from reader.app.early.early_screen import EarlyRefresh
from reader.errors import StorageError
from reader.library.sources import open_library
from reader.query.results import Progress, Report
from tests.index.files import text_of, titles, write


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
