"""Completion of the word at the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.app.browsing.search_input import complete
from reader.query import parse
from reader.query.results import FacetValue
from tests.query.test_grammar import TEXTS

VALUES = {
    "topic": (
        FacetValue("AI", 9),
        FacetValue("Big, Data", 4),
        FacetValue("Café", 2),
        FacetValue("Airports", 0),
    ),
    "provider": (FacetValue("Harbour Post", 3), FacetValue('The "Post"', 1)),
    "tag": (FacetValue("later", 1),),
    "quality": (FacetValue("0..4", 0), FacetValue("5..9", 2)),
}
VIEWS = [("All", ""), ("Unread", "is:unread"), ("Best", "quality:>=80 sort:quality")]


def _shown(text: str) -> list[str]:
    found = complete(text, len(text), VALUES, VIEWS)
    return [one.shown for one in found.candidates] if found else []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to", ["topic:"]),
        ("x -ti", ["title:"]),
        ("(qu", ["quality:"]),
        ("topic:a", ["AI", "Airports"]),
        ("topic:AI,b", ["Big, Data"]),
        ("topic:AI,a", ["Airports"]),
        ("topic:data", ["Big, Data"]),
        ('topic:"big, d', ["Big, Data"]),
        ("-provider:po", ["Harbour Post", 'The "Post"']),
        ("tag:", ["later"]),
        ("is:un", ["unread"]),
        ("sort:-q", ["-quality"]),
        ("quality:", [">=50", ">=80", "..30"]),
        ("date:", ["today", "yesterday"]),
        ("since:", ["today", "yesterday", "7d", "30d", "1y"]),
        ("cafe", ["topic:Café"]),
        ("unr", ["Unread (view)"]),
        ("-unr", []),
        ("x ", []),
        ('"to', []),
        ("title:x", []),
        ("", []),
    ],
)
def test_candidates(text: str, shown: list[str]) -> None:
    """Fields, then views and values for a bare word; the field's values after a colon; case and accents
    are ignored."""
    assert _shown(text) == shown


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a topic:b", 'a topic:"Big, Data" '),
        ("topic:AI,b", 'topic:AI,"Big, Data" '),
        ('provider:"the', 'provider:"The \\"Post\\"" '),
        ("-caf", "-topic:Café "),
        ("chips bes", "chips quality:>=80 sort:quality "),
        ("to", "topic:"),
    ],
)
def test_the_first_candidate_is_inserted(text: str, after: str) -> None:
    """Quoted if necessary; the cursor is behind it."""
    found = complete(text, len(text), VALUES, VIEWS)
    assert found is not None
    assert found.applied(text, 0) == (after, len(after))
    if not after.endswith(":"):
        parse(after)


def test_a_word_in_the_middle_is_completed_at_its_end() -> None:
    """The rest of the text stays; inside a word there are no candidates."""
    found = complete("topic:a chips", 7, VALUES, VIEWS)
    assert found is not None and found.applied("topic:a chips", 0) == ("topic:AI chips", 9)
    assert complete("topic:ai", 7, VALUES, VIEWS) is None


@given(TEXTS, st.integers(0, 60))
def test_any_text_and_cursor_are_accepted(text: str, cursor: int) -> None:
    """A candidate replaces only the word before the cursor."""
    cursor = min(cursor, len(text))
    found = complete(text, cursor, VALUES, VIEWS)
    if found is not None:
        for place, one in enumerate(found.candidates):
            new, at = found.applied(text, place)
            assert new[:at].endswith(one.written) and new.startswith(text[: found.start])
