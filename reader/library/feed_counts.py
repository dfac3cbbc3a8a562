"""How many articles each feed has brought: those in its folder of the news folder."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from reader.library import Library
from reader.query import UNREAD, Query
from reader.query.results import Headline


class FeedCounts(NamedTuple):
    """The articles of a feed that are in the news folder."""

    articles: int = 0
    unread: int = 0
    value: str = ""
    """Its folder, as a query names it; empty if everything is in it."""


def feed_counts(library: Library, directories: Iterable[str]) -> dict[str, FeedCounts]:
    """The counts of feeds, by their folders' paths below the news folder; only of those with articles."""
    everything, unread = (
        {one.value: one.count for one in library.facet("folder", query).values} for query in (Query(), UNREAD)
    )
    known = [one for one in directories if one]
    if not any(everything):  # all of them are in one folder
        here = next((os.path.dirname(os.path.dirname(path)) for _, path in _first(library)), "")
        inside = max((one for one in known if here.endswith(f"/{one}")), key=len, default="")
        return {inside: FeedCounts(library.total, len(library.select(UNREAD)))} if inside else {}
    common = _common(known, everything)
    found: dict[str, FeedCounts] = {}
    for directory in known:
        name = directory.removeprefix(common)
        if directory.startswith(common) and name in everything:
            found[directory] = FeedCounts(everything[name], unread.get(name, 0), name)
    return found


def _first(library: Library) -> Iterable[tuple[Headline, str]]:
    return library.paths(library.select(Query()).window(0, 1))


def _common(directories: Sequence[str], values: Container[str]) -> str:
    """What all folders have in common: the facet leaves it out."""
    beginnings = {"": 0}
    for directory in directories:
        parts = directory.split("/")
        for depth in range(len(parts)):
            if "/".join(parts[depth:]) in values:
                beginning = "".join(f"{part}/" for part in parts[:depth])
                beginnings[beginning] = beginnings.get(beginning, 0) + 1
    return max(beginnings, key=lambda one: (beginnings[one], -len(one)))
