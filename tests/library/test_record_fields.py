"""Tests of fields chosen by name, and of templates."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.errors import UsageError
from reader.library.export import record
from reader.library.record_fields import (
    check,
    every_name,
    known_record,
    names_of,
    need_file,
    picked,
    template_of,
    text_of,
    tree_of,
    value_of,
)
from tests.library.test_export import BARE, DOCUMENT, FULL, a_headline

MADE = record(FULL, a_headline(FULL), "mine", body=True) | {"url": FULL.url}


@pytest.mark.parametrize("article", [BARE, FULL])
def test_what_the_index_knows_is_what_the_file_says(article: object) -> None:
    """A name for which no file is read has the value that the file would give."""
    assert article in (BARE, FULL)
    wanted = BARE if article is BARE else FULL
    headline = a_headline(wanted)
    made = record(wanted, headline) | {"url": wanted.url or None}
    names = [name for name in every_name() if not need_file([name])]
    assert {"id", "title", "provider.name", "url", "tags"} <= set(names)
    for name in names:
        assert value_of(known_record(headline), name) == value_of(made, name), name


def test_every_name_can_be_asked_for() -> None:
    """The names of the completion are those that are understood, and the record's keys are among them."""
    for name in every_name():
        check(name)
    assert set(MADE) | {"secured", "provider.domain", "related.webUrl", "images.url"} <= set(every_name())


def test_whole_and_part_together_are_the_whole() -> None:
    """`provider` and `provider.name` give the provider as it is, in either order."""
    for names in (["provider", "provider.name"], ["provider.name", "provider"]):
        assert picked(MADE, tree_of(names)) == {"provider": MADE["provider"]}


def test_lists_are_picked_item_by_item() -> None:
    """A name that leads into a list keeps the list."""
    assert picked(MADE, tree_of(["related.provider.name", "related.title"])) == {
        "related": [{"provider": {"name": "Are"}, "title": "R"}, {"provider": {"name": None}, "title": None}]
    }


def test_other_fields_may_have_any_name() -> None:
    """A key of other fields is not checked, may hold dots, and is null where there is none."""
    made = {"other": {"a.b": "x", "deep": {"list": ["1", None]}}}
    assert names_of("other.a.b,other.deep.list,other.none") == ("other.a.b", "other.deep.list", "other.none")
    assert [value_of(made, name) for name in ("other.a.b", "other.deep.list", "other.none")] == [
        "x",
        ["1", None],
        None,
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (False, "false"),
        (7, "7"),
        (["a", None, "b"], "a, b"),
        ({"name": "Post", "domain": "p.example"}, "Post"),
        ({"name": None, "domain": "p.example"}, "p.example"),
        ({"name": None, "domain": None}, ""),
        ([{"title": "One"}, {"title": None, "webUrl": "https://w.example/"}], "One, https://w.example/"),
        ({"slug": "b"}, '{"slug": "b"}'),
        ("/news/\x1b[31ma\x9b\u202e.md", "/news/a.md"),
    ],
)
def test_values_have_a_text(value: object, text: str) -> None:
    """What is in a cell: a name for a map, commas in a list, nothing for nothing."""
    assert text_of(value) == text


@given(st.text())
def test_any_template_is_filled_or_has_a_place(text: str) -> None:
    """A text is a template, or a UsageError that says at which character."""
    try:
        template = template_of(text)
    except UsageError as error:
        place = re.search(r"at character (\d+)", str(error))
        assert place and 0 < int(place[1]) <= len(text) + 1
    else:
        template.filled(MADE)


@given(st.text(st.characters(exclude_characters="\\")))
def test_braces_can_be_written(text: str) -> None:
    """With doubled braces, any text is literal."""
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert template_of(doubled).filled(MADE) == text


def test_a_value_never_breaks_its_line() -> None:
    """Line ends in a value are spaces, those of the template stay."""
    template = template_of(r"{note}|\n{ title }\\{quality}")
    assert template.filled(MADE | {"note": "a\r\nb\u2028c"}) == "a b c|\nB Δ\\37"
    assert template.names == ("note", "title", "quality")


def test_the_names_are_documented() -> None:
    """docs/json.md has every name of a record's beginning, and `url`."""
    for name in every_name():
        assert f'"{name.rpartition(".")[2]}"' in DOCUMENT or f"`{name}`" in DOCUMENT, name
