"""Muting: what the configuration hides everywhere, or in one view.

Values only. Callers narrow a query with `of`; otherwise muted articles are included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reader.article.text import fold
from reader.config.views import Configured, arranged
from reader.errors import QueryError, nearest, shown
from reader.query import Group, Query, parse

EVERYWHERE = "*"
"""The key in the table [mute] for the rules of all views."""


class Muting(NamedTuple):
    """The rules, as clauses that narrow a query."""

    everywhere: Query = Query()
    """Excludes what is muted in all views."""
    by_view: tuple[tuple[Query, Query], ...] = ()
    """The queries of views, each with the clauses that exclude what is muted there."""

    def of(self, query: Query) -> Query:
        """Returns the query without muted articles; a view's rules apply if its query is part of this one."""
        found = self.everywhere
        for view, muted in self.by_view:
            if _is_within(query, view):
                found = found.and_also(muted)
        return found


def muting_of(rules: Mapping[str, Sequence[str]], views: Configured) -> tuple[Muting, list[str]]:
    """Returns the configured rules, and a message for each invalid one."""
    texts = {fold(view.name): view.text for view in arranged(views)}
    everywhere, mistakes = Query(), list[str]()
    by_view: list[tuple[Query, Query]] = []
    for name, queries in rules.items():
        muted = _leaving_out(queries, mistakes)
        if name == EVERYWHERE:
            everywhere = muted
        elif fold(name) not in texts:
            known = [view.name for view in arranged(views)]
            mistakes.append(f"mute: unknown view {shown(name)}; {nearest(name, known)}")
        else:
            try:
                by_view.append((parse(texts[fold(name)]), muted))
            except QueryError:
                continue  # reported where the view is shown
    return Muting(everywhere, tuple(by_view)), mistakes


def _leaving_out(texts: Sequence[str], mistakes: list[str]) -> Query:
    found: list[Query] = []
    for text in texts:
        try:
            found.append(parse(text))
        except QueryError as error:
            mistakes.append(f"mute rule ignored: {error}")
    return Query(tuple(Group("and", one.clauses, negated=True) for one in found if one.clauses))


def _is_within(query: Query, view: Query) -> bool:
    """Returns whether a query is a view's, possibly narrowed; an empty view only matches itself."""
    if not view.clauses:
        return not query.clauses
    return all(clause in query.clauses for clause in view.clauses)
