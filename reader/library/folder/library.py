"""The Library of folders: files are the truth, the index is a copy, marks belong to the user.

See `reader.library.Library` for the interface.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

from reader.article.identity import host_of
from reader.article.record import Article, Problem, Site
from reader.collection.folders import Collection, Roots, Rules, Source
from reader.config import paths, settings
from reader.errors import NoSuchArticle, StorageError
from reader.index.store import Index
from reader.library.folder.change_detector import ChangeDetector
from reader.library.folder.guard import GuardedIndex
from reader.library.folder.marking import MarksDesk
from reader.library.indexed import IndexedLibrary
from reader.marks.database import Change
from reader.permissions import permissions
from reader.query import Query
from reader.query.results import (
    Folding,
    Headline,
    Progress,
    Results,
    Stretch,
)
from reader.query.topic_rules import TopicRules, topic_rules

if TYPE_CHECKING:
    from reader.index.backend import ArticleRow
    from reader.library.folder.articles import ArticleFiles

    _Found = TypeVar("_Found")

SURVEYED = 2_000
"""Up to this many files, every command checks each (15 ms). With more, a command that shows few articles only
checks the folders and the files of those articles: it never shows deleted or stale ones, and takes no longer
for a million."""


def rules_of(config: settings.Config) -> Rules:
    """Returns the rules for folders from the configuration."""
    sites = [
        Site(
            os.path.realpath(one["folder"]),
            one.get("name") or host_of(one["url"]),
            one["url"],
            one.get("permalink", ""),
        )
        for one in config.site
    ]
    return Rules(config.skip_folders, tuple(sites))


class FolderLibrary(IndexedLibrary[Index]):
    """A collection with its index and the user's marks. Safe to call from several threads."""

    def __init__(
        self,
        collection: Collection,
        cache: Source | None,
        data: Source | None,
        *,
        finds_stories: bool = True,
    ) -> None:
        """Use `FolderLibrary.open`. A folder of None can't be written: its data is in memory only."""
        self._finds_stories = finds_stories
        self._collection = collection
        self._roots = Roots(collection.roots, collection.rules)
        index = Index(cache, self._with_phrase)
        self._guard = GuardedIndex(index, self._updated)
        super().__init__(index, self._guard)
        self._changes = ChangeDetector(index, collection)
        self.notices = index.notices
        """Notices to show the user once."""
        self.marks = MarksDesk(index, self._roots, data, self.notices)
        self._rules_used = 0

    @classmethod
    def open(cls, sources: Sequence[Source]) -> FolderLibrary:
        """Open the index and marks for these folders and files; reads no article. Raises UsageError."""
        config = settings.load()[0]
        collection = Collection(sources, rules_of(config))
        name = blake2b(
            "\0".join(collection.sources).encode("utf-8", "surrogateescape"), digest_size=10
        ).hexdigest()
        notices: list[str] = []
        lost: list[str] = []
        reason: StorageError | None = None
        cache = data = None
        try:
            cache = os.path.join(paths.folder_of("cache"), "indexes", name)
            if permissions().files:
                paths.ensure(cache)
        except StorageError as error:
            cache, reason = None, error
            lost.append("the index is kept in memory and rebuilt at each start")
        try:
            data = paths.ensure(paths.folder_of("data"), is_for_marks=True)
        except StorageError as error:
            reason = reason or error
            lost.append("marks are not saved")
        if reason is not None:
            notices.append(f"{reason}. Until then {', and '.join(lost)}.")
        try:
            library = cls(collection, cache, data, finds_stories=config.find_stories)
        except (sqlite3.Error, OSError) as error:
            notices.append(f"Cannot use the index in {cache} ({error}); it is kept in memory.")
            library = cls(collection, None, data, finds_stories=config.find_stories)
        library.notices[:0] = notices
        if config.topics:
            library.use_topics(topic_rules(config.topics)[0])
        return library

    @property
    def refreshed_by(self) -> str:
        """Empty: `refresh` does."""
        return ""

    @property
    def generation(self) -> tuple[int, int, int]:
        """Changes whenever answers may change: after a chunk of a refresh or a mark, by any reader, and with
        new topic rules."""
        return self._guard.ask(self._index.generation), self.marks.turn, self._rules_used

    def use_topics(self, rules: TopicRules) -> None:
        """Use these topic rules from now on."""
        self._index.topic_rules = rules
        self._rules_used += 1

    @property
    def total(self) -> int:
        """Number of indexed articles in the collection."""
        return self._guard.ask(self._count)

    def _count(self) -> int:
        with self._index.view() as view:
            return len(view.live)

    def refresh(self, *, rebuild: bool = False, shows_first: bool = True) -> Iterator[Progress]:
        """See Library. Raises StorageError where the index can't be written."""
        try:
            for progress in self._updated(rebuild=rebuild, shows_first=shows_first):
                if progress.changed:
                    self.marks.follow()
                yield progress
        except Exception as error:
            yield from self._guard.rebuilt_after(error)
        self._settle_marks()

    def _settle_marks(self) -> None:
        self._guard.ask(self.marks.follow)
        self.marks.store()
        self.marks.back_up()

    def _updated(self, *, rebuild: bool = False, shows_first: bool = True) -> Iterator[Progress]:
        # Imported late: the code that writes an index is a third of it, and a start without changes needs
        # none.
        from reader.index.update import Refresh

        refresh = Refresh(self._index, self._collection, finds_stories=self._finds_stories)
        return refresh.run(rebuild=rebuild, shows_first=shows_first)

    def refresh_for(self, shown: int | None) -> Iterator[Progress]:
        """Refresh before a command that shows so many articles (None = any number); yields nothing if nothing
        has changed.

        A collection of more than SURVEYED files is not checked file by file if no folder has changed and only
        a few articles are shown: those are checked by `is_fresh`.
        """
        every_file = shown is None or self.total <= SURVEYED
        if self._changes.sees_change(every_file=every_file) or self._has_stories_to_do():
            yield from self.refresh(shows_first=False)
        else:
            self._settle_marks()

    def _has_stories_to_do(self) -> bool:
        """Returns whether a refresh was interrupted before all stories were found, or the setting has
        changed."""
        has_some, has_due = self._guard.ask(self._index.state_of_stories)
        return has_due if self._finds_stories else has_some

    def is_fresh(self, shown: Iterable[Headline]) -> bool:
        """Returns whether these articles' files are unchanged since they were read."""
        return self._guard.ask(lambda: self._changes.is_fresh([one.number for one in shown]))

    def glance(
        self, query: Query, now: datetime | None = None, *, folding: Folding | None = None
    ) -> Results | None:
        """Returns None: the whole answer takes no longer."""
        return None

    def _answer(self, question: Callable[[], _Found]) -> _Found:
        return self._guard.ask(lambda: self._with_marks(question))

    def _with_marks(self, question: Callable[[], _Found]) -> _Found:
        """Ask with the current marks; repeat if another reader's edition came in between."""
        while True:
            edition = self.marks.follow()
            found = question()
            if edition == self._index.edition:
                return found

    @cached_property
    def _files(self) -> ArticleFiles:
        from reader.library.folder.articles import ArticleFiles  # imports the parsers

        return ArticleFiles(self._index, self._roots)

    def article(self, headline: Headline) -> Article:
        """Returns the full article, read from its file now. Raises NoSuchArticle if the file is gone."""
        return self._guard.ask(lambda: self._files.article(headline))

    def picture(self, article: Article, url: str, *, may_fetch: bool) -> bytes:
        """Returns the bytes of an article's picture, from the collection or, if allowed, from the network.

        Blocks. Raises PictureError if it is missing, too large or not allowed.
        """
        from reader import pictures
        from reader.config import paths

        try:
            source = pictures.file_of(article.path, url, self._roots.paths)
        except pictures.PictureError:
            from reader.article.urls import resolved

            absolute = resolved(url, article.base)
            if absolute == url:
                raise
            source = pictures.file_of(article.path, absolute, ())
        cache = str(paths.cache_dir() / "pictures")
        return pictures.read(source, cache=cache, may_fetch=may_fetch)

    def read(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, Article | None, str]]:
        """Yields each headline with its record, read from its file now, and the user's note.

        None for a file that is gone. The index is queried once for a few hundred articles, not twice for
        each.
        """
        rows = {row.key >> 15: row for row in self._rows_of(headlines)}
        notes = self.marks.notes(list(rows.values()))
        for headline in headlines:
            row = rows.get(int(headline.id, 16))
            try:
                article = self._files.article_of(row) if row is not None else None
            except NoSuchArticle:
                article = None
            yield headline, article, notes.get(row.key, "") if row is not None else ""

    def paths(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, str]]:
        """Yields each headline with the absolute path of its file, without accessing the file."""
        rows = {row.key >> 15: row.path for row in self._rows_of(headlines)}
        for headline in headlines:
            if path := rows.get(int(headline.id, 16)):
                yield headline, path

    def _rows_of(self, headlines: Iterable[Headline]) -> list[ArticleRow]:
        return self._guard.ask(lambda: self._files.rows_of(headlines))

    def note(self, headline: Headline) -> str:
        """Returns the user's note on an article; empty if there is none."""
        return self.marks.note(self._rows_of([headline]))

    def mark(
        self, headlines: Iterable[Headline] | Results | Stretch, change: Change, *, is_undoable: bool = True
    ) -> int:
        """Change the marks of these articles at once; returns how many were changed, after they are on disk.
        `undo` skips changes that are not undoable.

        Raises StorageError if marks can't be saved.
        """
        rows = self._rows_to_mark(headlines)
        return self.marks.change(rows, change, is_undoable=is_undoable)

    def undo(self) -> str | None:
        """Undo the last change of marks; returns its description ("3 marked read"), or None."""
        return self.marks.undo()

    def redo(self) -> str | None:
        """Redo the last undone change; returns its description, or None."""
        return self.marks.redo()

    def problems(self) -> Iterator[Problem]:
        """Returns every problem in the files, sorted by path."""
        yield from self._guard.ask(lambda: list(self._index.problems()))

    @property
    def skipped(self) -> Mapping[str, int]:
        """Returns how many files of each extension the last full scan skipped, though users may expect them
        to be articles."""
        counts = Counter(self._collection.skipped)
        counts.update(self._index.pages_without_header())
        return counts

    def duplicates(self) -> Iterator[tuple[str, str]]:
        """Returns (path not shown, path shown in its place) for files with the same identity, sorted by
        path."""
        yield from self._guard.ask(lambda: list(self._index.duplicates()))

    def wait_for_change(self, timeout: float) -> bool:
        """Wait until files change on disk (watched, else polled) or the timeout; returns whether they did."""
        return self._changes.wait(timeout)

    def publishable(self) -> tuple[Index, Roots]:
        """Returns the index and the folders of the collection."""
        return self._index, self._roots

    def close(self) -> None:
        """Close the databases; safe to call twice."""
        self._changes.close()
        self.marks.close()
        self._index.close()

    def be_patient(self, reading: float, writing: float) -> None:
        """Set how long to wait while another program uses the marks; a screen can wait less than a
        command."""
        self.marks.be_patient(reading, writing)

    def _with_phrase(
        self, numbers: Sequence[int], field: str, wanted: Sequence[str], prefix: bool
    ) -> Iterable[int]:
        return self._files.with_phrase(numbers, field, wanted, prefix)
