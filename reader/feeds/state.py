"""What a fetch must remember between two runs: validators, times, errors, and which entries were seen.

A database in the data folder. Losing it costs no articles: files in the news folder are recognised by their
guids (`reader.feeds.articles`). Nothing of what the user wants is in here; that is feeds.toml.
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
"""Seconds without anything new after which a feed is pointed out."""
PATIENCE = 10_000
"""Milliseconds to wait for another program that writes."""

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
    """How far an entry has come on its way to a file."""

    INTENDED = 0
    """Its name is settled; whether the file was written is not known."""
    WRITTEN = 1
    """Its file was written; where it is gone now, the user removed it."""
    PASSED = 2
    """It was seen and has no file of its own: too old, or another feed had it."""


class FeedState(NamedTuple):
    """What is remembered of a feed."""

    id: int
    url: str
    directory: str = ""
    """Where its articles lie in the news folder; empty = nothing has come yet."""
    title: str = ""
    """As the feed itself says."""
    site: str = ""
    etag: str = ""
    modified: str = ""
    validated: float = 0
    """When it was last asked for without validators."""
    fetched: float = 0
    """When it was last fetched or found unchanged; 0 = never."""
    due: float = 0
    arrived: float = 0
    """When the last new entry came."""
    failures: int = 0
    """In a row."""
    error: str = ""
    gone: bool = False
    repeats: bool = False
    """Whether it has used one guid for several entries, so that guids alone tell nothing."""

    @property
    def trouble(self) -> str:
        """Its error, or that nothing new has come for a year; empty if all is well."""
        is_silent = self.arrived and time.time() - self.arrived > YEAR
        return self.error or ("nothing new for a year; it may have moved" if is_silent else "")


NEVER_FETCHED = FeedState(0, "")


class EntryState(NamedTuple):
    """What is remembered of an entry."""

    key: str
    identity: str
    path: str
    """Under the news folder; empty if it has no file of its own."""
    digest: str
    """Of what the feed said."""
    written: str
    """Of the file's bytes as they were written; empty if they are not ours to change."""
    stage: int
    seen: float
    title: str
    """Folded, as `reader.feeds.matching` compares titles."""
    published: str


class State:
    """The open database. One thread, one process at a time writes (`reader.feeds.fetching` sees to it)."""

    def __init__(self, path: str | None = None) -> None:
        """Open or make it. Raises StorageError."""
        require("files")
        self.path = path or os.path.join(paths.ensure(paths.folder_of("data")), FILE)
        with self._said():
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
        """Run a statement; the rows of its answer."""
        with self._said():
            return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> State:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All inside is kept, or nothing. Raises StorageError."""
        with self._said():
            self._connection.execute("begin immediate")
            try:
                yield
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise

    def feed(self, url: str) -> FeedState:
        """What is remembered of a feed; it is known from now on."""
        self._ask("insert or ignore into feed(url) values(?)", url)
        return FeedState(*self._ask("select * from feed where url = ?", url)[0])

    def feeds(self) -> dict[str, FeedState]:
        """All that were ever known, by their addresses."""
        return {row[1]: FeedState(*row) for row in self._ask("select * from feed")}

    def due(self, feeds: Iterable[Subscription], now: float) -> list[Subscription]:
        """Which of these feeds should be fetched by now: not those that are gone, or whose host refused."""
        known, resting = self.feeds(), self.hosts(now)
        states = ((one, known.get(one.address, NEVER_FETCHED)) for one in feeds if one.host not in resting)
        return [one for one, feed in states if feed.due <= now and not feed.gone]

    def named(self, feeds: Sequence[Subscription]) -> list[Subscription]:
        """The subscriptions, those without a name having the feed's own title."""
        titles = {url: feed.title for url, feed in self.feeds().items()}
        return [one if one.name else one._replace(name=titles.get(one.address, "")) for one in feeds]

    def store(self, feed: FeedState) -> None:
        """Keep what is known of a feed now. Inside a transaction or alone."""
        columns = ", ".join(f"{name} = ?" for name in FeedState._fields[1:])
        self._ask(f"update feed set {columns} where id = ?", *feed[1:], feed.id)

    def move(self, old: str, new: str) -> bool:
        """Continue under another address; False if that is another feed's."""
        with self._said():
            changed = self._connection.execute("update or ignore feed set url = ? where url = ?", (new, old))
            return changed.rowcount == 1

    def directories(self) -> dict[str, int]:
        """Which folders of the news folder belong to which feed."""
        return dict(self._ask("select directory, id from feed where directory <> ''"))

    def entries(self, feed: int) -> list[EntryState]:
        """All entries of a feed that were seen."""
        return [EntryState(*row) for row in self._ask(f"select {_ENTRY} from entry where feed = ?", feed)]

    def entry_at(self, path: str) -> tuple[int, EntryState] | None:
        """The entry whose file this is, with the id of its feed; None for any other file."""
        rows = self._ask(f"select feed, {_ENTRY} from entry where path = ?", path)
        return (rows[0][0], EntryState(*rows[0][1:])) if rows else None

    def known_elsewhere(self, feed: int, identities: Iterable[str]) -> set[str]:
        """Which of these addresses are articles already, of another feed or saved."""
        rows = self._ask(
            "select identity from entry where feed <> ? and state < ? and identity <> ''"
            " and identity in (select value from json_each(?))",
            feed, Stage.PASSED, json.dumps(list(identities)),
        )  # fmt: skip
        return {row[0] for row in rows}

    def remember(self, feed: int, entries: Iterable[EntryState]) -> None:
        """Keep what is known of entries now. Inside a transaction or alone."""
        with self._said():
            self._connection.executemany(
                "insert or replace into entry values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                ((feed, *entry) for entry in entries),
            )

    def forget(self, feed: int, keys: Iterable[str]) -> None:
        """Know nothing of these entries any more."""
        with self._said():
            self._connection.executemany(
                "delete from entry where feed = ? and key = ?", ((feed, key) for key in keys)
            )

    def hosts(self, now: float) -> dict[str, float]:
        """Until when hosts that refused requests must not be asked."""
        return dict(self._ask("select name, until from host where until > ?", now))

    def refused(self, host: str, until: float) -> None:
        """Remember that a host must not be asked until then."""
        self._ask("insert or replace into host values(?, ?)", host, until)

    def mount_of(self, folder: str) -> str:
        """Where the disk was mounted that this news folder was on; empty if it was on the system's own."""
        rows = self._ask("select point from mount where folder = ?", folder)
        return str(rows[0][0]) if rows else ""

    def note_mount(self, folder: str, point: str) -> None:
        """Remember where the disk is mounted that this news folder is on."""
        self._ask("insert or replace into mount values(?, ?)", folder, point)

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            where = display_path(self.path)
            if is_damage(error):
                raise DamageError(
                    f"{where} is damaged ({error}); remove it: articles are recognised without it"
                ) from error
            raise StorageError(f"{where} can't be used: {remedy(error)}") from error
