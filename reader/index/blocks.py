"""A block of a cold load: put together from the workers' chunks, made into stored sets by the workers again.

Pure: what is written, and when, is `reader.index.writer`'s business. Members travel as a few long strings of
bytes a chunk, not as objects: there are two hundred words in an article, and whatever is done for each of
them in Python is most of a load.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
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

PREFIX_LENGTHS = (1, 2, rare.START)
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
        groups: dict[int, tuple[list[str], list[list[int]]]] = {}
        if field in WORD_FIELDS:
            groups = {group: ([], []) for group in range(_GROUPS)}
            for value, numbers in by_value.items():
                values, lists = groups[ord(value[0]) % _GROUPS]
                values.append(value)
                lists.append(numbers)
        else:
            groups[0] = list(by_value), list(by_value.values())
        for group, (values, lists) in groups.items():
            if values:
                lows = lows_of(array("H", chain.from_iterable(lists)))
                counts = array("I", map(len, lists)).tobytes()
                runs[field, group] = Run("\n".join(values).encode(), counts, lows)
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
        beginnings: list[tuple[str, BitMap]] = []
        for start, group in groupby(sorted(members), key=_first_letters):
            words = list(group)
            lows = list(map(members.__getitem__, words))
            beginnings.append((start, _divide(field, start, words, lows, made)))
            if field == Field.WORD and len(words) > CROWD:
                made.sets.extend(_crowded(words, lows))
        if field == Field.WORD:
            made.sets.extend((Field.PREFIX, start, pack_set(found)) for start, found in prefixes(beginnings))
    return made


def _first_letters(word: str) -> str:
    return word[: rare.START]


def _divide(field: int, start: str, words: Sequence[str], lows: Sequence[bytes], made: Made) -> BitMap:
    """Note the sets of words of one beginning, the rare ones together; the numbers of all."""
    few: list[str] = []
    few_lows: list[bytes] = []
    sets: list[BitMap] = []
    for word, one in zip(words, lows, strict=True):
        if len(one) > 2 * rare.MOST:
            made.sets.append((field, word, pack(one)))
            sets.extend(listed_many(one))
        else:
            few.append(word)
            few_lows.append(one)
    if few:
        made.rare.append((field, start, rare.pack(few, few_lows)))
        sets.append(_mixed(few_lows))
    return sets[0] if len(sets) == 1 else BitMap.union(*sets)


def _mixed(lows: Sequence[bytes]) -> BitMap:
    return BitMap(array("I", sorted(set(numbers_in(b"".join(lows))))), optimize=False)


def _crowded(words: Sequence[str], lows: Sequence[bytes]) -> Iterator[tuple[int, str, bytes]]:
    """The sets of four letters with which very many of these words begin."""
    place = 0
    for start, group in groupby(word[:CROWDED_LENGTH] for word in words):
        count = sum(1 for _ in group)
        if len(start) == CROWDED_LENGTH and count > CROWD:
            sets = chain.from_iterable(map(listed_many, lows[place : place + count]))
            yield Field.PREFIX, start, pack_set(BitMap.union(*sets))
        place += count


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
