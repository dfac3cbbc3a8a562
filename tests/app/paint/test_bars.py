"""Bars and numbers of the same width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.app.paint.cells import HEAT_WIDTH, heat_column, heat_text, quality_bar


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
