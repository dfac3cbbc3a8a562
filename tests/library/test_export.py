"""Tests of articles as JSON, rows and Markdown, and of `docs/json.md` that describes them."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.record import Article, Image, Provider, Related
from reader.errors import UsageError
from reader.library.export import (
    COLUMNS,
    body_alone,
    check_name,
    csv_line,
    every_name,
    json_text,
    known_record,
    markdown_article,
    markdown_link,
    names_of,
    need_file,
    picked,
    record,
    row,
    template_of,
    text_of,
    tree_of,
    tsv_line,
    value_of,
)  # fmt: skip
from reader.query.results import Headline
from tests.headlines import headline_of

DOCUMENT = (Path(__file__).parents[2] / "docs" / "json.md").read_text("utf-8")
WHEN = datetime(2021, 6, 18, 13, 43, 0, 999, tzinfo=UTC)
BARE = Article(path="/n/a.md", identity="a.md", title="A")
FULL = Article(
    path="/n/b\udcff.md",
    identity="https://b.example/",
    title="B \u0394",
    excerpt="About B",
    published_date_time=WHEN,
    original_url="https://b.example/",
    web_url="https://b.example/w",
    provider=Provider("Bee", "b.example"),
    topics=("AI", "Chips"),
    category="news",
    type="article",
    quality=37,
    heat=-1,
    author=("Ana", "Bo"),
    published=False,
    images=(Image("b.png", 10, 20, True), Image("c.png")),
    related=(
        Related("R", "x", WHEN, "https://r.example/", "article", Provider("Are"), 9, (Image("r"),)),
        Related(),
    ),
    secured="a+b/==;\u009b",
    other={"slug": "b", "deep": {"list": ["1", None]}},
    body="Body\n",
)


def a_headline(article: Article, **fields: object) -> Headline:
    """The headline of an article, read and starred."""
    made = Headline(
        1, article.id, article.title, article.provider.name, article.provider.domain, article.topics,
        article.published_date_time, article.quality, article.heat, article.category, article.type,
        article.url, article.is_draft, True, True, ("later",),
    )  # fmt: skip
    return made._replace(**fields)  # type: ignore[arg-type]


def schema() -> dict[str, Any]:
    """The schema in the documentation."""
    found = re.search(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


def faults(value: Any, rule: dict[str, Any], whole: dict[str, Any], place: str = "$") -> list[str]:
    """What of a value breaks a rule: as much of JSON Schema as the documentation uses."""
    if "$ref" in rule:
        rule = whole["$defs"][rule["$ref"].rpartition("/")[2]]
    kinds = {
        "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)
    }  # fmt: skip
    wanted = [rule["type"]] if isinstance(rule["type"], str) else rule["type"]
    if type(value) not in [kinds[kind] for kind in wanted]:
        return [f"{place}: {value!r} is not {wanted}"]
    found = []
    if isinstance(value, str) and not re.search(rule.get("pattern", ""), value):
        found.append(f"{place}: {value!r} is not like {rule['pattern']}")
    if isinstance(value, list) and "items" in rule:
        for at, part in enumerate(value):
            found += faults(part, rule["items"], whole, f"{place}[{at}]")
    if isinstance(value, dict) and "properties" in rule:
        found += [f"{place}: no {key}" for key in rule["required"] if key not in value]
        for key, part in value.items():
            known = rule["properties"].get(key)
            found += faults(part, known, whole, f"{place}.{key}") if known else [f"{place}: {key} is unknown"]
    return found


@pytest.mark.parametrize("article", [BARE, FULL])
@pytest.mark.parametrize("body", [True, False])
@pytest.mark.parametrize("secured", [True, False])
def test_records_are_what_the_schema_says(article: Article, body: bool, secured: bool) -> None:
    """What is written and read back fits the schema, with all and with no fields."""
    made = json.loads(json_text(record(article, a_headline(article), body=body, secured=secured)))
    assert faults(made, schema(), schema()) == []
    assert ("body" in made, "secured" in made) == (body, secured)


def test_the_schema_names_every_key_in_the_order_of_the_output() -> None:
    """The properties of the schema are the keys of a record, in the same order."""
    made = record(FULL, a_headline(FULL), "n", body=True, secured=True)
    assert list(schema()["properties"]) == list(made)
    assert schema()["required"] == [key for key in made if key not in ("body", "secured")]


def test_the_schema_check_can_fail() -> None:
    """A wrong type, a missing key, a bad pattern and a key too many are each found."""
    made = record(BARE, a_headline(BARE))
    wrongs: list[dict[str, Any]] = [
        {"quality": "1"},
        {"id": "XYZ"},
        {"more": 1},
        {"related": [{}]},
        {"read": 1},
    ]
    for wrong in wrongs:
        assert faults(made | wrong, schema(), schema())
    assert faults({key: made[key] for key in made if key != "note"}, schema(), schema())


def test_unknown_is_null() -> None:
    """A file that says nothing has null everywhere but in lists, the title and the marks."""
    made = record(BARE, a_headline(BARE, is_read=False, is_starred=False, tags=()))
    assert made["provider"] == {"name": None, "domain": None}
    nothing = {key for key, value in made.items() if value is None}
    assert nothing == {
        "excerpt", "publishedDateTime", "originalUrl", "webUrl", "category", "type", "quality", "heat",
        "published", "note", "story",
    }  # fmt: skip


def test_values_are_the_article_s_own() -> None:
    """Instants are whole seconds of UTC, the author is `authors`, the token is byte for byte."""
    made = record(FULL, a_headline(FULL), "mine", secured=True)
    assert made["publishedDateTime"] == made["related"][0]["publishedDateTime"] == "2021-06-18T13:43:00Z"
    assert (made["authors"], made["heat"], made["note"], made["tags"]) == (
        ["Ana", "Bo"],
        -1,
        "mine",
        ["later"],
    )
    assert json.loads(json_text(made))["secured"] == "a+b/==;\u009b"


@given(st.text())
def test_json_says_the_same_without_what_terminals_obey(text: str) -> None:
    """JSON reads back equal, keeps letters, and holds no control or bidi character."""
    written = json_text([text])
    assert json.loads(written) == [text]
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", written)
    assert json_text("Δ報") == '"Δ報"'


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_csv_reads_back_but_for_the_apostrophe(cells: list[str]) -> None:
    """Another CSV reader gets each cell, with an apostrophe before those that look like a formula."""
    [read] = list(csv.reader(io.StringIO(csv_line(cells), newline=""))) or [[""]]
    for cell, got in zip(cells, read or [""], strict=True):
        assert got == cell or (got == "'" + cell and cell[0] in "=+-@\t\r\n＝＋－＠")
        assert not got.startswith(("=", "@", "\t"))


def test_plain_numbers_stay_numbers() -> None:
    """A heat of -1 is no formula; -1+2 is, and so is a full-width one, in tab separated cells too."""
    assert csv_line(["-1", "-1+2", "＝1"]) == "-1,'-1+2,'＝1\r\n"
    assert tsv_line(["-1", "-1+2", "＝1", "=1"]) == "-1\t'-1+2\t'＝1\t'=1\n"


@given(st.lists(st.text(), min_size=1))
def test_tsv_has_one_line_and_its_cells(cells: list[str]) -> None:
    """Whatever is in the cells, splitting at tabs gives as many of them, on one line."""
    line = tsv_line(cells)
    assert len(line.split("\t")) == len(cells)
    assert line.count("\n") == 1 and line.endswith("\n")


def test_rows_have_a_cell_for_each_column() -> None:
    """A row is as long as the header, unknown is empty, flags are words."""
    cells = dict(zip(COLUMNS, row(a_headline(FULL)), strict=True))
    assert (cells["date"], cells["topics"], cells["draft"]) == ("2021-06-18T13:43:00Z", "AI, Chips", "true")
    assert dict(zip(COLUMNS, row(a_headline(BARE)), strict=True))["quality"] == ""
    assert ",".join(COLUMNS) in DOCUMENT


def test_markdown_links_hold_any_title_and_url() -> None:
    """Brackets and stars in a title are escaped, parentheses and spaces in a URL are encoded."""
    assert markdown_link("a [b] *c*", "https://x.example/(y) z") == (
        r"[a \[b\] \*c\*](https://x.example/%28y%29%20z)"
    )
    assert markdown_link("a\nb", "") == "a b"


def test_an_article_as_markdown_has_its_parts() -> None:
    """Heading, provider and date, URL, excerpt, body and numbered links follow each other."""
    assert markdown_article(FULL).split("\n\n") == [
        "# B Δ", "Bee · 2021-06-18T13:43:00Z", "<https://b.example/>", "> About B", "Body",
        "## Related", "1. [R](https://r.example/)\n2. (without a title)\n",
    ]  # fmt: skip
    assert markdown_article(BARE) == "# A\n"


def test_a_heading_that_repeats_the_title_is_left_out() -> None:
    """The body's own first heading is once, another one stays."""
    assert body_alone(BARE._replace(body="\n# a\n\nText\n")) == "Text"
    assert body_alone(BARE._replace(body="# Another\n\nText")) == "# Another\n\nText"


def test_no_password_is_exported() -> None:
    """Of no address, in pictures and in other fields neither; a text that is no address stays as it is."""
    address = "https://ana:secret@a.example/"
    article = Article(
        "", "", "", original_url=address, images=(Image(address),), related=(Related(web_url=address),),
        other={"page": address, "list": [address, {"deep": address}], "text": "see //ana@b"},
    )  # fmt: skip
    made = record(article, headline_of(1, article))
    assert "secret" not in json_text(made)
    assert made["other"]["text"] == "see //ana@b"


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
        check_name(name)
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
