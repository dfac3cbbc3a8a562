"""Text cut and filled by cells; bars, heats and centred sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from reader.app.paint.cells import (
    HEAT_WIDTH,
    Piece,
    cut,
    fill,
    fill_left,
    heat_column,
    heat_text,
    in_the_middle,
    one_line,
    quality_bar,
    strip_of,
    thumb,
)

TEXTS = st.text(alphabet=st.sampled_from("ab 漢字かな\u0301\u200d👩❤️—…\n\t"), max_size=40)


@given(TEXTS, st.integers(0, 30))
def test_filled_text_takes_exactly_its_width(text: str, width: int) -> None:
    """Whatever the characters, a column is as wide as it should be."""
    assert cell_len(fill(one_line(text), width)) == width
    assert cell_len(fill_left(one_line(text), width)) == width


def test_what_is_cut_ends_in_an_ellipsis() -> None:
    """A wide character that would be split is omitted whole."""
    assert cut("Harbour", 5) == "Harb…"
    assert cut("漢字漢字", 4) == "漢…"
    assert cut("漢字", 4) == "漢字"
    assert cut("anything", 0) == ""


@given(st.lists(TEXTS, max_size=5), st.integers(1, 40))
def test_a_painted_line_is_as_wide_as_its_pane_and_all_coloured(texts: list[str], width: int) -> None:
    """No segment is without a colour, or the NO_COLOR filter would fail on it."""
    pieces = [Piece(one_line(text), "a") for text in texts]
    strip = strip_of(pieces, width, lambda _: Style(color="red", bgcolor="black"), "a")
    assert strip.cell_length == width
    assert all(segment.style and segment.style.color for segment in strip)


def test_neighbours_of_one_ink_are_one_segment() -> None:
    """Each change of style costs bytes on the way to the terminal."""
    pieces = [Piece("a", "x"), Piece("b", "x"), Piece("c", "y")]
    strip = strip_of(pieces, 3, lambda name: Style(color="red" if name == "x" else "blue"), "x")
    assert [segment.text for segment in strip] == ["ab", "c"]


def test_a_sentence_is_centred_line_by_line() -> None:
    """Its own line breaks are kept, others come where the width ends."""
    assert in_the_middle("Nothing matches.\nc clears", 20) == ["  Nothing matches.", "      c clears"]
    assert all(cell_len(line) <= 10 for line in in_the_middle("a sentence of several words", 10))


def test_the_thumb_says_where_the_window_is() -> None:
    """At the top, at the bottom, and nowhere when all is visible."""
    marks = ["".join(thumb(y, 10, top, 100) for y in range(10)) for top in (0, 90)]
    assert marks == ["▐" + " " * 9, " " * 9 + "▐"]
    assert thumb(0, 10, 0, 10) == " "


@pytest.mark.parametrize(
    ("quality", "bar"),
    [
        (0, "▱▱▱▱▱"),
        (1, "▰▱▱▱▱"),
        (37, "▰▰▱▱▱"),
        (50, "▰▰▰▱▱"),
        (99, "▰▰▰▰▱"),
        (100, "▰▰▰▰▰"),
        (None, "     "),
    ],
)
def test_a_bar_is_full_only_for_the_best(quality: int | None, bar: str) -> None:
    """Something fills a cell, only 100 fills all, and what is unknown is blank."""
    assert quality_bar(quality, 5) == bar


def test_a_plain_bar_is_ascii() -> None:
    """Terminals that show no more get # and -."""
    assert quality_bar(50, 4, is_plain=True) == "##--"
    assert heat_text(12, is_plain=True) == "^12"


@given(st.none() | st.integers(-5, 200), st.integers(0, 12))
def test_a_bar_is_as_wide_as_asked(quality: int | None, width: int) -> None:
    """Whatever the quality, the bar has its width."""
    assert cell_len(quality_bar(quality, width)) == width


@pytest.mark.parametrize(
    ("heat", "text"), [(None, "–"), (-1, "–"), (0, "▲0"), (12, "▲12"), (1_234, "▲1.2k"), (45_000, "▲45k")]
)
def test_heat_is_short(heat: int | None, text: str) -> None:
    """Heat that was not measured is a dash, a great one is shortened."""
    assert heat_text(heat) == text


@given(st.none() | st.integers(-1, 10**20))
def test_heat_stays_in_its_column(heat: int | None) -> None:
    """Any heat takes the same cells."""
    assert cell_len(heat_column(heat)) == HEAT_WIDTH
