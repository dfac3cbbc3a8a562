"""The table that `list` writes for people."""

from __future__ import annotations

import pytest

from reader.cli.layout import cells
from tests.cli.conftest import Run, an_article
from tests.fake_library import FakeLibrary


def test_the_table_is_cut_to_the_terminal_by_cells(
    reader: Run, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal a wide title is cut with an ellipsis so that no line is wider than the terminal."""
    library.add(an_article(4, title="報" * 100))
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    lines = reader("list", ".").out.splitlines()
    assert lines[0].split() == ["ID", "DATE", "Q", "PROVIDER", "TITLE"]
    assert max(map(cells, lines)) in (89, 90)
    assert any(line.endswith("報…") for line in lines)


@pytest.mark.parametrize(("columns", "has_provider"), [(80, True), (60, True), (50, False), (42, False)])
def test_the_table_fits_a_narrow_terminal(
    reader: Run, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch, columns: int, has_provider: bool
) -> None:
    """The provider has less room there, and none if a title would have too little."""
    library.add(an_article(4, title="a long title " * 9))
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    lines = reader("list", ".").out.splitlines()
    assert max(map(len, lines)) <= columns and ("PROVIDER" in lines[0]) is has_provider
