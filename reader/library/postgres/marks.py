"""Marks in a shared collection: stored per role on the server; row-level security hides those of other roles.

Follows the same rules as `reader.marks.database.Marks` (see `reader.marks.mark`). A change is committed when
the call returns: on the primary, and on its standby if replication is synchronous. It is never sent twice.
Reading still works if no server accepts changes.
"""

from __future__ import annotations

import json
import sys
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import RLock, Timer
from typing import Any, TypeVar

import psycopg

from reader.article.text import clean, clean_line
from reader.library.postgres.connection import (
    SharedError,
    connect,
    error_of,
    is_lost,
    server_errors,
    shown,
    usable,
)
from reader.library.postgres.records import storable
from reader.marks.mark import (
    KEPT_CHANGES,
    MOST_SECONDS,
    KeptMarks,
    Mark,
    MarkWithTimes,
    Step,
    Times,
    Traces,
    changed_times,
    set_names,
)

_Found = TypeVar("_Found")

_STATE = ("key", "identity", "read", "starred", "note", "tags")
"""The fields of a mark that a step of a change stores; the first ones."""
CHANGE_MS = 300_000
"""Time limit of a change: one of a million articles takes a minute."""
COMMIT_PATIENCE = 10.0
"""Seconds that a commit waits for a synchronous standby; the server would wait forever."""

_COLUMNS = "key, identity, read, starred, note, tags, title_key, text_key, date"
# The server only shows a role its own rows, but an administrator sees all, so each question filters by role.
_MINE = "role = current_user"
_ALL = f'select {_COLUMNS}, times from mark where {_MINE} order by identity collate "C"'


class SharedMarks(KeptMarks):
    """One role's marks. Safe to call from several threads."""

    def __init__(self, address: str) -> None:
        """Connects on first use."""
        self._address = address
        self._lock = RLock()
        self._reading: psycopg.Connection | None = None
        self._writing: psycopg.Connection | None = None
        self._warnings: list[str] = []

    def _ask(self, question: Callable[[psycopg.Connection], _Found]) -> _Found:
        """Runs a question; retries once if the connection was lost. Raises SharedError."""
        with self._lock, usable(self._address):
            try:
                return self._asked(question)
            except psycopg.Error as error:
                if not is_lost(error):
                    raise error_of(error, self._address) from error
            self._drop()
            with server_errors(self._address):
                return self._asked(question)

    def _asked(self, question: Callable[[psycopg.Connection], _Found]) -> _Found:
        # A role sees its own change at once, though a standby may receive it later.
        if self._writing is not None and not self._writing.closed:
            try:
                return question(self._writing)
            finally:
                with suppress(psycopg.Error):
                    self._writing.rollback()  # an open transaction would keep locks
        if self._reading is None or self._reading.closed:
            self._reading = connect(self._address)
        return question(self._reading)

    def _drop(self) -> None:
        for connection in (self._reading, self._writing):
            if connection is not None:
                connection.close()
        self._reading = self._writing = None

    @property
    def turn(self) -> int:
        """The number of the last change by this role, on any machine; only increases."""
        return self._ask(_turn)

    def markings(self, turn: int) -> list[tuple[frozenset[str], array[int]]]:
        """Returns the keys of the articles whose marks changed after a turn, by their current sets: read,
        starred, note, tag:NAME, or none."""

        def question(connection: psycopg.Connection) -> list[tuple[frozenset[str], array[int]]]:
            # A hundred thousand keys as one byte string take a quarter of the time of rows.
            rows = connection.execute(
                "select read, starred, note != '', tags, string_agg(int8send(key), '') from mark"
                f" where {_MINE} and turn > %s group by 1, 2, 3, 4", (turn,)
            )  # fmt: skip
            return [
                (set_names(read, starred, has_note, map(clean_line, tags)), numbers_in(keys))
                for read, starred, has_note, tags, keys in rows
            ]

        return self._ask(question)

    def of(self, keys: Iterable[int]) -> dict[int, Mark]:
        """Returns the marks of those articles that have any."""
        wanted = list(keys)
        return self._ask(lambda connection: _ServerTables(connection).of(wanted))

    def _all(self) -> list[MarkWithTimes]:
        return self._ask(
            lambda connection: [(_mark(row[:-1]), _times(row[-1])) for row in connection.execute(_ALL)]
        )

    @contextmanager
    def _transaction(self) -> Iterator[_ServerTables]:
        """Committed by the server when the block ends."""
        with self._lock, usable(self._address), server_errors(self._address):
            connection = self._writer()
            turn = connection.execute(
                # Based on the time: a turn lost with its server must not be reused for another change.
                "insert into mark_turn(turn) values((extract(epoch from clock_timestamp()) * 1000)::bigint)"
                " on conflict(role) do update set turn = greatest(mark_turn.turn + 1, excluded.turn)"
                " returning turn"
            ).fetchone()
            try:
                assert turn is not None
                yield _ServerTables(connection, int(turn[0]))
            except BaseException:
                with suppress(psycopg.Error):
                    connection.rollback()
                raise
            self._commit(connection)

    def _writer(self) -> psycopg.Connection:
        """Returns a writable connection that has just answered, so that no change is sent to a lost one."""
        if self._writing is not None:
            try:
                self._writing.execute("select 1 where not pg_is_in_recovery()")
                return self._writing
            except psycopg.Error:
                self._writing.close()
        self._writing = connect(self._address, is_writing=True, autocommit=False, timeout_ms=CHANGE_MS)
        if self._reading is not None:
            self._reading.close()
        self._writing.add_notice_handler(self._note)
        self._writing.execute("set session synchronous_commit = on")
        self._writing.commit()
        return self._writing

    def _note(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            self._warnings.append(notice.message_primary or "")

    def _commit(self, connection: psycopg.Connection) -> None:
        self._warnings.clear()
        waiting = Timer(COMMIT_PATIENCE, connection.cancel)
        waiting.start()
        try:
            connection.commit()
        finally:
            waiting.cancel()
        if self._warnings:
            # The only warning of a commit: the synchronous standby did not confirm it.
            raise SharedError(
                f"{shown(self._address)} saved it on one server only, as the standby does not respond: it is"
                " safe once that is back"
            )

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            self._drop()


def _turn(connection: psycopg.Connection) -> int:
    row = connection.execute(f"select turn from mark_turn where {_MINE}").fetchone()
    return int(row[0]) if row else 0


class _ServerTables:
    """`MarkTables` on the server, as this role."""

    def __init__(self, connection: psycopg.Connection, turn: int = 0) -> None:
        self._connection = connection
        self._turn = turn

    def of(self, keys: Iterable[int]) -> dict[int, Mark]:
        rows = self._connection.execute(
            f"select {_COLUMNS} from mark where {_MINE} and key = any(%s)", ([*keys],)
        )
        return {row[0]: _mark(row) for row in rows}

    def with_times(self, keys: Iterable[int]) -> dict[int, MarkWithTimes]:
        rows = self._connection.execute(
            f"select {_COLUMNS}, times from mark where {_MINE} and key = any(%s)", ([*keys],)
        )
        return {row[0]: (_mark(row[:-1]), _times(row[-1])) for row in rows}

    def recall(self, *, is_undo: bool) -> tuple[str, list[Step]] | None:
        row = self._connection.execute(
            f"update mark_change set undone = %s where {_MINE} and change = (select"
            f" {'max' if is_undo else 'min'}(change) from mark_change where {_MINE} and undone = %s)"
            " returning change, words", (is_undo, not is_undo)
        ).fetchone()  # fmt: skip
        if row is None:
            return None
        steps = self._connection.execute(
            f"select before, after from mark_step where {_MINE} and change = %s", row[:1]
        ).fetchall()
        return str(row[1]), [(_from_json(before), _from_json(after)) for before, after in steps]

    def remember(self, words: str, steps: Sequence[Step]) -> None:
        self._connection.execute(
            f"delete from mark_step where {_MINE} and change in"
            f" (select change from mark_change where {_MINE} and undone)"
        )
        self._connection.execute(f"delete from mark_change where {_MINE} and undone")
        row = self._connection.execute(
            "insert into mark_change(change, words) select coalesce(max(change), 0) + 1, %s from mark_change"
            f" where {_MINE} returning change", (storable(words),)
        ).fetchone()  # fmt: skip
        assert row is not None
        self._connection.execute(
            "insert into mark_step(change, key, before, after)"
            " select %s, key, before::json, after::json from unnest(%s::bigint[], %s::text[], %s::text[])"
            " as step(key, before, after)",
            (row[0], [new.key for _, new in steps], [_to_json(old) for old, _ in steps],
             [_to_json(new) for _, new in steps]),
        )  # fmt: skip
        for table in ("mark_step", "mark_change"):
            self._connection.execute(
                f"delete from {table} where {_MINE} and change <= %s".encode(), (row[0] - KEPT_CHANGES,)
            )

    def store(self, steps: Sequence[Step], times: Mapping[int, Times] | None = None) -> None:
        now = time.time()
        steps = [(_kept(old), _kept(new)) for old, new in steps]
        after = [new for _, new in steps]
        changed = [times[new.key] if times else changed_times(old, new, now) for old, new in steps]
        self._connection.execute(
            "insert into"
            " mark(key, identity, read, starred, note, tags, title_key, text_key, date, times, turn)"
            " select key, identity, read, starred, note,"
            " coalesce(string_to_array(nullif(tags, ''), E'\\n'), '{}'), title_key, text_key, date,"
            " times::json, %s from unnest(%s::bigint[], %s::text[], %s::bool[], %s::bool[],"
            " %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])"
            " as new(key, identity, read, starred, note, tags, title_key, text_key, date, times)"
            " on conflict(role, key) do update set identity = excluded.identity, read = excluded.read,"
            " starred = excluded.starred, note = excluded.note, tags = excluded.tags,"
            " title_key = excluded.title_key, text_key = excluded.text_key, date = excluded.date,"
            " times = (mark.times::jsonb || excluded.times::jsonb)::json, turn = excluded.turn,"
            " changed = now()",
            (
                self._turn, [one.key for one in after], [one.identity for one in after],
                [one.read for one in after], [one.starred for one in after],
                [one.note for one in after], ["\n".join(one.tags) for one in after],
                [one.traces.title_key for one in after], [one.traces.text_key for one in after],
                [one.traces.date for one in after],
                [json.dumps({storable(part): at for part, at in one.items()}) for one in changed],
            ),
        )  # fmt: skip


def _mark(row: tuple[Any, ...]) -> Mark:
    key, identity, read, starred, note, tags, *traces = row
    names = tuple(filter(None, map(clean_line, tags)))
    return Mark(key, identity, read, starred, clean(note), names, Traces(*traces))


def _times(stored: object) -> Times:
    found = stored if isinstance(stored, dict) else {}
    return {
        part: float(at) for part, at in found.items() if isinstance(at, int | float) and 0 < at < MOST_SECONDS
    }


def numbers_in(raw: bytes) -> array[int]:
    """Returns the numbers that the server concatenated as bytes."""
    keys = array("q", raw)
    if sys.byteorder == "little":
        keys.byteswap()
    return keys


def _kept(mark: Mark) -> Mark:
    """Returns the mark with texts that PostgreSQL can store."""
    return mark._replace(
        identity=storable(mark.identity), note=storable(mark.note), tags=tuple(map(storable, mark.tags))
    )


def _to_json(mark: Mark) -> str:
    return json.dumps(_kept(mark)[: len(_STATE)], ensure_ascii=False)


def _from_json(stored: object) -> Mark:
    try:
        assert isinstance(stored, list) and len(stored) == len(_STATE)
        return _mark((*stored, None, None, None))
    except (AssertionError, TypeError):
        raise SharedError("the record of this change is damaged: it can't be undone or redone") from None
