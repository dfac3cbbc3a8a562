"""Periods of the calendar: without a gap, as queries have them, the finest that fit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import dates
from reader.article.dates import UNITS, Period, Unit, fitting, in_words, joined, period_of, periods

NOW = datetime(2024, 5, 15, tzinfo=UTC)


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
