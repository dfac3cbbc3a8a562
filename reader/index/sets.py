"""Sets of article numbers in the index file: read on demand, written block by block.

A set is stored in blocks of 65,536 numbers (see `packing`), so that new articles only rewrite the last block
and a question only reads the sets that it names.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from pyroaring import BitMap

from reader.article.text import fold
from reader.index.packing import (
    StoredSets,
    is_crowded,
    lows_of_rare,
    make,
    numbers_in,
    pack_set,
    parts_of,
    prefixes,
    runs_of,
    unpack,
)
from reader.index.schema import (
    BLOCK_BITS,
    LATE,
    LIVE,
    PREFIX_LENGTHS,
    STORED,
    VALUE_FIELDS,
    WORD_FIELDS,
    SetKind,
)

_LAST = "\U0010ffff"

SETS = "blocks cross join sets using(block)"
"""Sets are stored block by block, so that a new block is appended; each block is looked up separately."""


def read_set(connection: sqlite3.Connection, field: int, value: str) -> BitMap:
    """Returns the numbers stored under a field's value; an empty set if there are none."""
    found = united(
        connection.execute(
            f"select block, part, data from {SETS} where field = ? and value = ?", (field, value)
        ).fetchall()
    )
    if field not in WORD_FIELDS:
        return found
    return found | find_rare(connection, field, value, prefix=False)


def check_sets(connection: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError if sets and rows don't belong together: different numbers of articles, or
    a field with values but no set. Counting a million rows takes 14 ms."""
    connection.execute("begin")
    try:
        (rows,) = connection.execute("select count(*) from articles").fetchone()
        fields = [number for number in STORED.values() if _has_row(connection, "choices", number)]
        if connection.execute("select 1 from titles where title_key > '' limit 1").fetchone():
            fields.append(SetKind.TITLE_WORD)
        is_whole = len(read_set(connection, SetKind.STATE, LIVE)) == rows and all(
            _has_row(connection, SETS, field)
            or _has_row(connection, "blocks cross join rare using(block)", field)
            for field in fields
        )
    except sqlite3.Error:
        raise
    except Exception as error:
        raise sqlite3.DatabaseError("the index is damaged") from error
    finally:
        connection.rollback()
    if not is_whole:
        raise sqlite3.DatabaseError("the index is damaged: its sets are not those of its articles")


def _has_row(connection: sqlite3.Connection, table: str, field: int) -> bool:
    query = f"select 1 from {table} where field = ? limit 1"
    return connection.execute(query, (field,)).fetchone() is not None


def read_range(connection: sqlite3.Connection, field: int, start: str) -> BitMap:
    """Returns the union of the sets of all words that begin with `start`."""
    crowded: list[tuple[int, int, bytes]] = []
    if field == SetKind.WORD and len(start) <= PREFIX_LENGTHS[-1]:
        crowded = connection.execute(
            f"select block, part, data from {SETS} where field = ? and value = ?", (SetKind.PREFIX, start)
        ).fetchall()
    # If a prefix is crowded in a block, its set has all words with it, including rare ones.
    done = {block for block, _, _ in crowded}
    others = connection.execute(
        f"select block, part, data from {SETS} where field = ? and value >= ? and value < ?"
        f" and block not in ({','.join(map(str, done))})",
        (field, start, start + _LAST),
    ).fetchall()
    return united(crowded + others) | find_rare(connection, field, start, prefix=True, without=done)


def find_rare(
    connection: sqlite3.Connection, field: int, word: str, *, prefix: bool, without: Collection[int] = ()
) -> BitMap:
    """Returns the articles that have a rare word, or any with this prefix, except in some blocks."""
    skipped = ",".join(map(str, without))
    # In each block: the row that would hold the word, and for a prefix the rows after it.
    found_rows = connection.execute(
        f"select block, data from blocks cross join rare using(block) where block not in ({skipped})"
        " and field = ?1 and start <= ?3 and start >= coalesce((select max(start) from rare as other"
        " where other.block = blocks.block and other.field = ?1 and other.start <= ?2), '')",
        (field, word, word + _LAST if prefix else word),
    )
    wanted = f"\n{word}".encode() if prefix else f"\n{word}\n".encode()
    found = BitMap()
    for block, data in found_rows:
        found.update([(block << BLOCK_BITS) + low for low in numbers_in(lows_of_rare(data, wanted))])
    return found


def read_field(connection: sqlite3.Connection, field: int) -> dict[str, BitMap]:
    """Returns all values of a field that have a set, with their numbers."""
    found: dict[str, list[tuple[int, int, bytes]]] = {}
    for value, *row in connection.execute(
        f"select value, block, part, data from {SETS} where field = ?", (field,)
    ):
        found.setdefault(value, []).append(tuple(row))
    return {value: united(rows) for value, rows in found.items()}


def united(rows: Iterable[tuple[int, int, bytes]]) -> BitMap:
    """Returns the union of rows (block, part, data); the parts of a block must be consecutive."""
    stored: list[tuple[int, bytes]] = []
    for block, part, data in rows:
        stored.append((block, stored.pop()[1] + data if part else data))
    sets = [unpack(block, data) for block, data in stored]
    if len(sets) == 1:
        return sets[0]
    return BitMap.union(*sets) if sets else BitMap()


def write_sets(connection: sqlite3.Connection, members: Mapping[int, Mapping[str, Iterable[int]]]) -> None:
    """Adds numbers to sets, and to those of the words' prefixes, inside the caller's transaction."""
    states = members.get(SetKind.STATE, {})
    blocks = {number >> BLOCK_BITS for numbers in states.values() for number in numbers}
    if not blocks:
        return
    is_known = connection.execute("select 1 from blocks where block = ?", (max(blocks),)).fetchone()
    if len(blocks) == 1 and not is_known:
        base = max(blocks) << BLOCK_BITS
        lows = {
            field: {
                value: sorted({number - base for number in numbers}) for value, numbers in by_value.items()
            }
            for field, by_value in members.items()
        }
        made = [make([(field, [run])]) for (field, _), run in runs_of(lows).items()]
        write_made(connection, max(blocks), made)
        return
    note_blocks(connection, blocks)
    for field, by_value in members.items():
        sets = [(value, BitMap(array("I", by_value[value]))) for value in sorted(by_value)]
        _note_choices(connection, field, by_value)
        for value, numbers in sets:
            for block, inside in by_block(numbers):
                _put(connection, field, value, block, inside | _stored(connection, field, value, block))
        if field == SetKind.WORD:
            _merge_prefixes(connection, sets)


def write_made(connection: sqlite3.Connection, block: int, made: Sequence[StoredSets]) -> None:
    """Writes the sets of a block that has none yet, inside the caller's transaction."""
    note_blocks(connection, [block])
    sets = sorted(chain.from_iterable(part.sets for part in made))
    for field in {field for field, *_ in sets} & VALUE_FIELDS:
        _note_choices(connection, field, [value for of, value, *_ in sets if of == field])
    connection.executemany(
        f"insert into sets(block, field, value, part, data) values({block}, ?, ?, ?, ?)", sets
    )
    connection.executemany(
        f"insert into rare(block, field, start, data) values({block}, ?, ?, ?)",
        sorted(chain.from_iterable(part.rare for part in made)),
    )


def note_blocks(connection: sqlite3.Connection, blocks: Iterable[int]) -> None:
    """Makes these blocks visible to questions."""
    connection.executemany("insert or ignore into blocks values(?)", [(block,) for block in blocks])


def _note_choices(connection: sqlite3.Connection, field: int, values: Iterable[str]) -> None:
    if field in VALUE_FIELDS:
        connection.executemany(
            "insert or ignore into choices values(?, ?, ?)", ((field, fold(value), value) for value in values)
        )


def _stored(connection: sqlite3.Connection, field: int, value: str, block: int) -> BitMap:
    rows = connection.execute(
        "select block, part, data from sets where block = ? and field = ? and value = ? order by part",
        (block, field, value),
    )
    return united(rows)


def _put(connection: sqlite3.Connection, field: int, value: str, block: int, inside: BitMap) -> None:
    """Stores a set's numbers in a block."""
    connection.execute("delete from sets where block = ? and field = ? and value = ?", (block, field, value))
    connection.executemany(
        "insert into sets(block, field, value, part, data) values(?, ?, ?, ?, ?)",
        [(block, field, value, part, piece) for part, piece in parts_of(pack_set(inside))],
    )


def by_block(numbers: BitMap) -> Iterator[tuple[int, BitMap]]:
    """Yields (block, its numbers)."""
    while numbers:
        block = numbers.min() >> BLOCK_BITS
        if numbers.max() >> BLOCK_BITS == block:
            yield block, numbers
            return
        inside = numbers & _numbers_of(block)
        yield block, inside
        numbers = numbers - inside


def _numbers_of(block: int) -> BitMap:
    return BitMap(range(block << BLOCK_BITS, (block + 1) << BLOCK_BITS))


def withdraw(connection: sqlite3.Connection, numbers: BitMap) -> None:
    """Removes numbers from the live and late sets; other sets keep them until the next rebuild."""
    for value in (LIVE, LATE):
        replace_set(connection, SetKind.STATE, value, read_set(connection, SetKind.STATE, value) - numbers)


def replace_set(connection: sqlite3.Connection, field: int, value: str, numbers: BitMap) -> None:
    """Replaces the numbers stored under a field's value."""
    connection.execute(
        "delete from sets where block in (select block from blocks) and field = ? and value = ?",
        (field, value),
    )
    for block, inside in by_block(numbers):
        _put(connection, field, value, block, inside)


def change_set(connection: sqlite3.Connection, field: int, value: str, came: BitMap, gone: BitMap) -> None:
    """Adds numbers to a set and removes others, in the blocks concerned, inside the caller's transaction."""
    _note_choices(connection, field, [value])
    touched = {block for block, _ in by_block(came | gone)}
    for block in touched & {block for (block,) in connection.execute("select block from blocks")}:
        stored = _stored(connection, field, value, block)
        _put(connection, field, value, block, (stored - gone) | (came & _numbers_of(block)))


def _merge_prefixes(connection: sqlite3.Connection, words: Sequence[tuple[str, BitMap]]) -> None:
    """Updates the sets of these stored words' prefixes, and adds those of newly crowded ones."""
    stored = set(
        connection.execute(f"select block, value from {SETS} where field = ?", (SetKind.PREFIX,)).fetchall()
    )
    for start, _, numbers in prefixes([(word, 1, found) for word, found in words]):
        for block, inside in by_block(numbers):
            if (block, start) in stored:
                before = _stored(connection, SetKind.PREFIX, start, block)
                _put(connection, SetKind.PREFIX, start, block, before | inside)
            elif is_crowded(_count(connection, block, start)):
                found = read_range(connection, SetKind.WORD, start) & _numbers_of(block)
                _put(connection, SetKind.PREFIX, start, block, found)


def _count(connection: sqlite3.Connection, block: int, start: str) -> int:
    """Returns how many words of a block begin so, without those that share rows."""
    (count,) = connection.execute(
        "select count(*) from sets where block = ? and field = ? and value >= ? and value < ?",
        (block, SetKind.WORD, start, start + _LAST),
    ).fetchone()
    return int(count)
