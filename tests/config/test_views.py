"""Views: those of the reader, those of the configuration, and what a change makes of them."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.config.views import BUILT_IN, Configured, arranged, find, moved, removed, renamed, saved
from reader.errors import UsageError
from reader.query import parse

OWN: Configured = {"Chips": "topic:Chips", "Best": "quality:>=80"}
NAMES, TEXTS = st.sampled_from([*BUILT_IN, "A", "B", "C"]), st.sampled_from(["a", "is:unread", "since:today"])
CONFIGURED = st.dictionaries(NAMES, TEXTS, max_size=6)


def _names(configured: Configured) -> list[str]:
    return [view.name for view in arranged(configured)]


def test_the_reader_s_own_come_first() -> None:
    """One that the configuration names has its query and stands where it says; false leaves it out."""
    assert _names({}) == list(BUILT_IN)
    assert _names(OWN) == [*BUILT_IN, "Chips", "Best"]
    changed: Configured = {"Hot": "heat:>9", "Today": False}
    assert _names(changed) == ["All", "Unread", "Starred", "This week", "Hot"]
    assert arranged(changed)[-1].text == "heat:>9"
    assert all(parse(text) or not text for text in BUILT_IN.values())


def test_a_view_is_found_by_its_name() -> None:
    """Whatever its case; an unknown one gets the nearest."""
    assert find("chips", OWN).text == "topic:Chips"
    assert find("this WEEK", {}).text == "since:7d"
    with pytest.raises(UsageError, match='did you mean "Chips"'):
        find("Chpis", OWN)


def test_changes() -> None:
    """Saving, renaming and removing, of one's own and of those that come with the reader."""
    assert saved(OWN, "Chips", "chips") == {"Chips": "chips", "Best": "quality:>=80"}
    assert list(renamed(OWN, "Chips", "Silicon")) == ["Silicon", "Best"]
    assert _names(renamed({}, "Hot", "Warm")) == ["All", "Unread", "Starred", "Today", "This week", "Warm"]
    assert removed(OWN, "Chips") == {"Best": "quality:>=80"}
    assert _names(removed({}, "Hot")) == ["All", "Unread", "Starred", "Today", "This week"]
    assert removed({"Hot": "x"}, "Hot") == {"Hot": False}


@given(CONFIGURED, st.integers(0, 20), st.integers(-8, 8))
def test_a_view_moves_where_it_is_sent(
    configured: dict[str, str | Literal[False]], place: int, step: int
) -> None:
    """All others keep their order, no query changes, and only what must is named in the configuration."""
    views = arranged(configured)
    view = views[place % len(views)]
    after = moved(configured, view.name, step)
    rest = [one for one in views if one != view]
    target = max(min(views.index(view) + step, len(rest)), 0)
    assert arranged(after) == [*rest[:target], view, *rest[target:]]
    assert moved({}, "Hot", -1) == {"Hot": "heat:>0 sort:heat", "This week": "since:7d"}
    assert moved({"A": "a"}, "A", 1) == {"A": "a"}
