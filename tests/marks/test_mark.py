"""Marks of two machines become one by the time of each part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reader import cli
from reader.article.identity import key_of
from reader.errors import UsageError
from reader.marks.database import Marks
from reader.marks.mark import Change, Mark, merged

A, B = "https://a.example/", "https://b.example/"


@pytest.fixture
def machines() -> Iterator[tuple[Marks, Marks]]:
    """Two databases."""
    both = Marks(None), Marks(None)
    yield both
    for marks in both:
        marks.close()


def mark(marks: Marks, change: Change, identity: str = A) -> None:
    """Do something to an article."""
    marks.change({key_of(identity): identity}, change)


def state(marks: Marks) -> list[dict[str, Any]]:
    """What is marked."""
    return list(marks.export())


def brought_together(one: Marks, two: Marks) -> None:
    """As a file that goes to and fro would do it."""
    two.merge(list(one.export_with_times()))
    one.merge(list(two.export_with_times()))


def test_each_part_goes_its_own_way(machines: tuple[Marks, Marks]) -> None:
    """One machine stars and tags, the other reads and notes: all of it is there, on both."""
    one, two = machines
    mark(one, Change(starred=True, add_tags=("later",)))
    mark(two, Change(read=True, note="why", add_tags=("work",)))
    mark(two, Change(read=True), B)
    brought_together(one, two)
    assert state(one) == state(two)
    (first, second) = state(one)
    assert (first["read"], first["starred"], first["note"]) == (True, True, "why")
    assert first["tags"] == ["later", "work"]
    assert second["identity"] == B


def test_the_later_change_wins_also_where_something_is_taken_back(machines: tuple[Marks, Marks]) -> None:
    """Read here, then read and unread there: unread."""
    one, two = machines
    mark(one, Change(read=True, add_tags=("later",)))
    brought_together(one, two)
    mark(two, Change(read=False, remove_tags=("Later",)))
    brought_together(one, two)
    assert state(one) == state(two) == []
    mark(one, Change(read=True))
    brought_together(one, two)
    assert state(two)[0]["read"]


def test_merging_again_changes_nothing(machines: tuple[Marks, Marks]) -> None:
    """And an undo takes a merge back."""
    one, two = machines
    mark(one, Change(read=True))
    records = list(one.export_with_times())
    assert two.merge(records) == 1
    assert two.merge(records) == 0
    assert two.undo() == "1 merged"
    assert state(two) == []


def test_without_times_what_is_set_wins() -> None:
    """Marks from before times were kept add up."""
    mine, theirs = Mark(1, A, read=True), Mark(1, A, starred=True, note="x", tags=("t",))
    assert merged(mine, {}, theirs, {}) == Mark(1, A, True, True, "x", ("t",))


@pytest.mark.parametrize(
    "changed", ["x", {"read": "soon"}, {"read": 5}, {"read": "9999-12-31T23:59:59+00:00"}]
)
def test_bad_times_are_one_sentence(machines: tuple[Marks, Marks], changed: object) -> None:
    """Before anything is written."""
    with pytest.raises(UsageError, match='"changed" must map parts'):
        machines[0].merge([{"identity": A, "read": True, "changed": changed}])


def test_by_the_command_line_two_machines_meet_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """export-marks --merge takes in what the file has and writes what both have."""
    file = tmp_path / "marks.json"
    for name, change in (("one", Change(starred=True)), ("two", Change(read=True))):
        monkeypatch.setenv("READER_DATA_DIR", str(tmp_path / name))
        (tmp_path / name).mkdir()
        marks = Marks(tmp_path / name / "marks.db")
        mark(marks, change)
        marks.close()
        assert cli.main(["export-marks", "--merge", str(file)]) == 0
    monkeypatch.setenv("READER_DATA_DIR", str(tmp_path / "one"))
    assert cli.main(["import-marks", "--merge", str(file)]) == 0
    assert "1 article changed" in capsys.readouterr().out
    assert cli.main(["export-marks", "-"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["read"] and record["starred"]
    assert "changed" not in record
