"""Dates as files write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.parsing.dates import date_in_name, parse_date


@pytest.mark.parametrize(
    "text",
    [
        "2021-06-18T13:43:00Z", "2021-06-18T15:43:00+02:00", "2021-06-18T13:43:00", "2021-06-18t13:43:00z",
        "20210618T134300Z", "20210618134300", "202106181343", "1624023780", "1624023780000",
        "2021-06-18 15:43:00 +0200", "2021-06-18 13:43", "2021-06-18 1:43 PM", "2021/06/18 13:43:00 UTC",
        "2021.06.18 13:43", "2021-6-18 13:43:00", "2021-06-18, 13:43", " 2021-06-18T13:43:00.000Z ",
        "2021-06-18T15:43:00+02:00[Europe/Paris]", "2021-06-18 06:43:00 -0700 PDT",
        "2021-06-18 06:43:00.000000000 -0700 PDT m=+0.000012", "2021-06-18 10:43:00 -0300 -03",
        "Fri, 18 Jun 2021 13:43:00 GMT", "Friday, 18-Jun-21 13:43:00 UTC", "18 Jun 2021 08:43:00 EST",
        "18 Jun 21 13:43 GMT", "Fri, 18 Jun 2021 15:43 +0200", "Fri Jun 18 13:43:00 2021",
        "Fri Jun 18 06:43:00 -0700 2021", "Fri Jun 18 06:43:00 PDT 2021",
        "Fri Jun 18 2021 15:43:00 GMT+0200 (Central European Summer Time)",
        "Friday, June 18th 2021, 1:43:00 pm", "June 18, 2021 1:43 PM", "June 18, 2021 at 1:43 p.m.",
        "1:43pm on June 18, 2021", "18. Juni 2021, 13:43 Uhr", "18 juin 2021 15:43 CEST",
        "2021年6月18日 13:43", "2021-06-18 15:43 Europe/Paris", "2021-06-18T15:43:00[Europe/Paris]",
        "Fri, 18 Jun 2021 09:43 America/New_York", "June 18, 2021 9:43 am (US/Eastern)",
        "2021-06-18T13:43:00 Etc/UTC", "2021-06-18 08:43 Etc/GMT+5", "18/Jun/2021:15:43:00 +0200",
    ],
)  # fmt: skip
def test_one_instant_in_all_its_spellings(text: str) -> None:
    """Each way to write the instant gives the same aware UTC value; without a zone it is UTC."""
    found = parse_date(text)
    assert found == datetime(2021, 6, 18, 13, 43, tzinfo=UTC)
    assert isinstance(found, datetime) and found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2021-06-18", "2021/06/18", "2021.06.18", "20210618", "2021-6-18", "2021-W24-5", " 2021-06-18 ",
        "June 18, 2021", "Jun 18 2021", "Jun. 18, 2021", "18 Jun 2021", "18-Jun-2021", "2021 June 18",
        "2021-Jun-18", "18th of June 2021", "the 18th of June, 2021", "Friday, June 18th 2021",
        "Fri, 18 Jun 2021", "JUNE 18 2021", "18. Juni 2021", "18 juin 2021", "vendredi 18 juin 2021",
        "Freitag, 18. Juni 2021", "18 de junio de 2021", "18 giugno 2021", "18 juni 2021", "18/06/2021",
        "06/18/2021", "18.6.2021", "2021年6月18日", "2021년 6월 18일", "2021-06-18 Europe/Paris",
    ],
)  # fmt: skip
def test_a_day_in_all_its_spellings(text: str) -> None:
    """A date without a time is a calendar day, and no instant."""
    found = parse_date(text)
    assert found == date(2021, 6, 18) and not isinstance(found, datetime)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-12-31T24:00:00Z", (2022, 1, 1, 0, 0, 0)),
        ("2021-02-28 24:00 +0200", (2021, 2, 28, 22, 0, 0)),
        ("31 Dec 2016 23:59:60 GMT", (2016, 12, 31, 23, 59, 59)),
    ],
)
def test_the_end_of_a_day(text: str, expected: tuple[int, int, int, int, int, int]) -> None:
    """24:00 is the next day's midnight; a leap second stays in its day."""
    assert parse_date(text) == datetime(*expected, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2021-06-18 10:00 BST", "BST stands for several time zones"),
        ("2021-06-18 10:00 Moon/Base", "unknown time zone Moon/Base"),
        ("2021-06-18 24:01", "hour must be"),
    ],
)
def test_a_time_that_is_doubtful_is_refused(text: str, reason: str) -> None:
    """The reason is reported."""
    with pytest.raises(ValueError, match=reason):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1er mars 2021", (2021, 3, 1)),
        ("1. März 2021", (2021, 3, 1)),
        ("3 août 2021", (2021, 8, 3)),
        ("15 déc. 2021", (2021, 12, 15)),
        ("7 set 2021", (2021, 9, 7)),
        ("04/04/2021", (2021, 4, 4)),
    ],
)
def test_months_of_other_languages(text: str, day: tuple[int, int, int]) -> None:
    """Names of months are read with or without accents."""
    assert parse_date(text) == date(*day)


def test_long_fractions_are_cut() -> None:
    """Nine digits of a second are read, the microseconds kept."""
    for text in ("2021-06-18T13:43:00.123456789Z", "Jun 18 2021 13:43:00.123456789"):
        found = parse_date(text)
        assert isinstance(found, datetime) and found.microsecond == 123456


@pytest.mark.parametrize(
    "text",
    ["", "soon", "no", "1.10", "2021", "2021-06", "June 2021", "2021-W24", "2021W24", "2021-02-30",
     "30 February 2021", "2021-06-18T25:00:00Z", "0001-01-01T00:00:00+10:00", "9999-12-31T23:00:00-05:00",
     "Fri, 99 Jun 2021 13:43:00 GMT", "2021-06-18 10:00 +99:00", "04/05/2021", "4.5.2021", "04-05-21",
     "05/06/07", "18 Jun 21", "Jun 18 21 13:43", "2021-06-18 13:43 PM", "June 18, 2021 13:00 BST",
     "June June 2021", "June 18 19 2021", "2021040514", "123", "16120112312000", "18 Mon 2021",
     "updated 18 June 2021", "\u0968\u0966\u0968\u0967-06-18", "1 June 2021" * 20],
)  # fmt: skip
def test_what_is_no_date_or_could_be_two_is_refused(text: str) -> None:
    """Anything else is a ValueError that says what is wrong and how to write a date."""
    with pytest.raises(ValueError, match=r"is not a date.*; write it like 2021-06-18"):
        parse_date(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_ends_of_the_calendar(text: str) -> None:
    """Go's zero time and the last second there is are read as they are."""
    assert parse_date(text).isoformat().replace("+00:00", "Z") == text


PARTS = "2021 06 18 5 jun april mon th , - / : . 13:43 2:31 pm +0200 -07 z gmt t ( ) [ m=+1"


@given(st.text(max_size=40) | st.lists(st.sampled_from(PARTS.split()), max_size=9).map(" ".join))
def test_nothing_but_value_error(text: str) -> None:
    """Whatever a file says, the answer is an aware UTC instant, a day, or a ValueError."""
    try:
        found = parse_date(text)
    except ValueError:
        return
    assert not isinstance(found, datetime) or found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2021-06-18-quiet-week.md", (2021, 6, 18)),
        ("posts/2021-06-18.md", (2021, 6, 18)),
        ("blog/2021/06/18/quiet.md", (2021, 6, 18)),
        ("2021/06/18-quiet.md", (2021, 6, 18)),
        ("2020/01/01/2021-06-18-quiet.md", (2021, 6, 18)),
        ("blog/2021-06-18-quiet/index.mdx", (2021, 6, 18)),
        ("blog/2021/06-18-quiet.md", (2021, 6, 18)),
        ("2021-06-18-backup/notes/quiet.md", None),
        ("journals/2021_06_18.md", (2021, 6, 18)),
        ("2021.06.18 quiet.txt", (2021, 6, 18)),
        ("20210618.md", (2021, 6, 18)),
        ("20210618T134300--quiet__sea.md", (2021, 6, 18)),
        ("202106181343 Quiet.md", (2021, 6, 18)),
        ("20210618134300-quiet.md", (2021, 6, 18)),
        ("2021-06_18 quiet.md", None),
        ("20211318-quiet.md", None),
        ("20210618123-quiet.md", None),
        ("30210618-quiet.md", None),
        ("quiet-2021-06-18.md", None),
        ("2021-13-18-quiet.md", None),
        ("2021/06/quiet.md", None),
        ("", None),
    ],
)
def test_date_in_name(path: str, day: tuple[int, int, int] | None) -> None:
    """A day at the start of the name wins over one in the folders; anything else is no date."""
    assert date_in_name(path) == (date(*day) if day else None)
