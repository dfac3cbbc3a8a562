"""Plain text out of Markdown."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.markdown import (
    EXCERPT_LENGTH,
    first_heading,
    first_paragraph,
    references_in,
    repeats_body,
)
from tests.conftest import QUICK, rarely


@pytest.mark.parametrize(
    ("body", "heading"),
    [
        ("text\n\n## Two ##\n", "Two"),
        ("Under\n=====\n", "Under"),
        ("Under\n---\n", "Under"),
        ("```\n# no\n```\n# yes", "yes"),
        ("\n---\n", ""),
        ("#hashtag", ""),
        ("# Steps {#steps .wide}", "Steps"),
        ("Steps ## {#steps}\n====", "Steps ##"),
        ("# C#", "C#"),
        ("## Plain words \nText.", "Plain words"),
        ("# Contents\n\n# Words", "Words"),
        ("# \n# Next", "Next"),
    ],
)
def test_the_first_heading(body: str, heading: str) -> None:
    """With hashes or underlined, not inside code."""
    assert first_heading(body) == heading


@pytest.mark.parametrize(
    ("body", "paragraph"),
    [
        ("# Title\n\nOne\ntwo.\n\nThree.", "One two."),
        ("Title\n=====\n\nText.", "Text."),
        ("## Title\nText\nand more.", "Text and more."),
        ("# Title\n## Title\n \nText.", "Text."),
        ("One  \n   two!\nthree.\n\nFour.", "One two! three."),
        ("Some text\n2) and more\n- a list", "Some text 2) and more"),
        ("한국어는\n띄어 씁니다.", "한국어는 띄어 씁니다."),
        ("日本語は\n続きます。", "日本語は続きます。"),
        ("![only](a.png)\n\n> quoted\n> words", "quoted words"),
        ("```\ncode\n```\n\nText.", "Text."),
        ("- first\n- second", "first second"),
        ("- a list\n\nText.", "Text."),
        ("import X from 'y'\n\nText.", "Text."),
        ("a [link over\nlines](https://a.example) and\\\nmore", "a link over lines and more"),
        ("See [my\nGUIDE].\n\nMore.\n\n[My  guide]: https://a.example", "See my GUIDE."),
        ("On [Rust]'s day [sic].\n\n[rust]: https://rust.example", "On Rust's day [sic]."),
        (":::note\nText.\n:::", "Text."),
        ("[TOC]\n\n{: .wide}\n\n> [!NOTE] Title\n> - [x] done", "Title"),
        ("> [!NOTE]\n> Text.", "Text."),
        ("| a | b |\n\n---\n\n***\n\nText.", "Text."),
        ("", ""),
        (
            "Since [1.96.0](https://a.example/113) it is. See 7) below - and 8. on",
            "Since 1.96.0 it is. See 7) below - and 8. on",
        ),
    ],
)
def test_the_first_paragraph(body: str, paragraph: str) -> None:
    """Headings, pictures, code, tables and rules are passed over."""
    assert first_paragraph(body) == paragraph


def test_a_long_paragraph_is_cut_at_a_word() -> None:
    """The cut is shown and stays within the length."""
    found = first_paragraph("word " * 200)
    assert found.endswith("word…") and len(found) <= EXCERPT_LENGTH + 1
    assert len(first_paragraph("x" * 1000)) == EXCERPT_LENGTH + 1


@given(st.text(st.sampled_from("[]()*_`<>!\\#=-~|{}% \n\tab1.&") | st.characters()))
def test_no_body_raises(body: str) -> None:
    """Any text gives one line."""
    assert "\n" not in first_paragraph(body) + first_heading(body)


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "<a ",
        "*",
        "> ",
        *rarely("![", "[a](", "_", "`", "{%", "<!--", "- ", "\\", "a_", "# ", "=", "((", "[]("),
    ],
)
@QUICK
def test_hostile_markdown_is_quick(piece: str) -> None:
    """Openings without an end do not take long."""
    first_paragraph(piece * 20_000)
    first_heading(piece * 20_000)
    first_heading("# " + piece * 20_000)


def test_words_below_a_picture_are_no_first_paragraph() -> None:
    """WordPress has them in a shortcode around the picture."""
    assert (
        first_paragraph('[caption id="a"]<img src="a.jpg"> A crane[/caption]\n\nA real one.') == "A real one."
    )


def test_an_excerpt_taken_from_a_list_repeats_the_body() -> None:
    """Also where a picture and headings are above the list, as in exports of Readwise."""
    body = "# Book\n\n![a](b.png)\n\n## About\n\n- Author: Ann\n- Pages: *many*\n\n## Quotes\n\n- One"
    assert repeats_body(first_paragraph(body), body)
    assert not repeats_body("Author: Ben", body)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "line, names",
    [
        ("[a]: https://a.example", "A"),
        ("[" + "]:" * 480, ""),
        ("[\\]:" * 200, ""),
        ("[a]: " + "x" * 900, "A"),
    ],
)
def test_many_definitions_are_found_in_linear_time(line: str, names: str) -> None:
    """Also where lines only look like definitions: read as text, 2 MB of them would take half a minute."""
    found = references_in(f"{line}\n" * (2_000_000 // len(line)))
    assert "".join(found.get("references", {})) == names


def test_definitions_are_only_parsed_where_a_part_names_them() -> None:
    """In any case and with any blanks, as the parser compares names."""
    body = "[a  B]: /one\n[c]: /two\n"
    assert references_in(body, "a b, c") == {}
    assert len(references_in(body, "an [ A\nb ]")["references"]) == 2


def test_a_first_paragraph_of_very_many_lines_takes_little_memory() -> None:
    """Only its beginning is looked at."""
    body = "Text.\n" * 100_000
    tracemalloc.start()
    try:
        assert first_paragraph(body).startswith("Text. Text.")
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
