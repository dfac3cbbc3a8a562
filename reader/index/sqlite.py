"""Reads the stored sets and columns from an index file."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence

from pyroaring import BitMap

from reader.index.backend import KnownValue
from reader.index.schema import LATE, MOST_ASKED, UNDATED, SetKind
from reader.index.sets import read_range, read_set

_AT_ONCE = 1 << 17
"""Characters converted to numbers at once; no other thread runs meanwhile (2 ms)."""

_ALL = "select group_concat(number) from (select number from titles order by title_key, number)"
_ALIKE = "select min(number), count(*) from titles group by title_key having count(*) > 1"


class SqliteStore:
    """Implements `reader.index.backend.SetStore` on one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def set_of(self, field: int, value: str) -> BitMap:
        """See SetStore."""
        return read_set(self.connection, field, value)

    def sets_of(self, field: int, values: Sequence[str]) -> list[BitMap]:
        """See SetStore."""
        return [read_set(self.connection, field, value) for value in values]

    def set_starting(self, field: int, start: str) -> BitMap:
        """See SetStore."""
        return read_range(self.connection, field, start)

    def blocks(self) -> Iterator[int]:
        """See SetStore."""
        return (block for (block,) in self.connection.execute("select block from blocks"))

    def has_articles(self) -> bool:
        """See SetStore."""
        return self.connection.execute("select 1 from articles").fetchone() is not None

    def values_of(self, field: int) -> list[KnownValue]:
        """See SetStore."""
        known = self.connection.execute(
            "select folded, value, value from choices where field = ?", (field,)
        ).fetchall()
        "".join(value for *_, value in known)  # raises if one is not text
        return known

    def titles(self) -> array[int]:
        """See SetStore; takes 4 bytes per article."""
        numbers = array("I")
        # Concatenated by SQLite, which is five times as fast as fetching rows; in descending order it would
        # have to sort.
        for part in _pieces(self.connection.execute(_ALL).fetchone()[0] or ""):
            numbers.extend(map(int, part.split(",")))
        alike = dict(self.connection.execute(_ALIKE))
        late = read_set(self.connection, SetKind.STATE, LATE) if alike else BitMap()
        for place in [place for place, number in enumerate(numbers) if number in alike] if alike else ():
            stop = place + alike[numbers[place]]
            numbers[place:stop] = self._newest_first(numbers[place:stop], late)
        return numbers

    def _newest_first(self, numbers: array[int], late: BitMap) -> array[int]:
        """Returns these ascending numbers newest first; those of late articles don't say how new they are."""
        if late.isdisjoint(BitMap(numbers)):
            return numbers[::-1]
        dated = sorted(self.dates_of(numbers), key=lambda one: (one[0], one[1] not in late, one[1]))
        return array("I", [number for _, number in reversed(dated)])

    def dates_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
        """See SetStore."""
        for start in range(0, len(numbers), MOST_ASKED):
            part = numbers[start : start + MOST_ASKED]
            yield from self.connection.execute(
                f"select coalesce(date, {UNDATED}), number from articles"
                f" where number in ({','.join('?' * len(part))})", part
            )  # fmt: skip

    def dated_from(self, date: int) -> Iterable[tuple[int, int]]:
        """See SetStore."""
        return self.connection.execute(
            "select number, date from articles where date >= ? order by date, number", (date,)
        )

    def titles_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        """See SetStore."""
        for start in range(0, len(numbers), MOST_ASKED):
            part = numbers[start : start + MOST_ASKED]
            yield from self.connection.execute(
                f"select number, title from articles where number in ({','.join('?' * len(part))})", part
            )

    def words_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """See SetStore."""
        for start in range(0, len(numbers), MOST_ASKED):
            part = numbers[start : start + MOST_ASKED]
            yield from self.connection.execute(
                f"select number, story_words from articles where number in ({','.join('?' * len(part))})",
                part,
            )

    def stories(self) -> Iterable[tuple[int, int]]:
        """See SetStore."""
        return self.connection.execute("select number, story from stories order by number")

    def story_members(self, numbers: Sequence[int]) -> Iterator[tuple[int, int, str]]:
        """See SetStore."""
        for start in range(0, len(numbers), MOST_ASKED):
            part = numbers[start : start + MOST_ASKED]
            yield from self.connection.execute(
                "select story, number, provider from stories join articles using(number) where story in"
                f" (select story from stories where number in ({','.join('?' * len(part))}))"
                " order by date desc, key desc", part
            )  # fmt: skip

    def keyed_between(self, low: int, high: int) -> Iterator[int]:
        """See SetStore."""
        return self._numbers("key between ? and ?", (low, high))

    def with_url(self, parts: Sequence[str], among: BitMap) -> Iterator[int]:
        """See SetStore."""
        return self._numbers(" or ".join(["instr(lower(url), lower(?))"] * len(parts)), parts)

    def with_path(self, part: str, among: BitMap) -> Iterator[int]:
        """See SetStore."""
        rows = self.connection.execute(
            "select number from articles join folders using(folder)"
            " where instr(lower(path || '/' || name), lower(?))", (part,)
        )  # fmt: skip
        return (number for (number,) in rows)

    def _numbers(self, condition: str, values: Sequence[int | str]) -> Iterator[int]:
        rows = self.connection.execute(f"select number from articles where {condition}", values)
        return (number for (number,) in rows)


def _pieces(listed: str) -> Iterator[str]:
    start = 0
    while start < len(listed):
        end = listed.find(",", start + _AT_ONCE)
        end = len(listed) if end < 0 else end
        yield listed[start:end]
        start = end + 1
