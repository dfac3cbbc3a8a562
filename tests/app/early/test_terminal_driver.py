"""A clean screen whatever the environment says of the terminal, and whatever happens to it meanwhile."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from benchmarks.terminal_emulator import TerminalEmulator
from tests.app.real_screen import RealScreen

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")

STDERR_ELSEWHERE = (
    "import os, sys; os.dup2(os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT), 2);"
    "os.execv(sys.executable, [sys.executable, '-m', 'reader', sys.argv[1]])"
)


def test_columns_that_lie(news: Path, tmp_path: Path) -> None:
    """COLUMNS and LINES of another window change nothing; the footer is on the terminal's last line."""
    lies = {"COLUMNS": "300", "LINES": "99"}
    with RealScreen(news, tmp_path / "home", columns=100, rows=30, variables=lies) as screen:
        screen.wait_for("9 of 9")
        assert screen.wait_until(lambda: "all keys" in screen.emulator.lines[29])
        screen.resize(60, 20)
        screen.emulator = TerminalEmulator(60, 20)
        assert screen.wait_until(lambda: "all keys" in screen.emulator.lines[19])
        screen.press("Q")
        assert screen.wait_for_end() == 0


def test_a_size_that_changes_while_it_is_stopped(news: Path, tmp_path: Path) -> None:
    """After Ctrl-Z and a resize the whole screen is drawn in its new size."""
    with RealScreen(news, tmp_path / "home", columns=100, rows=30) as screen:
        screen.wait_for("9 of 9")
        screen.press("\x1a")
        assert screen.wait_until(lambda: screen.is_stopped)
        screen.resize(60, 20)
        screen.emulator = TerminalEmulator(60, 20)
        screen.send(signal.SIGCONT)
        assert screen.wait_until(lambda: "all keys" in screen.emulator.lines[19])
        assert "9 of 9" in screen.emulator.text
        screen.press("Q")
        assert screen.wait_for_end() == 0


def test_standard_error_sent_elsewhere(news: Path, tmp_path: Path) -> None:
    """`reader 2>log` draws on the terminal, and nothing into the log."""
    log = tmp_path / "log"
    command = (sys.executable, "-c", STDERR_ELSEWHERE, str(news), str(log))
    with RealScreen(news, tmp_path / "home", command=command) as screen:
        screen.wait_for("9 of 9")
        screen.press_for("/Harbour 3\r", "1 of 9")
        screen.press("Q")
        assert screen.wait_for_end() == 0 and screen.is_line_restored
    assert log.read_text() == ""
