"""An article as a row and back: whatever it says, and whatever somebody else wrote there."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from reader.article.record import Article, Image, Provider, Related, Value
from reader.article.text import clean, clean_line
from reader.index.entry import IndexRow
from reader.library.postgres.records import (
    COLUMNS,
    IndexedFile,
    article_of,
    packed_row,
    record_of,
    row_of,
    storable,
)

ANY_TEXT = st.text(st.characters(), max_size=30)
LINES = ANY_TEXT.map(clean_line)
TEXTS = ANY_TEXT.map(clean)
WHEN = st.one_of(
    st.none(),
    st.dates(date(1, 1, 1)),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(lambda one: one.replace(tzinfo=UTC)),
)
WHOLE = st.one_of(st.none(), st.integers())
VALUES = st.recursive(
    st.one_of(st.none(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(LINES, inner, max_size=3)),
    max_leaves=6,
)
IMAGES = st.builds(Image, LINES, WHOLE, WHOLE, st.one_of(st.none(), st.booleans()))
PROVIDERS = st.builds(Provider, LINES, LINES)
ARTICLES = st.builds(
    Article,
    path=st.just("below/a.md"), identity=LINES, title=LINES, excerpt=TEXTS, published_date_time=WHEN,
    provider=PROVIDERS, topics=st.lists(LINES.filter(bool), max_size=3).map(tuple), category=LINES,
    type=LINES,
    quality=WHOLE, heat=WHOLE, author=st.lists(LINES.filter(bool), max_size=2).map(tuple),
    published=st.one_of(st.none(), st.booleans()), images=st.lists(IMAGES, max_size=2).map(tuple),
    related=st.lists(
        st.builds(Related, LINES, TEXTS, WHEN, st.just(""), LINES, PROVIDERS, WHOLE,
                  st.lists(IMAGES, max_size=1).map(tuple)),
        max_size=2,
    ).map(tuple),
    secured=st.just("token"), other=st.dictionaries(LINES, VALUES, max_size=3), body=TEXTS,
    title_key=WHOLE, text_key=WHOLE,
)  # fmt: skip
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ANY_TEXT),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from([*record_of(Article("", "", "")), "name", "url", "x"]), inner, max_size=6
        ),
    ),
    max_leaves=12,
)


def a_file(**fields: object) -> IndexedFile:
    """A row of a folder's index."""
    row = IndexRow(
        1 << 31, 5, None, False, "t", "p", "d", "", None, None, "", "", "", False, 1, "a.md", 0, 0, 0, 0,
        None, None, None,
    )  # fmt: skip
    return IndexedFile(row._replace(**fields), -1, 0, "/news/a.md")  # type: ignore[arg-type]


@given(ARTICLES)
def test_an_article_survives_the_way_there_and_back(article: Article) -> None:
    """All fields come back as they were, but for what stays at home and addresses' users."""
    record = json.loads(json.dumps(record_of(article)))
    back = article_of(record, article.body, article.path)
    without = article._replace(secured=None, images=back.images, related=back.related, other=back.other)
    assert back == without
    assert [one._replace(url="") for one in back.images] == [one._replace(url="") for one in article.images]
    assert [one.title for one in back.related] == [one.title for one in article.related]
    assert [*back.other] == [*article.other]


def test_what_is_secured_stays_wherever_it_stands() -> None:
    """A key of that name is left out inside other fields too, however it is spelled."""
    other: dict[str, Value] = {"deep": {"Secured": "token", "a": [{"secured": "token", "b": "c"}]}}
    record = record_of(Article("", "", "t", secured="token", other=other))
    assert record["other"] == {"deep": {"a": [{"b": "c"}]}} and "token" not in json.dumps(record)


@given(ANY_TEXT)
def test_what_is_stored_is_text_that_the_server_takes(text: str) -> None:
    """No NUL and no lone surrogate is left, all else is as it was, and a second time changes nothing."""
    found = storable(text)
    assert "\0" not in found and found.encode() and storable(found) == found if found else not text
    if "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text):
        assert found == text


@given(JSON, ANY_TEXT)
def test_any_record_is_an_article(record: object, body: str) -> None:
    """Whatever lies in the database, an article comes of it, with clean text."""
    article = article_of(record, body, "a.md")
    assert article.title == clean_line(article.title) and article.body == clean(body)


def test_numbers_beyond_the_types_are_brought_within() -> None:
    """A heat or a quality that no column holds becomes the nearest that it does."""
    article = Article("/news/a.md", "a", title="t", heat=1 << 80, quality=-(1 << 40))
    row = dict(zip(COLUMNS, row_of(a_file(heat=1 << 80, quality=-(1 << 40)), article, "a.md"), strict=True))
    assert row["heat"] == (1 << 63) - 1 and row["quality"] == -(1 << 31) + 1


def test_rows_are_written_as_the_server_reads_them() -> None:
    """The binary form of each type that is used."""
    row = packed_row("qih?tb", (1, -2, 3, True, "é\0", b"\xff"))
    assert row == (
        b"\x00\x06" + b"\0\0\0\x08" + (1).to_bytes(8) + b"\0\0\0\x04\xff\xff\xff\xfe" + b"\0\0\0\x02\0\x03"
        b"\0\0\0\x01\x01" + b"\0\0\0\x05\xc3\xa9\xef\xbf\xbd" + b"\0\0\0\x01\xff"
    )
    assert packed_row("q", (None,)) == b"\x00\x01\xff\xff\xff\xff"
