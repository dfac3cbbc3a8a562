"""Inline Markdown as spans."""

from __future__ import annotations

import pytest

from reader.app.reading.blocks import layout_markdown
from reader.app.reading.inline import WIDEST_NAME, file_name
from reader.app.reading.lines import BOLD, UNDERLINE

WRAPPED = "https://www.ft.example/cms/https%253A%252F%252Fs3.example%252Fimages%252F8%252F14514748-1%252FSensetime03.jpg"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("pictures/lighthouse.png", "lighthouse.png"),
        ("https://a.example/x/sea.jpg?width=3&u=/y/z.png", "sea.jpg"),
        (f"{WRAPPED}?source=nar-cms", "Sensetime03.jpg"),
        ("https://a.example/a%20sea.png", "a sea.png"),
        ("https://a.example/100%.png", "100%.png"),
        ("https://a.example/%1b%5b2Jx.png", "x.png"),
        ("https://a.example/%25252525252541", "%252541"),
        ("", ""),
    ],
)
def test_a_picture_is_called_by_its_file(url: str, name: str) -> None:
    """Also where an address is written into another one; what would be a control never is one."""
    assert file_name(url) == name


def test_a_long_name_is_cut() -> None:
    """It never takes more than a line or two."""
    assert file_name(f"https://a.example/{'a' * 300}.png") == "a" * (WIDEST_NAME - 1) + "…"


@pytest.mark.parametrize(
    ("markdown", "marked"),
    [
        ("a ==b c== d", [("b c", 0)]),
        ("==a **b**\n[c](https://x.example)== d", [("a ", 0), ("b", BOLD), (" ", 0), ("c", UNDERLINE)]),
        ("<mark>a</mark> b ==`c`==", [("a", 0), ("c", 0)]),
        ("## A ==b== c", [("b", BOLD)]),
        ("`==a==` 1 == 2 == 3, a==b==c, ==a", []),
    ],
)
def test_words_marked_with_a_pen_have_a_style(markdown: str, marked: list[tuple[str, int]]) -> None:
    """Also where emphasis, code or a link is between the signs, or a line ends; the signs are not shown."""
    found = [span for line in layout_markdown(markdown, 60) for span in line if span.style == "marked"]
    assert [(span.text, span.emphasis) for span in found] == marked
    assert not marked or all("==" not in span.text for line in layout_markdown(markdown, 60) for span in line)
