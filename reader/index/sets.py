"""Sets of article numbers in the index file, read on demand; how they are written is `storing`'s business.

A set is stored by blocks of 65,536 numbers (how: see `packing`), so that new articles rewrite the last block
only and a question reads just the sets that it names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from pyroaring import BitMap

from reader.index.packing import unpack
from reader.index.schema import CROWDED_LENGTH, PREFIX_LENGTHS, WORD_FIELDS, SetKind

_LAST = "\U0010ffff"

SETS = "blocks cross join sets using(block)"
"""Sets lie block by block, so that a new block is written behind all others: each is looked up by itself."""


def read_set(connection: sqlite3.Connection, field: int, value: str) -> BitMap:
    """The numbers stored under a field's value; empty where there are none."""
    found = united(
        connection.execute(
            f"select block, part, data from {SETS} where field = ? and value = ?", (field, value)
        ).fetchall()
    )
    if field not in WORD_FIELDS:
        return found
    from reader.index import rare  # a plain list asks for no word

    return found | rare.find(connection, field, value, prefix=False)


def read_range(connection: sqlite3.Connection, field: int, start: str) -> BitMap:
    """The union of the sets of all words that begin with `start`."""
    if field == SetKind.WORD and len(start) <= PREFIX_LENGTHS[-1]:
        return read_set(connection, SetKind.PREFIX, start)
    crowded: list[tuple[int, int, bytes]] = []
    if field == SetKind.WORD and len(start) == CROWDED_LENGTH:
        crowded = connection.execute(
            f"select block, part, data from {SETS} where field = ? and value = ?", (SetKind.PREFIX, start)
        ).fetchall()
    # A block where the beginning is crowded has all its words in that one set, the rare ones as well.
    done = {block for block, _, _ in crowded}
    others = connection.execute(
        f"select block, part, data from {SETS} where field = ? and value >= ? and value < ?"
        f" and block not in ({','.join(map(str, done))})",
        (field, start, start + _LAST),
    ).fetchall()
    from reader.index import rare

    return united(crowded + others) | rare.find(connection, field, start, prefix=True, without=done)


def read_field(connection: sqlite3.Connection, field: int) -> dict[str, BitMap]:
    """All values of a field that have a set, with their numbers."""
    found: dict[str, list[tuple[int, int, bytes]]] = {}
    for value, *row in connection.execute(
        f"select value, block, part, data from {SETS} where field = ?", (field,)
    ):
        found.setdefault(value, []).append(tuple(row))
    return {value: united(rows) for value, rows in found.items()}


def united(rows: Iterable[tuple[int, int, bytes]]) -> BitMap:
    """The set that rows of (block, part, data) are together, the parts of each block one after another."""
    sets = [unpack(block, data) for block, data in whole(rows)]
    if len(sets) == 1:
        return sets[0]
    return BitMap.union(*sets) if sets else BitMap()


def whole(rows: Iterable[tuple[int, int, bytes]]) -> list[tuple[int, bytes]]:
    """(block, stored form) of sets whose parts come one after another."""
    found: list[tuple[int, bytes]] = []
    for block, part, data in rows:
        if part:
            data = found.pop()[1] + data
        found.append((block, data))
    return found
