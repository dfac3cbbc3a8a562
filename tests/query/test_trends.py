"""The time that trends look at, the bars, and how surely a word rises."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.errors import UsageError
from reader.query import parse
from reader.query.trends import BARS, TREND_UNITS, rise, signed, sparklines, trend_span, without_dates

NOW = datetime(2026, 11, 30, 14, 30, tzinfo=UTC)


def test_the_time_before_is_as_long() -> None:
    """Thirty days, and the thirty before them."""
    span = trend_span("30d", "", None, NOW)
    assert span.now.start == NOW - timedelta(days=30) and span.now.stop is None
    assert span.before == (NOW - timedelta(days=60), NOW - timedelta(days=30))
    march = trend_span("2026-03", "2026-03", "day", NOW)
    assert len(march.periods) == 31 and march.now.start == march.before.stop
    (start, stop), (earlier, _) = march.now, march.before
    assert start and stop and earlier and stop - start == start - earlier


@pytest.mark.parametrize(("since", "unit"), [("7d", "day"), ("30d", "day"), ("90d", "week"), ("1y", "month")])
def test_it_is_counted_by_what_fits(since: str, unit: str) -> None:
    """Days of a month, weeks of a quarter, months of a year."""
    assert {period.unit for period in trend_span(since, "", None, NOW).periods} == {unit}


@pytest.mark.parametrize("unit", TREND_UNITS)
def test_periods_leave_no_day_out(unit: str) -> None:
    """Each begins where the one before ends; weeks begin on Mondays."""
    found = trend_span("90d", "", unit, NOW).periods  # type: ignore[arg-type]
    assert all(one.next() == other for one, other in zip(found, found[1:], strict=False))
    assert found[0].first <= date(2026, 9, 1) and found[-1].first <= date(2026, 11, 30)
    assert unit != "week" or all(one.first.weekday() == 0 for one in found)


@pytest.mark.parametrize(
    ("since", "until", "unit"),
    [("2031", "", None), ("7d", "30d", None), ("nonsense", "", None), ("7d", "nonsense", None),
     ("0001", "", None), ("1900", "", "day"), ("99999999d", "", None)],
)  # fmt: skip
def test_times_that_can_t_be_looked_at(since: str, until: str, unit: str | None) -> None:
    """One sentence each: in the future, the wrong way round, no date, too long before, too many days."""
    with pytest.raises(UsageError) as caught:
        trend_span(since, until, unit, NOW)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value) and len(str(caught.value)) > 10


def test_the_question_for_a_trend() -> None:
    """What is counted is what it finds: the same question, with the value and the time."""
    span = trend_span("30d", "", None, NOW)
    query = parse("harbour since:7d -topic:Sports sort:title")
    assert str(span.query(query, "topic", "Sea ice")) == (
        'harbour -topic:Sports topic:"Sea ice" since:30d sort:title'
    )
    assert str(span.query(parse(""), "word", "quake")) == "quake since:30d"
    assert without_dates(parse("(a since:7d) OR b")) == parse("(a since:7d) OR b")


def test_a_word_rises_by_its_share() -> None:
    """More of as many, as many of fewer; nothing else has changed where all are more."""
    assert rise(9, 100, 1, 100) > rise(5, 100, 1, 100) > rise(3, 100, 3, 100) == 0
    assert rise(9, 100, 9, 1000) > 1 and abs(rise(20, 200, 10, 100)) < 0.2
    assert rise(1, 100, 9, 100) < 0
    assert rise(40, 400, 20, 400) > rise(4, 40, 2, 40), "the same ratio, more surely"


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_any_counts_have_a_rise(now: int, more: int, before: int, more_before: int) -> None:
    """No division by nothing, whatever is counted, even all of nothing."""
    if now + before:
        assert isinstance(rise(now, now + more, before, before + more_before), float)


def test_bars_have_one_scale() -> None:
    """Nothing is the lowest, one article is seen, the most is the highest; several share a short room."""
    assert sparklines([[0, 1, 7], [0, 0, 14]], 40) == ["▁▂▅", "▁▁█"]
    assert sparklines([[1, 1, 1, 1, 1]], 3) == ["██▅"]
    assert sparklines([], 10) == [] and sparklines([[0, 0]], 10) == ["▁▁"]
    assert all(len(one) == 1 for one in sparklines([[5] * 9], 1))


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=5, max_size=5), min_size=1), st.integers(1, 9))
def test_bars_fit(rows: list[list[int]], width: int) -> None:
    """Never wider than the room, and only of these signs."""
    for line in sparklines(rows, width):
        assert 1 <= len(line) <= width and set(line) <= set(BARS)


def test_changes_have_a_sign() -> None:
    """Also where there is none."""
    assert [signed(change) for change in (1234, -5, 0)] == ["+1,234", "−5", "="]
