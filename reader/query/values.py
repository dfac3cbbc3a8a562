"""Which values each field of a query takes, and what comparisons mean.

Knows no syntax of queries (that is `reader.query.grammar`) and nothing of articles.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from reader.article import dates
from reader.errors import nearest, shown
from reader.query.fields import BY_NAME, DATE_FIELDS, NAMES, NUMBER_FIELDS, SORTS

_NUMBER = re.compile(r"(?a)(>=|<=|>|<|=)?(-?\d{1,9})|(-?\d{1,9})?\.\.(-?\d{1,9})?")
_WHOLE = re.compile(r"-?\d+")
_ID = re.compile("[0-9a-fA-F]{1,12}")
_UNFINISHED_NUMBER = re.compile(r"[<>]?=?-?|\.")
_UNFINISHED_DATE = re.compile(r"(?ai)[\d.:/T -]*")
# A date like "2021-06..yesterday" is right or wrong depending on the day: wrong is what is wrong on both.
_CHECK_DAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))


class Bounds(NamedTuple):
    """The whole numbers that a comparison allows, both ends included; None = open."""

    low: int | None
    high: int | None


def bounds(value: str) -> Bounds:
    """What `>=50`, `<50`, `40..80` or `50` allow. Raises ValueError."""
    found = _NUMBER.fullmatch(value)
    if not found or value == "..":
        raise ValueError("expected a number, a comparison like >=50 or a range like 40..80")
    sign, number, low, high = found.groups()
    if number is None:
        span = Bounds(int(low) if low else None, int(high) if high else None)
        if span.low is not None and span.high is not None and span.low > span.high:
            raise ValueError(f"{shown(value)} ends before it starts")
        return span
    n = int(number)
    return {
        ">=": Bounds(n, None), ">": Bounds(n + 1, None), "<=": Bounds(None, n), "<": Bounds(None, n - 1),
    }.get(sign, Bounds(n, n))  # fmt: skip


def check_value(field: str, value: str) -> str:
    """The value in its canonical spelling. Raises ValueError where the field can't have it."""
    if field in NAMES or field == "sort":
        return _check_name(field, value)
    if field in NUMBER_FIELDS:
        bounds(value)
        if field == "quality" and not all(0 <= int(n) <= 100 for n in _WHOLE.findall(value)):
            raise ValueError("expected a number from 0 to 100")
    elif field in DATE_FIELDS:
        _check_date(field, value)
    elif field in ("id", "story") and not _ID.fullmatch(value):
        raise ValueError("expected 1 to 12 of the digits 0-9 and a-f")
    return value


def is_unfinished(field: str, value: str) -> bool:
    """Whether the value may become a good one when the next letters are typed: then it asks nothing yet."""
    folded = value.lower()
    if field in NAMES or field == "sort":
        names = NAMES.get(field, SORTS)
        begun = folded.removeprefix("-") if field == "sort" else folded
        return begun not in names and any(name.startswith(begun) for name in names)
    if field in NUMBER_FIELDS:
        return bool(_UNFINISHED_NUMBER.fullmatch(value))
    if field in DATE_FIELDS:
        try:
            check_value(field, value)
        except ValueError:
            last = folded.rpartition("..")[2]
            is_digits = _UNFINISHED_DATE.fullmatch(value) is not None
            return is_digits or any(name.startswith(last) for name in dates.NAMED_DAYS)
    return False


def example(field: str) -> str:
    """A good term of this field, for messages: `quality:>=50`."""
    return f"{field}:{BY_NAME[field].example}"


def _check_name(field: str, value: str) -> str:
    folded = value.lower()
    known = NAMES.get(field, SORTS)
    if (folded.removeprefix("-") if field == "sort" else folded) not in known:
        raise ValueError(f"unknown value {shown(value)}; {nearest(folded, known)}")
    return folded


@lru_cache(1024)
def _check_date(field: str, value: str) -> None:
    """Kept in mind for the next keystrokes, which bring the same dates again."""
    if field != "date":
        (dates.since if field == "since" else dates.until)(value, _CHECK_DAYS[0], UTC)
    elif ".." not in value:
        dates.on(value, _CHECK_DAYS[0], UTC)
    else:
        spans = [dates.on(value, day, UTC) for day in _CHECK_DAYS]
        if all(span.start is not None and span.start == span.stop for span in spans):
            raise ValueError(f"{shown(value)} ends before it starts; write the earlier date first")
