"""Which articles have which words: the full-text index and Python say the same."""

from __future__ import annotations

import random
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.index import inverting
from reader.index.inverting import FullText, Inverter, Plain
from reader.text import MAX_WORD, words

WORD = st.one_of(
    st.sampled_from(["a", "ab", "abc", "b", "0", "00", "z" * MAX_WORD, "\u6f22" * MAX_WORD, "\ue000a"]),
    st.text(max_size=8).map(lambda text: "".join(words(text))).filter(bool),
)
ARTICLES = st.lists(st.lists(WORD, max_size=12), max_size=12)


def filled(inverter: Inverter, articles: dict[int, str]) -> Inverter:
    """With the words of all these articles."""
    for member, text in articles.items():
        inverter.add(member, text)
    return inverter


@given(ARTICLES, st.integers(0, 60_000), st.integers(1, 400))
def test_both_ways_agree(articles: list[list[str]], first: int, step: int) -> None:
    """Whatever the words are, repeated or not, and however far the articles are from each other."""
    texts = {first + step * place: "  ".join(found) for place, found in enumerate(articles)}
    assert filled(FullText(), texts).take() == filled(Plain(), texts).take()


@pytest.mark.parametrize("first", [0, 61_000])
def test_lists_of_more_than_a_leaf(first: int) -> None:
    """Words of all kinds of frequency in thousands of articles."""
    chance = random.Random(first)
    texts = {
        first + place: " ".join(
            f"{chance.choice('abcxyz')}{int(chance.paretovariate(0.4))}"[:9] for _ in range(90)
        )
        for place in range(4_000)
    }
    assert filled(FullText(), texts).take() == filled(Plain(), texts).take()


def test_a_list_as_long_as_two_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is put together again."""
    monkeypatch.setattr(inverting, "_SCHEMA", inverting._SCHEMA.replace("60000", "64"))
    texts = {place: "a b" + " c" * (place % 200 == 0) for place in range(700)}
    assert filled(FullText(), texts).take() == filled(Plain(), texts).take()


def test_no_full_text_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where SQLite was built without one, or stores it otherwise, Python does it."""
    assert isinstance(inverting.inverter(), FullText)
    inverting._has_full_text.cache_clear()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(inverting, "_SCHEMA", "create virtual table found using no_such_module(words)")
            with pytest.raises(sqlite3.Error):
                FullText()
            assert isinstance(inverting.inverter(), Plain)
        inverting._has_full_text.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(inverting, "_HEAD", 3)
            assert isinstance(inverting.inverter(), Plain)
    finally:
        inverting._has_full_text.cache_clear()
