"""Views: named queries, built in or from the configuration, and what changes make of them.

Rules for topics are such a table too, without built-in ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from reader.article.text import fold
from reader.config.saved_queries import Configured
from reader.errors import UsageError, nearest, shown

BUILT_IN: Mapping[str, str] = {
    "All": "",
    "Unread": "is:unread",
    "Starred": "is:starred",
    "Today": "since:today",
    "This week": "since:7d",
    "Hot": "heat:>0 OR -heat:>=0 coverage:>=2 sort:heat",
}
"""The views that are always there, in their order; the configuration's follow, or replace one by its name."""


class View(NamedTuple):
    """A saved query."""

    name: str
    text: str
    """The query as it was written."""


def arranged(configured: Configured, built_in: Mapping[str, str] = BUILT_IN) -> list[View]:
    """All views in their order: ours that the configuration does not name, then the configuration's."""
    ours = [View(name, text) for name, text in built_in.items() if name not in configured]
    return ours + [View(name, text) for name, text in configured.items() if text is not False]


def find(name: str, configured: Configured) -> View:
    """The view of this name, whatever its case and accents. Raises UsageError with the nearest one."""
    views = arranged(configured)
    for view in views:
        if fold(view.name) == fold(name):
            return view
    raise UsageError(f"unknown view {shown(name)}; {nearest(name, [view.name for view in views])}")


def saved(configured: Configured, name: str, text: str) -> Configured:
    """With this query under this name: in the place of one of that name, else last."""
    return {**configured, name: text}


def renamed(configured: Configured, old: str, new: str, built_in: Mapping[str, str] = BUILT_IN) -> Configured:
    """Rename a view in place; a built-in view is hidden under its old name."""
    if old not in configured:
        return {**configured, old: False, new: built_in[old]}
    found = {new if name == old else name: text for name, text in configured.items()}
    return {**found, old: False} if old in built_in else found


def removed(configured: Configured, name: str, built_in: Mapping[str, str] = BUILT_IN) -> Configured:
    """Without a view; a built-in one is set to false."""
    if name in built_in:
        return {**configured, name: False}
    return {other: text for other, text in configured.items() if other != name}


def moved(configured: Configured, name: str, step: int, built_in: Mapping[str, str] = BUILT_IN) -> Configured:
    """Move a view down by `step`, or up if negative; built-in views after it get named too."""
    views = arranged(configured, built_in)
    place = next(place for place, view in enumerate(views) if view.name == name)
    view = views.pop(place)
    views.insert(max(min(place + step, len(views)), 0), view)
    # Ours come first in their own order, as long as nothing is before or between them.
    named = 0
    left = [one for one in built_in if configured.get(one) is not False]
    while named < len(views) and left and views[named] == View(left[0], built_in[left[0]]):
        named += 1
        left.pop(0)
    hidden: dict[str, str | Literal[False]] = {one: text for one, text in configured.items() if text is False}
    return {**{one.name: one.text for one in views[named:]}, **hidden}
