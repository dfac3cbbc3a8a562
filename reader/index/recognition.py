"""The same article under another key: an edited one, a moved one, one of two that share an address.

An article's key is that of its identity: its address, else its title with its date, else its text. Where the
key is not found, `Recogniser` looks for the title with its date, the text, and the place. The rules are pure;
`docs/architecture.md` has them in a few lines.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from reader.article.identity import anchor_of, is_web
from reader.article.record import key_of


class Facts(NamedTuple):
    """What an article is recognised by."""

    key: int
    title_key: int | None
    text_key: int | None
    url: str
    path: str
    """Absolute."""
    date: int | None = None
    title: str = ""
    number: int = -1

    @property
    def is_titled_and_dated(self) -> bool:
        """Whether the file says both."""
        return self.title_key is not None and self.date is not None


def keys_of(one: Facts) -> Iterator[int]:
    """The keys that an article may have, best first: a later one where another article has the one before."""
    yield one.key
    if is_web(one.url):
        yield key_of(f"{one.key:x} #{anchor_of(one.url)} {one.title.casefold()}")
    elif one.is_titled_and_dated and one.text_key is not None:
        yield key_of(f"{one.key:x} {one.text_key:x}")
    yield key_of(f"{one.key:x} {one.path}")


def are_same(one: Facts, other: Facts) -> bool:
    """Whether two files with one identity are one article, so that only one of them is listed."""
    has_same_text = one.text_key is not None and one.text_key == other.text_key
    if not is_web(one.url):
        return has_same_text and one.is_titled_and_dated
    anchors = anchor_of(one.url), anchor_of(other.url)
    if all(anchors) and anchors[0] != anchors[1]:
        return has_same_text
    return has_same_text or one.title.casefold() == other.title.casefold()


class Recogniser:
    """Finds articles again among candidates; each is found once."""

    def __init__(self, candidates: Iterable[Facts]) -> None:
        self._by_title: dict[int | None, list[Facts]] = defaultdict(list)
        self._by_text: dict[int | None, list[Facts]] = defaultdict(list)
        self._by_path: dict[str, Facts] = {}
        self._taken: set[int] = set()
        for one in candidates:
            self._by_title[one.title_key].append(one)
            self._by_text[one.text_key].append(one)
            self._by_path[one.path] = one

    def find(self, former: Facts) -> Facts | None:
        """The candidate that is the same article."""
        found = self._find(former)
        if found is not None:
            self._taken.add(found.key)
        return found

    def _find(self, former: Facts) -> Facts | None:
        groups = []
        if former.text_key is not None:
            groups.append(self._by_text.get(former.text_key, []))
        if former.title_key is not None:
            groups.append(self._by_title.get(former.title_key, []))
        for group in groups:
            alike = [one for one in group if are_alike(former, one) and one.key not in self._taken]
            if len(alike) > 1:
                alike = [one for one in alike if one.path == former.path]
            if alike:
                return alike[0]
        here = self._by_path.get(former.path)
        return here if here and here.key not in self._taken and _is_edited(former, here) else None


def are_alike(former: Facts, one: Facts) -> bool:
    """Whether two articles with different keys are the same: by text, or by title and date."""
    has_same_text = former.text_key is not None and former.text_key == one.text_key
    has_same_title = former.is_titled_and_dated and former.title_key == one.title_key
    has_same_title = has_same_title and former.date == one.date
    if is_web(former.url) and is_web(one.url):
        # Addresses that differ tell two articles apart, unless all else is the same.
        return has_same_text and has_same_title
    return has_same_text or has_same_title


def _is_edited(former: Facts, here: Facts) -> bool:
    """Whether a file in the same place, with another title and another text, is still that article: not where
    its date is another one as well."""
    if is_web(former.url) and is_web(here.url):
        return False
    if former.text_key is None or here.text_key is None:
        return True
    if former.date is not None and former.date == here.date:
        return True
    return not (former.is_titled_and_dated or here.is_titled_and_dated)


def rekey(connection: sqlite3.Connection, changes: Iterable[tuple[int, int]]) -> None:
    """Give articles (number, new key) the key that they are known by. In a transaction."""
    for number, key in changes:
        row = connection.execute("select key from articles where number = ?", (number,)).fetchone()
        if row is None or connection.execute("select 1 from articles where key = ?", (key,)).fetchone():
            continue
        connection.execute("update articles set key = ? where number = ?", (key, number))
        connection.execute("update others set key = ? where key = ?", (key, row[0]))


def reunite(connection: sqlite3.Connection, departed: Sequence[Facts], arrived: Sequence[Facts]) -> None:
    """Give articles that came in a refresh the keys that they had before it. In a transaction."""
    lost = [
        one
        for one in departed
        if not connection.execute("select 1 from articles where key = ?", (one.key,)).fetchone()
    ]
    if lost and arrived:
        recogniser = Recogniser(arrived)
        found = ((one, recogniser.find(one)) for one in lost)
        rekey(connection, [(now.number, before.key) for before, now in found if now is not None])
