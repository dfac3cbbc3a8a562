"""Periods of the calendar that follow one another without a gap: days, weeks, months, years.

A period is written as queries have it (`2021-06`, `2021-06-14..2021-06-20`), so that it can be asked for as
it stands. Reading such a text is `reader.article.dates`' business.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple, TypeAlias

Unit: TypeAlias = Literal["day", "week", "month", "year"]

UNITS: tuple[Unit, ...] = ("day", "week", "month", "year")
"""From the finest to the coarsest."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Period(NamedTuple):
    """One day, week (from Monday), month or year."""

    unit: Unit
    first: date
    """Its first day."""

    def next(self) -> Period | None:
        """The one after it; None at the end of the calendar."""
        first = _after(self.unit, self.first)
        return None if first is None else Period(self.unit, first)

    def before(self, count: int) -> Period:
        """The one that begins so many of its kind earlier; the calendar's first where there are fewer."""
        first = self.first
        if self.unit in ("day", "week"):
            days = count * (7 if self.unit == "week" else 1)
            return period_of(self.unit, first - timedelta(days=min(days, first.toordinal() - 1)))
        months = first.year * 12 + first.month - 1 - count * (12 if self.unit == "year" else 1)
        year, month = divmod(max(months, 12), 12)
        return Period(self.unit, date(year, month + 1, 1))

    def start(self, tz: tzinfo | None = None) -> datetime:
        """The instant at which it begins on the clocks of `tz`, by default of this machine."""
        midnight = datetime(self.first.year, self.first.month, self.first.day)
        try:
            return (midnight.replace(tzinfo=tz) if tz else midnight).astimezone(UTC)
        except (OverflowError, OSError, ValueError):  # the ends of the calendar itself
            return midnight.replace(tzinfo=UTC)

    def __str__(self) -> str:
        """As a query has it."""
        if self.unit == "week":
            following = _after("week", self.first)
            last = date.max if following is None else following - timedelta(days=1)
            return f"{self.first.isoformat()}..{last.isoformat()}"
        return self.first.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.unit]]


def period_of(unit: Unit, day: date) -> Period:
    """The period in which a day lies."""
    if unit == "week":
        day -= timedelta(days=min(day.weekday(), day.toordinal() - 1))
    elif unit == "month":
        day = day.replace(day=1)
    elif unit == "year":
        day = day.replace(month=1, day=1)
    return Period(unit, day)


def periods(unit: Unit, first: date, last: date, most: int) -> list[Period]:
    """The periods from the one of the first day to that of the last, or of those the latest `most`."""
    end = period_of(unit, last)
    one: Period | None = max(period_of(unit, first), end.before(most - 1))
    found = []
    while one is not None and one.first <= end.first:
        found.append(one)
        one = one.next()
    return found[-most:]


def fitting(first: date, last: date, most: int) -> Unit:
    """The finest unit of which at most so many cover these days; years where none does."""
    for unit in UNITS:
        if period_of(unit, first) >= period_of(unit, last).before(most - 1):
            return unit
    return "year"


def joined(values: Sequence[str]) -> str:
    """Periods in a row, as queries have them, as one range."""
    start, end = values[0].partition("..")[0], values[-1].rpartition("..")[2]
    return start if start == end else f"{start}..{end}"


def in_words(value: str) -> str:
    """A period or range of them, as a query has it, as people say it: `14 – 20 Jun 2021`."""
    start, dots, end = value.partition("..")
    if not dots:
        return _day_in_words(start)
    if not start or not end:
        return f"to {_day_in_words(end)}" if end else f"from {_day_in_words(start)}"
    told, until = _day_in_words(start), _day_in_words(end)
    for shared in (start[:7], start[:4]):
        # What both ends share is said once, at the end.
        if len(start) == len(end) > len(shared) and end.startswith(shared + "-"):
            told = told.rsplit(" ", 2 if len(shared) == 7 else 1)[0]
            break
    return f"{told} – {until}"


def _day_in_words(text: str) -> str:
    year, _, rest = text.partition("-")
    month, _, day = rest.partition("-")
    try:
        name = _MONTHS[int(month) - 1] if month else ""
        return " ".join(filter(None, (str(int(day)) if day else "", name, year)))
    except (ValueError, IndexError):
        return text


def _after(unit: Unit, first: date) -> date | None:
    try:
        if unit in ("day", "week"):
            return first + timedelta(days=7 if unit == "week" else 1)
        months = first.year * 12 + first.month - 1 + (12 if unit == "year" else 1)
        return date(months // 12, months % 12 + 1, 1)
    except (OverflowError, ValueError):
        return None
