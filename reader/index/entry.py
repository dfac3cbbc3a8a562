"""From a file to what the index stores: the article's entry, and the rows and set members of many articles.

Runs in worker processes too; nothing here touches the database. A file's state is recorded when it is read,
not when it is listed, so an edit in between is noticed by the next refresh.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, pairwise, repeat
from typing import NamedTuple
from unicodedata import category

from reader.article.dates import sort_seconds
from reader.article.identity import host_of, is_web, key_of, sketch_of
from reader.article.plain_text import searched_text
from reader.article.record import Article, Place, Problem
from reader.article.text import display_path, has_unspaced, signs, words
from reader.collection.files import Content, read_content
from reader.collection.folders import Roots
from reader.collection.sites import folder_of
from reader.index.packing import Members, Run, RunGroup
from reader.index.scan import is_too_young
from reader.index.schema import ALL_SETS, DAY, STORED, SetKind, pack_name
from reader.parsing.content import Unreadable, article_in, fault
from reader.stories.likeness import pack


class File(NamedTuple):
    """A file to read: its folder's number in the index, its root, its folder's path, its name."""

    folder: int
    root: int
    path: str
    name: str


class Origin(NamedTuple):
    """The file that an article was read from, with its state at that time."""

    folder: int
    """Number of the folder in the index."""
    name: str | bytes
    """As stored in the database (see `schema.pack_name`)."""
    mtime_ns: int
    size: int
    inode: int
    ctime_ns: int


class Taken(NamedTuple):
    """The result of reading a file: an article, or the problem that prevented one."""

    origin: Origin
    place: Place
    article: Article | None = None
    problem: Problem | None = None
    digest: bytes | None = None
    """The content's digest, if the file was modified so recently that an edit may not change its times."""


class IndexRow(NamedTuple):
    """An article's row, in the order of the table's columns."""

    number: int
    """0 until it is known."""
    key: int
    date: int | None
    """Seconds since 1970 that it is sorted by (see `reader.article.dates.sort_seconds`)."""
    is_day: bool
    title: str
    provider: str
    domain: str
    topics: str
    """One per line."""
    quality: int | None
    heat: int | None
    category: str
    type: str
    url: str
    draft: bool
    folder: int
    name: str | bytes
    mtime_ns: int
    size: int
    inode: int
    ctime_ns: int
    title_key: int | None
    text_key: int | None
    sketch: bytes | None
    story_words: bytes = b""
    """The words that stories and related articles are found by (see `reader.stories.likeness.pack`)."""

    @property
    def origin(self) -> Origin:
        """The file that the article was read from."""
        return Origin(self.folder, self.name, self.mtime_ns, self.size, self.inode, self.ctime_ns)


class IndexEntry(NamedTuple):
    """An article as the index stores it."""

    row: IndexRow
    """Without its number and the words for stories."""
    values: tuple[tuple[int, str], ...]
    """(field, value) of the sets it belongs to, other than those of words."""
    text: str
    """The texts other than the title that a bare word searches, one per line; the excerpt first."""
    excerpt: int
    """The excerpt's length."""


def _values(article: Article, place: Place, host: str) -> Mapping[str, Sequence[str]]:
    """Returns the values of each stored field; an empty text counts as no value."""
    return {
        "topic": article.topics,
        "provider": (article.provider.name,),
        "folder": (_folder(place.folder, place.relative.rpartition("/")[0]),),
        "category": (article.category,),
        "type": (article.type,),
        "author": article.author,
        "domain": (article.provider.domain.lower(), host),
        "quality": () if article.quality is None else (str(article.quality),),
        "heat": () if article.heat is None else (str(article.heat),),
        "coverage": (),  # coverage belongs to the story, which is found later
    }


@lru_cache(maxsize=1024)
def _folder(top: str, below: str) -> str:
    return f"{top}/{folder_of(f'{below}/')}".rstrip("/")


def entry_of(article: Article, place: Place, origin: Origin) -> IndexEntry:
    """Returns the entry of an article read from this file."""
    date = article.published_date_time
    is_day = date is not None and not isinstance(date, datetime)
    url = article.url
    host = _host(url)
    values = _values(article, place, host)
    found = [
        (number, value)
        for name, number in STORED.items()
        for value in (dict.fromkeys(values[name]) if len(values[name]) > 1 else values[name])
        if value
    ]
    flags = (
        ("draft", article.is_draft), ("image", article.images), ("related", article.related),
        ("body", article.body), (DAY, is_day),
    )  # fmt: skip
    found += [(SetKind.FLAG, flag) for flag, is_set in flags if is_set]
    row = IndexRow(
        0, key_of(article.identity), None if date is None else sort_seconds(date), is_day, article.title,
        article.provider.name, article.provider.domain or host, "\n".join(article.topics), article.quality,
        article.heat, article.category, article.type, url, article.is_draft,
        *origin, article.title_key, article.text_key,
        None if is_web(article.identity) else sketch_of(article.body),
    )  # fmt: skip
    return IndexEntry(row, tuple(found), "\n".join(searched_texts(article)), len(article.excerpt))


def searched_texts(article: Article) -> list[str]:
    """Returns the texts other than the title that a bare word searches, the excerpt first."""
    return [
        article.excerpt, searched_text(article.body), article.provider.name, *article.author, *article.topics,
        *[link.title for link in article.related],
    ]  # fmt: skip


def _host(url: str) -> str:
    scheme, slashes, rest = url.partition("://")
    # The part before the path is the same for all articles of a publisher.
    return _host_of(scheme + slashes + rest.partition("/")[0])


_host_of = lru_cache(maxsize=4096)(host_of)


TITLE_KEY = 80
"""Number of characters of the folded title that the title order compares."""

LONG = 1 << 14
"""Longer texts (in characters) are split into pieces before their words are listed."""

MAX_DIFFERENT, MAX_WORDS = 40_000, 600_000
"""Limits of distinct words, and of all words, indexed per article. A novel has 20,000 and 500,000; each
distinct word takes a kilobyte while the index is written."""

MAX_RUN = 1000
"""Number of characters in which a boundary between words is searched."""


class Batch:
    """The rows and set members of a run of articles."""

    def __init__(self, base: int = 0) -> None:
        """Members are stored relative to `base`, so that those of one block are small."""
        self._base = base
        self.rows: list[IndexRow] = []
        self.titles: list[tuple[str, int]] = []
        self.cut: list[int] = []
        """The numbers of articles with more words than are indexed (see `too_many_words`)."""
        self.members: Members = {field: defaultdict(list) for field in ALL_SETS}
        self._words, self._title_words = self.members[SetKind.WORD], self.members[SetKind.TITLE_WORD]

    def add(self, number: int, entry: IndexEntry) -> None:
        """Add an article under its number."""
        member = number - self._base
        title = entry.row.title
        title_words = words(title)
        unique = set(title_words)
        in_title = set(title_words)
        is_ascii = entry.text.isascii() and title.isascii()
        if not is_ascii:
            unique.update(run_ends(title_words))
            in_title.update(signs(title))
            unique.update(in_title)
        count = 0
        excerpt_words: list[str] = []
        start = entry.excerpt if entry.excerpt <= LONG else 0
        for place, piece in enumerate(chain((entry.text[:start],), _pieces(entry.text[start:]))):
            if len(unique) > MAX_DIFFERENT or count > MAX_WORDS:
                self.cut.append(number)
                break
            other_words = words(piece)
            if not place:
                excerpt_words = other_words
            count += len(other_words)
            unique.update(other_words)
            if not is_ascii:
                unique.update(run_ends(other_words))
                unique.update(signs(piece))
        _append_to_all(self._words, unique, member)
        _append_to_all(self._title_words, in_title, member)
        members = self.members
        for field, value in entry.values:
            members[field][value].append(member)
        self.rows.append(entry.row._replace(number=number, story_words=pack(title_words, excerpt_words)))
        self.titles.append((title_key(title_words), number))


def too_many_words(article: Article) -> Article:
    """Returns the article with an added problem: search finds only its first words."""
    reason = "has too many words; search does not cover its end"
    problem = Problem(display_path(article.path), 0, "file", reason)
    return article._replace(problems=(*article.problems, problem))


def title_key(words: Sequence[str]) -> str:
    """Returns the sort key of a title: its words, with numbers compared by value."""
    return _NUMBER.sub(_by_size, " ".join(words)[:TITLE_KEY])


def _by_size(number: re.Match[str]) -> str:
    digits = number[0].lstrip("0")
    return chr(ord("0") + len(digits)) + digits


_NUMBER = re.compile("[0-9]+")


def _pieces(text: str) -> Iterator[str]:
    """Yields a text whole, or in pieces if it is very long: a list of all its words takes ten times its
    memory.

    Cuts between words; if there is no boundary within a thousand characters, in a word that nobody would
    type.
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
    """Yields the last characters of runs that were split into pairs: no pair begins with them, so they would
    be missing."""
    if not has_unspaced("".join(found)):
        return set()
    return {
        first[1]
        for first, second in pairwise([*found, ""])
        if len(first) == 2 and second[:1] != first[1] and has_unspaced(first[1])
    }


def _append_to_all(lists: dict[str, list[int]], values: set[str], number: int) -> None:
    # An article has about 200 words: this loop runs in C, which halves the time.
    deque(map(list.append, map(lists.__getitem__, values), repeat(number)), maxlen=0)


class Packed(NamedTuple):
    """The result of a chunk, in a form that is cheap to send through a pipe and compact until it is
    written."""

    rows: bytes
    """Marshalled rows of the table `articles`, ascending by number."""
    titles: list[str]
    """Their keys, sorted by title."""
    live: bytes
    """The low 16 bits of their numbers."""
    late: list[int]
    """Numbers of late articles: those not in date order."""
    runs: dict[RunGroup, Run]
    unusual: list[Taken]
    """Files with problems, without an article, or modified too recently to be trusted; articles without their
    body."""


def opened(roots: Roots, file: File) -> tuple[Taken, bytes]:
    """Reads one file: returns it without its article, and its bytes. Never raises."""
    place = roots.place(file.root, f"{file.path}/{file.name}")
    origin = Origin(file.folder, pack_name(file.name), 0, 0, 0, 0)
    try:
        content = read_content(place.path)
        raw, *times, _ = content
        return Taken(Origin(*origin[:2], *times), place, digest=racy_digest(content)), raw
    except OSError as error:
        reason = f"can't be read ({error.strerror or error}): check its permissions"
        return Taken(origin, place, problem=Problem(place.path, 0, "file", reason)), b""
    except Exception as error:
        return Taken(origin, place, problem=fault(place, error)), b""


def parsed(taken: Taken, raw: bytes) -> Taken:
    """Returns a file with its article, or the problem that prevented one."""
    if taken.problem is not None:
        return taken
    try:
        return taken._replace(article=article_in(raw, taken.place))
    except Unreadable as error:
        return taken._replace(problem=error.problem)
    except Exception as error:
        return taken._replace(problem=fault(taken.place, error))


def take(roots: Roots, file: File) -> Taken:
    """Reads one file; never raises, whatever the file contains and even if it is gone."""
    return parsed(*opened(roots, file))


def entry_in(taken: Taken) -> IndexEntry | Problem | None:
    """Returns the entry of a file's article, the problem with it, or None if there is no article."""
    if taken.article is None:
        return None
    try:
        return entry_of(taken.article, taken.place, taken.origin)
    except Exception as error:
        return fault(taken.place, error)


def put(batch: Batch, number: int, taken: Taken, entry: IndexEntry | Problem | None) -> Taken:
    """Adds a file's entry to a batch; returns the file, with the problem if there was one."""
    if taken.article is None or entry is None:
        return taken
    if isinstance(entry, Problem):
        return taken._replace(article=None, problem=entry)
    try:
        batch.add(number, entry)
    except Exception as error:
        return taken._replace(article=None, problem=fault(taken.place, error))
    if batch.cut[-1:] == [number]:
        return taken._replace(article=too_many_words(taken.article))
    return taken


def racy_digest(content: Content) -> bytes | None:
    """Returns a digest of content read too soon after it was written; None if its times can be trusted."""
    return _digest(content.raw) if is_too_young(content.mtime_ns, content.read_at_ns) else None


def digest_now(file: File) -> bytes | None:
    """Returns the digest of a file's current content; None if it can't be read."""
    try:
        return _digest(read_content(f"{file.path}/{file.name}").raw)
    except OSError:
        return None


def _digest(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=16).digest()
