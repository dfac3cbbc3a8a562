"""Groups linked articles into stories: two groups are merged if enough of the pairs between them are linked,
which prevents chaining."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from reader.stories.linking import Link

JOINED = 1 / 2
"""Minimum fraction of linked pairs between two groups to merge them."""


def groups(found: Iterable[Link]) -> list[tuple[int, ...]]:
    """Returns stories of two or more articles, as sorted keys. Processes links best first, ties by key."""
    ordered = sorted(found, key=lambda link: (-link.score, link.first, link.second))
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for link in ordered:
        neighbours[link.first].add(link.second)
        neighbours[link.second].add(link.first)
    group_of: dict[int, set[int]] = {key: {key} for key in neighbours}
    for link in ordered:
        one, other = group_of[link.first], group_of[link.second]
        if one is other:
            continue
        if len(one) > len(other):
            one, other = other, one
        between = sum(len(neighbours[key] & other) for key in one)
        if between >= JOINED * len(one) * len(other):
            other |= one
            for key in one:
                group_of[key] = other
    distinct = {id(group): group for group in group_of.values() if len(group) > 1}
    return sorted(tuple(sorted(group)) for group in distinct.values())
