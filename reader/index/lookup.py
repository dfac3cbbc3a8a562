"""Looks up single articles by id, number or link."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from reader.article.identity import identity_of
from reader.article.record import Article, key_of
from reader.article.text import display_path
from reader.errors import NoSuchArticle
from reader.index.answer import with_added_topics
from reader.index.backend import ArticleRow, AskedIndex
from reader.index.search import keys_starting
from reader.query.results import Headline, RelatedLink


class Lookup:
    """Looks up articles of one collection."""

    def __init__(self, index: AskedIndex) -> None:
        self._index = index

    def find(self, prefix: str) -> Headline:
        """Returns the article whose id has this prefix. Raises NoSuchArticle if there is none or more than
        one."""
        wanted = prefix.strip().lower()
        if not wanted:
            raise NoSuchArticle('an id is missing; "reader list" shows the ids')
        if not 0 < len(wanted) <= 12 or any(digit not in "0123456789abcdef" for digit in wanted):
            raise NoSuchArticle(
                f"no article has the id {display_path(prefix)}: ids are 12 digits of 0-9 and a-f"
            )
        found = self._index.headlines_keyed(*keys_starting(wanted), 4)
        if len(found) == 1:
            return with_added_topics(self._index, found, datetime.now(UTC))[0]
        if not found:
            raise NoSuchArticle(
                f'no article has an id that starts with {wanted}; "reader list" shows the ids'
            )
        raise NoSuchArticle(
            f"several ids start with {wanted} ({', '.join(one.id for one in found[:3])}); give more digits"
        )

    def related(self, article: Article) -> list[RelatedLink]:
        """Returns an article's related links, each with its headline if it is in the collection."""
        keys = {one.web_url: key_of(identity_of(one.web_url, "")) for one in article.related if one.web_url}
        found: dict[str, Headline] = {}
        for url, key in keys.items():
            if identity_of(url, ""):
                found.update((url, one) for one in self._index.headlines_keyed(key, key, 1))
        return [RelatedLink(one, found.get(one.web_url)) for one in article.related]

    def rows_of(self, headlines: Iterable[Headline]) -> list[ArticleRow]:
        """Returns the headlines' rows; their numbers may have changed since the headlines were read."""
        wanted = {one.number: int(one.id, 16) for one in headlines}
        rows = [row for row in self._index.identities([*wanted]) if row.key >> 15 == wanted[row.number]]
        found = {row.key >> 15 for row in rows}
        moved = self._index.numbers_from(one for one in wanted.values() if one not in found)
        rows += self._index.identities(moved)
        return rows
