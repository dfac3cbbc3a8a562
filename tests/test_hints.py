"""Hints in messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.hints import nearest, shown


def test_the_nearest_name_is_offered() -> None:
    """A small mistake gets the one name; a wild one gets all of them."""
    assert nearest("thmee", ["theme", "rows"]) == 'did you mean "theme"?'
    assert nearest("xyz", ["theme", "rows"]) == "there are theme, rows"


@given(st.text())
def test_shown_is_short_and_harmless(text: str) -> None:
    """Whatever the text, what is quoted fits a line and holds nothing that a terminal obeys."""
    assert shown(text).isprintable()
    assert len(shown(text)) <= 42
