"""Dates: read as files and people write them, written as people and scripts read them.

One place for what "7d", "yesterday" or "2021-07" mean and for how an age is shown. No files, no query
syntax. Names of days and months are English whatever the locale is, so output and tests stay the same.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

_INSTANT = re.compile(
    r"(?ai)(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?)?)?"
)
_MAIL = re.compile(r"(?ai)(?:[a-z]{3,9}\s*,\s*)?\d{1,2}[\s-]+[a-z]{3,9}[\s-]+\d{2,4}\s+\d")
_IN_NAME = re.compile(r"(?a)(\d{4})-(\d{2})-(\d{2})(?=[-_. ]|$)")
_IN_PATH = re.compile(r"(?a)(?:^|/)(\d{4})/(\d{2})/(\d{2})(?=[-_. /]|$)")
_AGO = re.compile(r"(?a)(\d{1,9}) ?(m|h|d|w|mo|y)")
_BASIC = re.compile(r"(?a)(\d{4})(\d\d)(\d\d)(?:t(\d\d)(?:(\d\d)(\d\d)?)?)?(z|[+-].*)?")
_CALENDAR = re.compile(
    r"(?a)(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2})"
    r"(?:[t ](\d{1,2})(?::(\d{2})(?::(\d{2})(\.\d{1,9})?)?)? ?(z|[+-]\d{2}(?::?\d{2})?)?)?)?)?"
)
NAMED_DAYS = (
    "today",
    "yesterday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
"""The words for days that `read_span` knows; the weekdays also by their first three letters."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_EXAMPLES = "2021, 2021-07, 2021-06-18, yesterday or 7d"


class Span(NamedTuple):
    """A stretch of time, half open: start <= t < stop. None = without an end on that side."""

    start: datetime | None
    stop: datetime | None


def parse_instant(text: str) -> datetime:
    """The instant that a file's date means, aware and in UTC; a date without zone is UTC.

    Reads ISO 8601 in its usual shapes and the dates of mail and RSS. Raises ValueError with a clause that
    says what is wrong.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _loose_instant(text.strip())
    if found.tzinfo is UTC:
        return found
    if found.tzinfo is None:
        return found.replace(tzinfo=UTC)
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text[:40]!r} is outside the years 1 to 9999") from None


def date_in_name(relative_path: str) -> datetime | None:
    """The day that a file's name begins with (`2021-06-18-title.md`), else that its folders spell
    (`2021/06/18/title.md`), as midnight UTC; None where there is no such day."""
    path = relative_path.replace("\\", "/")
    name = _IN_NAME.match(path.rpartition("/")[2])
    for found in filter(None, [name, *reversed(list(_IN_PATH.finditer(path)))]):
        try:
            return datetime(*(int(part) for part in found.groups()), tzinfo=UTC)  # type: ignore[arg-type,misc]
        except ValueError:
            continue
    return None


def read_span(text: str, now: datetime, tz: tzinfo | None = None) -> Span:
    """The stretch of time that a person's words mean: a year, month, day, hour, instant, `today`,
    `yesterday`, a weekday (the latest one, today included), `7d` (from then until now), `a..b`.

    Days and months are those of `tz`, by default of this machine. A range that ends before it starts is
    an empty one (start == stop). Raises ValueError with an example.
    """
    first, dots, last = text.partition("..")
    if not dots:
        return _one(text, now, tz)[0]
    if not first.strip() and not last.strip():
        raise ValueError(f"'..' needs a date on one side, like 2021-06..2021-08 ({_EXAMPLES})")
    start = since(first, now, tz) if first.strip() else None
    stop = until(last, now, tz) if last.strip() else None
    # "yesterday..2021-06" was right once and is wrong today: a saved question then finds nothing, quietly.
    return Span(start, start if start and stop and stop < start else stop)


def since(text: str, now: datetime, tz: tzinfo | None = None) -> datetime | None:
    """Where "since this date" begins, in UTC. Raises ValueError."""
    _refuse_range(text)
    return _one(text, now, tz)[0].start


def until(text: str, now: datetime, tz: tzinfo | None = None) -> datetime | None:
    """Where "until this date" ends, in UTC, itself excluded: `2021-07` includes the whole month, `7d` is
    seven days ago. None = it never ends (the year 9999). Raises ValueError."""
    _refuse_range(text)
    span, is_relative = _one(text, now, tz)
    return span.start if is_relative else span.stop


def on(text: str, now: datetime, tz: tzinfo | None = None) -> Span:
    """The stretch that `date:` asks for: one date as a whole, or a range of them. Raises ValueError."""
    return read_span(text, now, tz)


def age(then: datetime, now: datetime, tz: tzinfo | None = None) -> str:
    """How old, in at most 6 cells: `now`, `5m`, `2h`, `6d`, `18 Jun`, `Jun'21` (other years), `in 2h`."""
    seconds = int((now - then).total_seconds())
    near = abs(seconds)
    if near < 7 * _DAY:
        short = _short(near)
        return short if seconds >= 0 or short == "now" else f"in {short}"
    day = _there(then, tz)
    years = abs(_there(now, tz).year - day.year)
    # A day of last winter is clearer with its day than with its year, as long as it can't be next winter's.
    if not years or near < 330 * _DAY:
        return f"{day.day} {_MONTHS[day.month - 1]}"
    return f"{_MONTHS[day.month - 1]}'{day.year % 100:02}" if years < 100 else f"{day.year:04}"


def ago(then: datetime, now: datetime) -> str:
    """How long ago in words: `just now`, `2 hours ago`, `3 weeks ago`, `in 5 minutes`."""
    seconds = int((now - then).total_seconds())
    near = abs(seconds)
    sizes = ((365 * _DAY, "year"), (30 * _DAY, "month"), (7 * _DAY, "week"), (_DAY, "day"), (_HOUR, "hour"))
    for size, unit in (*sizes, (_MINUTE, "minute")):
        if near >= size:
            count = near // size
            words = f"{count} {unit}" if count == 1 else f"{count} {unit}s"
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return "just now"


def moment(then: datetime, tz: tzinfo | None = None) -> str:
    """The exact time on the clock of `tz`, by default of this machine: `Fri 18 Jun 2021, 15:43`."""
    t = _there(then, tz)
    return f"{_DAYS[t.weekday()]} {t.day} {_MONTHS[t.month - 1]} {t.year}, {t.hour:02}:{t.minute:02}"


def iso(then: datetime) -> str:
    """The instant as scripts get it: `2021-06-18T13:43:00Z`, whole seconds."""
    return then.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _loose_instant(text: str) -> datetime:
    """What fromisoformat does not read: blanks before the zone, slashes, one-digit months, mail dates."""
    problem = f"{text[:40]!r} is not a date; write it like 2021-06-18 or 2021-06-18T13:43:00Z"
    if found := _INSTANT.fullmatch(text):
        year, month, day, hour, minute, second, fraction, zone = found.groups()
        try:
            clock = (int(hour or 0), int(minute or 0), int(second or 0), int(f"{fraction or '':0<6.6}"))
            return datetime(int(year), int(month), int(day), *clock, tzinfo=_zone(zone))
        except ValueError as error:
            raise ValueError(f"{text[:40]!r} is not a date: {error}") from None
    if not _MAIL.match(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(problem) from None
    from email.utils import parsedate_to_datetime  # 15 ms that only mail-like dates should cost

    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        raise ValueError(problem) from None


def _zone(text: str | None) -> tzinfo:
    if not text or text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
    if hours > 23 or minutes > 59:
        raise ValueError(f"the zone {text} is not on this world")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _refuse_range(text: str) -> None:
    if ".." in text:
        raise ValueError(f"{text[:40]!r} is a range, which belongs after date:, like date:2021-06..2021-08")


def _one(text: str, now: datetime, tz: tzinfo | None) -> tuple[Span, bool]:
    """The span of one date without dots, and whether it was told as a distance from now."""
    word = " ".join(text.lower().split())
    try:
        if word == "now":
            return Span(now, now), True
        if found := _AGO.fullmatch(word):
            return Span(_back(now, int(found[1]), found[2]), now), True
        if (days := _days_back(word, _there(now, tz))) is not None:
            midnight = _there(now, tz).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
            start = midnight - timedelta(days=days)
            return Span(_utc(start, tz), _utc(start + timedelta(days=1), tz)), False
        if basic := _BASIC.fullmatch(word):
            year, month, day, hour, minute, second, zone = basic.groups()
            clock = ":".join(filter(None, (hour, minute, second)))
            word = f"{year}-{month}-{day}" + (f"t{clock}{zone or ''}" if clock else "")
        if found := _CALENDAR.fullmatch(word):
            return _calendar(found, tz), False
    except (OverflowError, OSError):
        raise ValueError(f"{text[:40]!r} is outside the years 1 to 9999; try {_EXAMPLES}") from None
    except ValueError as error:
        raise ValueError(f"{text[:40]!r} is not a date: {error}; try {_EXAMPLES}") from None
    raise ValueError(f"{text[:40]!r} is not a date; try {_EXAMPLES}")


def _days_back(word: str, today: datetime) -> int | None:
    """How many days before today a named day began; None where the word names no day."""
    if word in ("today", "yesterday"):
        return int(word == "yesterday")
    for number, name in enumerate(NAMED_DAYS[2:]):
        if word in (name, name[:3]):
            return (today.weekday() - number) % 7
    return None


def _back(now: datetime, count: int, unit: str) -> datetime:
    if unit in _UNITS:
        return now - count * _UNITS[unit]
    months = now.year * 12 + now.month - 1 - count * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    if year < 1:
        raise OverflowError
    for day in range(now.day, now.day - 3, -1):  # 31 March less one month is the last day of February
        try:
            return now.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return now.replace(year=year, month=month + 1, day=28)


def _calendar(found: re.Match[str], tz: tzinfo | None) -> Span:
    """From the first to behind the last moment of the year, month, day, hour, minute or second written."""
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups()[:6])
    assert year is not None  # the expression demands it
    micro = int(f"{(found[7] or '.')[1:]:0<6.6}")
    start = datetime(year, month or 1, day or 1, hour or 0, minute or 0, second or 0, micro)
    zone = _zone(found[8]) if found[8] else tz
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
        return Span(_utc(start, zone), _utc(stop, zone))
    except (ValueError, OverflowError):  # the end of the calendar itself
        return Span(_utc(start, zone), None)


def _utc(naive: datetime, tz: tzinfo | None) -> datetime:
    return (naive.replace(tzinfo=tz) if tz else naive).astimezone(UTC)


def _there(then: datetime, tz: tzinfo | None) -> datetime:
    """The same instant on that clock; at the very ends of the calendar, where it can't be, in UTC."""
    try:
        return then.astimezone(tz)
    except (OverflowError, OSError, ValueError):
        return then.astimezone(UTC)


def _short(seconds: int) -> str:
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return "now"
