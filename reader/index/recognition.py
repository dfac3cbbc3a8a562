"""Recognises an article under another key: an edited one, a moved one, or one of two with the same URL.

An article's key is derived from its identity: its URL, else its title with its date, else its text. If the
key is not found, `Recogniser` compares the title with its date, the text, and the file's location. These are
only the rules, which `article_keys` applies to an index; `docs/architecture.md` summarises them.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reader.article.identity import anchor_of, identity_of, is_web, key_of, sketch_likeness, sketch_of

MOST_COMPARED, MOST_OF_A_NAME = 250_000, 50
"""Limit of pairs of articles whose texts are compared in one refresh; beyond it, only those with the same
file name are compared, at most this many per name."""

SURE_DATED = 0.8
"""Minimum overlap of two texts with different dates to count as the same text, edited."""


class ArticleFacts(NamedTuple):
    """The facts that an article is recognised by."""

    key: int
    title_key: int | None
    text_key: int | None
    url: str
    path: str
    """Absolute."""
    date: int | None = None
    """Seconds since 1970, as stated: a day at its midnight UTC."""
    title: str = ""
    number: int = -1
    sketch: bytes | None = None
    """See `reader.article.identity`; only for articles without a URL."""
    mtime_ns: int = 0
    """Its file's time of change."""

    @property
    def is_titled_and_dated(self) -> bool:
        """Returns whether the file states both."""
        return self.title_key is not None and self.date is not None


def keys_of(one: ArticleFacts) -> Iterator[int]:
    """Returns the keys an article may have, best first: it gets the first that no other article has."""
    yield one.key
    if is_web(one.url):
        yield key_of(f"{one.key:x} #{anchor_of(one.url)} {one.title.casefold()}")
    elif one.is_titled_and_dated and one.text_key is not None:
        yield key_of(f"{one.key:x} {one.text_key:x}")
    yield key_of(f"{one.key:x} {one.path}")


def are_same(one: ArticleFacts, other: ArticleFacts) -> bool:
    """Returns whether two files with the same identity are one article, so that only one is listed."""
    has_same_text = one.text_key is not None and one.text_key == other.text_key
    if not (is_web(one.url) and is_web(other.url)):
        return has_same_text and _have_same_title(one, other)
    anchors = anchor_of(one.url), anchor_of(other.url)
    if all(anchors) and anchors[0] != anchors[1]:
        return has_same_text
    return has_same_text or one.title.casefold() == other.title.casefold()


class Recogniser:
    """Matches articles with candidates; each candidate is matched once."""

    def __init__(self, candidates: Iterable[ArticleFacts], *, in_place: bool = True) -> None:
        """With `in_place`, for candidates new in this refresh, the same location is enough."""
        self._by_title: dict[int | None, list[ArticleFacts]] = defaultdict(list)
        self._by_text: dict[int | None, list[ArticleFacts]] = defaultdict(list)
        self._by_path: dict[str, ArticleFacts] = {}
        self._taken: set[int] = set()
        for one in candidates:
            self._by_title[one.title_key].append(one)
            self._by_text[one.text_key].append(one)
            if in_place:
                self._by_path[one.path] = one

    def find(self, former: ArticleFacts) -> ArticleFacts | None:
        """Returns the candidate that is the same article, if any."""
        found = self._find(former)
        if found is not None:
            self._taken.add(found.key)
        return found

    def _find(self, former: ArticleFacts) -> ArticleFacts | None:
        groups = []
        if former.text_key is not None:
            groups.append(self._by_text.get(former.text_key, []))
        if former.title_key is not None or former.text_key is None:
            groups.append(self._by_title.get(former.title_key, []))
        for group in groups:
            alike = [one for one in group if are_alike(former, one) and one.key not in self._taken]
            if len(alike) > 1:
                alike = [one for one in alike if one.path == former.path]
            if alike:
                return alike[0]
        here = self._by_path.get(former.path)
        return here if here and here.key not in self._taken and _is_edited(former, here) else None

    def find_edited(self, lost: Iterable[ArticleFacts]) -> list[tuple[ArticleFacts, ArticleFacts]]:
        """Matches the remaining articles that were moved and edited, by most of their text."""
        lost = [former for former in lost if former.sketch is not None]
        free = [
            one
            for group in self._by_title.values()
            for one in group if one.sketch is not None and one.key not in self._taken
        ] if lost else []  # fmt: skip
        by_name = defaultdict(list)
        for one in free:
            by_name[os.path.basename(one.path)].append(one)
        is_small = len(lost) * len(free) <= MOST_COMPARED
        pairs = []
        for former in lost:
            for one in free if is_small else by_name[os.path.basename(former.path)][:MOST_OF_A_NAME]:
                if (how_much := _likeness(former, one)) > 0:
                    pairs.append((how_much, former, one))
        found: dict[int, tuple[ArticleFacts, ArticleFacts]] = {}
        for _, former, one in sorted(pairs, key=lambda pair: pair[0], reverse=True):
            if former.key not in found and one.key not in self._taken:
                found[former.key] = former, one
                self._taken.add(one.key)
        return [*found.values()]


def are_alike(former: ArticleFacts, one: ArticleFacts) -> bool:
    """Returns whether two articles with different keys are the same: by text, or by title and date."""
    has_same_text = former.text_key is not None and former.text_key == one.text_key
    has_same_title = _have_same_title(former, one) or _are_same_and_short(former, one)
    if is_web(former.url) and is_web(one.url) and _have_other_pages(former.url, one.url):
        # Different URLs mean different articles, unless everything else is equal.
        return has_same_text and has_same_title
    return has_same_text or has_same_title


def _have_other_pages(url: str, other: str) -> bool:
    anchors = anchor_of(url), anchor_of(other)
    return identity_of(url, "") != identity_of(other, "") or (all(anchors) and anchors[0] != anchors[1])


def _have_same_title(one: ArticleFacts, other: ArticleFacts) -> bool:
    """Returns whether both state the same title and date."""
    return one.is_titled_and_dated and (one.title_key, one.date) == (other.title_key, other.date)


def _are_same_and_short(former: ArticleFacts, one: ArticleFacts) -> bool:
    """Returns whether both have the same text of a few words, whose sketch is exact, and the same title and
    date or the same lack of them."""
    if former.text_key is not None or one.text_key is not None or former.sketch is None:
        return False
    is_headed_alike = (former.title_key, former.date) == (one.title_key, one.date)
    return is_headed_alike and former.sketch == one.sketch != sketch_of("")


def _is_edited(former: ArticleFacts, here: ArticleFacts) -> bool:
    """Returns whether a file in the same location, with another title and text, is still that article: not if
    its date differs as well."""
    if is_web(former.url) and is_web(here.url):
        return False
    if former.text_key is None or here.text_key is None:
        return True
    if former.date is not None and former.date == here.date:
        return True
    return not (former.is_titled_and_dated or here.is_titled_and_dated)


def _likeness(former: ArticleFacts, one: ArticleFacts) -> float:
    """Returns how likely a removed article is this new one, by most of its text; 0 if in doubt."""
    if former.sketch is None or one.sketch is None:
        return 0.0
    has_same_name = os.path.basename(former.path) == os.path.basename(one.path)
    if None not in (former.date, one.date) and former.date != one.date:
        # Two days' notes may come from one template; a note may state when it was last changed.
        alike = sketch_likeness(former.sketch, one.sketch, has_same_name=False) if has_same_name else 0.0
        return alike if alike >= SURE_DATED else 0.0
    return sketch_likeness(former.sketch, one.sketch, has_same_name=has_same_name)
