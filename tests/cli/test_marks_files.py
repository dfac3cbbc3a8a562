"""Tests of `reader export-marks` and `import-marks`, on real marks in their own folder."""

from __future__ import annotations

import json
import os
import stat
from contextlib import closing
from pathlib import Path

import pytest

from reader.article.identity import key_of
from reader.cli.mark import open_marks
from reader.marks.mark import Change
from tests.cli.conftest import Run

ONE = "https://paper.example/1"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks below the test's own folder."""
    monkeypatch.setenv("READER_DATA_DIR", str(tmp_path / "data"))


def mark(change: Change) -> None:
    """Change the marks of one article."""
    with closing(open_marks()) as marks:
        marks.change({key_of(ONE): ONE}, change)


def test_exported_marks_can_be_imported_elsewhere(
    reader: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The export of the importing home is the same."""
    mark(Change(read=True, starred=True, add_tags=("später",), note="Ω"))
    assert reader("export-marks", "marks.json") == (0, "", "")
    monkeypatch.setenv("READER_DATA_DIR", str(tmp_path / "other"))
    assert reader("export-marks", "-").out == "[]\n"
    assert reader("import-marks", "marks.json").out == "1 article changed by 1 imported mark\n"
    assert reader("import-marks", "marks.json").out == "0 articles changed by 1 imported mark\n"
    out = reader("export-marks", "-").out
    assert out == (tmp_path / "marks.json").read_text("utf-8")
    assert json.loads(out)[0]["tags"] == ["später"]


def test_an_older_export_is_replaced_as_a_whole(reader: Run, tmp_path: Path) -> None:
    """An export over another leaves the new one and nothing beside it."""
    (tmp_path / "marks.json").write_text("old " * 1000)
    mark(Change(read=True))
    assert reader("export-marks", "marks.json").code == 0
    assert json.loads((tmp_path / "marks.json").read_text("utf-8"))[0]["read"] is True
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "marks.json"]


def test_an_export_is_private(reader: Run, tmp_path: Path) -> None:
    """A link stays a link, and the file that it leads to is written."""
    (tmp_path / "kept").mkdir()
    (tmp_path / "marks.json").symlink_to(tmp_path / "kept" / "marks.json")
    assert reader("export-marks", "marks.json").code == 0
    assert (tmp_path / "marks.json").is_symlink()
    assert stat.S_IMODE((tmp_path / "kept" / "marks.json").stat().st_mode) == 0o600


def test_marks_of_an_undecodable_file_name_are_exported(reader: Run, tmp_path: Path) -> None:
    """A byte that is not UTF-8 is escaped, and import restores it."""
    identity = "a\udcff.md"
    with closing(open_marks()) as marks:
        marks.change({key_of(identity): identity}, Change(starred=True))
    assert reader("export-marks", "marks.json").code == 0
    assert r"a\udcff.md" in (tmp_path / "marks.json").read_text("utf-8")
    with closing(open_marks()) as marks:
        marks.change({key_of(identity): identity}, Change(starred=False))
    assert reader("import-marks", "marks.json").out == "1 article changed by 1 imported mark\n"


def test_an_export_into_a_pipe_keeps_the_pipe(reader: Run, tmp_path: Path) -> None:
    """A pipe or device (`/dev/stdout`, a shell's `>(gzip > marks.gz)`) is written to, not replaced."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    descriptor = os.open(pipe, os.O_RDWR)
    try:
        assert reader("export-marks", "pipe").code == 0
        assert os.read(descriptor, 100) == b"[]\n"
    finally:
        os.close(descriptor)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]", "\xff", "[" * 100_000, '[{"read": true}]'])
def test_importing_another_file_changes_nothing(reader: Run, tmp_path: Path, text: str) -> None:
    """It is a usage error with one sentence, whatever the file contains."""
    (tmp_path / "bad.json").write_text(text, "latin-1")
    outcome = reader("import-marks", "bad.json")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("reader: ") and outcome.err.count("\n") == 1


def test_a_missing_import_exits_with_3(reader: Run) -> None:
    """So does an export to a missing folder; no file name is a usage error."""
    assert reader("import-marks", "none.json").code == 3
    outcome = reader("export-marks", "no/where.json")
    assert outcome.code == 3 and "no/where.json" in outcome.err
    assert reader("export-marks").code == reader("import-marks", "a", "b").code == 2


def test_the_last_change_can_be_undone_and_redone(reader: Run) -> None:
    """`mark undo` and `mark redo` work in whatever collection the change was."""
    mark(Change(starred=True))
    assert reader("mark", "undo").out == "undone: 1 starred\n"
    assert reader("mark", "undo").out == "nothing to undo\n"
    assert reader("export-marks", "-").out == "[]\n"
    assert reader("mark", "redo").out == "redone: 1 starred\n"
    assert json.loads(reader("export-marks", "-").out)[0]["starred"]
    assert reader("mark", "undo", ".").code == 2


def test_pipes_and_devices_are_not_imported_by_name(reader: Run, tmp_path: Path) -> None:
    """The error names the way that works."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "/dev/zero"):
        code, out, err = reader("import-marks", name)
        assert (code, out) == (2, "")
        assert "not a regular file" in err and "import-marks - <" in err
