"""Tests of muting on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.fake_library import FakeLibrary


@pytest.fixture(autouse=True)
def _mute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration that mutes a topic everywhere, and drafts where there is no query."""
    monkeypatch.setenv("READER_CONFIG_DIR", str(tmp_path / "config"))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('[mute]\n"*" = ["topic:Chips"]\nAll = ["is:draft"]\n')


def test_muted_articles_are_excluded(reader: Run, library: FakeLibrary) -> None:
    """From lists, counts and marks, unless `--muted` or an id is given."""
    assert [line[-14:] for line in reader("list", ".").out.splitlines()] == [" =Sum [of] it"[-14:].rjust(14)]
    assert reader("count", ".").out == "1\n"
    assert reader("count", ".", "--muted").out == "3\n"
    assert reader("facets", "topic", ".").out == "1  AI\n"
    assert reader("count", ".", "-t", "AI").out == "2\n"
    muted = next(row for row in library.select_all() if "Chips" in row.topics)
    assert reader("mark", "star", "-t", "Chips").out == "0 articles starred\n"
    assert reader("mark", "star", "--ids", muted.id).out == "1 article starred\n"
    assert reader("mark", "star", "-t", "Chips", "--muted").out == "0 articles starred (1 unchanged)\n"


def test_muted_articles_are_counted_on_a_terminal(
    reader: Run, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence on stderr counts them and names the option that shows them; scripts get none."""
    assert reader("list", ".").err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert "reader: 2 more are muted; --muted includes them" in reader("list", ".").err
    assert "muted" not in reader("list", ".", "--muted").err
