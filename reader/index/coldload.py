"""A cold load: reads very many files at once, numbered newest first before they are parsed.

A first pass only looks for the files' dates. Once the order is known, every chunk gets its final numbers,
workers make its rows and sets, and each block of 65,536 numbers is written once, in one transaction. An
interrupted load resumes where it stopped: written blocks are final.
"""

from __future__ import annotations

import marshal
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from itertools import count, starmap
from typing import NamedTuple

from reader.article.dates import sort_seconds
from reader.collection.files import peek
from reader.collection.folders import Roots
from reader.index.entry import Batch, File, IndexRow, Packed, Taken, entry_in, opened, parsed, put
from reader.index.packing import lows_of, make, runs_of
from reader.index.schema import BLOCK_BITS, UNDATED
from reader.index.workers import IndexWorkers
from reader.index.writer import BlockLoad, Numbering, Writer
from reader.parsing.dates import date_in_name

PEEK_SIZE = 4096
"""Files per task when workers look for dates."""

PARTS = 12
"""Tasks per block when sets are made: enough to balance the workers and to limit memory."""

SMALL_CHUNK, LARGE_CHUNK = 512, 2048
"""Files per task when workers read: large chunks merge cheaply because words recur, small ones balance the
load, so tasks shrink towards the end."""


AT_ONCE = 1 << 20
"""Total size of the files that are processed together: a few hundred articles."""


class Chunk(NamedTuple):
    """A task for a worker: files, numbered from `first` downwards."""

    roots: Roots
    first: int
    files: Sequence[tuple[int, int, str, str]]
    """In the order of `File`; plain tuples are half as expensive to send through a pipe."""
    dates: array[int] | None = None
    """The dates that the numbers were assigned by, in seconds."""


class ColdLoad:
    """Reads files into blocks that have no articles yet."""

    def __init__(
        self, connection: sqlite3.Connection, writer: Writer, roots: Roots, workers: IndexWorkers
    ) -> None:
        self._connection = connection
        self._writer = writer
        self._roots = roots
        self._workers = workers

    def dates(self, files: Sequence[File]) -> Iterator[array[int]]:
        """Yields a guess at each file's date in seconds (or UNDATED), a few thousand at a time."""
        tasks = (
            Chunk(self._roots, 0, [file[:] for file in files[at : at + PEEK_SIZE]])
            for at in range(0, len(files), PEEK_SIZE)
        )
        for part in self._workers.map(peek_chunk, tasks):
            yield array("q", part)

    def run(self, files: Sequence[File], dates: array[int]) -> Iterator[tuple[int, bool]]:
        """Load files that are all as old as the oldest numbered date or older.

        Yields (number of files read so far, whether a block was just written).
        """
        # Files of the same second are sorted by folder and name, as in every other load; `files` comes in
        # that order.
        order = sorted(range(len(files)), key=dates.__getitem__, reverse=True)
        undated = next((place for place, index in enumerate(order) if dates[index] == UNDATED), len(order))
        yield from self._run(files, order[:undated], dates, is_dated=True)
        for read, written in self._run(files, order[undated:][::-1], dates, is_dated=False):
            yield undated + read, written

    def _run(
        self, files: Sequence[File], order: Sequence[int], dates: array[int], *, is_dated: bool
    ) -> Iterator[tuple[int, bool]]:
        numbering = Numbering(self._connection)
        plan = list(self._plan(order, numbering.next_down(is_dated=is_dated)))
        tasks = (
            Chunk(
                self._roots, first, [files[index][:] for index in part],
                array("q", [dates[index] for index in part]),
            )
            for first, part in plan
        )  # fmt: skip
        load: BlockLoad | None = None
        read = 0
        for (first, part), packed in zip(plan, self._workers.map(take_chunk, tasks), strict=True):
            block = first >> BLOCK_BITS
            if load is not None and load.block != block:
                self._write(load, is_last=False)
                yield read, True
                load = None
            load = load or BlockLoad(block, numbering)
            load.take(packed)
            numbering.take_down(first - len(part), dates[part[0]], dates[part[-1]], is_dated=is_dated)
            read += len(part)
            yield read, False
        if load is not None:
            self._write(load, is_last=True)
            yield read, True

    def _plan(self, order: Sequence[int], first: int) -> Iterator[tuple[int, Sequence[int]]]:
        """Yields (first number, file indices) for each chunk; no chunk crosses a block."""
        start = 0
        while start < len(order):
            room = (first & ((1 << BLOCK_BITS) - 1)) + 1
            size = max(min((len(order) - start) // 4, LARGE_CHUNK), SMALL_CHUNK)
            part = order[start : start + min(size, room)]
            yield first, part
            start += len(part)
            first -= len(part)

    def _write(self, load: BlockLoad, *, is_last: bool) -> None:
        load.made = self._workers.map(make, load.tasks(PARTS))
        if not is_last:
            # The workers are busy with the next block, and nobody else can write while this waits for them.
            load.made = list(load.made)
        with self._writer.transaction():
            self._writer.add_block(load)


def take_chunk(chunk: Chunk) -> Packed:
    """Reads a chunk's files into rows and set members."""
    base = chunk.first >> BLOCK_BITS << BLOCK_BITS
    batch = Batch(base)
    unusual: list[Taken] = []
    # Oldest first: ascending numbers need no sorting.
    numbers = count(chunk.first - len(chunk.files) + 1)
    for group in _groups(chunk):
        # Step by step, not file by file: each step's data stays in the processor's caches, which saves a
        # quarter of the time.
        takens = list(starmap(parsed, group))
        entries = list(map(entry_in, takens))
        for taken, entry in zip(takens, entries, strict=True):
            taken = put(batch, next(numbers), taken, entry)
            if taken.article is None or taken.article.problems or taken.digest:
                slim = taken.article and taken.article._replace(body="", other={}, related=(), images=())
                unusual.append(taken._replace(article=slim))
    rows = [tuple(row) for row in batch.rows]
    live = lows_of([row.number - base for row in batch.rows])
    titles = [key for key, _ in batch.titles]
    return Packed(
        marshal.dumps(rows), titles, live, _late(batch.rows, chunk), runs_of(batch.members), unusual
    )


def _groups(chunk: Chunk) -> Iterator[list[tuple[Taken, bytes]]]:
    """Yields a chunk's files, oldest first, in groups small enough for memory."""
    group: list[tuple[Taken, bytes]] = []
    size = 0
    for file in map(File._make, reversed(chunk.files)):
        group.append(opened(chunk.roots, file))
        size += len(group[-1][1])
        if size > AT_ONCE:
            yield group
            group, size = [], 0
    yield group


def _late(rows: Sequence[IndexRow], chunk: Chunk) -> list[int]:
    """Returns the numbers of the articles whose date was guessed wrong."""
    if chunk.dates is None:
        return []
    first, dates = chunk.first, chunk.dates
    return [
        row.number for row in rows if dates[first - row.number] != (UNDATED if row.date is None else row.date)
    ]


def peek_chunk(chunk: Chunk) -> bytes:
    """Returns a cheap guess at each file's date, as 64-bit seconds; only used to order the work."""
    return array("q", [_peek(chunk.roots, File._make(file)) for file in chunk.files]).tobytes()


def _peek(roots: Roots, file: File) -> int:
    try:
        found = peek(f"{file.path}/{file.name}")
    except OSError:
        return UNDATED
    if found is None:
        day = date_in_name(roots.place(file.root, f"{file.path}/{file.name}").relative)
        found = sort_seconds(day) if day else None
    return UNDATED if found is None else found
