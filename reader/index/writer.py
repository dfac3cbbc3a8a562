"""The one place that changes an index: articles in, articles out, problems, all in transactions.

Files with the same identity are one article, the newest shown: by date, then mtime, then path. The others
stand in the table `others` with their key, beside the files that gave no article at all (key null).
"""

from __future__ import annotations

import marshal
import os
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TypeAlias

from pyroaring import BitMap

from reader.article.dates import seconds_of
from reader.article.record import Article, Problem, key_of
from reader.article.text import words
from reader.index.batch import Batch, Origin, Row, Taken, title_key
from reader.index.blocks import BlockLoad, Packed
from reader.index.entry import entry_of
from reader.index.numbering import Numbering
from reader.index.packing import numbers_in
from reader.index.reading import unpacked_rows
from reader.index.schema import BLOCK_BITS, LATE, LIVE, SetKind, pack_name, unpack_name
from reader.index.sets import read_set
from reader.index.storing import replace_set, withdraw, write_made, write_sets

Rank: TypeAlias = tuple[float, int, str]
"""Date, mtime, path."""

_ROW_SLOTS = ", ".join("?" * len(Row._fields))


class Writer:
    """Writes to one index; one at a time over all processes (see `reader.index.store`)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside becomes visible at once, with a new generation, or not at all."""
        self._connection.execute("begin immediate")
        try:
            yield
            self._connection.execute(
                "insert into meta values('generation', 1) on conflict(key) do update set value = value + 1"
            )
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def add(self, files: Sequence[Taken]) -> None:
        """Take in a small number of files; inside a transaction."""
        self._note_files(files)
        numbering = Numbering(self._connection)
        batch, late = Batch(), []
        chosen = sorted(self._winners(files), key=_place)
        dates = [_seconds(file.article) for file in chosen]
        for file, (number, is_late) in zip(chosen, numbering.number(dates), strict=True):
            assert file.article is not None
            batch.add(number, entry_of(file.article, file.place), file.origin)
            if is_late:
                late.append(number)
        self._insert_rows(batch.rows)
        self._connection.executemany("insert into titles values(?, ?)", batch.titles)
        batch.members[SetKind.STATE][LIVE] = [row.number for row in batch.rows]
        if late:
            batch.members[SetKind.STATE][LATE] = late
        write_sets(self._connection, batch.members)
        numbering.save(self._connection)

    def _winners(self, files: Iterable[Taken]) -> list[Taken]:
        """The files that are shown, each identity once; the others are written down as duplicates."""
        best: dict[int, Taken] = {}
        for file in files:
            if file.article is None:
                continue
            key = key_of(file.article.identity)
            rival = best.get(key)
            if rival is None or _rank(rival) < _rank(file):
                best[key] = file
            loser = rival if best[key] is file else file
            if loser is not None:
                self._set_aside(loser.origin, key)
        return [file for key, file in best.items() if self._beats_shown(key, _rank(file), file.origin)]

    def _beats_shown(self, key: int, rank: Rank, origin: Origin) -> bool:
        """Whether a file is shown for its identity; the one that is not is written down as a duplicate."""
        shown = self._connection.execute(
            "select number, date, mtime_ns, path, name, folder, size, inode from articles"
            " join folders using(folder) where key = ?", (key,)
        ).fetchone()  # fmt: skip
        if shown is None:
            return True
        number, date, mtime_ns, path, name, folder, size, inode = shown
        if (_order(date), mtime_ns, f"{unpack_name(path)}/{unpack_name(name)}") > rank:
            self._set_aside(origin, key)
            return False
        self._take_out([number])
        self._set_aside(Origin(folder, unpack_name(name), mtime_ns, size, inode), key)
        return True

    def _set_aside(self, origin: Origin, key: int | None) -> None:
        self._connection.execute(
            "insert or replace into others values(?, ?, ?, ?, ?, ?)", (*_packed(origin), key)
        )

    def _insert_rows(self, rows: Iterable[Sequence[object]], conflict: str = "") -> None:
        """Insert rows, which come upwards: a tree that grows at its end has full pages."""
        self._connection.executemany(f"insert {conflict} into articles values({_ROW_SLOTS})", rows)

    def _note_files(self, files: Iterable[Taken]) -> None:
        """Problems, files without an article, and digests of files too young to be trusted."""
        for file in files:
            folder, name = file.origin.folder, pack_name(file.origin.name)
            problems = [file.problem] if file.problem else list(file.article.problems if file.article else ())
            self._connection.executemany(
                "insert into problems values(?, ?, ?, ?, ?)",
                [(folder, name, problem.line, problem.field, problem.reason) for problem in problems],
            )
            if file.article is None:
                self._set_aside(file.origin, None)
            if file.digest is not None:
                self._connection.execute(
                    "insert or replace into racy values(?, ?, ?)", (folder, name, file.digest)
                )

    def add_block(self, block: BlockLoad) -> None:
        """Write a whole block of a cold load, which no article was numbered in before; in a transaction."""
        chunks = block.chunks[::-1]
        for chunk in chunks:
            self._note_files(chunk.unusual)
        base = block.block << BLOCK_BITS
        numbers = [base + low for chunk in chunks for low in numbers_in(chunk.live)]
        kept = self._insert_unique(chunks, numbers)
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
        """Insert rows; those whose identity is shown already are duplicates, or replace what is shown.

        Gives the numbers that are shown now, None for all.
        """
        before = self._connection.total_changes
        for chunk in chunks:
            self._insert_rows(marshal.loads(chunk.rows), "or ignore")
        if self._connection.total_changes - before == len(numbers):
            return None
        inserted = self._stored(numbers)
        for chunk in chunks:
            for row in unpacked_rows(chunk.rows):
                if row.number not in inserted and self._replaces_shown(row):
                    self._insert_rows([row])
        return self._stored(numbers)

    def _stored(self, numbers: Sequence[int]) -> BitMap:
        """Those numbers of a block, of all that are in it, which have a row."""
        return BitMap([number for (number,) in self._connection.execute(
            "select number from articles where number between ? and ?", (min(numbers), max(numbers))
        )])  # fmt: skip

    def _replaces_shown(self, row: Row) -> bool:
        """Whether a row is shown in place of the one that has its identity, which is taken out then."""
        (path,) = self._connection.execute(
            "select path from folders where folder = ?", (row.folder,)
        ).fetchone()
        rank = (_order(row.date), row.mtime_ns, f"{unpack_name(path)}/{unpack_name(row.name)}")
        return self._beats_shown(
            row.key, rank, Origin(row.folder, unpack_name(row.name), row.mtime_ns, row.size, row.inode)
        )

    def remove(self, numbers: Sequence[int]) -> None:
        """Take articles and all that is noted of their files out; inside a transaction."""
        for folder, name in self._take_out(numbers):
            self._forget_notes(folder, name)

    def _take_out(self, numbers: Sequence[int]) -> list[tuple[int, str | bytes]]:
        """Take articles out of the rows and sets; their files as (folder, stored name)."""
        files = []
        for number in numbers:
            row = self._connection.execute(
                "delete from articles where number = ? returning title, folder, name", (number,)
            ).fetchone()
            if row is not None:
                title, folder, name = row
                self._connection.execute(
                    "delete from titles where title_key = ? and number = ?", (title_key(words(title)), number)
                )
                files.append((folder, name))
        withdraw(self._connection, BitMap(numbers))
        return files

    def remove_other(self, folder: int, name: str) -> None:
        """Forget a file that was not shown; inside a transaction."""
        stored = pack_name(name)
        self._connection.execute("delete from others where folder = ? and name = ?", (folder, stored))
        self._forget_notes(folder, stored)

    def _forget_notes(self, folder: int, stored: str | bytes) -> None:
        for table in ("problems", "racy"):
            self._connection.execute(f"delete from {table} where folder = ? and name = ?", (folder, stored))

    def settle(self, folder: int, name: str) -> None:
        """A file that was too young to be trusted has turned out to be as it was read."""
        self._connection.execute("delete from racy where folder = ? and name = ?", (folder, pack_name(name)))

    def note_listing(self, problems: Iterable[Problem]) -> None:
        """Store what could not be listed at all, in place of what the last refresh said; in a transaction."""
        self._connection.execute("delete from unlisted")
        self._connection.executemany(
            "insert into unlisted values(?, ?)", [(one.path, one.reason) for one in problems]
        )

    def demote_all(self) -> None:
        """Make every article so far a late one, so that a cold load can number all others in order."""
        replace_set(self._connection, SetKind.STATE, LATE, read_set(self._connection, SetKind.STATE, LIVE))
        numbering = Numbering(self._connection)
        numbering.demote()
        numbering.save(self._connection)


def _packed(origin: Origin) -> tuple[int, str | bytes, int, int, int]:
    return origin.folder, pack_name(origin.name), origin.mtime_ns, origin.size, origin.inode


def _order(date: int | None) -> float:
    return float("-inf") if date is None else date


def _seconds(article: Article | None) -> int | None:
    date = article.published_date_time if article else None
    return None if date is None else seconds_of(date)


def _rank(file: Taken) -> Rank:
    """Of two files with the same identity the higher is shown: by the article's date, then by the file's."""
    assert file.article is not None
    return _order(_seconds(file.article)), file.origin.mtime_ns, file.article.path


def _place(file: Taken) -> tuple[float, str, str]:
    """The order of numbering; articles of the same second by folder and name, the same in every load."""
    assert file.article is not None
    return _order(_seconds(file.article)), os.path.dirname(file.article.path), file.origin.name
