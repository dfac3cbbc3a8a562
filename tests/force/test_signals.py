"""Signals, closed terminals and pipes: the place is saved, the terminal restored, no process left behind."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.app.real_screen import RealScreen
from tests.cli.home import Home
from tests.conftest import rarely
from tests.force.conftest import Figure

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")

RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")
"""The first screen again, a cursor, no mouse reports, no bracketed paste."""
PATIENCE = 30.0
"""Seconds after which a process that is still there is left behind; docs/reliability.md has what it took."""


def family(root: int) -> set[int]:
    """A process and all that come from it, now."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                state = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if state[0] != "Z":
                parents[int(entry.name)] = int(state[1])
    found = {root} & parents.keys()
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def seconds_until_gone(processes: set[int]) -> float:
    """How long it takes until none of these processes is there."""
    began = monotonic()
    while any(_is_there(one) for one in processes):
        assert monotonic() - began < PATIENCE, "a process is left behind"
        sleep(0.01)
    return monotonic() - began


def _is_there(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Nine articles."""
    folder = tmp_path / "news"
    folder.mkdir()
    for number in range(9):
        (folder / f"{number}.md").write_text(f"---\ntitle: Harbour {number}\n---\n\nText.\n")
    return folder


@pytest.mark.parametrize(
    "way",
    ["SIGTERM", "a closed terminal", "a terminal that is not read", *rarely("SIGINT", "SIGHUP", "SIGQUIT")],
)
def test_the_screen_ends_well(way: str, news: Path, tmp_path: Path, figure: Figure) -> None:
    """The place is saved, the terminal is restored where there is one, and no process is left."""
    with RealScreen(news, tmp_path / "home", columns=100, rows=30) as screen:
        screen.wait_for("9 of 9")
        screen.press("jj")
        everybody, began = family(screen.pid), monotonic()
        if way == "a closed terminal":
            screen.close_terminal()
        elif way == "a terminal that is not read":
            for _ in range(60):
                screen.send(signal.SIGWINCH)
                os.write(screen.terminal, b"?\x1bzz:\x1b")
            screen.send(signal.SIGTERM)
        else:
            screen.send(getattr(signal, way))
        if way == "a terminal that is not read":
            seconds_until_gone(everybody)
        else:
            code = screen.wait_for_end()
            assert way == "a closed terminal" or code == 128 + getattr(signal, way)
        seconds_until_gone(everybody)
        took = monotonic() - began
        if way.startswith("SIG"):
            assert all(sequence in bytes(screen.written[-2000:]) for sequence in RESTORED)
            assert b"Traceback" not in screen.written
    (visit,) = (tmp_path / "home" / "state" / "visits").iterdir()
    assert '"article":"' in visit.read_text() and '"article":""' not in visit.read_text()
    figure(7, f"{way}: gone after {took:.2f} s")


def test_stopped_and_continued(news: Path, tmp_path: Path, figure: Figure) -> None:
    """Ctrl-Z gives the terminal back to the shell; fg paints everything again, and keys work."""
    with RealScreen(news, tmp_path / "home", columns=100, rows=30) as screen:
        screen.wait_for("9 of 9")
        for _ in range(2):
            before = len(screen.written)
            screen.press("\x1a")
            assert screen.wait_until(lambda: screen.is_stopped)
            assert b"\x1b[?1049l" in screen.written[before:]
            before = len(screen.written)
            screen.send(signal.SIGCONT)
            assert screen.wait_until(partial(_is_painted, screen, before))
            assert b"\x1b[?1049h" in screen.written[before:]
            screen.press("")
        before = len(screen.written)
        screen.press("?")
        assert len(screen.written) > before
        screen.press("q")
        screen.press("Q")
        assert screen.wait_for_end() == 0
    figure(7, "stopped and continued twice")


def _is_painted(screen: RealScreen, since: int) -> bool:
    return b"Harbour" in screen.written[since:]


@pytest.mark.parametrize("number", [signal.SIGTERM, *rarely(signal.SIGINT, signal.SIGHUP, signal.SIGKILL)])
def test_a_load_with_workers_leaves_nobody(number: signal.Signals, tmp_path: Path, figure: Figure) -> None:
    """Whatever ends a first load, its workers end too, no traceback is written, and the next one goes on."""
    home = Home(tmp_path)
    for name in range(3500):
        (home.news / f"w{name}.md").write_text(f"---\ntitle: Story {name}\n---\nText.\n", "utf-8")
    process = home.start("index", "news")
    end = monotonic() + 30
    while len(everybody := family(process.pid)) < 3 and process.poll() is None and monotonic() < end:
        sleep(0.005)
    began = monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    seconds_until_gone(everybody)
    took = monotonic() - began
    assert b"Traceback" not in errors
    assert home.run("count", "news")[:2] == (0, "3503\n")
    figure(7, f"load with {len(everybody) - 1} workers, {number.name}: all gone after {took:.2f} s")


BROKEN = """
import sys
from reader.app.browsing.article_loader import ArticleLoader
from reader.cli import main

def fail(self, headline):
    raise ValueError(f"bad {headline}")

ArticleLoader.highlight = fail
sys.exit(main(sys.argv[1:]))
"""
"""The reader with a screen that fails as soon as it has an article to show."""


def test_a_mark_is_on_the_disk_when_it_is_shown(
    news: Path, tmp_path: Path, times: Callable[[int, int], int], figure: Figure
) -> None:
    """As soon as a star is on the screen, it is in the file."""
    slowest, marked = 0.0, times(5, 50)
    file = tmp_path / "home" / "data" / "marks.db"
    with RealScreen(news, tmp_path / "home", columns=100, rows=30) as screen:
        screen.wait_for("9 of 9")
        assert screen.wait_until(lambda: b"\x1b[?2004h" in screen.written)
        screen.press("")
        for number in range(marked):
            before, wanted = len(screen.written), number % 2 == 0
            os.write(screen.terminal, b"s")
            assert screen.wait_until(partial(_has_grown, screen, before))
            shown = monotonic()
            with closing(sqlite3.connect(file)) as marks:
                while marks.execute("select count(*) from marks where starred").fetchone()[0] != wanted:
                    assert monotonic() - shown < PATIENCE, "the mark never came"
            slowest = max(slowest, monotonic() - shown)
            screen.press("", 0.1)
        screen.press("\x03", 0.1)
        screen.wait_for_end()
    figure(
        4,
        f"{marked} marks on the screen, in the file {slowest * 1000:.0f} ms after the first paint or sooner",
    )


def _has_grown(screen: RealScreen, size: int) -> bool:
    return len(screen.written) > size


def test_a_fault_in_the_screen_is_one_sentence(news: Path, tmp_path: Path, figure: Figure) -> None:
    """The terminal is restored, no text of an article is shown, and the report is private."""
    (news / "0.md").write_text("---\ntitle: Secret harbour\n---\n\nText.\n")
    with RealScreen(news, tmp_path / "home", command=[sys.executable, "-c", BROKEN, str(news)]) as screen:
        assert screen.wait_for_end() == 3
        written = bytes(screen.written)
    assert all(sequence in written for sequence in RESTORED)
    end = written.rpartition(b"\x1b[?1049l")[2].decode()
    assert "reader: an internal error (ValueError) ended the screen" in end
    assert "Traceback" not in end and "harbour" not in end.lower() and "│" not in end
    (report,) = (tmp_path / "home" / "state" / "crashes").iterdir()
    assert report.stat().st_mode & 0o777 == 0o600 and str(report) in end.replace("\r\n", "")
    assert "harbour" not in report.read_text().lower() and "in invoke" in report.read_text()
    figure(7, "a fault in the screen: terminal restored, one sentence, a report without article text")


COMMANDS = ("list", "facets topic", "list --format json", "check", "config keys", "--help", "export-marks -")


@pytest.mark.parametrize("words", COMMANDS)
def test_a_pipe_that_nobody_reads(words: str, tmp_path: Path) -> None:
    """A command whose reader has gone ends at once and says nothing."""
    home = Home(tmp_path)
    source = "news" if words.startswith(("list", "facets", "check")) else ""
    command = f'"{sys.executable}" -m reader {words} {source}'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | true"], env=home.env, cwd=tmp_path, timeout=60,
        capture_output=True,
    )  # fmt: skip
    assert done.stderr == b"" and done.returncode in (0, 1)
