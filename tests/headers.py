"""Articles made of a header's lines, for the tests of keys and of conversion."""

from __future__ import annotations

from datetime import date

from reader.article.record import Article, Place
from reader.parsing.dialects import article_of
from reader.parsing.frontmatter import read

PLACE = Place("/news/a-first-story.md", "a-first-story.md", "news")


def article(header: str, body: str = "", place: Place = PLACE) -> Article:
    """The article with this YAML header."""
    return article_of(read(f"---\n{header}\n---\n{body}"), place)


def problems(found: Article) -> list[tuple[int, str]]:
    """Line and field of each problem."""
    return [(one.line, one.field) for one in found.problems]


def day(year: int, month: int, number: int) -> date:
    """A calendar day."""
    return date(year, month, number)
