"""The Library: the desk that the screens and the command line ask.

Everything they need of a collection goes through here: refresh, select, facets, article, related, marks. It
keeps three things apart: the files are the truth, the index is a copy, the marks are the person's own.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from reader import paths
from reader.addresses import identity_of
from reader.article import Article, Problem, Related, key_of
from reader.collection import Collection, Roots, Unreadable, load
from reader.errors import NoSuchArticle, StorageError
from reader.index.answer import HEADLINE_COLUMNS, IndexResults, count_facet, headline
from reader.index.batch import searched_texts
from reader.index.refresh import Refresh
from reader.index.scan import INT63, any_difference, folders_changed
from reader.index.search import stand_together
from reader.index.store import Index
from reader.marking import MarksDesk
from reader.marks import Change as Change
from reader.query import Query
from reader.results import Facet, Headline, Progress, Results
from reader.text import display_path, words
from reader.watching import Watch

SURVEYED = 20_000
"""Files up to which every command looks at each (75 ms); beyond, it looks at folders and at what it shows."""

POLL_SECONDS = 5.0
"""Between two looks at all files where the system gives no notices of changes."""


class RelatedLink(NamedTuple):
    """A related link and, where it leads to an article of this collection, its headline."""

    related: Related
    headline: Headline | None


class Library:
    """One collection with its index and the person's marks. Safe to call from several threads."""

    def __init__(self, collection: Collection, cache: Path | None, data: Path | None) -> None:
        """Use `Library.open`. A folder that is None can't be written: its part is kept in memory only."""
        self.notices: list[str] = []
        """Sentences that the person should see once."""
        self._collection = collection
        self._roots = Roots(collection.roots)
        self._watch: Watch | None = None
        self._polled = time.monotonic()
        self._index = Index(cache, self._has_phrase)
        self.marks = MarksDesk(self._index, self._roots, data)
        self.notices += self._index.notices + self.marks.notices

    @classmethod
    def open(cls, sources: Sequence[Path]) -> Library:
        """Open the index and marks for these folders and files; reads no article. Raises UsageError."""
        collection = Collection(sources)
        name = blake2b(
            "\0".join(collection.sources).encode("utf-8", "surrogateescape"), digest_size=10
        ).hexdigest()
        notices = []
        cache = data = None
        try:
            cache = paths.ensure(paths.cache_dir() / "indexes" / name)
        except StorageError as error:
            notices.append(f"{error}; reading works from memory, and begins anew each time.")
        try:
            data = paths.ensure(paths.user_data_dir())
        except StorageError as error:
            notices.append(f"{error}; marks can't be kept.")
        try:
            library = cls(collection, cache, data)
        except (sqlite3.Error, OSError) as error:
            notices.append(f"The index in {cache} can't be used ({error}); reading works from memory.")
            library = cls(collection, None, data)
        library.notices[:0] = notices
        return library

    @property
    def keeps_marks(self) -> bool:
        """Whether marks can be written; otherwise `mark` raises StorageError."""
        return self.marks.are_kept

    @property
    def generation(self) -> tuple[int, int]:
        """Different whenever answers may be: after a chunk of a refresh or a mark, by any reader."""
        return self._index.generation(), self.marks.turn

    @property
    def total(self) -> int:
        """How many articles the collection holds, as far as it is indexed."""
        with self._index.view() as view:
            return len(view.live)

    def refresh(self, *, rebuild: bool = False) -> Iterator[Progress]:
        """Bring the index up to date with the files, chunk by chunk; the last Progress has a Report.

        Raises StorageError where the index can't be written.
        """
        try:
            for progress in Refresh(self._index, self._collection, self.marks.carry).run(rebuild=rebuild):
                if progress.changed:
                    self.marks.follow()
                yield progress
        except sqlite3.DatabaseError as error:
            yield from self._recover(error)
        except OSError as error:
            raise StorageError(
                f"the index can't be written ({error}): make room or check permissions"
            ) from error
        self.marks.follow()
        self.marks.store()

    def _recover(self, error: sqlite3.DatabaseError) -> Iterator[Progress]:
        """A damaged index is no loss; a full disk or a missing permission must be said."""
        if isinstance(error, sqlite3.OperationalError):
            raise StorageError(
                f"the index can't be written ({error}): make room or check permissions"
            ) from error
        self.notices.append("The index was damaged: it has been built anew.")
        self._index.begin_edition()
        yield from Refresh(self._index, self._collection, self.marks.carry).run()

    def refresh_for(self, shown: int | None) -> Iterator[Progress]:
        """The refresh before a command that shows so many articles (None = any number).

        A collection of more than SURVEYED files is not looked at file by file where the folders say that
        nothing came or went and only a few articles are shown: those are looked at by `is_fresh`.
        """
        with self._index.rows() as connection:
            is_large = shown is not None and self.total > SURVEYED
            if is_large and not folders_changed(connection):
                return
        yield from self.refresh()

    def is_fresh(self, shown: Iterable[Headline]) -> bool:
        """Whether these articles' files are as they were when they were read."""
        numbers = [one.number for one in shown]
        return all(_is_as_read(path, times) for path, times in self._index.files_of(numbers))

    def select(self, query: Query, now: datetime | None = None) -> Results:
        """The articles that match, in the query's order."""
        self.marks.follow()
        return IndexResults(self._index, query, now or datetime.now(UTC))

    def facet(self, field: str, query: Query, now: datetime | None = None) -> Facet:
        """The counts of topic, provider, category, type or tag; the field's own choices do not narrow it."""
        self.marks.follow()
        with self._index.view() as view:
            search = self._index.search(view, now or datetime.now(UTC))
            return count_facet(view, field, search.all_of(query.without(field).clauses))

    def find(self, prefix: str) -> Headline:
        """The one article whose id starts so. Raises NoSuchArticle: there is none, or there are several."""
        wanted = prefix.strip().lower()
        if not 0 < len(wanted) <= 12 or any(digit not in "0123456789abcdef" for digit in wanted):
            raise NoSuchArticle(
                f"no article has the id {display_path(prefix)}: ids are 12 digits of 0-9 and a-f"
            )
        self.marks.follow()
        low, high = int(wanted.ljust(12, "0"), 16) << 15, int(wanted.ljust(12, "f"), 16) << 15 | 0x7FFF
        with self._index.rows() as connection:
            rows = connection.execute(
                f"select {HEADLINE_COLUMNS} from articles where key between ? and ? limit 4", (low, high)
            ).fetchall()
        found = [headline(row, self._index.marked) for row in rows]
        if len(found) == 1:
            return found[0]
        if not found:
            raise NoSuchArticle(
                f"no article's id starts with {wanted}: `reader list --format json` shows the ids"
            )
        raise NoSuchArticle(
            f"several ids start with {wanted} ({', '.join(one.id for one in found[:3])}): give more of it"
        )

    def article(self, headline: Headline) -> Article:
        """The whole record, read from its file now. Raises NoSuchArticle when the file has gone."""
        for _, key, _, root, path in self._index.identities([headline.number]):
            if key >> 15 == int(headline.id, 16):
                try:
                    return load(self._roots.place(root, path))
                except Unreadable as error:
                    raise NoSuchArticle(f"{error}") from error
                except OSError as error:
                    raise NoSuchArticle(
                        f"{display_path(path)} can't be read ({error.strerror}): refresh to see what is there now"
                    ) from error
        raise NoSuchArticle("this article is no longer in the collection: refresh to see what is there now")

    def note(self, headline: Headline) -> str:
        """The person's note on an article; empty where there is none."""
        return self.marks.note(headline.number)

    def related(self, article: Article) -> list[RelatedLink]:
        """An article's related links, each with its own headline where it is in the collection."""
        keys = {one.web_url: key_of(identity_of(one.web_url, "")) for one in article.related if one.web_url}
        found = {}
        with self._index.rows() as connection:
            for url, key in keys.items():
                row = connection.execute(
                    f"select {HEADLINE_COLUMNS} from articles where key = ?", (key,)
                ).fetchone()
                if row and identity_of(url, ""):
                    found[url] = headline(row, self._index.marked)
        return [RelatedLink(one, found.get(one.web_url)) for one in article.related]

    def mark(self, headlines: Iterable[Headline] | Results, change: Change) -> int:
        """Change the marks of these articles at once, on disk when it returns; how many were changed.

        Raises StorageError where marks can't be kept.
        """
        if isinstance(headlines, IndexResults):
            return self.marks.change(headlines.match.to_array(), change)
        assert isinstance(headlines, Iterable)
        return self.marks.change([one.number for one in headlines], change)

    def undo(self) -> str | None:
        """Take the last change of marks back; what it was, in words ("3 marked read"), or None."""
        return self.marks.undo()

    def redo(self) -> str | None:
        """Do again what was undone last; what it was, in words, or None."""
        return self.marks.redo()

    def problems(self) -> Iterator[Problem]:
        """Every problem in the files, in path order."""
        return self._index.problems()

    def duplicates(self) -> Iterator[tuple[str, str]]:
        """(path not shown, path shown in its place) for files with the same identity, in path order."""
        return self._index.duplicates()

    def wait_for_change(self, timeout: float) -> bool:
        """Wait until files changed on disk (watched, else polled) or the time is over; True = changed."""
        if self._watch is None:
            self._watch = Watch(self._collection.roots)
        if self._watch.wait(timeout):
            return True
        if not self._watch.is_blind or time.monotonic() - self._polled < POLL_SECONDS:
            return False
        self._polled = time.monotonic()
        with self._index.rows() as connection:
            return any_difference(connection, self._collection)

    def close(self) -> None:
        """Let go of the databases; safe to call twice."""
        if self._watch is not None:
            self._watch.close()
        self.marks.close()
        self._index.close()

    def _has_phrase(self, number: int, field: str, wanted: Sequence[str], prefix: bool) -> bool:
        """Whether an article has these words one after another; its file is read for it."""
        for _, _, _, root, path in self._index.identities([number]):
            try:
                article = load(self._roots.place(root, path))
            except (OSError, Unreadable):
                return False
            texts = (article.title,) if field == "title" else (article.title, *searched_texts(article))
            return any(stand_together(words(text), wanted, prefix) for text in texts)
        return False


def _is_as_read(path: str, times: tuple[int, int, int]) -> bool:
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return (found.st_mtime_ns, found.st_size, found.st_ino & INT63) == times
