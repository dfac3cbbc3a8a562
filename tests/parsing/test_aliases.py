"""Names of fields in headers."""

from __future__ import annotations

import pytest

from reader.article.record import Value
from reader.parsing.aliases import ALIASES, normal
from reader.parsing.dialects import Header
from reader.parsing.fields import Problems
from tests.headers import article, day


@pytest.mark.parametrize(
    "key", ["publishedDateTime", "PUBLISHEDDATETIME", "published_date_time", "Published Date-Time"]
)
def test_case_and_separators_do_not_matter(key: str) -> None:
    """One name in all its spellings is one key."""
    assert normal(key) == "publisheddatetime"
    assert article(f"{key}: 2021-06-18").published_date_time == day(2021, 6, 18)


def test_the_first_name_with_a_value_wins() -> None:
    """Names count in the table's order, empty ones are passed over, and each key is taken once."""
    fields: dict[str, Value] = {"headline": "b", "TITLE": "a", "title": "c", "deck": None, "x": "y"}
    header = Header(fields, Problems("/n/a.md", {}))
    assert header.take("title") == ("TITLE", "a")
    assert header.names("title") == ["title", "headline"]
    assert header.take("excerpt") == ("", None)
    assert header.left == {"title": "c", "headline": "b", "x": "y"}


@pytest.mark.parametrize("name", ALIASES["publishedDateTime"])
def test_every_name_of_a_date(name: str) -> None:
    """Each name of the date is read."""
    assert article(f"{name}: April 5, 2021 2:31 PM").published_date_time is not None


@pytest.mark.parametrize("name", ALIASES["images"])
def test_every_name_of_a_picture(name: str) -> None:
    """Each name of a picture is read from a text and from a map."""
    assert [one.url for one in article(f"{name}: pics/gull.png").images] == ["pics/gull.png"]
    assert [one.url for one in article(f"{name}:\n  image: gull.png\n  alt: A gull").images] == ["gull.png"]


@pytest.mark.parametrize("field", ["title", "excerpt", "author"])
def test_every_name_of_a_text(field: str) -> None:
    """Each name of these fields is read in capitals."""
    for name in ALIASES[field]:
        found = article(f"{name.upper()}: Words of it")
        assert "Words of it" in (found.title, found.excerpt, *found.author)
        assert not found.other


def test_what_changed_later_comes_last() -> None:
    """When it was published wins over when it was written, and that over when it was changed."""
    header = "lastmod: 2023-01-01\nupdated: 2022-01-01\ncreated: 2021-06-19"
    assert article(header).published_date_time == day(2021, 6, 19)
    assert article(f"{header}\ndatePublished: 2021-06-18").published_date_time == day(2021, 6, 18)
