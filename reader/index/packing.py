"""How the numbers that a set has in one block are stored, and made a bitmap again.

Within a block a number has 16 bits. Up to 4,096 numbers are stored as they are, more of them as one bit for
each number that there can be: what a container of a roaring bitmap holds, so none is made for most sets. A
checksum stands behind: the bitmap library trusts what it is given, so damage must be found before.

Nearly all words are rare ones. As sets of their own they would be most of the rows, each of which takes as
much for its key as for its numbers; packed together, one is found within a row of a kilobyte or two.
"""

from __future__ import annotations

import sqlite3
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from struct import Struct
from struct import pack as pack_as
from zlib import DEFLATED, compressobj, crc32, decompress

from pyroaring import BitMap

MOST_LISTED = 4096
"""Numbers in a roaring container above which it holds a bit for each number that there could be."""

_HEADER = Struct("<IIHHI")
_COOKIE, _HEADER_SIZE, _BITS_SIZE = 12346, 16, 8192
"""Of a roaring bitmap with one container (the format's specification: github.com/RoaringBitmap)."""

_BITS = b"\x01"
"""Before bits; lists of numbers have an even length."""
_CHECKSUM_SIZE = 4


def sealed(data: bytes) -> bytes:
    """The data with its checksum."""
    return data + crc32(data).to_bytes(_CHECKSUM_SIZE, "little")


def unsealed(stored: bytes) -> bytes:
    """The data without its checksum. Raises sqlite3.DatabaseError where they don't fit each other."""
    data = stored[:-_CHECKSUM_SIZE]
    if crc32(data).to_bytes(_CHECKSUM_SIZE, "little") != stored[-_CHECKSUM_SIZE:]:
        raise sqlite3.DatabaseError("a set in the index is damaged")
    return data


def lows_of(numbers: Iterable[int]) -> bytes:
    """16-bit numbers as their bytes, the low one first, whatever this machine's order is."""
    listed = tuple(numbers)
    # Three times as fast as an array is made of a list.
    return pack_as(f"<{len(listed)}H", *listed)


def numbers_in(lows: bytes) -> array[int]:
    """The 16-bit numbers that `lows_of` was given."""
    numbers = array("H", lows)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def pack(lows: bytes) -> bytes:
    """The stored form of growing 16-bit numbers."""
    if len(lows) <= 2 * MOST_LISTED:
        return sealed(lows)
    return pack_set(BitMap.union(*listed_many(lows)))


def pack_set(numbers: BitMap) -> bytes:
    """The stored form of numbers that all lie in one block."""
    if not numbers:
        return sealed(b"")
    container = _container(numbers)
    return sealed(container if len(numbers) <= MOST_LISTED else _BITS + container)


def _container(numbers: BitMap) -> bytes:
    stored = numbers.serialize()
    if int.from_bytes(stored[:4], "little") != _COOKIE:
        # A container of runs, as a whole range has it.
        stored = BitMap(array("I", numbers), optimize=False).serialize()
    return stored[_HEADER_SIZE:]


def unpack(block: int, stored: bytes) -> BitMap:
    """The numbers of a block, from their stored form. Raises sqlite3.DatabaseError for a damaged one."""
    data = unsealed(stored)
    if len(data) % 2 == 0:
        return _listed(block, data) if data else BitMap()
    bits = data[1:]
    return _deserialized(block, int.from_bytes(bits, "little").bit_count(), bits)


def in_bits(block: int) -> BitMap:
    """All numbers that a block can have, held as bits. What is cut out of it is bits too, or a list: counting
    with either is several times as fast as with many runs."""
    return _deserialized(block, 8 * _BITS_SIZE, b"\xff" * _BITS_SIZE)


def listed_many(lows: bytes) -> Iterator[BitMap]:
    """Sets that are together any number of a block's numbers."""
    size = 2 * MOST_LISTED
    return (_listed(0, lows[start : start + size]) for start in range(0, len(lows), size))


def _listed(block: int, lows: bytes) -> BitMap:
    return _deserialized(block, len(lows) // 2, lows)


def _deserialized(block: int, count: int, container: bytes) -> BitMap:
    if not 0 <= block < 1 << 16:
        raise sqlite3.DatabaseError(f"the index has an impossible block, {block}")
    return BitMap.deserialize(_HEADER.pack(_COOKIE, 1, block, count - 1, _HEADER_SIZE) + container)


MOST_RARE = 48
"""Articles of a block that have a word which is still called rare."""

_TOGETHER = 48
"""Words of a row, which so stays below the size that SQLite puts into a page of its own."""

_WINDOW, _LITTLE = 10, 2
"""Of the deflating: a window of a kilobyte, and little memory, which is quicker to begin with than much."""


def rare_rows(words: Sequence[str], lows: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """(first word, row) for sorted words and the low halves of each one's numbers (see `packing`).

    The words of a row have their first letter in common: others may lie between.
    """
    start = 0
    for _, group in groupby(words, key=itemgetter(0)):
        stop = start + len(list(group))
        for first in range(start, stop, _TOGETHER):
            last = min(first + _TOGETHER, stop)
            yield words[first], _rare_row(words[first:last], lows[first:last])
        start = stop


def _rare_row(words: Sequence[str], lows: Sequence[bytes]) -> bytes:
    """A line for each word, an empty line before and behind, a NUL, and a byte for how many numbers each has:
    all that deflated, its length before it, and all the numbers behind it."""
    lines = "\n".join(("", *words, "\0")).encode()
    deflating = compressobj(method=DEFLATED, wbits=-_WINDOW, memLevel=_LITTLE)
    head = deflating.compress(lines + bytes([len(one) // 2 for one in lows])) + deflating.flush()
    return sealed(len(head).to_bytes(2) + head + b"".join(lows))


def lows_of_rare(stored: bytes, wanted: bytes) -> bytes:
    """The low halves of the numbers that stand for lines which begin as wanted."""
    data = unsealed(stored)
    size = int.from_bytes(data[:2]) + 2
    head = decompress(data[2:size], -_WINDOW)
    end = head.index(b"\0")
    first = head.find(wanted, 0, end)
    if first < 0:
        return b""
    # The lines are sorted: those that begin so are next to each other, and so are their numbers.
    before = head.count(b"\n", 0, first)
    through = before + 1 + head.count(b"\n", first, head.rindex(wanted, first, end))
    counts = head[end + 1 :]
    return data[size + 2 * sum(counts[:before]) : size + 2 * sum(counts[:through])]


def words_of_rare(stored: bytes) -> Iterator[tuple[str, bytes]]:
    """(word, the low halves of its numbers) for every word of a row."""
    data = unsealed(stored)
    size = int.from_bytes(data[:2]) + 2
    lines, _, counts = decompress(data[2:size], -_WINDOW).partition(b"\0")
    place = size
    for word, count in zip(lines.decode().split("\n")[1:-1], counts, strict=True):
        yield word, data[place : place + 2 * count]
        place += 2 * count
