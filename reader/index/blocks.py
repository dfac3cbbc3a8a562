"""A block of a cold load: put together from the workers' chunks, made into stored sets by the workers again.

Pure: what is written, and when, is `reader.index.writer`'s business. Members travel as a few long strings of
bytes a chunk, not as objects: there are two hundred words in an article, and whatever is done for each of
them in Python is most of a load.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pyroaring import BitMap

from reader.index import rare
from reader.index.packing import listed_many, lows_of, numbers_in, pack, pack_set
from reader.index.schema import Field

if TYPE_CHECKING:
    from reader.index.batch import Members
    from reader.index.numbering import Numbering
    from reader.index.reading import Packed

PREFIX_LENGTHS = (1, 2, 3)
"""Letters of a word being typed that are answered by one stored set; longer ones by a range of words."""

CROWDED_LENGTH, CROWD = 4, 100
"""Beginnings of so many letters have a set of their own where more words of a block than that begin so. Sets
for all of them would be a fifth of the index, and a range of few words costs no more than a set."""

WORD_FIELDS = frozenset((Field.WORD, Field.TITLE_WORD))
"""Fields of words, most of which are rare."""

_GROUPS = 64
"""Groups that words are divided into by their first character; a multiple of the letters of most scripts."""

Group: TypeAlias = tuple[int, int]
"""A field, and which of its values by their first character."""


class Run(NamedTuple):
    """The members that one chunk gives to the sets of a group."""

    values: bytes
    """A line each."""
    counts: bytes
    """How many members each value has, as 32-bit integers."""
    lows: bytes
    """The low halves of all their numbers (see `packing`), growing for each value."""


Task: TypeAlias = Sequence[tuple[int, Sequence[Run]]]
"""(field, the runs of a group, the newest first), for `make`."""


class Made(NamedTuple):
    """Rows for the tables `sets` and `rare`: (field, value or first letters, data)."""

    sets: list[tuple[int, str, bytes]]
    rare: list[tuple[int, str, bytes]]


class BlockLoad:
    """A block of a cold load as it is put together."""

    def __init__(self, block: int, numbering: Numbering) -> None:
        self.block = block
        self.numbering = numbering
        self.chunks: list[Packed] = []
        """The newest first, without their runs."""
        self.made: list[Made] = []
        """The block's sets, ready to be written."""
        self._runs: dict[Group, list[Run]] = defaultdict(list)

    def take(self, chunk: Packed) -> None:
        """Take in a chunk; they come newest first."""
        for group, run in chunk.runs.items():
            self._runs[group].append(run)
        self.chunks.append(chunk._replace(runs={}))

    def tasks(self, count: int) -> list[Task]:
        """The members, given away, for about so many calls of `make`, evenly."""
        tasks: list[list[tuple[int, Sequence[Run]]]] = [[] for _ in range(count)]
        sizes = [0] * count
        weights = {
            group: sum(len(run.lows) + len(run.values) for run in runs) for group, runs in self._runs.items()
        }
        for group in sorted(weights, key=weights.__getitem__, reverse=True):
            lightest = sizes.index(min(sizes))
            sizes[lightest] += weights[group]
            tasks[lightest].append((group[0], self._runs.pop(group)))
        return [task for task in tasks if task]


def runs_of(members: Members) -> dict[Group, Run]:
    """A chunk's members, whose numbers lie in one block and grow, in the form that travels."""
    runs: dict[Group, Run] = {}
    for field, by_value in members.items():
        groups: dict[int, list[str]] = defaultdict(list)
        if field in WORD_FIELDS:
            for value in by_value:
                groups[ord(value[0]) % _GROUPS].append(value)
        elif by_value:
            groups[0].extend(by_value)
        for group, values in groups.items():
            numbers = [by_value[value] for value in values]
            runs[field, group] = Run(
                "\n".join(values).encode(),
                array("I", map(len, numbers)).tobytes(),
                lows_of(array("H", chain.from_iterable(numbers))),
            )
    return runs


def _merged(runs: Sequence[Run]) -> dict[str, bytes]:
    """Value -> the low halves of its numbers, growing."""
    found: dict[str, bytes] = defaultdict(bytes)
    for run in reversed(runs):
        start, lows = 0, run.lows
        for value, count in zip(run.values.decode().split("\n"), array("I", run.counts), strict=True):
            stop = start + 2 * count
            found[value] += lows[start:stop]
            start = stop
    return found


def make(task: Task) -> Made:
    """The stored form of sets; a worker's task, because it is a third of the price of a load."""
    made = Made([], [])
    for field, runs in task:
        members = _merged(runs)
        if field not in WORD_FIELDS:
            made.sets.extend((field, value, pack(lows)) for value, lows in members.items())
            continue
        in_order = sorted(members)
        most = 2 * rare.MOST
        made.sets.extend((field, word, pack(lows)) for word in in_order if len(lows := members[word]) > most)
        few = ((word, lows) for word in in_order if len(lows := members[word]) <= most)
        made.rare.extend((field, start, data) for start, data in rare.pack(few))
        if field == Field.WORD:
            made.sets.extend(
                (Field.PREFIX, start, pack_set(numbers)) for start, numbers in _beginnings(in_order, members)
            )
    return made


def _beginnings(in_order: Sequence[str], members: Mapping[str, bytes]) -> Iterator[tuple[str, BitMap]]:
    """(prefix, numbers) for every beginning that has a set of its own."""
    longest: list[tuple[str, BitMap]] = []
    for start, group in groupby(in_order, key=lambda word: word[: PREFIX_LENGTHS[-1]]):
        words = list(group)
        longest.append((start, _united(words, members)))
        if len(words) > CROWD:
            for crowded, inside in groupby(words, key=lambda word: word[:CROWDED_LENGTH]):
                them = list(inside)
                if len(crowded) == CROWDED_LENGTH and len(them) > CROWD:
                    yield crowded, _united(them, members)
    yield from prefixes(longest)


def _united(words: Sequence[str], members: Mapping[str, bytes]) -> BitMap:
    """The numbers of all these words, as 16 bits."""
    few = b"".join([lows for word in words if len(lows := members[word]) <= _SHORT])
    sets = [part for word in words if len(lows := members[word]) > _SHORT for part in listed_many(lows)]
    sets.append(BitMap(array("I", sorted(set(numbers_in(few)))), optimize=False))
    return BitMap.union(*sets)


_SHORT = 16
"""Bytes up to which numbers are cheaper to sort together than to make a set of each word's."""


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


def beginning(length: int) -> Callable[[tuple[str, BitMap]], str]:
    """What sets of words are grouped by for their prefixes of this length."""
    return lambda pair: pair[0][:length]
