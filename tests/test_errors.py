"""Hints in messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.errors import any_of, closest, counted, nearest, shown


def test_the_nearest_name_is_offered() -> None:
    """A small mistake gets the one name; a wild one gets all of a few, and of many the nearest."""
    assert nearest("thmee", ["theme", "rows"]) == 'did you mean "theme"?'
    assert nearest("xyz", ["theme", "rows"]) == "known names are theme, rows"
    assert nearest("xyz", [f"name{number}" for number in range(60)]).startswith('the nearest is "name')


def test_one_is_no_plural() -> None:
    """Whatever is counted, and with commas where there is much of it."""
    assert [counted(number, "file") for number in (0, 1, 1024)] == ["0 files", "1 file", "1,024 files"]


def test_alternatives_are_joined_by_or() -> None:
    """With commas where there are more than two."""
    assert [any_of("abc"[:number]) for number in (1, 2, 3)] == ["a", "a or b", "a, b or c"]


@given(st.text())
def test_shown_is_short_and_harmless(text: str) -> None:
    """Whatever the text, what is quoted fits a line and holds nothing that a terminal obeys."""
    assert shown(text).isprintable()
    assert len(shown(text)) <= 42


def test_the_closest_value_is_found_whatever_its_case() -> None:
    """As it is written among the known ones; nothing where none is like it."""
    assert closest("chpis", ["AI", "Chips"]) == "Chips"
    assert closest("zebra", ["AI", "Chips"]) is None


def test_no_message_has_a_password() -> None:
    """User and password of an address are dropped before it is shortened."""
    assert shown(f"https://ana:{'secret' * 20}@paper.example/feed") == '"https://paper.example/feed"'
