"""Which articles are linked: reports of one event some days apart, and the same text up to two weeks later.

A pure function of the texts. A link depends on articles of the days around it only (`REACH_DAYS`), so what
is different on one day is answered by linking the days around anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import NamedTuple

from reader.stories.likeness import (
    DAY,
    DAY_COSTS,
    DIGITS,
    OTHER_NUMBERS,
    OTHER_NUMBERS_A_DAY,
    REPORT_DAYS,
    SHORT,
    SHORT_COSTS,
    TITLE_IN_TEXT,
    Around,
    Text,
    Weighted,
    around,
    days_of,
    likeness,
)

LINKED = 0.25
"""The least score of two articles that are linked."""
COPY = 0.75
"""The least part of all words that two copies of one text share."""
COPY_DAYS = 14
"""The same text again is found at most so many days later."""
REACH_DAYS = 3 * REPORT_DAYS
"""Articles so far away decide on a link: the earlier of the two is up to REPORT_DAYS away, those that were
compared with it as far again, and their weights come from as many days around."""

OWN_WORD = 0.15
"""The part of a title's weight that a word must have to tell of another thing, from the same provider."""

HEAVIEST = 11
"""Words of an article by which others are looked for."""
LEAST_SHARED = 2
"""Of these so many must be in the other article."""
MOST_HAVING = 400
"""Articles beyond which a word finds none."""
MOST_COMPARED = 32
"""Articles that are compared with one in full."""
SKETCH = 5
"""Runs of three tokens of an article by which copies are looked for."""


class Link(NamedTuple):
    """Two articles that tell the same story, and how surely."""

    score: float
    first: int
    second: int
    """Keys; the earlier article's first."""


def links(texts: Iterable[Text], since: int | None = None) -> list[Link]:
    """All links between these articles whose later one is of the day `since` or later, best first."""
    days = days_of(text for text in texts if text.words)
    found = {(link.first, link.second): link for link in _reports(days, since)}
    for link in _copies(days, since):
        found.setdefault((link.first, link.second), link)
    return sorted(found.values(), key=lambda link: (-link.score, link.first, link.second))


def _reports(days: Sequence[tuple[int, Sequence[Text]]], since: int | None) -> Iterator[Link]:
    """Links between reports of one event, a few days apart."""
    ready: list[Weighted] = []
    postings: defaultdict[int, list[int]] = defaultdict(list)
    start = 0
    for known in around(days):
        if since is not None and known.day < since - REPORT_DAYS:
            continue
        least = known.day - REPORT_DAYS
        while start < len(ready) and ready[start].text.seconds < least * DAY:
            start += 1
        is_asked = since is None or known.day >= since
        for one in known.weighted():
            heaviest = _heaviest(one, known)
            if is_asked:
                for other in _candidates(heaviest, postings, start):
                    score = score_of(ready[other], one)
                    if score >= LINKED:
                        yield Link(round(score, 6), ready[other].text.key, one.text.key)
            place = len(ready)
            ready.append(one)
            # Without the interpreter, at half the time.
            deque(map(list.append, map(postings.__getitem__, one.weights), repeat(place)), maxlen=0)


def _heaviest(one: Weighted, known: Around) -> list[int]:
    """The words by which others are looked for: the heaviest that some, but not many of these days have."""
    counts, most = known.weights.counts, min(known.weights.articles // 10, MOST_HAVING)
    some = [(-weight, token) for token, weight in one.weights.items() if 1 < counts[token] <= most]
    some.sort()
    return [token for _, token in some[:HEAVIEST]]


def _candidates(heaviest: Sequence[int], postings: dict[int, list[int]], start: int) -> list[int]:
    """Places of earlier articles that share enough of what is rare in this one to be compared in full."""
    lists = []
    for token in heaviest:
        found = postings.get(token)
        if found:
            if found[0] < start:
                del found[: bisect_left(found, start)]
            lists.append(found)
    shared = Counter(chain.from_iterable(lists))
    near = [place for place, count in shared.items() if count >= LEAST_SHARED]
    if len(near) > MOST_COMPARED:
        near.sort(key=lambda place: (-shared[place], -place))
        del near[MOST_COMPARED:]
    return near


def score_of(first: Weighted, second: Weighted) -> float:
    """How surely two articles tell the same story; linked from `LINKED` on."""
    apart = abs(first.text.seconds - second.text.seconds) / DAY
    score = likeness(first, second) - DAY_COSTS * apart
    if min(len(first.weights), len(second.weights)) < SHORT:
        score -= SHORT_COSTS
    if score < LINKED or apart > REPORT_DAYS or not _titles_meet(first, second):
        return 0.0
    return score - _what_numbers_cost(first.text, second.text, apart)


def _titles_meet(first: Weighted, second: Weighted) -> bool:
    """Whether enough of one title is in the other text, and one provider does not tell of two things."""
    if _is_same_provider(first.text, second.text) and _is_template(first, second):
        return False
    return _held(first, second) >= TITLE_IN_TEXT or _held(second, first) >= TITLE_IN_TEXT


def _is_same_provider(first: Text, second: Text) -> bool:
    return bool(first.provider) and first.provider == second.provider


def _is_template(first: Weighted, second: Weighted) -> bool:
    """Whether each title has a word of some weight that the other text lacks: "Weather for Tuesday"."""
    return _says_more(first, second) and _says_more(second, first)


def _says_more(one: Weighted, other: Weighted) -> bool:
    least = one.weight_of(one.text.title) * OWN_WORD
    return any(one.weights.get(token, 0) > least for token in one.text.title - other.text.words)


def _held(one: Weighted, other: Weighted) -> float:
    """The part of one title's weight that is in the other text."""
    held = one.weight_of(one.text.title & other.weights.keys())
    return held / one.weight_of(one.text.title) if held else 0.0


def _numbers(tokens: Iterable[int]) -> set[int]:
    return {token for token in tokens if token & DIGITS}


def _what_numbers_cost(first: Text, second: Text, apart: float) -> float:
    is_same_provider = _is_same_provider(first, second)
    numbers, others = _numbers(first.title), _numbers(second.title)
    if numbers and others and not numbers & others:
        return 1.0 if is_same_provider else OTHER_NUMBERS + OTHER_NUMBERS_A_DAY * apart
    if is_same_provider and apart >= 0.5 and _numbers(first.words) != _numbers(second.words):
        return 1.0  # a daily report
    return 0.0


def _copies(days: Sequence[tuple[int, Sequence[Text]]], since: int | None) -> Iterator[Link]:
    """Links between articles that are one text.

    Copies share most words, and so one of a few runs of three when words are sorted by their hash.
    """
    seen: defaultdict[tuple[int, ...], list[Text]] = defaultdict(list)
    for day, texts in days:
        if since is not None and day < since - COPY_DAYS:
            continue
        is_asked = since is None or day >= since
        oldest = (day - COPY_DAYS) * DAY
        for one in texts:
            if len(one.words) < SHORT:
                continue
            lowest = sorted(one.words)[: SKETCH + 2]
            near: dict[int, Text] = {}
            for run in zip(lowest, lowest[1:], lowest[2:]):  # noqa: B905  # faster so
                same = seen[run]
                if same and is_asked:
                    near.update((text.key, text) for text in same[-MOST_COMPARED:] if text.seconds >= oldest)
                same.append(one)
            for text in near.values():
                both = len(text.words & one.words)
                alike = both / (len(text.words) + len(one.words) - both)
                if alike < COPY:
                    continue
                if text.provider == one.provider and _numbers(text.words) != _numbers(one.words):
                    continue  # the same form with other figures
                yield Link(round(alike, 6), text.key, one.key)
