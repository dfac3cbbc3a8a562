"""A view of an index: sets and choices read on demand and cached until the index changes.

Only what a question names is read. The cache is dropped after any write to the index. Topics by rule (see
`reader.query.topic_rules`) are evaluated on first use; nothing of them is stored, so an edited rule needs no
new index.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cached_property
from itertools import groupby, islice, repeat
from operator import itemgetter, sub
from threading import RLock
from typing import NamedTuple, TypeAlias

from pyroaring import BitMap

from reader.article.text import clean_line, fold
from reader.index.backend import ArticleRow, KnownValue, SetStore
from reader.index.packing import in_bits
from reader.index.schema import FIRST_DATED, LAST_UNDATED, LATE, LIVE, STORED, UNDATED, SetKind
from reader.index.sorted_rows import Late, LateArticle, SortedRow
from reader.query import Clause
from reader.query.fields import FACETS, FIELDS, NUMBER_FIELDS
from reader.query.results import Headline
from reader.query.topic_rules import TopicRules

QUALITY = STORED["quality"]

KEPT_FIELDS = frozenset(STORED[one] for one in (*FACETS, *NUMBER_FIELDS) if one in STORED) | {
    SetKind.STATE,
    SetKind.FLAG,
}
"""Fields whose sets are needed again at every keystroke."""

PATH_FIELDS = frozenset(field.stored for field in FIELDS if field.is_path)

MOST_KEPT = 20_000
"""Maximum number of cached sets: a collection can have a provider for each article."""

ANSWERS_KEPT = 4
"""At most a megabyte each, with ten million articles."""

WORDS_KEPT = 8
"""Cached sets of whole words: while a word is typed, the words before it are needed at every keystroke."""

MOST_FIRSTS = 1000
"""Dates whose first articles are cached: all questions are counted by nearly the same periods."""

MOST_PHRASES = 1_000
"""Maximum number of cached phrases of rules."""

KnownPhrases: TypeAlias = dict[tuple[str, tuple[str, ...], bool], tuple[BitMap, BitMap]]
"""(field, words, whether the last may be a prefix) -> articles that were checked, and those that match. Valid
for one edition: within it, a number always means the same text."""

AnswerKey: TypeAlias = tuple[tuple[Clause, ...], datetime]
"""The clauses of a question, and the time that its relative dates refer to."""

QUALITY_STEP = 5
"""Width of a quality step; the last one includes 100."""


class Stories:
    """A map from article to story: 4 bytes for each number between the first and the last."""

    def __init__(self, rows: Iterable[tuple[int, int]]) -> None:
        """Takes (number, story), sorted by number."""
        numbers, stories = array("I"), array("I")
        for number, story in rows:
            numbers.append(number)
            stories.append(story)
        self.members = BitMap(numbers)
        """All articles that are in a story."""
        self.newest: tuple[BitMap, dict[int, int]] | None = None
        """Cache of the last question's articles and the newest of each story: unfolding one asks again."""
        self._base = numbers[0] if numbers else 0
        self._stories = array("I", bytes(4 * (numbers[-1] - self._base + 1 if numbers else 0)))
        for number, story in zip(numbers, stories, strict=True):
            self._stories[number - self._base] = story

    def story_of(self, number: int) -> int:
        """Returns an article's story; 0 for none."""
        place = number - self._base
        return self._stories[place] if 0 <= place < len(self._stories) else 0

    def last_of_each(self, numbers: Sequence[int]) -> dict[int, int]:
        """Returns story -> the last of these members in it."""
        # Runs in C: half the articles of a match may be in stories.
        places = map(sub, numbers, repeat(self._base))
        return dict(zip(map(self._stories.__getitem__, places), numbers, strict=True))


class ValueMembers(NamedTuple):
    """The articles with a value of a field."""

    value: str
    numbers: BitMap
    """Includes deleted articles."""
    listed: int
    """Number of those in the collection now."""


class TopicSet(NamedTuple):
    """The articles that match a rule."""

    numbers: BitMap
    is_exact: bool
    """False if a phrase had more candidates than are checked."""
    now: datetime | None
    """The time that it depends on; None if independent of time."""
    marks: Mapping[str, BitMap] | None
    """The marks that it depends on; None if independent of marks."""


class TopicSets:
    """A cache of the articles that match each rule, among given ones."""

    def __init__(self, rules: TopicRules, among: BitMap) -> None:
        self.rules = rules
        self.among = among
        self.found: dict[str, TopicSet] = {}
        """By the rules' folded names."""
        self.members: tuple[Sequence[TopicSet], Sequence[ValueMembers]] | None = None
        """The facet's values for some sets, which are needed again at each keystroke."""

    def known(self, name: str, now: datetime, marks: Mapping[str, BitMap]) -> TopicSet | None:
        """Returns the set of the rule with this folded name, if still valid."""
        found = self.found.get(name)
        if found is None or found.now not in (None, now) or not (found.marks is None or found.marks is marks):
            return None
        return found


class IndexView:
    """The state of an index until somebody writes to it."""

    def __init__(
        self,
        store: SetStore,
        marks: Mapping[str, BitMap],
        late: Late | None = None,
        rules: TopicRules | None = None,
        phrases: KnownPhrases | None = None,
    ) -> None:
        """`late` and `phrases` are those of an earlier view of the same edition."""
        self.store = store
        self._rules = rules or TopicRules()
        self.phrases: KnownPhrases = {} if phrases is None else phrases
        """Cache of the phrases of rules: finding them reads files, and rules are always active."""
        self.known_late = late
        self.marks = marks
        """read, starred, note, and tag:NAME."""
        self.answers: dict[AnswerKey, BitMap] = {}
        """The exact answers to the last questions: a search is followed by its counts."""
        self._kept: dict[tuple[int, str], BitMap] = {}
        self._words: dict[tuple[int, str], BitMap] = {}
        self._firsts: dict[int, int] = {}
        self._choices: dict[int, list[KnownValue]] = {}
        self._members: dict[int, Sequence[ValueMembers]] = {}

    def use_marks(self, marks: Mapping[str, BitMap]) -> None:
        """Use the current marks."""
        if marks is not self.marks:
            self.marks = marks
            self.answers.clear()

    def keep_answer(self, asked: AnswerKey, found: BitMap) -> None:
        """Cache an exact answer."""
        if len(self.answers) >= ANSWERS_KEPT:
            del self.answers[next(iter(self.answers))]
        self.answers[asked] = found

    def get(self, field: int, value: str) -> BitMap:
        """Returns the set stored under a field's value. It must not be changed."""
        return self.get_all(field, [value])[0]

    def get_all(self, field: int, values: Sequence[str]) -> list[BitMap]:
        """Returns the sets stored under these values, in the same order. They must not be changed."""
        if field not in KEPT_FIELDS:
            return [self._get_word(field, value) for value in values]
        missing = [value for value in values if (field, value) not in self._kept]
        found = dict(zip(missing, self.store.sets_of(field, missing), strict=True)) if missing else {}
        for value, numbers in islice(found.items(), MOST_KEPT - len(self._kept)):
            self._kept[field, value] = numbers
        return [found[value] if value in found else self._kept[field, value] for value in values]

    def _get_word(self, field: int, value: str) -> BitMap:
        found = self._words.get((field, value))
        if found is None:
            found = self.store.set_of(field, value)
            if len(self._words) >= WORDS_KEPT:
                del self._words[next(iter(self._words))]
            self._words[field, value] = found
        return found

    @cached_property
    def live(self) -> BitMap:
        """All articles; every match is a subset."""
        found = self.get(SetKind.STATE, LIVE)
        if not found and self.store.has_articles():
            raise ValueError("the index has articles, but not the set of them")
        return found & BitMap.union(BitMap(), *map(in_bits, self.store.blocks()))

    @cached_property
    def topics(self) -> TopicSets:
        """The topics by rule, evaluated as far as needed."""
        return TopicSets(self._rules, self.live)

    @cached_property
    def late(self) -> BitMap:
        """The articles whose numbers are not in date order."""
        return self.get(SetKind.STATE, LATE) & self.live

    @cached_property
    def late_articles(self) -> Late:
        """The late articles by date; read on first use."""
        kept = self.known_late.kept(self.late, self.live) if self.known_late else []
        new = self.late - BitMap([one.number for one in kept])
        found = [*kept]
        place, reach = LAST_UNDATED + 1, UNDATED
        for date, number in sorted(self.store.dates_of([*new])):
            if date > reach:
                # All late articles up to the date of the next one in order have the same place.
                place, reach = self._first_from(date)
            found.append(LateArticle(date, number, place))
        self.known_late = Late(found, self.live)
        return self.known_late

    def first_from(self, date: int) -> int:
        """Returns the lowest number in order whose date is at least this one."""
        found = self._firsts.get(date)
        if found is None:
            found = self._first_from(date)[0]
            if len(self._firsts) < MOST_FIRSTS:
                self._firsts[date] = found
        return found

    def _first_from(self, date: int) -> tuple[int, int]:
        # Several articles of one second are adjacent: skip the late ones.
        for number, of in self.store.dated_from(date):
            if number not in self.late:
                return number, of
        return (self.live.max() + 1 if self.live else FIRST_DATED), -UNDATED

    def dated_between(self, start: int | None, stop: int | None) -> BitMap:
        """Returns the articles with start <= date < stop, in seconds; None = no limit on that side."""
        low = LAST_UNDATED + 1 if start is None else self.first_from(start)
        high = (1 << 32) - 1 if stop is None else self.first_from(stop)
        # A range that begins long before the first article takes milliseconds.
        low = next(self.live.iter_equal_or_larger(low), high)
        ordered = (self.live & BitMap(range(low, high))) - self.late if low < high else BitMap()
        if not self.late:
            return ordered
        return ordered | self.late_articles.newest_first.dated_between(start, stop)

    def choices(self, field: int) -> list[KnownValue]:
        """Returns every value of a field that an article ever had, sorted by folded form."""
        known = self._choices.get(field)
        if known is None:
            known = self.store.values_of(field)
            if field in PATH_FIELDS:
                known = [*self._without_shared(field, known)]
            self._choices[field] = known
        return known

    def _without_shared(self, field: int, known: Iterable[KnownValue]) -> Iterator[KnownValue]:
        """Yields paths without the common prefix of all current ones; empty results are dropped."""
        from reader.collection.sites import shared_part  # imports `re`, which a plain list doesn't need

        every = [path for *_, path in known]
        sets = self.get_all(field, every)
        paths = [path for path, found in zip(every, sets, strict=True) if not self.live.isdisjoint(found)]
        shared = shared_part(paths)
        named = ((clean_line(path[len(shared) :].lstrip("/")), path) for path in paths)
        yield from sorted((fold(name), name, path) for name, path in named if name)

    def members(self, field: int) -> Sequence[ValueMembers]:
        """Returns every value that an article has now, sorted by name. Spellings that are equal in queries
        are one value, named by the most frequent one."""
        known = self._members.get(field)
        if known is None:
            known = sorted(self._live_members(field), key=lambda one: (one.value.casefold(), one.value))
            if len(known) <= MOST_KEPT:
                self._members[field] = known
        return known

    def _live_members(self, field: int) -> Iterator[ValueMembers]:
        count = self.live.intersection_cardinality
        choices = self.choices(field)
        sets = iter(self.get_all(field, [stored for *_, stored in choices]))
        for _, spellings in groupby(choices, key=itemgetter(0)):
            found = [(next(sets), shown) for _, shown, _ in spellings]
            if len(found) == 1:
                [(numbers, shown)] = found
            else:
                shown = min(found, key=lambda one: (-count(one[0]), one[1]))[1]
                numbers = BitMap.union(*[numbers for numbers, _ in found])
            # Values of deleted articles only are no longer offered.
            if listed := count(numbers):
                yield ValueMembers(shown, numbers, listed)

    def matching_choices(self, field: int, folded: str, *, prefix: bool) -> list[str]:
        """Returns the stored values that match a folded text."""
        known = self.choices(field)
        found = []
        for place in range(bisect_left(known, (folded,)), len(known)):
            if not known[place][0].startswith(folded) or not (prefix or known[place][0] == folded):
                break
            found.append(known[place][2])
        return found

    @cached_property
    def quality_steps(self) -> list[tuple[str, BitMap]]:
        """Returns the articles of each step, spelled as in queries (`40..44`); none without a quality."""
        sets: dict[int, list[BitMap]] = {low: [] for low in range(0, 100, QUALITY_STEP)}
        qualities = [value for *_, value in self.choices(QUALITY)]
        for value, numbers in zip(qualities, self.get_all(QUALITY, qualities), strict=True):
            low = max(min(int(value) // QUALITY_STEP * QUALITY_STEP, 100 - QUALITY_STEP), 0)
            sets[low].append(numbers)
        steps = [(low, BitMap.union(BitMap(), *found)) for low, found in sets.items()]
        if all(members.isdisjoint(self.live) for _, members in steps):
            return []
        highs = (*(low - 1 for low in [*sets][1:]), 100)
        return [(f"{low}..{high}", members) for (low, members), high in zip(steps, highs, strict=True)]

    @cached_property
    def stories(self) -> Stories:
        """Which articles are in which story; read on first use."""
        return Stories(self.store.stories())

    @cached_property
    def titles(self) -> SortedRow:
        """All articles A to Z; read on first use."""
        return SortedRow(self.store.titles())


NO_MARKS: Mapping[str, BitMap] = {"read": BitMap(), "starred": BitMap(), "note": BitMap()}


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
