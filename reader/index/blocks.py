"""A block of a cold load: merged from the workers' chunks, then turned into stored sets by the workers.

Pure: `reader.index.writer` decides what to write and when. Members are passed as a few long byte strings per
chunk, not as objects: an article has about 200 words, and per-word work in Python dominates a load.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pyroaring import BitMap

from reader.index.packing import MOST_RARE, listed_many, lows_of, numbers_in, pack, pack_set, rare_rows
from reader.index.schema import PREFIX_LENGTHS, WORD_FIELDS, SetKind

if TYPE_CHECKING:
    from reader.index.entry import Members, Taken

CROWD = 100
"""With more words than this in a block, a prefix has its own set. Sets for all prefixes would take a ninth of
the index, and reading a few words costs little more than reading a set."""

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
    beginnings: list[tuple[str, int, BitMap]] = []
    start = 0
    for beginning, group in groupby(words, key=_BEGINNING):
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
            beginnings.append((beginning, stop - start, BitMap.union(_mixed(short), *sets)))
            if is_crowded(stop - start):
                _note_longest(words[start:stop], lows[start:stop], made)
        start = stop
    made.rare.extend((field, word, data) for word, data in rare_rows(few, few_lows))
    for prefix, count, found in prefixes(beginnings):
        if is_crowded(count):
            made.add(SetKind.PREFIX, prefix, pack_set(found))


_BEGINNING = itemgetter(slice(PREFIX_LENGTHS[-2]))
"""Words are united by three letters first: the prefixes of four are too many, and few of them are crowded."""

_SHORT = 32
"""Up to this many bytes of numbers, sorting those of several words is cheaper than making a set of each."""


def _mixed(lows: Sequence[bytes]) -> BitMap:
    return BitMap(array("I", sorted(set(numbers_in(b"".join(lows))))), optimize=False)


def _note_longest(words: Sequence[str], lows: Sequence[bytes], made: StoredSets) -> None:
    """Add the sets of the longest prefixes that many of these words share."""
    length = PREFIX_LENGTHS[-1]
    place = 0
    for start, group in groupby(word[:length] for word in words):
        count = len(list(group))
        if len(start) == length and is_crowded(count):
            these = lows[place : place + count]
            sets = [part for one in these if len(one) > _SHORT for part in listed_many(one)]
            short = _mixed([one for one in these if len(one) <= _SHORT])
            made.add(SetKind.PREFIX, start, pack_set(BitMap.union(short, *sets)))
        place += count


def is_crowded(count: int) -> bool:
    """Returns whether a prefix of so many words has its own set."""
    return count > CROWD


def prefixes(words: Iterable[tuple[str, int, BitMap]]) -> Iterator[tuple[str, int, BitMap]]:
    """Yields (prefix, count of words, numbers) for every prefix of PREFIX_LENGTHS that begins some of these;
    they must be sorted."""
    level = list(words)
    for length in reversed(PREFIX_LENGTHS):
        groups = [(start, list(group)) for start, group in groupby(level, key=lambda one: one[0][:length])]
        level = [
            (start, sum(count for _, count, _ in group), BitMap.union(*[found for *_, found in group]))
            for start, group in groups
        ]
        # A shorter word only has the prefixes up to its own length.
        yield from (one for one in level if len(one[0]) == length)
