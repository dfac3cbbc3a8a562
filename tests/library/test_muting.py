"""Tests of what the configuration leaves out of answers."""

from __future__ import annotations

import pytest

from reader.library.muting import EVERYWHERE, Muting, muting_of
from reader.query import Query, parse

VIEWS = {"Chips": "topic:Chips sort:quality", "Broken": "topci:x"}
RULES = {EVERYWHERE: ("sponsored",), "chips": ("quality:<20", "rumour"), "All": ("topic:Sports",)}


def filtered(text: str) -> str:
    """Returns a query narrowed by these rules."""
    query = parse(text)
    return str(query.and_also(muting_of(RULES, VIEWS)[0].of(query)))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("topic:Chips", "topic:Chips -sponsored -quality:<20 -rumour"),
        ("harbour topic:Chips", "harbour topic:Chips -sponsored -quality:<20 -rumour"),
        ("topic:AI", "topic:AI -sponsored"),
        ("", "-sponsored -topic:Sports"),
    ],
)
def test_a_view_s_rules_hold_in_it_narrowed_or_not(text: str, left: str) -> None:
    """What is muted everywhere always is, what is muted in a view only there; everything is All's alone."""
    assert parse(filtered(text)) == parse(left)


def test_what_means_nothing_is_a_sentence() -> None:
    """A bad query and an unknown view are reported with the nearest name; the other rules hold."""
    rules = {EVERYWHERE: ("topci:x", "sponsored"), "Unraed": ("a",)}
    muting, mistakes = muting_of(rules, {})
    assert parse(str(muting.of(Query()))) == parse("-sponsored")
    assert len(mistakes) == 2
    assert "topci" in mistakes[0] and 'unknown view "Unraed"; did you mean "Unread"?' in mistakes[1]


def test_no_rules_leave_nothing_out() -> None:
    """Without rules, queries are unchanged."""
    assert muting_of({}, {}) == (Muting(), [])
    assert Muting().of(parse("a")) == Query()
