"""Answers queries from an index: results with windows of headlines, facets, and single articles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from pyroaring import BitMap

from reader.article.identity import identity_of, key_of
from reader.article.record import Article
from reader.article.text import display_path
from reader.errors import NoSuchArticle
from reader.index.backend import ArticleRow
from reader.index.facets import count_dates, count_facet, count_quality
from reader.index.order import FoldedOrder, Order, order_of
from reader.index.schema import STORED
from reader.index.search import Search, keys_starting
from reader.index.view import QueryableIndex
from reader.query import Query
from reader.query.results import Facet, FacetValue, Fold, Folding, Headline, RelatedLink

_Reply = TypeVar("_Reply")


def with_added_topics(index: QueryableIndex, found: list[Headline], now: datetime) -> list[Headline]:
    """Returns the headlines with the topics added by rules."""
    if not index.topic_rules or not found:
        return found
    with index.quick_view() as view:
        if view is None:
            return found
        added = Search(view, now).added_topics({one.number: one.topics for one in found})
    return [one._replace(added_topics=added.get(one.number, ())) for one in found]


class Asker(Protocol):
    """Runs questions and repairs a damaged index (see `reader.library.folder.library`)."""

    def ask(self, question: Callable[[], _Reply]) -> _Reply:
        """Returns the question's answer. Raises ReaderError."""


class IndexResults:
    """Results over one index; see `reader.query.results.Results`."""

    def __init__(
        self, index: QueryableIndex, query: Query, now: datetime, guard: Asker, folding: Folding | None = None
    ) -> None:
        self._index = index
        self._folding = folding
        self._guard = guard
        self._now = now
        self.query = query
        self._find()

    def _find(self) -> None:
        with self._index.view() as view:
            search = Search(view, self._now)
            self.match = search.all_of(self.query.clauses)
            self.is_exact = search.is_exact
            self._edition = self._index.edition
            self._folded: FoldedOrder | None = None
            if self._folding is None:
                self._order: Order = order_of(view, self.query, self.match)
            else:
                opened = self._index.numbers_from(int(story, 16) for story in self._folding.opened)
                unread = self.match - view.marks["read"] if self._folding.only_unread else None
                self._order = self._folded = FoldedOrder(view, self.query, self.match, opened, unread)

    def __len__(self) -> int:
        return len(self.match) if self._folded is None else len(self._folded)

    @property
    def articles(self) -> int:
        return len(self.match)

    @property
    def stories(self) -> int | None:
        return None if self._folded is None else self._folded.stories

    def story(self, headline: Headline) -> list[Headline]:
        return self._guard.ask(lambda: self._story(headline))

    def _story(self, headline: Headline) -> list[Headline]:
        self._find_again()
        if headline.fold is None or headline.fold.is_inside:
            return [headline]
        members = self._index.story_members([headline.number])
        return [headline, *self._index.headlines(
            [number for _, number, _ in members if number in self.match and number != headline.number]
        )]  # fmt: skip

    def rows(self, start: int = 0, stop: int | None = None) -> list[ArticleRow]:
        """Returns the rows of all matches, or of those at the positions start..stop-1."""
        return self._guard.ask(lambda: self._rows(start, stop))

    def _rows(self, start: int, stop: int | None) -> list[ArticleRow]:
        with self._index.view():
            self._find_again()
            if stop is None:
                numbers: Sequence[int] = self.match.to_array()
            else:
                numbers = self._order.window(start, stop)
                if self._folded is not None:
                    numbers = self._folded.with_folded(numbers)
            return [*self._index.identities(numbers)]

    def _find_again(self) -> None:
        if self._edition != self._index.edition:
            # The index was rebuilt: the old numbers now name other articles.
            self._find()

    def window(self, start: int, stop: int) -> list[Headline]:
        return self._guard.ask(lambda: self._window(start, stop))

    def _window(self, start: int, stop: int) -> list[Headline]:
        self._find_again()
        found = self._index.headlines(self._order.window(start, stop))
        found = with_added_topics(self._index, found, self._now)
        return found if self._folded is None else self._with_folds(self._folded, found)

    def _with_folds(self, folded: FoldedOrder, found: list[Headline]) -> list[Headline]:
        in_stories = [one.number for one in found if one.story]
        members: dict[int, list[tuple[int, str]]] = {}
        story_of: dict[int, int] = {}
        for story, number, provider in self._index.story_members(in_stories) if in_stories else ():
            if number in self.match:
                members.setdefault(story, []).append((number, provider))
                story_of[number] = story
        opened = self._folding.opened if self._folding else frozenset()
        read = self._index.marked["read"]
        return [
            one._replace(fold=_fold(one, members.get(story_of.get(one.number, 0), []), folded, opened, read))
            for one in found
        ]

    def position(self, number: int) -> int | None:
        return self._order.position(number) if number in self.match else None


def _fold(
    one: Headline,
    members: Sequence[tuple[int, str]],
    folded: FoldedOrder,
    opened: Collection[str],
    read: BitMap,
) -> Fold | None:
    if folded.is_inside(one.number):
        return Fold(0, (), is_inside=True)
    others = [(number, provider) for number, provider in members if number != one.number]
    if not others:
        return None
    providers = dict.fromkeys(provider for _, provider in others if provider != one.provider)
    unread = sum(number not in read for number, _ in others)
    return Fold(len(others), tuple(providers), unread, one.story in opened)


def facet_of(index: QueryableIndex, field: str, query: Query, now: datetime, cells: int) -> Facet:
    """Counts a field's values, or dates in at most `cells` periods, without the query's clauses on it."""
    with index.view() as view:
        search = Search(view, now)
        match = search.all_of(query.without(field).clauses)
        if field == "quality":
            return count_quality(view, match)
        if field == "date":
            return count_dates(view, match, cells)
        counted = count_facet(view, search, field, match)
        if not (excluded := query.excluded(field)):
            return counted
        listed = len(search.all_of(query.clauses))
        without = ((value, query.excluding(field, value).clauses) for value in excluded)
        kept_out = (FacetValue(value, len(search.all_of(rest)) - listed) for value, rest in without)
        return counted._replace(kept_out=tuple(kept_out))


def is_measured(index: QueryableIndex, field: str) -> bool:
    """Returns whether any article has this number, 0 or more."""
    with index.view() as view:
        numbers = (text for *_, text in view.choices(STORED[field]) if int(text) >= 0)
        return any(not view.live.isdisjoint(view.get(STORED[field], text)) for text in numbers)


def find_article(index: QueryableIndex, prefix: str) -> Headline:
    """Returns the article whose id has this prefix. Raises NoSuchArticle unless there is exactly one."""
    wanted = prefix.strip().lower()
    if not wanted:
        raise NoSuchArticle('an id is missing; "reader list" shows the ids')
    if not 0 < len(wanted) <= 12 or any(digit not in "0123456789abcdef" for digit in wanted):
        raise NoSuchArticle(f"no article has the id {display_path(prefix)}: ids are 12 digits of 0-9 and a-f")
    found = index.headlines_keyed(*keys_starting(wanted), 4)
    if len(found) == 1:
        return with_added_topics(index, found, datetime.now(UTC))[0]
    if not found:
        raise NoSuchArticle(f'no article has an id that starts with {wanted}; "reader list" shows the ids')
    raise NoSuchArticle(
        f"several ids start with {wanted} ({', '.join(one.id for one in found[:3])}); give more digits"
    )


def related_of(index: QueryableIndex, article: Article) -> list[RelatedLink]:
    """Returns an article's related links, each with its headline if it is in the collection."""
    found: dict[str, Headline] = {}
    for url in dict.fromkeys(one.web_url for one in article.related):
        if identity := identity_of(url, ""):
            key = key_of(identity)
            found.update((url, one) for one in index.headlines_keyed(key, key, 1))
    return [RelatedLink(one, found.get(one.web_url)) for one in article.related]


def rows_of(index: QueryableIndex, headlines: Iterable[Headline]) -> list[ArticleRow]:
    """Returns the headlines' rows; their numbers may have changed since the headlines were read."""
    wanted = {one.number: int(one.id, 16) for one in headlines}
    rows = [row for row in index.identities([*wanted]) if row.key >> 15 == wanted[row.number]]
    found = {row.key >> 15 for row in rows}
    moved = index.numbers_from(one for one in wanted.values() if one not in found)
    rows += index.identities(moved)
    return rows
