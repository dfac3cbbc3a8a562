"""Writes to an index: adds and removes articles and problems, all in transactions.

Of several files of the same article (`recognition.are_same`), only the newest is shown: by date, then mtime,
then path. The others are in the table `others` with their key, like the files without an article (key null).
Different articles with the same identity get different keys.
"""

from __future__ import annotations

import marshal
import os
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import NamedTuple, TypeAlias

from pyroaring import BitMap

from reader.article.dates import DAY_PLACE
from reader.article.record import Problem
from reader.article.text import words
from reader.index.article_keys import depart, note_key, rekey, reunite
from reader.index.entry import Batch, IndexEntry, IndexRow, Origin, Packed, Taken, entry_in, put, title_key
from reader.index.packing import Run, RunGroup, SetTask, StoredSets, numbers_in
from reader.index.recognition import ArticleFacts, are_same, keys_of
from reader.index.schema import (
    BLOCK_BITS,
    FIRST_DATED,
    LAST_UNDATED,
    LATE,
    LIVE,
    ROUTED,
    SetKind,
    pack_name,
    unpack_name,
)
from reader.index.sets import read_set, replace_set, withdraw, write_made, write_sets

Rank: TypeAlias = tuple[float, int, str]
"""Date, mtime, path."""


class IndexedArticle(NamedTuple):
    """An article that is in the index, or is to be added."""

    row: IndexRow
    facts: ArticleFacts
    rank: Rank
    """Of several files of one article, the one with the highest is shown."""

    def under(self, key: int) -> IndexedArticle:
        """Returns the article under another key."""
        return self._replace(row=self.row._replace(key=key))


_ROW_SLOTS = ", ".join("?" * len(IndexRow._fields))


class Numbering:
    """Assigns dense numbers to articles: higher ones to newer dates where possible. Its values are stored in
    the index's `meta` table.

    Dated articles are numbered in both directions from a middle: those newer than all others upwards, older
    ones downwards. Those in between go upwards too but are *late*: a page merges them in by date. So a cold
    load can start with the newest, continue downwards, and be interrupted and resumed, without knowing the
    total.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.up = FIRST_DATED
        self.down = FIRST_DATED - 1
        self.undated = LAST_UNDATED
        self.skipped = 0
        """How many numbers were left out, or given to copies."""
        self.newest: int | None = None
        self.oldest: int | None = None
        """The dates of the articles numbered in order."""
        for key, value in connection.execute("select key, value from meta where key like 'number.%'"):
            setattr(self, key.removeprefix("number."), value)

    def save(self, connection: sqlite3.Connection) -> None:
        """Write the state, inside the caller's transaction."""
        values = [(f"number.{name}", value) for name, value in vars(self).items()]
        connection.executemany("insert or replace into meta values(?, ?)", values)

    def number(self, dates: Sequence[int | None]) -> list[tuple[int, bool]]:
        """Returns (number, whether it is late) for dates sorted oldest first; None can be anywhere."""
        below = sum(date is not None and self.oldest is not None and date <= self.oldest for date in dates)
        down = iter(range(self.down - below + 1, self.down + 1))
        given: list[tuple[int, bool]] = []
        for date in dates:
            if date is None:
                given.append((self.undated, False))
                self.undated -= 1
            elif below:
                given.append((next(down), False))
                self.down -= 1
                below -= 1
            else:
                given.append((self.up, self.newest is not None and date < self.newest))
                self.up += 1
                self.newest = date if self.newest is None else max(date, self.newest)
        first = next((date for date in dates if date is not None), None)
        if first is not None:
            self.oldest = first if self.oldest is None else min(first, self.oldest)
        return given

    def next_down(self, *, is_dated: bool) -> int:
        """Returns the next number for an older (or undated) article of a cold load, in a block without other
        articles, as a block is written once."""
        number = self.down if is_dated else self.undated
        ends_block = (number + 1) >> BLOCK_BITS != number >> BLOCK_BITS
        if ends_block or self._is_untouched(is_dated=is_dated):
            return number
        fresh = (number >> BLOCK_BITS << BLOCK_BITS) - 1
        self.skipped += number - fresh
        return fresh

    def _is_untouched(self, *, is_dated: bool) -> bool:
        if not is_dated:
            return self.undated == LAST_UNDATED
        return self.down == FIRST_DATED - 1 and self.up == FIRST_DATED

    @property
    def given(self) -> int:
        """Returns how many numbers were given, including those of articles deleted since."""
        return self.up - self.down - 1 + LAST_UNDATED - self.undated - self.skipped

    def settle(self, live: int) -> None:
        """Count only these articles' numbers as given: the others of a new index are those of copies, and a
        rebuilt one would have as many."""
        self.skipped += self.given - live

    def take_down(self, next_number: int, newest: int, oldest: int, *, is_dated: bool) -> None:
        """Record that all numbers above `next_number` are given to articles between these dates."""
        if not is_dated:
            self.undated = next_number
            return
        self.down = next_number
        self.newest = newest if self.newest is None else max(newest, self.newest)
        self.oldest = oldest if self.oldest is None else min(oldest, self.oldest)


class BlockLoad:
    """A block of a cold load while it is being assembled."""

    def __init__(self, block: int, numbering: Numbering) -> None:
        self.block = block
        self.numbering = numbering
        self.chunks: list[Packed] = []
        """Chunks, newest first, without their runs."""
        self.made: Iterable[StoredSets] = ()
        """The block's sets to write; may be an iterator that yields them as workers finish."""
        self._runs: dict[RunGroup, list[Run]] = defaultdict(list)

    def take(self, chunk: Packed) -> None:
        """Add a chunk; chunks arrive newest first."""
        for group, run in chunk.runs.items():
            self._runs[group].append(run)
        self.chunks.append(chunk._replace(runs={}))

    def tasks(self, count: int) -> list[SetTask]:
        """Hands over the members as about `count` evenly sized tasks for `make`."""
        tasks: list[list[tuple[int, Sequence[Run]]]] = [[] for _ in range(count)]
        sizes = [0] * count
        weights = {
            group: sum(len(run.lows) + len(run.values) for run in runs) for group, runs in self._runs.items()
        }
        for group in sorted(weights, key=weights.__getitem__, reverse=True):
            lightest = sizes.index(min(sizes))
            sizes[lightest] += weights[group]
            tasks[lightest].append((group[0], self._runs.pop(group)))
        return [task for task in tasks if task]


class Writer:
    """Writes to one index; only one process may do so at a time (see `reader.index.store`)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits everything inside at once, with a new generation, or nothing."""
        with self._connection:
            self._connection.execute("begin immediate")
            yield
            self._connection.execute(
                "insert into meta values('generation', 1) on conflict(key) do update set value = value + 1"
            )

    def add(self, files: Sequence[Taken], keys: Mapping[tuple[int, str | bytes], int] | None = None) -> None:
        """Add a small number of files; inside a transaction. `keys`, by folder and name, are those that
        articles had before they were forgotten."""
        self._note_files(files)
        entries: dict[Origin, tuple[Taken, IndexEntry]] = {}
        for file in files:
            entry = entry_in(file)
            if isinstance(entry, IndexEntry):
                entries[file.origin] = file, entry
            elif entry is not None:
                self._note_files([file._replace(article=None, problem=entry)])
        numbering = Numbering(self._connection)
        batch, late = Batch(), []
        articles = [_indexed(entry.row, file.place.path) for file, entry in entries.values()]
        if keys is None:
            shown = self._winners(articles)
        else:
            shown = [one.under(keys[one.row.origin[:2]]) for one in articles]
        # Articles of the same second by folder and name, as in every load.
        shown.sort(key=lambda one: (_order(one.row.date), os.path.split(one.facts.path)))
        numbers = numbering.number([one.row.date for one in shown])
        for (row, *_), (number, is_late) in zip(shown, numbers, strict=True):
            file, entry = entries[row.origin]
            done = put(batch, number, file, entry._replace(row=row))
            if done.article is None:
                self._note_files([done])
                continue
            if done is not file:
                self._note_problems(file.origin, done.article.problems[-1:])
            if is_late:
                late.append(number)
        self._insert_rows(batch.rows)
        self._connection.executemany("insert into titles values(?, ?)", batch.titles)
        self._connection.executemany("insert into arrived values(?)", [(row.number,) for row in batch.rows])
        batch.members[SetKind.STATE][LIVE] = [row.number for row in batch.rows]
        if late:
            batch.members[SetKind.STATE][LATE] = late
        write_sets(self._connection, batch.members)
        numbering.save(self._connection)

    def _winners(self, articles: Iterable[IndexedArticle]) -> list[IndexedArticle]:
        """Returns the articles to show, under the keys that they get; records the copies of others."""
        best: dict[int, IndexedArticle] = {}
        # Oldest first: it gets the key that only depends on the identity.
        for one in sorted(articles, key=lambda one: one.rank):
            key = self._key_for(one, best)
            if key is not None:
                best[key] = one.under(key)
        return [*best.values()]

    def _key_for(self, one: IndexedArticle, best: Mapping[int, IndexedArticle]) -> int | None:
        """Returns the key to show an article under, beside those in `best`; None if it is a copy of a newer
        file. Of two copies, the one not shown is recorded."""
        other = self._copy_of(one, best)
        if other is None:
            free = (key for key in keys_of(one.facts) if key not in best and self._shown(key) is None)
            key = next(free, None)
            if key is not None:
                note_key(self._connection, key, one.row.key)
            return key
        key = other.row.key
        if other.rank > one.rank:
            self._set_aside(one.row.origin, key)
            return None
        if key not in best:
            self._take_out([other.row.number])
        self._set_aside(other.row.origin, key)
        return key

    def _copy_of(self, one: IndexedArticle, best: Mapping[int, IndexedArticle]) -> IndexedArticle | None:
        """Returns the article of the same identity that is the same as one, whatever key it has."""
        rows = self._connection.execute(
            "select ?1 where not exists(select 1 from inherited where key = ?1)"
            " union all select key from inherited where own = ?1",
            (one.row.key,),
        )
        for (key,) in rows.fetchall():
            other = best.get(key) or self._shown(key)
            if other is not None and are_same(other.facts, one.facts):
                return other
        return None

    def _shown(self, key: int) -> IndexedArticle | None:
        found = self._connection.execute(
            "select articles.*, path from articles join folders using(folder) where key = ?", (key,)
        ).fetchone()
        if found is None:
            return None
        row = IndexRow._make(found[:-1])
        return _indexed(row, f"{unpack_name(found[-1])}/{unpack_name(row.name)}")

    def _set_aside(self, origin: Origin, key: int | None) -> None:
        self._connection.execute("insert or replace into others values(?, ?, ?, ?, ?, ?, ?)", (*origin, key))

    def _insert_rows(self, rows: Iterable[Sequence[object]], conflict: str = "") -> int:
        """Insert rows in ascending order: a tree that grows at its end has full pages. Returns how many were
        inserted, without what triggers did."""
        cursor = self._connection.executemany(f"insert {conflict} into articles values({_ROW_SLOTS})", rows)
        return cursor.rowcount

    def _note_files(self, files: Iterable[Taken]) -> None:
        """Record problems, files without an article, and digests of files modified too recently."""
        for file in files:
            problems = (file.problem,) if file.problem else file.article.problems if file.article else ()
            self._note_problems(file.origin, problems)
            if file.article is None:
                self._set_aside(file.origin, None)
            if file.digest is not None:
                self._connection.execute(
                    "insert or replace into racy values(?, ?, ?)",
                    (*file.origin[:2], file.digest),
                )

    def _note_problems(self, origin: Origin, problems: Iterable[Problem]) -> None:
        self._connection.executemany(
            "insert into problems values(?, ?, ?, ?, ?)",
            [(*origin[:2], problem.line, problem.field, problem.reason) for problem in problems],
        )

    def add_block(self, block: BlockLoad) -> None:
        """Write a whole block of a cold load, which has no articles yet; in a transaction."""
        chunks = block.chunks[::-1]
        for chunk in chunks:
            self._note_files(chunk.unusual)
        base = block.block << BLOCK_BITS
        went = self._connection.execute("select 1 from departed limit 1").fetchone()
        numbers = [base + low for chunk in chunks for low in numbers_in(chunk.live)]
        kept = self._insert_unique(chunks, numbers)
        if went:
            self._connection.executemany("insert into arrived values(?)", [(number,) for number in numbers])
        titles = zip(chain.from_iterable(chunk.titles for chunk in chunks), numbers, strict=True)
        self._connection.executemany(
            "insert into titles values(?, ?)",
            sorted(titles if kept is None else [pair for pair in titles if pair[1] in kept]),
        )
        live = BitMap(array("I", numbers)) if kept is None else kept
        write_made(self._connection, block.block, list(block.made))
        late = BitMap([number for chunk in chunks for number in chunk.late]) & live
        write_sets(self._connection, {SetKind.STATE: {LIVE: live, LATE: late} if late else {LIVE: live}})
        block.numbering.save(self._connection)

    def _insert_unique(self, chunks: Sequence[Packed], numbers: Sequence[int]) -> BitMap | None:
        """Insert rows; those with an identity already shown are duplicates, or replace the shown one.

        Returns the numbers that are shown now; None for all.
        """
        if sum(self._insert_rows(marshal.loads(chunk.rows), "or ignore") for chunk in chunks) == len(numbers):
            return None
        inserted = self._stored(numbers)
        for chunk in chunks:
            for row in map(IndexRow._make, marshal.loads(chunk.rows)):
                if row.number not in inserted:
                    self._insert_beside(row)
        return self._stored(numbers)

    def _insert_beside(self, row: IndexRow) -> None:
        """Insert a row whose key is taken: it may be a copy of the same article."""
        (folder,) = self._connection.execute(
            "select path from folders where folder = ?", (row.folder,)
        ).fetchone()
        one = _indexed(row, f"{unpack_name(folder)}/{unpack_name(row.name)}")
        shown = self._shown(row.key)
        if shown is not None and not are_same(shown.facts, one.facts) and one.rank < shown.rank:
            # The oldest gets the key that only depends on the identity, in whatever order they arrive.
            others = (key for key in [*keys_of(shown.facts)][1:] if self._shown(key) is None)
            rekey(self._connection, [(shown.row.number, next(others, row.key))])
        key = self._key_for(one, {})
        if key is not None:
            self._insert_rows([row._replace(key=key)])

    def _stored(self, numbers: Sequence[int]) -> BitMap:
        """Returns the numbers of a block that have a row."""
        return BitMap([number for (number,) in self._connection.execute(
            "select number from articles where number between ? and ?", (min(numbers), max(numbers))
        )])  # fmt: skip

    def remove(self, numbers: Sequence[int]) -> None:
        """Delete articles that are gone or changed, and all records of their files; inside a transaction."""
        for shown in self.forget(numbers):
            depart(self._connection, shown.facts)

    def forget(self, numbers: Sequence[int]) -> list[IndexedArticle]:
        """Delete articles that are read again, and all records of their files; inside a transaction. Returns
        what they were."""
        taken = self._take_out(numbers)
        for shown in taken:
            self._forget_notes(shown.row.folder, shown.row.name)
        return taken

    def _take_out(self, numbers: Sequence[int]) -> list[IndexedArticle]:
        """Delete articles from rows and sets; returns what they were."""
        taken = []
        for number in numbers:
            row = self._connection.execute("select key from articles where number = ?", (number,)).fetchone()
            shown = self._shown(row[0]) if row else None
            if shown is not None:
                self._connection.execute("delete from articles where number = ?", (number,))
                self._connection.execute(
                    "delete from titles where title_key = ? and number = ?",
                    (title_key(words(shown.facts.title)), number),
                )
                taken.append(shown)
        withdraw(self._connection, BitMap(numbers))
        return taken

    def finish(self) -> None:
        """Give new articles their former keys and create the SQL indexes of titles and texts; in a
        transaction, after the last file, as creating an index of sorted rows once is faster."""
        reunite(self._connection)
        self._connection.execute("delete from inherited where key not in (select key from articles)")
        for name in ("title_key", "text_key"):
            self._connection.execute(
                f"create index if not exists articles_by_{name} on articles({name}) where {name} not null"
            )
        self._connection.execute(
            f"create index if not exists articles_by_route on articles(url) where {ROUTED}"
        )
        self._connection.execute("insert or replace into meta values('complete', 1)")

    def begin(self) -> None:
        """Mark the index as incomplete until `finish`; in a transaction."""
        self._connection.execute("insert or replace into meta values('complete', 0)")

    def remove_other(self, folder: int, name: str) -> None:
        """Forget a file that was not shown; inside a transaction."""
        stored = pack_name(name)
        self._connection.execute("delete from others where folder = ? and name = ?", (folder, stored))
        self._forget_notes(folder, stored)

    def _forget_notes(self, folder: int, stored: str | bytes) -> None:
        for table in ("problems", "racy"):
            self._connection.execute(f"delete from {table} where folder = ? and name = ?", (folder, stored))

    def settle(self, folder: int, name: str) -> None:
        """Record that a recently modified file is unchanged since it was read."""
        self._connection.execute("delete from racy where folder = ? and name = ?", (folder, pack_name(name)))

    def note_listing(self, problems: Iterable[Problem]) -> None:
        """Replace the list of what could not be listed; in a transaction."""
        self._connection.execute("delete from unlisted")
        self._connection.executemany(
            "insert into unlisted values(?, ?)", [(one.path, one.reason) for one in problems]
        )

    def demote_all(self) -> None:
        """Make every article so far late, so that a cold load can number all others in order."""
        replace_set(self._connection, SetKind.STATE, LATE, read_set(self._connection, SetKind.STATE, LIVE))
        numbering = Numbering(self._connection)
        numbering.newest = numbering.oldest = None
        numbering.save(self._connection)


def _order(date: int | None) -> float:
    return float("-inf") if date is None else date


def _indexed(row: IndexRow, path: str) -> IndexedArticle:
    """Returns the article of a row and the path of its file."""
    date = row.date - DAY_PLACE if row.date is not None and row.is_day else row.date
    facts = ArticleFacts(
        row.key, row.title_key, row.text_key, row.url, path, date, row.title, row.number, row.sketch
    )
    return IndexedArticle(row, facts, (_order(date), row.mtime_ns, path))
