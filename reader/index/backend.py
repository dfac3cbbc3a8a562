"""What an index offers, whether it is stored in a local file or in PostgreSQL.

Search, orders and facets use only this, so both backends give the same answers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from pyroaring import BitMap

from reader.query.topic_rules import TopicRules

if TYPE_CHECKING:
    from reader.index.view import IndexView
    from reader.query.results import Headline

KnownValue: TypeAlias = tuple[str, str, str]
"""A field's value: folded, as displayed, and as stored."""

FindPhrase: TypeAlias = Callable[[Sequence[int], str, Sequence[str], bool], Iterable[int]]
"""(numbers, field, words, whether the last may be a prefix) -> articles that contain them consecutively."""

NO_MARKS: Mapping[str, BitMap] = {"read": BitMap(), "starred": BitMap(), "note": BitMap()}


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


class QueryableIndex(ABC):
    """An index that answers questions. Safe to call from several threads."""

    edition: int
    """Changes whenever the numbers are reassigned to other articles."""
    marked: Mapping[str, BitMap]
    """The user's marks as sets of numbers: read, starred, note, tag:NAME."""
    patience: float
    """Seconds that painting waits for a question."""

    def __init__(self) -> None:
        self._lock = RLock()
        """Held while a question is answered."""
        self._rules = TopicRules()

    @abstractmethod
    def view(self) -> AbstractContextManager[IndexView]:
        """Opens a view of the index's current state for one question; other threads' questions wait."""

    @contextmanager
    def quick_view(self) -> Iterator[IndexView | None]:
        """Like `view`, for painting: yields None while a long question holds the view."""
        if not self._lock.acquire(timeout=self.patience):
            yield None
            return
        try:
            with self.view() as view:
                yield view
        finally:
            self._lock.release()

    @property
    def topic_rules(self) -> TopicRules:
        """The rules that add topics; every view uses them."""
        return self._rules

    @topic_rules.setter
    def topic_rules(self, rules: TopicRules) -> None:
        with self._lock:
            self._rules = rules
            self._renew_view()

    @abstractmethod
    def _renew_view(self) -> None:
        """Make the next question use a new view."""

    def take_marks(self, markings: Iterable[tuple[frozenset[str], Iterable[int]]]) -> None:
        """Put articles into the sets that they belong to now, and remove them from all others."""
        sets = [(names, BitMap([*numbers])) for names, numbers in markings]
        touched = BitMap.union(BitMap(), *[numbers for _, numbers in sets])
        # A page may still be painted from the old sets, so they are never changed in place.
        marked = {name: numbers - touched for name, numbers in self.marked.items()}
        for names, numbers in sets:
            for name in names:
                marked[name] = marked.get(name, BitMap()) | numbers
        self.marked = marked

    @abstractmethod
    def page(self) -> AbstractContextManager[SetStore]:
        """Opens the store for the rows of a page, which don't wait for a long question."""

    def headlines(self, numbers: Sequence[int]) -> list[Headline]:
        with self.page() as store:
            return store.headlines(numbers, self.marked)

    def headlines_keyed(self, low: int, high: int, most: int) -> list[Headline]:
        with self.page() as store:
            return store.headlines_keyed(low, high, most, self.marked)

    def story_members(self, numbers: Sequence[int]) -> list[tuple[int, int, str]]:
        with self.page() as store:
            return [*store.story_members(numbers)]

    def numbers_from(self, heads: Iterable[int]) -> list[int]:
        with self.page() as store:
            return store.numbers_from(heads)

    @abstractmethod
    def identities(self, numbers: Sequence[int]) -> Iterator[ArticleRow]:
        """Returns the rows of the articles with these numbers, without deleted ones."""
