"""What a question needs of an index, wherever it is stored: in a file beside the folder, or in PostgreSQL.

Search, orders and facets are written against these protocols, so both kinds give equal answers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from pyroaring import BitMap

if TYPE_CHECKING:
    from reader.index.search import Search
    from reader.index.view import IndexView
    from reader.query.results import Headline
    from reader.query.topic_rules import TopicRules

KnownValue: TypeAlias = tuple[str, str, str]
"""A value of a field: folded, as it is shown, and as it is stored."""

NO_MARKS: Mapping[str, BitMap] = {"read": BitMap(), "starred": BitMap(), "note": BitMap()}


class ArticleRow(NamedTuple):
    """Which article has a number, and where its file is."""

    number: int
    key: int
    url: str
    root: int
    path: str
    """Absolute; in a shared index below the published root."""
    title_key: int | None
    text_key: int | None
    date: int | None


class SetStore(Protocol):
    """The stored sets and columns of articles. Numbers of what is gone may still be in a set."""

    def set_of(self, field: int, value: str) -> BitMap:
        """The numbers stored under a field's value; empty if there are none."""

    def sets_of(self, field: int, values: Sequence[str]) -> list[BitMap]:
        """The same for several values."""

    def set_starting(self, field: int, start: str) -> BitMap:
        """The union of the sets of all words that begin with `start`."""

    def blocks(self) -> Iterable[int]:
        """The blocks in which there are articles."""

    def has_articles(self) -> bool:
        """Whether there is an article at all."""

    def values_of(self, field: int) -> list[KnownValue]:
        """Every value of a field, sorted by its folded form."""

    def titles(self) -> array[int]:
        """The numbers of all articles, A to Z by title, the newest of several alike first."""

    def dates_of(self, numbers: Sequence[int]) -> Iterable[tuple[int, int]]:
        """(seconds or UNDATED, number) for each of these articles."""

    def dated_from(self, date: int) -> Iterable[tuple[int, int]]:
        """(number, seconds) of the articles since a date, by date and number."""

    def titles_of(self, numbers: Sequence[int]) -> Iterable[tuple[int, str]]:
        """(number, title) of these articles."""

    def words_of(self, numbers: Sequence[int]) -> Iterable[tuple[int, bytes]]:
        """(number, words of title and excerpt as `reader.stories.likeness.pack` has them) of these."""

    def stories(self) -> Iterable[tuple[int, int]]:
        """(number, number of the story's first article) of every article in a story, by number."""

    def story_members(self, numbers: Sequence[int]) -> Iterable[tuple[int, int, str]]:
        """(story, number, provider) of all articles of the stories in which these are, newest first."""

    def keyed_between(self, low: int, high: int) -> Iterable[int]:
        """The numbers of the articles whose key is in this range."""

    def with_url(self, parts: Sequence[str], among: BitMap) -> Iterable[int]:
        """The numbers of at least those of these articles whose address has one of the parts in it, in any
        case."""

    def with_path(self, part: str, among: BitMap) -> Iterable[int]:
        """The same for the path of an article's file."""


class AskedIndex(Protocol):
    """An index that can be asked. Safe to call from several threads."""

    @property
    def edition(self) -> int:
        """Another number once numbers mean other articles."""

    @property
    def marked(self) -> Mapping[str, BitMap]:
        """The person's marks as sets of numbers: read, starred, note, tag:NAME."""

    topic_rules: TopicRules
    """The rules that give topics; every view has them."""

    def view(self) -> AbstractContextManager[IndexView]:
        """The index as it is now, for one question."""

    def quick_view(self) -> AbstractContextManager[IndexView | None]:
        """The same for what is being painted; None where a long question is being answered."""

    def search(self, view: IndexView, now: datetime) -> Search:
        """A search over a view."""

    def headlines(self, numbers: Sequence[int]) -> list[Headline]:
        """The headlines of these numbers, in their order; one whose article has gone is left out."""

    def headlines_keyed(self, low: int, high: int, most: int) -> list[Headline]:
        """The headlines of at most so many articles whose key is in this range."""

    def story_members(self, numbers: Sequence[int]) -> list[tuple[int, int, str]]:
        """(story, number, provider) of all articles of the stories in which these are, newest first."""

    def identities(self, numbers: Sequence[int]) -> Iterator[ArticleRow]:
        """The articles with these numbers that are there."""

    def numbers_from(self, heads: Iterable[int]) -> list[int]:
        """The numbers of the articles with these ids, given as integers."""
