"""Articles in a fixed order that their numbers don't give: by title, or late ones by date.

A row is cut into stretches: the number of a query's matches in a stretch is the size of an intersection, and
only the matches of the stretch that is shown are looked at one by one.
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

SHORTEST, MOST = 512, 1000
"""Minimum size of a stretch, and maximum number of stretches: a match is counted in each (a few
microseconds)."""


class SortedRow:
    """A fixed sequence of articles."""

    def __init__(self, numbers: array[int]) -> None:
        self.numbers = numbers
        self.size = max(SHORTEST, -(-len(numbers) // MOST))
        """Articles per stretch."""

    @cached_property
    def sets(self) -> list[BitMap]:
        """The articles of each stretch."""
        starts = range(0, len(self.numbers), self.size)
        return [BitMap(self.numbers[start : start + self.size]) for start in starts]


class MatchInRow:
    """The articles of a match that are in a row, in its order."""

    def __init__(self, row: SortedRow, match: BitMap) -> None:
        self._row = row
        self._match = match
        self._ends = [0, *accumulate(map(match.intersection_cardinality, row.sets))]
        """How many of the match come before each stretch, and in total."""
        self._looked_at: tuple[int, list[int]] = -1, []
        """Cache: the last stretch used, and the places in the row of its matches."""

    def __len__(self) -> int:
        return self._ends[-1]

    def count(self, is_ahead: Callable[[int, int], bool]) -> int:
        """Returns how many of them precede the first for which the predicate is false. It is called with a
        place in the row and the number of matches before it, and must stay false once it is false."""
        stretch = bisect_left(
            range(len(self._row.sets)),
            True,
            key=lambda one: not is_ahead(one * self._row.size, self._ends[one]),
        )
        if not stretch:
            return 0
        within, before = self._within(stretch - 1), self._ends[stretch - 1]
        return before + bisect_left(
            range(len(within)), True, key=lambda one: not is_ahead(within[one], before + one)
        )

    def between(self, first: int, last: int) -> list[int]:
        """Returns the places in the row of the matches first..last-1."""
        if first >= last:
            return []
        stretch = bisect_right(self._ends, first) - 1
        skipped = first - self._ends[stretch]
        found: list[int] = []
        while len(found) < skipped + last - first and stretch < len(self._row.sets):
            if self._ends[stretch] < self._ends[stretch + 1]:
                found += self._within(stretch)
            stretch += 1
        return found[skipped : skipped + last - first]

    def find(self, number: int) -> tuple[int, int]:
        """Returns the place in the row of an article of the match, and how many of the match precede it."""
        stretch = next(place for place, members in enumerate(self._row.sets) if number in members)
        within = self._within(stretch)
        among = next(among for among, place in enumerate(within) if self._row.numbers[place] == number)
        return within[among], self._ends[stretch] + among

    def _within(self, stretch: int) -> list[int]:
        if self._looked_at[0] != stretch:
            start = stretch * self._row.size
            numbers = self._row.numbers[start : start + self._row.size]
            found = [place for place, number in enumerate(numbers, start) if number in self._match]
            self._looked_at = stretch, found
        return self._looked_at[1]


class LateArticle(NamedTuple):
    """An article whose number is not in date order."""

    date: int
    """Seconds, or UNDATED."""
    number: int
    place: int
    """Its position is directly before the highest number in order that is below this one."""


class LateRow(SortedRow):
    """A sorted sequence of late articles."""

    def __init__(self, articles: Sequence[LateArticle]) -> None:
        super().__init__(array("I", [one.number for one in articles]))
        self.dates = array("q", [one.date for one in articles])
        self.places = array("q", [one.place for one in articles])

    def __iter__(self) -> Iterator[LateArticle]:
        return map(LateArticle, self.dates, self.numbers, self.places)

    def dated_between(self, start: int | None, stop: int | None) -> BitMap:
        """Returns those with start <= date < stop (None = no limit) of a row sorted newest first."""
        last = bisect_right(self.dates, -(UNDATED + 1 if start is None else start), key=int.__neg__)
        first = 0 if stop is None else bisect_right(self.dates, -stop, key=int.__neg__)
        return BitMap(self.numbers[first:last])


class Late:
    """All late articles of a view of the index."""

    def __init__(self, articles: Iterable[LateArticle], live: BitMap) -> None:
        ordered = sorted(articles, reverse=True)
        self.live = live
        """All articles at that time, late or not."""
        self.newest_first = LateRow(ordered)
        """Undated ones last."""

    @cached_property
    def oldest_first(self) -> LateRow:
        """Undated ones last here too."""
        row = [*self.newest_first]
        dated = bisect_left(row, True, key=lambda one: one.date == UNDATED)
        return LateRow(row[:dated][::-1] + row[dated:])

    def kept(self, late: BitMap, live: BitMap) -> list[LateArticle]:
        """Returns what is still valid of this, given the current articles and the late ones among them."""
        came = live - self.live
        # Earlier places stay valid as long as articles added in order are newer than all others.
        if (came - late) and self.live and (came - late).min() < self.live.max():
            return []
        if not (late - BitMap(self.newest_first.numbers)).isdisjoint(self.live):
            return []
        return [one for one in self.newest_first if one.number in late]
