"""Words that hardly any article of a block has: packed by their first letters, many to a row.

Most words of a language are rare ones. As sets of their own they would be two thirds of the index's rows and
a third of its bytes; packed they cost ten bytes each, and a search within one row of some kilobytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from pyroaring import BitMap

from reader.index.packing import numbers_in
from reader.index.schema import BLOCK_BITS

MOST = 3
"""Articles of a block that have a word which is still called rare."""

START = 3
"""First letters that the words of a row share."""


def pack(words: Sequence[str], lows: Sequence[bytes]) -> bytes:
    """A row for sorted words, and the low halves of each one's numbers (see `packing`).

    A line for each word, an empty line before and behind, a NUL, a byte for how many numbers each has, and
    all the numbers.
    """
    lines = "\n".join(("", *words, "\0")).encode()
    return lines + bytes([len(one) // 2 for one in lows]) + b"".join(lows)


def find(connection: sqlite3.Connection, field: int, word: str, *, prefix: bool) -> BitMap:
    """The numbers of the articles that have a rare word, or any rare word that begins so."""
    start = word[:START]
    rows = connection.execute(
        "select block, data from blocks cross join rare using(block)"
        " where field = ? and start >= ? and start <= ?",
        (field, start, start + _LAST if prefix and len(word) < START else start),
    )
    wanted = f"\n{word}".encode() if prefix else f"\n{word}\n".encode()
    found = BitMap()
    for block, data in rows:
        found.update([(block << BLOCK_BITS) + low for low in numbers_in(_lows(data, wanted))])
    return found


def _lows(data: bytes, wanted: bytes) -> bytes:
    """The low halves of the numbers that stand for lines which begin as wanted."""
    first = data.find(wanted)
    if first < 0:
        return b""
    # The lines are sorted: those that begin so are next to each other, and so are their numbers.
    end = data.index(b"\0")
    before = data.count(b"\n", 0, first)
    through = before + 1 + data.count(b"\n", first, data.rindex(wanted, first, end))
    counts = data[end + 1 : end + data.count(b"\n", 0, end)]
    start = end + 1 + len(counts)
    return data[start + 2 * sum(counts[:before]) : start + 2 * sum(counts[:through])]


_LAST = "\U0010ffff"
