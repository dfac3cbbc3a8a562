"""What is stored in an index, in a local file or in PostgreSQL: sets, values, and rows of articles.

Search, orders and facets use only this, so both give the same answers.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol, TypeAlias

from pyroaring import BitMap

from reader.article.dates import When
from reader.article.identity import id_of
from reader.query.results import Headline

KnownValue: TypeAlias = tuple[str, str, str]
"""A field's value: folded, as displayed, and as stored."""

FindPhrase: TypeAlias = Callable[[Sequence[int], str, Sequence[str], bool], Iterable[int]]
"""(numbers, field, words, whether the last may be a prefix) -> articles that contain them consecutively."""


class ArticleRow(NamedTuple):
    """The article behind a number, and where its file is."""

    number: int
    key: int
    url: str
    root: int
    path: str
    """Absolute; in a shared index, relative to the published root."""
    title_key: int | None
    text_key: int | None
    date: int | None
    """Seconds since 1970, as stated: a day at its midnight UTC."""


class SetStore(Protocol):
    """The stored sets and columns of articles. Sets may still hold the numbers of deleted articles."""

    def set_of(self, field: int, value: str) -> BitMap:
        """Returns the numbers stored under a field's value; an empty set if there are none."""

    def sets_of(self, field: int, values: Sequence[str]) -> list[BitMap]:
        """Returns the sets of several values."""

    def set_starting(self, field: int, start: str) -> BitMap:
        """Returns the union of the sets of all words that begin with `start`."""

    def blocks(self) -> Iterable[int]:
        """Returns the blocks that hold articles."""

    def has_articles(self) -> bool:
        """Returns whether the index holds any article."""

    def values_of(self, field: int) -> list[KnownValue]:
        """Returns every value of a field, sorted by folded form."""

    def titles(self) -> array[int]:
        """Returns the numbers of all articles by title, A to Z; of equal titles, the newest first."""

    def dates_of(self, numbers: Sequence[int]) -> Iterable[tuple[int, int]]:
        """Returns (seconds or UNDATED, number) for each article."""

    def dated_from(self, date: int) -> Iterable[tuple[int, int]]:
        """Returns (number, seconds) for the articles since a date, sorted by date and number."""

    def titles_of(self, numbers: Sequence[int]) -> Iterable[tuple[int, str]]:
        """Returns (number, title) for each article."""

    def words_of(self, numbers: Sequence[int]) -> Iterable[tuple[int, bytes]]:
        """Returns (number, words packed by `reader.stories.likeness.pack`) for each article."""

    def stories(self) -> Iterable[tuple[int, int]]:
        """Returns (number, number of the story's first article) for all articles in stories, sorted."""

    def story_members(self, numbers: Sequence[int]) -> Iterable[tuple[int, int, str]]:
        """Returns (story, number, provider) of all articles in these articles' stories, newest first."""

    def keyed_between(self, low: int, high: int) -> Iterable[int]:
        """Returns the numbers of the articles whose keys are in this range."""

    def with_url(self, parts: Sequence[str], among: BitMap) -> Iterable[int]:
        """Returns the articles whose URL contains one of the parts, ignoring case; may include others."""

    def with_path(self, part: str, among: BitMap) -> Iterable[int]:
        """Returns the articles whose file's path contains one of the parts, likewise."""

    @property
    def with_phrase(self) -> FindPhrase:
        """Finds the articles that contain words consecutively."""

    @property
    def is_whole(self) -> bool:
        """Returns whether all blocks are read."""

    def headlines(self, numbers: Sequence[int], marks: Mapping[str, BitMap]) -> list[Headline]:
        """Returns the headlines of these numbers in the given order, without those of deleted articles."""

    def headlines_keyed(self, low: int, high: int, most: int, marks: Mapping[str, BitMap]) -> list[Headline]:
        """Returns the headlines of at most `most` articles whose keys are in this range."""

    def numbers_from(self, heads: Iterable[int]) -> list[int]:
        """Returns the numbers of the articles with these keys (ids as integers)."""


HEADLINE_COLUMNS = (
    "number, key, title, provider, domain, topics, date, is_day, quality, heat, category, type, url, draft"
)
"""The columns that `headline` reads, in this order."""


def headline(row: Sequence[Any], marks: Mapping[str, BitMap]) -> Headline:
    """Returns the Headline of a row of HEADLINE_COLUMNS, also with the story's key and coverage."""
    (number, key, title, provider, domain, topics, date, is_day, quality, heat, category, kind, url,
     draft, *of_story) = row  # fmt: skip
    story, coverage = of_story or (None, None)
    # Check the types here: a damaged row would otherwise fail only when it is painted.
    "".join((title, provider, domain, topics, category, kind, url))
    sum((key, draft, quality or 0, heat or 0, coverage or 1))
    tags = tuple(
        sorted(name[4:] for name, found in marks.items() if name.startswith("tag:") and number in found)
    )
    return Headline(
        number, id_of(key), title, provider, domain, tuple(topics.split("\n")) if topics else (),
        None if date is None else _when(date, is_day), quality, heat, category, kind, url, bool(draft),
        number in marks["read"], number in marks["starred"], tags, number in marks["note"],
        story="" if story is None else id_of(story), coverage=coverage or 1,
    )  # fmt: skip


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _when(seconds: int, is_day: int) -> When:
    found = _EPOCH + timedelta(seconds=seconds)
    return found.date() if is_day else found
