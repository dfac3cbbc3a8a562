"""Marks in a shared collection: the same rules as in a file, each role's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from reader.errors import ReaderError, UsageError
from reader.marks.mark import Change, Traces

if TYPE_CHECKING:
    from reader.library.postgres.marks import SharedMarks
    from tests.postgres_server import PostgresServer

ONE, TWO = "https://news.example/one", "https://news.example/two"


@pytest.fixture
def marks(shared: str) -> Iterator[SharedMarks]:
    """The owner's marks."""
    from reader.library.postgres.marks import SharedMarks

    with closing(SharedMarks(shared)) as found:
        yield found


def states(marks: SharedMarks, turn: int = 0) -> dict[int, set[str]]:
    """What each article is marked as, of those that changed after a turn."""
    return {key: set(names) for names, keys in marks.markings(turn) for key in keys}


def test_a_change_is_kept_and_counted(marks: SharedMarks) -> None:
    """What changes is counted, what was so before is not, and another connection sees it."""
    assert marks.turn == 0
    assert marks.change({1: ONE, 2: TWO}, Change(read=True)) == 2
    assert marks.change({1: ONE, 2: TWO}, Change(read=True, add_tags=("Later",))) == 2
    assert marks.change({1: ONE}, Change(read=True)) == 0
    assert states(marks) == {1: {"read", "tag:Later"}, 2: {"read", "tag:Later"}}
    assert states(marks, marks.turn) == {}


def test_only_what_changed_since_a_turn_is_told(marks: SharedMarks) -> None:
    """A reader that knows a turn only gets later changes, including removed marks."""
    marks.change({1: ONE, 2: TWO}, Change(starred=True))
    turn = marks.turn
    marks.change({2: TWO}, Change(starred=False, note="gone"))
    assert states(marks, turn) == {2: {"note"}}
    marks.change({2: TWO}, Change(note=""))
    assert states(marks, turn) == {2: set()}


def test_changes_are_undone_and_redone(marks: SharedMarks) -> None:
    """Undo takes back the last change alone, redo does it again, and a new change ends redoing."""
    marks.change({1: ONE}, Change(read=True))
    marks.change({1: ONE, 2: TWO}, Change(starred=True))
    assert marks.undo() == "2 starred" and states(marks)[1] == {"read"}
    assert marks.redo() == "2 starred" and states(marks)[1] == {"read", "starred"}
    assert marks.undo() == "2 starred" and marks.undo() == "1 marked read" and marks.undo() is None
    marks.change({2: TWO}, Change(note="x"))
    assert marks.redo() is None
    marks.change({1: ONE}, Change(read=True), is_undoable=False)
    assert marks.undo() == "1 noted"


def test_marks_travel_between_a_file_and_a_database(marks: SharedMarks) -> None:
    """An export of one kind of marks is an import of the other, and merging takes the later change."""
    from reader.marks.database import Marks

    own = Marks(None)
    own.change({1: ONE}, Change(read=True, note="mine"), {1: Traces(5, 6, 7)})
    assert marks.import_(own.export()) == 1 and marks.import_(own.export()) == 0
    assert [*marks.export()] == [*own.export()]
    marks.change({1: ONE}, Change(read=False, add_tags=("b", "a")))
    assert own.merge(marks.export_with_times()) == 1
    assert [*own.export()] == [*marks.export()]
    assert marks.merge(own.export_with_times()) == 0
    with pytest.raises(UsageError, match="record 1"):
        marks.import_([{"read": True}])


def test_text_that_the_server_refuses_is_replaced(marks: SharedMarks) -> None:
    """A NUL or a lone surrogate in a note or a tag is kept as a replacement character."""
    marks.change({1: "text:\udcff"}, Change(note="a\0b\ud800", add_tags=("x\ud800",)))
    assert marks.of([1])[1].note.startswith("a") and marks.undo() is not None


def test_each_role_sees_its_own_marks(marks: SharedMarks, member: str) -> None:
    """Two roles mark the same article, and neither sees, changes or undoes what the other did."""
    from reader.library.postgres.marks import SharedMarks

    with closing(SharedMarks(member)) as others:
        marks.change({1: ONE}, Change(read=True))
        assert states(others) == {} and others.turn == 0 and others.undo() is None
        others.change({1: ONE}, Change(starred=True))
        assert states(marks) == {1: {"read"}} and states(others) == {1: {"starred"}}
        assert [*marks.export()] != [*others.export()]


@pytest.mark.parametrize(
    "statement",
    [
        "insert into mark(role, key, identity, turn) values('news', 9, 'x', 1)",
        "update mark set role = 'news'",
        "truncate mark",
        "alter table mark disable row level security",
        "set role news",
        "delete from article",
        "update meta set value = '9'",
        "insert into sets values(1, 'x', 1, '')",
        "create table news.mine(x int)",
    ],
)
def test_a_reader_can_change_nothing_but_its_marks(member: str, statement: str) -> None:
    """The server refuses a reader everything else, whatever program it uses."""
    import psycopg

    from reader.library.postgres.connection import connect
    from reader.library.postgres.marks import SharedMarks

    with closing(SharedMarks(member)) as marks:
        marks.change({1: ONE}, Change(read=True))
    with closing(connect(member)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


def test_a_role_without_rights_gets_a_sentence(shared: str, other_role: tuple[str, str]) -> None:
    """A role without access gets an error that says who can grant it."""
    from reader.library.postgres.marks import SharedMarks
    from tests.postgres_server import as_role

    with closing(SharedMarks(as_role(shared, *other_role))) as marks, pytest.raises(ReaderError) as caught:
        marks.change({1: ONE}, Change(read=True))
    assert "--grant" in str(caught.value) and "its own secret" not in str(caught.value)


def test_a_broken_connection_is_made_anew(marks: SharedMarks, shared: str) -> None:
    """A connection that the server ended is replaced, for reading and for the next change."""
    from reader.library.postgres.connection import connect

    marks.change({1: ONE}, Change(read=True))
    with closing(connect(shared)) as other:
        end = "select pg_terminate_backend(pid) from pg_stat_activity where pid != pg_backend_pid()"
        other.execute(f"{end} and datname = current_database()".encode())
        assert states(marks) == {1: {"read"}}
        other.execute(f"{end} and datname = current_database()".encode())
        assert marks.change({1: ONE}, Change(starred=True)) == 1


def test_a_mark_that_a_standby_did_not_confirm_is_not_said_to_be_set(
    marks: SharedMarks, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a standby must have each change and does not answer, there is a sentence instead of waiting for
    ever."""
    import psycopg

    from reader.library.postgres import marks as marking

    monkeypatch.setattr(marking, "COMMIT_PATIENCE", 0.3)
    marks.change({1: ONE}, Change(read=True))
    turn = marks.turn
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute("alter system set synchronous_standby_names = 'none_such'")
        connection.execute("select pg_reload_conf()")
        try:
            with pytest.raises(ReaderError, match="on one server only"):
                for _ in range(50):  # until the server has read its configuration again
                    marks.change({1: ONE}, Change(starred=True))
                    marks.change({1: ONE}, Change(starred=False))
        finally:
            connection.execute("alter system reset synchronous_standby_names")
            connection.execute("select pg_reload_conf()")
    assert marks.turn > turn


def test_very_many_marks_are_one_statement(marks: SharedMarks) -> None:
    """Marking five thousand articles works in one go and is undone in one."""
    articles = {number: f"https://news.example/{number}" for number in range(5_000)}
    assert marks.change(articles, Change(read=True)) == 5_000
    [(names, keys)] = marks.markings(0)
    assert names == {"read"} and sorted(keys) == [*articles]
    assert marks.undo() == "5000 marked read"


def test_odd_rows_of_marks_are_a_sentence(marks: SharedMarks, shared: str) -> None:
    """What another program wrote into a role's marks fails in a sentence."""
    marks.change({1: ONE}, Change(starred=True))
    import psycopg

    with psycopg.connect(shared, autocommit=True) as connection:
        connection.execute("update news.mark set tags = array[null]")
    with pytest.raises(ReaderError, match="something that reader can't use"):
        list(marks.export())
    with pytest.raises(ReaderError, match="something that reader can't use"):
        marks.change({1: ONE}, Change(starred=False))
