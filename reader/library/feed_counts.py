"""How many articles each feed has brought: those in its folder of the news folder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reader.library import Library
from reader.query import UNREAD, Query


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
    found: dict[str, FeedCounts] = {}
    for directory in filter(None, directories):
        # The facet leaves out what all folders have in common.
        names = [name for name in everything if directory == name or directory.endswith(f"/{name}")]
        if name := max(names, key=len, default=""):
            found[directory] = FeedCounts(everything[name], unread.get(name, 0), name)
        elif not any(everything):
            found[directory] = FeedCounts(library.total, len(library.select(UNREAD)))
    return found
