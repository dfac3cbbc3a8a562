"""The Library: the desk that the screens and the command line ask.

Everything they need of a collection goes through here: refresh, select, facets, article, related, marks. It
keeps three things apart: the files are the truth, the index is a copy, the marks are the person's own.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

from reader.article.record import Problem
from reader.collection.folders import Collection, Roots, Source
from reader.config import paths
from reader.errors import StorageError, remedy
from reader.index.answer import IndexResults, count_facet
from reader.index.store import Index
from reader.library.articles import ArticlesDesk
from reader.library.articles import Change as Change
from reader.library.change_detector import Lookout
from reader.library.marking import MarksDesk
from reader.query import Query
from reader.query.results import MOST_PERIODS as MOST_PERIODS
from reader.query.results import Facet, FacetValue, Headline, Progress, Results
from reader.query.results import RelatedLink as RelatedLink

if TYPE_CHECKING:
    _Found = TypeVar("_Found")

SURVEYED = 20_000
"""Files up to which every command looks at each (75 ms); beyond, it looks at folders and at what it shows."""


class Library(ArticlesDesk):
    """One collection with its index and the person's marks. Safe to call from several threads."""

    def __init__(self, collection: Collection, cache: Source | None, data: Source | None) -> None:
        """Use `Library.open`. A folder that is None can't be written: its part is kept in memory only."""
        self._collection = collection
        self._roots = Roots(collection.roots)
        self._index = Index(cache, self._has_phrase)
        self._lookout = Lookout(self._index, collection)
        self.notices = self._index.notices
        """Sentences that the person should see once."""
        self.marks = MarksDesk(self._index, self._roots, data, self.notices)

    @classmethod
    def open(cls, sources: Sequence[Source]) -> Library:
        """Open the index and marks for these folders and files; reads no article. Raises UsageError."""
        collection = Collection(sources)
        name = blake2b(
            "\0".join(collection.sources).encode("utf-8", "surrogateescape"), digest_size=10
        ).hexdigest()
        notices = []
        cache = data = None
        try:
            cache = paths.ensure(os.path.join(paths.folder_of("cache"), "indexes", name))
        except StorageError as error:
            notices.append(f"{error}; reading works from memory, and begins anew each time.")
        try:
            data = paths.ensure(paths.folder_of("data"))
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
            for progress in self._updated(rebuild=rebuild):
                if progress.changed:
                    self.marks.follow()
                yield progress
        except sqlite3.DatabaseError as error:
            yield from self._recover(error)
        except OSError as error:
            raise StorageError(f"the index can't be written: {remedy(error)}") from error
        self.marks.follow()
        self.marks.store()
        self.marks.back_up()

    def _updated(self, *, rebuild: bool = False) -> Iterator[Progress]:
        # What writes an index is a third of its code, and a start that finds nothing new writes nothing.
        from reader.index.refresh import Refresh

        return Refresh(self._index, self._collection).run(rebuild=rebuild)

    def _recover(self, error: sqlite3.DatabaseError) -> Iterator[Progress]:
        """A damaged index is no loss; a full disk or a missing permission must be said."""
        if isinstance(error, sqlite3.OperationalError):
            raise StorageError(f"the index can't be written: {remedy(error)}") from error
        self._index.begin_again()
        yield from self._updated()

    def refresh_for(self, shown: int | None) -> Iterator[Progress]:
        """The refresh before a command that shows so many articles (None = any number): no step at all where
        nothing is different.

        A collection of more than SURVEYED files is not looked at file by file where the folders say that
        nothing came or went and only a few articles are shown: those are looked at by `is_fresh`.
        """
        if self._lookout.sees_change(every_file=shown is None or self.total <= SURVEYED):
            yield from self.refresh()
        else:
            self.marks.follow()
            self.marks.store()
            self.marks.back_up()

    def is_fresh(self, shown: Iterable[Headline]) -> bool:
        """Whether these articles' files are as they were when they were read."""
        return self._lookout.is_fresh(one.number for one in shown)

    def select(self, query: Query, now: datetime | None = None) -> Results:
        """The articles that match, in the query's order."""
        return self.answer(lambda: IndexResults(self._index, query, now or datetime.now(UTC)))

    def facet(
        self, field: str, query: Query, now: datetime | None = None, *, cells: int = MOST_PERIODS
    ) -> Facet:
        """The counts of topic, provider, category, type, tag or quality, or of dates in at most `cells`
        periods; the field's own choices do not narrow it."""
        return self.answer(lambda: self._facet(field, query, now or datetime.now(UTC), cells))

    def _facet(self, field: str, query: Query, now: datetime, cells: int) -> Facet:
        with self._index.view() as view:
            search = self._index.search(view, now)
            match = search.all_of(query.without(field).clauses)
            if field in ("quality", "date"):
                from reader.index import histogram  # only the screen asks for these

                return histogram.count(view, field, match, cells)
            counted = count_facet(view, field, match)
            if not (excluded := query.excluded(field)):
                return counted
            listed = len(search.all_of(query.clauses))
            without = ((value, query.excluding(field, value).clauses) for value in excluded)
            kept_out = (FacetValue(value, len(search.all_of(rest)) - listed) for value, rest in without)
            return counted._replace(kept_out=tuple(kept_out))

    def answer(self, question: Callable[[], _Found]) -> _Found:
        """Ask, and ask once more after a damaged index was built anew. Raises StorageError."""
        try:
            return self._with_marks(question)
        except sqlite3.DatabaseError as error:
            for _ in self._recover(error):
                pass
            return self._with_marks(question)

    def _with_marks(self, question: Callable[[], _Found]) -> _Found:
        """Ask with the marks as they are now, again where another reader's edition came in between."""
        while True:
            edition = self.marks.follow()
            found = question()
            if edition == self._index.edition:
                return found

    def problems(self) -> Iterator[Problem]:
        """Every problem in the files, in path order."""
        return self._index.problems()

    def duplicates(self) -> Iterator[tuple[str, str]]:
        """(path not shown, path shown in its place) for files with the same identity, in path order."""
        return self._index.duplicates()

    def wait_for_change(self, timeout: float) -> bool:
        """Wait until files changed on disk (watched, else polled) or the time is over; True = changed."""
        return self._lookout.wait(timeout)

    def close(self) -> None:
        """Let go of the databases; safe to call twice."""
        self._lookout.close()
        self.marks.close()
        self._index.close()

    def _has_phrase(self, number: int, field: str, wanted: Sequence[str], prefix: bool) -> bool:
        return self._lookup.has_phrase(number, field, wanted, prefix)
