"""What the index knows of single articles and their files, row by row; no question is answered from here."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from reader.article.record import Problem
from reader.article.text import display_path
from reader.index.recognition import Facts, facts_at, read_facts
from reader.index.schema import MOST_ASKED, unpack_name


class ArticleRow(NamedTuple):
    """Which article has a number, and where its file is."""

    number: int
    key: int
    url: str
    root: int
    path: str
    """Absolute."""
    title_key: int | None
    text_key: int | None
    date: int | None


class Rows:
    """The part of an Index that reads rows."""

    def rows(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection for article rows alone."""
        raise NotImplementedError

    def facts_with(self, keys: Sequence[int]) -> dict[int, Facts]:
        """The articles that have these keys."""
        with self.rows() as connection:
            return {facts.key: facts for facts, _ in read_facts(connection, "key", keys)}

    def facts_alike(self, traces: Iterable[tuple[int | None, int | None]]) -> list[Facts]:
        """The articles that have one of these title keys or text keys."""
        pairs = list(traces)
        with self.rows() as connection:
            return [
                facts
                for at, column in enumerate(("title_key", "text_key"))
                for facts, _ in read_facts(
                    connection, column, [one[at] for one in pairs if one[at] is not None]
                )
            ]

    def facts_at(self, paths: Iterable[str]) -> list[tuple[Facts, int]]:
        """The articles in these files, with the files' mtimes in nanoseconds."""
        with self.rows() as connection:
            return facts_at(connection, paths)

    def is_complete(self) -> bool:
        """Whether the last refresh came to its end: before that, what is not there may yet come."""
        with self.rows() as connection:
            query = "select value from meta where key = 'complete'"
            return bool((connection.execute(query).fetchone() or (0,))[0])

    def rekey(self, changes: Sequence[tuple[int, int]]) -> None:
        """Give articles (number, new key) other keys. Raises sqlite3.OperationalError."""
        raise NotImplementedError

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
                    "select number, key, url, root, path, name, title_key, text_key, date from articles"
                    " join folders using(folder)"
                    f" where number in ({','.join('?' * len(part))})", part
                ).fetchall()  # fmt: skip
            for number, key, url, root, path, name, *keys in rows:
                yield ArticleRow(number, key, url, root, f"{unpack_name(path)}/{unpack_name(name)}", *keys)

    def files_of(self, numbers: Sequence[int]) -> Iterator[tuple[str, tuple[int, ...]]]:
        """(absolute path, (mtime in ns, size, inode, ctime in ns) when it was read) for these articles."""
        for start in range(0, len(numbers), MOST_ASKED):
            part = numbers[start : start + MOST_ASKED]
            with self.rows() as connection:
                rows = connection.execute(
                    "select path, name, mtime_ns, size, inode, ctime_ns from articles"
                    " join folders using(folder)"
                    f" where number in ({','.join('?' * len(part))})", part
                ).fetchall()  # fmt: skip
            for path, name, *times in rows:
                yield f"{unpack_name(path)}/{unpack_name(name)}", tuple(times)

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

    def pages_without_header(self) -> list[str]:
        """The endings of pages of HTML that are no posts, one for each."""
        with self.rows() as connection:
            rows = connection.execute(
                "select name from others o where key is null and inode and not exists"
                " (select 1 from problems p where p.folder = o.folder and p.name = o.name)"
            )
            return [os.path.splitext(unpack_name(name))[1].lower() for (name,) in rows]

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
