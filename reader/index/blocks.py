"""A block of a cold load: put together from the workers' chunks, made into stored sets by the workers again.

Pure: what is written, and when, is `reader.index.writer`'s business. Members travel as a few long strings of
bytes a chunk, not as objects: there are two hundred words in an article, and whatever is done for each of
them in Python is most of a load.
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
"""Words of a block beyond which a beginning of CROWDED_LENGTH letters has a set of its own there. Sets for
all of them would be a ninth of the index, and a range of few words costs no more than a set."""

LARGEST_PART = 4050
"""Bytes of a set in one row, four of which fill a page. SQLite would put larger ones into pages of their own,
the last of them half empty."""

_GROUPS = 64
"""Groups that words are divided into by their first character; a multiple of the letters of most scripts."""

RunGroup: TypeAlias = tuple[int, int]
"""A field, and which of its values by their first character."""


class Run(NamedTuple):
    """The members that one chunk gives to the sets of a group."""

    values: bytes
    """A line each."""
    counts: bytes
    """How many members each value has, as 32-bit integers."""
    lows: bytes
    """The low halves of all their numbers (see `packing`), growing for each value."""


class Packed(NamedTuple):
    """What a chunk gave, in a form that goes through a pipe quickly and lies small until it is written."""

    rows: bytes
    """Rows of the table `articles` as `marshal` has them, upwards by number."""
    titles: list[str]
    """Their keys in the order of titles."""
    live: bytes
    """The low halves of their numbers."""
    late: list[int]
    """Numbers that do not tell the date."""
    runs: dict[RunGroup, Run]
    unusual: list[Taken]
    """Files with problems, without an article, or too young to be trusted; articles without their body."""


SetTask: TypeAlias = Sequence[tuple[int, Sequence[Run]]]
"""(field, the runs of a group, the newest first), for `make`."""


def parts_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(part, its bytes) of a set's stored form."""
    yield from enumerate(data[at : at + LARGEST_PART] for at in range(0, len(data) or 1, LARGEST_PART))


class StoredSets(NamedTuple):
    """Rows for the tables `sets` and `rare`."""

    sets: list[tuple[int, str, int, bytes]]
    """(field, value, part, data)."""
    rare: list[tuple[int, str, bytes]]
    """(field, first word, data)."""

    def add(self, field: int, value: str, data: bytes) -> None:
        """Note a set that is to be stored so."""
        if len(data) <= LARGEST_PART:
            self.sets.append((field, value, 0, data))
        else:
            self.sets.extend((field, value, part, piece) for part, piece in parts_of(data))


class BlockLoad:
    """A block of a cold load as it is put together."""

    def __init__(self, block: int, numbering: Numbering) -> None:
        self.block = block
        self.numbering = numbering
        self.chunks: list[Packed] = []
        """The newest first, without their runs."""
        self.made: Iterable[StoredSets] = ()
        """The block's sets, ready to be written, or as they get ready."""
        self._runs: dict[RunGroup, list[Run]] = defaultdict(list)

    def take(self, chunk: Packed) -> None:
        """Take in a chunk; they come newest first."""
        for group, run in chunk.runs.items():
            self._runs[group].append(run)
        self.chunks.append(chunk._replace(runs={}))

    def tasks(self, count: int) -> list[SetTask]:
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


def runs_of(members: Members) -> dict[RunGroup, Run]:
    """A chunk's members, whose numbers lie in one block and grow, in the form that travels."""
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
    """Value -> the low halves of its numbers, growing."""
    found: dict[str, bytes] = defaultdict(bytes)
    for run in reversed(runs):
        ends = [2 * end for end in accumulate(array("I", run.counts))]
        pieces = map(run.lows.__getitem__, map(slice, [0, *ends], ends))
        for value, piece in zip(run.values.decode().split("\n"), pieces, strict=True):
            found[value] += piece
    return found


def make(task: SetTask) -> StoredSets:
    """The stored form of sets; a worker's task, because it is a tenth of the price of a load."""
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
    """Note the sets of sorted words, the rare ones together, and those of their beginnings."""
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
"""Bytes of numbers up to which it is cheaper to sort those of several words than to make a set of each."""


def _mixed(lows: Sequence[bytes]) -> BitMap:
    return BitMap(array("I", sorted(set(numbers_in(b"".join(lows))))), optimize=False)


def _note_crowded(words: Sequence[str], lows: Sequence[bytes], made: StoredSets) -> None:
    """Note the sets of four letters with which very many of these words begin."""
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
