"""Dates as files and people write them, and as they are shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import dates

NOW = datetime(2021, 6, 20, 12, 0, tzinfo=UTC)  # a Sunday
SUMMER = timezone(timedelta(hours=2))
ANY_INSTANT = st.datetimes(timezones=st.just(UTC))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    "text",
    [
        "2021-06-18T13:43:00Z",
        "2021-06-18T15:43:00+02:00",
        "2021-06-18T13:43:00",
        "20210618T134300Z",
        "2021-06-18 15:43:00 +0200",
        "2021-06-18 13:43",
        "2021/06/18 13:43:00 UTC",
        "2021-6-18 13:43:00",
        " 2021-06-18T13:43:00.000Z ",
        "Fri, 18 Jun 2021 13:43:00 GMT",
        "18 Jun 2021 08:43:00 EST",
        "Fri, 18 Jun 2021 15:43 +0200",
    ],
)
def test_one_instant_in_all_its_spellings(text: str) -> None:
    """Each way to write the instant gives the same aware UTC value; without a zone it is UTC."""
    found = dates.parse_instant(text)
    assert found == utc(2021, 6, 18, 13, 43)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("text", ["2021-06-18", "2021/06/18", "20210618", "2021-6-18"])
def test_a_day_is_its_midnight(text: str) -> None:
    """A date without a time is midnight UTC."""
    assert dates.parse_instant(text) == utc(2021, 6, 18)


def test_long_fractions_are_cut() -> None:
    """Nine digits of a second are read, the microseconds kept."""
    assert dates.parse_instant("2021-06-18T13:43:00.123456789Z").microsecond == 123456


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2021", "2021-02-30", "2021-06-18T25:00:00Z", "0001-01-01T00:00:00+10:00", "1.10", "no",
     "Fri, 99 Jun 2021 13:43:00 GMT", "2021-06-18 10:00 +99:00"],
)  # fmt: skip
def test_what_is_no_date_is_refused_with_a_reason(text: str) -> None:
    """Anything else is a ValueError that says what is wrong."""
    with pytest.raises(ValueError, match=r"date|years"):
        dates.parse_instant(text)


@given(st.text(max_size=40))
def test_parse_instant_raises_nothing_but_value_error(text: str) -> None:
    """Whatever a file says, the answer is an aware UTC instant or a ValueError."""
    try:
        found = dates.parse_instant(text)
    except ValueError:
        return
    assert found.utcoffset() == timedelta(0)


@given(ANY_INSTANT)
def test_iso_reads_back(then: datetime) -> None:
    """What `iso` writes has the promised shape and is read back to the second."""
    text = dates.iso(then)
    assert len(text) == 20 and text[10] == "T" and text[-1] == "Z"
    assert dates.parse_instant(text) == then.replace(microsecond=0)


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2021-06-18-quiet-week.md", (2021, 6, 18)),
        ("posts/2021-06-18.md", (2021, 6, 18)),
        ("blog/2021/06/18/quiet.md", (2021, 6, 18)),
        ("2021/06/18-quiet.md", (2021, 6, 18)),
        ("2020/01/01/2021-06-18-quiet.md", (2021, 6, 18)),
        ("quiet-2021-06-18.md", None),
        ("2021-13-18-quiet.md", None),
        ("2021/06/quiet.md", None),
        ("", None),
    ],
)
def test_date_in_name(path: str, day: tuple[int, int, int] | None) -> None:
    """A day at the start of the name wins over one in the folders; anything else is no date."""
    assert dates.date_in_name(path) == (utc(*day) if day else None)


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
    assert dates.read_span(text, NOW, UTC) == (utc(*start), utc(*stop))


def test_open_ranges() -> None:
    """A range may be open on either side."""
    assert dates.read_span("2021-06..", NOW, UTC) == (utc(2021, 6, 1), None)
    assert dates.read_span("..2021-06", NOW, UTC) == (None, utc(2021, 7, 1))


def test_a_range_that_ends_before_it_starts_is_empty() -> None:
    """A saved question whose relative end has passed its start finds nothing rather than failing."""
    start, stop = dates.read_span("yesterday..2021-06-01", NOW, UTC)
    assert start == stop


def test_days_are_those_of_the_zone() -> None:
    """A named day begins at the zone's own midnight, also while UTC has another day."""
    late = utc(2021, 6, 20, 23)
    assert dates.read_span("today", late, SUMMER).start == utc(2021, 6, 20, 22)
    assert dates.read_span("2021-06", NOW, SUMMER).start == utc(2021, 5, 31, 22)


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
        dates.read_span(text, NOW, UTC)


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,5}[-/.0-9TZ:+dhmowy]{0,20}", fullmatch=True))
def test_read_span_raises_nothing_but_value_error(text: str) -> None:
    """Whatever a person types, the answer is a span that does not run backwards, or a ValueError."""
    try:
        start, stop = dates.read_span(text, NOW, UTC)
    except ValueError:
        return
    assert start is None or stop is None or start <= stop


@pytest.mark.parametrize(
    ("then", "shown"),
    [
        (NOW - timedelta(seconds=59), "now"),
        (NOW - timedelta(minutes=5), "5m"),
        (NOW - timedelta(hours=23, minutes=59), "23h"),
        (NOW - timedelta(days=6, hours=23), "6d"),
        (utc(2021, 6, 13, 12), "13 Jun"),
        (utc(2021, 1, 2), "2 Jan"),
        (utc(2020, 12, 24), "24 Dec"),
        (utc(2020, 6, 18), "Jun'20"),
        (utc(1887, 6, 18), "1887"),
        (NOW + timedelta(hours=2), "in 2h"),
        (NOW + timedelta(days=30), "20 Jul"),
    ],
)
def test_age(then: datetime, shown: str) -> None:
    """Ages are short: counted up to six days, then the day, then the month of another year."""
    assert dates.age(then, NOW, UTC) == shown


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
        (timedelta(days=15), "2 weeks ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(hours=-3), "in 3 hours"),
    ],
)
def test_ago(distance: timedelta, words: str) -> None:
    """The distance in words, with the plural where it belongs."""
    assert dates.ago(NOW - distance, NOW) == words
