"""The state of feeds between two fetches: validators, times, errors, and which entries were seen. A database
in the data folder. Losing it costs no articles: files in the news folder are recognised by their guids
(`reader.feeds.articles`). The user's subscriptions are not in here, but in feeds.toml.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, NamedTuple

from reader.article.text import display_path
from reader.config import paths
from reader.errors import DamageError, StorageError, is_damage, remedy
from reader.feeds.subscriptions import Subscription
from reader.permissions import require

FILE = "feeds.db"
"""The database's name in the data folder."""
VERSION = 1
YEAR = 365 * 86400
"""Seconds without a new entry after which a feed is reported as inactive."""
PATIENCE = 10_000
"""Milliseconds to wait for another program's write."""

_TABLES = """
create table if not exists feed(
    id integer primary key, url text not null unique, directory text not null default '',
    title text not null default '', site text not null default '',
    etag text not null default '', modified text not null default '', validated real not null default 0,
    fetched real not null default 0, due real not null default 0, arrived real not null default 0,
    failures integer not null default 0, error text not null default '', gone integer not null default 0,
    repeats integer not null default 0
);
create table if not exists entry(
    feed integer not null, key text not null, identity text not null, path text not null,
    digest text not null, written text not null, state integer not null,
    seen real not null, title text not null, published text not null,
    primary key(feed, key)
) without rowid;
create index if not exists entry_identity on entry(identity) where identity <> '';
create table if not exists host(name text primary key, until real not null) without rowid;
create table if not exists mount(folder text primary key, point text not null) without rowid;
"""
_ENTRY = "key, identity, path, digest, written, state, seen, title, published"
"""The columns of an EntryState."""


class Stage(IntEnum):
    """How far the writing of an entry's file has come."""

    INTENDED = 0
    """Its name is chosen; the file may not be written yet."""
    WRITTEN = 1
    """Its file was written; if it is missing now, the user removed it."""
    PASSED = 2
    """It was seen and has no file of its own: too old, or already there from another feed."""


class FeedState(NamedTuple):
    """The state of a feed."""

    id: int
    url: str
    directory: str = ""
    """The folder of its articles in the news folder; empty = none yet."""
    title: str = ""
    """The feed's own title."""
    site: str = ""
    etag: str = ""
    modified: str = ""
    validated: float = 0
    """When it was last requested without validators."""
    fetched: float = 0
    """When it was last fetched or found unchanged; 0 = never."""
    due: float = 0
    arrived: float = 0
    """When the last new entry arrived."""
    failures: int = 0
    """Consecutive failures."""
    error: str = ""
    gone: bool = False
    repeats: bool = False
    """Whether it has used one guid for several entries, so that guids alone don't identify them."""

    @property
    def trouble(self) -> str:
        """Its error, or that it had nothing new for a year; empty if all is well."""
        is_silent = self.arrived and time.time() - self.arrived > YEAR
        return self.error or ("nothing new for a year; it may have moved" if is_silent else "")


NEVER_FETCHED = FeedState(0, "")


class EntryState(NamedTuple):
    """The state of an entry."""

    key: str
    identity: str
    path: str
    """Relative to the news folder; empty if it has no file of its own."""
    digest: str
    """Digest of the entry in the feed."""
    written: str
    """Digest of the file as written; empty if the file must not be changed."""
    stage: int
    seen: float
    title: str
    """Folded, as `reader.feeds.matching` compares titles."""
    published: str


class State:
    """The open database. Only one thread of one process writes at a time (`reader.feeds.fetching` has the
    lock)."""

    def __init__(self, path: str | None = None) -> None:
        """Open or create it. Raises StorageError."""
        require("files")
        self.path = path or os.path.join(paths.ensure(paths.folder_of("data")), FILE)
        with self._errors():
            self._connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self) -> None:
        self._connection.execute(f"pragma busy_timeout = {PATIENCE}")
        version = self._connection.execute("pragma user_version").fetchone()[0]
        if version > VERSION:
            raise StorageError(f"{display_path(self.path)} was written by a newer reader; update this one")
        self._connection.execute("pragma journal_mode = wal")
        # After a power cut the newest rows may be missing: their files are recognised by their guids.
        self._connection.execute("pragma synchronous = normal")
        self._connection.executescript(_TABLES)
        if version < VERSION:
            self._connection.execute(f"pragma user_version = {VERSION}")
            os.chmod(self.path, 0o600)

    def _ask(self, statement: str, *values: object) -> list[Any]:
        """Run a statement; returns its rows."""
        with self._errors():
            return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def __enter__(self) -> State:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction. Raises StorageError."""
        with self._errors():
            self._connection.execute("begin immediate")
            try:
                yield
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise

    def feed(self, url: str) -> FeedState:
        """The state of a feed, which is added if it is new."""
        self._ask("insert or ignore into feed(url) values(?)", url)
        return FeedState(*self._ask("select * from feed where url = ?", url)[0])

    def feeds(self) -> dict[str, FeedState]:
        """All feeds ever known, by URL."""
        return {row[1]: FeedState(*row) for row in self._ask("select * from feed")}

    def due(self, feeds: Iterable[Subscription], now: float) -> list[Subscription]:
        """Which of these feeds are due: not those that are gone or whose host refused."""
        known, resting = self.feeds(), self.hosts(now)
        states = ((one, known.get(one.address, NEVER_FETCHED)) for one in feeds if one.host not in resting)
        return [one for one, feed in states if feed.due <= now and not feed.gone]

    def named(self, feeds: Sequence[Subscription]) -> list[Subscription]:
        """The subscriptions; those without a name get the feed's own title."""
        titles = {url: feed.title for url, feed in self.feeds().items()}
        return [one if one.name else one._replace(name=titles.get(one.address, "")) for one in feeds]

    def store(self, feed: FeedState) -> None:
        """Store the state of a feed; inside a transaction or on its own."""
        columns = ", ".join(f"{name} = ?" for name in FeedState._fields[1:])
        self._ask(f"update feed set {columns} where id = ?", *feed[1:], feed.id)

    def move(self, old: str, new: str) -> bool:
        """Change a feed's URL; returns False if another feed has it."""
        with self._errors():
            changed = self._connection.execute("update or ignore feed set url = ? where url = ?", (new, old))
            return changed.rowcount == 1

    def directories(self) -> dict[str, int]:
        """Which folder of the news folder belongs to which feed."""
        return dict(self._ask("select directory, id from feed where directory <> ''"))

    def entries(self, feed: int) -> list[EntryState]:
        """All entries of a feed that were seen."""
        return [EntryState(*row) for row in self._ask(f"select {_ENTRY} from entry where feed = ?", feed)]

    def entry_at(self, path: str) -> tuple[int, EntryState] | None:
        """The entry of a file and the id of its feed; None for any other file."""
        rows = self._ask(f"select feed, {_ENTRY} from entry where path = ?", path)
        return (rows[0][0], EntryState(*rows[0][1:])) if rows else None

    def known_elsewhere(self, feed: int, identities: Iterable[str]) -> set[str]:
        """Which of these URLs already are articles, of another feed or saved."""
        rows = self._ask(
            "select identity from entry where feed <> ? and state < ? and identity <> ''"
            " and identity in (select value from json_each(?))",
            feed, Stage.PASSED, json.dumps(list(identities)),
        )  # fmt: skip
        return {row[0] for row in rows}

    def remember(self, feed: int, entries: Iterable[EntryState]) -> None:
        """Store the state of entries; inside a transaction or on its own."""
        with self._errors():
            self._connection.executemany(
                "insert or replace into entry values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                ((feed, *entry) for entry in entries),
            )

    def forget(self, feed: int, keys: Iterable[str]) -> None:
        """Forget these entries."""
        with self._errors():
            self._connection.executemany(
                "delete from entry where feed = ? and key = ?", ((feed, key) for key in keys)
            )

    def hosts(self, now: float) -> dict[str, float]:
        """Until when hosts that refused must not be requested."""
        return dict(self._ask("select name, until from host where until > ?", now))

    def refused(self, host: str, until: float) -> None:
        """Store until when a host must not be requested."""
        self._ask("insert or replace into host values(?, ?)", host, until)

    def mount_of(self, folder: str) -> str:
        """The mount point of this news folder's disk at the last fetch; empty for the root file
        system."""
        rows = self._ask("select point from mount where folder = ?", folder)
        return str(rows[0][0]) if rows else ""

    def note_mount(self, folder: str, point: str) -> None:
        """Store the mount point of this news folder's disk."""
        self._ask("insert or replace into mount values(?, ?)", folder, point)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            where = display_path(self.path)
            if is_damage(error):
                raise DamageError(
                    f"{where} is damaged ({error}); remove it: articles are recognised without it"
                ) from error
            raise StorageError(f"{where} can't be used: {remedy(error)}") from error
