"""Words of a search in lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.app.reading.hits import Highlights, hits_in, may_hit, restyled, sought
from reader.app.reading.lines import BOLD, Line, Span, plain


def marked(text: str, *highlights: tuple[str, bool]) -> list[str]:
    """The stretches of a text of several lines that are hits."""
    lines: list[Line] = [(Span(line),) for line in text.split("\n")]
    return [plain(lines[hit.line])[hit.start : hit.end] for hit in hits_in(lines, sought(highlights))]


@pytest.mark.parametrize(
    ("text", "highlight", "expected"),
    [
        ("The Chips, the chip.", ("chips", False), ["Chips"]),
        ("The Chips, the chip.", ("chip", True), ["Chips", "chip"]),
        ("Café cafe CAFE\u0301", ("cafe", False), ["Café", "cafe", "CAFE\u0301"]),
        ("a_word here", ("word", False), ["word"]),
        ("东京塔在东京", ("东京", False), ["东京", "东京"]),
        ("东京塔在", ("东京塔", False), ["东京塔"]),
        ("हिन्दी में", ("हिन्दी", False), ["हिन्दी"]),
        ("the night train left", ("night tra", True), ["night train"]),
        ("night of the train", ("night train", False), []),
        ("anything", ("--", False), []),
    ],
)
def test_words_and_phrases_are_found(text: str, highlight: tuple[str, bool], expected: list[str]) -> None:
    """Case and accents do not matter, words are whole unless they may go on, phrases are together."""
    assert marked(text, highlight) == expected


def test_a_phrase_may_go_on_over_the_end_of_a_line() -> None:
    """Both parts are marked, and only the first counts as a place to go to."""
    lines: list[Line] = [(Span("the night"),), (Span("▎ ", "bar"), Span("train left"))]
    hits = hits_in(lines, sought((("night train", False),)))
    assert [tuple(hit) for hit in hits] == [(0, 4, 9, True), (1, 2, 7, False)]


def test_ink_goes_over_spans_and_keeps_their_emphasis() -> None:
    """A stretch over two spans gets the style in both."""
    line = (Span("one "), Span("two", emphasis=BOLD))
    assert restyled(line, 2, 6, "hit") == (
        Span("on"), Span("e ", "hit"), Span("tw", "hit", BOLD), Span("o", emphasis=BOLD),
    )  # fmt: skip


WORDS = st.text(alphabet="aé漢字ひ \n-_e\u0301", max_size=30)


@given(WORDS, st.lists(st.tuples(WORDS, st.booleans()), max_size=3))
def test_hits_lie_within_their_lines(text: str, highlights: list[tuple[str, bool]]) -> None:
    """No hit is empty or beyond its line, they are in order, and a text that has one may have one."""
    wanted: Highlights = tuple(highlights)
    lines: list[Line] = [(Span(line),) for line in text.split("\n")]
    hits = hits_in(lines, sought(wanted))
    assert all(0 <= hit.start < hit.end <= len(plain(lines[hit.line])) for hit in hits)
    assert [hit[:3] for hit in hits] == sorted(hit[:3] for hit in hits)
    assert not hits or may_hit(text, sought(wanted))
