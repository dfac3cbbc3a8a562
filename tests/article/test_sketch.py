"""Sketches of texts: what is one text before and after an edit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.article.sketch import MOST_KEPT, likeness, sketch_of

WORDS = st.lists(st.text("abcdefghij", min_size=1, max_size=6), max_size=300).map(" ".join)


@given(WORDS, WORDS, st.booleans())
def test_likeness_is_a_share(one: str, other: str, has_same_name: bool) -> None:
    """It goes both ways, is between 0 and 1, and takes a few bytes whatever the text."""
    first, second = sketch_of(one), sketch_of(other)
    share = likeness(first, second, has_same_name=has_same_name)
    assert share == likeness(second, first, has_same_name=has_same_name)
    assert 0 <= share <= 1 and len(first) <= 4 * (MOST_KEPT + 1)


def test_a_long_text_with_a_new_paragraph_is_the_same() -> None:
    """A tenth more, or less, leaves it the same text; other words in its place do not."""
    text = " ".join(f"word{number}" for number in range(600))
    other = " ".join(f"else{number}" for number in range(600))
    assert likeness(sketch_of(text), sketch_of(text[100:]), has_same_name=False) > 0.6
    assert likeness(sketch_of(text), sketch_of(other), has_same_name=True) == 0


def test_nothing_is_like_nothing() -> None:
    """Empty texts, and texts of a few words, are not taken for one another."""
    assert likeness(sketch_of(""), sketch_of(""), has_same_name=True) == 0
    assert likeness(sketch_of("To do"), sketch_of("To do"), has_same_name=False) == 0
