"""What the index knows of single articles and their files, row by row; no question is answered from here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from reader.article.record import Problem
from reader.article.text import display_path
from reader.index.schema import unpack_name

MOST_ASKED = 500
"""Rows read by one statement, well below SQLite's limit for parameters."""


class ArticleRow(NamedTuple):
    """Which article has a number, and where its file is."""

    number: int
    key: int
    url: str
    root: int
    path: str
    """Absolute."""


class Rows:
    """The part of an Index that reads rows."""

    def rows(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection for article rows alone."""
        raise NotImplementedError

    def numbers_of(self, keys: Mapping[int, object]) -> dict[int, int]:
        """key -> number, for the keys that have an article."""
        with self.rows() as connection:
            rows = (
                connection.execute("select number from articles where key = ?", (key,)).fetchone()
                for key in keys
            )
            return {key: row[0] for key, row in zip(keys, rows, strict=True) if row}

    def numbers_from(self, heads: Iterable[int]) -> list[int]:
        """The numbers of the articles with these ids, given as integers."""
        with self.rows() as connection:
            found = (
                connection.execute(
                    "select number from articles where key between ? and ?", (head << 15, head << 15 | 0x7FFF)
                ).fetchone()
                for head in heads
            )
            return [row[0] for row in found if row]

    def identities(self, numbers: Sequence[int]) -> Iterator[ArticleRow]:
        """The articles with these numbers that are there."""
        for start in range(0, len(numbers), MOST_ASKED):
            part = list(numbers[start : start + MOST_ASKED])
            with self.rows() as connection:
                rows = connection.execute(
                    "select number, key, url, root, path, name from articles join folders using(folder)"
                    f" where number in ({','.join('?' * len(part))})", part
                ).fetchall()  # fmt: skip
            for number, key, url, root, path, name in rows:
                yield ArticleRow(number, key, url, root, f"{unpack_name(path)}/{unpack_name(name)}")

    def files_of(self, numbers: Sequence[int]) -> Iterator[tuple[str, tuple[int, int, int]]]:
        """(absolute path, (mtime in ns, size, inode) when it was read) for these articles."""
        for start in range(0, len(numbers), MOST_ASKED):
            part = numbers[start : start + MOST_ASKED]
            with self.rows() as connection:
                rows = connection.execute(
                    "select path, name, mtime_ns, size, inode from articles join folders using(folder)"
                    f" where number in ({','.join('?' * len(part))})", part
                ).fetchall()  # fmt: skip
            for path, name, *times in rows:
                yield f"{unpack_name(path)}/{unpack_name(name)}", (times[0], times[1], times[2])

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
