"""The keys of the articles in an index: read, changed, kept when an article goes, carried to another edition.

The rules by which an article is recognised are in `recognition`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager

from reader.index.recognition import ArticleFacts, Recogniser, are_same
from reader.index.schema import ROUTED, STATED_DATE, pack_name, select_in, unpack_name


class KnownArticles:
    """What the articles of an index are recognised by, for the marks that look for theirs."""

    def __init__(self, rows: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        """`rows` opens the connection for article rows."""
        self._rows = rows

    def with_keys(self, keys: Sequence[int]) -> dict[int, ArticleFacts]:
        """Returns the articles with these keys."""
        with self._rows() as connection:
            return {facts.key: facts for facts in _read(connection, "key", keys)}

    def alike(self, traces: Iterable[tuple[int | None, int | None]]) -> list[ArticleFacts]:
        """Returns the articles with one of these title keys or text keys."""
        pairs = list(traces)
        with self._rows() as connection:
            return [
                *_read(connection, "title_key", [title for title, _ in pairs if title is not None]),
                *_read(connection, "text_key", [text for _, text in pairs if text is not None]),
            ]

    def at(self, paths: Iterable[str]) -> list[ArticleFacts]:
        """Returns the articles in these files."""
        with self._rows() as connection:
            return _read_at(connection, paths)

    def departed(self, keys: Sequence[int]) -> set[int]:
        """Returns the keys of removed articles: only an article added later can be the same one."""
        with self._rows() as connection:
            rows = select_in(connection, "select key from departed where key in (??)", keys)
            return {key for (key,) in rows}

    def of_routes(self) -> list[ArticleFacts]:
        """Returns the articles whose URL has a fragment that names a page."""
        with self._rows() as connection:
            rows = connection.execute(f"select number from articles where {ROUTED}").fetchall()
            return [*_read(connection, "number", [number for (number,) in rows])]


def rekey(connection: sqlite3.Connection, changes: Iterable[tuple[int, int]]) -> None:
    """Gives articles (number, new key) their former keys, inside the caller's transaction."""
    for number, key in changes:
        row = connection.execute("select key from articles where number = ?", (number,)).fetchone()
        if row is None or _has(connection, key):
            continue
        connection.execute("update articles set key = ? where number = ?", (key, number))
        connection.execute("update others set key = ? where key = ?", (key, row[0]))
        before = connection.execute("select own from inherited where key = ?", row).fetchone()
        note_key(connection, key, (before or row)[0])


def note_key(connection: sqlite3.Connection, key: int, own: int) -> None:
    """Records the key of an article, and the one that it would have by its file alone. By the latter its
    copies are found; a rebuilt index takes the former over."""
    if key == own:
        connection.execute("delete from inherited where key = ?", (key,))
    else:
        connection.execute("insert or replace into inherited values(?, ?)", (key, own))


def depart(connection: sqlite3.Connection, one: ArticleFacts) -> None:
    """Remembers a removed article until the refresh ends."""
    connection.execute(
        "insert or replace into departed values(?, ?, ?, ?, ?, ?, ?)",
        (one.key, one.title_key, one.text_key, one.url, pack_name(one.path), one.date, one.sketch),
    )


def reunite(connection: sqlite3.Connection) -> None:
    """At the end of a refresh, gives new articles the keys of the same articles that were removed. In a
    transaction. Both are stored in the database, as an earlier refresh may have been killed."""
    rows = connection.execute(
        "select key, title_key, text_key, url, path, date, sketch from departed"
    ).fetchall()
    departed = [
        ArticleFacts(key, title_key, text_key, url, unpack_name(path), date, sketch=sketch)
        for key, title_key, text_key, url, path, date, sketch in rows
    ]
    lost = [one for one in departed if not _has(connection, one.key)]
    if lost:
        numbers = [number for (number,) in connection.execute("select number from arrived")]
        went = {one.key: one for one in departed}
        came = _read(connection, "number", numbers)
        recogniser = Recogniser(one for one in came if not _is_back(one, went.get(one.key)))
        found = {one: recogniser.find(one) for one in lost}
        same = [(now.number, before.key) for before, now in found.items() if now is not None]
        edited = recogniser.find_edited([before for before, now in found.items() if now is None])
        rekey(connection, same + [(now.number, before.key) for before, now in edited])
    connection.execute("delete from departed where key in (select key from articles)")
    connection.execute("delete from arrived")


def _is_back(one: ArticleFacts, before: ArticleFacts | None) -> bool:
    """Returns whether an article is the removed one with its key; else, of two with the same URL, it may be
    the other one, which got the plain key because that was free."""
    return before is not None and (before.path == one.path or are_same(before, one))


def take_over(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """Gives articles of a rebuilt index the keys that can't be derived from their files, and records the
    removed articles in it."""
    keys = [key for (key,) in old.execute("select key from inherited")]
    before = {facts.path: facts.key for facts in _read(old, "key", keys)}
    departed = old.execute("select * from departed").fetchall()
    if before or departed:
        with new:
            new.execute("begin immediate")
            rekey(new, [(facts.number, before[facts.path]) for facts in _read_at(new, before)])
            new.executemany("insert or ignore into departed values(?, ?, ?, ?, ?, ?, ?)", departed)


def _read(connection: sqlite3.Connection, column: str, values: Sequence[object]) -> Iterator[ArticleFacts]:
    """Yields the articles with one of these values in a column."""
    rows = select_in(
        connection,
        f"select key, title_key, text_key, url, path, name, {STATED_DATE}, title, number, sketch, mtime_ns"
        f" from articles join folders using(folder) where articles.{column} in (??)",
        values,
    )
    for key, title_key, text_key, url, path, name, *others in rows:
        yield ArticleFacts(key, title_key, text_key, url, f"{unpack_name(path)}/{unpack_name(name)}", *others)


def _read_at(connection: sqlite3.Connection, paths: Iterable[str]) -> list[ArticleFacts]:
    """Returns the articles in these files."""
    wanted: dict[str, set[str]] = {}
    for path in paths:
        wanted.setdefault(os.path.dirname(path), set()).add(path)
    if not wanted:
        return []
    folders = [
        (folder, unpack_name(path)) for folder, path in connection.execute("select folder, path from folders")
    ]
    return [
        found
        for folder, path in folders if path in wanted
        for found in _read(connection, "folder", [folder]) if found.path in wanted[path]
    ]  # fmt: skip


def _has(connection: sqlite3.Connection, key: int) -> bool:
    return connection.execute("select 1 from articles where key = ?", (key,)).fetchone() is not None
