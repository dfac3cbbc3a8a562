"""Words that hardly any article of a block has: packed by their first letters, many to a row.

Most words of a language are rare ones. As sets of their own they would be two thirds of the index's rows and
a third of its bytes; packed they cost ten bytes each, and a search within one row of some kilobytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pyroaring import BitMap

from reader.index.packing import numbers_in
from reader.index.schema import BLOCK_BITS

MOST = 3
"""Articles of a block that have a word which is still called rare."""

START = 3
"""First letters that the words of a row share."""


def pack(words: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """(first letters, row) from sorted words with the low halves of their numbers (see `packing`).

    A row is a line for each word: the word, a tab, these bytes in hexadecimal.
    """
    for start, group in groupby(words, key=_start):
        yield start, _row([f"{word}\t{lows.hex()}" for word, lows in group])


def _start(pair: tuple[str, bytes]) -> str:
    return pair[0][:START]


def _row(lines: Sequence[str]) -> bytes:
    return ("\n" + "\n".join(lines) + "\n").encode()


def find(connection: sqlite3.Connection, field: int, word: str, *, prefix: bool) -> BitMap:
    """The numbers of the articles that have a rare word, or any rare word that begins so."""
    start = word[:START]
    rows = connection.execute(
        "select block, data from blocks cross join rare using(block)"
        " where field = ? and start >= ? and start <= ?",
        (field, start, start + _LAST if prefix and len(word) < START else start),
    )
    wanted = b"\n" + word.encode()
    found = BitMap()
    for block, data in rows:
        lows = _beginning(data, wanted) if prefix else _equal(data, wanted + b"\t")
        found.update([(block << BLOCK_BITS) + low for low in numbers_in(bytes.fromhex(lows.decode()))])
    return found


def _equal(data: bytes, wanted: bytes) -> bytes:
    place = data.find(wanted)
    return b"" if place < 0 else data[place + len(wanted) : data.index(b"\n", place + 1)]


def _beginning(data: bytes, wanted: bytes) -> bytes:
    # The lines are sorted, so those that begin so are next to each other.
    place = data.find(wanted)
    if place < 0:
        return b""
    stop = data.index(b"\n", data.rindex(wanted) + 1)
    return b"".join([line.rpartition(b"\t")[2] for line in data[place + 1 : stop].split(b"\n")])


_LAST = "\U0010ffff"
