"""Trends: counts of values over time, and rising words.

Periods and values are sets, and a count is the size of their intersection. Words come from the titles of the
time span, so that each has a headline; they are counted in all of an article's text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from pyroaring import BitMap

from reader.article.text import as_written, has_unspaced, words
from reader.index.answer import with_added_topics
from reader.index.schema import STORED, SetKind
from reader.index.search import Search
from reader.index.view import IndexView, QueryableIndex
from reader.query import Query
from reader.query.dates import TimeSpan
from reader.query.results import Headline
from reader.query.trends import LEAST_ARTICLES, Trend, TrendField, Trends, TrendSpan, rise
from reader.stories.common_words import FUNCTION_WORDS, STOP_WORDS, USUAL_WORDS

MOST_WORDS = 2_000
"""Number of words to count: those in the most titles."""
LEAST_RISE = 1.0
"""Threshold in standard deviations; below it, a rise may be chance."""
COMMON_PART, FEW = 0.2, 50
"""Words in more than this fraction of all articles, and in more than a few, say nothing about the time."""
_SAY_NOTHING = """
    again also among another around away become best better big can come could day did does done eight even
    ever every few find five four get give going good great has here him how just keep know less let like
    little long look made make many may might more most much must need never next nine not now only other our
    own part really right same say says see seven should six still such take ten than that them then these
    they thing things think this those three too took until used using very want way well what when which
    while why will without work would year yet your later earlier soon often always today yesterday tomorrow
    twenty thirty forty fifty sixty seventy eighty ninety hundred thousand billion"""
"""Words that rise in any text, besides those that say nothing about a story."""
_TOO_COMMON = frozenset(" ".join((_SAY_NOTHING, STOP_WORDS, USUAL_WORDS, *FUNCTION_WORDS)).split())
LEAST_BEFORE = 0.25
"""If there are fewer articles before than this fraction of those now, the two halves of the time are
compared."""


def trends(
    index: QueryableIndex, field: TrendField, query: Query, span: TrendSpan, now: datetime, limit: int
) -> Trends:
    """Counts the matching articles with each value, in each period and in the time before."""
    with index.view() as view:
        search = Search(view, now)
        match = search.all_of(query.clauses)
        in_span = match & search.in_span(span.now)
        before = (match & search.in_span(span.before)) - in_span
        parts = _parts(search, in_span, span)
        if field == "word":
            chosen = _rising(view, in_span, before, parts, limit)
        else:
            members = search.topic_members() if field == "topic" else view.members(STORED[field])
            chosen = _counted([(one.value, one.numbers) for one in members], in_span, before)[:limit]
        found = [
            Trend(
                value,
                in_span.intersection_cardinality(numbers),
                before.intersection_cardinality(numbers),
                tuple(map(numbers.intersection_cardinality, parts)),
            )
            for value, numbers in chosen
        ]
        titles = dict(view.store.titles_of([*in_span])) if field == "word" and found else {}
    if titles:
        best = _best(titles, [(value, numbers) for value, numbers in chosen])
        shown = with_added_topics(index, index.headlines([*dict.fromkeys(best.values())]), now)
        by_number = {one.number: one for one in shown}
        found = [_with_headline(one, by_number.get(best.get(one.value, -1))) for one in found]
    periods = tuple(map(str, span.periods))
    return Trends(field, periods, tuple(found), len(in_span), len(before))


def _with_headline(trend: Trend, headline: Headline | None) -> Trend:
    """A word with a typical headline, and as that has it."""
    if headline is None:
        return trend
    return trend._replace(value=as_written(trend.value, headline.title), headline=headline)


def _parts(search: Search, among: BitMap, span: TrendSpan) -> list[BitMap]:
    """Returns the articles of each period; the outermost ones include the rest of the time span."""
    parts = []
    rest = among
    for period in span.periods[:-1]:
        following = period.next()
        inside = rest & search.in_span(TimeSpan(None, following.start() if following else None))
        parts.append(inside)
        rest = rest - inside
    return [*parts, rest]


def _counted(
    members: Iterable[tuple[str, BitMap]], in_span: BitMap, before: BitMap
) -> list[tuple[str, BitMap]]:
    """Returns the values that occur, by count (highest first), then by name."""
    found = []
    for value, numbers in members:
        count, earlier = in_span.intersection_cardinality(numbers), before.intersection_cardinality(numbers)
        if count or earlier:
            found.append((-count, -earlier, value.casefold(), value, numbers))
    return [(value, numbers) for *_, value, numbers in sorted(found, key=lambda one: one[:4])]


def _rising(
    view: IndexView, in_span: BitMap, before: BitMap, parts: Sequence[BitMap], limit: int
) -> list[tuple[str, BitMap]]:
    """Returns the rising words, most significant first."""
    late, early = in_span, before
    if len(before) < LEAST_BEFORE * len(in_span):
        late, early = _halves(parts)
    if not early:
        return []
    titles: Counter[str] = Counter()
    for _, title in view.store.titles_of([*late]):
        titles.update({word for word in words(title) if _may_rise(word)})
    reports, reports_before = _reports(view, late), _reports(view, early)
    wanted = [word for word, _ in sorted(titles.items(), key=lambda one: (-one[1], one[0]))[:MOST_WORDS]]
    most = max(len(view.live) * COMMON_PART, FEW)
    found = []
    for word, numbers in zip(wanted, view.store.sets_of(SetKind.WORD, wanted), strict=True):
        having = late & numbers
        if len(having) < LEAST_ARTICLES or view.live.intersection_cardinality(numbers) > most:
            continue
        count = _reports(view, having)
        if count < LEAST_ARTICLES:
            continue
        z = rise(count, reports, _reports(view, early & numbers), reports_before)
        if z >= LEAST_RISE:
            found.append((-round(z, 9), word, numbers))
    found.sort(key=lambda one: one[:2])
    return [(word, numbers) for _, word, numbers in found[:limit]]


def _reports(view: IndexView, numbers: BitMap) -> int:
    """Returns the number of articles, with a story counted once: one text at forty sites is no trend."""
    inside = numbers & view.stories.members
    return len(numbers) - len(inside) + len(view.stories.last_of_each(inside.to_array()))


def _halves(parts: Sequence[BitMap]) -> tuple[BitMap, BitMap]:
    """Returns the later and the earlier half of the articles, without splitting a period."""
    half = sum(map(len, parts)) / 2
    early = BitMap()
    for place, part in enumerate(parts):
        if early and len(early) + len(part) / 2 > half:
            return BitMap.union(BitMap(), *parts[place:]), early
        early |= part
    return BitMap(), early


def _may_rise(word: str) -> bool:
    """Returns whether a word may be a subject: not a number, a single letter or a common word."""
    return not (word in _TOO_COMMON or word.isdigit() or (len(word) == 1 and not has_unspaced(word)))


def _best(titles: dict[int, str], chosen: Sequence[tuple[str, BitMap]]) -> dict[str, int]:
    """Returns for each word the article whose title has most of the words rising with it, else the newest."""
    weight = {word: len(chosen) - place for place, (word, _) in enumerate(chosen)}
    by_word: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for number, title in titles.items():
        here = {word for word in words(title) if word in weight}
        if here:
            rank = (sum(weight[word] for word in here), number)
            for word in here:
                by_word[word] = max(by_word[word], rank)
    return {word: number for word, (_, number) in by_word.items()}
