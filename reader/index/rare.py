"""Words that hardly any article of a block has: many of them to a row.

Nearly all words of a language are rare ones. As sets of their own they would be most of the rows, each
of which takes as much for its key as for its numbers; packed, one is found within a row of a kilobyte or two.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from pyroaring import BitMap

from reader.index.packing import numbers_in
from reader.index.schema import BLOCK_BITS

MOST = 48
"""Articles of a block that have a word which is still called rare."""

_TOGETHER = 48
"""Words of a row, which so stays below the size that SQLite puts into a page of its own."""


def rows(words: Sequence[str], lows: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """(first word, row) for sorted words and the low halves of each one's numbers (see `packing`).

    The words of a row have their first letter in common: others may lie between.
    """
    start = 0
    for _, group in groupby(words, key=itemgetter(0)):
        stop = start + len(list(group))
        for first in range(start, stop, _TOGETHER):
            last = min(first + _TOGETHER, stop)
            yield words[first], _row(words[first:last], lows[first:last])
        start = stop


def _row(words: Sequence[str], lows: Sequence[bytes]) -> bytes:
    """A line for each word, an empty line before and behind, a NUL, a byte for how many numbers each has, and
    all the numbers."""
    lines = "\n".join(("", *words, "\0")).encode()
    return lines + bytes([len(one) // 2 for one in lows]) + b"".join(lows)


def find(
    connection: sqlite3.Connection, field: int, word: str, *, prefix: bool, without: Collection[int] = ()
) -> BitMap:
    """The numbers of the articles that have a rare word, or any rare word that begins so, but for those in
    some blocks."""
    skipped = ",".join(map(str, without))
    # In each block the row that the word would stand in, and with a beginning those behind it.
    found_rows = connection.execute(
        f"select block, data from blocks cross join rare using(block) where block not in ({skipped})"
        " and field = ?1 and start <= ?3 and start >= coalesce((select max(start) from rare as other"
        " where other.block = blocks.block and other.field = ?1 and other.start <= ?2), '')",
        (field, word, word + _LAST if prefix else word),
    )
    wanted = f"\n{word}".encode() if prefix else f"\n{word}\n".encode()
    found = BitMap()
    for block, data in found_rows:
        found.update([(block << BLOCK_BITS) + low for low in numbers_in(_lows(data, wanted))])
    return found


def _lows(data: bytes, wanted: bytes) -> bytes:
    """The low halves of the numbers that stand for lines which begin as wanted."""
    end = data.index(b"\0")
    first = data.find(wanted, 0, end)
    if first < 0:
        return b""
    # The lines are sorted: those that begin so are next to each other, and so are their numbers.
    before = data.count(b"\n", 0, first)
    through = before + 1 + data.count(b"\n", first, data.rindex(wanted, first, end))
    counts = data[end + 1 : end + data.count(b"\n", 0, end)]
    start = end + 1 + len(counts)
    return data[start + 2 * sum(counts[:before]) : start + 2 * sum(counts[:through])]


_LAST = "\U0010ffff"
