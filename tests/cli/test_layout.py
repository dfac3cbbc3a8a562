"""Tests of columns and paragraphs measured in cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from reader.cli.layout import aligned, cells, columns, cut, pad, wrap

TEXT = st.text(st.sampled_from("abc é報\u0301 -"), max_size=40)


def test_wide_letters_take_two_cells() -> None:
    """Han takes two cells, a combining mark none."""
    assert (cells("abc"), cells("é"), cells("報"), cells("e\u0301"), cells("")) == (3, 1, 2, 1, 0)


@given(st.text(st.sampled_from("a é’“…–™\ufe0f\u0301報"), max_size=12))
def test_common_signs_need_no_table_of_widths(text: str) -> None:
    """With or without a lookup in the table, the width is the table's."""
    assert cells(text) == wcswidth(text)


@given(TEXT, st.integers(0, 30))
def test_cut_never_passes_the_width(text: str, width: int) -> None:
    """What is cut fits, begins like the text, and ends in an ellipsis only where something is missing."""
    short = cut(text, width)
    assert cells(short) <= width
    assert (
        short == text or (short.endswith("…") and text.startswith(short[:-1])) or (width == 0 and not short)
    )


@given(TEXT, st.integers(0, 30))
def test_pad_fills_up_and_keeps_all(text: str, width: int) -> None:
    """A padded text has at least the given width and begins with the text."""
    padded = pad(text, width)
    assert padded.startswith(text)
    assert cells(padded) == max(width, cells(text))


def test_rows_are_aligned_by_cells() -> None:
    """Each column is as wide as its widest cell, numbers end below each other, and no line ends in spaces."""
    rows = [("NAME", "COUNT", "NOTE"), ("報告", "3", ""), ("a", "1,024", "old")]
    assert list(aligned(rows, right=(1,))) == [
        "NAME  COUNT  NOTE",
        "報告      3",
        "a     1,024  old",
    ]
    assert list(aligned([])) == []


@given(TEXT, st.integers(4, 30))
def test_wrap_keeps_every_letter(text: str, width: int) -> None:
    """Nothing but spaces is lost, no line is empty, and only an unbroken ASCII word may be wider."""
    lines = list(wrap(text, width))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line and (cells(line) <= width or line.isascii() and " " not in line) for line in lines)


def test_a_url_stays_whole() -> None:
    """A long ASCII word is not broken, so it can be copied."""
    url = "https://x.example/" + "a" * 40
    assert list(wrap(f"see {url} there", 20)) == ["see", url, "there"]


def test_the_variable_columns_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    """If it is a number; without a terminal the default is used."""
    monkeypatch.setenv("COLUMNS", "33")
    assert columns() == 33
    monkeypatch.setenv("COLUMNS", "wide")
    assert columns(-1) == 80
