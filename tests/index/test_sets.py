"""Sets by blocks: a word and a beginning find what was written, in a load and after it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.index import packing
from reader.index.packing import make, runs_of
from reader.index.schema import LIVE, SetKind, create
from reader.index.sets import read_range, read_set, write_made, write_sets

LOADED, LATER = 5, 6
"""A block that a load has written whole, and one that grows article by article."""

WORD = st.text(st.sampled_from("ab"), min_size=1, max_size=7)
WORDS = st.dictionaries(WORD, st.sets(st.integers(0, 20), min_size=1).map(sorted), max_size=40)


@pytest.fixture(autouse=True)
def small_crowds(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that few words are many, and a few numbers make a word a common one."""
    monkeypatch.setattr(packing, "CROWD", 2)
    monkeypatch.setattr(packing, "MOST_RARE", 3)


def in_block(words: Mapping[str, list[int]], block: int) -> dict[str, list[int]]:
    """The words with numbers of a block."""
    return {word: [(block << 16) + low for low in lows] for word, lows in words.items()}


def written(loaded: Mapping[str, list[int]], *later: Mapping[str, list[int]]) -> Iterator[sqlite3.Connection]:
    """An index with the words of one block, to which others are added; closed behind its use."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    create(connection)
    runs = runs_of({SetKind.WORD: dict(loaded)})
    write_made(connection, LOADED, [make([(field, [run]) for (field, _), run in runs.items()])])
    for words in later:
        numbers = {number for found in words.values() for number in found}
        write_sets(connection, {SetKind.WORD: words, SetKind.STATE: {LIVE: sorted(numbers)}})
    yield connection
    connection.close()


@settings(max_examples=60)
@given(WORDS, WORDS, WORDS)
def test_words_and_beginnings(
    loaded: dict[str, list[int]], added: dict[str, list[int]], other: dict[str, list[int]]
) -> None:
    """Crowded beginnings have sets of their own in some blocks and not in others, rare words have none."""
    parts = [in_block(loaded, LOADED), in_block(added, LOADED), in_block(other, LATER)]
    everything: dict[str, set[int]] = {}
    for words in parts:
        for word, numbers in words.items():
            everything.setdefault(word, set()).update(numbers)
    for connection in written(loaded, *filter(None, parts[1:])):
        for word in everything:
            assert set(read_set(connection, SetKind.WORD, word)) == everything[word]
        for start in {word[:end] for word in everything for end in range(1, 8)} | {"abba", "b"}:
            found = set(read_range(connection, SetKind.WORD, start))
            assert found == {
                number for word, numbers in everything.items() if word.startswith(start) for number in numbers
            }, start


def test_a_prefix_that_becomes_crowded_gets_its_own_set() -> None:
    """A block that grows word by word has the same sets of prefixes as one that was written at once."""
    words = {f"ab{letter}": [place] for place, letter in enumerate("cdefg")}
    one_by_one = [in_block({word: lows}, LATER) for word, lows in words.items()]
    for grown, whole in zip(written({}, *one_by_one), written({}, in_block(words, LATER)), strict=True):
        for start in ("a", "ab"):
            found = [
                connection.execute(
                    "select data from sets where block = ? and field = ? and value = ?",
                    (LATER, SetKind.PREFIX, start),
                ).fetchall()
                for connection in (grown, whole)
            ]
            assert found[0] == found[1] != []
