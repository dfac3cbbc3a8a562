"""Reads files for the index: a few in this process, very many in chunks for worker processes.

A file's state is recorded when it is read, not when it is listed, so an edit in between is noticed by the
next refresh.
"""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import count
from typing import NamedTuple

from reader.article.dates import sort_seconds
from reader.article.record import Place, Problem
from reader.collection.files import Content, peek, read_content
from reader.collection.folders import Roots
from reader.index.entry import Batch, IndexEntry, IndexRow, Origin, Taken, entry_of, too_many_words
from reader.index.packing import Run, RunGroup, lows_of, runs_of
from reader.index.scan import is_too_young
from reader.index.schema import BLOCK_BITS, UNDATED
from reader.parsing.content import Unreadable, article_in, fault
from reader.parsing.dates import date_in_name

AT_ONCE = 1 << 20
"""Total size of the files that are processed together: a few hundred articles."""


class File(NamedTuple):
    """A file to read: its folder's number in the index, its root, its folder's path, its name."""

    folder: int
    root: int
    path: str
    name: str


class Chunk(NamedTuple):
    """A task for a worker: files, numbered from `first` downwards."""

    roots: Roots
    first: int
    files: Sequence[tuple[int, int, str, str]]
    """In the order of `File`; plain tuples are half as expensive to send through a pipe."""
    dates: array[int] | None = None
    """The dates that the numbers were assigned by, in seconds."""


class Packed(NamedTuple):
    """The result of a chunk, in a form that is cheap to send through a pipe and compact until it is
    written."""

    rows: bytes
    """Marshalled rows of the table `articles`, ascending by number."""
    titles: list[str]
    """Their keys, sorted by title."""
    live: bytes
    """The low 16 bits of their numbers."""
    late: list[int]
    """Numbers of late articles: those not in date order."""
    runs: dict[RunGroup, Run]
    unusual: list[Taken]
    """Files with problems, without an article, or modified too recently to be trusted; articles without their
    body."""


def take(roots: Roots, file: File) -> Taken:
    """Reads one file; never raises, whatever the file contains and even if it is gone."""
    return _parsed(_opened(roots, file))


def put(batch: Batch, number: int, taken: Taken, key: int | None = None) -> Taken:
    """Adds a file's article to a batch, under `key` if given; an error becomes a problem of the file."""
    entry = _entry(taken)
    if isinstance(entry, IndexEntry) and key is not None:
        entry = entry._replace(key=key)
    return _added(batch, number, taken, entry)


class _Opened(NamedTuple):
    """What was read from a file."""

    origin: Origin
    place: Place
    raw: bytes = b""
    digest: bytes | None = None
    problem: Problem | None = None
    """Why nothing could be read."""


def _opened(roots: Roots, file: File) -> _Opened:
    place = roots.place(file.root, f"{file.path}/{file.name}")
    origin = Origin(file.folder, file.name, 0, 0, 0, 0)
    try:
        content = read_content(place.path)
        raw, mtime_ns, size, inode, ctime_ns, _ = content
        origin = Origin(file.folder, file.name, mtime_ns, size, inode, ctime_ns)
        return _Opened(origin, place, raw, racy_digest(content))
    except OSError as error:
        reason = f"can't be read ({error.strerror or error}): check its permissions"
        return _Opened(origin, place, problem=Problem(place.path, 0, "file", reason))
    except Exception as error:
        return _Opened(origin, place, problem=fault(place, error))


def _parsed(opened: _Opened) -> Taken:
    origin, place, raw, digest, problem = opened
    if problem is not None:
        return Taken(origin, place, None, problem)
    try:
        return Taken(origin, place, article_in(raw, place), digest=digest)
    except Unreadable as error:
        return Taken(origin, place, None, error.problem, digest)
    except Exception as error:
        return Taken(origin, place, None, fault(place, error), digest)


def _entry(taken: Taken) -> IndexEntry | Problem | None:
    """Returns the entry of an article, the problem with it, or None if there is no article."""
    if taken.article is None:
        return None
    try:
        return entry_of(taken.article, taken.place)
    except Exception as error:
        return fault(taken.place, error)


def _added(batch: Batch, number: int, taken: Taken, entry: IndexEntry | Problem | None) -> Taken:
    """Adds the file's entry to the batch and returns the file, with the problem if there was one."""
    if entry is None:
        return taken
    if isinstance(entry, Problem):
        return taken._replace(article=None, problem=entry)
    try:
        batch.add(number, entry, taken.origin)
    except Exception as error:
        return taken._replace(article=None, problem=fault(taken.place, error))
    if taken.article is not None and batch.cut[-1:] == [number]:
        return taken._replace(article=too_many_words(taken.article))
    return taken


def digest_now(file: File) -> bytes | None:
    """Returns the digest of a file's current content; None if it can't be read."""
    try:
        return _digest(read_content(f"{file.path}/{file.name}").raw)
    except OSError:
        return None


def _digest(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=16).digest()


def racy_digest(content: Content) -> bytes | None:
    """Returns a digest of content that was read too soon after it was written; None if the times can be
    trusted."""
    return _digest(content.raw) if is_too_young(content.mtime_ns, content.read_at_ns) else None


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
        takens = list(map(_parsed, group))
        entries = list(map(_entry, takens))
        for taken, entry in zip(takens, entries, strict=True):
            taken = _added(batch, next(numbers), taken, entry)
            if taken.article is None or taken.article.problems or taken.digest:
                slim = taken.article and taken.article._replace(body="", other={}, related=(), images=())
                unusual.append(taken._replace(article=slim))
    rows = [tuple(row) for row in batch.rows]
    live = lows_of([row.number - base for row in batch.rows])
    titles = [key for key, _ in batch.titles]
    return Packed(
        marshal.dumps(rows), titles, live, _late(batch.rows, chunk), runs_of(batch.members), unusual
    )


def _groups(chunk: Chunk) -> Iterator[list[_Opened]]:
    """Yields a chunk's files, oldest first, in groups small enough for memory."""
    group: list[_Opened] = []
    size = 0
    for file in map(File._make, reversed(chunk.files)):
        group.append(_opened(chunk.roots, file))
        size += len(group[-1].raw)
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


def unpacked_rows(packed: bytes) -> list[IndexRow]:
    """Returns the unmarshalled rows of a chunk."""
    return list(map(IndexRow._make, marshal.loads(packed)))


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
