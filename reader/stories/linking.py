"""Links articles: reports of one event a few days apart, and copies of a text up to two weeks later. Groups
of linked articles are stories.

A pure function of the texts. A link only depends on articles of the days around it (`AFFECTED_DAYS`), so
after a change on one day only the days around it are linked again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from reader.stories.likeness import (
    DAY,
    DAY_COSTS,
    DIGITS,
    DIGITS_OF,
    OTHER_NUMBERS,
    OTHER_NUMBERS_A_DAY,
    REPORT_DAYS,
    SHORT,
    SHORT_COSTS,
    TITLE_IN_TEXT,
    WEEKDAYS,
    Around,
    Day,
    Text,
    Weighted,
    around,
    likeness,
    weight_at,
)

LINKED = 0.25
"""Minimum score of a link."""
JOINED = 1 / 2
"""Minimum fraction of linked pairs between two groups to merge them, which prevents chaining."""
COPY = 0.75
"""Minimum fraction of all words that two copies of a text share."""
COPY_DAYS = 14
"""Maximum number of days between copies of a text."""
DAYS_BEFORE = COPY_DAYS
"""Number of days before an article that can affect its links."""
AFFECTED_DAYS = range(-REPORT_DAYS, COPY_DAYS + 1)
"""Number of days after a change whose articles may have different links to earlier ones: weights change up to
REPORT_DAYS away, and the two articles of a link may be as far apart again."""

OWN_WORD = 0.15
"""Minimum fraction of a title's weight of a word that makes it another subject, for the same provider."""

TELLING = weight_at(0.04)
"""Minimum weight of a word that tells one event from others of its kind, such as a name."""
LEAST_TELLING = 2
"""Number of such words that two reports share."""
FEW_COSTS = 0.02
"""Penalty if they share fewer and one is too short to tell; longer texts are not linked."""

LEAST_SUBJECT, OTHER_SUBJECT = 0.35, 0.12
"""Penalty if neither text has this fraction of the other title's telling words."""

HEAVIEST = 9
"""Number of an article's words used to find candidates."""
LEAST_SHARED, LEAST_OF_SHORT = 3, 2
"""Minimum number of these in the other article, and for a short text."""
MOST_HAVING, ONE_IN = 400, 16
"""Words in more articles than this, or in more than one of so many, are not used to find candidates."""
MOST_COMPARED = 32
"""Maximum number of articles compared in full with one."""
SWEPT = 20_000
"""Interval, in articles, at which words without recent articles are dropped."""
SKETCH = 4
"""Number of runs of three tokens used to find copies of an article."""


class Link(NamedTuple):
    """Two articles of the same story, with a score."""

    score: float
    first: int
    second: int
    """Keys; the earlier article's comes first."""


def links_in(days: Iterable[Day], since: int | None = None, until: int | None = None) -> Iterator[Link]:
    """Yields the links between articles of these days whose later article is from `since` to `until`.

    Days must be sorted, from DAYS_BEFORE before `since` to REPORT_DAYS after `until`; only a few are kept in
    memory.
    """
    reports, copies = _Reports(), _Copies()
    for known in around(days):
        if until is not None and known.day > until:
            return
        reports.forget_before(known.day - REPORT_DAYS)
        is_asked = since is None or known.day >= since
        found: dict[tuple[int, int], Link] = {}
        for link in chain(reports.of(known, is_asked), copies.of(known, is_asked)):
            found.setdefault((link.first, link.second), link)
        yield from found.values()


class _Reports:
    """Finds reports of one event, a few days apart."""

    def __init__(self) -> None:
        self._texts: deque[Weighted] = deque()
        """The articles of the last days."""
        self._first = 0
        """The index of the first of them among all."""
        self._places: defaultdict[int, list[int]] = defaultdict(list)
        """The indices of the articles with a word; may include forgotten ones."""
        self._swept = 0

    def forget_before(self, day: int) -> None:
        """Forget older articles."""
        while self._texts and self._texts[0].text.seconds < day * DAY:
            self._texts.popleft()
            self._first += 1
        if self._first - self._swept > SWEPT:
            self._swept = self._first
            for token, places in [*self._places.items()]:
                if places[-1] < self._first:
                    del self._places[token]

    def of(self, known: Around, is_asked: bool) -> Iterator[Link]:
        """Yields the links of a day's articles to earlier ones."""
        most = min(known.weights.articles // ONE_IN, MOST_HAVING)
        for one in known.weighted():
            some = one.had_by(2, most)
            if is_asked:
                least = LEAST_OF_SHORT if len(one.tokens) < SHORT else LEAST_SHARED
                for place in self._candidates(some, least):
                    other = self._texts[place - self._first]
                    score = score_of(other, one)
                    if score >= LINKED:
                        yield Link(round(score, 6), other.text.key, one.text.key)
            place = self._first + len(self._texts)
            self._texts.append(one)
            for _, token in some:
                self._places[token].append(place)

    def _candidates(self, some: list[tuple[int, int]], least: int) -> list[int]:
        """Returns the indices of earlier articles that share enough rare words to be compared in full."""
        lists = []
        for _, token in some[:HEAVIEST]:
            places = self._places.get(token)
            if places:
                if places[0] < self._first:
                    del places[: bisect_left(places, self._first)]
                lists.append(places)
        if len(lists) < least:
            return []
        shared = Counter(chain.from_iterable(lists))
        near = [place for place, count in shared.items() if count >= least]
        if len(near) > MOST_COMPARED:
            near.sort(key=lambda place: (-shared[place], -place))
            del near[MOST_COMPARED:]
        return near


def score_of(first: Weighted, second: Weighted) -> float:
    """Returns the score of two articles; they are linked from `LINKED` on."""
    apart = abs(first.text.seconds - second.text.seconds) / DAY
    score = likeness(first, second) - DAY_COSTS * apart
    if min(len(first.tokens), len(second.tokens)) < SHORT:
        score -= SHORT_COSTS
    if score < LINKED or apart > REPORT_DAYS or not _titles_meet(first, second):
        return 0.0
    cost = _what_numbers_cost(first.text, second.text, apart)
    if _shares_few(first, second):
        # Probably the same kind of event elsewhere: "Gunmen kill nine", "Profit rises by a tenth".
        cost += FEW_COSTS if min(len(first.tokens), len(second.tokens)) < SHORT and not cost else 1.0
    if max(_subject_held(first, second), _subject_held(second, first)) < LEAST_SUBJECT:
        cost += OTHER_SUBJECT
    return score - cost


def _subject_held(one: Weighted, other: Weighted) -> float:
    """Returns the fraction of one title's telling words, by weight, that the other text has."""
    weights = one.weights
    telling = [
        token for token in one.text.title & weights.keys()
        if weights[token] > 2 * TELLING and not token & DIGITS
    ]  # fmt: skip
    if not telling:
        return 0.0
    return one.weight_of(other.tokens.intersection(telling)) / one.weight_of(telling)


def _shares_few(first: Weighted, second: Weighted) -> bool:
    """Returns whether the texts share hardly any word that tells one event from others."""
    weights, others = first.weights, second.weights
    title, count = first.text.title, 0
    for token in weights.keys() & others.keys():
        if weights[token] > (2 * TELLING if token in title else TELLING):
            count += 1
            if count == LEAST_TELLING:
                return False
    return True


def _titles_meet(first: Weighted, second: Weighted) -> bool:
    """Returns whether enough of one title is in the other text, for one provider of both titles."""
    held = _held(first, second), _held(second, first)
    if _is_same_provider(first.text, second.text):
        # In "Weather for Tuesday", each title has a word of weight that the other text lacks.
        is_template = _says_more(first, second) and _says_more(second, first)
        return min(held) >= TITLE_IN_TEXT and not is_template
    return max(held) >= TITLE_IN_TEXT


def _is_same_provider(first: Text, second: Text) -> bool:
    return bool(first.provider) and first.provider == second.provider


def _says_more(one: Weighted, other: Weighted) -> bool:
    least = one.weight_of(one.text.title) * OWN_WORD
    return any(one.weights.get(token, 0) > least for token in one.text.title - other.text.words)


def _held(one: Weighted, other: Weighted) -> float:
    """Returns the fraction of one title's weight that is in the other text."""
    held = one.weight_of(one.text.title & other.tokens)
    return held / one.weight_of(one.text.title) if held else 0.0


def _numbers(tokens: Iterable[int]) -> set[int]:
    return {token for token in tokens if token & DIGITS}


def _in_words(tokens: frozenset[int]) -> set[int]:
    return {DIGITS_OF[token] for token in tokens & DIGITS_OF.keys()}


def _what_numbers_cost(first: Text, second: Text, apart: float) -> float:
    is_same_provider = _is_same_provider(first, second)
    numbers, others = _numbers(first.title), _numbers(second.title)
    if is_same_provider and numbers and others and numbers != others:
        return 1.0  # releases, issues of a series, entries of a register
    numbers, others = numbers | _in_words(first.title), others | _in_words(second.title)
    if numbers and others and len(numbers & others) < min(len(numbers), len(others)) / 2:
        return OTHER_NUMBERS + OTHER_NUMBERS_A_DAY * apart
    if is_same_provider and apart >= 0.5 and _is_other_issue(first, second):
        return 1.0  # a daily report
    return 0.0


def _is_other_issue(first: Text, second: Text) -> bool:
    """Returns whether two texts of the same form have different figures or weekdays."""
    if _numbers(first.words) != _numbers(second.words):
        return True
    days, others = first.words & WEEKDAYS, second.words & WEEKDAYS
    return bool(days and others) and not days & others


class _Copies:
    """Finds copies of a text.

    Copies share most words, and so at least one of a few runs of three when words are sorted by hash.
    """

    def __init__(self) -> None:
        self._seen: defaultdict[tuple[int, ...], list[Text]] = defaultdict(list)
        self._runs: deque[tuple[int, list[tuple[int, ...]]]] = deque()
        """The runs of each of the last days."""

    def of(self, known: Around, is_asked: bool) -> Iterator[Link]:
        """Yields the links of a day's articles to earlier ones."""
        oldest = known.day - COPY_DAYS
        while self._runs and self._runs[0][0] < oldest:
            for run in self._runs.popleft()[1]:
                of_run = self._seen[run]
                del of_run[0]  # oldest first
                if not of_run:
                    del self._seen[run]
        runs: list[tuple[int, ...]] = []
        for one in known.texts:
            if len(one.words) < SHORT:
                continue
            lowest = sorted(one.words)[: SKETCH + 2]
            near: dict[int, Text] = {}
            for run in zip(lowest, lowest[1:], lowest[2:]):  # noqa: B905  # faster so
                same = self._seen[run]
                if same and is_asked:
                    near.update((text.key, text) for text in same[-MOST_COMPARED:])
                same.append(one)
                runs.append(run)
            for text in near.values():
                alike = len(text.words & one.words) / len(text.words | one.words)
                if alike >= COPY and not _is_same_form(text, one):
                    yield Link(round(alike, 6), text.key, one.key)
        self._runs.append((known.day, runs))


def _is_same_form(first: Text, second: Text) -> bool:
    """Returns whether a provider wrote a text again with other figures or words: "closes down"."""
    if first.provider != second.provider:
        return False
    has_other_title = first.title - second.words or second.title - first.words
    in_first, in_second = first.words - first.title, second.words - second.title
    has_other_text = in_first - second.words and in_second - first.words
    return bool(has_other_title and has_other_text) or _is_other_issue(first, second)


def groups(found: Iterable[Link]) -> list[tuple[int, ...]]:
    """Returns the stories of two or more articles, as sorted keys.

    Processes links best first, ties by key.
    """
    ordered = sorted(found, key=lambda link: (-link.score, link.first, link.second))
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for link in ordered:
        neighbours[link.first].add(link.second)
        neighbours[link.second].add(link.first)
    group_of: dict[int, set[int]] = {key: {key} for key in neighbours}
    for link in ordered:
        one, other = group_of[link.first], group_of[link.second]
        if one is other:
            continue
        if len(one) > len(other):
            one, other = other, one
        between = sum(len(neighbours[key] & other) for key in one)
        if between >= JOINED * len(one) * len(other):
            other |= one
            for key in one:
                group_of[key] = other
    distinct = {id(group): group for group in group_of.values() if len(group) > 1}
    return sorted(tuple(sorted(group)) for group in distinct.values())
