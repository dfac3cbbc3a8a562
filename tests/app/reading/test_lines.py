"""Soft wrap by cells."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.app.reading.lines import BOLD, MIN_WIDTH, Line, Span, plain, wrap
from reader.article.text import clean

ALPHABET = "ab c\n-—漢字かな、。（）한e\u0301\u200d\ufe0f👩❤ \t\u3000ก็"
LETTERS = st.text(alphabet=ALPHABET, max_size=60).map(clean)
"""As text comes into the reader: joiners only where they join."""


def lines(text: str, width: int) -> list[str]:
    """The wrapped text of one span."""
    return [plain(line) for line in wrap([Span(text)], width)]


def cells(line: Line) -> int:
    """The width as the terminal gets it: span by span."""
    return sum(cell_len(span.text) for span in line)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one  two", 20, ["one  two"]),
        ("  one two", 5, ["one", "two"]),
        ("one\n\ntwo", 9, ["one", "", "two"]),
        ("a\xa0b c", 3, ["a\xa0b", "c"]),
        ("well-known", 6, ["well-", "known"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("漢字漢", 4, ["漢字", "漢"]),
        ("漢字。漢", 4, ["漢", "字。", "漢"]),
        ("漢（字）", 4, ["漢", "（字", "）"]),
        ("x漢字", 4, ["x漢", "字"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
    ],
)
def test_a_text_is_wrapped_at_its_blanks_and_between_wide_characters(
    text: str, width: int, expected: list[str]
) -> None:
    """Words stay whole where they fit, and closing signs never begin a line that has room for more."""
    assert lines(text, width) == expected


def test_spans_keep_their_look_over_the_end_of_a_line() -> None:
    """A bold stretch that is wrapped is bold on both lines."""
    wrapped = wrap([Span("one "), Span("two three", emphasis=BOLD), Span(" four")], 7)
    assert wrapped == [
        (Span("one "), Span("two", emphasis=BOLD)),
        (Span("three", emphasis=BOLD),),
        (Span("four"),),
    ]


@given(LETTERS, st.lists(st.integers(0, 60), max_size=5), st.integers(1, 12))
def test_no_line_is_too_wide_and_no_letter_is_lost(text: str, cuts: list[int], width: int) -> None:
    """Whatever the spans and the width, every line fits and all but spaces is still there, in order."""
    edges = [0, *sorted(cuts), len(text)]
    texts = [text[start:end] for start, end in zip(edges, edges[1:], strict=False)]
    wrapped = wrap([Span(text, str(number)) for number, text in enumerate(texts)], width)
    assert max(map(cells, wrapped)) <= max(width, MIN_WIDTH)
    assert "".join("".join(map(plain, wrapped)).split()) == "".join("".join(texts).split())


@given(LETTERS, st.integers(2, 12))
def test_a_letter_and_its_marks_stay_together(text: str, width: int) -> None:
    """No line but the first of a paragraph begins with a mark whose letter is on the line before."""
    text = "".join(text.split())
    assert not any(line.startswith(("\u0301", "\u200d", "\ufe0f")) for line in lines(text, width)[1:])


@pytest.mark.parametrize("text", ["x" * 1_000_000, "漢" * 500_000, "word " * 200_000, " " * 1_000_000])
def test_a_line_without_end_is_wrapped_in_linear_time(text: str) -> None:
    """A megabyte on one line takes seconds at worst on a slow machine, not minutes."""
    start = process_time()
    wrap([Span(text)], 72)
    assert process_time() - start < 20
