"""Reads whole articles from their files on demand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from reader.article.record import Article
from reader.article.text import display_path
from reader.collection.files import load
from reader.collection.folders import Roots
from reader.errors import NoSuchArticle
from reader.index.answer import rows_of
from reader.index.backend import ArticleRow
from reader.index.entry import searched_texts
from reader.index.search import has_phrase
from reader.index.store import Index
from reader.parsing.content import Unreadable
from reader.query.results import Headline


class ArticleFiles:
    """The files of one collection's articles."""

    def __init__(self, index: Index, roots: Roots) -> None:
        self._index = index
        self._roots = roots
        self._known_roots = range(len(roots.paths))

    def article(self, headline: Headline) -> Article:
        """Returns the whole article, read from its file now. Raises NoSuchArticle if the file is gone."""
        for row in self.rows_of([headline]):
            return self.article_of(row)
        raise NoSuchArticle("this article is no longer in the collection: refresh to see what is there now")

    def article_of(self, row: ArticleRow) -> Article:
        """Returns the whole article of a row. Raises NoSuchArticle if its file is gone."""
        try:
            return load(self._roots.place(row.root, row.path))
        except Unreadable as error:
            raise NoSuchArticle(f"{error}") from error
        except OSError as error:
            why = f"{display_path(row.path)} can't be read ({error.strerror})"
            raise NoSuchArticle(f"{why}: refresh to see what is there now") from error

    def rows_of(self, headlines: Iterable[Headline]) -> list[ArticleRow]:
        """Returns the headlines' rows, with the paths of their files."""
        with self._index.rows():
            rows = rows_of(self._index, headlines)
        if not all(row.root in self._known_roots and "\0" not in row.path for row in rows):
            raise sqlite3.DatabaseError("the index names a file that can't be")
        return rows

    def with_phrase(
        self, numbers: Sequence[int], field: str, wanted: Sequence[str], prefix: bool
    ) -> Iterator[int]:
        """Returns the articles that contain these words, or characters, consecutively; reads their files."""
        for row in self._index.identities(numbers):
            try:
                article = load(self._roots.place(row.root, row.path))
            except (OSError, Unreadable):
                continue
            texts = (article.title,) if field == "title" else (article.title, *searched_texts(article))
            if has_phrase(texts, wanted, prefix):
                yield row.number
