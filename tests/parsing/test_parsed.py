"""The guard that stands before every parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.parsing.parsed import MAX_NESTING, HeaderError, refuse_nesting


def test_the_deepest_nesting_that_is_parsed() -> None:
    """As many brackets as the limit pass, one more does not, and its line is said."""
    refuse_nesting("a: " + "[" * MAX_NESTING)
    with pytest.raises(HeaderError) as caught:
        refuse_nesting("a: x\nb: " + "[{" * MAX_NESTING)
    assert caught.value.line == 1 and str(MAX_NESTING) in caught.value.reason


def test_many_brackets_side_by_side_pass() -> None:
    """Only depth counts; a closing bracket too many does not hide later ones."""
    refuse_nesting("a: []\n" * 1000)
    with pytest.raises(HeaderError):
        refuse_nesting("]" * 1000 + "[" * (MAX_NESTING + 1))


@given(st.text(st.sampled_from("[]{}a\n"), max_size=300))
def test_what_passes_is_never_deeper(header: str) -> None:
    """Counting by hand comes to the same end."""
    depth = deepest = 0
    for char in header:
        depth = depth + 1 if char in "[{" else max(depth - 1, 0) if char in "]}" else depth
        deepest = max(deepest, depth)
    try:
        refuse_nesting(header)
    except HeaderError:
        assert deepest > MAX_NESTING
    else:
        assert deepest <= MAX_NESTING
