"""Tests of the bare command on a terminal: what the screen is started with."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.app import Start
from reader.cli.screen import preset
from reader.config import Config
from reader.query import Query, parse
from tests.cli.conftest import Run
from tests.fake_library import FakeLibrary


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Start]:
    """What each screen was started from, on a terminal, with its own home."""
    starts: list[Start] = []

    def run(start: Start) -> int:
        starts.append(start)
        return 0

    monkeypatch.setattr("reader.app.running.run", run)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("READER_CONFIG_DIR", str(tmp_path))
    return starts


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, *, keyboard: bool = True) -> None:
    """From now on stdout is a terminal, and stdin is one or not."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", type("Input", (), {"isatty": lambda self: keyboard})())


def test_the_options_preset_the_screen(
    reader: Run, library: FakeLibrary, started: list[Start], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen gets the filters as a Query, the collection's name, and refreshes by itself."""
    on_a_terminal(monkeypatch)
    assert reader(".", "--unread", "-t", "AI", "--limit", "5") == (0, "", "")
    [start] = started
    assert start.query == parse("topic:AI is:unread")
    assert library.refreshed == 0
    assert library.is_closed
    assert ["--limit" in notice for notice in start.notices] == [True]


def test_the_collection_is_named_with_a_tilde(
    reader: Run, started: list[Start], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If it is below the home folder."""
    on_a_terminal(monkeypatch)
    (tmp_path / "news").mkdir()
    reader("news", "/")
    assert started[0].source == "~/news, /"


def test_the_screen_gets_the_mistakes_in_the_configuration(
    reader: Run, started: list[Start], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It starts anyway, and gets each of them once."""
    on_a_terminal(monkeypatch)
    (tmp_path / "config.toml").write_text("colour = 1\nquery = 'topc:x'\nsort = 'quality'\n", "utf-8")
    assert reader(".").code == 0
    assert started[0].query == parse("sort:quality")
    assert started[0].notices == []
    assert ["colour" in mistake for mistake in started[0].mistakes] == [True, False]
    assert "topc" in started[0].mistakes[1]


def test_the_command_line_takes_precedence() -> None:
    """The configured query applies to a bare start, the configured order if none is given."""
    config = Config(query="is:unread", sort="-title")
    assert preset(Query(), config) == parse("is:unread sort:-title")
    assert preset(parse("chips"), config) == parse("chips sort:-title")
    assert preset(parse("chips sort:heat"), config) == parse("chips sort:heat")


def test_the_screen_needs_a_terminal_on_stdin(
    reader: Run, started: list[Start], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise nobody could quit: exit 2, and the error names `list`."""
    on_a_terminal(monkeypatch, keyboard=False)
    outcome = reader(".")
    assert outcome.code == 2 and "reader list" in outcome.err and not started


@pytest.mark.parametrize("kind", ["dumb", "unknown", ""])
def test_a_terminal_without_a_cursor_shows_no_screen(
    reader: Run, started: list[Start], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The error names `list`."""
    on_a_terminal(monkeypatch)
    monkeypatch.setenv("TERM", kind)
    outcome = reader(".")
    assert outcome.code == 2 and "reader list" in outcome.err and not started


def test_too_few_descriptors_are_reported(
    reader: Run, started: list[Start], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the screen starts; a limit that can be raised is raised."""
    on_a_terminal(monkeypatch)
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr("resource.setrlimit", lambda _, limits: raised.append(limits))
    monkeypatch.setattr("resource.getrlimit", lambda _: (12, 12))
    outcome = reader(".")
    assert outcome.code == 3 and "ulimit -n" in outcome.err and not started
    monkeypatch.setattr("resource.getrlimit", lambda _: (12, 4096))
    assert reader(".").code == 0 and started and raised == [(64, 4096)]
