"""What a run of articles adds to the index: its rows and the members of its sets.

Made in worker processes, sent to the writer, merged there. Nothing here touches the database.
"""

from __future__ import annotations

from collections import defaultdict, deque
from itertools import pairwise, repeat
from typing import NamedTuple, TypeAlias

from reader.addresses import host_of
from reader.article import Article, Problem, key_of
from reader.index.schema import Field
from reader.text import is_unspaced, words

TITLE_KEY = 24
"""Characters of the folded title that decide its place in the title order."""

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
    name: str
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
        self.members: Members = {field: defaultdict(list) for field in Field}

    def add(self, number: int, article: Article, origin: Origin) -> Row:
        """Take one article in under its number."""
        members = self.members
        title_words = words(article.title)
        other_words = words("\n".join(searched_texts(article)))
        unique = {*title_words, *run_ends(title_words), *other_words, *run_ends(other_words)}
        member = number - self._base
        _append_to_all(members[Field.WORD], unique, member)
        _append_to_all(members[Field.TITLE_WORD], set(title_words), member)
        host = host_of(article.url)
        for field, value in _values(article, host):
            members[field][value].append(member)
        row = _row(number, article, host, origin)
        self.rows.append(row)
        self.titles.append((" ".join(title_words)[:TITLE_KEY], number))
        return row


def run_ends(found: list[str]) -> set[str]:
    """The last characters of runs that were made into pairs: no pair begins with them, so they were lost."""
    if "".join(found).isascii():
        return set()
    return {
        first[1]
        for first, second in pairwise([*found, ""])
        if len(first) == 2 and second[:1] != first[1] and is_unspaced(first[1])
    }


def _append_to_all(lists: dict[str, list[int]], values: set[str], number: int) -> None:
    # An article has some 200 words: this loop runs without the interpreter, at half the time.
    deque(map(list.append, map(lists.__getitem__, values), repeat(number)), maxlen=0)


def searched_texts(article: Article) -> list[str]:
    """Everything but the title that a bare word is looked for in (design, section 6)."""
    return [
        article.excerpt, article.body, article.provider.name, *article.author, *article.topics,
        *[link.title for link in article.related],
    ]  # fmt: skip


def _values(article: Article, host: str) -> list[tuple[Field, str]]:
    """The sets other than words that an article belongs to."""
    found = [(Field.TOPIC, topic) for topic in dict.fromkeys(article.topics)]
    found += [(Field.AUTHOR, author) for author in dict.fromkeys(article.author)]
    found += [(Field.DOMAIN, domain) for domain in {host, article.provider.domain.lower()} if domain]
    single = (
        (Field.PROVIDER, article.provider.name),
        (Field.CATEGORY, article.category),
        (Field.TYPE, article.type),
        (Field.QUALITY, "" if article.quality is None else str(article.quality)),
        (Field.HEAT, "" if article.heat is None else str(article.heat)),
        (Field.FLAG, "draft" if article.is_draft else ""),
        (Field.FLAG, "image" if article.images else ""),
        (Field.FLAG, "related" if article.related else ""),
        (Field.FLAG, "body" if article.body.strip() else ""),
    )
    found += [pair for pair in single if pair[1]]
    return found


def _row(number: int, article: Article, host: str, origin: Origin) -> Row:
    moment = article.published_date_time
    return Row(
        number, key_of(article.identity), None if moment is None else int(moment.timestamp()), article.title,
        article.provider.name, article.provider.domain or host, "\n".join(article.topics), article.quality,
        article.heat, article.category, article.type, article.url, article.is_draft, *origin,
    )  # fmt: skip
