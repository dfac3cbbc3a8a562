"""The guard that is before every parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.parsing.parsed import (
    MAX_ENTRIES,
    MAX_HEADER,
    MAX_NESTING,
    HeaderError,
    LineNumbers,
    refuse_excess,
)


def test_the_deepest_nesting_that_is_parsed() -> None:
    """As many brackets as the limit pass, one more does not, and its line is reported."""
    refuse_excess("a: " + "[" * MAX_NESTING)
    with pytest.raises(HeaderError) as caught:
        refuse_excess("a: x\nb: " + "[{" * MAX_NESTING)
    assert caught.value.line == 1 and str(MAX_NESTING) in caught.value.reason


def test_many_brackets_side_by_side_pass() -> None:
    """Only depth counts; a closing bracket too many does not hide later ones."""
    refuse_excess("a: []\n" * 1000)
    refuse_excess("a, b\n" * (MAX_ENTRIES // 2))
    with pytest.raises(HeaderError):
        refuse_excess("]" * 1000 + "[" * (MAX_NESTING + 1))


@pytest.mark.parametrize(
    ("header", "reason"),
    [("a" * (MAX_HEADER + 1), "larger than 256 kB"), ("a,b\n" * (MAX_ENTRIES // 2 + 1), "20,000 lines")],
)
def test_long_headers_are_refused(header: str, reason: str) -> None:
    """What is too long or has too many values is not parsed at all."""
    with pytest.raises(HeaderError) as caught:
        refuse_excess(header)
    assert reason in caught.value.reason


@given(st.text(st.sampled_from("ab\n")), st.integers(0, 50))
def test_line_numbers(text: str, place: int) -> None:
    """A place's line is the number of line breaks before it."""
    assert LineNumbers(text)(min(place, len(text))) == text.count("\n", 0, place)


@given(st.text(st.sampled_from("[]{}a\n"), max_size=300))
def test_what_passes_is_never_deeper(header: str) -> None:
    """Counting by hand comes to the same end."""
    depth = deepest = 0
    for char in header:
        depth = depth + 1 if char in "[{" else max(depth - 1, 0) if char in "]}" else depth
        deepest = max(deepest, depth)
    try:
        refuse_excess(header)
    except HeaderError:
        assert deepest > MAX_NESTING
    else:
        assert deepest <= MAX_NESTING
