"""The Library of folders: files are the truth, the index is a copy, marks belong to the user."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

from reader.article.identity import host_of
from reader.article.record import Article, Problem, Site
from reader.article.text import display_path
from reader.collection.folders import Collection, Roots, Rules, Source, times_of
from reader.config import paths, settings
from reader.errors import NoSuchArticle, ReaderError, StorageError, remedy
from reader.index.answer import rows_of
from reader.index.backend import ArticleRow
from reader.index.scan import any_difference, folders_changed
from reader.index.search import has_phrase
from reader.index.store import Index
from reader.library.folder.marking import FolderMarks
from reader.library.indexed import GONE, IndexedLibrary
from reader.permissions import permissions
from reader.query import Query
from reader.query.results import Folding, Headline, Progress, Results
from reader.query.topic_rules import topic_rules

if TYPE_CHECKING:
    from reader.collection.watching import FolderWatch

_Found = TypeVar("_Found")

SURVEYED = 2_000
"""Up to this many files, every command checks each (15 ms). With more, a command that shows few articles only
checks the folders and the files of those articles: it never shows deleted or stale ones, and takes no longer
for a million."""
POLL_SECONDS = 5.0
"""Seconds between two checks of all files if the system can't watch them."""
POLL_SHARE = 0.05
"""Fraction of time spent on such checks; one of a million files takes four seconds, so it runs less often."""


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


class FolderLibrary(IndexedLibrary[Index, FolderMarks]):
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
        self._roots = collection.roots
        index = Index(cache, self._with_phrase)
        self._guard = GuardedIndex(index, self._updated)
        self.notices = index.notices
        """Notices to show the user once."""
        super().__init__(index, self._guard, FolderMarks(index, self._roots, data, self.notices))
        self._changes = ChangeDetector(index, collection)

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
        return ""

    @property
    def generation(self) -> tuple[int, int, int]:
        return self._guard.ask(self._index.generation), self._marks.turn, self._rules_used

    @property
    def total(self) -> int:
        def count() -> int:
            with self._index.view() as view:
                return len(view.live)

        return self._guard.ask(count)

    def refresh(self, *, rebuild: bool = False, shows_first: bool = True) -> Iterator[Progress]:
        """See Library. Raises StorageError where the index can't be written."""
        try:
            for progress in self._updated(rebuild=rebuild, shows_first=shows_first):
                if progress.changed:
                    self._marks.follow()
                yield progress
        except Exception as error:
            yield from self._guard.rebuilt_after(error)
        self._settle_marks()

    def _settle_marks(self) -> None:
        self._guard.ask(self._marks.follow)
        self._marks.store()
        self._marks.back_up()

    def _updated(self, *, rebuild: bool = False, shows_first: bool = True) -> Iterator[Progress]:
        # Imported late: the code that writes an index is a third of it, and a start without changes needs
        # none.
        from reader.index.update import Refresh

        refresh = Refresh(self._index, self._collection, finds_stories=self._finds_stories)
        return refresh.run(rebuild=rebuild, shows_first=shows_first)

    def refresh_for(self, shown: int | None) -> Iterator[Progress]:
        """See Library. A collection of more than SURVEYED files is not checked file by file if no folder has
        changed and only a few articles are shown: those are checked by `is_fresh`."""
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
            edition = self._marks.follow()
            found = question()
            if edition == self._index.edition:
                return found

    def article(self, headline: Headline) -> Article:
        """Returns the full article, read from its file now. Raises NoSuchArticle if the file is gone."""
        rows = self._rows_of([headline])
        if not rows:
            raise NoSuchArticle(GONE)
        return self._guard.ask(lambda: self._article_of(rows[0]))

    def _article_of(self, row: ArticleRow) -> Article:
        from reader.collection.files import load  # imports the parsers
        from reader.parsing.content import Unreadable

        try:
            return load(self._roots.place(row.root, row.path))
        except Unreadable as error:
            raise NoSuchArticle(f"{error}") from error
        except OSError as error:
            why = f"{display_path(row.path)} can't be read ({error.strerror})"
            raise NoSuchArticle(f"{why}: refresh the list") from error

    def _rows_of(self, headlines: Iterable[Headline]) -> list[ArticleRow]:
        wanted = list(headlines)

        def rows() -> list[ArticleRow]:
            with self._index.rows():
                found = rows_of(self._index, wanted)
            if not all(row.root in range(len(self._roots.paths)) and "\0" not in row.path for row in found):
                raise sqlite3.DatabaseError("the index names a file that can't be")
            return found

        return self._guard.ask(rows)

    def _with_phrase(
        self, numbers: Sequence[int], field: str, wanted: Sequence[str], prefix: bool
    ) -> Iterable[int]:
        """Returns the articles that contain these words, or characters, consecutively; reads their files."""
        from reader.index.entry import searched_texts  # imports the parsers

        for row in self._index.identities(numbers):
            try:
                article = self._article_of(row)
            except NoSuchArticle:
                continue
            texts = (article.title,) if field == "title" else (article.title, *searched_texts(article))
            if has_phrase(texts, wanted, prefix):
                yield row.number

    def picture(self, article: Article, url: str, *, may_fetch: bool) -> bytes:
        from reader import pictures

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

    def _articles_of(self, rows: Sequence[ArticleRow]) -> Callable[[ArticleRow], Article | None]:
        def article_of(row: ArticleRow) -> Article | None:
            try:
                return self._article_of(row)
            except NoSuchArticle:
                return None

        return article_of

    def paths(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, str]]:
        """See Library; doesn't access the files."""
        rows = {row.key >> 15: row.path for row in self._rows_of(headlines)}
        for headline in headlines:
            if path := rows.get(int(headline.id, 16)):
                yield headline, path

    def problems(self) -> Iterator[Problem]:
        yield from self._guard.ask(lambda: list(self._index.problems()))

    @property
    def skipped(self) -> Mapping[str, int]:
        counts = Counter(self._collection.skipped)
        counts.update(self._index.pages_without_header())
        return counts

    def duplicates(self) -> Iterator[tuple[str, str]]:
        yield from self._guard.ask(lambda: list(self._index.duplicates()))

    def wait_for_change(self, timeout: float) -> bool:
        return self._changes.wait(timeout)

    def publishable(self) -> tuple[Index, Roots]:
        """Returns the index and the folders of the collection."""
        return self._index, self._roots

    def be_patient(self, reading: float, writing: float) -> None:
        self._marks.be_patient(reading, writing)

    def close(self) -> None:
        self._changes.close()
        self._marks.close()
        self._index.close()


class GuardedIndex:
    """Asks an index, and rebuilds a damaged one.

    The only place that interprets errors from the index. Disk and permission errors are reported; any other
    error while reading an index means that it is damaged.
    """

    def __init__(self, index: Index, refresh: Callable[[], Iterator[Progress]]) -> None:
        """`refresh` fills the index from the files."""
        self._index = index
        self._refresh = refresh
        self._sound = -1
        """The edition that was rebuilt in vain: errors there have another cause than damage."""

    def ask(self, question: Callable[[], _Found]) -> _Found:
        """Run a question; rebuild a damaged index and retry once. Raises ReaderError, and nothing else."""
        edition = self._index.edition
        try:
            return question()
        except Exception as error:
            # Another thread may have found and repaired the same damage.
            if edition == self._index.edition:
                for _ in self.rebuilt_after(error):
                    pass
        try:
            return question()
        except Exception as error:
            self._sound = self._index.edition
            raise self._reader_error(error) from error

    def rebuilt_after(self, error: Exception) -> Iterator[Progress]:
        """Rebuild the index if this error means damage. Raises ReaderError for any other one."""
        if not self._means_damage(error) or self._sound == self._index.edition:
            raise self._reader_error(error) from error
        try:
            self._index.begin_again()
            yield from self._refresh()
        except Exception as further:
            raise self._reader_error(further) from further

    @staticmethod
    def _means_damage(error: Exception) -> bool:
        if isinstance(error, sqlite3.OperationalError):
            # A missing table or column, or text that is not UTF-8, which Python reports without a name; all
            # others are caused by the disk or another program.
            return getattr(error, "sqlite_errorname", "SQLITE_ERROR") == "SQLITE_ERROR"
        return not isinstance(error, ReaderError | OSError | MemoryError)

    @staticmethod
    def _reader_error(error: Exception) -> ReaderError:
        if isinstance(error, ReaderError):
            return error
        if isinstance(error, sqlite3.Error | OSError):
            return StorageError(f"cannot use the index: {remedy(error)}")
        return StorageError(f"the query failed: {type(error).__name__}: {error}")


class ChangeDetector:
    """Detects whether files differ from the index: before a command, for shown articles, or while waiting.

    Only compares; the next refresh finds and writes the changes. `wait` is for one thread, the rest for any.
    """

    def __init__(self, index: Index, collection: Collection) -> None:
        self._index = index
        self._collection = collection
        self._watch: FolderWatch | None = None
        self._next_poll = time.monotonic() + POLL_SECONDS

    def sees_change(self, *, every_file: bool) -> bool:
        """Returns whether a refresh is needed, by checking every file, or only the folders."""
        try:
            with self._index.rows() as connection:
                if every_file:
                    return any_difference(connection, self._collection)
                return folders_changed(connection)
        except OSError:
            raise
        except Exception:
            return True  # the refresh handles a damaged index

    def is_fresh(self, numbers: Sequence[int]) -> bool:
        """Returns whether these articles' files are unchanged since they were read."""
        for path, times in self._index.files_of(numbers):
            try:
                if times_of(os.lstat(path)) != times:
                    return False
            except OSError:
                return False
        return True

    def wait(self, timeout: float) -> bool:
        """Wait until files change on disk (watched, else polled) or the timeout; returns whether they did."""
        if self._watch is None:
            from reader.collection.watching import FolderWatch

            roots = self._collection.roots
            self._watch = FolderWatch(roots.paths, roots.rules.skipped)
        if self._watch.wait(timeout):
            return True
        begun = time.monotonic()
        if not self._watch.is_blind or begun < self._next_poll:
            return False
        found = self.sees_change(every_file=True)
        done = time.monotonic()
        self._next_poll = done + max(POLL_SECONDS, (done - begun) / POLL_SHARE)
        return found

    def close(self) -> None:
        """Stop watching."""
        if self._watch is not None:
            self._watch.close()
