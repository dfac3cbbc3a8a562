"""Tests of `reader mark`, on an in-memory library."""

from __future__ import annotations

import io

import pytest

from reader.cli.mark import change_of
from reader.errors import UsageError
from reader.marks.mark import Change
from tests.cli.conftest import Run, an_article
from tests.fake_library import FakeLibrary


@pytest.fixture
def many(library: FakeLibrary) -> FakeLibrary:
    """101 articles: one more than are marked without asking."""
    library.__init__([an_article(number) for number in range(101)])  # type: ignore[misc]
    return library


def read_count(library: FakeLibrary) -> int:
    """How many articles are marked read."""
    return sum(row.is_read for row in library.select_all())


def answering(monkeypatch: pytest.MonkeyPatch, text: str, *, is_terminal: bool) -> None:
    """Put this text on the input, which is a terminal or not."""
    stdin = io.TextIOWrapper(io.BytesIO(text.encode()))
    stdin.isatty = lambda: is_terminal  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", stdin)


def test_mark_prints_counts(reader: Run, library: FakeLibrary) -> None:
    """Articles that had the mark already are counted separately."""
    assert reader("mark", "read", "-t", "Chips", ".").out == "1 article marked read\n"
    assert reader("mark", "read", ".").out == "2 articles marked read (1 unchanged)\n"
    assert read_count(library) == 3
    assert reader("mark", "unread", "--limit", "2").out == "2 articles marked unread\n"
    assert [row.is_read for row in library.select_all()] == [False, False, True]


def test_tags_and_stars_can_be_added_and_removed(reader: Run, library: FakeLibrary) -> None:
    """Tags may contain spaces and are cleaned."""
    assert reader("mark", "tag:to  read\x1b[2J", "--drafts").out == "1 article tagged to read\n"
    assert library.select_all()[0].tags == ("to read",)
    assert reader("mark", "untag:to read", "--drafts").out == "1 article untagged to read\n"
    reader("mark", "star")
    reader("mark", "unstar", "--drafts")
    assert [row.is_starred for row in library.select_all()] == [False, True, True]


def test_ids_are_combined_with_filters(
    reader: Run, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--ids` takes ids separated by commas, or from stdin."""
    first, second, _ = (row.id for row in library.select_all())
    assert reader("mark", "read", "--ids", f"{first},{second},{first}").out == "2 articles marked read\n"
    answering(monkeypatch, f"{first}\n{second[:9]}\n", is_terminal=False)
    assert reader("mark", "star", "--ids", "-", "--drafts").out == "1 article starred\n"
    assert reader("mark", "star", "--ids", "ffff").code == 1


def test_marking_more_than_a_hundred_needs_yes_without_a_terminal(
    reader: Run, many: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise nothing is marked and the exit code is 2."""
    answering(monkeypatch, "y\n", is_terminal=False)
    outcome = reader("mark", "read")
    assert (outcome.code, outcome.out, read_count(many)) == (2, "", 0)
    assert "101 articles" in outcome.err and "--yes" in outcome.err
    assert reader("mark", "read", "--limit", "100").code == 0
    assert reader("mark", "read", "--yes").out == "1 article marked read (100 unchanged)\n"


@pytest.mark.parametrize(("answer", "marked"), [("y\n", 101), ("yes\n", 101), ("\n", 0), ("n\n", 0), ("", 0)])
def test_marking_more_than_a_hundred_asks_on_a_terminal(
    reader: Run, many: FakeLibrary, monkeypatch: pytest.MonkeyPatch, answer: str, marked: int
) -> None:
    """Only yes marks them; anything else cancels."""
    answering(monkeypatch, answer, is_terminal=True)
    outcome = reader("mark", "read")
    assert "Continue? [y/N]" in outcome.err
    assert (outcome.code, read_count(many)) == (0, marked)
    assert ("cancelled" in outcome.out) == (not marked)


def test_marks_that_cannot_be_written_exit_with_3(reader: Run, library: FakeLibrary) -> None:
    """The error says what to do."""
    library.is_writable = False
    outcome = reader("mark", "read")
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err == "reader: marks can't be kept here; make the home folder writable.\n"


def test_actions_are_changes() -> None:
    """Anything else is an error that names the actions."""
    assert change_of("tag:a:b") == Change(add_tags=("a:b",))
    for wrong in ("", "red", "tag:", "tag: ", "read:x", "tag"):
        with pytest.raises(UsageError, match="untag:NAME"):
            change_of(wrong)


def test_notes_can_be_added_and_removed(reader: Run, library: FakeLibrary) -> None:
    """`note:TEXT` keeps the lines of the text; `unnote` removes the note."""
    first = library.select_all()[0]
    words = ("--ids", first.id[:9])
    assert reader("mark", "note: ask Ana\x1b[2J\nand Bo ", *words).out == "1 article noted\n"
    assert library.note(first) == "ask Ana\nand Bo"
    assert reader("mark", "unnote", *words).out == "1 article unnoted\n"
    assert library.note(first) == ""
    assert reader("mark", "note:", *words).code == 2


def test_ids_from_another_command_may_end_with_a_nul(
    reader: Run, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `list --format ids`, with or without `-0`, writes is what `--ids -` reads."""
    for words in ([], ["-0"]):
        ids = reader("list", "--format", "ids", *words).out
        answering(monkeypatch, ids, is_terminal=False)
        reader("mark", "read" if words else "star", "--ids", "-")
    assert all(row.is_read and row.is_starred for row in library.select_all())
