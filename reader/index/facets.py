"""Facets: counts of a match by the values of a field, by quality and over time.

Ranges are spelled as in a query (`40..44`, `2021-06`), so that each can be used as a filter. Dates are ranges
of numbers, so a period is counted by two ranks, whatever the size of the match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, tzinfo
from itertools import groupby
from operator import itemgetter

from pyroaring import BitMap

from reader.article.dates import day_of, seconds_of
from reader.article.text import fold
from reader.index.schema import DAY, LAST_UNDATED, STORED, UNDATED, SetKind
from reader.index.search import Search
from reader.index.sorted_rows import MatchInRow
from reader.index.view import IndexView, ValueMembers
from reader.query.dates import Period, fitting, periods
from reader.query.results import Facet, FacetValue


def count_facet(view: IndexView, search: Search, field: str, match: BitMap) -> Facet:
    """Counts the articles of the match with each value of a field, and the unread ones among them."""
    members: Iterable[ValueMembers]
    if field == "tag":
        members = _tags(view)
    else:
        members = search.topic_members() if field == "topic" else view.members(STORED[field])
    # Counted by what does not match: where few match, they are a list, and counting with bits is quicker.
    left_out = (view.live - match).intersection_cardinality
    is_read = (match & view.marks["read"]).intersection_cardinality
    values = []
    for value, numbers, listed in members:
        count = listed - left_out(numbers)
        values.append(FacetValue(value, count, count - is_read(numbers)))
    # Sorted by name first: the sort is stable, so equal counts stay in that order.
    values.sort(key=itemgetter(1), reverse=True)
    return Facet(field, tuple(values))


def _tags(view: IndexView) -> Iterator[ValueMembers]:
    tags = [
        (fold(name[4:]), name[4:], numbers)
        for name, numbers in view.marks.items()
        if name.startswith("tag:") and numbers
    ]
    for _, spellings in groupby(sorted(tags, key=itemgetter(0, 1)), key=itemgetter(0)):
        found = [*spellings]
        numbers = BitMap.union(*[one[2] for one in found])
        shown = min(found, key=lambda one: (-len(one[2]), one[1]))[1]
        yield ValueMembers(shown, numbers, view.live.intersection_cardinality(numbers))


OUTLIERS = 0.02
"""Fraction of outliers at either end that don't make the periods coarser: they are counted in the outermost
one."""


def count_quality(view: IndexView, match: BitMap) -> Facet:
    """Counts the match by quality, in steps of five; no values if no article has a quality."""
    counted = ((name, match.intersection_cardinality(members)) for name, members in view.quality_steps)
    return Facet("quality", tuple(FacetValue(name, count) for name, count in counted))


def count_dates(view: IndexView, match: BitMap, cells: int, tz: tzinfo | None = None) -> Facet:
    """Counts the match by period, oldest first: at most `cells` days, weeks, months or years, the finest that
    fit, in the time zone `tz` (default: the local one).

    Older or newer outliers are counted in the first or last period, whose value then has an open end
    (`..2019`). If nothing in the match has a date, the periods are those of the whole collection.
    """
    dated = _Dated(view, match, tz)
    shape = dated if dated.total else _Dated(view, view.live, tz)
    if not shape.total:
        return Facet("date", ())
    found = shape.periods(cells)
    below = [0, *map(dated.before, found[1:]), dated.total]
    names = [str(one) for one in found]
    if shape.before(found[0]):
        names[0] = f"..{names[0].rpartition('..')[2]}"
    end = found[-1].next()
    if end is not None and shape.before(end) < shape.total:
        names[-1] = f"{names[-1].partition('..')[0]}.."
    counts = (high - low for low, high in zip(below, below[1:], strict=False))
    return Facet("date", tuple(map(FacetValue, names, counts)))


class _Dated:
    """The dated articles of a match: instants, converted to a time zone, and days, which are the same in
    all."""

    def __init__(self, view: IndexView, match: BitMap, tz: tzinfo | None) -> None:
        days = view.get(SetKind.FLAG, DAY)
        self._tz = tz
        self._days = days
        self._all = _Ranks(view, match)
        self._instants, self._of_days = _Ranks(view, match - days), _Ranks(view, match & days)
        self.total = self._all.total
        """Returns the number of articles."""

    def before(self, period: Period) -> int:
        """Returns how many are older than a period."""
        instants = self._instants.before(seconds_of(period.start(self._tz)))
        return instants + self._of_days.before(seconds_of(period.first))

    def periods(self, cells: int) -> list[Period]:
        """Returns the finest periods that fit all of them, or all but a few at either end."""
        few = int(self.total * OUTLIERS)
        low, high = self._day(few), self._day(self.total - 1 - few)
        first, last = (self._day(0), self._day(self.total - 1)) if few else (low, high)
        unit, whole = fitting(low, high, cells - 2), fitting(first, last, cells)
        if unit == whole or cells < 3:
            return periods(whole, first, last, cells)
        found = periods(unit, low, high, cells - 2)
        if first < found[0].first:
            found.insert(0, found[0].before(1))
        following = found[-1].next()
        if following is not None and following.first <= last:
            found.append(following)
        return found

    def _day(self, place: int) -> date:
        """Returns the day of the article at this position, oldest first."""
        number, second = self._all.at(place)
        moment = datetime.fromtimestamp(second, UTC)
        return moment.date() if number in self._days else day_of(moment, self._tz)


class _Ranks:
    """The dated articles of a match, counted by rank; late ones are counted one by one."""

    def __init__(self, view: IndexView, match: BitMap) -> None:
        self._view = view
        self._row = view.late_articles.newest_first
        self._late = MatchInRow(self._row, match)
        self._late_dated = self._not_before(UNDATED + 1)
        self._in_order = match - view.late
        self._undated = self._in_order.rank(LAST_UNDATED)
        self.total = len(self._in_order) - self._undated + self._late_dated
        """How many there are."""

    def before(self, second: int) -> int:
        """Returns how many are older than this instant."""
        in_order = self._in_order.rank(self._view.first_from(second) - 1) - self._undated
        return in_order + self._late_dated - self._not_before(second)

    def _not_before(self, second: int) -> int:
        dates = self._row.dates
        return self._late.count(lambda place, _: dates[place] >= second)

    def at(self, place: int) -> tuple[int, int]:
        """Returns the number and the date in seconds of the article at this position, oldest first."""
        dates, last = self._row.dates, self._late_dated - 1

        def stands(late: int, among: int) -> int:
            """Returns the position among all of a late article, given by its place in the row."""
            below = self._in_order.rank(self._row.places[late] - 1) - self._undated
            return last - among + below

        behind = self._late.count(lambda late, among: dates[late] != UNDATED and stands(late, among) > place)
        for late in self._late.between(behind, min(behind + 1, self._late_dated)):
            if stands(late, behind) == place:
                return self._row.numbers[late], dates[late]
        ahead = self._late_dated - behind
        number = self._in_order[self._undated + place - ahead]
        [(date, _)] = self._view.store.dates_of([number])
        return number, date
