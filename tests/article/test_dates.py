"""Dates as they are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import dates

NOW = datetime(2021, 6, 20, 12, 0, tzinfo=UTC)  # a Sunday
SUMMER = timezone(timedelta(hours=2))
NEW_YORK, TOKYO = timezone(timedelta(hours=-4)), timezone(timedelta(hours=9))
ANY_INSTANT = st.datetimes(timezones=st.just(UTC))


def utc(*parts: int) -> datetime:
    """An instant in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@given(ANY_INSTANT)
def test_iso(then: datetime) -> None:
    """What scripts get has the promised shape and can be read back to the second."""
    text = dates.iso(then)
    assert len(text) == 20 and text[10] == "T" and text[-1] == "Z"
    assert datetime.fromisoformat(text) == then.replace(microsecond=0)


@pytest.mark.parametrize(
    ("then", "shown"),
    [
        (NOW - timedelta(seconds=59), "now"),
        (NOW - timedelta(minutes=5), "5m"),
        (NOW - timedelta(hours=23, minutes=59), "23h"),
        (NOW - timedelta(days=6, hours=12), "6d"),
        (NOW - timedelta(days=6, hours=13), "13 Jun"),
        (utc(2021, 6, 14, 0), "6d"),
        (utc(2021, 6, 18, 23, 59), "2d"),
        (utc(2021, 6, 22, 1), "in 2d"),
        (date(2021, 6, 20), "today"),
        (date(2021, 6, 19), "1d"),
        (date(2021, 6, 21), "in 1d"),
        (date(2021, 6, 14), "6d"),
        (date(2021, 6, 13), "13 Jun"),
        (date(2020, 6, 18), "Jun'20"),
        (utc(2021, 6, 13, 12), "13 Jun"),
        (utc(2021, 1, 2), "2 Jan"),
        (utc(2020, 12, 24), "24 Dec"),
        (utc(2020, 6, 18), "Jun'20"),
        (utc(1887, 6, 18), "1887"),
        (NOW + timedelta(hours=2), "in 2h"),
        (NOW + timedelta(days=30), "20 Jul"),
    ],
)
def test_age(then: dates.When, shown: str) -> None:
    """Ages are short: counted up to six days, then the day, then the month of another year."""
    assert dates.age(then, NOW, UTC) == shown


@given(ANY_INSTANT, st.integers(0, 86399), st.timedeltas(timedelta(days=1), timedelta(days=9)))
def test_articles_of_one_day_have_one_age(now: datetime, second: int, distance: timedelta) -> None:
    """From a day on an instant has the age of its day, so "6d" and "13 Jun" never stand for the same day."""
    if now.year < 2:
        return
    then = now - distance
    assert dates.age(then, now, UTC) == dates.age(then.date(), now, UTC)
    other = then.replace(hour=0, minute=0, second=0) + timedelta(seconds=second)
    if now - other >= timedelta(days=1):
        assert dates.age(other, now, UTC) == dates.age(then, now, UTC)


@given(st.dates(), ANY_INSTANT)
def test_a_day_is_shown_as_that_day(day: date, now: datetime) -> None:
    """A day has no hour and is the same day in every zone."""
    assert dates.iso(day) == f"{day.isoformat()}T00:00:00Z"
    for zone in (UTC, NEW_YORK, TOKYO):
        assert dates.day_of(day, zone) == day
        assert dates.moment(day, zone).split(" ", 1)[1].startswith(f"{day.day} ")
        assert ":" not in dates.moment(day, zone)
    assert 1 <= len(dates.age(day, now, UTC)) <= 6 and dates.ago(day, now, UTC)


@given(ANY_INSTANT, ANY_INSTANT)
def test_an_age_never_needs_more_than_six_cells(then: datetime, now: datetime) -> None:
    """The column of ages never shifts."""
    assert 1 <= len(dates.age(then, now, UTC)) <= 6


@given(ANY_INSTANT, ANY_INSTANT)
def test_showing_never_fails(then: datetime, now: datetime) -> None:
    """The ends of the calendar are shown as well, in any zone and on this machine's own clock."""
    assert dates.moment(then) and dates.age(then, now) and dates.ago(then, now)
    assert dates.moment(then, timezone(timedelta(hours=-14)))


def test_moment_is_exact_and_english() -> None:
    """The article says the exact time on the reader's clock."""
    assert dates.moment(utc(2021, 6, 18, 13, 43), SUMMER) == "Fri 18 Jun 2021, 15:43"


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(days=1), "yesterday"),
        (timedelta(days=-1), "tomorrow"),
        (timedelta(days=15), "2 weeks ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(hours=-3), "in 3 hours"),
    ],
)
def test_ago(distance: timedelta, words: str) -> None:
    """The distance in words, with the plural where it belongs."""
    assert dates.ago(NOW - distance, NOW, UTC) == words
