"""Sets of article numbers in the index file: read on demand, written block by block.

A set is stored as one roaring bitmap a block of 65,536 numbers, so that new articles rewrite the last block
only and a question reads just the sets that it names.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from pyroaring import BitMap

from reader.index import rare
from reader.index.blocks import CROWDED_LENGTH, PREFIX_LENGTHS, WORD_FIELDS, Made, beginning, prefixes
from reader.index.schema import BLOCK_BITS, LATE, LIVE, VALUE_FIELDS, Field
from reader.text import fold

_LAST = "\U0010ffff"


def read_set(connection: sqlite3.Connection, field: int, value: str) -> BitMap:
    """The numbers stored under a field's value; empty where there are none."""
    found = _united(
        connection.execute("select data from sets where field = ? and value = ?", (field, value)).fetchall()
    )
    return (
        found | BitMap(rare.find(connection, field, value, prefix=False)) if field in WORD_FIELDS else found
    )


def read_range(connection: sqlite3.Connection, field: int, start: str) -> BitMap:
    """The union of the sets of all words that begin with `start`."""
    if field == Field.WORD and len(start) <= PREFIX_LENGTHS[-1]:
        return read_set(connection, Field.PREFIX, start)
    crowded: list[tuple[int, bytes]] = []
    if field == Field.WORD and len(start) == CROWDED_LENGTH:
        crowded = connection.execute(
            "select block, data from sets where field = ? and value = ?", (Field.PREFIX, start)
        ).fetchall()
    # A block where the beginning is crowded has all its words in that one set.
    done = ",".join(str(block) for block, _ in crowded)
    others = connection.execute(
        f"select data from sets where field = ? and value >= ? and value < ? and block not in ({done})",
        (field, start, start + _LAST),
    ).fetchall()
    found = _united([*others, *((data,) for _, data in crowded)])
    return found | BitMap(rare.find(connection, field, start, prefix=True))


def _united(blocks: Sequence[tuple[bytes]]) -> BitMap:
    if len(blocks) == 1:
        return BitMap.deserialize(blocks[0][0])
    return BitMap.union(*[BitMap.deserialize(data) for (data,) in blocks]) if blocks else BitMap()


def write_sets(connection: sqlite3.Connection, members: Mapping[int, Mapping[str, Iterable[int]]]) -> None:
    """Add numbers to sets, with the prefixes of their words; inside the caller's transaction."""
    made = {
        field: [(value, BitMap(array("I", by_value[value]))) for value in sorted(by_value)]
        for field, by_value in members.items()
        if by_value
    }
    united = BitMap.union(*[numbers for _, numbers in made.get(Field.STATE, ())] or [BitMap()])
    blocks = {block for block, _ in by_block(united)}
    if not blocks:
        return
    is_new = len(blocks) == 1 and not any(has_block(connection, block) for block in blocks)
    write = _insert if is_new else _merge
    for field, sets in made.items():
        _note_choices(connection, field, [value for value, _ in sets])
        write(connection, field, min(blocks), sets)
        if field == Field.WORD:
            write(connection, Field.PREFIX, min(blocks), sorted(prefixes(sets)))
            if not is_new:
                _merge_crowded(connection, sets)


def write_made(connection: sqlite3.Connection, block: int, made: Sequence[Made]) -> None:
    """Write the sets of a block that has none yet; inside the caller's transaction."""
    sets = sorted(row for part in made for row in part.sets)
    for field in {field for field, _, _ in sets} & VALUE_FIELDS:
        _note_choices(connection, field, [value for of, value, _ in sets if of == field])
    connection.executemany(f"insert into sets values(?, ?, {block}, ?)", sets)
    packed = sorted(row for part in made for row in part.rare)
    connection.executemany(f"insert into rare values(?, ?, {block}, ?)", packed)


def _note_choices(connection: sqlite3.Connection, field: int, values: Iterable[str]) -> None:
    if field in VALUE_FIELDS:
        connection.executemany(
            "insert or ignore into choices values(?, ?, ?)", ((field, fold(value), value) for value in values)
        )


def _insert(
    connection: sqlite3.Connection, field: int, block: int, sets: Iterable[tuple[str, BitMap]]
) -> None:
    connection.executemany(
        "insert into sets values(?, ?, ?, ?)",
        ((field, value, block, found.serialize()) for value, found in sets),
    )


def by_block(numbers: BitMap) -> Iterator[tuple[int, BitMap]]:
    """(block, the numbers in it), block by block."""
    while numbers:
        block = numbers.min() >> BLOCK_BITS
        if numbers.max() >> BLOCK_BITS == block:
            yield block, numbers
            return
        inside = numbers & BitMap(range(block << BLOCK_BITS, (block + 1) << BLOCK_BITS))
        yield block, inside
        numbers = numbers - inside


def has_block(connection: sqlite3.Connection, block: int) -> bool:
    """Whether articles were ever numbered in this block."""
    found = connection.execute(
        "select 1 from sets where field = ? and value = ? and block = ?", (Field.STATE, LIVE, block)
    ).fetchone()
    return found is not None


def withdraw(connection: sqlite3.Connection, numbers: BitMap) -> None:
    """Take numbers out of the live and the late ones; their other sets keep them until the next rebuild."""
    for value in (LIVE, LATE):
        replace_set(connection, Field.STATE, value, read_set(connection, Field.STATE, value) - numbers)


def replace_set(connection: sqlite3.Connection, field: int, value: str, numbers: BitMap) -> None:
    """Store exactly these numbers under a field's value. An empty live block is kept: it is not new."""
    connection.execute("update sets set data = ? where field = ? and value = ?", (_EMPTY, field, value))
    for block, inside in by_block(numbers):
        connection.execute(
            "insert or replace into sets values(?, ?, ?, ?)", (field, value, block, inside.serialize())
        )


def _merge(connection: sqlite3.Connection, field: int, _: int, sets: Iterable[tuple[str, BitMap]]) -> None:
    for value, numbers in sets:
        for block, inside in by_block(numbers):
            stored = connection.execute(
                "select data from sets where field = ? and value = ? and block = ?", (field, value, block)
            ).fetchone()
            if stored:
                inside = inside | BitMap.deserialize(stored[0])
            connection.execute(
                "insert or replace into sets values(?, ?, ?, ?)", (field, value, block, inside.serialize())
            )


def _merge_crowded(connection: sqlite3.Connection, words: Sequence[tuple[str, BitMap]]) -> None:
    """Where a block has a set for a crowded beginning, it must have all words that begin so."""
    long = (pair for pair in words if len(pair[0]) >= CROWDED_LENGTH)
    for start, group in groupby(long, key=beginning(CROWDED_LENGTH)):
        stored = connection.execute(
            "select block, data from sets where field = ? and value = ?", (Field.PREFIX, start)
        ).fetchall()
        numbers = dict(by_block(BitMap.union(*[found for _, found in group]))) if stored else {}
        for block, data in stored:
            if block in numbers:
                united = BitMap.deserialize(data) | numbers[block]
                connection.execute(
                    "update sets set data = ? where field = ? and value = ? and block = ?",
                    (united.serialize(), Field.PREFIX, start, block),
                )


_EMPTY = BitMap().serialize()
