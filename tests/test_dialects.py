"""Other people's keys, conversion by type, identity, and what stands in for a missing field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.addresses import identity_of
from reader.article import Article, Image, Place, Provider, Value
from reader.dialects import article_of
from reader.frontmatter import read
from reader.parsed import Parsed
from reader.text import clean

PLACE = Place("/news/a-first-story.md", "a-first-story.md", "news")


def article(header: str, body: str = "", place: Place = PLACE) -> Article:
    """The article with this YAML header."""
    return article_of(read(f"---\n{header}\n---\n{body}"), place)


def problems(found: Article) -> list[tuple[int, str]]:
    """Line and field of each problem."""
    return [(one.line, one.field) for one in found.problems]


def day(year: int, month: int, number: int) -> datetime:
    """Midnight UTC."""
    return datetime(year, month, number, tzinfo=UTC)


HUGO_TOML = """+++
title = "Tulips"
date = 2021-06-18T10:00:00+02:00
draft = true
tags = ["flowers", "spring"]
categories = ["garden"]
author = "Ann Bell"
summary = "On tulips."
images = ["tulip.jpg"]
canonical = "https://garden.example/tulips"
[params]
weight = 3
+++
Body"""
HUGO_YAML = (
    "---\ntitle: Tulips\nlastmod: 2021-06-18\nauthor:\n  name: Ann Bell\nurl: /tulips/\ndraft: false\n---\n"
)
JEKYLL = """---
layout: post
title: Tulips
categories: [garden]
tags: flowers
published: no
---
First words.
"""
ZOLA = """+++
title = "Tulips"
date = 2021-06-18
description = "On tulips."
[taxonomies]
tags = ["flowers"]
categories = ["garden"]
authors = ["Ann Bell"]
colours = ["red"]
[extra]
toc = true
+++
"""
ELEVENTY = "---\ntitle: Tulips\ndate: 2021-06-18\npermalink: /2021/tulips/\ntags:\n  - flowers\n---\n"
DOCUSAURUS = """---
slug: tulips
title: Tulips
authors:
  - name: Ann Bell
    url: https://ann.example
  - bob
tags: [flowers, {label: Spring, permalink: /spring}]
---
"""
PELICAN = """Title: Tulips
Date: 2021-06-18 10:20
Category: garden
Tags: flowers, spring
Authors: Ann Bell; Bob Hill
Summary: On tulips.
Status: draft

Body"""


def test_hugo() -> None:
    """TOML and YAML headers of Hugo."""
    found = article_of(read(HUGO_TOML), PLACE)
    assert found.title == "Tulips" and found.published is False and found.author == ("Ann Bell",)
    assert found.published_date_time == datetime(2021, 6, 18, 8, 0, tzinfo=UTC)
    assert found.topics == ("flowers", "spring", "garden")
    assert found.excerpt == "On tulips." and found.images == (Image("tulip.jpg"),)
    assert found.url == found.identity == "https://garden.example/tulips"
    assert found.provider == Provider("garden.example", "garden.example")
    assert found.other == {"params": {"weight": "3"}} and found.body == "Body" and not found.problems
    other = article_of(read(HUGO_YAML), PLACE)
    assert (other.author, other.published, other.published_date_time) == (
        ("Ann Bell",),
        True,
        day(2021, 6, 18),
    )
    assert other.original_url == "" and other.other == {"url": "/tulips/"}


def test_jekyll() -> None:
    """The date is in the file's name, the excerpt in the body."""
    place = Place("/s/_posts/2021-06-18-tulips.md", "_posts/2021-06-18-tulips.md", "s")
    found = article_of(read(JEKYLL), place)
    assert found.published_date_time == day(2021, 6, 18)
    assert found.topics == ("flowers", "garden") and found.published is False
    assert found.excerpt == "First words." and found.provider == Provider("s")
    assert found.other == {"layout": "post"} and found.identity == "_posts/2021-06-18-tulips.md"


def test_zola() -> None:
    """Tags, categories and authors stand in the table of taxonomies."""
    parsed = read(ZOLA)
    found = article_of(parsed, PLACE)
    assert found.topics == ("flowers", "garden") and found.author == ("Ann Bell",)
    assert found.other == {"taxonomies": {"colours": ["red"]}, "extra": {"toc": "true"}}
    assert article_of(parsed, PLACE) == found


def test_eleventy() -> None:
    """A permalink of its own site is no address."""
    found = article_of(read(ELEVENTY), PLACE)
    assert found.original_url == "" and found.topics == ("flowers",)
    assert found.published_date_time == day(2021, 6, 18) and found.other == {"permalink": "/2021/tulips/"}


def test_docusaurus() -> None:
    """Authors and tags may be maps; a page in a folder of its own is named by it."""
    found = article_of(read(DOCUSAURUS), Place("/b/2021/06/18/x/index.md", "2021/06/18/x/index.md", "b"))
    assert found.author == ("Ann Bell", "bob") and found.topics == ("flowers", "Spring")
    assert found.published_date_time == day(2021, 6, 18)


def test_pelican() -> None:
    """Keys in any case, lists by comma or semicolon, the status says draft."""
    found = article_of(read(PELICAN), PLACE)
    assert found.title == "Tulips" and found.category == "garden" and found.published is False
    assert found.topics == ("flowers", "spring", "garden") and found.author == ("Ann Bell", "Bob Hill")
    assert found.published_date_time == datetime(2021, 6, 18, 10, 20, tzinfo=UTC)
    assert found.excerpt == "On tulips." and found.body == "Body" and not found.other


def test_no_header() -> None:
    """Heading and file's name give the title, the first paragraph the excerpt."""
    found = article_of(read("# The *first* day\n\nIt [rained](http://x.example).\n\nMore."), PLACE)
    assert (found.title, found.excerpt) == ("The first day", "It rained.")
    assert article_of(read("Only text."), PLACE).title == "a first story"
    place = Place("/n/2021-06-18_The-Day.md", "2021-06-18_The-Day.md", "n")
    assert article_of(read("Only text."), place).title == "The Day"
    assert article_of(read("x"), Place("/n/tulips/index.md", "tulips/index.md", "n")).title == "tulips"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("date: 2021-06-18\npubDate: 2020-01-01", day(2021, 6, 18)),
        ("Date: 2021-06-18", day(2021, 6, 18)),
        ("published_at: 2021-06-18", day(2021, 6, 18)),
        ("pubDate: Fri, 18 Jun 2021 10:00:00 GMT", datetime(2021, 6, 18, 10, tzinfo=UTC)),
        ("publishedDateTime:\ndate: 2021-06-18", day(2021, 6, 18)),
        ("slug: 2021/06/18/tulips", day(2021, 6, 18)),
        ("permalink: /2021/06/18/tulips/", day(2021, 6, 18)),
        ("path: blog/2021/06/18/tulips", day(2021, 6, 18)),
        ("title: x", None),
    ],
)
def test_dates(header: str, expected: datetime | None) -> None:
    """The first key that is there wins; after the keys come the file's name and paths."""
    found = article(header)
    assert found.published_date_time == expected and not found.problems


def test_a_bad_date_is_unknown_and_never_guessed() -> None:
    """Neither another key nor the file's name stands in for a date that can't be read."""
    place = Place("/n/2021-06-18-x.md", "2021-06-18-x.md", "n")
    found = article("date: soon\nlastmod: 2020-01-01", place=place)
    assert found.published_date_time is None
    assert problems(found) == [(2, "date")]
    assert found.other == {"lastmod": "2020-01-01"}


@pytest.mark.parametrize(
    ("header", "url"),
    [
        ("originalUrl: https://a.example/1\nurl: https://b.example", "https://a.example/1"),
        ("url: /x\nlink: https://b.example/2", "https://b.example/2"),
        ("permalink: https://c.example/3", "https://c.example/3"),
        ("webUrl: https://w.example/4", "https://w.example/4"),
        ("external_url: ftp://b.example", ""),
        ("link: javascript:alert(1)", ""),
    ],
)
def test_urls(header: str, url: str) -> None:
    """Other keys count where they hold an absolute address."""
    assert article(header).url == url


@pytest.mark.parametrize(
    ("header", "provider"),
    [
        ("provider: {name: A, domain: a.example}", Provider("A", "a.example")),
        ("provider: A", Provider("A")),
        ("source: B\npublisher: C", Provider("B")),
        ("publisher: {name: C}", Provider("C")),
        ("source: https://www.d.example/feed", Provider("d.example", "d.example")),
        ("url: https://www.e.example:8080/x", Provider("e.example", "e.example")),
        ("provider: {domain: f.example}", Provider("f.example", "f.example")),
        ("title: x", Provider("news")),
    ],
)
def test_providers(header: str, provider: Provider) -> None:
    """Map or text, else the address's host, else the folder."""
    assert article(header).provider == provider


@pytest.mark.parametrize(
    ("header", "topics", "category"),
    [
        ("topics: [AI, Chips]\ntags: [x]\ncategory: news", ("AI", "Chips"), "news"),
        ("topics: AI, Chips , AI", ("AI", "Chips"), ""),
        ("topics:\ntags: [x]", (), ""),
        ("tags: [x]\ncategories: y, z\ncategory: news", ("x", "y", "z", "news"), "news"),
        ("category: [a, b]", ("a", "b"), ""),
        ("category: [a]", ("a",), "a"),
    ],
)
def test_topics(header: str, topics: tuple[str, ...], category: str) -> None:
    """Only where topics are missing do tags and categories stand in for them."""
    found = article(header)
    assert (found.topics, found.category, found.problems) == (topics, category, ())


@pytest.mark.parametrize(
    ("header", "author"),
    [
        ("author: Bell, Ann and Bob", ("Bell, Ann and Bob",)),
        ("authors: [Ann, Bob]", ("Ann", "Bob")),
        ("by: {name: Ann}", ("Ann",)),
        ("author: [{name: Ann, url: x}, {name: Bob}]", ("Ann", "Bob")),
    ],
)
def test_authors(header: str, author: tuple[str, ...]) -> None:
    """Text, list or maps; a comma does not part names."""
    assert article(header).author == author


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
        ("topics: [[a]]", "topics.0"),
        ("related: [text]", "related.0"),
        ("images: [{width: 3}]", "images.0"),
        ("images: [{url: x, width: wide}]", "images.0.width"),
        ("related: [{quality: 900}]", "related.0.quality"),
        ("related: [{images: [{url: x, isCached: 3}]}]", "related.0.images.0.isCached"),
        ("secured: [a]", "secured"),
        ("author: [[a]]", "author.0"),
    ],
)
def test_what_can_not_be_converted_is_one_problem(header: str, field: str) -> None:
    """The field stays empty, the rest of the article stands."""
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


def test_unknown_keys_are_kept_in_order_and_clean() -> None:
    """Whatever has no field stays, cleaned at every depth."""
    found = article('zeta: 1\nalpha: ["a\\e[31mb", {"k\\ey": "x\\u202ey"}]\nempty:\n')
    assert list(found.other) == ["zeta", "alpha", "empty"]
    assert found.other == {"zeta": "1", "alpha": ["ab", {"k": "xy"}], "empty": None}


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


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        ("HTTPS://Daily.Example:443/A?b=C#top", "https://daily.example/A?b=C"),
        ("http://x.example:80/", "http://x.example/"),
        ("http://x.example:8080", "http://x.example:8080"),
        ("https://u:p@x.example/a", "https://x.example/a"),
        ("https://x.example/a?utm_source=b&c=d&UTM_medium=e", "https://x.example/a?c=d"),
        ("https://x.example/a?utm_source=b", "https://x.example/a"),
        ("https://x.example/a?c=d&&e=", "https://x.example/a?c=d&&e="),
        ("https://[::1]:443/a", "https://[::1]/a"),
        ("https://bücher.example/", "https://bücher.example/"),
        ("https:///a", "place"),
        ("ftp://x.example", "place"),
        ("//x.example", "place"),
        ("/a", "place"),
        ("", "place"),
        ("javascript://x.example", "place"),
    ],
)
def test_identity(url: str, identity: str) -> None:
    """Normalised where it is an absolute web address, else the path."""
    assert identity_of(url, "place") == identity


def test_the_identity_takes_the_first_absolute_url_and_the_prefix() -> None:
    """A relative originalUrl gives way to webUrl; paths of further roots have a prefix."""
    assert article("originalUrl: /a\nwebUrl: https://w.example/a").identity == "https://w.example/a"
    assert article("title: x", place=PLACE._replace(prefix="more:/")).identity == "more:/a-first-story.md"


VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.text() | st.sampled_from(["37", "true", "2021-06-18", "https://x.example/?utm_a=b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "title", "x"]), inner)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "title",
        "Title",
        "date",
        "lastmod",
        "slug",
        "permalink",
        "url",
        "link",
        "originalUrl",
        "webUrl",
        "provider",
    ]
    + [
        "source",
        "excerpt",
        "topics",
        "tags",
        "category",
        "categories",
        "taxonomies",
        "author",
        "by",
        "quality",
    ]
    + ["heat", "published", "draft", "status", "images", "related", "secured", "type", "x"]
)


@given(st.dictionaries(KEYS, VALUES), st.text(), st.text(min_size=1))
def test_no_fields_raise(fields: dict[str, Value], body: str, name: str) -> None:
    """Any values give an article whose text is clean."""
    found = article_of(Parsed(fields, body, 1, {}), Place(f"/n/{name}", name, "n"))
    assert found.title and found.identity and found.provider.name
    for text in (
        found.title,
        found.excerpt,
        found.original_url,
        found.category,
        *found.topics,
        *found.author,
    ):
        assert clean(text) == text and "\n" not in text
    assert clean(found.body) == found.body
