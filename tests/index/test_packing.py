"""The numbers of a block in few bytes are the same numbers again."""

from __future__ import annotations

import sqlite3
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from reader.index import rare
from reader.index.packing import listed_many, lows_of, numbers_in, pack, pack_set, unpack
from reader.index.schema import create

NUMBERS = st.one_of(
    st.sets(st.integers(0, 65_535), max_size=40),
    st.sets(st.integers(0, 65_535), min_size=257, max_size=400),
    st.sets(st.integers(30_000, 31_000), min_size=257, max_size=900),
    st.tuples(st.integers(0, 60_000), st.integers(1, 5_000), st.integers(1, 7)).map(
        lambda parts: set(range(parts[0], 65_536, parts[2])) - {parts[1]}
    ),
)


@given(NUMBERS, st.integers(0, 65_535))
def test_packed_and_unpacked(numbers: set[int], block: int) -> None:
    """Few, many, crowded and scattered numbers: one stored form, which gives them back in any block."""
    lows = lows_of(array("H", sorted(numbers)))
    packed = pack(lows)
    assert packed == pack_set(BitMap(numbers)) == pack_set(BitMap(numbers, optimize=False))
    assert list(unpack(block, packed)) == [(block << 16) + number for number in sorted(numbers)]
    assert list(numbers_in(lows)) == sorted(numbers)
    assert BitMap.union(BitMap(), *listed_many(lows)) == BitMap(numbers)


@pytest.mark.parametrize("size", [0, 1, 256, 257, 4_096, 4_097, 65_536])
def test_the_sizes_at_which_the_form_changes(size: int) -> None:
    """A whole range, as the set of all articles has it, and every second number."""
    for step in (1, 2):
        numbers = list(range(0, 65_536, step))[:size]
        assert list(unpack(0, pack_set(BitMap(numbers)))) == numbers


def test_many_numbers_take_little_more_than_a_byte_each() -> None:
    """What the form is for: half of the sixteen bits, and not more than a bit for each possible number."""
    numbers = range(0, 65_536, 33)
    assert len(pack(lows_of(array("H", numbers)))) < len(numbers) + 300
    assert len(pack(lows_of(array("H", range(65_536))))) < 8_200


def test_a_rare_word_is_found_by_its_own_beginning() -> None:
    """A word with another rare one inside is not taken for it; one letter finds all words that begin so."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    create(connection)
    words = {"abc": [7], "abcd": [3, 9], "abcxabc": [5], "ax": [11], "b": [13]}
    connection.execute("insert into blocks values(2)")
    for start in ("abc", "ax", "b"):
        these = [word for word in sorted(words) if word[: rare.START] == start]
        row = rare.pack(these, [lows_of(array("H", words[word])) for word in these])
        connection.execute("insert into rare values(2, 1, ?, ?)", (start, row))

    def found(word: str, *, prefix: bool) -> list[int]:
        return [number - (2 << 16) for number in rare.find(connection, 1, word, prefix=prefix)]

    assert found("abc", prefix=False) == [7]
    assert found("abcx", prefix=False) == []
    assert found("abc", prefix=True) == [3, 5, 7, 9]
    assert found("abcd", prefix=True) == [3, 9]
    assert found("abcx", prefix=True) == [5]
    assert found("a", prefix=True) == [3, 5, 7, 9, 11]
    assert found("ab", prefix=False) == found("xabc", prefix=True) == found("abcde", prefix=True) == []
    assert found("b", prefix=False) == [13]
