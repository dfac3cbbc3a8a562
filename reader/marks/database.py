"""Marks: what the user did to articles (read, starred, tags, a note). Kept apart from the index, never
lost.

One SQLite file under the data folder. A rollback journal and full synchronisation: a mark is on the disk when
`change` returns, in one file that can be copied, on network homes too (where SQLite's WAL is not allowed).
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from typing import Any

from reader.article.text import clean, clean_line
from reader.errors import StorageError
from reader.marks.file import MarksFile
from reader.marks.mark import (
    INT63,
    KEPT_CHANGES,
    MOST_SECONDS,
    KeptMarks,
    Mark,
    MarkWithTimes,
    Step,
    Times,
    Traces,
    changed_times,
    later_times,
)

VERSION = 3
FILE = "marks.db"
"""The database's name in the data folder."""

_TABLES = """
create table marks(
  key integer primary key, identity text not null, read integer not null default 0,
  starred integer not null default 0, note text not null default '', tags text not null default '',
  turn integer not null, title_key integer, text_key integer, date integer, place text,
  changed text not null default '{}');
create index marks_by_turn on marks(turn);
create table changes(
  change integer primary key autoincrement, words text not null, undone integer not null default 0);
create table steps(
  change integer not null, key integer not null, before text not null, after text not null,
  primary key(change, key)) without rowid;
create table adopted(former integer not null, key integer not null, primary key(former, key)) without rowid;
create table meta(key text primary key, value) without rowid;
insert into meta values('turn', 0);
"""

_UPGRADES = {
    1: """
alter table marks add column title_key integer;
alter table marks add column text_key integer;
alter table marks add column date integer;
alter table marks add column place text;
create table adopted(former integer not null, key integer not null, primary key(former, key)) without rowid;
delete from meta where key = 'carried';
insert into meta values('upgraded', strftime('%s', 'now'));
""",
    2: "alter table marks add column changed text not null default '{}'",
}
"""Statements that upgrade from a version to the next."""


_COLUMNS = "key, identity, read, starred, note, tags, title_key, text_key, date, place"
_SELECT = f"select {_COLUMNS} from marks"


class Marks(KeptMarks):
    """The database of marks. Callers must use it from one thread at a time."""

    def __init__(self, path: str | PathLike[str] | None) -> None:
        """Open or create the file; None keeps marks in memory only. Raises StorageError."""
        self.is_kept = path is not None
        self.file = MarksFile(path, self._prepare)
        """Locking, integrity and backups of the file."""

    @property
    def _connection(self) -> sqlite3.Connection:
        return self.file.connection

    @staticmethod
    def _prepare(connection: sqlite3.Connection) -> None:
        version = _version_of(connection)
        if version < VERSION:
            # Two readers may start at once: the one that waited finds the tables already created.
            connection.execute("begin immediate")
            version = _version_of(connection)
            steps = [_TABLES] if version == 0 else [_UPGRADES[old] for old in range(version, VERSION)]
            for statement in ";".join(steps).split(";"):
                connection.execute(statement)
            connection.execute(f"pragma user_version = {VERSION}")
            connection.execute("commit")
        elif version > VERSION:
            raise StorageError(
                'the marks were written by a newer version of reader ("reader doctor" says where they are); '
                "use that version or move them away"
            )

    @property
    def turn(self) -> int:
        """The number of the last change by any reader; only increases."""
        self.file.follow()
        return self._turn()

    def _turn(self) -> int:
        with self.file.reading():
            return _number(self._connection.execute("select value from meta where key = 'turn'").fetchone())

    def since(self, turn: int) -> Iterator[Mark]:
        """Returns the marks that changed after a turn."""
        with self.file.reading():
            rows = self._connection.execute(f"{_SELECT} where turn > ?", (turn,))
            yield from map(_mark, rows)

    def of(self, keys: Iterable[int]) -> dict[int, Mark]:
        """Returns the marks of those articles that have any."""
        with self.file.reading():
            return _FileTables(self._connection).of(keys)

    def update_traces(self, traces: Mapping[int, Traces]) -> None:
        """Update the traces of marked articles, by key. Raises StorageError."""
        with self._transaction():
            self._connection.executemany(
                "update marks set title_key = ?, text_key = ?, date = ?, place = ? where key = ?",
                ((*found[:3], _packed(found.place), key) for key, found in traces.items()),
            )

    def move(self, moves: Mapping[int, Mark]) -> None:
        """Move the marks of old keys, and their undo steps, to articles given as blank marks; existing marks
        stay. Raises StorageError."""
        with self._transaction() as tables:
            for key, mark in tables.of(moves).items():
                tables.give(mark, moves[key])
                self._connection.execute("delete from marks where key = ?", (key,))

    def adopt(self, former: int, article: Mark) -> None:
        """Copy the marks that version 1 stored under a path to an article, given as a blank mark. They are
        kept, as articles of other collections may have had the same path. Raises StorageError."""
        with self._transaction() as tables:
            for mark in tables.of([former]).values():
                tables.give(mark, article)
            self._connection.execute("insert or ignore into adopted values(?, ?)", (former, article.key))

    def adoptions(self) -> dict[int, set[int]]:
        """Returns the articles that adopted marks of version 1, by the path's key."""
        found: dict[int, set[int]] = {}
        with self.file.reading():
            for former, key in self._connection.execute("select former, key from adopted"):
                found.setdefault(former, set()).add(key)
        return found

    @property
    def upgraded_ns(self) -> int:
        """Returns when marks of version 1 were adopted, in nanoseconds since 1970; 0 for never."""
        with self.file.reading():
            row = self._connection.execute("select value from meta where key = 'upgraded'").fetchone()
        return _number(row) * 1_000_000_000

    def _all(self) -> Iterator[MarkWithTimes]:
        with self.file.reading():
            rows = self._connection.execute(
                f"select {_COLUMNS}, changed from marks"
                " where key not in (select former from adopted) order by identity"
            )
            for *row, changed in rows:
                yield _mark(tuple(row)), _times_in(changed)

    @contextmanager
    def _transaction(self) -> Iterator[_FileTables]:
        """On disk when the block ends."""
        with self.file.transaction():
            turn = self._turn() + 1
            if not 0 < turn < INT63:
                turn = 1
            self._connection.execute("insert or replace into meta values('turn', ?)", (turn,))
            yield _FileTables(self._connection, turn)

    def close(self) -> None:
        """Close the file."""
        self.file.close()


class _FileTables:
    """`MarkTables` in the SQLite file."""

    def __init__(self, connection: sqlite3.Connection, turn: int = 0) -> None:
        self._connection = connection
        self._turn = turn

    def of(self, keys: Iterable[int]) -> dict[int, Mark]:
        rows = (self._connection.execute(f"{_SELECT} where key = ?", (key,)).fetchone() for key in keys)
        return {row[0]: _mark(row) for row in rows if row}

    def with_times(self, keys: Iterable[int]) -> dict[int, MarkWithTimes]:
        return {key: (mark, self._times(key)) for key, mark in self.of(keys).items()}

    def _times(self, key: int) -> Times:
        row = self._connection.execute("select changed from marks where key = ?", (key,)).fetchone()
        return _times_in(row[0]) if row else {}

    def give(self, mark: Mark, to: Mark) -> None:
        """Copy a mark, and move its undo steps, to an article given as a blank mark."""
        has = self.of([to.key]).get(to.key, to)
        later = later_times(self._times(to.key), self._times(mark.key))
        self.store([(has, has.united(mark)._replace(traces=to.traces))], {to.key: later})
        taken = self._connection.execute(
            "delete from steps where key = ? returning change, before, after", (mark.key,)
        ).fetchall()
        for change, *states in taken:
            old, new = (_from_json(state)._replace(key=to.key, identity=to.identity) for state in states)
            self._insert_steps(change, [(old, new)])

    def recall(self, *, is_undo: bool) -> tuple[str, list[Step]] | None:
        row = self._connection.execute(
            "update changes set undone = ? where change ="
            f" (select {'max' if is_undo else 'min'}(change) from changes where undone = ?)"
            " returning change, words", (is_undo, not is_undo)
        ).fetchone()  # fmt: skip
        if row is None:
            return None
        steps = self._connection.execute(
            "select before, after from steps where change = ?", row[:1]
        ).fetchall()
        return str(row[1]), [(_from_json(before), _from_json(after)) for before, after in steps]

    def remember(self, words: str, steps: Iterable[Step]) -> None:
        self._connection.execute(
            "delete from steps where change in (select change from changes where undone)"
        )
        self._connection.execute("delete from changes where undone")
        change = self._connection.execute("insert into changes(words) values(?)", (words,)).lastrowid
        assert change is not None
        self._insert_steps(change, steps)
        for table in ("steps", "changes"):
            self._connection.execute(f"delete from {table} where change <= ?", (change - KEPT_CHANGES,))

    def _insert_steps(self, change: int, steps: Iterable[Step]) -> None:
        import json  # takes 2 ms, which a list doesn't need

        self._connection.executemany(
            "insert or replace into steps values(?, ?, ?, ?)",
            ((change, new.key, json.dumps(old[:6]), json.dumps(new[:6])) for old, new in steps),
        )

    def store(self, steps: Iterable[Step], times: Mapping[int, Times] | None = None) -> None:
        import json  # as above

        now = time.time()
        self._connection.executemany(
            "insert or replace into marks(key, identity, read, starred, note, tags, turn,"
            " title_key, text_key, date, place, changed) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
            " json_patch(coalesce((select changed from marks where key = ? and json_valid(changed)), '{}'),"
            " ?))",
            (
                (
                    new.key, _packed(new.identity), new.read, new.starred, new.note,
                    "\n".join(new.tags), self._turn, *new.traces[:3], _packed(new.traces.place) or None,
                    new.key, json.dumps(changed_times(old, new, now) if times is None else times[new.key]),
                )
                for old, new in steps
            ),
        )  # fmt: skip


def _version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def _number(row: tuple[object] | None) -> int:
    """Returns a number from the table `meta`; 0 if it is missing or damaged."""
    text = str(row[0]) if row else ""
    return int(text) if re.fullmatch(r"(?a)\d{1,19}", text) else 0


def _packed(identity: str) -> str | bytes:
    """Returns a text as stored in the database; a path that is not UTF-8 is stored as bytes."""
    try:
        identity.encode()
    except UnicodeEncodeError:
        return identity.encode("utf-8", "surrogatepass")
    return identity


def _unpacked(stored: object) -> str:
    """Returns the text of a column; of a damaged one, what can be decoded."""
    if isinstance(stored, bytes):
        try:
            return stored.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return stored.decode("utf-8", "replace")
    return stored if isinstance(stored, str) else ""


def _mark(row: tuple[Any, ...]) -> Mark:
    """Returns the mark in a row. A damaged value doesn't affect the others or other marks."""
    key, identity, read, starred, note, tags, *traces, place = row
    title_key, text_key, date = (trace if isinstance(trace, int) else None for trace in traces)
    return Mark(
        key, _unpacked(identity), read not in _NOT_SET, starred not in _NOT_SET, clean(_unpacked(note)),
        tuple(filter(None, map(clean_line, _unpacked(tags).split("\n")))),
        Traces(title_key, text_key, date, _unpacked(place)),
    )  # fmt: skip


_NOT_SET = (0, None, "", b"")


def _times_in(stored: object) -> Times:
    """Returns the times in the column `changed`; none if it is damaged."""
    import json

    try:
        found = json.loads(_unpacked(stored))
        return {part: float(time) for part, time in found.items() if 0 < time < MOST_SECONDS}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _from_json(state: str) -> Mark:
    import json

    try:
        key, identity, read, starred, note, tags = json.loads(state)
        return _mark((key, identity, read, starred, note, "\n".join(tags), None, None, None, None))
    except (ValueError, TypeError, RecursionError) as error:
        raise StorageError("the record of this change is damaged: it can't be undone or redone") from error
