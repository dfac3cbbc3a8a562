"""The order of titles, A to Z: all numbers once, cut into stretches that are counted as sets.

Which of a match stand in a stretch is an intersection, so no match is sorted, and none is looked at but for
the stretch that is shown.
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from pyroaring import BitMap

SHORTEST, MOST = 1024, 1000
"""Numbers of a stretch at least, and stretches at most: a match is counted in each (some us)."""

_AT_ONCE = 1 << 17
"""Characters that are made numbers at once; meanwhile no other thread runs (2 ms)."""

_ALL = "select group_concat(number) from (select number from titles order by title_key, number)"
_ALIKE = "select min(number), count(*) from titles group by title_key having count(*) > 1"


def read_order(connection: sqlite3.Connection) -> array[int]:
    """All numbers, A to Z by title, the newest of several alike first: 4 bytes an article."""
    numbers = array("I")
    # Put together by SQLite, five times as fast as row by row; downwards it would have to sort.
    for part in _pieces(connection.execute(_ALL).fetchone()[0] or ""):
        numbers.extend(map(int, part.split(",")))
    alike = dict(connection.execute(_ALIKE))
    for place in [place for place, number in enumerate(numbers) if number in alike] if alike else ():
        stop = place + alike[numbers[place]]
        numbers[place:stop] = numbers[place:stop][::-1]
    return numbers


def _pieces(listed: str) -> Iterator[str]:
    start = 0
    while start < len(listed):
        end = listed.find(",", start + _AT_ONCE)
        end = len(listed) if end < 0 else end
        yield listed[start:end]
        start = end + 1


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

    def position(self, number: int) -> int:
        """See `order.Order`."""
        place = next(place for place, found in enumerate(self._titles.sets) if number in found)
        stretch = self._titles.stretch(place)
        ahead = sum(other in self._match for other in stretch[: stretch.index(number)])
        forwards = self._before(place) + ahead
        return len(self._match) - 1 - forwards if self._is_reversed else forwards
