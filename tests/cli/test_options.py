"""Tests of the Query that the filter options ask."""

from __future__ import annotations

import pytest

from reader.cli.options import pointed, query_of
from reader.cli.parser import Namespace, parser_of
from reader.errors import QueryError, UsageError
from reader.query import parse


def options(*words: str) -> Namespace:
    """What the parser of `reader list` makes of these words."""
    return parser_of("list").parse(words)


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ([], ""),
        (["-q", "chips -car"], "chips -car"),
        (["-q", "a OR b", "--query", "c"], "(a OR b) c"),
        (["-t", "AI", "--topic", "Solid State"], 'topic:AI,"Solid State"'),
        (["-t", "a,b"], 'topic:"a,b"'),
        (["-p", "Post", "--category", "news", "--tag", "y"], "provider:Post category:news tag:y"),
        (["--since", "7d", "--until", "2021-07"], "since:7d until:2021-07"),
        (["--min-quality", "50", "--min-heat", "1"], "quality:>=50 heat:>=1"),
        (["--unread", "--starred", "--drafts"], "is:unread is:starred is:draft"),
        (["--no-drafts"], "-is:draft"),
        (["--sort", "Quality", "-q", "sort:title x"], "x sort:quality"),
        (["--sort", "-date"], "sort:-date"),
        (["-q", "sort:-title x"], "x sort:-title"),
        (["-q", "-sport"], "-sport"),
    ],
)  # fmt: skip
def test_options_mean_the_same_as_a_query(words: list[str], query: str) -> None:
    """Every filter option has an equivalent in the query language."""
    assert query_of(options(*words)) == parse(query)


@pytest.mark.parametrize(
    "words",
    [
        ["--since", "soon"],
        ["--until", ""],
        ["--sort", "colour"],
        ["--topic", " "],
        ["-q", "topc:x"],
        ["-q", "("],
    ],
)
def test_invalid_filters_are_usage_errors(words: list[str]) -> None:
    """A bad date, order, name or query is an error that names what is valid."""
    with pytest.raises(UsageError):
        query_of(options(*words))


def test_carets_mark_the_mistake() -> None:
    """The query follows the reason, with carets as wide as the mistake below it."""
    text = pointed(QueryError("no such field", 2, 3), "報 ab:c")
    assert text == "no such field\n  報 ab:c\n     ^^^"
    assert pointed(QueryError("no", 1), "a\nb") == "no\n  a b\n   ^"
