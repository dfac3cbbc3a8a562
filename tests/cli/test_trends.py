"""Tests of `reader trends`: counts over time, in a table, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.home import Home


@pytest.fixture
def news(home: Home) -> str:
    """Articles of today, of ten and of forty days ago, and undated ones."""
    for path in home.news.iterdir():
        path.unlink()
    for number, days in enumerate((0, 0, 10, 40, None)):
        when = datetime.now(UTC) - timedelta(days=days or 0)
        date = "" if days is None else f"publishedDateTime: {when:%Y-%m-%dT%H:%M:%SZ}\n"
        topics = "[Sea, AI]" if number else "[Sea]"
        text = f"---\ntitle: Quake {number}\n{date}topics: {topics}\nprovider: Post {number % 2}\n---\nHm.\n"
        (home.news / f"{number}.md").write_text(text, "utf-8")
    return str(home.news)


def test_json_has_every_period(home: Home, news: str) -> None:
    """Value, count, count before, change, and a number for each day, zeros too."""
    code, out, _ = home.run("trends", news, "--format", "json")
    sea, ai = json.loads(out)
    assert code == 0 and (sea["value"], sea["count"], sea["before"], sea["change"]) == ("Sea", 3, 1, 2)
    assert (ai["count"], ai["before"]) == (2, 1) and list(sea) == list(ai)
    assert len(sea["periods"]) == len(sea["counts"]) == 31
    assert sea["counts"][-1] == 2 and sum(sea["counts"]) == 3
    assert sea["periods"] == sorted(sea["periods"])


def test_by_week_and_month(home: Home, news: str) -> None:
    """Weeks begin on Mondays."""
    [found, *_] = json.loads(home.run("trends", "topic", news, "--by", "week", "--format", "json")[1])
    starts = [datetime.fromisoformat(one.partition("..")[0]) for one in found["periods"]]
    assert all(one.weekday() == 0 for one in starts) and sum(found["counts"]) == 3
    [found, *_] = json.loads(
        home.run("trends", "topic", news, "--by", "month", "--since", "1y", "--format", "json")[1]
    )
    assert len(found["periods"]) in (12, 13) and found["count"] == 4


def test_trends_take_filters_and_a_limit(home: Home, news: str) -> None:
    """--since and --until set the time span."""
    args = ("--format", "json", "--limit", "1")
    [found] = json.loads(home.run("trends", "provider", news, "-t", "AI", *args)[1])
    assert (found["value"], found["count"]) == ("Post 0", 1) or found["count"] == 1
    [found] = json.loads(home.run("trends", news, "--since", "90d", "--until", "30d", *args)[1])
    assert (found["count"], found["before"]) == (1, 0)
    found = json.loads(home.run("trends", "word", news, "--format", "json")[1])
    assert [(one["value"], one["count"]) for one in found] in ([], [("quake", 3)])


def test_csv_and_table(home: Home, news: str) -> None:
    """A header row with the periods; a line with bars for each value."""
    rows = list(csv.reader(io.StringIO(home.run("trends", "provider", news, "--format", "csv")[1])))
    assert rows[0][:4] == ["value", "count", "before", "change"] and len(rows[0]) == 4 + 31
    assert {len(row) for row in rows} == {len(rows[0])} and len(rows) == 3
    head, *lines = home.run("trends", news)[1].splitlines()
    assert head.split()[:4] == ["topic", "articles", "before", "change"] and len(lines) == 2
    assert lines[0].split()[:4] == ["Sea", "3", "1", "+2"] and lines[0].endswith("█")


def test_trends_without_articles_are_empty(home: Home, news: str) -> None:
    """An impossible time span is a usage error."""
    assert home.run("trends", news, "-q", "nothing")[:2] == (0, "")
    assert home.run("trends", news, "-q", "nothing", "--format", "json")[:2] == (0, "[]\n")
    for args in (
        ("--since", "2031"),
        ("--since", "nonsense"),
        ("--by", "hour"),
        ("--since", "1900", "--by", "day"),
    ):
        code, out, err = home.run("trends", news, *args)
        assert (code, out) == (2, "") and len(err.splitlines()) == 1
    assert 'did you mean "topic"?' in home.run("trends", "topics", news)[2]


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("topic", "-q", "nothing"), "no articles match"),
        (("topic", "--since", "1d", "-q", '"quake 3"'), "the newest is from"),
        (("topic", "-q", '"quake 4"'), "none has a date"),
        (("folder",), "has a folder"),
        (("word", "--since", "1d"), "no word is used more than before"),
    ],
)
def test_an_empty_table_is_explained(home: Home, news: str, args: tuple[str, ...], reason: str) -> None:
    """One sentence on stderr, also in a pipe; the output stays empty."""
    code, out, err = home.run("trends", *args, news)
    assert (code, out) == (0, "") and reason in err and len(err.splitlines()) == 1
    assert home.run("trends", *args, news, "--limit", "0") == (0, "", "")
