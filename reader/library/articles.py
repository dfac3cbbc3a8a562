"""The Library's side of single articles: found by id, read from their files, marked.

Questions to the whole collection are `reader.library`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from reader.article.record import Article
from reader.collection.folders import Roots
from reader.errors import NoSuchArticle
from reader.index.answer import IndexResults
from reader.index.store import Index
from reader.library.marking import MarksDesk
from reader.marks.database import Change as Change
from reader.query.results import Headline, RelatedLink, Results, Stretch

if TYPE_CHECKING:
    from reader.index.lookup import Lookup

    _Found = TypeVar("_Found")


class ArticlesDesk:
    """Single articles of one collection. Safe to call from several threads."""

    marks: MarksDesk
    _index: Index
    _roots: Roots

    @cached_property
    def _lookup(self) -> Lookup:
        # Only a list without any article's own page, and so without this, is in a hurry.
        from reader.index.lookup import Lookup

        return Lookup(self._index, self._roots)

    def answer(self, question: Callable[[], _Found]) -> _Found:
        """Ask, and ask once more after a damaged index was built anew. Raises StorageError."""
        raise NotImplementedError

    def find(self, prefix: str) -> Headline:
        """The one article whose id starts so. Raises NoSuchArticle: there is none, or there are several."""
        return self.answer(lambda: self._lookup.find(prefix))

    def article(self, headline: Headline) -> Article:
        """The whole record, read from its file now. Raises NoSuchArticle when the file has gone."""
        return self._lookup.article(headline)

    def picture(self, article: Article, url: str, *, may_fetch: bool) -> bytes:
        """The bytes of an article's picture, from the collection or, where that is wished, from the network.

        Blocks. Raises PictureError: not there, too large, not allowed.
        """
        from reader import pictures
        from reader.config import paths

        source = pictures.file_of(article.path, url, self._roots.paths)
        cache = str(paths.cache_dir() / "pictures")
        return pictures.read(source, cache=cache, may_fetch=may_fetch)

    def read(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, Article | None, str]]:
        """Each headline with its record, read from its file now, and the person's note.

        None for a file that has gone. A few hundred at a time cost the index one question, not two each.
        """
        rows = {row.key >> 15: row for row in self._lookup.rows_of(headlines)}
        notes = self.marks.notes(list(rows.values()))
        for headline in headlines:
            row = rows.get(int(headline.id, 16))
            try:
                article = self._lookup.article_of(row) if row is not None else None
            except NoSuchArticle:
                article = None
            yield headline, article, notes.get(row.key, "") if row is not None else ""

    def paths(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, str]]:
        """Each headline with the absolute path of its file; no file is looked at."""
        rows = {row.key >> 15: row.path for row in self._lookup.rows_of(headlines)}
        for headline in headlines:
            if path := rows.get(int(headline.id, 16)):
                yield headline, path

    def related(self, article: Article) -> list[RelatedLink]:
        """An article's related links, each with its own headline where it is in the collection."""
        return self._lookup.related(article)

    def note(self, headline: Headline) -> str:
        """The person's note on an article; empty where there is none."""
        return self.marks.note(self._lookup.rows_of([headline]))

    def mark(self, headlines: Iterable[Headline] | Results | Stretch, change: Change) -> int:
        """Change the marks of these articles at once, on disk when it returns; how many were changed.

        Raises StorageError where marks can't be kept.
        """
        if isinstance(headlines, IndexResults):
            return self.marks.change(headlines.rows(), change)
        if isinstance(headlines, Stretch):
            assert isinstance(headlines.results, IndexResults)
            return self.marks.change(headlines.results.rows(headlines.start, headlines.stop), change)
        assert isinstance(headlines, Iterable)
        return self.marks.change(self._lookup.rows_of(headlines), change)

    def undo(self) -> str | None:
        """Take the last change of marks back; what it was, in words ("3 marked read"), or None."""
        return self.marks.undo()

    def redo(self) -> str | None:
        """Do again what was undone last; what it was, in words, or None."""
        return self.marks.redo()
