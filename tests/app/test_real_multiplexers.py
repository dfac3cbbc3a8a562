"""The reader inside a real tmux and a real GNU screen, and what of it reaches the terminal outside."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.real_screen import RealScreen, environment_of

URL = "https://harbour.example/a-long-address-of-a-page?with=some&more=of#it"
READER = [sys.executable, "-m", "reader"]


def osc52(text: str) -> str:
    """The sequence by which a text reaches a terminal's clipboard; its end differs."""
    return f";{b64encode(text.encode()).decode()}"


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder with one article."""
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.md").write_text(f"---\ntitle: Harbour\noriginalUrl: {URL}\n---\nText.\n")
    return folder


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    """The beginning of a tmux command for its own server, which ends with the test."""
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    command = ["tmux", "-S", str(tmp_path / "tmux"), "-f", os.devnull]
    yield command
    subprocess.run([*command, "kill-server"], capture_output=True, check=False)


def test_a_copy_passes_tmux(news: Path, tmp_path: Path, tmux: list[str]) -> None:
    """With tmux's own defaults the address reaches the terminal outside and tmux's buffer."""
    command = [*tmux, "new-session", *READER, str(news)]
    with RealScreen(news, tmp_path, columns=100, rows=30, command=command) as screen:
        screen.wait_for("Harbour")
        screen.press("y", quiet=0.1)
        screen.wait_for(osc52(URL))
        screen.wait_for("Sent to the terminal's clipboard")
        shown = subprocess.run([*tmux, "show-buffer"], capture_output=True, text=True, check=True).stdout
        assert shown == URL
        screen.press("Q", quiet=0.1)
        assert screen.wait_for_end() == 0


def clients(tmux: list[str]) -> bytes:
    """Who is attached, a line each."""
    return subprocess.run([*tmux, "list-clients"], capture_output=True, check=True).stdout


def test_tmux_says_who_is_attached(news: Path, tmp_path: Path, tmux: list[str]) -> None:
    """A pane that was made at the machine itself knows who is attached over SSH now, and from which terminal;
    with the line that the doctor advises tmux passes on what it kept back."""
    local = environment_of(tmp_path, {"TERM": "xterm-256color"})
    subprocess.run([*tmux, "new-session", "-d", "-x", "200", "-y", "60"], env=local, check=True)
    remote = {"SSH_CONNECTION": "127.0.0.1 1 127.0.0.1 2", "TERM": "screen-256color"}
    with RealScreen(news, tmp_path, command=[*tmux, "attach"], variables=remote) as screen:
        assert screen.wait_until(lambda: bool(clients(tmux)))
        doctor = " ".join([*READER, "doctor", str(news)])
        subprocess.run([*tmux, "send-keys", f"clear; {doctor}", "Enter"], check=True)
        screen.wait_for("connected by SSH")
        line = "set -as terminal-features ',screen-256color:clipboard'"
        screen.wait_for(line)
        subprocess.run([*tmux, *line.replace("'", "").split()], check=True)
        subprocess.run([*tmux, "detach-client"], check=True)
        screen.wait_for_end()
    with RealScreen(news, tmp_path, command=[*tmux, "attach"], variables=remote) as screen:
        # Asked before it is attached, tmux would know of no terminal.
        assert screen.wait_until(lambda: bool(clients(tmux)))
        subprocess.run([*tmux, "send-keys", f"clear; {doctor}", "Enter"], check=True)
        screen.wait_for('what "tmux load-buffer -w" sends')


def test_a_copy_passes_screen(news: Path, tmp_path: Path) -> None:
    """GNU screen hands the wrapped pieces on, and the terminal outside gets one whole sequence."""
    if not shutil.which("screen"):
        pytest.skip("GNU screen is not installed")
    (tmp_path / "screens").mkdir(mode=0o700)
    where = {"SCREENDIR": str(tmp_path / "screens")}
    begin = ["screen", "-c", os.devnull, "-S", "reader-test"]
    try:
        with RealScreen(
            news, tmp_path, columns=100, rows=30, command=[*begin, *READER, str(news)], variables=where
        ) as screen:
            screen.wait_for("Harbour")
            screen.press("y", quiet=0.1)
            screen.wait_for("\x1b]52;c" + osc52(URL))
            screen.press("Q", quiet=0.1)
            assert screen.wait_for_end() == 0
    finally:
        subprocess.run([*begin, "-X", "quit"], env={**os.environ, **where}, capture_output=True, check=False)
