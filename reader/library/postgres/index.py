"""The index of a shared collection: questions in one transaction each, with the role's own marks as sets.

A publication may come between any two questions, and numbers mean other articles then. So a question sees one
publication, and whoever comes with numbers of an older one is told to ask again.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from threading import Lock, RLock, get_ident
from time import monotonic
from typing import TypeVar

import psycopg
from pyroaring import BitMap

from reader.index.backend import NO_MARKS, ArticleRow
from reader.index.search import Search
from reader.index.view import IndexView
from reader.library.postgres.connection import (
    ConnectionLost,
    SharedError,
    check_schema,
    connect,
    is_connection_alive,
    shown,
    told,
    usable,
)
from reader.library.postgres.marks import SharedMarks, names_of, numbers_in
from reader.library.postgres.store import PostgresStore
from reader.query.results import Headline
from reader.query.topic_rules import TopicRules

_Reply = TypeVar("_Reply")

MOST_IDLE = 3
"""Connections that are kept: for a question, for the page that is painted meanwhile, and one to spare."""

PATIENCE = 0.1
"""Seconds that a page waits for a question whose topics it shows."""

MOMENT = 0.1
"""Seconds for which what was seen is taken for what is there."""

PAUSE = 1.0
"""Seconds after a failure for which no other connection is tried."""

TRIES = 3
"""How often a question is asked, when the server goes away or a publication comes in between."""

_BEGIN = b"""
begin transaction isolation level repeatable read, read only;
select (select value::bigint from meta where key = 'generation'),
  coalesce((select turn from mark_turn where role = current_user), 0)"""
"""One way to the server and back for both."""
_MARKS = """
with mine as (select * from mark where role = current_user and turn > %s),
  theirs as (select number, key from article where key = any(array(select key from mine)))
select read, starred, note <> '', tags, string_agg(int8send(number), '') from mine join theirs using(key)
group by 1, 2, 3, 4"""
"""Joined only then: of a join, shards would be asked for all that they have."""


class Superseded(Exception):
    """Another publication came: the numbers of an older one mean nothing any more."""


class Connections:
    """Connections to read by, each for one thread at a time."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = Lock()
        self._idle: list[psycopg.Connection] = []
        self._is_closed = False
        self._refusal: SharedError | None = None
        self._refused_until = 0.0

    @contextmanager
    def transaction(self) -> Iterator[tuple[psycopg.Connection, int, int]]:
        """A transaction that sees one state of the database: the generation of what is published, and the
        newest change of the role's marks. Raises SharedError."""
        with told(self._address):
            connection = self._taken()
            try:
                begun = connection.execute(_BEGIN)
                begun.nextset()
                row = begun.fetchone()
                assert row is not None
                yield connection, int(row[0] or 0), int(row[1])
                connection.execute(b"commit")
            except BaseException:
                if is_connection_alive(connection):
                    connection.rollback()
                raise
            finally:
                self._give_back(connection)

    def _taken(self) -> psycopg.Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        # A screen that asks for each of its lines does not wait for a dead server as often.
        if self._refusal is not None and monotonic() < self._refused_until:
            raise SharedError(str(self._refusal))
        try:
            return connect(self._address)
        except SharedError as error:
            self._refusal, self._refused_until = error, monotonic() + PAUSE
            raise

    def _give_back(self, connection: psycopg.Connection) -> None:
        with self._lock:
            if not self._is_closed and is_connection_alive(connection) and len(self._idle) < MOST_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def drop(self) -> None:
        """Forget the idle ones: where one was lost, all may be."""
        with self._lock:
            idle, self._idle = self._idle, []
        for one in idle:
            one.close()

    def close(self) -> None:
        """End all, those that are in use once they are given back."""
        self._is_closed = True
        self.drop()


class SharedIndex:
    """See `reader.index.backend.AskedIndex`. Questions may come from any thread."""

    def __init__(self, address: str, newest: int | None = None) -> None:
        """Look whether something is published there. With `newest`, questions see at most so many blocks, and
        no answer is exact. Raises SharedError."""
        self._address = address
        self._newest = newest
        self.connections = Connections(address)
        self._lock = RLock()
        self._asking = 0
        """The thread that has a view."""
        self.edition = -1
        """The generation of the publication that was seen last."""
        self.total: int | None = None
        """How many articles there are in that; None before the first question."""
        self.turn = -1
        """The newest change of marks that the sets know of."""
        self.own_turn = -1
        """The newest change that was made here: a standby may not have heard of it yet."""
        self.marks = SharedMarks(address)
        self.marked: Mapping[str, BitMap] = NO_MARKS
        self._view: IndexView | None = None
        self._seen_at = -MOMENT
        """When it was compared with the server."""
        self._rules = TopicRules()
        try:
            with self.connections.transaction() as (connection, *_):
                check_schema(connection, address)
        except BaseException:
            self.close()
            raise

    def state(self) -> tuple[int, int]:
        """The generation of what is published now, and the newest change of the role's marks."""
        with self.connections.transaction() as (_, generation, turn):
            if (generation, turn) != (self.edition, self.turn):
                self.look_again()
            return generation, turn

    def look_again(self) -> None:
        """Let the next question see what is there now."""
        self._seen_at = -MOMENT

    @contextmanager
    def view(self) -> Iterator[IndexView]:
        """The index as it is now, for one question; other threads' questions wait."""
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
        """What the server has now."""
        connection, generation, turn = stack.enter_context(self.connections.transaction())
        store = PostgresStore(lambda: connection, self._newest)
        self._follow(connection, store, generation, turn)
        assert self._view is not None
        self._view.store = store
        self._seen_at = monotonic()
        return self._view

    def _known_view(self, stack: ExitStack) -> IndexView | None:
        """What was seen a moment ago: a letter in the search bar makes a dozen questions, most of which need
        no set that is not here. The server is asked for the first that is missing, and has to have the same
        publication."""
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

    @contextmanager
    def quick_view(self) -> Iterator[IndexView | None]:
        """The same for what is being painted; None where a long question is being answered."""
        if not self._lock.acquire(timeout=PATIENCE):
            yield None
            return
        try:
            with self.view() as view:
                yield view
        finally:
            self._lock.release()

    @property
    def topic_rules(self) -> TopicRules:
        """The rules that give topics."""
        return self._rules

    @topic_rules.setter
    def topic_rules(self, rules: TopicRules) -> None:
        with self._lock:
            self._rules, self._view = rules, None

    def _follow(
        self, connection: psycopg.Connection, store: PostgresStore, generation: int, turn: int
    ) -> None:
        """Take over what was published and marked since the last question."""
        if generation != self.edition or self._view is None:
            # Another version may have published.
            check_schema(connection, self._address)
            self.marked, self.turn = NO_MARKS, -1
            self._view = IndexView(store, self.marked, rules=self._rules)
        if turn > self.turn:
            self._take_over(_markings(connection, self.turn))
            self.turn = turn
        if self.turn < self.own_turn:
            # This server has not heard of it yet.
            markings = self.marks.markings(self.turn)
            self._take_over((names, store.numbers_of(keys)) for names, keys in markings)
            self.turn = self.own_turn
        self._view.use_marks(self.marked)
        if generation != self.edition:
            self.edition, self.total = generation, len(self._view.live)

    def _take_over(self, markings: Iterable[tuple[frozenset[str], Iterable[int]]]) -> None:
        """Put the articles with these numbers into the sets that they belong in, and out of all others."""
        sets = [(names, BitMap([*numbers])) for names, numbers in markings]
        touched = BitMap.union(BitMap(), *[numbers for _, numbers in sets])
        # A page may be painted from the old sets meanwhile, so they are never changed in place.
        marked = {name: numbers - touched for name, numbers in self.marked.items()}
        for names, numbers in sets:
            for name in names:
                marked[name] = marked.get(name, BitMap()) | numbers
        self.marked = marked

    def search(self, view: IndexView, now: datetime) -> Search:
        """A search over a view."""
        assert isinstance(view.store, PostgresStore)
        search = Search(view, now, view.store.with_phrase)
        search.is_exact = self._newest is None
        return search

    @contextmanager
    def _page(self) -> Iterator[PostgresStore]:
        """The rows of articles: within the question that this thread is asking, else beside whatever other
        threads ask. Raises Superseded."""
        if self._asking == get_ident():
            assert self._view is not None and isinstance(self._view.store, PostgresStore)
            yield self._view.store
            return
        with self.connections.transaction() as (connection, generation, _):
            if generation != self.edition:
                raise Superseded
            yield PostgresStore(lambda: connection)

    def headlines(self, numbers: Sequence[int]) -> list[Headline]:
        """The headlines of these numbers, in their order; one whose article has gone is left out."""
        with self._page() as store:
            return store.headlines(numbers, self.marked)

    def story_members(self, numbers: Sequence[int]) -> list[tuple[int, int, str]]:
        """(story, number, provider) of all articles of the stories in which these are, newest first."""
        with self._page() as store:
            return store.story_members(numbers)

    def headlines_keyed(self, low: int, high: int, most: int) -> list[Headline]:
        """The headlines of at most so many articles whose key is in this range."""
        with self._page() as store:
            return store.headlines_keyed(low, high, most, self.marked)

    def identities(self, numbers: Sequence[int]) -> Iterator[ArticleRow]:
        """The articles with these numbers that are there."""
        with self._page() as store:
            return iter(store.identities(numbers))

    def numbers_from(self, heads: Iterable[int]) -> list[int]:
        """The numbers of the articles with these ids, given as integers."""
        with self._page() as store:
            return store.numbers_from(heads)

    @contextmanager
    def store(self) -> Iterator[PostgresStore]:
        """The columns of articles by their keys, whichever publication they are of."""
        with self.connections.transaction() as (connection, *_):
            yield PostgresStore(lambda: connection)

    def ask(self, question: Callable[[], _Reply]) -> _Reply:
        """Ask, again on a new connection where one was lost. Raises ReaderError, and nothing else."""
        with usable(self._address):
            for left in reversed(range(TRIES)):
                try:
                    return question()
                except Superseded:
                    self.look_again()
                    if not left:
                        raise SharedError(
                            f"{shown(self._address)} is published again and again: try again in a moment"
                        ) from None
                    with self.view():
                        pass
                except ConnectionLost:
                    self.connections.drop()
                    if not left:
                        raise
        raise AssertionError("every try returned or raised")

    def close(self) -> None:
        """Let go of the connections."""
        self.marks.close()
        self.connections.close()


def _markings(connection: psycopg.Connection, turn: int) -> Iterator[tuple[frozenset[str], array[int]]]:
    """The numbers of the articles whose marks changed after a turn, by what they are now."""
    rows = connection.cursor(binary=True).execute(_MARKS, (turn,)).fetchall()
    return ((names_of(*said), numbers_in(packed)) for *said, packed in rows)
