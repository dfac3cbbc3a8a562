"""The Index of folders: what a question sees, who may write, and how rows and sets are read from its file."""

from __future__ import annotations

import os
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from threading import RLock

from pyroaring import BitMap

from reader.article.record import Problem
from reader.article.text import display_path
from reader.index.article_keys import rekey
from reader.index.backend import HEADLINE_COLUMNS, ArticleRow, FindPhrase, KnownValue, headline
from reader.index.editions import Editions
from reader.index.schema import (
    LATE,
    MOST_ASKED,
    STATED_DATE,
    UNDATED,
    SetKind,
    check,
    connect,
    create,
    is_still,
    memory_uri,
    select_in,
    unpack_name,
)
from reader.index.sets import check_sets, read_field, read_range, read_set, replace_set
from reader.index.view import NO_MARKS, IndexView, QueryableIndex
from reader.permissions import permissions
from reader.query.results import Headline

MOST_COPIED = 256 << 20
"""Largest index, in bytes, that is copied to memory and updated there if the file is read-only."""
ROWS_KIB = 128
"""Pages of article rows to cache: a few screens of headlines."""

_AT_ONCE = 1 << 17
"""Characters converted to numbers at once; no other thread runs meanwhile (2 ms)."""

_ALL = "select group_concat(number) from (select number from titles order by title_key, number)"
_ALIKE = "select min(number), count(*) from titles group by title_key having count(*) > 1"

_HEADLINES = (
    f"select {HEADLINE_COLUMNS},"
    " (select first.key from stories join articles first on first.number = stories.story"
    " where stories.number = articles.number),"
    " (select coverage from stories where stories.number = articles.number) from articles"
)
"""SQL for headlines, with the key of the first article of an article's story and the story's coverage; null
without a story."""


def _no_phrase(*_: object) -> Iterable[int]:
    raise NotImplementedError("this store reads no files")


class SqliteStore:
    """Implements `reader.index.backend.SetStore` on one connection."""

    is_whole = True

    def __init__(self, connection: sqlite3.Connection, with_phrase: FindPhrase = _no_phrase) -> None:
        self.connection = connection
        self.with_phrase = with_phrase

    def set_of(self, field: int, value: str) -> BitMap:
        return read_set(self.connection, field, value)

    def sets_of(self, field: int, values: Sequence[str]) -> list[BitMap]:
        return [read_set(self.connection, field, value) for value in values]

    def set_starting(self, field: int, start: str) -> BitMap:
        return read_range(self.connection, field, start)

    def blocks(self) -> Iterator[int]:
        return (block for (block,) in self.connection.execute("select block from blocks"))

    def has_articles(self) -> bool:
        return self.connection.execute("select 1 from articles").fetchone() is not None

    def values_of(self, field: int) -> list[KnownValue]:
        known = self.connection.execute(
            "select folded, value, value from choices where field = ?", (field,)
        ).fetchall()
        "".join(value for *_, value in known)  # raises if one is not text
        return known

    def titles(self) -> array[int]:
        numbers = array("I")
        # Concatenated by SQLite, which is five times as fast as fetching rows; in descending order it would
        # have to sort.
        for part in _pieces(self.connection.execute(_ALL).fetchone()[0] or ""):
            numbers.extend(map(int, part.split(",")))
        alike = dict(self.connection.execute(_ALIKE))
        late = read_set(self.connection, SetKind.STATE, LATE) if alike else BitMap()
        for place in [place for place, number in enumerate(numbers) if number in alike] if alike else ():
            stop = place + alike[numbers[place]]
            numbers[place:stop] = self._newest_first(numbers[place:stop], late)
        return numbers

    def _newest_first(self, numbers: array[int], late: BitMap) -> array[int]:
        """Returns these ascending numbers newest first; those of late articles don't say how new they are."""
        if late.isdisjoint(BitMap(numbers)):
            return numbers[::-1]
        dated = sorted(self.dates_of(numbers), key=lambda one: (one[0], one[1] not in late, one[1]))
        return array("I", [number for _, number in reversed(dated)])

    def dates_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
        query = f"select coalesce(date, {UNDATED}), number from articles where number in (??)"
        return select_in(self.connection, query, numbers)

    def dated_from(self, date: int) -> Iterable[tuple[int, int]]:
        return self.connection.execute(
            "select number, date from articles where date >= ? order by date, number", (date,)
        )

    def titles_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        return select_in(self.connection, "select number, title from articles where number in (??)", numbers)

    def words_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        query = "select number, story_words from articles where number in (??)"
        return select_in(self.connection, query, numbers)

    def stories(self) -> Iterable[tuple[int, int]]:
        return self.connection.execute("select number, story from stories order by number")

    def story_members(self, numbers: Sequence[int]) -> Iterator[tuple[int, int, str]]:
        return select_in(
            self.connection,
            "select story, number, provider from stories join articles using(number)"
            " where story in (select story from stories where number in (??)) order by date desc, key desc",
            numbers,
        )

    def keyed_between(self, low: int, high: int) -> Iterator[int]:
        return self._numbers("key between ? and ?", (low, high))

    def with_url(self, parts: Sequence[str], among: BitMap) -> Iterator[int]:
        return self._numbers(" or ".join(["instr(lower(url), lower(?))"] * len(parts)), parts)

    def with_path(self, part: str, among: BitMap) -> Iterator[int]:
        return self._numbers("instr(lower(path || '/' || name), lower(?))", (part,))

    def _numbers(self, condition: str, values: Sequence[int | str]) -> Iterator[int]:
        query = f"select number from articles join folders using(folder) where {condition}"
        return (number for (number,) in self.connection.execute(query, values))

    def headlines(self, numbers: Sequence[int], marks: Mapping[str, BitMap]) -> list[Headline]:
        rows = select_in(self.connection, f"{_HEADLINES} where number in (??)", numbers)
        found = {row[0]: row for row in rows}
        return [headline(found[number], marks) for number in numbers if number in found]

    def headlines_keyed(self, low: int, high: int, most: int, marks: Mapping[str, BitMap]) -> list[Headline]:
        query = f"{_HEADLINES} where key between ? and ? limit ?"
        return [headline(row, marks) for row in self.connection.execute(query, (low, high, most))]

    def identities(self, numbers: Sequence[int]) -> list[ArticleRow]:
        """Returns the rows of the articles with these numbers, without deleted ones."""
        rows = select_in(
            self.connection,
            f"select number, key, url, root, path, name, title_key, text_key, {STATED_DATE}"
            " from articles join folders using(folder) where number in (??)",
            numbers,
        )
        return [
            ArticleRow(number, key, url, root, f"{unpack_name(path)}/{unpack_name(name)}", *keys)
            for number, key, url, root, path, name, *keys in rows
        ]

    def numbers_from(self, heads: Iterable[int]) -> list[int]:
        query = "select number from articles where key between ? and ? limit 1"
        rows = (self.connection.execute(query, (head << 15, head << 15 | 0x7FFF)) for head in heads)
        return [number for row in rows for (number,) in row]


def _pieces(listed: str) -> Iterator[str]:
    start = 0
    while start < len(listed):
        end = listed.find(",", start + _AT_ONCE)
        end = len(listed) if end < 0 else end
        yield listed[start:end]
        start = end + 1


class Index(QueryableIndex):
    """One collection's index. Any thread may ask questions; only one refresh at a time writes."""

    patience = 0.03

    def __init__(self, folder: str | os.PathLike[str] | None, find_phrase: FindPhrase) -> None:
        """Open the newest usable edition in a folder, or create one; None = in memory only."""
        super().__init__()
        self.notices: list[str] = []
        """Notices to show the user once."""
        self.marked: Mapping[str, BitMap] = NO_MARKS
        """The user's marks as sets of numbers: read, starred, note, tag:NAME."""
        self._find_phrase = find_phrase
        self._editions = None if folder is None else Editions(folder)
        self._rows_lock = RLock()
        self._store: SqliteStore | None = None
        self._view: IndexView | None = None
        self._still: tuple[int, ...] | None = None
        """The state of a file that is read without locks, since nobody was writing: another account may."""
        self._open: list[sqlite3.Connection] = []
        self._seen = -1
        self.edition = 0
        if self._editions is None:
            self._begin_in_memory()
        elif permissions().files:
            self._open_newest(self._editions)
        else:
            newest = self._editions.newest()
            if not (newest and self._try(newest) and self.is_complete()):
                self.begin_edition()

    def _begin_in_memory(self) -> None:
        location = memory_uri()
        # A memory database exists as long as one connection to it is open.
        with closing(connect(location)) as empty:
            create(empty)
            self._use(self.edition + 1, location)

    def _open_newest(self, editions: Editions) -> None:
        while newest := editions.newest():
            if self._try(newest):
                return
            # Meanwhile, another reader may have finished the next edition and removed this one.
            if editions.newest() == newest:
                self.edition = newest
                self.begin_again()
                return
        self.begin_edition()

    def _try(self, edition: int) -> bool:
        """Try to use an edition; returns whether it is usable."""
        try:
            self._use_file(edition)
        except sqlite3.DatabaseError:
            return False
        return True

    def _use(self, edition: int, location: str) -> None:
        """Switch to an edition. Raises sqlite3.Error, also if it is unusable."""
        with self._lock, self._rows_lock:
            still = _stamp(location) if self.is_read_only and is_still(location) else None
            old, connection = self._open, connect(location)
            try:
                check(connection)
                version = _data_version(connection)
                check_sets(connection)
                rows = connect(location, cache_kib=ROWS_KIB)
            except sqlite3.Error:
                connection.close()
                raise
            self.location, self._still = location, still
            self._rows = rows
            self._store = SqliteStore(connection, self._find_phrase)
            self._seen = version
            # Numbers now mean other articles; the owner of the marks rebuilds the sets.
            self.marked = NO_MARKS
            self._view = IndexView(self._store, self.marked, rules=self._rules)
            self.edition = edition
            self._open = [connection, rows]
            for one in old:
                one.close()

    def begin_edition(self) -> None:
        """Create an empty edition and use it. Raises sqlite3.Error, OSError."""
        if self._editions is None or not permissions().files:
            self._editions = None
            self._begin_in_memory()
        else:
            self._use_file(self._editions.begin(self.edition))

    def begin_again(self) -> None:
        """Replace a damaged edition by an empty one, with a notice. Raises sqlite3.Error, OSError."""
        self.notices.append("The index was damaged or made by another version: rebuilding it.")
        self.begin_edition()

    def _use_file(self, edition: int) -> None:
        assert self._editions is not None
        self._use(edition, self._editions.path(edition))
        if permissions().files:
            self._editions.drop_before(edition)

    def draft_location(self) -> str:
        """Returns where to build the next edition while this one still answers; leftovers are removed."""
        return memory_uri() if self._editions is None else self._editions.draft()

    def adopt(self, draft: str) -> None:
        """Switch to a finished draft."""
        if self._editions is None:
            self._use(self.edition + 1, draft)
        else:
            self._use_file(self._editions.adopt(draft))

    @property
    def is_in_memory(self) -> bool:
        """Returns whether the index is lost when the program ends."""
        return self._editions is None

    @property
    def is_read_only(self) -> bool:
        """Returns whether the index is a file that this process must not write."""
        return self._editions is not None and not permissions().files

    def move_to_memory(self) -> bool:
        """Switch to a writable copy in memory; returns False if it would be too large."""
        if os.path.getsize(self.location) > MOST_COPIED:
            return False
        location = memory_uri()
        with closing(connect(location)), closing(connect(self.location)) as file:
            file.execute("pragma query_only = off")  # for SQLite, writing a copy is writing
            file.execute("vacuum into ?", (location,))
            self._use(self.edition + 1, location)
        self._editions = None
        return True

    def open_lock(self) -> int | None:
        """Opens the lock file of the writer; None if nobody else can be writing."""
        return None if self._editions is None else self._editions.lock()

    def follow(self) -> None:
        """Switch to a newer edition that another reader has finished; create one if the files are gone."""
        with self._lock:
            if self._editions is None:
                return
            newest = self._editions.newest()
            is_rewritten = self._still is not None and self._still != _stamp(self.location)
            if not newest:
                self.begin_edition()
            elif newest > self.edition or (newest == self.edition and is_rewritten):
                self._try(newest)

    @contextmanager
    def view(self) -> Iterator[IndexView]:
        """Opens a view of the index's current state for one question; other threads' questions wait."""
        with self._lock:
            self.follow()
            assert self._view is not None and self._store is not None
            version = _data_version(self._store.connection)
            if version != self._seen:
                check_sets(self._store.connection)
                self._renew_view()
                self._seen = version
            self._view.use_marks(self.marked)
            yield self._view

    def _renew_view(self) -> None:
        """Forget what was read of the current edition, except what may still be valid."""
        before = self._view
        assert before is not None and self._store is not None
        self._view = IndexView(self._store, self.marked, before.known_late, self._rules, before.phrases)

    @contextmanager
    def rows(self) -> Iterator[sqlite3.Connection]:
        """Opens the connection for article rows, so that a page never waits for a long question."""
        with self._rows_lock:
            yield self._rows

    @contextmanager
    def page(self) -> Iterator[SqliteStore]:
        with self.rows() as connection:
            yield SqliteStore(connection)

    def generation(self) -> int:
        """Changes with each write to the index, by any reader, and with each edition."""
        with self.rows() as connection:
            found = connection.execute("select value from meta where key = 'generation'").fetchone()
            return (self.edition << 40) + (int(found[0]) if found else 0)

    def stored_marks(self) -> tuple[int, int, dict[str, BitMap]]:
        """Returns the stored marks: their generation, their turn, and the sets."""
        with self.rows() as connection:
            meta = dict(connection.execute("select key, value from meta where key like 'marks.%'"))
            found = read_field(connection, SetKind.MARK)
            return meta.get("marks.generation", -1), meta.get("marks.turn", 0), found

    def store_marks(self, generation: int, turn: int) -> None:
        """Store the marks as sets, so that the next start need not rebuild them. Raises sqlite3.Error."""
        if self.is_read_only:
            return
        with closing(connect(self.location)) as connection, connection:
            connection.execute("begin immediate")
            for name, numbers in self.marked.items():
                replace_set(connection, SetKind.MARK, name, numbers)
            meta = [("marks.generation", generation), ("marks.turn", turn)]
            connection.executemany("insert or replace into meta values(?, ?)", meta)

    def rekey(self, changes: Sequence[tuple[int, int]]) -> None:
        """Give articles (number, new key) new keys. Raises sqlite3.OperationalError."""
        with closing(connect(self.location, timeout=0.2)) as connection, connection:
            connection.execute("begin immediate")
            rekey(connection, changes)
            connection.execute(
                "insert into meta values('rekeyed', 1) on conflict(key) do update set value = value + 1"
            )

    def is_complete(self) -> bool:
        """Returns whether the last refresh finished: until then, missing articles may still be added."""
        with self.rows() as connection:
            query = "select value from meta where key = 'complete'"
            return bool((connection.execute(query).fetchone() or (0,))[0])

    def state_of_stories(self) -> tuple[bool, bool]:
        """Returns whether there are stories, and whether some days are due."""
        with self.rows() as connection:
            found = connection.execute(
                "select exists(select 1 from stories), exists(select 1 from story_days_due)"
            ).fetchone()
            return bool(found[0]), bool(found[1])

    def identities(self, numbers: Sequence[int]) -> Iterator[ArticleRow]:
        for start in range(0, len(numbers), MOST_ASKED):
            with self.page() as store:
                found = store.identities(numbers[start : start + MOST_ASKED])
            yield from found

    def files_of(self, numbers: Sequence[int]) -> list[tuple[str, tuple[int, ...]]]:
        """Returns (path, (mtime in ns, size, inode, ctime in ns) when it was read) for each article."""
        with self.rows() as connection:
            rows = select_in(
                connection,
                "select path, name, mtime_ns, size, inode, ctime_ns from articles join folders using(folder)"
                " where number in (??)",
                numbers,
            )
            return [(f"{unpack_name(path)}/{unpack_name(name)}", tuple(times)) for path, name, *times in rows]

    def problems(self) -> Iterator[Problem]:
        """Returns every problem found while listing and reading the files, sorted by path."""
        with self.rows() as connection:
            rows = connection.execute(
                "select path, name, line, field, reason from problems join folders using(folder)"
                " union all select path, '', 0, 'file', reason from unlisted order by 1, 2, 3"
            ).fetchall()
        for path, name, line, field, reason in rows:
            whole = f"{unpack_name(path)}/{unpack_name(name)}" if name else unpack_name(path)
            yield Problem(display_path(whole), line, field, reason)

    def pages_without_header(self) -> list[str]:
        """Returns the extension of each HTML page that is not a post."""
        with self.rows() as connection:
            rows = connection.execute(
                "select name from others o where key is null and inode and not exists"
                " (select 1 from problems p where p.folder = o.folder and p.name = o.name)"
            )
            return [os.path.splitext(unpack_name(name))[1].lower() for (name,) in rows]

    def duplicates(self) -> Iterator[tuple[str, str]]:
        """Returns (path not shown, path shown in its place), sorted by path."""
        with self.rows() as connection:
            rows = connection.execute(
                "select f.path, o.name, g.path, a.name from others o join folders f using(folder)"
                " join articles a on a.key = o.key join folders g on g.folder = a.folder order by 1, 2"
            ).fetchall()
        for folder, name, shown_folder, shown_name in rows:
            yield (
                display_path(f"{unpack_name(folder)}/{unpack_name(name)}"),
                display_path(f"{unpack_name(shown_folder)}/{unpack_name(shown_name)}"),
            )

    def close(self) -> None:
        """Close the files."""
        with self._lock, self._rows_lock:
            for one in self._open:
                one.close()


def _stamp(location: str) -> tuple[int, ...] | None:
    """Returns what changes when an index is written; None if it is gone."""
    try:
        found = os.stat(location)
    except OSError:
        return None
    try:
        waiting = os.path.getsize(f"{location}-wal")
    except OSError:
        waiting = 0
    return found.st_mtime_ns, found.st_size, waiting


def _data_version(connection: sqlite3.Connection) -> int:
    """Returns a number that changes when another connection has written."""
    (version,) = connection.execute("pragma data_version").fetchone()
    return int(version)
