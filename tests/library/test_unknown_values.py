"""Values that no article has are found out, each with the nearest one."""

from __future__ import annotations

import pytest

from reader.library.unknown_values import queried_fields, unknown_values
from reader.query import parse
from reader.query.results import Facet, FacetValue

FACETS = (
    Facet("topic", (FacetValue("Chips", 3), FacetValue("Économie", 2))),
    Facet("provider", (FacetValue("Harbour Post", 4),)),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("topic:Chpis", [("topic", "Chpis", "Chips")]),
        ("topic:chips,zzz", [("topic", "zzz", None)]),
        ("topic:economie harbour", []),
        ("topic:chi*", []),
        ("-topic:Chpis", []),
        (
            'provider:"harbour pots" OR topic:Chisp',
            [("topic", "Chisp", "Chips"), ("provider", "harbour pots", "Harbour Post")],
        ),
        ("provider:harbour.example", []),
    ],
)
def test_what_no_article_has(text: str, found: list[tuple[str, str, str | None]]) -> None:
    """Case, accents, beginnings and domains are no mistakes, and what is kept out may be anything."""
    assert list(unknown_values(parse(text), FACETS)) == found


def test_only_fields_that_are_asked_for_are_looked_through() -> None:
    """A query of words, or one that only keeps values out, asks for none."""
    assert queried_fields(parse("topic:AI -provider:Ledger type:video harbour")) == ("topic", "type")
