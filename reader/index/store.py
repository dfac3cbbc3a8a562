"""The Index: where its files are, who may write, and what a question gets to see.

A set of sources has a folder under the cache; in it each edition of the index is a file of its own, `1.db`,
`2.db`, …, so that a new one can be built while the old one still answers. Whatever is wrong with an edition
(damaged, from another version), the next one takes its place: the index is only a copy.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import RLock

from pyroaring import BitMap

from reader.article import Problem
from reader.index.schema import Field, connect, create, is_current, memory_uri, unpack_name
from reader.index.search import HasPhrase, Search
from reader.index.sets import read_set, replace_set
from reader.index.view import IndexView
from reader.text import display_path

MOST_ASKED = 500
"""Rows read by one statement, well below SQLite's limit for parameters."""

NO_MARKS: Mapping[str, BitMap] = {"read": BitMap(), "starred": BitMap(), "note": BitMap()}


class Index:
    """One collection's index. Questions may come from any thread; one refresh at a time writes."""

    def __init__(self, folder: Path | None, has_phrase: HasPhrase) -> None:
        """Open the newest usable edition in a folder, or begin one; None = in memory only."""
        self.notices: list[str] = []
        self.marked: Mapping[str, BitMap] = NO_MARKS
        """The person's marks as sets of numbers: read, starred, note, tag:NAME."""
        self._has_phrase = has_phrase
        self._folder = folder
        self._lock, self._rows_lock = RLock(), RLock()
        self._keeper: sqlite3.Connection | None = None
        self._view: IndexView | None = None
        self._open: list[sqlite3.Connection] = []
        self._seen = -1
        self.edition = 0
        if folder is None:
            self._begin_in_memory()
        else:
            self._open_newest(folder)

    def _begin_in_memory(self) -> None:
        self.location = memory_uri()
        # A memory database lasts as long as one connection to it is open.
        keeper = connect(self.location)
        create(keeper)
        self._use(self.edition + 1)
        if self._keeper is not None:
            self._keeper.close()
        self._keeper = keeper

    def _open_newest(self, folder: Path) -> None:
        editions = _editions(folder)
        if editions and self._try(editions[-1]):
            return
        if editions:
            self.notices.append("The index was damaged or made by another version: it is being built anew.")
        self.begin_edition()

    def _try(self, edition: int) -> bool:
        """Use an edition, unless it is no good."""
        self.location = str(self._path(edition))
        try:
            with closing_connection(self.location) as connection:
                if not is_current(connection):
                    return False
                connection.execute("select count(*) from folders").fetchone()
            self._use(edition)
        except sqlite3.DatabaseError:
            return False
        return True

    def _use(self, edition: int) -> None:
        with self._lock, self._rows_lock:
            old = self._open
            connection = connect(self.location)
            self._rows = connect(self.location, cache_kib=1024)
            self._view = IndexView(connection, self.marked)
            self._seen = -1
            # Numbers mean other articles now; who keeps the marks makes the sets anew.
            self.marked = NO_MARKS
            self.edition = edition
            self._open = [connection, self._rows]
            for one in old:
                one.close()

    def begin_edition(self) -> None:
        """Start an empty edition and use it. Raises sqlite3.Error, OSError."""
        if self._folder is None:
            self._begin_in_memory()
            return
        edition = max(_editions(self._folder), default=0) + 1
        path = self._path(edition)
        with closing_connection(str(path)) as connection:
            create(connection)
        path.chmod(0o600)
        self.location = str(path)
        self._use(edition)
        self._drop_before(edition)

    def draft_location(self) -> str:
        """Where the next edition is built while this one still answers; what an older try left is removed."""
        if self._folder is None:
            return memory_uri()
        path = self._folder / "next.new"
        for leftover in self._folder.glob("next.new*"):
            leftover.unlink()
        return str(path)

    def adopt(self, draft: str) -> None:
        """Let a finished draft be the edition that answers."""
        if self._folder is None:
            self.location = draft
            keeper = connect(draft)
            self._use(self.edition + 1)
            if self._keeper is not None:
                self._keeper.close()
            self._keeper = keeper
            return
        edition = max(_editions(self._folder), default=0) + 1
        os.rename(draft, self._path(edition))
        self.location = str(self._path(edition))
        self._use(edition)
        self._drop_before(edition)

    @property
    def is_in_memory(self) -> bool:
        """Whether the index is lost when the program ends."""
        return self._folder is None

    def open_lock(self) -> int | None:
        """The file that whoever writes holds a lock on; None where nobody else can be writing."""
        if self._folder is None or not hasattr(os, "fchown"):
            return None
        return os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _drop_before(self, edition: int) -> None:
        assert self._folder is not None
        for old in _editions(self._folder):
            if old < edition:
                for suffix in ("", "-wal", "-shm"):
                    with suppress(OSError):
                        Path(f"{self._path(old)}{suffix}").unlink()

    def _path(self, edition: int) -> Path:
        assert self._folder is not None
        return self._folder / f"{edition}.db"

    @contextmanager
    def view(self) -> Iterator[IndexView]:
        """The index as it is now, for one question; other threads' questions wait."""
        with self._lock:
            self._follow()
            assert self._view is not None
            (version,) = self._view.connection.execute("pragma data_version").fetchone()
            if version != self._seen:
                self._view, self._seen = IndexView(self._view.connection, self.marked), version
            self._view.marks = self.marked
            yield self._view

    def _follow(self) -> None:
        """Go over to a newer edition that another reader has finished."""
        if self._folder is not None and self._path(self.edition + 1).exists():
            newest = _editions(self._folder)[-1]
            if newest > self.edition and not self._try(newest):
                self.location = str(self._path(self.edition))

    @contextmanager
    def rows(self) -> Iterator[sqlite3.Connection]:
        """A connection for article rows alone: a page never waits for a long question."""
        with self._rows_lock:
            yield self._rows

    def search(self, view: IndexView, now: datetime) -> Search:
        """A search over a view."""
        return Search(view, now, self._has_phrase)

    def generation(self) -> int:
        """Another number after each writing to the index, also another reader's, and in each edition."""
        with self.rows() as connection:
            found = connection.execute("select value from meta where key = 'generation'").fetchone()
            return (self.edition << 40) + (int(found[0]) if found else 0)

    def stored_marks(self) -> tuple[int, int, dict[str, BitMap]]:
        """The marks as they were stored last: for which generation, up to which turn, and the sets."""
        with self.rows() as connection:
            names = connection.execute(
                "select distinct value from sets where field = ?", (Field.MARK,)
            ).fetchall()
            meta = dict(connection.execute("select key, value from meta where key like 'marks.%'"))
            found = {name: read_set(connection, Field.MARK, name) for (name,) in names}
            return meta.get("marks.generation", -1), meta.get("marks.turn", 0), found

    def store_marks(self, generation: int, turn: int) -> None:
        """Keep the marks as sets, so that the next start need not make them again."""
        with closing_connection(self.location) as connection:
            connection.execute("begin immediate")
            for name, numbers in self.marked.items():
                replace_set(connection, Field.MARK, name, numbers)
            meta = [("marks.generation", generation), ("marks.turn", turn)]
            connection.executemany("insert or replace into meta values(?, ?)", meta)
            connection.execute("commit")

    def numbers_of(self, keys: Mapping[int, object]) -> dict[int, int]:
        """key -> number, for the keys that have an article."""
        with self.rows() as connection:
            rows = (
                connection.execute("select number from articles where key = ?", (key,)).fetchone()
                for key in keys
            )
            return {key: row[0] for key, row in zip(keys, rows, strict=True) if row}

    def identities(self, numbers: Sequence[int]) -> Iterator[tuple[int, int, str, int, str]]:
        """(number, key, url, root, absolute path of the file) of the articles that are there."""
        for start in range(0, len(numbers), MOST_ASKED):
            part = list(numbers[start : start + MOST_ASKED])
            with self.rows() as connection:
                rows = connection.execute(
                    "select number, key, url, root, path, name from articles join folders using(folder)"
                    f" where number in ({','.join('?' * len(part))})", part
                ).fetchall()  # fmt: skip
            for number, key, url, root, path, name in rows:
                yield number, key, url, root, f"{unpack_name(path)}/{unpack_name(name)}"

    def files_of(self, numbers: Sequence[int]) -> Iterator[tuple[str, tuple[int, int, int]]]:
        """(absolute path, (mtime in ns, size, inode) when it was read) for these articles."""
        with self.rows() as connection:
            for number in numbers:
                row = connection.execute(
                    "select path, name, mtime_ns, size, inode from articles join folders using(folder)"
                    " where number = ?", (number,)
                ).fetchone()  # fmt: skip
                if row:
                    yield f"{unpack_name(row[0])}/{unpack_name(row[1])}", tuple(row[2:])

    def problems(self) -> Iterator[Problem]:
        """Every problem that reading and listing the files met, in path order."""
        with self.rows() as connection:
            rows = connection.execute(
                "select path, name, line, field, reason from problems join folders using(folder)"
                " union all select path, '', 0, 'file', reason from unlisted order by 1, 2, 3"
            ).fetchall()
        for path, name, line, field, reason in rows:
            whole = f"{unpack_name(path)}/{unpack_name(name)}" if name else unpack_name(path)
            yield Problem(display_path(whole), line, field, reason)

    def duplicates(self) -> Iterator[tuple[str, str]]:
        """(path not shown, path shown in its place), in path order."""
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
        """Let go of the files."""
        with self._lock, self._rows_lock:
            for one in self._open:
                one.close()
            if self._keeper is not None:
                self._keeper.close()


@contextmanager
def closing_connection(location: str, *, cache_kib: int = 4096) -> Iterator[sqlite3.Connection]:
    """A connection of one's own for a while. Raises sqlite3.Error."""
    connection = connect(location, cache_kib=cache_kib)
    try:
        yield connection
    finally:
        connection.close()


def _editions(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in folder.glob("*.db") if path.stem.isdecimal())
