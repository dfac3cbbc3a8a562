"""Words that hardly any article of a block has: many of them to a row.

Nearly all words of a language are rare ones. As sets of their own they would be most of the rows, each
of which takes as much for its key as for its numbers; packed, one is found within a row of a kilobyte or two.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from zlib import DEFLATED, compressobj, decompress

from pyroaring import BitMap

from reader.index.packing import numbers_in, sealed, unsealed
from reader.index.schema import BLOCK_BITS

MOST = 48
"""Articles of a block that have a word which is still called rare."""

_TOGETHER = 48
"""Words of a row, which so stays below the size that SQLite puts into a page of its own."""

_WINDOW, _LITTLE = 10, 2
"""Of the deflating: a window of a kilobyte, and little memory, which is quicker to begin with than much."""


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
    """A line for each word, an empty line before and behind, a NUL, and a byte for how many numbers each has:
    all that deflated, its length before it, and all the numbers behind it."""
    lines = "\n".join(("", *words, "\0")).encode()
    deflating = compressobj(method=DEFLATED, wbits=-_WINDOW, memLevel=_LITTLE)
    head = deflating.compress(lines + bytes([len(one) // 2 for one in lows])) + deflating.flush()
    return sealed(len(head).to_bytes(2) + head + b"".join(lows))


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


def _lows(stored: bytes, wanted: bytes) -> bytes:
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


_LAST = "\U0010ffff"
