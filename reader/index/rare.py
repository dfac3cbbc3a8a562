"""Words that hardly any article of a block has: packed by their first letters, many to a row.

Most words of a language are rare ones. As sets of their own they would be two thirds of the index's rows and
a third of its bytes; packed they cost ten bytes each, and a search within one row of some kilobytes.
"""

from __future__ import annotations

import re
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence

from reader.index.schema import BLOCK_BITS

MOST = 3
"""Articles of a block that have a word which is still called rare."""

START = 2
"""First letters that the words of a row share."""

_LOW = (1 << BLOCK_BITS) - 1


def pack(words: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """(first letters, row) from sorted words with their numbers as 32-bit integers.

    A row is a line for each word: the word, a tab, the low halves of its numbers in hexadecimal.
    """
    lines: list[str] = []
    start = None
    for word, packed in words:
        if word[:START] != start:
            if start is not None:
                yield start, _row(lines)
            start, lines = word[:START], []
        lows = "".join([f"{number & _LOW:04x}" for number in array("I", packed)])
        lines.append(f"{word}\t{lows}")
    if start is not None:
        yield start, _row(lines)


def _row(lines: Sequence[str]) -> bytes:
    return ("\n" + "\n".join(lines) + "\n").encode()


def find(connection: sqlite3.Connection, field: int, word: str, *, prefix: bool) -> list[int]:
    """The numbers of the articles that have a rare word, or any rare word that begins so."""
    rows = connection.execute(
        "select block, data from rare where field = ? and start = ?", (field, word[:START])
    )
    wanted = b"\n" + word.encode()
    return [
        (block << BLOCK_BITS) + int(lows[place : place + 4], 16)
        for block, data in rows
        for lows in (_beginning(data, wanted) if prefix else _equal(data, wanted + b"\t"))
        for place in range(0, len(lows), 4)
    ]


def _equal(data: bytes, wanted: bytes) -> list[bytes]:
    place = data.find(wanted)
    return [] if place < 0 else [data[place + len(wanted) : data.index(b"\n", place + 1)]]


def _beginning(data: bytes, wanted: bytes) -> list[bytes]:
    # The lines are sorted, so the first is found by a plain search and the others follow it.
    place = data.find(wanted)
    return [] if place < 0 else re.findall(re.escape(wanted[1:]) + rb"[^\t\n]*\t([0-9a-f]+)\n", data[place:])
