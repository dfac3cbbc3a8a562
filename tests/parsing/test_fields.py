"""Each field's conversion by type, and what is reported of a value that can't be converted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.record import Provider
from reader.parsing.fields import (
    Problems,
    date_of,
    integer_of,
    kept_fields,
    provider_of,
    quality_of,
    text_of,
    texts_of,
)
from tests.headers import article, day, problems


def none_yet() -> Problems:
    """No problems yet of a file whose title is in line 2 and whose second related link in line 9."""
    return Problems("/n/a\x1b[1mb.md", {"title": 2, "related": 5, "related.1": 9})


def test_a_problem_has_the_line_of_the_nearest_key_that_is_known() -> None:
    """Else of what it is in, else none; path and field are clean."""
    found = none_yet()
    found.add("title", "is odd")
    found.add("related.1.quality", "is odd")
    found.add("x\ny", "is odd")
    assert [(one.line, one.field) for one in found.found] == [
        (2, "title"),
        (9, "related.1.quality"),
        (0, "x y"),
    ]
    assert all(one.path == "/n/ab.md" for one in found.found)


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers(number: int) -> None:
    """What fits 32 bits and is no less than the least is that number, all else a problem."""
    found = none_yet()
    value = integer_of(f" {number} ", "heat", found, least=-1)
    assert value == (number if -1 <= number < 2**31 else None)
    assert bool(found.found) == (value is None)
    assert integer_of(str(number), "heat", none_yet(), least=-1) == value


@given(st.integers(-3, 103))
def test_scores(number: int) -> None:
    """0 to 100, however it is written."""
    expected = number if 0 <= number <= 100 else None
    assert quality_of(str(number), "quality", none_yet()) == expected
    assert quality_of(f" {number}.2 ", "quality", none_yet()) == (expected if number != 100 else None)


def test_numbers_of_other_scripts_are_no_numbers() -> None:
    """Only ASCII digits count."""
    found = none_yet()
    assert quality_of("٣", "quality", found) is None and integer_of("²", "heat", found) is None
    assert len(found.found) == 2


def test_an_instant_is_utc() -> None:
    """A zone is converted, a missing one is UTC, spaces around it do not matter."""
    expected = datetime(2021, 6, 18, 8, 0, tzinfo=UTC)
    for text in ("2021-06-18T10:00:00+02:00", "2021-06-18T08:00:00Z", " 2021-06-18 08:00 "):
        found = date_of(text, "date", none_yet())
        assert found == expected and isinstance(found, datetime) and found.tzinfo is UTC


def test_a_provider_may_lack_a_part() -> None:
    """The domain stands in for the name; a part that is no text is its own problem."""
    assert provider_of({"domain": " d.example "}, "provider", none_yet()) == Provider(
        "d.example", "d.example"
    )
    assert provider_of({"name": "A\x1b[1m"}, "provider", none_yet()) == Provider("A")
    found = none_yet()
    assert provider_of({"name": "A", "domain": {}}, "provider", found) == Provider("A")
    assert [one.field for one in found.found] == ["provider.domain"]


def test_texts() -> None:
    """One text of a list of one; a list without repeats and empty entries."""
    assert text_of(["a  b"], "title", none_yet()) == "a b"
    assert texts_of(["b", "a", "", None, " b "], "topics", none_yet()) == ["b", "a"]
    assert kept_fields({"a\nb": ["x\x1by\nz", None]}) == {"a b": ["x\nz", None]}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("quality: 101", "quality"),
        ("quality: -1", "quality"),
        ("quality: high", "quality"),
        ("heat: 1.5", "heat"),
        ("heat: " + "9" * 5000, "heat"),
        ("published: maybe", "published"),
        ("publishedDateTime: 2021-13-01", "publishedDateTime"),
        ("title: [a, b]", "title"),
        ("title: {a: b}", "title"),
        ("topics: {a: b}", "topics"),
        ("related: [[a, b]]", "related.0"),
        ("images: [{width: 3}]", "images.0"),
        ("images: [{url: x, width: wide}]", "images.0.width"),
        ("related: [{quality: 900}]", "related.0.quality"),
        ("related: [{images: [{url: x, isCached: 3}]}]", "related.0.images.0.isCached"),
        ("secured: [a]", "secured"),
    ],
)
def test_what_can_not_be_converted_is_one_problem(header: str, field: str) -> None:
    """The field stays empty, the rest of the article is."""
    found = article(f"type: article\n{header}", "text")
    assert problems(found) == [(3, field)]
    assert found.type == "article" and found.body == "text"
    assert len(found.problems[0].reason) < 200


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("Yes", True), ("ON", True), ("false", False), ("no", False), ("Off", False)],
)
def test_booleans(word: str, value: bool) -> None:
    """YAML's six words, in any case."""
    assert article(f"published: {word}").published is value


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("100", 100), ("37.5", 38), ("'42'", 42), ("", None)])
def test_quality(text: str, value: int | None) -> None:
    """A number from 0 to 100."""
    found = article(f"quality: {text}")
    assert (found.quality, found.problems) == (value, ())


def test_hostile_text_is_clean_everywhere() -> None:
    """Escapes that YAML makes of plain ASCII reach no field; the token is kept to the byte."""
    bad = '"x\\e]0;t\\ay\\u202e\\u200b"'
    found = article(
        f"title: {bad}\nexcerpt: {bad}\ntopics: [{bad}]\nauthor: {bad}\nprovider: {{name: {bad}}}\n"
        f"webUrl: {bad}\nimages: [{{url: {bad}}}]\nrelated: [{{title: {bad}}}]\nsecured: {bad}",
        "b\x1b[2Jody",
    )
    assert found.title == found.excerpt == found.topics[0] == found.author[0] == "xy"
    assert found.provider.name == found.web_url == found.images[0].url == found.related[0].title == "xy"
    assert found.body == "body"
    assert found.secured == "x\x1b]0;t\x07y\u202e\u200b"


def test_names_have_their_entities_decoded() -> None:
    """Of providers, topics, people, category and type; formatting signs are part of a name."""
    found = article(
        "provider: Smith &amp; Sons\nauthor: [Zo&euml; *]\ntype: q&amp;a\ncategory: R&#38;D\n"
        "tags: ['C&#43;&#43;', caf&eacute;, '*nix', A&B]"
    )
    assert found.provider.name == "Smith & Sons"
    assert found.author == ("Zoë *",)
    assert (found.type, found.category) == ("q&a", "R&D")
    assert found.topics == ("C++", "café", "*nix", "A&B", "R&D")
    assert article("provider: {name: 'A &lt; B', domain: a.example}").provider == Provider(
        "A < B", "a.example"
    )


@pytest.mark.parametrize(
    "written", ['"[[2021-06-18]]"', "[[2021-06-18]]", '"[[2021-06-18|Friday]]"', '"[[Daily/2021-06-18]]"']
)
def test_a_date_may_be_a_link_to_the_note_of_its_day(written: str) -> None:
    """As Obsidian's daily notes have it."""
    found = article(f"date: {written}")
    assert (found.published_date_time, found.problems) == (day(2021, 6, 18), ())
