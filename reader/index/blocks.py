"""A block of a cold load: put together from the workers' chunks, made into stored sets by the workers again.

Pure: what is written, and when, is `reader.index.writer`'s business.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pyroaring import BitMap

from reader.index import rare
from reader.index.schema import Field

if TYPE_CHECKING:
    from reader.index.batch import Row, Taken
    from reader.index.numbering import Numbering

PREFIX_LENGTHS = (1, 2, 3)
"""Letters of a word being typed that are answered by one stored set; longer ones by a range of words."""

CROWDED_LENGTH, CROWD = 4, 100
"""Beginnings of so many letters have a set of their own where more words of a block than that begin so. Sets
for all of them would be a fifth of the index, and a range of few words costs no more than a set."""

WORD_FIELDS = frozenset((Field.WORD, Field.TITLE_WORD))
"""Fields of words, most of which are rare."""

Packed: TypeAlias = Mapping[int, Mapping[str, bytes]]
"""Field -> value -> numbers as 32-bit integers."""


class Made(NamedTuple):
    """Rows for the tables `sets` and `rare`: (field, value or first letters, data)."""

    sets: list[tuple[int, str, bytes]]
    rare: list[tuple[int, str, bytes]]


class BlockLoad:
    """A block of a cold load as it is put together."""

    def __init__(self, block: int, numbering: Numbering) -> None:
        self.block = block
        self.numbering = numbering
        self.rows: list[Row] = []
        self.late: list[int] = []
        self.unusual: list[Taken] = []
        """Files with problems, without an article, or too young to be trusted."""
        self.made: list[Made] = []
        """The block's sets, ready to be written."""
        self._members: dict[int, dict[str, list[bytes]]] = defaultdict(dict)

    def merge(self, packed: Packed) -> None:
        """Append a chunk's set members."""
        for field, by_value in packed.items():
            mine = self._members[field]
            for value, numbers in by_value.items():
                if value in mine:
                    mine[value].append(numbers)
                else:
                    mine[value] = [numbers]

    def parts(self, count: int) -> list[Packed]:
        """The members, given away, in so many parts; words of one first letter are in the same part."""
        parts: list[dict[int, dict[str, bytes]]] = [defaultdict(dict) for _ in range(count)]
        letters = Counter(value[0] for by_value in self._members.values() for value in by_value)
        sizes = [0] * count
        part_of: dict[str, int] = {}
        for letter, size in letters.most_common():
            part_of[letter] = smallest = sizes.index(min(sizes))
            sizes[smallest] += size
        while self._members:
            # Given away as it is taken apart: a block's members are a hundred megabytes.
            field, by_value = self._members.popitem()
            while by_value:
                value, numbers = by_value.popitem()
                parts[part_of[value[0]]][field][value] = b"".join(numbers)
        return list(map(dict, parts))


def make(members: Packed) -> Made:
    """The stored form of sets; a worker's task, because it is half the price of writing a block."""
    made = Made([], [])
    for field, by_value in members.items():
        if field not in WORD_FIELDS:
            made.sets.extend(
                (field, value, _bitmap(packed).serialize()) for value, packed in by_value.items()
            )
            continue
        frequent = {word for word, packed in by_value.items() if len(packed) > rare.MOST * 4}
        made.sets.extend((field, word, _bitmap(by_value[word]).serialize()) for word in frequent)
        others = ((word, by_value[word]) for word in sorted(by_value.keys() - frequent))
        made.rare.extend((field, start, data) for start, data in rare.pack(others))
        if field == Field.WORD:
            found = prefixes((start, _bitmap(packed)) for start, packed in _beginnings(by_value))
            made.sets.extend((Field.PREFIX, start, numbers.serialize()) for start, numbers in found)
            crowded = ((start, _bitmap(packed)) for start, packed in _crowded(by_value))
            made.sets.extend((Field.PREFIX, start, numbers.serialize()) for start, numbers in crowded)
    return made


def prefixes(words: Iterable[tuple[str, BitMap]]) -> Iterator[tuple[str, BitMap]]:
    """(prefix, numbers) for every prefix of PREFIX_LENGTHS; the words must come sorted."""
    level = words
    for length in reversed(PREFIX_LENGTHS):
        level = [
            (start, BitMap.union(*[found for _, found in group]))
            for start, group in groupby(level, key=beginning(length))
        ]
        # A shorter word goes on to the lengths that it has.
        yield from (pair for pair in level if len(pair[0]) == length)


def _beginnings(words: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """(longest prefix or shorter word, the numbers of all words that begin so), sorted."""
    found: dict[str, list[bytes]] = {}
    for word, packed in words.items():
        found.setdefault(word[: PREFIX_LENGTHS[-1]], []).append(packed)
    yield from ((start, b"".join(found[start])) for start in sorted(found))


def _crowded(words: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """(four letters, the numbers of all words that begin so) where these words are many."""
    found: dict[str, list[bytes]] = {}
    for word, packed in words.items():
        if len(word) >= CROWDED_LENGTH:
            found.setdefault(word[:CROWDED_LENGTH], []).append(packed)
    yield from ((start, b"".join(parts)) for start, parts in found.items() if len(parts) > CROWD)


def _bitmap(packed: bytes) -> BitMap:
    return BitMap(array("I", packed))


def beginning(length: int) -> Callable[[tuple[str, BitMap]], str]:
    """What sets of words are grouped by for their prefixes of this length."""
    return lambda pair: pair[0][:length]
