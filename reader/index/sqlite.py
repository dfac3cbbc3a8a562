"""Reads the stored sets and columns from an index file."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyroaring import BitMap

from reader.index.answer import HEADLINE_COLUMNS, headline
from reader.index.backend import ArticleRow, FindPhrase, KnownValue
from reader.index.schema import LATE, STATED_DATE, UNDATED, SetKind, select_in, unpack_name
from reader.index.sets import read_range, read_set
from reader.query.results import Headline

_AT_ONCE = 1 << 17
"""Characters converted to numbers at once; no other thread runs meanwhile (2 ms)."""

_ALL = "select group_concat(number) from (select number from titles order by title_key, number)"
_ALIKE = "select min(number), count(*) from titles group by title_key having count(*) > 1"

_HEADLINES = (
    f"select {HEADLINE_COLUMNS},"
    " (select first.key from stories join articles first on first.number = stories.story"
    " where stories.number = articles.number),"
    " (select coverage from stories where stories.number = articles.number) from articles"
)
"""SQL for headlines, with the key of the first article of an article's story and the story's coverage; null
without a story."""


def _no_phrase(*_: object) -> Iterable[int]:
    raise NotImplementedError("this store reads no files")


class SqliteStore:
    """Implements `reader.index.backend.SetStore` on one connection."""

    is_whole = True

    def __init__(self, connection: sqlite3.Connection, with_phrase: FindPhrase = _no_phrase) -> None:
        self.connection = connection
        self.with_phrase = with_phrase

    def set_of(self, field: int, value: str) -> BitMap:
        return read_set(self.connection, field, value)

    def sets_of(self, field: int, values: Sequence[str]) -> list[BitMap]:
        return [read_set(self.connection, field, value) for value in values]

    def set_starting(self, field: int, start: str) -> BitMap:
        return read_range(self.connection, field, start)

    def blocks(self) -> Iterator[int]:
        return (block for (block,) in self.connection.execute("select block from blocks"))

    def has_articles(self) -> bool:
        return self.connection.execute("select 1 from articles").fetchone() is not None

    def values_of(self, field: int) -> list[KnownValue]:
        known = self.connection.execute(
            "select folded, value, value from choices where field = ?", (field,)
        ).fetchall()
        "".join(value for *_, value in known)  # raises if one is not text
        return known

    def titles(self) -> array[int]:
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
        query = f"select coalesce(date, {UNDATED}), number from articles where number in (??)"
        return select_in(self.connection, query, numbers)

    def dated_from(self, date: int) -> Iterable[tuple[int, int]]:
        return self.connection.execute(
            "select number, date from articles where date >= ? order by date, number", (date,)
        )

    def titles_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        return select_in(self.connection, "select number, title from articles where number in (??)", numbers)

    def words_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        query = "select number, story_words from articles where number in (??)"
        return select_in(self.connection, query, numbers)

    def stories(self) -> Iterable[tuple[int, int]]:
        return self.connection.execute("select number, story from stories order by number")

    def story_members(self, numbers: Sequence[int]) -> Iterator[tuple[int, int, str]]:
        return select_in(
            self.connection,
            "select story, number, provider from stories join articles using(number)"
            " where story in (select story from stories where number in (??)) order by date desc, key desc",
            numbers,
        )

    def keyed_between(self, low: int, high: int) -> Iterator[int]:
        return self._numbers("key between ? and ?", (low, high))

    def with_url(self, parts: Sequence[str], among: BitMap) -> Iterator[int]:
        return self._numbers(" or ".join(["instr(lower(url), lower(?))"] * len(parts)), parts)

    def with_path(self, part: str, among: BitMap) -> Iterator[int]:
        return self._numbers("instr(lower(path || '/' || name), lower(?))", (part,))

    def _numbers(self, condition: str, values: Sequence[int | str]) -> Iterator[int]:
        query = f"select number from articles join folders using(folder) where {condition}"
        return (number for (number,) in self.connection.execute(query, values))

    def headlines(self, numbers: Sequence[int], marks: Mapping[str, BitMap]) -> list[Headline]:
        rows = select_in(self.connection, f"{_HEADLINES} where number in (??)", numbers)
        found = {row[0]: row for row in rows}
        return [headline(found[number], marks) for number in numbers if number in found]

    def headlines_keyed(self, low: int, high: int, most: int, marks: Mapping[str, BitMap]) -> list[Headline]:
        query = f"{_HEADLINES} where key between ? and ? limit ?"
        return [headline(row, marks) for row in self.connection.execute(query, (low, high, most))]

    def identities(self, numbers: Sequence[int]) -> list[ArticleRow]:
        """Returns the rows of the articles with these numbers, without deleted ones."""
        rows = select_in(
            self.connection,
            f"select number, key, url, root, path, name, title_key, text_key, {STATED_DATE}"
            " from articles join folders using(folder) where number in (??)",
            numbers,
        )
        return [
            ArticleRow(number, key, url, root, f"{unpack_name(path)}/{unpack_name(name)}", *keys)
            for number, key, url, root, path, name, *keys in rows
        ]

    def numbers_from(self, heads: Iterable[int]) -> list[int]:
        query = "select number from articles where key between ? and ? limit 1"
        rows = (self.connection.execute(query, (head << 15, head << 15 | 0x7FFF)) for head in heads)
        return [number for row in rows for (number,) in row]


def _pieces(listed: str) -> Iterator[str]:
    start = 0
    while start < len(listed):
        end = listed.find(",", start + _AT_ONCE)
        end = len(listed) if end < 0 else end
        yield listed[start:end]
        start = end + 1
