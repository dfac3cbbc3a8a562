"""Dates and periods of the calendar, as users write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.query import dates
from reader.query.dates import UNITS, Period, Unit, fitting, in_words, joined, period_of, periods

NOW = datetime(2021, 6, 20, 12, 0, tzinfo=UTC)  # a Sunday
SUMMER = timezone(timedelta(hours=2))
NEW_YORK, TOKYO = timezone(timedelta(hours=-4)), timezone(timedelta(hours=9))
ANY_INSTANT = st.datetimes(timezones=st.just(UTC))


def utc(*parts: int) -> datetime:
    """An instant in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "start", "stop"),
    [
        ("2021", (2021, 1, 1), (2022, 1, 1)),
        ("2021-07", (2021, 7, 1), (2021, 8, 1)),
        ("2021-12", (2021, 12, 1), (2022, 1, 1)),
        ("2021-06-18", (2021, 6, 18), (2021, 6, 19)),
        ("2021-06-18T13", (2021, 6, 18, 13), (2021, 6, 18, 14)),
        ("2021-06-18 13:43", (2021, 6, 18, 13, 43), (2021, 6, 18, 13, 44)),
        ("2021-06-18T13:43:05Z", (2021, 6, 18, 13, 43, 5), (2021, 6, 18, 13, 43, 6)),
        ("20210618", (2021, 6, 18), (2021, 6, 19)),
        ("today", (2021, 6, 20), (2021, 6, 21)),
        ("Yesterday", (2021, 6, 19), (2021, 6, 20)),
        ("friday", (2021, 6, 18), (2021, 6, 19)),
        ("sun", (2021, 6, 20), (2021, 6, 21)),
        ("7d", (2021, 6, 13, 12), (2021, 6, 20, 12)),
        ("3h", (2021, 6, 20, 9), (2021, 6, 20, 12)),
        ("30m", (2021, 6, 20, 11, 30), (2021, 6, 20, 12)),
        ("2w", (2021, 6, 6, 12), (2021, 6, 20, 12)),
        ("6mo", (2020, 12, 20, 12), (2021, 6, 20, 12)),
        ("1y", (2020, 6, 20, 12), (2021, 6, 20, 12)),
        ("2021-06..2021-08", (2021, 6, 1), (2021, 9, 1)),
        ("30d..7d", (2021, 5, 21, 12), (2021, 6, 13, 12)),
    ],
)
def test_spans(text: str, start: tuple[int, ...], stop: tuple[int, ...]) -> None:
    """Each way to say a stretch of time gives its half-open span."""
    assert dates.on(text, NOW, UTC) == (utc(*start), utc(*stop))


def test_open_ranges() -> None:
    """A range may be open on either side."""
    assert dates.on("2021-06..", NOW, UTC) == (utc(2021, 6, 1), None)
    assert dates.on("..2021-06", NOW, UTC) == (None, utc(2021, 7, 1))


def test_a_range_that_ends_before_it_starts_is_empty() -> None:
    """A saved question whose relative end has passed its start finds nothing rather than failing."""
    start, stop = dates.on("yesterday..2021-06-01", NOW, UTC)
    assert start == stop


def test_days_are_those_of_the_zone() -> None:
    """A named day begins at the zone's own midnight, also while UTC has another day."""
    late = utc(2021, 6, 20, 23)
    assert dates.on("today", late, SUMMER).start == utc(2021, 6, 20, 22)
    assert dates.on("2021-06", NOW, SUMMER).start == utc(2021, 5, 31, 22)


def test_until_includes_what_it_names_and_counts_back() -> None:
    """`until` a month includes it; `until` seven days is seven days ago."""
    assert dates.until("2021-07", NOW, UTC) == utc(2021, 8, 1)
    assert dates.until("7d", NOW, UTC) == utc(2021, 6, 13, 12)
    assert dates.since("2021-07", NOW, UTC) == utc(2021, 7, 1)


def test_months_back_stay_in_the_month() -> None:
    """A month before 31 March is the last day of February."""
    assert dates.since("1mo", utc(2021, 3, 31), UTC) == utc(2021, 2, 28)


@pytest.mark.parametrize(
    "text", ["", "..", "soon", "2021-13", "0000", "9999999d", "2021-06-18T25", "7 years"]
)
def test_bad_spans_give_an_example(text: str) -> None:
    """What can't be read is a ValueError with good dates in it."""
    with pytest.raises(ValueError, match="2021"):
        dates.on(text, NOW, UTC)


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,5}[-/.0-9TZ:+dhmowy]{0,20}", fullmatch=True))
def test_on_raises_nothing_but_value_error(text: str) -> None:
    """Whatever a user types, the answer is a span that does not run backwards, or a ValueError."""
    try:
        start, stop = dates.on(text, NOW, UTC)
    except ValueError:
        return
    assert start is None or stop is None or start <= stop


@pytest.mark.parametrize("zone", [UTC, NEW_YORK, TOKYO])
@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021-06-18", (2021, 6, 18), (2021, 6, 18)),
        ("2021-06", (2021, 6, 1), (2021, 6, 30)),
        ("2021-06-18..2021-06-19", (2021, 6, 18), (2021, 6, 19)),
        ("today", (2021, 6, 20), (2021, 6, 20)),
        ("2d", (2021, 6, 18), (2021, 6, 20)),
        ("2021-06-18T10", (2021, 6, 18), (2021, 6, 18)),
    ],
)
def test_the_days_in_a_span(zone: timezone, text: str, first: tuple[int, ...], last: tuple[int, ...]) -> None:
    """A span means the same days in every zone: all of which a part lies in it."""
    span = dates.days_in(dates.on(text, NOW, zone), zone)
    assert span == (utc(*first), utc(*last) + timedelta(days=1))


def test_the_days_in_open_and_empty_spans() -> None:
    """An open end stays open, and an empty span has no days."""
    assert dates.days_in(dates.TimeSpan(None, None), UTC) == (None, None)
    assert dates.days_in(dates.TimeSpan(utc(9999, 12, 31, 5), utc(9999, 12, 31, 6)), UTC).stop is None
    start, stop = dates.days_in(dates.TimeSpan(NOW, NOW), UTC)
    assert start == stop


@pytest.mark.parametrize("text", ["0001", "0001-01-01", "9999", "9999-12-31", "0001..9999"])
@pytest.mark.parametrize("hours", [-14, -5, 0, 9, 14])
def test_the_ends_of_the_calendar_in_every_zone(text: str, hours: int) -> None:
    """The first and the last year can be asked for wherever the user is."""
    zone = timezone(timedelta(hours=hours))
    span = dates.on(text, NOW, zone)
    assert dates.days_in(span, zone)
    if ".." not in text:
        assert dates.until(text, NOW, zone) == span.stop and dates.since(text, NOW, zone) == span.start


@given(st.sampled_from(UNITS), st.dates(), st.dates(), st.integers(1, 40))
def test_periods_follow_one_another_and_mean_what_they_say(
    unit: Unit, one: date, other: date, most: int
) -> None:
    """Each begins where the one before ends, and the query language reads it as exactly that stretch."""
    first, last = min(one, other), max(one, other)
    found = periods(unit, first, last, most)
    assert 1 <= len(found) <= most
    assert found[-1] == period_of(unit, last)
    if len(found) < most:
        assert found[0] == period_of(unit, first)
    for period in found:
        following = period.next()
        span = dates.on(str(period), NOW, UTC)
        assert span.start == period.start(UTC)
        assert span.stop == (following.start(UTC) if following and span.stop else None)
    assert [period.next() for period in found[:-1]] == found[1:]


@given(st.dates(), st.integers(0, 9000), st.integers(2, 40))
def test_the_finest_unit_that_fits_is_taken(first: date, days: int, most: int) -> None:
    """A finer one would need more periods than there is room for."""
    last = min(first.toordinal() + days, date.max.toordinal())
    unit = fitting(first, date.fromordinal(last), most)
    everything = {name: len(periods(name, first, date.fromordinal(last), 10**6)) for name in UNITS[1:]}
    finer = [count for name, count in everything.items() if name in UNITS[: UNITS.index(unit)]]
    assert all(count > most for count in finer)
    if unit not in ("day", "year"):
        assert everything[unit] <= most


@given(st.sampled_from(UNITS), st.dates(), st.integers(0, 3000))
def test_going_back_is_going_on_turned_round(unit: Unit, day: date, count: int) -> None:
    """So many before, then this many on, is the same again, unless the calendar begins in between."""
    period = period_of(unit, day)
    back: Period | None = period.before(count)
    for _ in range(count):
        back = back.next() if back else None
    assert back == period or period.before(count) == period_of(unit, date.min)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2021", "2021"),
        ("2021-06", "Jun 2021"),
        ("2021-06-18", "18 Jun 2021"),
        ("2021-06-14..2021-06-20", "14 – 20 Jun 2021"),
        ("2021-06-28..2021-07-04", "28 Jun – 4 Jul 2021"),
        ("2021-12-27..2022-01-02", "27 Dec 2021 – 2 Jan 2022"),
        ("2021-06..2021-08", "Jun – Aug 2021"),
        ("2020..2021", "2020 – 2021"),
        ("..2019", "to 2019"),
        ("2022-01..", "from Jan 2022"),
        ("yesterday", "yesterday"),
    ],
)
def test_periods_in_words(value: str, words: str) -> None:
    """What both ends share is reported once."""
    assert in_words(value) == words


def test_periods_in_a_row_are_one_range() -> None:
    """From where the first begins to where the last ends."""
    assert joined(["2021-06"]) == "2021-06"
    assert joined(["2021-06", "2021-07"]) == "2021-06..2021-07"
    assert joined(["..2020", "2021"]) == "..2021"
    week = Period("week", date(2021, 6, 14))
    assert joined([str(week), str(week.before(-0))]) == "2021-06-14..2021-06-20"
    assert week.start(UTC) + timedelta(days=7) == (week.next() or week).start(UTC)
