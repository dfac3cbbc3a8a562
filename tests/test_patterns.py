"""Patterns that wait."""

from __future__ import annotations

import re

import pytest

from reader.patterns import lazy


def test_it_does_what_the_compiled_one_does() -> None:
    """Flags count, and each method is the pattern's own."""
    later, now = lazy(r"a(b*)c", re.IGNORECASE), re.compile(r"a(b*)c", re.IGNORECASE)
    assert later.findall("xABBCx ac") == now.findall("xABBCx ac") == ["BB", ""]
    assert later.sub("-", "abc") == "-"
    assert later.pattern == now.pattern


def test_nothing_is_compiled_before_it_is_used() -> None:
    """A mistake in it is only found then."""
    later = lazy("(")
    with pytest.raises(re.error):
        later.search("a")
