"""Dates as values, and how they are sorted and shown. Names of days and months are English whatever the
locale is, so output stays the same. Dates in files are parsed by `reader.parsing.dates`, those in queries by
`reader.query.dates`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import TypeAlias

from reader.errors import counted

When: TypeAlias = "datetime | date"
"""When something was published: an instant (aware, UTC), or a calendar day where no time is known.

A day is the same day in every time zone. `datetime` is a kind of `date`: `isinstance(x, datetime)` tells them
apart.
"""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = 86_400
_CLOCK = ((3600, "hour"), (60, "minute"))
_LONG = ((365, "year"), (30, "month"), (7, "week"), (1, "day"))


def day_of(then: When, tz: tzinfo | None = None) -> date:
    """The day on the calendar of `tz`, by default of this machine."""
    return local_time(then, tz).date() if isinstance(then, datetime) else then


def seconds_of(then: When) -> int:
    """Seconds since 1970; for a day, of its midnight UTC."""
    return int((then if isinstance(then, datetime) else midnight(then)).timestamp())


DAY_PLACE = 11 * 3600 - 1
"""The time at which a day without a time is sorted, in seconds after its midnight UTC. 10:59:59 UTC is on the
same day in every zone from UTC-11 to UTC+13. No time is on the same day in all zones: in the Line Islands
and, in summer, the Chatham Islands such an article is sorted up to an hour too late."""


def sort_seconds(then: When) -> int:
    """Seconds since 1970 that articles are sorted by; for a day, those of `DAY_PLACE`."""
    return seconds_of(then) + (0 if isinstance(then, datetime) else DAY_PLACE)


def age(then: When, now: datetime, tz: tzinfo | None = None) -> str:
    """How old, in at most 6 cells: `now`, `5m`, `2h`, `today`, `6d`, `18 Jun`, `Jun'21`, `in 2h`.

    From 24 hours on calendar days are counted, so that all articles of one day have the same age.
    """
    if isinstance(then, datetime) and (near := abs(seconds := int((now - then).total_seconds()))) < _DAY:
        short = next((f"{near // size}{unit[0]}" for size, unit in _CLOCK if near >= size), "now")
        return short if seconds >= 0 or short == "now" else f"in {short}"
    today, day = day_of(now, tz), day_of(then, tz)
    days = (today - day).days
    if not days:
        return "today"
    if abs(days) < 7:
        return f"{days}d" if days > 0 else f"in {-days}d"
    years = abs(today.year - day.year)
    # A date of last winter is clearer with its day than with its year, unless it could be next winter's.
    if not years or abs(days) < 330:
        return f"{day.day} {MONTHS[day.month - 1]}"
    return f"{MONTHS[day.month - 1]}'{day.year % 100:02}" if years < 100 else f"{day.year:04}"


def ago(then: When, now: datetime, tz: tzinfo | None = None) -> str:
    """How long ago in words: `just now`, `2 hours ago`, `yesterday`, `3 weeks ago`, `in 5 minutes`."""
    if isinstance(then, datetime) and (near := abs(seconds := int((now - then).total_seconds()))) < _DAY:
        size, unit = next((one for one in _CLOCK if near >= one[0]), (0, ""))
        return _in_words(near // size, unit, is_past=seconds > 0) if size else "just now"
    days = (day_of(now, tz) - day_of(then, tz)).days
    if abs(days) < 2:
        return ("today", "yesterday", "tomorrow")[days]
    size, unit = next(one for one in _LONG if abs(days) >= one[0])
    return _in_words(abs(days) // size, unit, is_past=days > 0)


def _in_words(count: int, unit: str, *, is_past: bool) -> str:
    return f"{counted(count, unit)} ago" if is_past else f"in {counted(count, unit)}"


def moment(then: When, tz: tzinfo | None = None) -> str:
    """The local time in `tz`, by default of this machine: `Fri 18 Jun 2021, 15:43`; a day without a time has
    none."""
    day = day_of(then, tz)
    shown = f"{_DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{shown}, {local_time(then, tz):%H:%M}" if isinstance(then, datetime) else shown


def iso(then: When) -> str:
    """The time for scripts: `2021-06-18T13:43:00Z`, whole seconds; a day is its midnight UTC."""
    if not isinstance(then, datetime):
        then = midnight(then)
    return then.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def offset(text: str) -> tzinfo:
    """The zone that `+02:00`, `-0700` or `+2` mean. Raises ValueError."""
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
    if hours > 23 or minutes > 59:
        raise ValueError(f"invalid UTC offset {text}")
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if text[0] == "-" else ahead)


def utc_of(naive: datetime, tz: tzinfo | None) -> datetime:
    """Converts a local time in `tz` to UTC; at the very ends of the calendar it is taken as UTC."""
    try:
        return (naive.replace(tzinfo=tz) if tz else naive).astimezone(UTC)
    except (OverflowError, OSError, ValueError):
        return naive.replace(tzinfo=UTC)


def local_time(then: datetime, tz: tzinfo | None) -> datetime:
    """Converts an instant to local time in `tz`; at the very ends of the calendar it stays in UTC."""
    try:
        return then.astimezone(tz)
    except (OverflowError, OSError, ValueError):
        return then.astimezone(UTC)


def midnight(day: date) -> datetime:
    """The start of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
