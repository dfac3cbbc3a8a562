"""Which of the keys wins, and what stands in for a missing field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.record import Place, Provider, Value
from reader.article.text import clean
from reader.parsing.dialects import article_of
from reader.parsing.headers import Parsed
from tests.headers import PLACE, article, day, problems


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
        ("published: 2021-06-18\nlastmod: 2022-01-01", day(2021, 6, 18)),
        ("date: 2021-06-18\npublished: 2020-01-01", day(2021, 6, 18)),
        ("published: true\ncreated: 2021-06-18 10:00", datetime(2021, 6, 18, 10, tzinfo=UTC)),
        ("title: x", None),
    ],
)
def test_dates(header: str, expected: datetime | None) -> None:
    """The first key that is there wins; after the keys come the file's name and paths."""
    found = article(header)
    assert found.published_date_time == expected and not found.problems


def test_a_bad_date_gives_way_to_the_name_of_the_file() -> None:
    """A date that can't be read is a problem; the file's name stands in for it, no other key does."""
    place = Place("/n/2021-06-18-x.md", "2021-06-18-x.md", "n")
    found = article("date: soon\nlastmod: 2020-01-01", place=place)
    assert found.published_date_time == day(2021, 6, 18)
    assert problems(found) == [(2, "date")]
    assert found.other == {"lastmod": "2020-01-01"}


@pytest.mark.parametrize(
    ("header", "url"),
    [
        ("originalUrl: https://a.example/1\nurl: https://b.example", "https://a.example/1"),
        ("url: /x\nlink: https://b.example/2", "https://b.example/2"),
        ("permalink: https://c.example/3", "https://c.example/3"),
        ("webUrl: https://w.example/4", "https://w.example/4"),
        ("originalUrl: a.example/1\nwebUrl: https://w.example/4", "https://w.example/4"),
        ("originalUrl: https://u:p@a.example/1 2", "https://a.example/1%202"),
        ("external_url: ftp://b.example", ""),
        ("link: javascript:alert(1)", ""),
    ],
)
def test_urls(header: str, url: str) -> None:
    """Other keys count where they hold an absolute address."""
    assert article(header).url == url


def test_an_address_that_can_not_be_opened_is_a_problem() -> None:
    """It is kept as written, and reported with its line and the reason, without a password."""
    found = article("title: x\noriginalUrl: ftp://u:secret@a.example\nwebUrl: https:///x")
    assert problems(found) == [(3, "originalUrl"), (4, "webUrl")]
    assert found.original_url == "ftp://u:secret@a.example"
    assert found.problems[0].reason == (
        '"ftp://a.example" can\'t be opened: only http:// and https:// addresses can'
    )


@pytest.mark.parametrize(
    ("header", "provider"),
    [
        ("provider: {name: A, domain: a.example}", Provider("A", "a.example")),
        ("provider: A", Provider("A")),
        ("source: '[[The Post|Post]]'", Provider("Post")),
        (f"source: {'From a book. ' * 9}", Provider("news")),
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
        ("topics: [AI]\ncategory: R&amp;D", ("AI",), "R&D"),
        ("topics:\ntags: [x]", (), ""),
        ("tags: [x]\ncategories: y, z\ncategory: news", ("x", "y", "z", "news"), "news"),
        ("categories: [[Sports, Rowing], [Diary]]", ("Sports", "Rowing", "Diary"), ""),
        ("tags: ['#fog', '#deep-sea', 'C#']", ("fog", "deep-sea", "C#"), ""),
        ("tags: '#fog #sea'", ("fog", "sea"), ""),
        ("tags: [Fog, fog, FOG, Café, cafe]", ("Fog", "Café"), ""),
        ("tags: ['[[Fog]]', '[[Deep sea|sea]]']", ("Fog", "sea"), ""),
        ("tags:\n  - [[Fog]]\n  - [[Deep sea|sea]]", ("Fog", "sea"), ""),
        ("tags: site update", ("site update",), ""),
        ("keywords: a, b", ("a", "b"), ""),
        ("keywords: a, b\ntags: [x]", ("x",), ""),
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
        ("author: [[Mira Solheim]]", ("Mira Solheim",)),
        ("author:\n  - [[Mira Solheim]]\n  - '[[B. Dahl|Bo]]'", ("Mira Solheim", "Bo")),
        ("author: [{name: Ann, url: x}, {name: Bob}]", ("Ann", "Bob")),
    ],
)
def test_authors(header: str, author: tuple[str, ...]) -> None:
    """Text, list or maps; a comma does not part names."""
    assert article(header).author == author


@pytest.mark.parametrize(
    ("path", "header", "topics"),
    [
        ("_posts/welcome.md", "tags: site update", ("site", "update")),
        ("blog/2021-04-05-welcome.md", "layout: post\ncategories: site update", ("site", "update")),
        ("blog/2021-04-05-welcome.md", "layout: post\ncategory: site update", ("site update",)),
        ("_posts/welcome.md", "tags: site news, update", ("site news", "update")),
    ],
)
def test_jekyll_parts_tags_at_blanks(path: str, header: str, topics: tuple[str, ...]) -> None:
    """In a Jekyll post a text without commas is a tag a word."""
    assert article(header, place=Place(f"/n/{path}", path, "n")).topics == topics


@pytest.mark.parametrize(
    ("header", "is_published"),
    [("title: x", False), ("published: true", True), ("draft: false", True), ("draft: true", False)],
)
def test_what_lies_among_drafts_is_one(header: str, is_published: bool) -> None:
    """A file in `_drafts` is a draft, unless it says otherwise."""
    assert article(header, place=Place("/n/_drafts/x.md", "x.md", "n")).published is is_published


@pytest.mark.parametrize(
    ("header", "urls"),
    [
        ("image: x.png", ["x.png"]),
        ("image: [[x.png]]", ["x.png"]),
        ("image: '![[x.png|300]]'", ["x.png"]),
        ("images: [a.png, {src: b.png}]\ncover: c.png", ["a.png", "b.png"]),
        ("images: []\ncover: c.png", ["c.png"]),
        ("cover: {image: c.png, alt: A gull}", ["c.png"]),
        ("header: {overlay_image: /assets/c.jpg, caption: x}", ["/assets/c.jpg"]),
        ("hero: Welcome\nheader: {title: x}\nimage: false", []),
    ],
)
def test_pictures_under_other_keys(header: str, urls: list[str]) -> None:
    """A picture is read from the keys of other programs, where they name one."""
    found = article(header)
    assert [one.url for one in found.images] == urls and not found.problems


def test_secured_in_any_case_is_never_shown() -> None:
    """The token is no other field, however its key is written."""
    found = article("SECURED: abc\ntitle: x")
    assert found.secured == "abc" and not found.other


def test_unknown_keys_are_kept_in_order_and_clean() -> None:
    """Whatever has no field stays, cleaned at every depth."""
    found = article('zeta: 1\nalpha: ["a\\e[31mb", {"k\\ey": "x\\u202ey"}]\nempty:\n')
    assert list(found.other) == ["zeta", "alpha", "empty"]
    assert found.other == {"zeta": "1", "alpha": ["ab", {"k": "xy"}], "empty": None}


def test_the_identity_is_the_address_else_the_title_with_the_date_else_the_text() -> None:
    """A relative originalUrl gives way to webUrl; without an address the path plays no part."""
    assert article("originalUrl: /a\nwebUrl: https://w.example/a").identity == "https://w.example/a"
    dated, moved = (
        article("title: x\ndate: 2021-04-05", place=PLACE._replace(path=f"/{folder}/a.md"))
        for folder in ("one", "two")
    )
    assert dated.identity == moved.identity and dated.title_key == moved.title_key is not None
    assert (
        article("title: x", "A text that is long.").identity != article("title: x", "Another text.").identity
    )
    assert article("date: 2021-04-05").title_key is None


VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.text() | st.sampled_from(["37", "true", "2021-06-18", "https://x.example/?utm_a=b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "title", "x"]), inner)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["title", "Title", "date", "lastmod", "slug", "permalink", "url", "link", "originalUrl", "webUrl",
      "provider", "source", "excerpt", "topics", "tags", "category", "categories", "taxonomies", "author",
      "by", "quality", "heat", "published", "draft", "status", "images", "related", "secured", "type", "x"]
)  # fmt: skip


@given(st.dictionaries(KEYS, VALUES), st.text(), st.text(min_size=1))
def test_no_fields_raise(fields: dict[str, Value], body: str, name: str) -> None:
    """Any values give an article whose text is clean."""
    found = article_of(Parsed(fields, body), Place(f"/n/{name}", name, "n"))
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


def test_titles_and_names_are_bounded() -> None:
    """Of one that is far too long the beginning is kept, which `check` says."""
    found = article(f"title: {'😀' * 17_000}\ntopics: [{'x' * 5_000}, ok]\nauthor: {'y' * 5_000}")
    assert len(found.title) == 1_001 and found.title.endswith("😀…")
    assert [*map(len, found.topics)] == [301, 2] and len(found.author[0]) == 301
    assert problems(found) == [(2, "title"), (3, "topics"), (4, "author")]
    assert len(article("", body=f"# {'word ' * 5_000}").title) <= 1_001
