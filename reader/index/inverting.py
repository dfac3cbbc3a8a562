"""Which articles of a chunk have which words: turned round from the words of each article.

That is most of a load: two hundred words an article, each to be looked up in a table that is larger than a
processor's own cache. SQLite's full-text index does it in C at half the price, so each chunk is put into one
that lies in memory and has neither texts nor places. Its lists are read as they are stored, because asking in
SQL would cost more than it spares. Their form belongs to SQLite's file format, which stays readable
(ext/fts5/fts5_index.c describes it). Where it is another one, or there is no full-text index, Python does it.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from functools import cache
from itertools import accumulate
from struct import Struct
from typing import Protocol

from reader.index.packing import lows_of

MOST_WAITING = 1 << 18
"""Characters that are gathered before they are put in: what reads files and what looks up words take the
processor's cache from each other."""

_MAIN = "0"
"""What every word in a full-text index begins with that is not just a beginning."""

_SCHEMA = """
pragma journal_mode = off;
pragma page_size = 65536;
create virtual table found using fts5(words, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
insert into found(found, rank) values('automerge', 0), ('pgsz', 60000), ('hashsize', 1073741824);
begin;
"""
_LEAVES = "select block from found_data where id > 10 and id & (1 << 36) = 0 order by id"
"""All but two rows about the whole, and those that help to skip parts of long lists."""

_HEAD = 4
"""Bytes of a leaf before its words."""


class Inverter(Protocol):
    """Takes the words of articles, in the order of their numbers, at most a block's."""

    def add(self, member: int, words: str) -> None:
        """Note the words of an article, with blanks between them; `member` is its number within the block."""

    def take(self) -> tuple[list[str], list[bytes]]:
        """The words, each once, and for each the low halves of its numbers (see `packing`); nothing more can
        be added."""


def inverter() -> Inverter:
    """The quickest one that works here."""
    return FullText() if _has_full_text() else Plain()


@cache
def _has_full_text() -> bool:
    try:
        tried, known = FullText(), Plain()
        for member in (3, 4, 900, 7000):
            for one in (tried, known):
                one.add(member, f" b ab aa {member} \u00e9\u6f22 {'x' * 64} {'ab' * (member % 2)} b ")
        return tried.take() == known.take()
    except (sqlite3.Error, ValueError, LookupError):
        return False


class Plain:
    """In Python."""

    def __init__(self) -> None:
        self._members: dict[str, list[int]] = defaultdict(list)

    def add(self, member: int, words: str) -> None:
        """See `Inverter.add`."""
        for word in set(words.split()):
            self._members[word].append(member)

    def take(self) -> tuple[list[str], list[bytes]]:
        """See `Inverter.take`."""
        words = sorted(self._members)
        return words, [lows_of(self._members[word]) for word in words]


class FullText:
    """In a full-text index."""

    def __init__(self) -> None:
        """Raises sqlite3.Error where there is none."""
        self._base: int | None = None
        self._waiting: list[tuple[int, str]] = []
        self._size = 0
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.executescript(_SCHEMA)

    def add(self, member: int, words: str) -> None:
        """See `Inverter.add`."""
        if self._base is None:
            self._base = member - 1
        self._waiting.append((member - self._base, words))
        self._size += len(words)
        if self._size > MOST_WAITING:
            self._put_in()

    def _put_in(self) -> None:
        self._connection.executemany("insert into found(rowid, words) values(?, ?)", self._waiting)
        self._waiting = []
        self._size = 0

    def take(self) -> tuple[list[str], list[bytes]]:
        """See `Inverter.take`."""
        words: list[bytes] = []
        lists: list[bytes] = []
        with closing(self._connection) as connection:
            self._put_in()
            connection.execute("commit")
            for (leaf,) in connection.execute(_LEAVES):
                _read_leaf(leaf, words, lists)
        spelled = b"\n".join(words).decode()[len(_MAIN) :].split("\n" + _MAIN) if words else []
        return spelled, list(map(_Lows(self._base or 0).__getitem__, lists))


def _read_leaf(leaf: bytes, words: list[bytes], lists: list[bytes]) -> None:
    """Add the words of a leaf, with _MAIN before each, and the numbers of each as they are stored."""
    size = int.from_bytes(leaf[2:_HEAD], "big")
    # Behind the words stand their places, each by its distance from the one before.
    places = list(accumulate(_varints(leaf[size:])))
    if (start := places[0] if places else size) > _HEAD:
        lists[-1] = _continued(lists[-1], leaf[_HEAD:start])
    word = b""
    for place, stop in zip(places, [*places, size][1:], strict=True):
        kept = 0
        if word:
            # Only the first word of a leaf is whole, others go on with what differs from the one before.
            kept, place = leaf[place], place + 1
            if kept > 127:
                kept, place = kept % 128 * 128 + leaf[place], place + 1
        count, place = leaf[place], place + 1
        if count > 127:
            count, place = count % 128 * 128 + leaf[place], place + 1
        word = word[:kept] + leaf[place : place + count]
        words.append(word)
        lists.append(leaf[place + count : stop])


def _continued(stored: bytes, more: bytes) -> bytes:
    """A list that goes on in the next leaf, where the first number is told in full."""
    first = next(place for place, byte in enumerate(more, 1) if byte < 128)
    (number,) = _varints(more[:first])
    distance = number - sum(_varints(stored))
    high, low = divmod(distance, 128)
    return stored + (bytes((128 + high, low)) if high else bytes((low,))) + more[first:]


def _varints(raw: bytes) -> Iterable[int]:
    """Integers as SQLite stores them: seven bits a byte, the highest first, all but the last byte marked."""
    if raw.isascii():
        return raw
    found: list[int] = []
    value = 0
    for byte in raw:
        value = value << 7 | byte & 127
        if byte < 128:
            found.append(value)
            value = 0
    return found


class _Lows(dict[bytes, bytes]):
    """The low halves of numbers that are stored as distances from each to the next one, from `base` on."""

    def __init__(self, base: int) -> None:
        self._base = base

    def __missing__(self, stored: bytes) -> bytes:
        # As `_varints`, in one loop: there are several lists for each article.
        number, high = self._base, 0
        numbers: list[int] = []
        for byte in stored:
            if byte < 128:
                number += high + byte
                numbers.append(number)
                high = 0
            else:
                high = high + byte - 128 << 7
        if len(numbers) >= len(_PACKERS):
            return lows_of(numbers)
        lows = _PACKERS[len(numbers)](*numbers)
        if len(numbers) == 1:
            # Most words are in one article.
            self[stored] = lows
        return lows


_PACKERS = tuple(Struct(f"<{count}H").pack for count in range(257))
"""What `lows_of` does, for so many numbers: at hand, since most lists are short."""
