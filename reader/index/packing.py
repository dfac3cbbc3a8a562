"""How the numbers of one block are kept in a few bytes, and made a bitmap again.

Within a block a number is 16 bits. Few numbers are stored as they are; more of them by their low bytes alone,
with a count for each high byte, which is nearly half as much; very many as one bit each. The bytes are made
without a bitmap, because a block of a cold load has a hundred thousand sets.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate
from operator import getitem, mul, sub
from struct import Struct
from struct import pack as pack_as

from pyroaring import BitMap

from reader.index.schema import BLOCK_BITS

FEW = 256
"""Numbers up to which a set is stored as it is: the counts would take more than they spare."""

MOST_LISTED = 4096
"""Numbers in a roaring container above which it holds a bit for each number that there could be."""

MOST_COUNTED = 7_900
"""Numbers up to which a byte for each, with the counts, is less than a bit for each that there could be."""

_BY_COUNTS, _BY_HALVES, _BY_BITS, _RANGE = 0, 1, 2, 3
"""A byte for each count, half a byte, or a bit for each number; the first and the last of a range."""

_HEADER = Struct("<IIHHI")
_COOKIE, _HEADER_SIZE, _BITS_SIZE = 12346, 16, 8192
"""Of a roaring bitmap with one container (the format's specification: github.com/RoaringBitmap)."""

_BYTES = [bytes((code,)) for code in range(256)]
_RAISED = bytes(code << 4 & 255 for code in range(256))


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
    """The stored form of growing 16-bit numbers. Only lists of numbers have an even length."""
    count = len(lows) // 2
    if count > FEW and _is_range(ends := lows[:2] + lows[-2:], count):
        return bytes((_RANGE,)) + ends
    if FEW < count <= MOST_COUNTED and (counted := _by_counts(lows[::2], lows[1::2])):
        return counted
    return lows if count <= MOST_LISTED else _by_bits(BitMap.union(*listed_many(lows)))


def _by_counts(low: bytes, high: bytes) -> bytes | None:
    """The stored form of growing numbers, given by halves; None where another form is smaller."""
    counts = _counts(high)
    largest = max(counts)
    size = (len(counts) + 1) // 2 if largest < 16 else len(counts)
    if largest > 255 or len(low) + size >= (2 * len(low) if len(low) <= MOST_LISTED else 32 * len(counts)):
        return None
    kind, packed = (_BY_HALVES, _halved(bytes(counts))) if largest < 16 else (_BY_COUNTS, bytes(counts))
    return _odd(bytes((kind, high[0], high[-1] - high[0])), packed + low)


def _counts(high: bytes) -> list[int]:
    """How often each byte from the first to the last occurs; they grow, so each one's last place tells."""
    last = [-1, *accumulate(map(high.rfind, range(high[0], high[-1] + 1)), max)]
    return list(map(sub, last[1:], last))


def _is_range(ends: bytes, count: int) -> bool:
    """Whether so many numbers between these two, both included, are all that there are."""
    first, last = numbers_in(ends)
    return last - first + 1 == count


def _halved(counts: bytes) -> bytes:
    """Two counts in a byte."""
    evens, odds = counts[::2], counts[1::2].ljust((len(counts) + 1) // 2, b"\0")
    united = int.from_bytes(evens.translate(_RAISED)) | int.from_bytes(odds)
    return united.to_bytes(len(evens))


class _Pair(dict[int, bytes]):
    """What a byte of two counts says of a high byte and the next: each as often as counted.

    Kept once made: looking up is cheaper, and few of all pairs of counts ever occur (half a megabyte).
    """

    def __init__(self, high: int) -> None:
        super().__init__()
        self._high = high

    def __missing__(self, counts: int) -> bytes:
        found = self[counts] = _BYTES[self._high] * (counts >> 4) + _BYTES[self._high + 1 & 255] * (
            counts & 15
        )
        return found


@cache
def _pairs() -> list[_Pair]:
    return list(map(_Pair, range(256)))


def pack_set(numbers: BitMap) -> bytes:
    """The stored form of numbers that all lie in one block."""
    if len(numbers) > FEW and _is_range(
        ends := lows_of([numbers.min() & 0xFFFF, numbers.max() & 0xFFFF]), len(numbers)
    ):
        return bytes((_RANGE,)) + ends
    if len(numbers) <= MOST_LISTED:
        return pack(lows_in(numbers))
    if len(numbers) <= MOST_COUNTED:
        wide = numbers.to_array()
        if sys.byteorder == "big":
            wide.byteswap()
        # Numbers of 32 bits, of which the block has the upper half.
        raw = wide.tobytes()
        return _by_counts(raw[::4], raw[1::4]) or _by_bits(numbers)
    return _by_bits(numbers)


def _by_bits(numbers: BitMap) -> bytes:
    bits = _container(numbers)
    trimmed = bits.lstrip(b"\0")
    start = len(bits) - len(trimmed)
    return _odd(bytes((_BY_BITS, *start.to_bytes(2, "little"))), trimmed.rstrip(b"\0"))


def lows_in(numbers: BitMap) -> bytes:
    """At most MOST_LISTED 16-bit numbers, growing, as `pack` wants them."""
    return _container(numbers) if numbers else b""


def _container(numbers: BitMap) -> bytes:
    stored = numbers.serialize()
    if int.from_bytes(stored[:4], "little") != _COOKIE:
        # A container of runs, as a whole range has it.
        stored = BitMap(array("I", numbers), optimize=False).serialize()
    return stored[_HEADER_SIZE:]


def _odd(head: bytes, rest: bytes) -> bytes:
    """Three bytes and the rest; a NUL between where the length would be even, as the first byte tells."""
    if len(rest) % 2 == 0:
        return head + rest
    return bytes((head[0] + 128,)) + head[1:] + b"\0" + rest


def unpack(block: int, data: bytes) -> BitMap:
    """The numbers of a block, from their stored form. Raises ValueError for what `pack` never gave."""
    if len(data) % 2 == 0:
        return listed(block, data) if data else BitMap()
    if data[0] == _RANGE:
        first_of, last_of = numbers_in(data[1:])
        return BitMap(range((block << BLOCK_BITS) + first_of, (block << BLOCK_BITS) + last_of + 1))
    rest = data[4 if data[0] & 128 else 3 :]
    if data[0] & 127 == _BY_BITS:
        bits = (bytes(data[1] + 256 * data[2]) + rest).ljust(_BITS_SIZE, b"\0")
        return _deserialized(block, int.from_bytes(bits, "little").bit_count(), bits)
    first, highs = data[1], data[2] + 1
    is_halved = data[0] & 127 == _BY_HALVES
    size = (highs + 1) // 2 if is_halved else highs
    lows = bytearray(2 * (len(rest) - size))
    lows[::2] = rest[size:]
    lows[1::2] = b"".join(
        map(getitem, _pairs()[first : first + highs : 2], rest)
        if is_halved
        else map(mul, _BYTES[first : first + highs], rest)
    )
    return listed(block, lows) if len(lows) <= 2 * MOST_LISTED else BitMap.union(*listed_many(lows, block))


def in_bits(block: int) -> BitMap:
    """All numbers that a block can have, held as bits. What is cut out of it is bits too, or a list: counting
    with either is several times as fast as with many runs."""
    return _deserialized(block, 8 * _BITS_SIZE, b"\xff" * _BITS_SIZE)


def listed(block: int, lows: bytes | bytearray) -> BitMap:
    """The set of a block's numbers that are given as `pack` takes them, at most MOST_LISTED."""
    return _deserialized(block, len(lows) // 2, lows)


def listed_many(lows: bytes | bytearray, block: int = 0) -> Iterator[BitMap]:
    """Sets that are together any number of a block's numbers."""
    size = 2 * MOST_LISTED
    return (listed(block, lows[start : start + size]) for start in range(0, len(lows), size))


def _deserialized(block: int, count: int, container: bytes | bytearray) -> BitMap:
    return BitMap.deserialize(_HEADER.pack(_COOKIE, 1, block, count - 1, _HEADER_SIZE) + container)
