"""The index of a shared collection: each question is one transaction; the role's marks are sets.

A publication between two questions can reassign numbers. So each question sees a single publication, and
numbers of an older one raise Superseded.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from threading import Lock, get_ident
from time import monotonic, sleep
from typing import TypeVar

import psycopg
from pyroaring import BitMap

from reader.article.text import clean_line
from reader.index.backend import ArticleRow
from reader.index.view import NO_MARKS, IndexView, QueryableIndex
from reader.library.postgres.connection import (
    ConnectionLost,
    SharedError,
    check_schema,
    connect,
    server_errors,
    shown,
    usable,
)
from reader.library.postgres.marks import SharedMarks, numbers_in
from reader.library.postgres.store import PostgresStore
from reader.marks.mark import set_names

_Reply = TypeVar("_Reply")

MOST_IDLE = 2
"""Idle connections to keep: for a question, and for the page painted meanwhile."""

MOMENT = 0.1
"""Seconds for which the last seen state is assumed to be current."""

PAUSE = 1.0
"""Seconds after a failure before the next attempt to connect."""

TRIES = 3
"""Maximum attempts per question if the connection is lost or a publication comes in between."""

COMMITTING = 1.0
"""Seconds that an answer of several shards waits for them to commit a publication, one after the other."""

_BEGIN = b"""
begin transaction isolation level repeatable read, read only;
select (select value::bigint from meta where key = 'generation'),
  coalesce((select turn from mark_turn where role = current_user), 0),
  exists(select from meta where key = 'shards')"""
"""One round trip for both."""
_STATE = b"""
select (select value::bigint from meta where key = 'generation'),
  exists(select from meta where key = 'unfinished')"""
_MARKS = """
with mine as (select * from mark where role = current_user and turn > %s),
  theirs as (select number, key from article where key = any(array(select key from mine)))
select read, starred, note <> '', tags, string_agg(int8send(number), '') from mine join theirs using(key)
group by 1, 2, 3, 4"""
"""Joined afterwards: with a plain join, shards would send all their rows."""


class Superseded(Exception):
    """There is a newer publication: numbers of the older one are invalid."""


class Connections:
    """A pool of read connections, each used by one thread at a time."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = Lock()
        self._idle: list[psycopg.Connection] = []
        self._is_closed = False
        self.is_unfinished = False
        """Whether a publication broke off while shards were committing it: answers may mix two."""
        self._refusal: SharedError | None = None
        self._refused_until = 0.0

    @contextmanager
    def transaction(self, *, reads_shards: bool = True) -> Iterator[tuple[psycopg.Connection, int, int]]:
        """Opens a transaction with a snapshot; yields the connection, the generation of the publication and
        the newest change of the role's marks.

        Raises SharedError; Superseded if shards were just committing another publication.
        """
        with server_errors(self._address):
            connection = self._taken()
            try:
                begun = connection.execute(_BEGIN)
                begun.nextset()
                row = begun.fetchone()
                assert row is not None
                yield connection, int(row[0] or 0), int(row[1])
                connection.execute(b"commit")
                if row[2] and reads_shards:
                    self._check_shards(connection, int(row[0] or 0))
            except BaseException:
                if not connection.closed:
                    connection.rollback()
                raise
            finally:
                self._give_back(connection)

    def _check_shards(self, connection: psycopg.Connection, generation: int) -> None:
        """Raises Superseded if shards committed a publication since the snapshot of the first server: theirs
        were taken later."""
        end = monotonic() + (0 if self.is_unfinished else COMMITTING)
        while True:
            row = connection.execute(_STATE).fetchone()
            assert row is not None
            if int(row[0] or 0) != generation:
                raise Superseded
            if not row[1] or monotonic() > end:
                self.is_unfinished = row[1]
                return
            sleep(0.02)

    def _taken(self) -> psycopg.Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        # A screen asks for each of its lines: don't wait for a dead server every time.
        if self._refusal is not None and monotonic() < self._refused_until:
            raise SharedError(str(self._refusal))
        try:
            return connect(self._address)
        except SharedError as error:
            self._refusal, self._refused_until = error, monotonic() + PAUSE
            raise

    def _give_back(self, connection: psycopg.Connection) -> None:
        with self._lock:
            if not (self._is_closed or connection.closed) and len(self._idle) < MOST_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def drop(self) -> None:
        """Close idle connections: if one was lost, all may be."""
        with self._lock:
            idle, self._idle = self._idle, []
        for one in idle:
            one.close()

    def close(self) -> None:
        """Close all connections; those in use when they are returned."""
        self._is_closed = True
        self.drop()


class SharedIndex(QueryableIndex):
    """The published articles with the marks of the connected role."""

    patience = 0.1

    def __init__(self, address: str, newest: int | None = None, beside: SharedIndex | None = None) -> None:
        """Check that something is published. With `newest`, questions see at most that many blocks, and no
        answer is exact. Connections are shared with the index `beside`. Raises SharedError."""
        super().__init__()
        self._address = address
        self._newest = newest
        self.connections: Connections = beside.connections if beside else Connections(address)
        self._asking = 0
        """The thread that holds the view."""
        self.edition = -1
        """The generation of the last seen publication."""
        self.total: int | None = None
        """Its number of articles; None before the first question."""
        self.turn = -1
        """The newest change of marks that the sets reflect."""
        self.own_turn = -1
        """The newest change made by this process: a standby may not have it yet."""
        self.marks: SharedMarks = beside.marks if beside else SharedMarks(address)
        self.marked: Mapping[str, BitMap] = NO_MARKS
        self._view: IndexView | None = None
        self._seen_at = -MOMENT
        """When the state was last compared with the server."""
        if beside:
            return
        try:
            with self.connections.transaction(reads_shards=False) as (connection, *_):
                check_schema(connection, address)
        except BaseException:
            self.close()
            raise

    def state(self) -> tuple[int, int]:
        """Returns the current generation and the newest change of the role's marks."""
        with self.connections.transaction(reads_shards=False) as (_, generation, turn):
            if (generation, turn) != (self.edition, self.turn):
                self.look_again()
            return generation, turn

    def look_again(self) -> None:
        """Make the next question check the server's current state."""
        self._seen_at = -MOMENT

    @contextmanager
    def view(self) -> Iterator[IndexView]:
        """Opens a view of the index's current state for one question; other threads' questions wait."""
        with self._lock:
            if self._asking:
                assert self._view is not None
                yield self._view
                return
            with ExitStack() as stack:
                view = self._known_view(stack) or self._new_view(stack)
                self._asking = get_ident()
                try:
                    yield view
                finally:
                    self._asking = 0

    def _new_view(self, stack: ExitStack) -> IndexView:
        """Opens a view of the server's current state."""
        connection, generation, turn = stack.enter_context(self.connections.transaction())
        store = PostgresStore(lambda: connection, self._newest)
        self._follow(connection, store, generation, turn)
        assert self._view is not None
        self._view.store = store
        self._seen_at = monotonic()
        return self._view

    def _known_view(self, stack: ExitStack) -> IndexView | None:
        """Reuses the view of a moment ago: a keystroke in the search bar makes a dozen questions, most of
        which only need cached sets. The first missing set is read from the server, which must still have the
        same publication."""
        if self._view is None or monotonic() - self._seen_at > MOMENT or self.turn < self.own_turn:
            return None
        begun: list[psycopg.Connection] = []

        def connection() -> psycopg.Connection:
            if not begun:
                found, generation, _ = stack.enter_context(self.connections.transaction())
                if generation != self.edition:
                    raise Superseded
                begun.append(found)
            return begun[0]

        self._view.store = PostgresStore(connection, self._newest)
        return self._view

    def _renew_view(self) -> None:
        self._view = None

    def _follow(
        self, connection: psycopg.Connection, store: PostgresStore, generation: int, turn: int
    ) -> None:
        """Update to what was published and marked since the last question."""
        if generation != self.edition or self._view is None:
            # A different version may have published.
            check_schema(connection, self._address)
            self.marked, self.turn = NO_MARKS, -1
            self._view = IndexView(store, self.marked, rules=self._rules)
        if turn > self.turn:
            self.take_marks(_markings(connection, self.turn))
            self.turn = turn
        if self.turn < self.own_turn:
            # This server doesn't have it yet.
            markings = self.marks.markings(self.turn)
            self.take_marks((names, store.numbers_of(keys)) for names, keys in markings)
            self.turn = self.own_turn
        self._view.use_marks(self.marked)
        if generation != self.edition:
            self.edition, self.total = generation, len(self._view.live)

    @contextmanager
    def page(self) -> Iterator[PostgresStore]:
        """Opens a store for article rows: in this thread's current question if there is one, else in a
        separate transaction. Raises Superseded."""
        if self._asking == get_ident():
            assert self._view is not None and isinstance(self._view.store, PostgresStore)
            yield self._view.store
            return
        with self.connections.transaction() as (connection, generation, _):
            if generation != self.edition:
                raise Superseded
            yield PostgresStore(lambda: connection)

    def identities(self, numbers: Sequence[int]) -> Iterator[ArticleRow]:
        """Returns the rows of the articles with these numbers, without deleted ones."""
        with self.page() as store:
            return iter(store.identities(numbers))

    @contextmanager
    def store(self) -> Iterator[PostgresStore]:
        """Opens a store to read articles by key, independent of the publication."""
        with self.connections.transaction() as (connection, *_):
            yield PostgresStore(lambda: connection)

    def ask(self, question: Callable[[], _Reply]) -> _Reply:
        """Run a question; retry on a new connection if one was lost. Raises ReaderError, and nothing else."""
        with usable(self._address):
            for left in reversed(range(TRIES)):
                try:
                    return question()
                except Superseded:
                    self.look_again()
                    if not left:
                        raise SharedError(
                            f"{shown(self._address)} is being published too often: try again in a moment"
                        ) from None
                    with self.view():
                        pass
                except ConnectionLost:
                    self.connections.drop()
                    if not left:
                        raise
        raise AssertionError("every try returned or raised")

    def close(self) -> None:
        """Close the connections."""
        self.marks.close()
        self.connections.close()


def _markings(connection: psycopg.Connection, turn: int) -> Iterator[tuple[frozenset[str], array[int]]]:
    """Returns the numbers of the articles whose marks changed after a turn, by their current sets."""
    rows = connection.cursor(binary=True).execute(_MARKS, (turn,)).fetchall()
    return (
        (set_names(read, starred, has_note, map(clean_line, tags)), numbers_in(numbers))
        for read, starred, has_note, tags, numbers in rows
    )
