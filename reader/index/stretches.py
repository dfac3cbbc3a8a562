"""Articles in an order that their numbers do not have: late ones by date, all of them by title.

A row of them is cut into stretches, and how many of a match are in a stretch is the size of an intersection.
So no match is sorted, and none is looked at one by one except in the stretch that is shown. There may be a
twentieth of the collection of late articles, and more while an archive is read in.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from pyroaring import BitMap

from reader.index.schema import UNDATED

STRETCH = 512
"""Late articles that are counted at once (some us)."""


class LateArticle(NamedTuple):
    """An article whose number does not tell its date."""

    date: int
    """Seconds, or UNDATED."""
    number: int
    place: int
    """It stands directly before the highest number in order that is below this one."""


class LateRow:
    """Late articles one after another."""

    def __init__(self, articles: Sequence[LateArticle] = ()) -> None:
        self.dates = array("q", [one.date for one in articles])
        self.numbers = array("I", [one.number for one in articles])
        self.places = array("q", [one.place for one in articles])

    def __iter__(self) -> Iterator[LateArticle]:
        return map(LateArticle, self.dates, self.numbers, self.places)

    @cached_property
    def sets(self) -> list[BitMap]:
        """The numbers of each stretch."""
        starts = range(0, len(self.numbers), STRETCH)
        return [BitMap(self.numbers[start : start + STRETCH]) for start in starts]

    def dated_between(self, start: int | None, stop: int | None) -> BitMap:
        """Those with start <= date < stop, of a row with the newest first; None = no limit on that side."""
        last = bisect_right(self.dates, -(UNDATED + 1 if start is None else start), key=int.__neg__)
        first = 0 if stop is None else bisect_right(self.dates, -stop, key=int.__neg__)
        return BitMap(self.numbers[first:last])


class Late:
    """All late articles that a view of the index sees."""

    def __init__(self, articles: Iterable[LateArticle], live: BitMap) -> None:
        ordered = sorted(articles, reverse=True)
        self.live = live
        """All articles there were, late or not."""
        self.newest_first = LateRow(ordered)
        """Undated ones last."""

    @cached_property
    def oldest_first(self) -> LateRow:
        """Undated ones last here too."""
        row = [*self.newest_first]
        dated = bisect_left(row, True, key=lambda one: one.date == UNDATED)
        return LateRow(row[:dated][::-1] + row[dated:])

    def kept(self, late: BitMap, live: BitMap) -> list[LateArticle]:
        """What of this still holds when these articles are there and these of them late."""
        came = live - self.live
        # The places of those before hold as long as whatever came in order is newer than all there was.
        if (came - late) and self.live and (came - late).min() < self.live.max():
            return []
        if not (late - BitMap(self.newest_first.numbers)).isdisjoint(self.live):
            return []
        return [one for one in self.newest_first if one.number in late]


def placed(
    dated: Iterable[tuple[int, int]], first_from: Callable[[int], tuple[int, int]]
) -> Iterator[LateArticle]:
    """Late articles, given as (date, number) with the oldest first, with their places.

    `first_from` tells of a date the lowest number in order that is not older, and its date: all late ones
    up to that have the same place, so what lies between is gone through once.
    """
    place, reach = 0, UNDATED
    for date, number in dated:
        if date > reach:
            place, reach = first_from(date)
        yield LateArticle(date, number, place)


class LateAmong:
    """The late ones of a match, in the order of a row."""

    def __init__(self, row: LateRow, match: BitMap) -> None:
        self.row = row
        self._match = match
        self._ends = [0, *accumulate(map(match.intersection_cardinality, row.sets))]
        """How many of the match stand before each stretch, and in all."""
        self._looked_at: tuple[int, list[int]] = -1, []
        """The last stretch that was asked for, and the places in the row of those that match."""

    def count(self, is_ahead: Callable[[int, int], bool]) -> int:
        """How many of them come first that this is true of: it is asked with a place in the row, and with how
        many of the match stand before that; it must not be true behind a place of which it is not."""
        stretch = bisect_left(
            range(len(self.row.sets)), True, key=lambda one: not is_ahead(one * STRETCH, self._ends[one])
        )
        if not stretch:
            return 0
        within, before = self._within(stretch - 1), self._ends[stretch - 1]
        return before + bisect_left(
            range(len(within)), True, key=lambda one: not is_ahead(within[one], before + one)
        )

    def between(self, first: int, last: int) -> list[int]:
        """The places in the row of those from first to last - 1, counted among themselves."""
        if first >= last:
            return []
        stretch = bisect_right(self._ends, first) - 1
        skipped = first - self._ends[stretch]
        found: list[int] = []
        while len(found) < skipped + last - first and stretch < len(self.row.sets):
            found += self._within(stretch)
            stretch += 1
        return found[skipped : skipped + last - first]

    def find(self, number: int) -> tuple[int, int]:
        """The place in the row of one of the match, and how many of the match stand before it."""
        stretch = next(place for place, members in enumerate(self.row.sets) if number in members)
        within = self._within(stretch)
        among = next(among for among, place in enumerate(within) if self.row.numbers[place] == number)
        return within[among], self._ends[stretch] + among

    def _within(self, stretch: int) -> list[int]:
        if self._looked_at[0] != stretch:
            start = stretch * STRETCH
            numbers = self.row.numbers[start : start + STRETCH]
            found = [place for place, number in enumerate(numbers, start) if number in self._match]
            self._looked_at = stretch, found
        return self._looked_at[1]


SHORTEST, MOST = 1024, 1000
"""Numbers of a stretch at least, and stretches at most: a match is counted in each (some us)."""


class Titles:
    """All articles A to Z."""

    def __init__(self, numbers: array[int]) -> None:
        self._numbers = numbers
        self._size = max(SHORTEST, -(-len(numbers) // MOST))
        self._sets: list[BitMap] = []

    def stretch(self, place: int) -> Sequence[int]:
        """The numbers of a stretch, A to Z."""
        return self._numbers[place * self._size : (place + 1) * self._size]

    @property
    def sets(self) -> list[BitMap]:
        """The stretches as sets."""
        if not self._sets:
            starts = range(0, len(self._numbers), self._size)
            self._sets = [BitMap(self._numbers[start : start + self._size]) for start in starts]
        return self._sets


class TitleOrder:
    """A match A to Z, or Z to A."""

    def __init__(self, titles: Titles, match: BitMap, *, is_reversed: bool) -> None:
        self._titles = titles
        self._match = match
        self._is_reversed = is_reversed
        self._ends = list(accumulate(map(match.intersection_cardinality, titles.sets)))
        """How many of the match stand in each stretch and all before it."""

    def window(self, start: int, stop: int) -> list[int]:
        """See `order.Order`."""
        size = len(self._match)
        stop = min(stop, size)
        if start >= stop:
            return []
        if self._is_reversed:
            return self._forwards(size - stop, size - start)[::-1]
        return self._forwards(start, stop)

    def _forwards(self, start: int, stop: int) -> list[int]:
        found: list[int] = []
        place = bisect_right(self._ends, start)
        skipped = start - self._before(place)
        while len(found) < skipped + stop - start and place < len(self._ends):
            if self._ends[place] > self._before(place):
                found += filter(self._match.__contains__, self._titles.stretch(place))
            place += 1
        return found[skipped : skipped + stop - start]

    def _before(self, place: int) -> int:
        return self._ends[place - 1] if place else 0

    def of(self, some: BitMap) -> Iterator[int]:
        """Some of the match in this order."""
        places = range(len(self._titles.sets))
        for place in reversed(places) if self._is_reversed else places:
            if not some.isdisjoint(self._titles.sets[place]):
                here = [number for number in self._titles.stretch(place) if number in some]
                yield from here[::-1] if self._is_reversed else here

    def position(self, number: int) -> int:
        """See `order.Order`."""
        place = next(place for place, found in enumerate(self._titles.sets) if number in found)
        stretch = self._titles.stretch(place)
        ahead = sum(other in self._match for other in stretch[: stretch.index(number)])
        forwards = self._before(place) + ahead
        return len(self._match) - 1 - forwards if self._is_reversed else forwards
