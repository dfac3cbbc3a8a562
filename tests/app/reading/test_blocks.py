"""Markdown as lines."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.app.reading import blocks
from reader.app.reading.blocks import LANGUAGES, layout_markdown, layout_safely, links_in, safely
from reader.app.reading.inline import LinkNumbers, Look
from reader.app.reading.lines import BOLD, ITALIC, STRIKE, Span, plain
from reader.article.markdown import parse
from tests.app.build import texts

MARKUP = st.text(alphabet=st.sampled_from("ab #*_`~[]()!>|-+=:\\&<1.\n\t漢é"), max_size=200)


def spans(markdown: str) -> list[Span]:
    """The spans of the first line."""
    return list(layout_markdown(markdown, 60)[0])


LAYOUTS = {
    "paragraphs": ("one\ntwo\n\n\nthree", 40, ["one two", "", "three"]),
    "hard breaks": ("one  \ntwo\\\nthree", 40, ["one", "two", "three"]),
    "a break between Han": ("漢字\n漢字", 40, ["漢字漢字"]),
    "marks of Rich and Textual": ("a [/x] [red]d[/red]", 40, ["a [/x] [red]d[/red]"]),
    "a lying link": ("[https://a.example](http://evil.example)", 40, ["https://a.example [evil.example]"]),
    "lists": (
        "- one\n  - two\n    1. three\n- [x] four\n\npara\n\n9. nine\n10. ten", 40,
        ["• one", "  ◦ two", "    1. three", "☑ four", "", "para", "", " 9. nine", "10. ten"],
    ),
    "a loose list": ("- one\n\n- two\n\n  three", 40, ["• one", "", "• two", "", "  three"]),
    "a list close to its item": (
        "- one\n  - two\n  - three\n\n- four", 40, ["• one", "  ◦ two", "  ◦ three", "", "• four"]
    ),
    "quotes": ("> one\n>\n> > two", 40, ["▎ one", "▎", "▎ ▎ two"]),
    "code": ("```\na  b\n\n  c\n```", 40, [" a  b", "", "   c"]),
    "an aligned table": (
        "| a | n |\n| --- | ---: |\n| 漢字 | 1 |\n| b | 128 |", 40,
        ["a       n", "────  ───", "漢字    1", "b     128"],
    ),
    "a table without a head": ("| | |\n|-|-|\n|a|b|", 30, ["a  b"]),
    "a table that wraps": (
        "| a | b |\n| --- | --- |\n| x | one two three |\n| y | z |", 12,
        ["a  b", "─  ─────────", "x  one two", "   three", "", "y  z"],
    ),
    "a table too narrow to read": (
        "| aaaaaaaa | bbbbbbbb | c |\n| - | - | - |\n| oneoneone | twotwotwo | 3 |", 14,
        ["aaaaaaaa:", "oneoneone", "bbbbbbbb:", "twotwotwo", "c: 3"],
    ),
    "a rule": ("a\n\n***\n\nb", 5, ["a", "", "─────", "", "b"]),
}  # fmt: skip


@pytest.mark.parametrize(("markdown", "width", "lines"), LAYOUTS.values(), ids=LAYOUTS)
def test_blocks(markdown: str, width: int, lines: list[str]) -> None:
    """Each kind of block is laid out in its own way; what is no Markdown stays as it is written."""
    assert texts(markdown, width) == lines


def test_emphasis_becomes_bits() -> None:
    """Strong, emphasised and struck text are told apart, also nested."""
    assert [(span.text, span.emphasis) for span in spans("a **b *c*** ~~d~~")] == [
        ("a ", 0),
        ("b ", BOLD),
        ("c", BOLD | ITALIC),
        (" ", 0),
        ("d", STRIKE),
    ]


def test_a_link_shows_where_it_leads() -> None:
    """The real host is behind a link in its own style."""
    link = spans("[the page](https://real.example/x)")
    assert [(span.text, span.style) for span in link] == [("the page", "link"), (" [real.example]", "host")]
    assert {span.target.value for span in link if span.target} == {"https://real.example/x"}


@pytest.mark.parametrize(
    "markdown", ["https://a.example/x", "<https://a.example/x>", "[a.example](https://a.example/x)"]
)
def test_a_host_that_is_read_anyway_is_not_repeated(markdown: str) -> None:
    """A bare address is a link without its host behind it."""
    (link,) = spans(markdown)
    assert (link.style, link.target and link.target.value) == ("link", "https://a.example/x")


def test_a_bare_address_ends_before_the_full_stop() -> None:
    """Punctuation and an unmatched bracket behind an address are not part of it."""
    assert list(links_in("(see https://a.example/x_(y)). Or https://b.example!")) == [
        ("", "https://a.example/x_(y)"),
        ("", "https://b.example"),
    ]


def test_links_have_numbers_where_they_are_asked_for() -> None:
    """Behind their words, in the order of the text, tables and lists included; a picture's note has none."""
    numbers = LinkNumbers(before=4)
    markdown = (
        "A [page](https://a.example/x) and https://b.example/y.\n\n- [c.example](https://c.example)\n\n"
        "| t |\n| - |\n| [d](https://d.example) |\n\n![p](https://e.example/p.png)\n"
    )
    text = "\n".join(map(plain, layout_markdown(markdown, 60, numbers=numbers)))
    for said in ("page [5]", "https://b.example/y [6]", "c.example [7]", "d [8]"):
        assert said in text
    assert numbers.links == links_in(markdown)
    assert len(numbers.links) == 4


def test_paragraphs_stand_apart_or_begin_indented() -> None:
    """Two blank lines, one, or none and a step to the right; a heading keeps its blank line."""
    markdown = "# Head\n\nOne.\n\nTwo."
    shown = {
        spacing: list(map(plain, layout_markdown(markdown, 40, look=Look(spacing=spacing))))
        for spacing in (0, 1, 2)
    }
    assert shown[2] == ["Head", "━━━━", "", "", "One.", "", "", "Two."]
    assert shown[1] == ["Head", "━━━━", "", "One.", "", "Two."]
    assert shown[0] == ["Head", "━━━━", "", "One.", "\xa0\xa0Two."]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "mailto:a@b.example", "../a.md", "#part", "file:///etc"]
)
def test_what_is_no_web_address_can_not_be_pressed(url: str) -> None:
    """Only http and https with a host are links; the words of others stay."""
    line = layout_markdown(f"[words]({url})", 60)[0]
    assert "words" in plain(line)
    assert not any(span.target for span in line)


def test_character_references_bring_nothing_back() -> None:
    """What they stand for is cleaned as if it had stood there."""
    for text in (
        "a&#x202e;b",
        "`c` &#8238;a&#x200b;b",
        "[a&#x202e;b](https://a.example)",
    ):
        (line,) = texts(text)
        assert "ab" in line and line.isascii()


def test_code_keeps_its_blanks_and_lines() -> None:
    """A block of code is not filled; a long line is cut with a sign, or wrapped between its words."""
    assert texts("```\n" + "x" * 30 + "\nend\n```", 22) == [" " + "x" * 19 + "›", " end"]
    wrapped = layout_markdown("```\n  one two  three four\n```", 18, look=Look(wraps_code=True))
    assert [plain(line).rstrip() for line in wrapped] == ["   one two", "   ↳ three four"]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_code_never_loses_a_line(language: str) -> None:
    """Whatever a lexer makes of it: those of sessions drop and add lines."""
    code = "$ ls\n>>> a\n1\n\n... b\n$ x\n  In [1]: c\nout\n\n\nend"
    assert texts(f"```{language}\n{code}\n```") == [f" {line}".rstrip() for line in code.split("\n")]


def test_ranks_of_headings_are_seen_without_colours() -> None:
    """No two of the first four look alike, nor like a bold paragraph."""
    looks = set()
    for markdown in ("# A", "## A", "### A", "#### A", "**A**"):
        lines = layout_markdown(markdown, 20)
        looks.add((lines[0][0].emphasis, tuple(map(plain, lines[1:]))))
    assert len(looks) == 5


def test_a_link_whose_words_lie_has_its_host_beside_its_number() -> None:
    """In its own style; the words of others say nothing about a host."""
    line = layout_markdown(
        "[bank.com](https://evil.example) [it](https://a.example)", 60, numbers=LinkNumbers()
    )[0]
    assert plain(line) == "bank.com [1\xa0evil.example] it [2]"
    assert [span.style for span in line if "evil" in span.text] == ["mismatch"]


def test_an_error_in_a_parser_is_raised_for_debugging(monkeypatch: pytest.MonkeyPatch) -> None:
    """With READER_DEBUG it is not replaced by plain text."""
    assert safely(lambda: 1 // 0, lambda: 7) == 7
    monkeypatch.setenv("READER_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        safely(lambda: 1 // 0, lambda: 7)


def test_what_raises_is_shown_as_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """No text ends the screen, whatever is wrong with what lays it out."""

    def fail(*_: object) -> None:
        raise AssertionError("thrown by a test")

    monkeypatch.setattr(blocks, "parse", fail)
    assert [plain(line) for line in layout_safely("A *text*\nof two lines", 40)] == [
        "A *text*",
        "of two lines",
    ]
    assert links_in("[a](https://a.example)") == []


def test_code_of_a_known_language_is_coloured() -> None:
    """Keywords and comments have styles of their own; an unknown language has none."""
    styles = {span.style for line in layout_markdown("```python\nimport os  # why\n```", 40) for span in line}
    assert {"listing-keyword", "listing-comment"} < styles
    assert {span.style for span in layout_markdown("```nosuch\nimport os\n```", 40)[0]} == {"listing"}


def test_a_picture_is_a_note() -> None:
    """A picture is named by its description, and can be pressed where it is on the web."""
    assert [span[:2] for span in spans("![dusk](a.png)")] == [("[picture: dusk]", "picture")]
    assert texts("![](a.png)") == ["[picture]"]


@given(MARKUP, st.integers(2, 40))
def test_any_text_has_a_layout_that_fits(markdown: str, width: int) -> None:
    """Nothing raises, and no line is wider than asked."""
    for line in layout_markdown(markdown, width):
        assert sum(cell_len(span.text) for span in line) <= width


@given(st.lists(st.text(alphabet="abcdefg漢字é ", min_size=1), min_size=1, max_size=8), st.integers(2, 40))
def test_the_words_of_paragraphs_stay_in_order(paragraphs: list[str], width: int) -> None:
    """Whatever the width, reading the lines one after the other gives the text."""
    laid_out = "".join(map(plain, layout_markdown("\n\n".join(paragraphs), width)))
    assert re.sub(r"\s", "", laid_out) == re.sub(r"\s", "", "".join(paragraphs))


@pytest.mark.parametrize("mark", [">", "- ", "[", "*a ", "`", "![](", "|", "](", "<a "])
def test_hostile_nesting_ends(mark: str) -> None:
    """Deeply nested or unclosed markup neither raises nor hangs."""
    layout_markdown(mark * 5_000, 40)


DEFINITIONS = st.lists(
    st.text(alphabet=st.sampled_from("[]a^: /\"'\\<>()\n\t"), max_size=12)
    | st.sampled_from(("[a]: b\n", "[^1]: b 'c'\n", ' [a]: b "c"\n', "\n", "[a]:\n", "    [a]: b\n")),
    max_size=6,
).map("".join)


@given(DEFINITIONS)
def test_only_definitions_are_passed_over(markdown: str) -> None:
    """What is passed over without being parsed has nothing to be seen for the parser either."""
    if blocks._ONLY_DEFINITIONS.match(markdown):
        assert parse(markdown) == []


def test_a_text_of_brackets_stays_text() -> None:
    """So many that looking for links would take long; nothing of it is lost."""
    for brackets in ("[" * 2_000, "![" * 1_000 + "](b)"):
        assert "".join(texts(brackets, 80)).replace(" ", "") == brackets
