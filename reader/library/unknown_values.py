"""Finds values in a Query that no article has, to suggest the nearest one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reader.article.text import fold
from reader.errors import closest
from reader.query import Query
from reader.query.fields import BY_NAME, FACETS
from reader.query.results import Facet

FIELDS = tuple(name for name in FACETS if BY_NAME[name].stored)
"""The fields whose values are checked."""
MOST_COMPARED = 2_000
"""Number of values, the most frequent ones, that are compared; more would be slow."""


class Unknown(NamedTuple):
    """A value that no article has."""

    field: str
    value: str
    near: str | None
    """The most similar value of that field."""


def unknown_values(query: Query, facets: Sequence[Facet]) -> Iterator[Unknown]:
    """Returns the unknown values, by the facets of the whole collection."""
    for facet in facets:
        values = [one.value for one in facet.values]
        known = {fold(value) for value in values}
        for term in query.terms():
            if term.field != facet.field or term.negated or term.field not in FIELDS:
                continue
            for value in term.values:
                wanted = fold(value)
                # A provider can be given by its domain.
                is_domain = term.field == "provider" and "." in wanted
                begins = term.prefix and any(one.startswith(wanted) for one in known)
                if not (wanted in known or begins or is_domain):
                    yield Unknown(term.field, value, closest(value, values[:MOST_COMPARED]))


def queried_fields(query: Query) -> tuple[str, ...]:
    """Returns the fields of which a query requires values, rather than excludes them."""
    required = {term.field for term in query.terms() if not term.negated}
    return tuple(field for field in FIELDS if field in required)
