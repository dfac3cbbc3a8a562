"""Trends as values: how often the values of a field, or words, occur over time, and how that has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import log, sqrt
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from reader.article.dates import day_of
from reader.errors import UsageError, counted
from reader.query import dates
from reader.query.dates import Period, TimeSpan, Unit, periods
from reader.query.fields import DATE_FIELDS
from reader.query.question import Query, Term

if TYPE_CHECKING:
    from reader.query.results import Headline

TrendField: TypeAlias = Literal["topic", "provider", "folder", "word"]
TREND_FIELDS: tuple[TrendField, ...] = ("topic", "provider", "folder", "word")
"""What trends are counted for."""
TREND_UNITS: tuple[Unit, ...] = ("day", "week", "month")
"""The units of periods."""

MOST_COUNTS = 1000
"""Maximum number of periods: nobody can read a longer line."""
_FITTING: Mapping[Unit, int] = {"day": 31, "week": 190}
"""The default unit is the finest one that suits this many days; beyond them, months."""

LEAST_ARTICLES = 3
"""Minimum number of articles with a word that counts as a trend."""


class Trend(NamedTuple):
    """One value over time."""

    value: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here
    """Number of articles in the time span."""
    before: int
    """Number of articles in the time span of the same length before it."""
    counts: tuple[int, ...]
    """Number of articles in each period; they add up to the count."""
    headline: Headline | None = None
    """For a word, the article that represents it best."""

    @property
    def change(self) -> int:
        """How many more there are than before; less than 0 for fewer."""
        return self.count - self.before


class Trends(NamedTuple):
    """The trends of a field."""

    field: TrendField
    periods: tuple[str, ...]
    """The periods, oldest first, as written in queries: `2021-06-18`, `2021-06-14..2021-06-20`, `2021-06`."""
    values: tuple[Trend, ...]
    """Most articles first; words by significance."""
    articles: int
    """Number of articles in the time span, and in the one before."""
    before: int


class TrendSpan(NamedTuple):
    """The time span, and the one of the same length before it."""

    text: str
    """The start, as written in queries."""
    now: TimeSpan
    before: TimeSpan
    periods: tuple[Period, ...]

    def query(self, query: Query, field: TrendField, value: str) -> Query:
        """The query for the articles counted for a value."""
        name = "text" if field == "word" else field
        rest = without_dates(query)
        return rest._replace(clauses=(*rest.clauses, Term(name, (value,)), Term("since", (self.text,))))


def without_dates(query: Query) -> Query:
    """The query without its limits on dates."""
    return query._replace(
        clauses=tuple(
            part for part in query.clauses if not (isinstance(part, Term) and part.field in DATE_FIELDS)
        )
    )


def trend_span(since: str, until: str, unit: Unit | None, now: datetime) -> TrendSpan:
    """The time span from a date to another one, by default to now. Raises UsageError."""
    try:
        start = dates.since(since, now)
        stop = dates.until(until, now) if until else None
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(str(error)) from None
    end = now if stop is None else stop
    if start is None or start >= end:
        raise UsageError(f"there is no time between {since} and {until or 'now'}; name an earlier date")
    try:
        earlier = start - (end - start)
    except OverflowError:
        raise UsageError(f"no time span of that length fits before {since}; name a later date") from None
    first, last = day_of(start), day_of(end - timedelta(microseconds=1))
    days = (last - first).days
    fitting: list[Unit] = [name for name, most in _FITTING.items() if days <= most]
    by: Unit = unit or [*fitting, "month"][0]
    counted_by = periods(by, first, last, MOST_COUNTS + 1)
    if len(counted_by) > MOST_COUNTS:
        most = counted(MOST_COUNTS, by)
        remedy = "name a later date" if by == "month" else "count by a longer time, or name a later date"
        raise UsageError(f"more than {most} since {since}; {remedy}")
    return TrendSpan(since, TimeSpan(start, stop), TimeSpan(earlier, start), tuple(counted_by))


def rise(now: int, articles: int, before: int, articles_before: int) -> float:
    """The significance of a word's rise: the change in log odds, in standard deviations."""
    prior = 10 * (now + before) / max(articles + articles_before, 1)
    return (_odds(now, articles, prior) - _odds(before, articles_before, prior)) / sqrt(
        1 / (now + prior) + 1 / (before + prior)
    )


def _odds(having: int, articles: int, prior: float) -> float:
    return log((having + prior) / max(articles + 10 - having - prior, 0.5))


BARS = "▁▂▃▄▅▆▇█"
"""Bars of increasing height."""


def sparklines(rows: Sequence[Sequence[int]], width: int) -> list[str]:
    """A bar of one cell for each count, or for several where there are more than so many cells; the highest
    bar is the highest of all rows."""
    size = max(-(-len(row) // max(width, 1)) for row in rows) if rows else 1
    grouped = [[sum(row[start : start + size]) for start in range(0, len(row), max(size, 1))] for row in rows]
    most = max((count for row in grouped for count in row), default=0)
    steps = len(BARS) - 1
    return ["".join(BARS[-(-count * steps // most) if count else 0] for count in row) for row in grouped]


def signed(change: int) -> str:
    """A change as users write it."""
    return f"+{change:,}" if change > 0 else f"{change:,}".replace("-", "−") if change else "="
