"""The order of a match, and which article is at a position; the match is never sorted as a whole.

By date, a page is a slice of the end of the set, with late articles merged in; titles are a row of their own
(see `sorted_rows`). Every other order is a sequence of disjoint sets (one per quality, provider or degree of
relevance), each sorted by date. In a list folded by stories, a story is represented by its first article in
the list's order, so it keeps that article's position.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby
from typing import Any, Protocol

from pyroaring import BitMap

from reader.article.text import words
from reader.index.backend import KnownValue
from reader.index.schema import LAST_UNDATED, STORED, UNDATED, SetKind
from reader.index.sorted_rows import MatchInRow
from reader.index.view import IndexView
from reader.query import Query


class Order(Protocol):
    """The sorted numbers of a match."""

    def window(self, start: int, stop: int) -> list[int]:
        """Returns the numbers at the positions start..stop-1."""

    def position(self, number: int) -> int:
        """Returns the position of a number of the match."""


class DateOrder:
    """Newest first, or oldest first; undated articles last in both."""

    def __init__(self, view: IndexView, match: BitMap, *, is_reversed: bool = False) -> None:
        self._match = match
        self._is_reversed = is_reversed
        self._ordered = match - view.late
        late = view.late_articles
        self._row = late.oldest_first if is_reversed else late.newest_first
        self._late = MatchInRow(self._row, match)
        self._undated = self._ordered.rank(LAST_UNDATED)

    def _before(self, place: int) -> int:
        """Returns how many articles that are not late come before the late one at this place of its row."""
        dated = len(self._ordered) - self._undated
        if self._row.dates[place] == UNDATED:
            return dated
        below = self._ordered.rank(self._row.places[place] - 1) - self._undated
        return below if self._is_reversed else dated - below

    def window(self, start: int, stop: int) -> list[int]:
        stop = min(stop, len(self._match))
        if start >= stop:
            return []
        first = self._late.count(lambda place, among: self._before(place) + among < start)
        last = self._late.count(lambda place, among: self._before(place) + among < stop)
        in_order = self._slice(start - first, stop - last)
        found: list[int] = []
        done = 0
        for place in self._late.between(first, last):
            ahead = self._before(place) - (start - first)
            found += in_order[done:ahead]
            found.append(self._row.numbers[place])
            done = ahead
        return found + in_order[done:]

    def _slice(self, start: int, stop: int) -> list[int]:
        """Returns the numbers at these positions, not counting late ones."""
        size = len(self._ordered)
        if not self._is_reversed:
            return [*self._ordered[size - stop : size - start].to_array()[::-1]]
        dated = size - self._undated
        found: list[int] = []
        if start < dated:
            found += self._ordered[self._undated + start : self._undated + min(stop, dated)].to_array()
        if stop > dated:
            found += self._ordered[size - stop : size - max(start, dated)].to_array()[::-1]
        return found

    def position(self, number: int) -> int:
        if number not in self._ordered:
            of_late, among = self._late.find(number)
            return self._before(of_late) + among
        rank = self._ordered.rank(number)
        if not self._is_reversed or rank <= self._undated:
            place = len(self._ordered) - rank
        else:
            place = rank - 1 - self._undated
        # Each late article before this position shifts it by one.
        return place + self._late.count(lambda of_late, _: self._before(of_late) <= place)


class TitleOrder:
    """A match A to Z, or Z to A."""

    def __init__(self, view: IndexView, match: BitMap, *, is_reversed: bool) -> None:
        self._titles = view.titles
        self._found = MatchInRow(self._titles, match)
        self._is_reversed = is_reversed

    def window(self, start: int, stop: int) -> list[int]:
        size = len(self._found)
        stop = min(stop, size)
        if not self._is_reversed:
            return self._forwards(start, stop)
        return self._forwards(size - stop, size - start)[::-1]

    def _forwards(self, start: int, stop: int) -> list[int]:
        return [self._titles.numbers[place] for place in self._found.between(start, stop)]

    def position(self, number: int) -> int:
        _, among = self._found.find(number)
        return len(self._found) - 1 - among if self._is_reversed else among


class RowOfSets:
    """A sequence of disjoint sets, each sorted by date."""

    def __init__(self, view: IndexView, sets: Sequence[BitMap]) -> None:
        self._view = view
        # Read now: pages are fetched where the view's connection must not be used.
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
        found: list[int] = []
        place = bisect_right(self._ends, start)
        while start < stop and place < len(self.sets):
            begin = self._ends[place] - len(self.sets[place])
            found += self._order(place).window(start - begin, min(stop, self._ends[place]) - begin)
            start = self._ends[place]
            place += 1
        return found

    def position(self, number: int) -> int:
        place = next(place for place, found in enumerate(self.sets) if number in found)
        return self._ends[place] - len(self.sets[place]) + self._order(place).position(number)


def order_of(view: IndexView, query: Query, match: BitMap) -> Order:
    """Returns the order given by a query."""
    if query.sort == "date":
        return DateOrder(view, match, is_reversed=query.is_reversed)
    if query.sort == "title":
        return TitleOrder(view, match, is_reversed=query.is_reversed)
    if query.sort == "relevance":
        sets = _by_hits(view, query, match)
        return RowOfSets(view, sets[::-1] if query.is_reversed else sets)
    if query.sort == "coverage":
        return RowOfSets(view, _by_coverage(view, match, is_reversed=query.is_reversed))
    known = view.choices(STORED[query.sort])
    if query.sort == "heat":
        # A negative heat means "not measured".
        known = [choice for choice in known if int(choice[2]) >= 0]
    sets, rest = _by_value(view, query.sort, known, match, is_reversed=query.is_reversed)
    # Articles without a value come last in either direction; without a heat, by coverage.
    last = _by_coverage(view, rest, is_reversed=query.is_reversed) if query.sort == "heat" else [rest]
    return RowOfSets(view, [*sets, *filter(None, last)])


def _by_coverage(view: IndexView, match: BitMap, *, is_reversed: bool) -> list[BitMap]:
    known = view.choices(STORED["coverage"])
    sets, rest = _by_value(view, "coverage", known, match, is_reversed=is_reversed)
    # Articles with a coverage of one are in no set.
    return [rest, *sets] if is_reversed else [*sets, rest]


def _by_value(
    view: IndexView, field: str, known: Sequence[KnownValue], match: BitMap, *, is_reversed: bool
) -> tuple[list[BitMap], BitMap]:
    """Returns the match split by the values of a field, in their order, then those without a value."""

    def natural(one: KnownValue) -> Any:
        return one[0] if field == "provider" else -int(one[2])  # the highest first

    sets: list[BitMap] = []
    rest = match
    in_order = sorted(known, key=natural, reverse=is_reversed)
    numbers = iter(view.get_all(STORED[field], [stored for *_, stored in in_order]))
    for _, spellings in groupby(in_order, key=natural):
        found = match & BitMap.union(BitMap(), *[next(numbers) for _ in spellings])
        if found:
            sets.append(found)
            rest = rest - found
    return sets, rest


def _by_hits(view: IndexView, query: Query, match: BitMap) -> list[BitMap]:
    """Sorts by hits in the title, then by hits anywhere, most first."""
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
    """Splits the match by the number of words found, most first."""
    layers = [match]
    for word, may_go_on in wanted:
        hits = match & (view.store.set_starting(field, word) if may_go_on else view.get(field, word))
        raised = [*layers, BitMap()]
        for depth, layer in enumerate(layers):
            raised[depth + 1] = raised[depth + 1] | (layer & hits)
        layers = raised
    exact = [layer - above for layer, above in zip(layers, [*layers[1:], BitMap()], strict=True)]
    return [found for found in reversed(exact) if found]


class FoldedOrder:
    """The rows of a match: stories, articles in no story, and below each opened story its other articles."""

    def __init__(
        self,
        view: IndexView,
        query: Query,
        match: BitMap,
        opened: Iterable[int],
        unread: BitMap | None = None,
    ) -> None:
        """`opened` has the numbers of the first articles of the opened stories; with `unread`, only rows with
        one of those articles are listed."""
        self._all = view.stories
        inside = match & self._all.members
        self._inside = inside
        self._leader_of = _leaders(view, query, inside)
        """Story -> the number of the article that represents it."""
        leaders = BitMap(self._leader_of.values())
        self._shown = (match - inside) | leaders
        self.stories = len(self._shown)
        """Number of rows while no story is opened."""
        below: dict[int, list[int]] = defaultdict(list)
        if is_open := {story for story in opened if story in self._leader_of}:
            for story, number, _ in view.store.story_members([*is_open]):
                below[story].append(number)
        if unread is not None:
            wanted = self._all.last_of_each((unread & inside).to_array())
            unread = unread | BitMap([self._leader_of[story] for story in wanted])
            self._shown &= unread
        self._order = order_of(view, query, self._shown)
        rows = sorted(
            (self._order.position(self._leader_of[story]), [
                number for number in numbers
                if number in match and number not in leaders and (unread is None or number in unread)
            ])
            for story, numbers in below.items() if self._leader_of[story] in self._shown
        )  # fmt: skip
        self._below = [numbers for _, numbers in rows if numbers]
        self._starts: list[int] = []
        """The positions at which the other articles of each opened story begin."""
        count = 0
        for place, numbers in rows:
            if numbers:
                self._starts.append(place + 1 + count)
                count += len(numbers)
        self._count = len(self._shown) + count

    def __len__(self) -> int:
        return self._count

    def window(self, start: int, stop: int) -> list[int]:
        found: list[int] = []
        place, stop = start, min(stop, self._count)
        while place < stop:
            at = bisect_right(self._starts, place) - 1
            if at >= 0 and place < self._starts[at] + len(self._below[at]):
                within = place - self._starts[at]
                part = self._below[at][within : within + stop - place]
            else:
                end = self._starts[at + 1] if at + 1 < len(self._starts) else self._count
                listed = sum(map(len, self._below[: at + 1]))
                part = self._order.window(place - listed, min(stop, end) - listed)
                if not part:
                    break
            found += part
            place += len(part)
        return found

    def position(self, number: int) -> int:
        for start, numbers in zip(self._starts, self._below, strict=True):
            if number in numbers:
                return start + numbers.index(number)
        leader = self._leader_of.get(self._all.story_of(number), number)
        before = self._order.position(leader)
        for start, numbers in zip(self._starts, self._below, strict=True):
            if start > before:
                break
            before += len(numbers)
        return before

    def is_inside(self, number: int) -> bool:
        """Returns whether an article is listed below its story's row."""
        return number not in self._shown

    def with_folded(self, numbers: Sequence[int]) -> list[int]:
        """Returns these rows and the articles that are folded into them."""
        wanted = BitMap(numbers)
        listed = {number for below in self._below for number in below}
        stories = {self._all.story_of(number) for number in numbers} - {0}
        folded = [
            number for number in self._inside
            if self._all.story_of(number) in stories and number not in wanted and number not in listed
        ]  # fmt: skip
        return [*numbers, *folded]


def _leaders(view: IndexView, query: Query, inside: BitMap) -> dict[int, int]:
    """Returns story -> its article of these that comes first in the query's order."""
    is_newest_first = query.sort == "date" and not query.is_reversed
    kept = view.stories.newest
    if is_newest_first and kept is not None and kept[0] == inside:
        return kept[1]
    in_order = order_of(view, query, inside).window(0, len(inside))
    found = view.stories.last_of_each(in_order[::-1])
    if is_newest_first:
        view.stories.newest = inside, found
    return found
