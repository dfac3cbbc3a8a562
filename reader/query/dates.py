"""Dates in queries: a user's words for a span of time ("7d", "yesterday", "2021-07"), and calendar periods,
which are written so that each can be searched for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal, NamedTuple, TypeAlias

from reader.article.dates import MONTHS, day_of, local_time, midnight, offset, utc_of

_AGO = re.compile(r"(?a)(\d{1,9}) ?(m|h|d|w|mo|y)")
_BASIC = re.compile(r"(?a)(\d{4})(\d\d)(\d\d)(?:t(\d\d)(?:(\d\d)(\d\d)?)?)?(z|[+-].*)?")
_CALENDAR = re.compile(
    r"(?a)(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2})"
    r"(?:[t ](\d{1,2})(?::(\d{2})(?::(\d{2})(\.\d{1,9})?)?)? ?(z|[+-]\d{2}(?::?\d{2})?)?)?)?)?"
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NAMED_DAYS = ("today", "yesterday", *_WEEKDAYS)
"""The words for days that `on` knows; the weekdays also by their first three letters."""
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_EXAMPLES = "2021, 2021-07, 2021-06-18, yesterday or 7d"


class TimeSpan(NamedTuple):
    """A half-open span of time: start <= t < stop. None = unlimited on that side."""

    start: datetime | None
    stop: datetime | None


def on(text: str, now: datetime, tz: tzinfo | None = None) -> TimeSpan:
    """The span of time for a user's words after `date:`: a year, month, day, hour, instant, `today`,
    `yesterday`, a weekday (the latest one, today included), `7d` (from then until now), `a..b`.

    Days and months are those of `tz`, by default of this machine. A range that ends before it starts is
    an empty one (start == stop). Raises ValueError with an example.
    """
    first, dots, last = text.partition("..")
    if not dots:
        return _one(text, now, tz)[0]
    if not first.strip() and not last.strip():
        raise ValueError(f'".." needs a date on one side, like 2021-06..2021-08 ({_EXAMPLES})')
    start = since(first, now, tz) if first.strip() else None
    stop = until(last, now, tz) if last.strip() else None
    # "yesterday..2021-06" was valid once and is reversed today: a saved query then silently finds nothing.
    return TimeSpan(start, start if start and stop and stop < start else stop)


def since(text: str, now: datetime, tz: tzinfo | None = None) -> datetime | None:
    """The start of "since this date", in UTC. Raises ValueError."""
    _refuse_range(text)
    return _one(text, now, tz)[0].start


def until(text: str, now: datetime, tz: tzinfo | None = None) -> datetime | None:
    """The end of "until this date", in UTC, exclusive: `2021-07` includes the whole month, `7d` is seven days
    ago. None = it never ends (the year 9999). Raises ValueError."""
    _refuse_range(text)
    span, is_relative = _one(text, now, tz)
    return span.start if is_relative else span.stop


def days_in(span: TimeSpan, tz: tzinfo | None = None) -> TimeSpan:
    """The calendar days that overlap a span, each as its midnight UTC: the span for articles that have a day
    and no time."""
    start, stop = span
    if start is not None and start == stop:
        return span
    first = None if start is None else midnight(day_of(start, tz))
    if stop is None:
        return TimeSpan(first, None)
    last = day_of(stop, tz)
    if local_time(stop, tz).time() != time.min:
        if last == date.max:
            return TimeSpan(first, None)
        last += timedelta(days=1)
    return TimeSpan(first, midnight(last))


def _refuse_range(text: str) -> None:
    if ".." in text:
        raise ValueError(f'"{text[:40]}" is a range, which belongs after date:, like date:2021-06..2021-08')


def _one(text: str, now: datetime, tz: tzinfo | None) -> tuple[TimeSpan, bool]:
    """The span of one date without dots, and whether it was relative to now."""
    word = " ".join(text.lower().split())
    try:
        if word == "now":
            return TimeSpan(now, now), True
        if found := _AGO.fullmatch(word):
            return TimeSpan(_back(now, int(found[1]), found[2]), now), True
        if (days := _days_back(word, local_time(now, tz))) is not None:
            midnight = local_time(now, tz).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
            start = midnight - timedelta(days=days)
            return TimeSpan(utc_of(start, tz), utc_of(start + timedelta(days=1), tz)), False
        if basic := _BASIC.fullmatch(word):
            year, month, day, hour, minute, second, zone = basic.groups()
            clock = ":".join(filter(None, (hour, minute, second)))
            word = f"{year}-{month}-{day}" + (f"t{clock}{zone or ''}" if clock else "")
        if found := _CALENDAR.fullmatch(word):
            return _calendar(found, tz), False
    except (OverflowError, OSError):
        raise ValueError(f'"{text[:40]}" is outside the years 1 to 9999; try {_EXAMPLES}') from None
    except ValueError as error:
        raise ValueError(f'"{text[:40]}" is not a date: {error}; try {_EXAMPLES}') from None
    raise ValueError(f'"{text[:40]}" is not a date; try {_EXAMPLES}')


def _days_back(word: str, today: datetime) -> int | None:
    """How many days ago a named day was; None if the word names no day."""
    if word in ("today", "yesterday"):
        return int(word == "yesterday")
    for number, name in enumerate(_WEEKDAYS):
        if word in (name, name[:3]):
            return (today.weekday() - number) % 7
    return None


def _back(now: datetime, count: int, unit: str) -> datetime:
    if unit in _UNITS:
        return now - count * _UNITS[unit]
    year, month = divmod(now.year * 12 + now.month - 1 - count * (12 if unit == "y" else 1), 12)
    if year < 1:
        raise OverflowError
    from calendar import monthrange  # which brings `locale`

    # 31 March less one month is the last day of February.
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


def _calendar(found: re.Match[str], tz: tzinfo | None) -> TimeSpan:
    """The span of the written year, month, day, hour, minute or second."""
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups()[:6])
    assert year is not None  # guaranteed by the pattern
    micro = int(f"{(found[7] or '.')[1:]:0<6.6}")
    start = datetime(year, month or 1, day or 1, hour or 0, minute or 0, second or 0, micro)
    zone = (UTC if found[8] == "z" else offset(found[8])) if found[8] else tz
    try:
        if day is None:
            years, months = divmod(month or 12, 12)
            stop = start.replace(year=year + years, month=months + 1)
        elif hour is None:
            stop = start + timedelta(days=1)
        elif minute is None:
            stop = start + timedelta(hours=1)
        elif second is None:
            stop = start + timedelta(minutes=1)
        else:
            stop = start + (timedelta(microseconds=1) if found[7] else timedelta(seconds=1))
        return TimeSpan(utc_of(start, zone), utc_of(stop, zone))
    except (ValueError, OverflowError):  # the end of the calendar itself
        return TimeSpan(utc_of(start, zone), None)


Unit: TypeAlias = Literal["day", "week", "month", "year"]
UNITS: tuple[Unit, ...] = ("day", "week", "month", "year")
"""The units of a period, from the finest to the coarsest."""


class Period(NamedTuple):
    """One day, week (from Monday), month or year.

    It is written as in queries (`2021-06`, `2021-06-14..2021-06-20`), so that it can be searched for.
    """

    unit: Unit
    first: date
    """Its first day."""

    def next(self) -> Period | None:
        """The one after it; None at the end of the calendar."""
        if self.unit in ("day", "week"):
            days = self.first.toordinal() + (7 if self.unit == "week" else 1)
            return Period(self.unit, date.fromordinal(days)) if days <= date.max.toordinal() else None
        year, month = divmod(self._months() + (12 if self.unit == "year" else 1), 12)
        return Period(self.unit, date(year, month + 1, 1)) if year <= date.max.year else None

    def before(self, count: int) -> Period:
        """The period that many periods earlier; at most the calendar's first."""
        if self.unit in ("day", "week"):
            days = self.first.toordinal() - count * (7 if self.unit == "week" else 1)
            return period_of(self.unit, date.fromordinal(max(days, 1)))
        year, month = divmod(max(self._months() - count * (12 if self.unit == "year" else 1), 12), 12)
        return Period(self.unit, date(year, month + 1, 1))

    def _months(self) -> int:
        return self.first.year * 12 + self.first.month - 1

    def start(self, tz: tzinfo | None = None) -> datetime:
        """The instant at which it begins in the time zone `tz`, by default of this machine."""
        return utc_of(datetime(self.first.year, self.first.month, self.first.day), tz)

    def __str__(self) -> str:
        """As written in a query."""
        if self.unit == "week":
            last = date.fromordinal(min(self.first.toordinal() + 6, date.max.toordinal()))
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
    """The periods from that of the first day to that of the last; at most the latest `most`."""
    end = period_of(unit, last)
    one: Period | None = max(period_of(unit, first), end.before(most - 1))
    found = []
    while one is not None and one.first <= end.first:
        found.append(one)
        one = one.next()
    return found[-most:]


def fitting(first: date, last: date, most: int) -> Unit:
    """The finest unit of which at most this many cover these days; years where none does."""
    for unit in UNITS:
        if period_of(unit, first) >= period_of(unit, last).before(most - 1):
            return unit
    return "year"


def joined(values: Sequence[str]) -> str:
    """Consecutive periods, as written in queries, as one range."""
    start, end = values[0].partition("..")[0], values[-1].rpartition("..")[2]
    return start if start == end else f"{start}..{end}"


def in_words(value: str) -> str:
    """A period or range as written in a query, in words: `14 – 20 Jun 2021`."""
    start, dots, end = value.partition("..")
    if not dots:
        return _day_in_words(start)
    if not start or not end:
        return f"to {_day_in_words(end)}" if end else f"from {_day_in_words(start)}"
    since, until = _day_in_words(start), _day_in_words(end)
    for shared in (start[:7], start[:4]):
        # What both ends share is written once, at the end.
        if len(start) == len(end) > len(shared) and end.startswith(shared + "-"):
            since = since.rsplit(" ", 2 if len(shared) == 7 else 1)[0]
            break
    return f"{since} – {until}"


def _day_in_words(text: str) -> str:
    year, _, rest = text.partition("-")
    month, _, day = rest.partition("-")
    try:
        name = MONTHS[int(month) - 1] if month else ""
        return " ".join(filter(None, (str(int(day)) if day else "", name, year)))
    except (ValueError, IndexError):
        return text
