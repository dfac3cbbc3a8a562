"""Publishing: copies the index of a folder to the tables of a shared collection.

A publication is one transaction that starts by taking the publishers' lock: readers see all of it or nothing,
and an interrupted one leaves nothing behind. Only differences are sent: articles are compared by the stamps
of their rows, sets by a digest of each block and then by their checksums.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from array import array
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from hashlib import blake2b, sha256
from itertools import chain
from time import monotonic, time_ns
from typing import Any, LiteralString, NamedTuple, TypeAlias

import psycopg
from psycopg import sql

from reader.article.text import display_path
from reader.collection.folders import Roots
from reader.errors import StorageError, counted
from reader.index import schema as index_schema
from reader.index.entry import IndexRow
from reader.index.packing import pack, pack_set, unpack, unsealed, words_of_rare
from reader.index.schema import BLOCK_BITS, SetKind, unpack_name
from reader.index.store import Index, SqliteStore
from reader.index.workers import IndexWorkers, worker_count
from reader.library.postgres.connection import SharedError, connect, meta_number, server_errors, shown
from reader.library.postgres.records import (
    COLUMNS,
    COPY_HEADER,
    COPY_TRAILER,
    IndexedFile,
    packed_row,
    packed_rows,
    storable,
)
from reader.library.postgres.schema import CHANNEL, CONTENT, MIGRATIONS, SCHEMA, VERSION

CHUNK = 250
"""Files per task of a worker."""
FEW = 1_000
"""Up to this many articles are read without workers: starting those would take longer."""
MOST_NAMED = 5_000
"""Values per statement."""
STRANGE = 100
"""A shared collection with more articles than this is never replaced by a different one or an empty
folder."""
ANALYZED = 0.1
"""If more than this fraction of the articles changes, the statistics are updated."""

COPIED_BYTES = 1 << 18
"""Rows are sent in pieces of this size: one by one, sending a set would take longer than making it."""

LONGEST_VALUE = 2_000
"""Maximum bytes of a value: PostgreSQL can't index longer ones, and nobody filters by such a topic."""

Key: TypeAlias = tuple[int, str]
"""A field and a value."""


class PublishStep(NamedTuple):
    """Progress of a publication."""

    phase: str
    """compare, articles, sets, indexes or done."""
    done: int = 0
    of: int = 0
    report: Publication | None = None
    """Only set on the last step."""


class Publication(NamedTuple):
    """The result of a publication, with the names printed by `reader publish --format json`."""

    articles: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    missing: int = 0
    """Files that vanished or could not be read during the publication."""
    sets: int = 0
    """Number of stored sets that were written."""
    generation: int = 0
    """Generation of the shared collection; changes with each publication that changes anything."""
    seconds: float = 0.0


class Publisher:
    """Publishes the index of a collection of folders to a database."""

    def __init__(self, index: Index, roots: Roots, address: str) -> None:
        self._index = index
        self._roots = roots
        self._address = address

    def run(self) -> Iterator[PublishStep]:
        """Publish the current index, step by step. Raises SharedError; then nothing has changed."""
        began = monotonic()
        yield PublishStep("compare")
        with (
            server_errors(self._address),
            _readable(),
            closing(connect(self._address, is_writing=True, timeout_ms=0, autocommit=False)) as connection,
            closing(index_schema.connect(self._index.location)) as local,
        ):
            # Don't wait for a standby: what it misses is sent by the next publication.
            connection.execute("set synchronous_commit = local")
            connection.execute("set idle_in_transaction_session_timeout = 0")
            local.execute("begin")
            meta = self._begin(connection)
            generation = meta_number(meta, "generation", self._address)
            is_current = meta.get("content") == CONTENT and meta["version"] == str(VERSION)
            source = self._source(local)
            if is_current and source and source == meta.get("source") and "unfinished" not in meta:
                count = meta_number(meta, "articles", self._address)
                report = Publication(count, unchanged=count, generation=generation)
                yield PublishStep("done", report=report._replace(seconds=monotonic() - began))
                return
            dropped = _drop_indexes(connection) if _can_load(connection, meta) else None
            difference = self._compare(connection, local)
            yield from self._send_articles(connection, local, difference, is_frozen=dropped is not None)
            written = yield from self._send_sets(connection, local)
            if dropped is not None:
                yield PublishStep("indexes")
                for create in dropped:
                    connection.execute(create.encode())
            is_different = self._send_rest(connection, local) or written > 0
            is_different = is_different or bool(difference.to_send or difference.to_delete)
            report = difference.report()._replace(sets=written, generation=generation)
            _set_meta(connection, "source", "" if report.missing else source)
            if is_different or not is_current:
                # Based on the time: a generation lost with its server must not be reused for other numbers.
                report = report._replace(generation=max(generation + 1, time_ns() // 1_000_000))
                self._finish(connection, report, is_sharded="shards" in meta)
            connection.commit()
            if report.generation != generation and "shards" not in meta:
                settle(connection, is_large=report.added + report.changed > report.articles * ANALYZED)
        yield PublishStep("done", report=report._replace(seconds=monotonic() - began))

    def _begin(self, connection: psycopg.Connection) -> dict[str, str]:
        """Take the lock and upgrade the tables; returns the previous contents of `meta`."""
        name = shown(self._address)
        if not _one(connection, "select has_table_privilege('article', 'insert')"):
            raise SharedError(f"this role can read {name} but not publish there: publish as its owner")
        try:
            # A row that readers can't lock, unlike an advisory lock.
            connection.execute("select from meta where key = 'version' for update nowait")
        except psycopg.errors.LockNotAvailable:
            raise SharedError(
                f"{name} is being published already: try again when that has finished"
            ) from None
        meta: dict[str, str] = dict(connection.execute("select key, value from meta").fetchall())
        version = meta_number(meta, "version", self._address)
        if version > VERSION:
            raise SharedError(f"{name} was set up by a newer version of reader: publish with that one")
        for step in range(version, VERSION):
            for statement in MIGRATIONS[step].split(";"):
                connection.execute(statement.encode())
        connection.execute("update meta set value = %s where key = 'version'", (str(VERSION),))
        if "unfinished" in meta:
            # A server died while the shards were committing one by one: their state is unknown.
            for table in ("sets", "article", "block"):
                connection.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
        return meta

    def _source(self, local: sqlite3.Connection) -> str:
        """Identifies this index and its state, so that nothing is compared if it was the last one published;
        empty if it is in memory only."""
        try:
            file = os.stat(self._index.location)
        except OSError:
            return ""
        writes = local.execute(
            "select key, value from meta where key in ('generation', 'rekeyed') order by 1"
        )
        state = repr((platform.node(), self._index.location, file.st_ino, writes.fetchall()))
        return blake2b(state.encode("utf-8", "replace"), digest_size=16).hexdigest()

    def _compare(self, connection: psycopg.Connection, local: sqlite3.Connection) -> Difference:
        """Find the articles that differ, by merging the stamps of both sides, sorted by key."""
        found = Difference()
        with connection.cursor("stamps", binary=True) as cursor:
            cursor.itersize = MOST_NAMED
            theirs = iter(cursor.execute("select key, stamp from article order by key"))
            their = next(theirs, None)
            for file in files(local, "order by key"):
                while their is not None and their[0] < file.row.key:
                    found.count(None, their)
                    their = next(theirs, None)
                if their is not None and their[0] == file.row.key:
                    found.count(file, their)
                    their = next(theirs, None)
                else:
                    found.count(file, None)
            for remaining in chain([their] if their else [], theirs):
                found.count(None, remaining)
        if found.gone >= STRANGE and not found.changed + found.same:
            raise SharedError(
                f"{shown(self._address)} holds {counted(found.gone, 'article')}, none of which is in this"
                f" collection: publish to another database, or drop the schema {SCHEMA} there first"
            )
        return found

    def _send_articles(
        self,
        connection: psycopg.Connection,
        local: sqlite3.Connection,
        difference: Difference,
        *,
        is_frozen: bool,
    ) -> Iterator[PublishStep]:
        for start in range(0, len(difference.to_delete), MOST_NAMED):
            keys = difference.to_delete[start : start + MOST_NAMED].tolist()
            connection.execute("delete from article where key = any(%s)", (keys,))
        numbers = array("q", sorted(difference.to_send))
        if not numbers:
            return
        tasks = (
            (self._roots, files_of(local, numbers[start : start + CHUNK]))
            for start in range(0, len(numbers), CHUNK)
        )
        done = 0
        yield PublishStep("articles", 0, len(numbers))
        with (
            IndexWorkers(worker_count() if len(numbers) > FEW else 1) as workers,
            connection.cursor().copy(_copy("article", COLUMNS, is_frozen=is_frozen)) as copy,
        ):
            copy.write(COPY_HEADER)
            for rows, missing in workers.map(packed_rows, tasks):
                copy.write(rows)
                difference.missing += missing
                done += CHUNK
                yield PublishStep("articles", min(done, len(numbers)), len(numbers))
            copy.write(COPY_TRAILER)

    def _send_sets(
        self, connection: psycopg.Connection, local: sqlite3.Connection
    ) -> Generator[PublishStep, None, int]:
        """Send the sets that differ, block by block; returns how many were written."""
        theirs = {block: digest for block, digest in connection.execute("select block, digest from block")}
        blocks = [block for (block,) in local.execute("select block from blocks order by block")]
        written = 0
        for block in theirs.keys() - set(blocks):
            connection.execute("delete from sets where block = %s", (block,))
            connection.execute("delete from block where block = %s", (block,))
            written += 1
        for done, block in enumerate(blocks):
            yield PublishStep("sets", done, len(blocks))
            digest = digest_of_block(local, block)
            if theirs.get(block) != digest:
                written += _send_block(connection, block, sets_of_block(local, block), block in theirs)
                connection.execute("delete from block where block = %s", (block,))
                connection.execute("insert into block values(%s, %s)", (block, digest))
        return written

    def _send_rest(self, connection: psycopg.Connection, local: sqlite3.Connection) -> bool:
        """Send the small tables: field values, stories, problems, duplicates; returns whether any
        differed."""
        choices = [
            (field, storable(folded), storable(value))
            for field, folded, value in local.execute("select field, folded, value from choices")
            if len(folded.encode()) + len(value.encode()) <= LONGEST_VALUE
        ]
        problems = [
            (self._below(one.path), one.line, storable(one.field), storable(one.reason))
            for one in self._index.problems()
        ]
        duplicates = [(self._below(one), self._below(other)) for one, other in self._index.duplicates()]
        is_different = [
            _replace(connection, "choice", ("field", "folded", "value"), "htt", choices),
            _replace(connection, "problem", ("path", "line", "field", "reason"), "titt", problems),
            _send_stories(connection, local),
            _send_titles(connection, local),
            _replace(connection, "duplicate", ("path", "shown"), "tt", duplicates),
        ]
        return any(is_different)

    def _below(self, path: str) -> str:
        """Returns a path for display, relative to the published root."""
        for top in self._roots.paths:
            start = f"{display_path(top)}/"
            if path.startswith(start):
                name = "" if len(self._roots.paths) == 1 else f"{display_path(os.path.basename(top))}/"
                return storable(name + path[len(start) :])
        return storable(path.rpartition("/")[2])

    def _finish(self, connection: psycopg.Connection, report: Publication, *, is_sharded: bool) -> None:
        """Commit and notify the readers."""
        meta = {
            "generation": str(report.generation), "content": CONTENT, "articles": str(report.articles),
            "published": datetime.now(UTC).isoformat(timespec="seconds"),
        }  # fmt: skip
        for key, value in meta.items():
            _set_meta(connection, key, value)
        # Delivered with the commit.
        connection.execute("select pg_notify(%s, %s)", (CHANNEL, str(report.generation)))
        if is_sharded:
            with closing(connect(self._address, is_writing=True)) as beside:
                beside.execute("insert into meta values('unfinished', '') on conflict do nothing")
        connection.execute("delete from meta where key = 'unfinished'")
        connection.commit()


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(
            f"the index of the folder can't be read ({error}): run"
            ' "reader index --rebuild", then publish again'
        ) from error


def _can_load(connection: psycopg.Connection, meta: Mapping[str, str]) -> bool:
    """Returns whether nothing was ever published to these tables, which belong to this role, are on one
    server, and are locked for everyone else now."""
    if "content" in meta or "shards" in meta:
        return False
    is_empty = _one(
        connection,
        "select not exists(select from article) and not exists(select from sets) and"
        " (select bool_and(relkind = 'r' and pg_has_role(relowner, 'usage')) from pg_class"
        " where oid in ('article'::regclass, 'sets'::regclass))"
        " and not exists(select from pg_extension where extname = 'citus')",
    )
    try:
        with connection.transaction():
            if is_empty:
                connection.execute("lock table article, sets in access exclusive mode nowait")
    except psycopg.errors.LockNotAvailable:
        return False
    return bool(is_empty)


def _drop_indexes(connection: psycopg.Connection) -> list[str]:
    """Drops the indexes of the empty tables, whoever created them, and what an interrupted publication left
    on the disk; returns the statements that create them again.

    Creating them once is faster than updating them row by row, above all when they no longer fit in memory.
    Nobody can read the tables until the transaction ends.
    """
    found = connection.execute(_INDEXES).fetchall()
    connection.execute("truncate article, sets")
    for drop, _ in found:
        connection.execute(drop.encode())
    return [create for _, create in found]


_INDEXES = """
select
  case when conname is null then format('drop index %s', indexrelid::regclass)
    else format('alter table %s drop constraint %I', indrelid::regclass, conname) end,
  case when conname is null then pg_get_indexdef(indexrelid)
    else format('alter table %s add constraint %I %s', indrelid::regclass, conname,
      pg_get_constraintdef(pg_constraint.oid)) end
from pg_index left join pg_constraint on conindid = indexrelid and contype in ('p', 'u')
where indrelid in ('article'::regclass, 'sets'::regclass)
order by indexrelid"""
"""The statements that drop and create each index of the large tables."""


class Difference:
    """The articles to send and to delete."""

    def __init__(self) -> None:
        self.to_send = array("q")
        """Numbers."""
        self.to_delete = array("q")
        """Keys; includes changed articles."""
        self.added = self.changed = self.same = self.gone = self.missing = 0

    def count(self, file: IndexedFile | None, their: tuple[int, int] | None) -> None:
        """Record an article that the folder, the database (as key and stamp) or both have."""
        if file is not None and their is not None and file.stamp == their[1]:
            self.same += 1
            return
        self.added += their is None
        self.gone += file is None
        self.changed += file is not None and their is not None
        if file is not None:
            self.to_send.append(file.row.number)
        if their is not None:
            self.to_delete.append(their[0])

    def report(self) -> Publication:
        """Returns the part of the report about articles."""
        return Publication(
            self.added + self.changed + self.same, self.added, self.changed, self.gone, self.same,
            self.missing,
        )  # fmt: skip


def files(local: sqlite3.Connection, rest: str, values: Sequence[int] = ()) -> Iterator[IndexedFile]:
    """Returns the articles of an index."""
    query = "select root, path, articles.* from articles join folders using(folder)"
    for root, folder, *columns in local.execute(f"{query} {rest}", values):
        row = IndexRow._make(columns)
        path = f"{unpack_name(folder)}/{unpack_name(row.name)}"
        state = repr((
            CONTENT, *row[:14], row.title_key, row.text_key, row.mtime_ns, row.size, row.ctime_ns, path
        ))  # fmt: skip
        digest = blake2b(state.encode("utf-8", "surrogateescape"), digest_size=8).digest()
        yield IndexedFile(row, int.from_bytes(digest, signed=True), root, path)


def files_of(local: sqlite3.Connection, numbers: Sequence[int]) -> list[IndexedFile]:
    """Returns the articles with these numbers."""
    slots = ",".join("?" * len(numbers))
    return [*files(local, f"where number in ({slots}) order by number", tuple(numbers))]


def digest_of_block(local: sqlite3.Connection, block: int) -> bytes:
    """Returns a digest of all sets of a block, except those of the user's marks."""
    digest = blake2b(CONTENT.encode(), digest_size=16)
    for table, start in (("sets", "value"), ("rare", "start")):
        rows = local.execute(
            f"select field, {start}, data from {table} where block = ? and field != ?", (block, SetKind.MARK)
        )
        for field, value, data in rows:
            digest.update(b"%d %s\0%d " % (field, value.encode("utf-8", "surrogatepass"), len(data)))
            digest.update(data)
    return digest.digest()


def sets_of_block(local: sqlite3.Connection, block: int) -> dict[Key, bytes]:
    """Returns the stored sets of a block by field and value, including rare words. Raises
    sqlite3.DatabaseError if one is damaged."""
    found: dict[Key, bytes] = {}
    rows = local.execute(
        "select field, value, part, data from sets where block = ? and field != ?"
        " order by field, value, part",
        (block, SetKind.MARK),
    )
    for field, value, part, data in rows:
        # The parts of a set are one byte string; only the last part ends with a checksum.
        found[field, value] = found[field, value] + data if part else data
    for data in found.values():
        unsealed(data)
    for field, data in local.execute("select field, data from rare where block = ?", (block,)):
        for word, lows in words_of_rare(data):
            before = found.get((field, word))
            found[field, word] = (
                pack(lows) if before is None else pack_set(unpack(block, before) | unpack(block, pack(lows)))
            )
    return {key: data for key, data in found.items() if len(key[1].encode()) <= LONGEST_VALUE}


def _send_block(connection: psycopg.Connection, block: int, mine: dict[Key, bytes], is_there: bool) -> int:
    """Replace the stored sets of a block; returns how many were written or deleted."""
    theirs: dict[Key, bytes] = {}
    if is_there:
        rows = connection.execute(
            "select field, value, substr(data, length(data) - 3) from sets where block = %s", (block,)
        )
        theirs = {(field, value): checksum for field, value, checksum in rows}
    to_send = {key: data for key, data in mine.items() if theirs.get(key) != data[-4:]}
    dropped = [key for key in theirs if key in to_send or key not in mine]
    for field in {field for field, _ in dropped}:
        values = [value for of, value in dropped if of == field]
        for start in range(0, len(values), MOST_NAMED):
            connection.execute(
                "delete from sets where field = %s and block = %s and value = any(%s)",
                (field, block, values[start : start + MOST_NAMED]),
            )
    packed = (packed_row("htib", (*key, block, to_send[key])) for key in sorted(to_send))
    _copy_rows(connection, "sets", ("field", "value", "block", "data"), packed)
    return len(to_send) + len(theirs.keys() - mine.keys())


def _replace(
    connection: psycopg.Connection,
    table: str,
    columns: Sequence[str],
    kinds: str,
    rows: Iterable[tuple[object, ...]],
) -> bool:
    """Replace the rows of a small table; returns whether they differed."""
    wanted = sorted(set(rows), key=repr)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    there = connection.execute(sql.SQL("select {} from {}").format(names, sql.Identifier(table))).fetchall()
    if sorted(there, key=repr) == wanted:
        return False
    connection.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
    _copy_rows(connection, table, columns, (packed_row(kinds, row) for row in wanted))
    return True


def _send_stories(connection: psycopg.Connection, local: sqlite3.Connection) -> bool:
    """Replace the stories of the articles in blocks that differ; returns whether there were any."""
    blocks = {block for (block,) in local.execute(f"select distinct number >> {BLOCK_BITS} from stories")}
    blocks |= {
        block for (block,) in connection.execute("select distinct number >> %s from story", (BLOCK_BITS,))
    }
    is_different = False
    for block in sorted(blocks):
        start, stop = block << BLOCK_BITS, (block + 1) << BLOCK_BITS
        mine = local.execute(
            "select s.number, s.story, a.key, s.coverage from stories s join articles a on a.number = s.story"
            " where s.number >= ? and s.number < ? order by s.number", (start, stop)
        ).fetchall()  # fmt: skip
        theirs = connection.execute(
            "select number, story, first_key, coverage from story where number >= %s and number < %s"
            " order by number", (start, stop)
        ).fetchall()  # fmt: skip
        if mine != theirs:
            connection.execute("delete from story where number >= %s and number < %s", (start, stop))
            rows = (packed_row("qqqi", row) for row in mine)
            _copy_rows(connection, "story", ("number", "story", "first_key", "coverage"), rows)
            is_different = True
    return is_different


def _send_titles(connection: psycopg.Connection, local: sqlite3.Connection) -> bool:
    """Replace the parts of the order of titles that differ; returns whether there were any."""
    numbers = SqliteStore(local).titles()
    if sys.byteorder == "big":
        numbers.byteswap()
    theirs: dict[str, bytes] = dict(
        connection.execute("select prefix, sha256(numbers) from title_order").fetchall()
    )
    is_different, start = False, 0
    for prefix, count in local.execute(
        "select substr(title_key, 1, 2), count(*) from titles group by 1 order by 1"
    ):
        packed = numbers[start : start + count].tobytes()
        start += count
        if theirs.pop(prefix, None) != sha256(packed).digest():
            connection.execute(
                "insert into title_order values(%s, %s)"
                " on conflict(prefix) do update set numbers = excluded.numbers",
                (storable(prefix), packed),
            )
            is_different = True
    if theirs:
        connection.execute("delete from title_order where prefix = any(%s)", ([*theirs],))
    return is_different or bool(theirs)


def _copy_rows(
    connection: psycopg.Connection, table: str, columns: Sequence[str], rows: Iterable[bytes]
) -> None:
    piece = bytearray(COPY_HEADER)
    with connection.cursor().copy(_copy(table, columns)) as copy:
        for row in rows:
            piece += row
            if len(piece) > COPIED_BYTES:
                copy.write(piece)
                piece.clear()
        copy.write(piece + COPY_TRAILER)


def _copy(table: str, columns: Sequence[str], *, is_frozen: bool = False) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    form = sql.SQL("format binary, freeze" if is_frozen else "format binary")
    return sql.SQL("copy {} ({}) from stdin ({})").format(sql.Identifier(table), names, form)


def _set_meta(connection: psycopg.Connection, key: str, value: str) -> None:
    connection.execute(
        "insert into meta values(%s, %s) on conflict(key) do update set value = excluded.value", (key, value)
    )


def _one(connection: psycopg.Connection, question: LiteralString, *values: object) -> Any:
    row = connection.execute(question, values).fetchone()
    return row[0] if row else None


def settle(connection: psycopg.Connection, *, is_large: bool) -> None:
    """Update the server's statistics; without the right to, autovacuum does so later, as on shards."""
    statements = ["select brin_summarize_new_values('sets_by_block')"]
    if is_large:
        statements += ["analyze sets", "analyze article"]
    for statement in statements:
        with suppress(psycopg.Error):
            connection.execute(statement.encode())
        connection.commit()
