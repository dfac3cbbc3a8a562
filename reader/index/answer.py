"""The index's side of Results and Facets: an order, headlines by window, and exact counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol, TypeAlias, TypeVar

from pyroaring import BitMap

from reader.article.dates import When
from reader.article.record import id_of
from reader.article.text import fold
from reader.index.order import Order, order_of
from reader.index.rows import ArticleRow
from reader.index.schema import MOST_ASKED, STORED
from reader.index.store import Index
from reader.index.view import IndexView
from reader.query import Query
from reader.query.results import Facet, FacetValue, Headline

_Found = TypeVar("_Found")

HEADLINE_COLUMNS = (
    "number, key, title, provider, domain, topics, date, is_day, quality, heat, category, type, url, draft"
)
"""What `headline` makes a headline of, in this order."""


def headline(row: Sequence[Any], marks: Mapping[str, BitMap]) -> Headline:
    """A row of HEADLINE_COLUMNS with the person's marks."""
    (number, key, title, provider, domain, topics, date, is_day, quality, heat, category, kind, url,
     draft) = row  # fmt: skip
    # What is no text or no number here would only fail where it is painted.
    "".join((title, provider, domain, topics, category, kind, url))
    sum((key, draft, quality or 0, heat or 0))
    tags = tuple(
        sorted(name[4:] for name, found in marks.items() if name.startswith("tag:") and number in found)
    )
    return Headline(
        number, id_of(key), title, provider, domain, tuple(topics.split("\n")) if topics else (),
        _when(date, is_day), quality, heat, category, kind, url, bool(draft), number in marks["read"],
        number in marks["starred"], tags, number in marks["note"],
    )  # fmt: skip


def headlines(
    connection: sqlite3.Connection, marks: Mapping[str, BitMap], numbers: Sequence[int]
) -> list[Headline]:
    """The headlines of these numbers, in their order; one whose article has gone is left out."""
    found: dict[int, Any] = {}
    for start in range(0, len(numbers), MOST_ASKED):
        part = numbers[start : start + MOST_ASKED]
        rows = connection.execute(
            f"select {HEADLINE_COLUMNS} from articles where number in ({','.join('?' * len(part))})", part
        )
        found.update((row[0], row) for row in rows)
    return [headline(found[number], marks) for number in numbers if number in found]


class Asker(Protocol):
    """Puts damage right (see `reader.library.guard`)."""

    def ask(self, question: Callable[[], _Found]) -> _Found:
        """What the question finds. Raises ReaderError."""


class IndexResults:
    """Results over one index; see `reader.query.results.Results`."""

    def __init__(self, index: Index, query: Query, now: datetime, guard: Asker) -> None:
        self._index = index
        self._guard = guard
        self._now = now
        self.query = query
        self._find()

    def _find(self) -> None:
        with self._index.view() as view:
            search = self._index.search(view, self._now)
            self.match = search.all_of(self.query.clauses)
            self.is_exact = search.is_exact
            self._edition = self._index.edition
            self._order: Order = order_of(view, self.query, self.match)

    def __len__(self) -> int:
        return len(self.match)

    def rows(self, start: int = 0, stop: int | None = None) -> list[ArticleRow]:
        """All articles that match, or those at the positions start..stop-1."""
        return self._guard.ask(lambda: self._rows(start, stop))

    def _rows(self, start: int, stop: int | None) -> list[ArticleRow]:
        with self._index.view():
            self._find_again()
            numbers = self.match.to_array() if stop is None else self._order.window(start, stop)
            return [*self._index.identities(numbers)]

    def _find_again(self) -> None:
        if self._edition != self._index.edition:
            # The index was built anew: the old numbers name other articles.
            self._find()

    def window(self, start: int, stop: int) -> list[Headline]:
        """See `reader.query.results.Results`."""
        return self._guard.ask(lambda: self._window(start, stop))

    def _window(self, start: int, stop: int) -> list[Headline]:
        self._find_again()
        with self._index.rows() as connection:
            return headlines(connection, self._index.marked, self._order.window(start, stop))

    def position(self, number: int) -> int | None:
        """See `reader.query.results.Results`."""
        return self._order.position(number) if number in self.match else None


def count_facet(view: IndexView, field: str, match: BitMap) -> Facet:
    """How many of the match have each value of a field, and how many of those are unread."""
    counted = (_counted_tags if field == "tag" else _counted)(view, field, match)
    read = match & view.marks["read"]
    values = [
        FacetValue(value, count, count - read.intersection_cardinality(numbers) if read else count)
        for value, count, numbers in counted
    ]
    # By name before that: what has the same count stays as it is.
    values.sort(key=itemgetter(1), reverse=True)
    return Facet(field, tuple(values))


Counted: TypeAlias = tuple[str, int, BitMap]
"""A value, how many of a match have it, and the numbers of all that have it."""


def _counted_tags(view: IndexView, field: str, match: BitMap) -> Iterator[Counted]:
    tags = [
        (fold(name[4:]), name[4:], numbers)
        for name, numbers in view.marks.items()
        if name.startswith("tag:") and numbers
    ]
    for _, spellings in groupby(sorted(tags, key=itemgetter(0, 1)), key=itemgetter(0)):
        found = [*spellings]
        numbers = BitMap.union(*[one[2] for one in found])
        shown = min(found, key=lambda one: (-len(one[2]), one[1]))[1]
        yield shown, match.intersection_cardinality(numbers), numbers


def _counted(view: IndexView, field: str, match: BitMap) -> Iterator[Counted]:
    known = view.members(STORED[field])
    rest = _rest(view.live, match)
    if rest is None:
        count = match.intersection_cardinality
        return ((value, count(numbers), numbers) for value, numbers, _ in known)
    if not rest:
        return ((value, listed, numbers) for value, numbers, listed in known)
    left_out = rest.intersection_cardinality
    return ((value, listed - left_out(numbers), numbers) for value, numbers, listed in known)


def _rest(live: BitMap, match: BitMap) -> BitMap | None:
    """What does not match, where that is quicker to count with: nothing, or nearly everything.

    A block in which a set holds at most 4,096 numbers is a list, and its intersection with another list
    takes a step for each number of either; with a block of bits it takes one for each of the other list.
    """
    if len(match) == len(live):
        return BitMap()
    kinds = match.get_statistics()
    lists, listed = kinds["n_array_containers"], kinds["n_values_array_containers"]
    blocks = live.get_statistics()["n_containers"]
    return live - match if lists * _LIST + listed > blocks * _BITS else None


_LIST, _BITS = 500, 625
"""What it costs to count a block of the match with all values of a facet, as a list or as bits, in terms of
numbers of the list (measured with 40 topics and 300 providers)."""


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _when(seconds: int | None, is_day: int) -> When | None:
    if seconds is None:
        return None
    found = EPOCH + timedelta(seconds=seconds)
    return found.date() if is_day else found
