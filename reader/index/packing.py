"""The stored form of a set's numbers in one block, its conversion back to a bitmap, and the sets of a block.

Within a block a number has 16 bits. A set is stored in the shorter of two forms: a list of its numbers, which
needs no bitmap to be written, or one bit per possible number from the first to the last. Lists have an even
length, bits an odd one. A checksum follows: the bitmap library trusts its input, so damage must be detected
first.

Nearly all words are rare. Stored as separate sets, they would be most of the rows, with keys as large as
their numbers; so they are packed together in rows of a kilobyte or two.

The members of a new block's sets are passed as a few long byte strings per chunk, not as objects: an article
has about 200 words, and per-word work in Python dominates a load.
"""

from __future__ import annotations

import sqlite3
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import chain, groupby
from operator import itemgetter
from struct import Struct
from struct import pack as pack_as
from typing import NamedTuple, TypeAlias
from zlib import DEFLATED, compressobj, crc32, decompress

from pyroaring import BitMap

from reader.index.schema import PREFIX_LENGTHS, WORD_FIELDS, SetKind

MOST_LISTED = 4096
"""With more numbers than this, a roaring container holds one bit per possible number."""

_HEADER = Struct("<IIHHI")
_COOKIE, _HEADER_SIZE, _BITS_SIZE = 12346, 16, 8192
"""Header of a roaring bitmap with one container (specification: github.com/RoaringBitmap)."""

_GROUP_SIZE = 32
"""Bytes for the bits of 256 numbers, which have the same high byte."""
_INVERTED = bytes(range(255, -1, -1))
"""Each byte with its bits inverted."""
_CHECKSUM_SIZE = 4


def sealed(data: bytes) -> bytes:
    """Returns the data with its checksum."""
    return data + crc32(data).to_bytes(_CHECKSUM_SIZE, "little")


def unsealed(stored: bytes) -> bytes:
    """Returns the data without its checksum. Raises sqlite3.DatabaseError if the checksum is wrong."""
    data = stored[:-_CHECKSUM_SIZE]
    if crc32(data).to_bytes(_CHECKSUM_SIZE, "little") != stored[-_CHECKSUM_SIZE:]:
        raise sqlite3.DatabaseError("a set in the index is damaged")
    return data


def lows_of(numbers: Iterable[int]) -> bytes:
    """Returns 16-bit numbers as little-endian bytes on every machine."""
    listed = tuple(numbers)
    # Three times as fast as creating an array from a list.
    return pack_as(f"<{len(listed)}H", *listed)


def numbers_in(lows: bytes) -> array[int]:
    """Returns the 16-bit numbers from the bytes of `lows_of`."""
    numbers = array("H", lows)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def pack(lows: bytes) -> bytes:
    """Returns the stored form of ascending 16-bit numbers."""
    if _is_list(lows):
        return sealed(lows)
    return sealed(_bits(BitMap.union(*listed_many(lows))))


def pack_set(numbers: BitMap) -> bytes:
    """Returns the stored form of numbers that are all in one block."""
    if len(numbers) <= MOST_LISTED:
        lows = _container(numbers) if numbers else b""
        if _is_list(lows):
            return sealed(lows)
    return sealed(_bits(numbers))


def _is_list(lows: bytes) -> bool:
    """Returns whether a list takes no more bytes than bits do."""
    return not lows or len(lows) <= _GROUP_SIZE * (lows[-1] - lows[1] + 1)


def _bits(numbers: BitMap) -> bytes:
    """Returns the number of the first group and the bits of all groups from the first to the last."""
    first, last = numbers.min() >> 8 & 0xFF, numbers.max() >> 8 & 0xFF
    span = slice(first * _GROUP_SIZE, (last + 1) * _GROUP_SIZE)
    if len(numbers) > MOST_LISTED:
        return bytes([first]) + _container(numbers)[span]
    # The library would give a list of these, but bits of all the others.
    others = in_bits(numbers.min() >> 16) - numbers
    return bytes([first]) + _container(others)[span].translate(_INVERTED)


def _container(numbers: BitMap) -> bytes:
    stored = numbers.serialize()
    if int.from_bytes(stored[:4], "little") != _COOKIE:
        # A run container, as for a whole range.
        stored = BitMap(array("I", numbers), optimize=False).serialize()
    return stored[_HEADER_SIZE:]


def unpack(block: int, stored: bytes) -> BitMap:
    """Returns the numbers of a stored set. Raises sqlite3.DatabaseError if it is damaged."""
    data = unsealed(stored)
    if len(data) % 2 == 0:
        return _listed(block, data) if data else BitMap()
    bits = (bytes(data[0] * _GROUP_SIZE) + data[1:]).ljust(_BITS_SIZE, b"\0")
    count = int.from_bytes(bits, "little").bit_count()
    if count > MOST_LISTED:
        return _deserialized(block, count, bits)
    return in_bits(block) - _deserialized(block, 8 * _BITS_SIZE - count, bits.translate(_INVERTED))


def in_bits(block: int) -> BitMap:
    """Returns all possible numbers of a block, stored as bits. Intersections with it are bits or lists too:
    counting with those is several times as fast as with many runs."""
    return _deserialized(block, 8 * _BITS_SIZE, b"\xff" * _BITS_SIZE)


def listed_many(lows: bytes) -> Iterator[BitMap]:
    """Returns sets whose union has any given number of a block's numbers."""
    size = 2 * MOST_LISTED
    return (_listed(0, lows[start : start + size]) for start in range(0, len(lows), size))


def _listed(block: int, lows: bytes) -> BitMap:
    return _deserialized(block, len(lows) // 2, lows)


def _deserialized(block: int, count: int, container: bytes) -> BitMap:
    if not 0 <= block < 1 << 16:
        raise sqlite3.DatabaseError(f"the index has an impossible block, {block}")
    return BitMap.deserialize(_HEADER.pack(_COOKIE, 1, block, count - 1, _HEADER_SIZE) + container)


MOST_RARE = 48
"""A word in at most this many articles of a block is rare."""

_TOGETHER = 48
"""Words per row; keeps rows below the size at which SQLite uses overflow pages."""

_WINDOW, _LITTLE = 10, 2
"""Parameters of deflate: a window of a kilobyte and little memory, which is quicker to set up."""


def rare_rows(words: Sequence[str], lows: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yields (first word, row) for sorted words and the low 16 bits of each one's numbers.

    All words of a row have the same first letter: words that are not rare may sort between them.
    """
    start = 0
    for _, group in groupby(words, key=itemgetter(0)):
        stop = start + len(list(group))
        for first in range(start, stop, _TOGETHER):
            last = min(first + _TOGETHER, stop)
            yield words[first], _rare_row(words[first:last], lows[first:last])
        start = stop


def _rare_row(words: Sequence[str], lows: Sequence[bytes]) -> bytes:
    """Returns a row: the length of the deflated part, the deflated part (an empty line, a line per word, an
    empty line, NUL, and a byte per word for its count of numbers), and all the numbers."""
    lines = "\n".join(("", *words, "\0")).encode()
    deflating = compressobj(method=DEFLATED, wbits=-_WINDOW, memLevel=_LITTLE)
    head = deflating.compress(lines + bytes([len(one) // 2 for one in lows])) + deflating.flush()
    return sealed(len(head).to_bytes(2) + head + b"".join(lows))


def lows_of_rare(stored: bytes, wanted: bytes) -> bytes:
    """Returns the low 16 bits of the numbers of all words whose lines begin with `wanted`."""
    data = unsealed(stored)
    size = int.from_bytes(data[:2]) + 2
    head = decompress(data[2:size], -_WINDOW)
    end = head.index(b"\0")
    first = head.find(wanted, 0, end)
    if first < 0:
        return b""
    # The lines are sorted: those with the prefix are adjacent, and so are their numbers.
    before = head.count(b"\n", 0, first)
    through = before + 1 + head.count(b"\n", first, head.rindex(wanted, first, end))
    counts = head[end + 1 :]
    return data[size + 2 * sum(counts[:before]) : size + 2 * sum(counts[:through])]


def words_of_rare(stored: bytes) -> Iterator[tuple[str, bytes]]:
    """Yields (word, the low 16 bits of its numbers) for every word of a row."""
    data = unsealed(stored)
    size = int.from_bytes(data[:2]) + 2
    lines, _, counts = decompress(data[2:size], -_WINDOW).partition(b"\0")
    place = size
    for word, count in zip(lines.decode().split("\n")[1:-1], counts, strict=True):
        yield word, data[place : place + 2 * count]
        place += 2 * count


CROWD = 100
"""With more words than this in a block, a prefix has its own set. Sets for all prefixes would take a ninth of
the index, and reading a few words costs little more than reading a set."""

LARGEST_PART = 4050
"""Largest number of bytes of a set per row; four rows fill a page. SQLite would move larger ones to overflow
pages, the last of them half empty."""

_GROUPS = 64
"""Number of groups that words are divided into by first character; more than most scripts have letters."""

Members: TypeAlias = dict[int, dict[str, list[int]]]
"""SetKind -> value -> numbers."""

RunGroup: TypeAlias = tuple[int, int]
"""A field, and the group of its values by first character."""


class Run(NamedTuple):
    """The members that one chunk adds to the sets of a group."""

    values: bytes
    """One per line."""
    counts: bytes
    """Number of members of each value, as 32-bit integers."""
    lows: bytes
    """The low 16 bits of all their numbers, ascending within each value."""


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
        lows = BytesIO(run.lows)
        for value, count in zip(run.values.decode().split("\n"), array("I", run.counts), strict=True):
            found[value] += lows.read(2 * count)
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
    for word, one in zip(words, lows, strict=True):
        if len(one) > 2 * MOST_RARE:
            made.add(field, word, pack(one))
        else:
            few.append(word)
            few_lows.append(one)
    made.rare.extend((field, word, data) for word, data in rare_rows(few, few_lows))
    if field == SetKind.WORD:
        _add_prefixes(made, words, lows)


def _add_prefixes(made: StoredSets, words: Sequence[str], lows: Sequence[bytes], length: int = 0) -> BitMap:
    """Add the sets of the crowded prefixes of sorted words, which share so many first letters; returns the
    numbers of all these words."""
    sets: list[BitMap] = []
    others: list[bytes] = []
    stop = 0
    for prefix, group in groupby(words, key=itemgetter(slice(length + 1))):
        if length == PREFIX_LENGTHS[-1]:
            break
        start, stop = stop, stop + len(list(group))
        if is_crowded(stop - start) and len(prefix) > length:
            sets.append(_add_prefixes(made, words[start:stop], lows[start:stop], length + 1))
            made.add(SetKind.PREFIX, prefix, pack_set(sets[-1]))
        else:
            others += lows[start:stop]
    others += lows[stop:]
    # Sorting the numbers of several rare words is cheaper than making a set of each.
    short = sorted(set(numbers_in(b"".join([one for one in others if len(one) <= _SHORT]))))
    sets += [part for one in others if len(one) > _SHORT for part in listed_many(one)]
    return BitMap.union(BitMap(array("I", short), optimize=False), *sets)


_SHORT = 32
"""Up to this many bytes of numbers, a word is a rare one here."""


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
