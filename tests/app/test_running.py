"""The reader ends well, whatever ends it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from time import sleep

import pytest

from tests.app.real_screen import RealScreen
from tests.conftest import rarely

RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")
"""The first screen again, a cursor, no mouse reports, no bracketed paste."""


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM"])
def test_a_signal_ends_it_as_a_key_does(tmp_path: Path, name: str) -> None:
    """The visit is saved, the terminal restored, and the exit code is the shell's."""
    news = tmp_path / "news"
    news.mkdir()
    for number in range(9):
        (news / f"{number}.md").write_text(f"---\ntitle: Harbour {number}\n---\n\nText.\n")
    with RealScreen(news, tmp_path / "home", columns=100, rows=30) as screen:
        screen.wait_for("9 of 9")
        screen.press("jj")
        number = getattr(signal, name)
        screen.send(number)
        assert screen.wait_for_end() == 128 + number
        end = bytes(screen.written[-2000:])
    assert all(sequence in end for sequence in RESTORED)
    (visit,) = (tmp_path / "home" / "state" / "visits").iterdir()
    assert '"article":"' in visit.read_text() and '"article":""' not in visit.read_text()


def test_keys_typed_before_there_is_a_screen_wait_for_it(tmp_path: Path) -> None:
    """However early, and in a small terminal too."""
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.md").write_text("---\ntitle: Harbour\n---\n\nText.\n")
    with RealScreen(news, tmp_path / "home", columns=40, rows=10) as screen:
        screen.wait_for("\x1b[?1049h")
        screen.press("/harb\r", quiet=0.01)
        screen.wait_for("harb")
        screen.wait_for("1 of 1")
        screen.send(signal.SIGTERM)
        assert screen.wait_for_end() == 128 + signal.SIGTERM


@pytest.mark.parametrize("name", ["SIGTERM", *rarely("SIGINT")])
def test_a_signal_during_the_start(tmp_path: Path, name: str) -> None:
    """From the first paint on it causes no error or traceback, and the terminal is restored."""
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.md").write_text("---\ntitle: Harbour\n---\n\nText.\n")
    for hundredths in range(0, 50, 10):
        with RealScreen(news, tmp_path / "home") as screen:
            screen.wait_for("\x1b[?1049h")
            sleep(hundredths / 100)
            screen.send(getattr(signal, name))
            assert screen.wait_for_end() == 128 + getattr(signal, name)
            end = bytes(screen.written[-1000:])
            assert b"\x1b[?1049l" in end and b"\x1b[?25h" in end and screen.is_line_restored
            assert b"reader:" not in screen.written and b"Traceback" not in screen.written


DEAF = (
    "import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP});"
    "os.execv(sys.executable, [sys.executable, '-m', 'reader', sys.argv[1]])"
)


@pytest.mark.parametrize("when", ["working", *rarely("first paint", "between", "still")])
def test_a_lost_terminal_ends_it_without_a_signal(tmp_path: Path, when: str) -> None:
    """With SIGHUP blocked, whatever the reader is doing."""
    news = tmp_path / "news"
    news.mkdir()
    (news / "1.md").write_text("---\ntitle: Harbour\n---\n\nText.\n")
    command = (sys.executable, "-c", DEAF, str(news))
    with RealScreen(news, tmp_path / "home", command=command) as screen:
        screen.wait_for("\x1b[?1049h" if when == "first paint" else "1 of 1")
        if when == "still":
            screen.press("")
        screen.close_terminal()
        if when == "working":
            screen.send(signal.SIGWINCH)
        assert screen.wait_for_end() == 129
