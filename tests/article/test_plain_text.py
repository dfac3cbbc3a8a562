"""Titles and excerpts as plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.plain_text import lowered, plain_text, raised, searched_text
from reader.article.text import words
from tests.conftest import QUICK


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Espa&#241;ol &amp; caf&eacute;", "Español & café"),
        ("**Bold** and _it_, ~~gone~~ and `code_x`", "Bold and it, gone and code_x"),
        ("***x*** **a *b* c**", "x a b c"),
        ("[link](http://x.example/a_(b) 'title') and ![picture](p.png)", "link and picture"),
        ("<p>a <b>b</b></p><p>c<br>d</p>", "a b c d"),
        ("10<sup>6</sup> of H<sub>2</sub>O", "10⁶ of H₂O"),
        ("said[^1] of [[Page|it]] and [[Other]], not <[[T; N]]>", "said of it and Other, not <[[T; N]]>"),
        ("<i>Dune</i> & <em>more</em>", "Dune & more"),
        ("**Use `x_y` now**", "Use x_y now"),
        ("&lt;b&gt;x&lt;/b&gt;", "<b>x</b>"),
    ],
)
def test_formatting_goes(text: str, plain: str) -> None:
    """Entities are decoded, paired marks and tags taken off."""
    assert plain_text(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "The <video> element", "The <br> element", "vector<int> in C++", "How __init__ works", "M*A*S*H",
        "f(*args, **kwargs)",
        "5 * 3 * 2", "snake_case_name", "*.py,*.md", "1 < 2 > 1", "<b>open", "AT&T and &copy=1", "a_b_ c_d_",
        "~/x and ~/y",
    ],
)  # fmt: skip
def test_what_is_no_formatting_stays(text: str) -> None:
    """Only pairs go."""
    assert plain_text(text) == text


@given(st.text(st.sampled_from("[]()*_`<>!\\#~&;p/b \tab1.\x00") | st.characters()))
def test_any_text_is_one_clean_line(text: str) -> None:
    """No entity brings back what the cleaner takes out."""
    plain = plain_text(text + "&#27;&#x202e;&#10;")
    assert not any(char in plain for char in "\n\x1b\u202e")


@pytest.mark.parametrize(
    "piece", ["*a", "_a", "__a", "[a](", "<b>", "<b>x", "`a", "~~a", "[[a", "\\", "&a", "**a*"]
)
@QUICK
def test_hostile_titles_are_quick(piece: str) -> None:
    """Openings without an end do not take long."""
    plain_text(piece * 200_000)
    plain_text((piece * 4_000)[:4_000])


def test_raised_and_lowered_text() -> None:
    """What has no such form keeps its place visible or stays as it is."""
    assert (raised("-2"), raised("th"), raised(" ")) == ("⁻²", "^th", " ")
    assert (lowered("2"), lowered("max")) == ("₂", "max")


def test_marks_raised_and_lowered_text() -> None:
    """As Obsidian and Pandoc write them, in titles and in what is searched."""
    assert (
        plain_text("==Hot== *news* of H~2~O, x^2^ and a == b == c") == "Hot news of H₂O, x² and a == b == c"
    )
    assert {"h2o", "x2"} <= set(words(searched_text("H~2~O and x^2^")))


@given(st.lists(st.text("ab_é*~`^= ", max_size=12), max_size=5))
def test_words_joined_by_signs_are_found_on_every_line(lines: list[str]) -> None:
    """A body has the words of its lines, however many of them have emphasis inside a word."""
    together = words(searched_text("\n".join(lines)))
    assert sorted(together) == sorted(word for line in lines for word in words(searched_text(line)))
