"""A block of a cold load: merged from the workers' chunks, then turned into stored sets by the workers.

Pure: `reader.index.writer` decides what to write and when. Members are passed as a few long byte strings per
chunk, not as objects: an article has about 200 words, and per-word work in Python dominates a load.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pyroaring import BitMap

from reader.index.packing import MOST_RARE, listed_many, lows_of, numbers_in, pack, pack_set, rare_rows
from reader.index.schema import CROWDED_LENGTH, PREFIX_LENGTHS, WORD_FIELDS, SetKind

if TYPE_CHECKING:
    from reader.index.entry import Members, Taken
    from reader.index.numbering import Numbering

CROWD = 100
"""With more words than this in a block, a prefix of CROWDED_LENGTH letters gets its own set. Sets for all
such prefixes would take a ninth of the index, and scanning a few words costs no more than reading a set."""

LARGEST_PART = 4050
"""Largest number of bytes of a set per row; four rows fill a page. SQLite would move larger ones to overflow
pages, the last of them half empty."""

_GROUPS = 64
"""Number of groups that words are divided into by first character; more than most scripts have letters."""

RunGroup: TypeAlias = tuple[int, int]
"""A field, and the group of its values by first character."""


class Run(NamedTuple):
    """The members that one chunk adds to the sets of a group."""

    values: bytes
    """One per line."""
    counts: bytes
    """Number of members of each value, as 32-bit integers."""
    lows: bytes
    """The low 16 bits of all their numbers (see `packing`), ascending within each value."""


class Packed(NamedTuple):
    """The result of a chunk, in a form that is cheap to send through a pipe and compact until it is
    written."""

    rows: bytes
    """Marshalled rows of the table `articles`, ascending by number."""
    titles: list[str]
    """Their keys, sorted by title."""
    live: bytes
    """The low 16 bits of their numbers."""
    late: list[int]
    """Numbers of late articles: those not in date order."""
    runs: dict[RunGroup, Run]
    unusual: list[Taken]
    """Files with problems, without an article, or modified too recently to be trusted; articles without their
    body."""


SetTask: TypeAlias = Sequence[tuple[int, Sequence[Run]]]
"""Input of `make`: (field, the runs of a group, newest first)."""


def parts_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields (part, its bytes) of a set's stored form."""
    yield from enumerate(data[at : at + LARGEST_PART] for at in range(0, len(data) or 1, LARGEST_PART))


class StoredSets(NamedTuple):
    """Rows for the tables `sets` and `rare`."""

    sets: list[tuple[int, str, int, bytes]]
    """(field, value, part, data)."""
    rare: list[tuple[int, str, bytes]]
    """(field, first word, data)."""

    def add(self, field: int, value: str, data: bytes) -> None:
        """Add a set in its stored form."""
        if len(data) <= LARGEST_PART:
            self.sets.append((field, value, 0, data))
        else:
            self.sets.extend((field, value, part, piece) for part, piece in parts_of(data))


class BlockLoad:
    """A block of a cold load while it is being assembled."""

    def __init__(self, block: int, numbering: Numbering) -> None:
        self.block = block
        self.numbering = numbering
        self.chunks: list[Packed] = []
        """Chunks, newest first, without their runs."""
        self.made: Iterable[StoredSets] = ()
        """The block's sets to write; may be an iterator that yields them as workers finish."""
        self._runs: dict[RunGroup, list[Run]] = defaultdict(list)

    def take(self, chunk: Packed) -> None:
        """Add a chunk; chunks arrive newest first."""
        for group, run in chunk.runs.items():
            self._runs[group].append(run)
        self.chunks.append(chunk._replace(runs={}))

    def tasks(self, count: int) -> list[SetTask]:
        """Hands over the members as about `count` evenly sized tasks for `make`."""
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


def runs_of(members: Members) -> dict[RunGroup, Run]:
    """Returns a chunk's members as runs; their numbers must be ascending and in one block."""
    runs: dict[RunGroup, Run] = {}
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
                counts = array("I", list(map(len, lists))).tobytes()
                lows = lows_of(chain.from_iterable(lists))
                runs[field, group] = Run("\n".join(values).encode(), counts, lows)
    return runs


def _merged(runs: Sequence[Run]) -> dict[str, bytes]:
    """Returns value -> the low 16 bits of its numbers, ascending."""
    found: dict[str, bytes] = defaultdict(bytes)
    for run in reversed(runs):
        ends = [2 * end for end in accumulate(array("I", run.counts))]
        pieces = map(run.lows.__getitem__, map(slice, [0, *ends], ends))
        for value, piece in zip(run.values.decode().split("\n"), pieces, strict=True):
            found[value] += piece
    return found


def make(task: SetTask) -> StoredSets:
    """Returns the stored form of sets. Runs in workers, as it takes a tenth of a load's time."""
    made = StoredSets([], [])
    for field, runs in task:
        members = _merged(runs)
        if field not in WORD_FIELDS:
            for value, lows in members.items():
                made.add(field, value, pack(lows))
            continue
        words = sorted(members)
        _divide(field, words, list(map(members.__getitem__, words)), made)
    return made


def _divide(field: int, words: Sequence[str], lows: Sequence[bytes], made: StoredSets) -> None:
    """Add the sets of sorted words, rare ones packed together, and the sets of their prefixes."""
    few: list[str] = []
    few_lows: list[bytes] = []
    beginnings: list[tuple[str, BitMap]] = []
    start = 0
    for beginning, group in groupby(words, key=_LONGEST_PREFIX):
        stop = start + len(list(group))
        short: list[bytes] = []
        sets: list[BitMap] = []
        for word, one in zip(words[start:stop], lows[start:stop], strict=True):
            if len(one) > 2 * MOST_RARE:
                made.add(field, word, pack(one))
            else:
                few.append(word)
                few_lows.append(one)
            if len(one) <= _SHORT:
                short.append(one)
            else:
                sets.extend(listed_many(one))
        if field == SetKind.WORD:
            beginnings.append((beginning, BitMap.union(_mixed(short), *sets)))
            if stop - start > CROWD:
                _note_crowded(words[start:stop], lows[start:stop], made)
        start = stop
    made.rare.extend((field, word, data) for word, data in rare_rows(few, few_lows))
    for prefix, found in prefixes(beginnings):
        made.add(SetKind.PREFIX, prefix, pack_set(found))


_LONGEST_PREFIX = itemgetter(slice(PREFIX_LENGTHS[-1]))

_SHORT = 32
"""Up to this many bytes of numbers, sorting those of several words is cheaper than making a set of each."""


def _mixed(lows: Sequence[bytes]) -> BitMap:
    return BitMap(array("I", sorted(set(numbers_in(b"".join(lows))))), optimize=False)


def _note_crowded(words: Sequence[str], lows: Sequence[bytes], made: StoredSets) -> None:
    """Add the sets of four-letter prefixes that very many of these words share."""
    place = 0
    for start, group in groupby(word[:CROWDED_LENGTH] for word in words):
        count = len(list(group))
        if len(start) == CROWDED_LENGTH and count > CROWD:
            these = lows[place : place + count]
            sets = [part for one in these if len(one) > _SHORT for part in listed_many(one)]
            short = _mixed([one for one in these if len(one) <= _SHORT])
            made.add(SetKind.PREFIX, start, pack_set(BitMap.union(short, *sets)))
        place += count


def prefixes(words: Iterable[tuple[str, BitMap]]) -> Iterator[tuple[str, BitMap]]:
    """Yields (prefix, numbers) for every prefix of PREFIX_LENGTHS; the words must be sorted."""
    level = words
    for length in reversed(PREFIX_LENGTHS):
        level = [
            (start, BitMap.union(*[found for _, found in group]))
            for start, group in groupby(level, key=beginning(length))
        ]
        # A shorter word only has the prefixes up to its own length.
        yield from (pair for pair in level if len(pair[0]) == length)


def beginning(length: int) -> Callable[[tuple[str, BitMap]], str]:
    """Returns the prefix of this length that a word's set is grouped under."""
    return lambda pair: pair[0][:length]
