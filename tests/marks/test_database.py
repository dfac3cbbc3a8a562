"""The user's marks: kept across starts, taken back and done again, exported and read in, never lost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.identity import key_of
from reader.errors import StorageError, UsageError
from reader.marks.database import VERSION, Marks
from reader.marks.mark import KEPT_CHANGES, Change, Mark, Traces

ONE, TWO = "https://news.example/1", "path/two.md"
BOTH = {key_of(ONE): ONE, key_of(TWO): TWO}
READ, STAR = Change(read=True), Change(starred=True)


def only(identity: str) -> dict[int, str]:
    """One article."""
    return {key_of(identity): identity}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the marks are kept."""
    return tmp_path / "marks.db"


@pytest.fixture
def marks(path: Path) -> Iterator[Marks]:
    """Marks of someone who made none yet."""
    found = Marks(path)
    yield found
    found.close()


def of(marks: Marks, identity: str) -> Mark:
    """What an article's marks are."""
    return marks.of([key_of(identity)]).get(key_of(identity), Mark(key_of(identity), identity))


def test_a_change_counts_what_is_different_now(marks: Marks) -> None:
    """Who marks again what is marked already changes nothing, and has nothing to take back."""
    assert marks.change(BOTH, READ) == 2
    assert marks.change(BOTH, READ) == 0
    assert marks.change(only(ONE), Change(read=False)) == 1
    assert (of(marks, ONE).read, of(marks, TWO).read) == (False, True)
    assert marks.undo() == "1 marked unread"
    assert marks.undo() == "2 marked read"
    assert marks.undo() is None


def test_marks_and_what_was_undone_survive_a_restart(path: Path) -> None:
    """Everything is on the disk when a call returns, also the way back and forth."""
    later = Change(starred=True, note="why", add_tags=("later",))
    steps: list[tuple[Callable[[Marks], object], object]] = [
        (lambda one: one.change(BOTH, READ), 2),
        (lambda one: one.change(only(ONE), later), 1),
        (lambda one: one.undo(), "1 starred, tagged later, noted"),
        (lambda one: one.redo(), "1 starred, tagged later, noted"),
        (lambda one: one.redo(), None),
    ]
    for step, result in steps:
        marks = Marks(path)
        assert step(marks) == result
        marks.close()
    marks = Marks(path)
    assert of(marks, ONE) == Mark(key_of(ONE), ONE, True, True, "why", ("later",))
    marks.close()


def test_undo_keeps_later_changes_of_other_kinds(marks: Marks) -> None:
    """Taking a change back leaves alone what was not part of it."""
    marks.change(only(ONE), Change(read=True, add_tags=("a", "b")))
    marks.change(only(ONE), STAR)
    marks.change(only(ONE), Change(add_tags=("c",), remove_tags=("a",)))
    for _ in range(2):
        marks.undo()
    assert of(marks, ONE) == Mark(key_of(ONE), ONE, True, False, "", ("a", "b"))
    other = Mark(key_of(TWO), TWO)
    assert of(marks, TWO) == other
    marks.undo()
    assert of(marks, ONE) == Mark(key_of(ONE), ONE)
    while marks.redo():
        pass
    assert of(marks, ONE) == Mark(key_of(ONE), ONE, True, True, "", ("b", "c"))


def test_something_new_ends_what_could_be_done_again(marks: Marks) -> None:
    """After a new change, what was undone before it is over."""
    marks.change(only(ONE), READ)
    marks.undo()
    marks.change(only(TWO), STAR)
    assert marks.redo() is None and not of(marks, ONE).read
    assert marks.undo() == "1 starred"
    assert marks.redo() == "1 starred"


def test_a_hundred_changes_can_be_taken_back(marks: Marks) -> None:
    """The hundred newest ones, and none before."""
    for number in range(KEPT_CHANGES + 5):
        marks.change(only(ONE), Change(note=str(number)))
    undone = 0
    while marks.undo():
        undone += 1
    assert (undone, of(marks, ONE).note) == (100, "4")


def test_tags_are_one_whatever_their_case(marks: Marks) -> None:
    """A tag is not added twice, and is removed however it is written."""
    marks.change(only(ONE), Change(add_tags=("Later",)))
    assert marks.change(only(ONE), Change(add_tags=("LATER",))) == 0
    assert of(marks, ONE).tags == ("Later",)
    assert marks.change(only(ONE), Change(remove_tags=("later",))) == 1
    assert of(marks, ONE).tags == ()


def test_turns_tell_what_is_new(path: Path, marks: Marks) -> None:
    """Another reader of the same file finds out what was changed since it looked last."""
    other = Marks(path)
    turn = other.turn
    marks.change(only(ONE), READ)
    assert other.turn > turn
    assert [mark.identity for mark in other.since(turn)] == [ONE]
    turn = other.turn
    marks.undo()
    assert [(mark.identity, mark.read) for mark in other.since(turn)] == [(ONE, False)]
    other.close()


changes = st.builds(
    Change, st.sampled_from((None, True, False)), st.sampled_from((None, True, False)),
    st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
    st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
    st.sampled_from((None, "", "x")),
)  # fmt: skip


@given(st.lists(st.tuples(st.sets(st.sampled_from((ONE, TWO, "three")), min_size=1), changes), max_size=8))
def test_undo_and_redo_are_each_others_way_back(steps: list[tuple[set[str], Change]]) -> None:
    """All the way back is the beginning, and all the way forth the end."""
    marks = Marks(None)
    made = sum(marks.change({key_of(one): one for one in articles}, change) > 0 for articles, change in steps)
    end = list(marks.export())
    for _ in range(made):
        assert marks.undo()
    assert marks.undo() is None and list(marks.export()) == []
    for _ in range(made):
        assert marks.redo()
    assert marks.redo() is None and list(marks.export()) == end
    marks.close()


def test_export_and_import_are_a_round_trip(marks: Marks, tmp_path: Path) -> None:
    """What was exported is the same after an import elsewhere, and importing again changes nothing."""
    marks.change(only(ONE), Change(True, True, ("a", "b"), (), "a note"))
    marks.change(only(TWO), READ)
    marks.change(only("nothing left"), READ)
    marks.change(only("nothing left"), Change(read=False))
    records = list(marks.export())
    assert [record["identity"] for record in records] == [ONE, TWO]
    other = Marks(tmp_path / "other.db")
    assert other.import_(records) == 2
    assert list(other.export()) == records
    assert other.import_(records) == 0
    assert other.undo() == "2 imported"
    assert list(other.export()) == []
    other.close()


def test_an_import_takes_nothing_away(marks: Marks) -> None:
    """Marks that are there stay: read stays read, a note is not replaced, tags are united."""
    marks.change(only(ONE), Change(True, None, ("mine",), (), "my note"))
    record = {"identity": ONE, "read": False, "starred": True, "tags": ["theirs", "MINE"], "note": "other"}
    assert marks.import_([record, record]) == 1
    assert of(marks, ONE) == Mark(key_of(ONE), ONE, True, True, "my note", ("mine", "theirs"))
    marks.undo()
    assert of(marks, ONE) == Mark(key_of(ONE), ONE, True, False, "my note", ("mine",))


def test_two_records_of_one_article_are_undone_together(marks: Marks) -> None:
    """An article that an import names twice is afterwards as it was before, once that is undone."""
    marks.import_([{"identity": ONE, "read": True}, {"identity": ONE, "starred": True}])
    assert of(marks, ONE).read and of(marks, ONE).starred
    marks.undo()
    assert of(marks, ONE) == Mark(key_of(ONE), ONE)


@pytest.mark.parametrize(
    "bad",
    ["text", 5, None, [], {}, {"identity": 5}, {"identity": ""}, {"identity": "x", "tags": "a"},
     {"identity": "x", "tags": [1]}, {"identity": "x", "read": "yes"}, {"identity": "x", "starred": 1},
     {"identity": "x", "note": ["a"]}, {"identity": "x", "tags": [f"t{n}" for n in range(2_000)]},
     {"identity": "x", "note": "n" * 2_000_000}],
)  # fmt: skip
def test_a_bad_record_is_refused_before_anything_is_written(bad: Any, marks: Marks) -> None:
    """The error names the record; the good one before it is not taken over either."""
    with pytest.raises(UsageError, match="record 2 is not a mark"):
        marks.import_([{"identity": ONE, "read": True}, bad])
    assert list(marks.export()) == [] and marks.undo() is None


def test_imported_text_is_clean(marks: Marks) -> None:
    """Notes and tags from a file can't harm the terminal, and a tag has one line."""
    marks.import_([{"identity": ONE, "note": "a\x1b[31mb", "tags": ["x\ny", "\x1b[0m"]}])
    assert (of(marks, ONE).note, of(marks, ONE).tags) == ("ab", ("x y",))


def test_marks_move_to_another_key(marks: Marks) -> None:
    """An article that is known by another key now has what it had, and keeps what it has."""
    marks.change(only(ONE), READ)
    marks.change(only(TWO), STAR)
    marks.move({key_of(ONE): Mark(key_of(TWO), TWO), key_of("none"): Mark(key_of("other"), "other")})
    assert (of(marks, TWO).read, of(marks, TWO).starred) == (True, True)
    assert of(marks, ONE) == Mark(key_of(ONE), ONE) and of(marks, "other") == Mark(key_of("other"), "other")


def test_marks_tell_what_their_article_is_found_by(path: Path, marks: Marks) -> None:
    """Title, text and place are kept across starts and changes; the place is never exported."""
    traces = {key_of(ONE): Traces(1, (1 << 63) - 1, 1612345678, "/caf\udce9/a.md")}
    marks.change(only(ONE), STAR, traces)
    marks.change(only(ONE), READ)
    other = Marks(path)
    assert of(other, ONE).traces == traces[key_of(ONE)]
    (record,) = other.export()
    assert record["keys"] == [f"{key_of(ONE):016x}", f"{1:016x}", "7fffffffffffffff"]
    assert "/a.md" not in str(record)
    copy = Marks(None)
    copy.import_([record])
    assert of(copy, ONE).traces == traces[key_of(ONE)]._replace(place="")
    other.update_traces({key_of(ONE): Traces(place="/b.md")})
    assert of(other, ONE).traces == Traces(place="/b.md")
    other.close()


def test_what_version_1_knew_of_a_path_goes_to_each_article_that_had_it(marks: Marks) -> None:
    """It is not exported once an article has it, and stays for the articles of other collections."""
    marks.change(only("a.md"), STAR)
    assert of(marks, "a.md").is_by_path and not of(marks, ONE).is_by_path
    for name in ("one", "two"):
        marks.adopt(key_of("a.md"), Mark(key_of(name), name, traces=Traces(place=f"/{name}/a.md")))
    assert {record["identity"] for record in marks.export()} == {"one", "two"}
    assert marks.adoptions() == {key_of("a.md"): {key_of("one"), key_of("two")}}
    assert marks.undo() == "1 starred"
    assert [record["identity"] for record in marks.export()] == ["two"]


def test_an_identity_that_is_no_utf8(path: Path) -> None:
    """A file name of another encoding can be marked and is found again."""
    odd = "caf\udce9.md"
    marks = Marks(path)
    assert marks.change(only(odd), READ) == 1
    marks.close()
    marks = Marks(path)
    assert of(marks, odd) == Mark(key_of(odd), odd, True)
    assert [record["identity"] for record in marks.export()] == [odd]
    assert marks.undo() == "1 marked read"
    marks.close()


def test_a_newer_readers_marks_are_left_alone(path: Path, marks: Marks) -> None:
    """One sentence says so, and the file is as it was."""
    with sqlite3.connect(path) as connection:
        connection.execute(f"pragma user_version = {VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match="written by a newer version"):
        Marks(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database(path: Path) -> None:
    """Without a copy the marks begin again, one sentence says so, and every byte of the file is kept."""
    raw = b"these are no marks, but somebody may need them" * 50
    path.write_bytes(raw)
    marks = Marks(path)
    (notice,) = marks.file.notices
    assert "without marks" in notice
    assert marks.change(BOTH, READ) == 2
    marks.close()
    (kept,) = path.parent.glob("marks.db.damaged-*")
    assert kept.name in notice and kept.read_bytes() == raw


def test_an_empty_file_is_a_beginning(path: Path) -> None:
    """A file without a byte holds no marks yet."""
    path.touch()
    marks = Marks(path)
    assert marks.change(BOTH, READ) == 2
    marks.close()


def test_a_write_that_fails_leaves_everything_as_it_was(path: Path, marks: Marks) -> None:
    """Where the disk says no, the sentence says what to do, and nothing is half done."""
    marks.change(only(ONE), READ)
    turn = marks.turn
    marks._connection.execute("pragma query_only = on")
    with pytest.raises(StorageError, match="check its permissions and try again"):
        marks.change(BOTH, STAR)
    marks._connection.execute("pragma query_only = off")
    assert marks.turn == turn and not of(marks, ONE).starred
    assert marks.change(BOTH, STAR) == 2


def test_marks_that_moved_can_be_undone(marks: Marks) -> None:
    """What was done to an article before its key changed is taken back under the new one."""
    marks.change(only(ONE), READ)
    marks.change(BOTH, STAR)
    marks.move({key_of(ONE): Mark(key_of("three"), "three")})
    assert of(marks, "three").read
    marks.undo()
    assert not of(marks, "three").starred and not of(marks, TWO).starred
    marks.undo()
    assert list(marks.export()) == []


def test_damage_in_values_costs_no_other_mark(marks: Marks, path: Path) -> None:
    """Whatever is in a column, everything else is read, changed, exported and merged as before."""
    marks.change(BOTH, Change(starred=True, note="ask", add_tags=("later",)))
    columns = ("note", "tags", "title_key", "text_key", "date", "place", "changed", "read", "identity")
    for column in columns:
        for value in ("x'00ff'", "cast(x'ff' as text)", "x''", "-9.5", "'\x1b[31m'", "9223372036854775807"):
            with sqlite3.connect(path) as damaged:
                damaged.execute(f"update marks set {column} = {value} where identity = '{ONE}'")
            assert of(marks, TWO).note == "ask" and "\x1b" not in of(marks, ONE).note
            assert json.dumps([*marks.export(), *marks.export_with_times()])
            assert marks.merge([{"identity": TWO, "changed": {}}]) == 0
            with sqlite3.connect(path) as damaged:
                damaged.execute("update marks set identity = ? where key = ?", (ONE, key_of(ONE)))
    with sqlite3.connect(path) as damaged:
        damaged.execute("update meta set value = x'00' where key = 'turn'")
    assert marks.change(only(TWO), READ) == 1 and marks.turn == 1


@pytest.mark.parametrize("damaged", ["cast(x'7bff' as text)", "'{'", "x'ff'", "7"])
def test_damaged_times_cost_no_mark(marks: Marks, path: Path, damaged: str) -> None:
    """Marks whose times are unreadable are exported, merged and changed."""
    marks.change(BOTH, STAR)
    with sqlite3.connect(path) as connection:
        connection.execute(f"update marks set changed = {damaged}")
    assert len([*marks.export()]) == len([*marks.export_with_times()]) == 2
    assert marks.merge([{"identity": ONE, "read": True}]) == 1
    assert marks.change(BOTH, READ) == 1
    assert of(marks, ONE).read and of(marks, TWO).read


def test_a_damaged_step_is_a_sentence(marks: Marks, path: Path) -> None:
    """What undoes a change may be damaged: that is reported, and nothing is changed."""
    marks.change(BOTH, STAR)
    for value in ("'abc'", "x'ff'", "'[1]'", "7"):
        with sqlite3.connect(path) as damaged:
            damaged.execute(f"update steps set before = {value}")
        with pytest.raises(StorageError, match="is damaged"):
            marks.undo()
        assert of(marks, TWO).starred


@pytest.mark.parametrize("date", [10**30, -(10**18), 1 << 63])
def test_a_date_that_no_database_holds_is_refused(marks: Marks, date: int) -> None:
    """Numbers of a file of marks are bounded before they are written."""
    with pytest.raises(UsageError, match="seconds since 1970"):
        marks.import_([{"identity": ONE, "read": True, "date": date}])
