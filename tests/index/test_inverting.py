"""Which articles have which words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.index.inverting import Inverter
from reader.index.packing import lows_of

WORDS = st.lists(st.text("abc0\u6f22\ue000", min_size=1, max_size=4), max_size=8)


@given(st.lists(WORDS, max_size=12), st.integers(0, 60_000), st.integers(1, 400))
def test_words_are_turned_round(articles: list[list[str]], first: int, step: int) -> None:
    """Each word once, in order, with the articles that have it, however often they do."""
    inverter = Inverter()
    for place, found in enumerate(articles):
        inverter.add(first + step * place, "  ".join(found))
    words, lows = inverter.take()
    assert words == sorted({word for found in articles for word in found})
    for word, packed in zip(words, lows, strict=True):
        assert packed == lows_of([first + step * n for n, found in enumerate(articles) if word in found])
