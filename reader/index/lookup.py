"""Single articles: by id, by number, by link. The sets answer for many at once; here one is looked up.

Reads article files through `reader.collection.files`; changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from reader.article.identity import identity_of
from reader.article.record import Article, key_of
from reader.article.text import display_path, words
from reader.collection.files import load
from reader.collection.folders import Roots
from reader.errors import NoSuchArticle
from reader.index.answer import HEADLINE_COLUMNS, headline
from reader.index.entry import searched_texts
from reader.index.search import stand_together
from reader.index.store import ArticleRow, Index
from reader.parsing.content import Unreadable
from reader.query.results import Headline, RelatedLink


class Lookup:
    """Looks articles of one collection up."""

    def __init__(self, index: Index, roots: Roots) -> None:
        self._index = index
        self._roots = roots
        self._known_roots = range(len(roots.paths))

    def find(self, prefix: str) -> Headline:
        """The one article whose id starts so. Raises NoSuchArticle: there is none, or there are several."""
        wanted = prefix.strip().lower()
        if not wanted:
            raise NoSuchArticle('an id is missing; "reader list" shows the ids')
        if not 0 < len(wanted) <= 12 or any(digit not in "0123456789abcdef" for digit in wanted):
            raise NoSuchArticle(
                f"no article has the id {display_path(prefix)}: ids are 12 digits of 0-9 and a-f"
            )
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
                f'no article has an id that starts with {wanted}; "reader list" shows the ids'
            )
        raise NoSuchArticle(
            f"several ids start with {wanted} ({', '.join(one.id for one in found[:3])}); give more digits"
        )

    def article(self, headline: Headline) -> Article:
        """The whole record, read from its file now. Raises NoSuchArticle when the file has gone."""
        for row in self.rows_of([headline]):
            return self.article_of(row)
        raise NoSuchArticle("this article is no longer in the collection: refresh to see what is there now")

    def article_of(self, row: ArticleRow) -> Article:
        """The whole record of a row. Raises NoSuchArticle when its file has gone."""
        try:
            return load(self._roots.place(row.root, row.path))
        except Unreadable as error:
            raise NoSuchArticle(f"{error}") from error
        except OSError as error:
            why = f"{display_path(row.path)} can't be read ({error.strerror})"
            raise NoSuchArticle(f"{why}: refresh to see what is there now") from error

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

    def rows_of(self, headlines: Iterable[Headline]) -> list[ArticleRow]:
        """Which articles are meant: their numbers may be other ones since the headlines were read."""
        wanted = {one.number: int(one.id, 16) for one in headlines}
        with self._index.rows():
            rows = [row for row in self._index.identities([*wanted]) if row.key >> 15 == wanted[row.number]]
            found = {row.key >> 15 for row in rows}
            moved = self._index.numbers_from(one for one in wanted.values() if one not in found)
            rows += self._index.identities(moved)
        if not all(row.root in self._known_roots and "\0" not in row.path for row in rows):
            raise sqlite3.DatabaseError("the index names a file that can't be")
        return rows

    def has_phrase(self, number: int, field: str, wanted: Sequence[str], prefix: bool) -> bool:
        """Whether an article has these words, or these signs, one after another; its file is read for it."""
        for row in self._index.identities([number]):
            try:
                article = load(self._roots.place(row.root, row.path))
            except (OSError, Unreadable):
                return False
            texts = (article.title,) if field == "title" else (article.title, *searched_texts(article))
            if not words(wanted[0]):
                return any(wanted[0] in text for text in texts)
            return any(stand_together(words(text), wanted, prefix) for text in texts)
        return False
