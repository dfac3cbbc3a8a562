"""The canonical layout, as machines write it, from the file to the record."""

from __future__ import annotations

from datetime import UTC, datetime

from reader.article.identity import title_key
from reader.article.record import Article, Image, Place, Provider, Related
from reader.parsing import canonical, frontmatter
from reader.parsing.content import article_in
from tests.written import CANONICAL

PLACE = Place("/news/2024/000_a1.txt", "2024/000_a1.txt", "news")


def article() -> Article:
    """The article in that layout."""
    return article_in(CANONICAL.encode(), PLACE)


def test_the_layout_is_read_in_the_fast_lane_as_in_the_general_one() -> None:
    """Both ways give the same fields, body and lines."""
    fast = canonical.read(CANONICAL)
    assert fast is not None
    general = frontmatter.read_any(CANONICAL)
    assert fast.fields == general.fields and CANONICAL[fast.end :] == general.body
    both = frontmatter.read(CANONICAL)
    assert both.body_line == general.body_line and dict(both.lines) == general.lines
    assert general.problems == ()


def test_every_field_arrives() -> None:
    """Each key becomes its attribute, converted by type, without a problem."""
    assert article() == Article(
        path="/news/2024/000_a1.txt",
        identity="https://daily.lindholm.example/town/second-tram-line?ref=front",
        title="Harbour town of Lindholm votes for a second tram line",
        excerpt='The council of Lindholm agreed to a tram line. "We start in May", said the mayor,',
        published_date_time=datetime(2024, 3, 2, 9, 15, tzinfo=UTC),
        original_url="https://daily.lindholm.example/town/second-tram-line?ref=front",
        web_url="https://daily.lindholm.example/town/second-tram-line",
        provider=Provider("Lindholm Daily", "lindholm.example"),
        topics=("Transport", "Town: council"),
        category="news",
        type="article",
        quality=58,
        heat=-1,
        published=False,
        images=(
            Image(
                "https://pictures.lindholm.example/raw/https%253A%252F%252Ftram.jpg?width=1024&height=512",
                1024,
                512,
                True,
            ),
        ),
        related=(
            Related(
                "Quay closed to cars from spring",
                'The quay (the old one: not the new) closes. Its motto is "Calm & Clean".',
                datetime(2024, 2, 28, 17, 0, tzinfo=UTC),
                "https://markets.example/quay-closed",
                "article",
                Provider("Market Observer", "markets.example"),
                71,
                (Image("https://markets.example/1.jpg", 400, 225, True),),
            ),
            Related("Nothing else is known of this one"),
        ),
        secured="qk3/Zz+AA09==;Vt7x/Q==",
        title_key=title_key("Harbour town of Lindholm votes for a second tram line"),
    )


def test_a_bad_value_is_named_with_its_line() -> None:
    """A problem deep in the record tells the line of the file, also from the fast lane."""
    text = CANONICAL.replace("quality: 71", "quality: 710").replace("heat: -1", "heat: warm")
    assert canonical.read(text) is not None
    problems = article_in(text.encode(), PLACE).problems
    assert [(one.line, one.field) for one in problems] == [(10, "heat"), (36, "related.0.quality")]
