"""The numbers of a block in few bytes are the same numbers again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from reader.index.packing import (
    listed_many,
    lows_of,
    numbers_in,
    pack,
    pack_set,
    rare_rows,
    unpack,
    words_of_rare,
)
from reader.index.schema import create
from reader.index.sets import find_rare

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
    lows = lows_of(sorted(numbers))
    packed = pack(lows)
    assert packed == pack_set(BitMap(numbers)) == pack_set(BitMap(numbers, optimize=False))
    assert list(unpack(block, packed)) == [(block << 16) + number for number in sorted(numbers)]
    assert list(numbers_in(lows)) == sorted(numbers)
    assert BitMap.union(BitMap(), *listed_many(lows)) == BitMap(numbers)


@pytest.mark.parametrize("size", [0, 1, 256, 257, 4_096, 4_097, 7_900, 7_901, 65_536])
def test_the_sizes_at_which_the_form_changes(size: int) -> None:
    """A whole range, as the set of all articles has it, and every second number."""
    for step in (1, 2, 5, 17, 300):
        numbers = list(range(0, 65_536, step))[:size]
        assert list(unpack(0, pack_set(BitMap(numbers)))) == numbers


@given(NUMBERS, st.data())
def test_damage_is_found(numbers: set[int], data: st.DataObject) -> None:
    """A set of which any byte is another one, or missing, is no set."""
    stored = bytearray(pack(lows_of(sorted(numbers))))
    stored[data.draw(st.integers(0, len(stored) - 1))] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(stored), bytes(stored[:-1]), b"", b"\0"):
        with pytest.raises(sqlite3.DatabaseError):
            unpack(0, damaged)


@pytest.mark.parametrize("block", [-1, 65_536, 1 << 40])
def test_an_impossible_block_is_damage(block: int) -> None:
    """The bitmap library has no such numbers."""
    with pytest.raises(sqlite3.DatabaseError):
        unpack(block, pack(lows_of([1])))


@contextmanager
def rare_finder(words: dict[str, list[int]]) -> Iterator[Callable[[str, bool], list[int]]]:
    """Looks for words among these, which lie in block 2; the numbers come without the block."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    create(connection)
    connection.execute("insert into blocks values(1), (2)")
    in_order = sorted(words)
    for start, row in rare_rows(in_order, [lows_of(words[word]) for word in in_order]):
        connection.execute("insert into rare values(2, 1, ?, ?)", (start, row))

    def find(word: str, prefix: bool) -> list[int]:
        return [number - (2 << 16) for number in find_rare(connection, 1, word, prefix=prefix)]

    with closing(connection):
        yield find


def test_a_rare_word_is_found_by_its_own_beginning() -> None:
    """A word with another rare one inside is not taken for it; one letter finds all words that it begins."""
    with rare_finder({"abc": [7], "abcd": [3, 9], "abcxabc": [5], "ax": [11], "b": [13]}) as find:
        assert find("abc", False) == [7]
        assert find("abcx", False) == find("ab", False) == find("xabc", True) == find("abcde", True) == []
        assert find("abc", True) == [3, 5, 7, 9]
        assert find("a", True) == [3, 5, 7, 9, 11]
        assert find("b", False) == [13]


@settings(max_examples=25)
@given(
    st.dictionaries(
        st.text(st.sampled_from("abc1é東"), min_size=1, max_size=4),
        st.lists(st.sampled_from([0, 10, 9, 2570, 24_842, 65_535]), min_size=1, max_size=3, unique=True).map(
            sorted
        ),
        max_size=900,
    ),
    st.lists(st.text(st.sampled_from("abc1é東"), min_size=1, max_size=4), max_size=20),
)
def test_rare_words(words: dict[str, list[int]], wanted: list[str]) -> None:
    """Words of any rows and letters, also with numbers whose bytes could be taken for lines."""
    with rare_finder(words) as find:
        for word in [*wanted, *list(words)[:20]]:
            assert find(word, False) == words.get(word, [])
            assert find(word, True) == sorted(
                {number for other, numbers in words.items() if other.startswith(word) for number in numbers}
            )


@given(
    st.dictionaries(
        st.text("abé日", min_size=1, max_size=4),
        st.sets(st.integers(0, 65_535), min_size=1, max_size=48).map(sorted),
        max_size=120,
    )
)
def test_rare_words_one_by_one(words: dict[str, list[int]]) -> None:
    """The rows of rare words give each word back with its numbers, in order."""
    in_order = sorted(words)
    rows = rare_rows(in_order, [lows_of(words[word]) for word in in_order])
    found = [(word, list(numbers_in(lows))) for _, row in rows for word, lows in words_of_rare(row)]
    assert found == [(word, words[word]) for word in in_order]
