"""In what order a match is shown, and what stands at a position: no list of the match is ever sorted whole.

By date a page is a slice of the set's end, with the late articles merged in. Every other order is a row of
disjoint sets (one for each quality, each provider, each degree of relevance), each by date inside; that of
titles has a module of its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, groupby
from typing import Protocol

from pyroaring import BitMap

from reader.article.text import words
from reader.index.backend import KnownValue
from reader.index.schema import LAST_UNDATED, STORED, UNDATED, SetKind
from reader.index.stretches import LateAmong, LateRow, TitleOrder
from reader.index.view import IndexView
from reader.query import Query

NO_LATE = LateRow()


class Order(Protocol):
    """The numbers of a match by position."""

    def window(self, start: int, stop: int) -> list[int]:
        """The numbers at positions start..stop-1."""

    def position(self, number: int) -> int:
        """Where a number that matches stands."""


class DateOrder:
    """Newest first, or oldest first; undated articles last in both."""

    def __init__(self, view: IndexView, match: BitMap, *, is_reversed: bool = False) -> None:
        self._match = match
        self._is_reversed = is_reversed
        self._ordered, row = match, NO_LATE
        if not match.isdisjoint(view.late):
            self._ordered = match - view.late
            late = view.late_articles
            row = late.oldest_first if is_reversed else late.newest_first
        self._late = LateAmong(row, match)
        self._undated = self._ordered.rank(LAST_UNDATED)

    def _before(self, place: int) -> int:
        """How many articles in order stand before the late one at this place of its row."""
        dated = len(self._ordered) - self._undated
        if self._late.row.dates[place] == UNDATED:
            return dated
        below = self._ordered.rank(self._late.row.places[place] - 1) - self._undated
        return below if self._is_reversed else dated - below

    def window(self, start: int, stop: int) -> list[int]:
        """See Order."""
        stop = min(stop, len(self._match))
        if start >= stop:
            return []
        first = self._late.count(lambda place, among: self._before(place) + among < start)
        last = self._late.count(lambda place, among: self._before(place) + among < stop)
        found = self._slice(start - first, stop - last)
        for among, place in enumerate(self._late.between(first, last), first):
            found.insert(self._before(place) + among - start, self._late.row.numbers[place])
        return found

    def _slice(self, start: int, stop: int) -> list[int]:
        """Numbers in order at these positions among themselves."""
        size = len(self._ordered)
        if not self._is_reversed:
            return list(self._ordered[size - stop : size - start])[::-1]
        dated = size - self._undated
        found = (
            list(self._ordered[self._undated + start : self._undated + min(stop, dated)])
            if start < dated
            else []
        )
        if stop > dated:
            found += list(self._ordered[size - stop : size - max(start, dated)])[::-1]
        return found

    def position(self, number: int) -> int:
        """See Order."""
        if number not in self._ordered:
            of_late, among = self._late.find(number)
            return self._before(of_late) + among
        rank = self._ordered.rank(number)
        if not self._is_reversed or rank <= self._undated:
            place = len(self._ordered) - rank
        else:
            place = rank - 1 - self._undated
        # Each late one that stands before this place pushes it on by one.
        return place + self._late.count(lambda of_late, _: self._before(of_late) <= place)


class RowOfSets:
    """Disjoint sets one after another, each by date inside."""

    def __init__(self, view: IndexView, sets: Sequence[BitMap]) -> None:
        self._view = view
        # Read now: pages are asked for where the view's connection may not be used.
        _ = view.late_articles
        self.sets = sets
        self._ends = list(accumulate(map(len, sets)))
        self._orders: dict[int, DateOrder] = {}

    def _order(self, place: int) -> DateOrder:
        found = self._orders.get(place)
        if found is None:
            found = self._orders[place] = DateOrder(self._view, self.sets[place])
        return found

    def window(self, start: int, stop: int) -> list[int]:
        """See Order."""
        found: list[int] = []
        place = bisect_right(self._ends, start)
        while start < stop and place < len(self.sets):
            begin = self._ends[place] - len(self.sets[place])
            found += self._order(place).window(start - begin, min(stop, self._ends[place]) - begin)
            start = self._ends[place]
            place += 1
        return found

    def position(self, number: int) -> int:
        """See Order."""
        place = next(place for place, found in enumerate(self.sets) if number in found)
        return self._ends[place] - len(self.sets[place]) + self._order(place).position(number)


def order_of(view: IndexView, query: Query, match: BitMap) -> Order:
    """The order that a query asks for."""
    if query.sort == "date":
        return DateOrder(view, match, is_reversed=query.is_reversed)
    if query.sort == "title":
        return TitleOrder(view.titles, match, is_reversed=query.is_reversed)
    if query.sort == "relevance":
        sets = _by_hits(view, query, match)
        return RowOfSets(view, sets[::-1] if query.is_reversed else sets)
    if query.sort == "coverage":
        return RowOfSets(view, _by_coverage(view, match, is_reversed=query.is_reversed))
    known = view.choices(STORED[query.sort])
    if query.sort == "heat":
        # A negative heat was not measured.
        known = [choice for choice in known if int(choice[2]) >= 0]
    sets, rest = _by_value(view, query.sort, known, match, is_reversed=query.is_reversed)
    # What has no value comes last, whichever way round; where that is the heat, by coverage.
    last = _by_coverage(view, rest, is_reversed=query.is_reversed) if query.sort == "heat" else [rest]
    return RowOfSets(view, [*sets, *filter(None, last)])


def _by_coverage(view: IndexView, match: BitMap, *, is_reversed: bool) -> list[BitMap]:
    known = view.choices(STORED["coverage"])
    sets, rest = _by_value(view, "coverage", known, match, is_reversed=is_reversed)
    # An article of one provider alone is in no set.
    return [rest, *sets] if is_reversed else [*sets, rest]


def _by_value(
    view: IndexView, field: str, known: Sequence[KnownValue], match: BitMap, *, is_reversed: bool
) -> tuple[list[BitMap], BitMap]:
    """A match by the values of a field, in their order, and what of it has none."""
    natural: Callable[[KnownValue], object] = _by_name if field == "provider" else _highest_first
    sets: list[BitMap] = []
    rest = match
    in_order = sorted(known, key=natural, reverse=is_reversed)  # type: ignore[arg-type]
    numbers = iter(view.get_all(STORED[field], [stored for *_, stored in in_order]))
    for _, spellings in groupby(in_order, key=natural):
        found = match & BitMap.union(BitMap(), *[next(numbers) for _ in spellings])
        if found:
            sets.append(found)
            rest = rest - found
    return sets, rest


def _by_name(choice: KnownValue) -> str:
    return choice[0]


def _highest_first(choice: KnownValue) -> int:
    return -int(choice[2])


def _by_hits(view: IndexView, query: Query, match: BitMap) -> list[BitMap]:
    """Most words in the title first, then most words anywhere."""
    wanted = [
        (word, term.prefix and place == len(found) - 1)
        for term in query.terms() if term.field in ("text", "title") and not term.negated
        for value in term.values for found in [words(value)] for place, word in enumerate(found)
    ]  # fmt: skip
    found = []
    for in_title in _at_least(view, SetKind.TITLE_WORD, wanted, match):
        found += [
            both for anywhere in _at_least(view, SetKind.WORD, wanted, match) if (both := in_title & anywhere)
        ]
    return found


def _at_least(view: IndexView, field: int, wanted: Sequence[tuple[str, bool]], match: BitMap) -> list[BitMap]:
    """The match by how many of the words hit, most first; together they are the match again."""
    layers = [match]
    for word, may_go_on in wanted:
        hits = match & (view.starting_with(field, word) if may_go_on else view.get(field, word))
        raised = [*layers, BitMap()]
        for depth, layer in enumerate(layers):
            raised[depth + 1] = raised[depth + 1] | (layer & hits)
        layers = raised
    exact = [layer - above for layer, above in zip(layers, [*layers[1:], BitMap()], strict=True)]
    return [found for found in reversed(exact) if found]
