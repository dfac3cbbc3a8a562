"""What a run of articles adds to the index: its rows and the members of its sets.

Made in worker processes, sent to the writer, merged there. Nothing here touches the database.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias
from unicodedata import category

from reader.article import Article, Problem
from reader.index.entry import Entry
from reader.index.inverting import Inverter
from reader.index.schema import FIELDS, Field, pack_name
from reader.records import NamedTuple
from reader.text import is_unspaced, spaced_words, words

TITLE_KEY = 24
"""Characters of the folded title that decide its place in the title order."""

LONG = 1 << 18
"""Characters of a text whose words are looked at in pieces."""

MAX_RUN = 1000
"""Characters among which a place between two words is looked for."""

_TITLE, _BEHIND_TITLE = "\ue000", "\ue001"
"""What stands before a title's word and is no part of any word, and what is sorted behind those."""

Members: TypeAlias = dict[int, dict[str, list[int]]]
"""Field -> value -> numbers."""


class Origin(NamedTuple):
    """The file that an article was read from, as it was when it was read."""

    folder: int
    """Number of the folder in the index."""
    name: str
    mtime_ns: int
    size: int
    inode: int


class Taken(NamedTuple):
    """What one file gave: an article, or the problem why not."""

    origin: Origin
    article: Article | None
    problem: Problem | None = None
    digest: bytes | None = None
    """The content's digest, where the file was so young that an edit may not show in its times."""


class Row(NamedTuple):
    """An article's row, in the order of the table's columns."""

    number: int
    key: int
    date: int | None
    """Seconds since 1970."""
    title: str
    provider: str
    domain: str
    topics: str
    """One a line."""
    quality: int | None
    heat: int | None
    category: str
    type: str
    url: str
    draft: bool
    folder: int
    name: str | bytes
    """As the database holds it (see `schema.pack_name`)."""
    mtime_ns: int
    size: int
    inode: int


class Batch:
    """The rows and set members of a run of articles."""

    def __init__(self, base: int = 0) -> None:
        """Members are counted from `base`, so that those of one block are small."""
        self._base = base
        self.rows: list[Row] = []
        self.titles: list[tuple[str, int]] = []
        self.members: Members = {field: defaultdict(list) for field in FIELDS}

    def add(self, number: int, entry: Entry, origin: Origin) -> Row:
        """Take one article in under its number."""
        member = number - self._base
        title_words = words(entry.title)
        self._add_words(title_words, entry, member)
        members = self.members
        for field, value in entry.values:
            members[field][value].append(member)
        row = _row(number, entry, origin)
        self.rows.append(row)
        self.titles.append((" ".join(title_words)[:TITLE_KEY], number))
        return row

    def _add_words(self, title_words: list[str], entry: Entry, member: int) -> None:
        for field, found in (
            (Field.WORD, _all_words(title_words, entry).split()),
            (Field.TITLE_WORD, title_words),
        ):
            lists = self.members[field]
            for word in set(found):
                lists[word].append(member)


class ChunkBatch(Batch):
    """The same for a chunk of a cold load: articles of one block, in the order of their numbers."""

    def __init__(self, base: int) -> None:
        super().__init__(base)
        self._inverter = Inverter()

    def _add_words(self, title_words: list[str], entry: Entry, member: int) -> None:
        # A title's words are in the same table, with a mark before each.
        marked = "".join([f" {_TITLE}{word}" for word in title_words])
        self._inverter.add(member, _all_words(title_words, entry) + marked)

    def take_words(self) -> Iterator[tuple[int, Sequence[str], Sequence[bytes]]]:
        """(field, its words, sorted, the low halves of each one's numbers), when no article is to come."""
        found, lows = self._inverter.take()
        start, stop = bisect_left(found, _TITLE), bisect_left(found, _BEHIND_TITLE)
        yield Field.WORD, found[:start] + found[stop:], lows[:start] + lows[stop:]
        yield Field.TITLE_WORD, [word[len(_TITLE) :] for word in found[start:stop]], lows[start:stop]


def _all_words(title_words: list[str], entry: Entry) -> str:
    """The words of an article's title and of everything else, with blanks between them, repeated or not."""
    title, text = entry.title, entry.text
    if text.isascii() and title.isascii() and len(text) <= LONG:
        return f"{spaced_words(text)} {' '.join(title_words)}"
    unique = {*title_words, *run_ends(title_words)}
    for piece in _pieces(text):
        other_words = words(piece)
        unique.update(other_words)
        unique.update(run_ends(other_words))
    return " ".join(unique)


def _pieces(text: str) -> Iterator[str]:
    """A text whole, a very long one in pieces: a list of all words takes ten times its memory.

    Cut where no word can be; where there is no such place for a thousand characters, in a word that nobody
    would type.
    """
    start = 0
    while len(text) - start > LONG:
        stop = start + LONG
        part = text[stop : stop + MAX_RUN]
        stop += next((at for at, char in enumerate(part) if category(char)[0] in "ZPSC"), 0)
        yield text[start:stop]
        start = stop
    yield text[start:] if start else text


def run_ends(found: list[str]) -> set[str]:
    """The last characters of runs that were made into pairs: no pair begins with them, so they were lost."""
    if "".join(found).isascii():
        return set()
    return {
        first[1]
        for first, second in pairwise([*found, ""])
        if len(first) == 2 and second[:1] != first[1] and is_unspaced(first[1])
    }


def _row(number: int, entry: Entry, origin: Origin) -> Row:
    folder, name, mtime_ns, size, inode = origin
    return Row(
        number, entry.key, entry.date, entry.title, entry.provider, entry.domain, "\n".join(entry.topics),
        entry.quality, entry.heat, entry.category, entry.type, entry.url, entry.is_draft,
        folder, pack_name(name), mtime_ns, size, inode,
    )  # fmt: skip
