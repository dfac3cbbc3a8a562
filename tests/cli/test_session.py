"""Tests of the line that tells how far a refresh is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reader import cli
from reader.cli.session import follow, progress_line
from reader.config.paths import config_file
from reader.query.results import Progress, Report

STEPS = [
    Progress("scan", seen=10),
    Progress("read", seen=10, read=5, to_read=10),
    Progress("done", seen=10, read=10, to_read=10, report=Report(files=10, added=10)),
]


def test_following_a_refresh_returns_its_report(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal nothing is written."""
    assert follow(STEPS, patience=0.0) == STEPS[-1].report
    assert capsys.readouterr() == ("", "")


def test_progress_is_one_line_that_is_erased(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the refresh fails."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    follow(STEPS, patience=0.0)
    err = capsys.readouterr().err
    assert err.startswith("\rlooking for articles: 10 files\x1b[K")
    assert err.endswith("\r\x1b[K") and "\n" not in err


def test_a_short_refresh_shows_no_progress(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is painted before the patience is over."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    follow(STEPS, patience=60)
    assert capsys.readouterr().err == ""


def test_progress_has_a_bar_and_the_time_left() -> None:
    """Half way the bar is half full, and as much time is left as has passed."""
    shown = progress_line(Progress("read", seen=9, read=50_000, to_read=100_000), 30.0)
    assert shown == f"reading {'━' * 10}{'─' * 10} 50,000 of 100,000 files, 30 s left"


def test_progress_of_looking_for_dates() -> None:
    """On a slow disk this takes a while before anything is read."""
    shown = progress_line(Progress("date", seen=100_000, read=8_192, to_read=100_000), 3.0)
    assert shown == "looking for dates: 8,192 of 100,000 files"


@pytest.mark.parametrize("is_pipe", [False, True])
def test_every_command_reports_an_unreadable_configuration(
    is_pipe: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also if a SOURCE is given: nothing is muted then, and no rule adds a topic."""
    file = config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    if is_pipe:
        os.mkfifo(file)
    else:
        file.write_text("theme = [")
    assert cli.main(["count", str(tmp_path)]) == 0
    assert capsys.readouterr().err.endswith("; the defaults are used\n")


@pytest.mark.parametrize("command", [["count"], ["list"], ["feeds"], ["views"], ["check"]])
def test_mistakes_in_the_configuration_are_reported_once(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By every command, whether or not a SOURCE is given: the first of them, and how many there are."""
    file = config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('colour = "red"\nmute = ["topc:AI"]\n[topics]\nSea = "("\n')
    for words in (command, *([[*command, str(tmp_path)]] if command != ["feeds"] else [])):
        cli.main(words)
        shown = [line for line in capsys.readouterr().err.splitlines() if "config.toml" in line]
        assert len(shown) == 1 and "(and 2 more;" in shown[0], words
