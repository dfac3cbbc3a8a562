"""What is left out of every answer, because the configuration says so."""

from __future__ import annotations

from collections.abc import Sequence

from reader.errors import QueryError
from reader.query import Group, Query, parse


def muted_by(texts: Sequence[str]) -> tuple[Query, list[QueryError]]:
    """The Query that leaves out what these queries select, and what is wrong with those that mean nothing."""
    found: list[Query] = []
    mistakes: list[QueryError] = []
    for text in texts:
        try:
            found.append(parse(text))
        except QueryError as error:
            mistakes.append(error)
    return Query(tuple(Group("and", one.clauses, negated=True) for one in found if one.clauses)), mistakes
