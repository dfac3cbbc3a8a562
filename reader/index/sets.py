"""Sets of article numbers in the index file: read on demand, written block by block.

A set is stored as one roaring bitmap a block of 65,536 numbers, so that new articles rewrite the last block only
and a question reads just the sets that it names.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from pyroaring import BitMap

from reader.index import rare
from reader.index.schema import BLOCK_BITS, LATE, LIVE, VALUE_FIELDS, Field
from reader.text import fold

PREFIX_LENGTHS = (1, 2, 3)
"""Letters of a word being typed that are answered by one stored set; longer ones by a range of words, of which
there are few. Sets for four letters would be a fifth of the index."""

WORD_FIELDS = frozenset((Field.WORD, Field.TITLE_WORD))
"""Fields of words, most of which are rare."""

_LAST = "\U0010ffff"


def read_set(connection: sqlite3.Connection, field: int, value: str) -> BitMap:
    """The numbers stored under a field's value; empty where there are none."""
    found = _united(
        connection.execute("select data from sets where field = ? and value = ?", (field, value)).fetchall()
    )
    return found | BitMap(rare.find(connection, field, value, prefix=False)) if field in WORD_FIELDS else found


def read_range(connection: sqlite3.Connection, field: int, start: str) -> BitMap:
    """The union of the sets of all words that begin with `start`."""
    if field == Field.WORD and len(start) <= PREFIX_LENGTHS[-1]:
        return read_set(connection, Field.PREFIX, start)
    found = _united(
        connection.execute(
            "select data from sets where field = ? and value >= ? and value < ?", (field, start, start + _LAST)
        ).fetchall()
    )
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


def write_new_block(
    connection: sqlite3.Connection, block: int, members: Mapping[int, Mapping[str, Sequence[bytes]]]
) -> None:
    """Write the sets of a block that has none yet; numbers come packed as 32-bit integers."""
    for field in sorted(members):
        by_value = members[field]
        _note_choices(connection, field, by_value)
        if field in WORD_FIELDS:
            _insert_words(connection, field, block, by_value)
        else:
            _insert(connection, field, block, ((value, _made(by_value[value])) for value in sorted(by_value)))
        if field == Field.WORD:
            made = prefixes((word, _made(parts)) for word, parts in _beginnings(by_value))
            _insert(connection, Field.PREFIX, block, sorted(made))


def _insert_words(
    connection: sqlite3.Connection, field: int, block: int, by_word: Mapping[str, Sequence[bytes]]
) -> None:
    """Frequent words each as a set, the many rare ones packed."""
    most = rare.MOST * 4
    frequent = sorted(word for word, parts in by_word.items() if len(parts) * 4 > most or sum(map(len, parts)) > most)
    _insert(connection, field, block, ((word, _made(by_word[word])) for word in frequent))
    others = ((word, b"".join(by_word[word])) for word in sorted(by_word.keys() - frequent))
    connection.executemany(
        "insert into rare values(?, ?, ?, ?)", ((field, start, block, data) for start, data in rare.pack(others))
    )


def _made(parts: Sequence[bytes]) -> BitMap:
    return BitMap(array("I", b"".join(parts)))


def _beginnings(words: Mapping[str, Sequence[bytes]]) -> Iterator[tuple[str, list[bytes]]]:
    """(longest prefix or shorter word, the numbers of all words that begin so), sorted."""
    found: dict[str, list[bytes]] = {}
    for word, parts in words.items():
        found.setdefault(word[: PREFIX_LENGTHS[-1]], []).extend(parts)
    yield from sorted(found.items())


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


def prefixes(words: Iterable[tuple[str, BitMap]]) -> Iterator[tuple[str, BitMap]]:
    """(prefix, numbers) for every prefix of PREFIX_LENGTHS; the words must come sorted."""
    level = words
    for length in reversed(PREFIX_LENGTHS):
        level = [
            (start, BitMap.union(*[found for _, found in group]))
            for start, group in groupby(level, key=_beginning(length))
        ]
        # A shorter word goes on to the lengths that it has.
        yield from (pair for pair in level if len(pair[0]) == length)


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


_EMPTY = BitMap().serialize()


def _beginning(length: int) -> Callable[[tuple[str, BitMap]], str]:
    return lambda pair: pair[0][:length]
