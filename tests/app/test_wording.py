"""Queries and results in words."""

from __future__ import annotations

import pytest

from reader.app.wording import in_words, order_in_words, result_counts, time_left
from reader.query import SORTS, Query, parse


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("topic:AI,Chips", "about AI or Chips"),
        ("-provider:Ledger since:7d", "not from Ledger · since 7d"),
        ('"wind farm"', '"wind farm"'),
        ("turb*", '"turb"…'),
        ("is:unread has:image", "unread · with image"),
        ("quality:>=50", "quality >=50"),
        ("topic:AI OR topic:Chips", "about AI or about Chips"),
    ],
)
def test_a_query_in_words(text: str, words: str) -> None:
    """The filters as one would say them."""
    assert in_words(parse(text)) == words


def test_every_order_has_words() -> None:
    """In both directions."""
    orders = {order_in_words(Query((), sort, turned)) for sort in SORTS for turned in (False, True)}
    assert len(orders) == 2 * len(SORTS)


def test_result_counts() -> None:
    """Only inexact numbers say "at least"."""
    assert result_counts(32, 128, True) == "32 of 128"
    assert result_counts(500, 9000, False) == "at least 500 of 9,000"


def test_time_left_is_shown_only_if_known() -> None:
    """Not in the first second, and not at the end."""
    assert time_left(10, 100, 0.5) == ""
    assert time_left(50, 100, 10) == "10 s left"
    assert time_left(1, 100, 10) == "16 min left"
    assert time_left(100, 100, 10) == ""
