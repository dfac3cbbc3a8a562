"""Finds articles similar to one: those that share its rare words, compared by the words of title and excerpt.

Similarity is the cosine of the words' weights in the whole collection. Candidates come from the sets of
words, rarest first, so nothing is stored for this beyond the words that stories are found by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import nlargest
from math import log, sqrt

from pyroaring import BitMap

from reader.article.identity import identity_of
from reader.article.record import Article, Provider, Related
from reader.article.text import words
from reader.index.answer import with_added_topics
from reader.index.schema import SetKind
from reader.index.search import Search
from reader.index.view import QueryableIndex
from reader.query import Query
from reader.query.results import Headline, RelatedLink
from reader.stories.likeness import COMMON, MOST_WORDS, PRIOR, token_of, tokens_of, widened

MOST_POSTINGS = 20_000
"""Limit of candidates counted, once per shared word: 5 ms."""
MOST_COMPARED = 150
"""Limit of articles compared in full."""
AT_ONCE = 8
"""Words whose sets are read at once: 10 ms in an index of a million articles."""
COMMON_PART, FEW = 0.1, 50
"""Words in more than this fraction of all articles, and in more than a few, say nothing about the subject."""
FLOOR = 0.17
"""Minimum similarity: unrelated articles have less."""
IN_TITLE = 2
"""Weight factor of words in a title."""


class RelatedWords:
    """An article's words and their weights in a collection."""

    def __init__(self, index: QueryableIndex, live: BitMap, title: str, excerpt: str) -> None:
        """`live` are all articles of the index."""
        in_title = dict.fromkeys(words(title)[:MOST_WORDS])
        every = [*dict.fromkeys((*in_title, *words(excerpt)[:MOST_WORDS]))]
        telling = tokens_of(every)
        self._articles = len(live)
        self._sets: list[tuple[int, BitMap]] = []
        """(token, the articles with that word), rarest first."""
        self._weights: dict[int, float] = {}
        """Token -> weight of its word, before the title factor."""
        self._title = tokens_of([*in_title])
        most = max(self._articles * COMMON_PART, FEW)
        for word, numbers in _read(index, [word for word in every if token_of(word) in telling]):
            token, having = token_of(word), live.intersection_cardinality(numbers)
            self._weights[token] = self._weight(having + COMMON.get(token, 0))
            if having <= most:
                self._sets.append((token, numbers))
        self._sets.sort(key=lambda one: (len(one[1]), one[0]))
        squares = [(weight * self._factor(token)) ** 2 for token, weight in self._weights.items()]
        self._length = sqrt(sum(squares)) or 1.0
        plain = [weight**2 for weight in self._weights.values()]
        self._usual = sum(plain) / len(plain) if plain else 0.0
        """Squared weight assumed for words that this article lacks: the average of its own words."""

    def _weight(self, having: int) -> float:
        return max(-log((having + 0.5) / (self._articles + PRIOR + 1)), 0.0)

    def _factor(self, token: int) -> int:
        return IN_TITLE if token in self._title else 1

    def candidates(self, among: BitMap) -> list[int]:
        """Returns the articles that share the most rare words, best first."""
        found: defaultdict[int, float] = defaultdict(float)
        left = MOST_POSTINGS
        for token, numbers in self._sets:
            here = numbers & among
            left -= len(here)
            if left < 0:
                break
            weight = self._weights[token] ** 2 * self._factor(token)
            for number in here:
                found[number] += weight
        return [number for _, number in nlargest(MOST_COMPARED, zip(found.values(), found, strict=True))]

    def score(self, packed: bytes) -> float:
        """Returns the similarity of an article with these words, 0 to 1."""
        if not packed:
            return 0.0
        count, *tokens = widened(packed)
        weights, title = self._weights, self._title
        product = square = 0.0
        for place, token in enumerate(tokens):
            factor = IN_TITLE if place < count else 1
            weight = weights.get(token)
            if weight is None:
                # Words that are common everywhere weigh little in any article.
                having = COMMON.get(token)
                usual = self._usual if having is None else min(self._weight(having) ** 2, self._usual)
                square += usual * factor * factor
                continue
            square += (weight * factor) ** 2
            product += weight * weight * factor * (IN_TITLE if token in title else 1)
        # Rounded: added in another order, equal similarities would differ in their last digits.
        return round(min(product / (self._length * sqrt(square)), 1.0), 6) if square else 0.0


def _read(index: QueryableIndex, every: Sequence[str]) -> Iterator[tuple[str, BitMap]]:
    """Yields words with the articles that have them, a few at a time so that typing is not delayed."""
    for start in range(0, len(every), AT_ONCE):
        part = every[start : start + AT_ONCE]
        with index.view() as view:
            sets = view.store.sets_of(SetKind.WORD, part)
        yield from zip(part, sets, strict=True)


def alike(
    index: QueryableIndex, live: BitMap, article: Article, among: BitMap, always: BitMap, limit: int
) -> dict[int, float]:
    """Returns the similar articles among the given ones with their similarity: best first, of equal ones the
    newest; none rather than noise. Articles in `always` come first, whatever their similarity."""
    sought = RelatedWords(index, live, article.title, article.excerpt)
    numbers = [*always, *(one for one in sought.candidates(among) if one not in always)]
    with index.view() as view:
        packed = dict(view.store.words_of(numbers))
        dates = {number: date for date, number in view.store.dates_of(numbers)}
    scores = {number: sought.score(one) for number, one in packed.items()}
    found = [(number, score) for number, score in scores.items() if score >= FLOOR or number in always]
    found.sort(key=lambda one: (one[0] not in always, -one[1], -dates[one[0]], -one[0]))
    return dict(found[:limit])


def related_links(
    index: QueryableIndex,
    headline: Headline,
    article: Article,
    listed: Sequence[RelatedLink],
    shown: Query,
    now: datetime,
    limit: int,
) -> list[RelatedLink]:
    """Returns the links listed in the file, then articles of the same story, then similar articles, each
    once, without the article itself and what `shown` excludes. The limit doesn't count listed links.

    Other questions may run in between: the caller repeats this if the numbers have been reassigned.
    """
    with index.view() as view:
        live, among = view.live, Search(view, now).all_of(shown.clauses)
    own = BitMap(index.numbers_from([int(headline.id, 16)]))
    distinct, known = _distinct(listed, headline.id, article.identity, among)
    members = index.story_members([*own]) if own else []
    story = BitMap([number for _, number, _ in members if number in among]) - own - known
    scores = alike(index, live, article, among - own - known, story, limit)
    headlines = with_added_topics(index, index.headlines([*scores]), now)
    return distinct + [
        RelatedLink(_as_link(one), one, "same story" if one.number in story else "alike", scores[one.number])
        for one in headlines
    ]


def _distinct(
    listed: Sequence[RelatedLink], own_id: str, own_identity: str, among: BitMap
) -> tuple[list[RelatedLink], BitMap]:
    """Returns the listed links that are shown, each page once, and the collection's articles among them."""
    distinct: dict[str, RelatedLink] = {}
    known = BitMap()
    for link in listed:
        identity = identity_of(link.related.web_url, "") or f"\0{link.related.title}"
        if link.headline is not None:
            known.add(link.headline.number)
            identity = link.headline.id
            if link.headline.number not in among:
                continue
        if identity not in (own_id, own_identity):
            distinct.setdefault(identity, link)
    return [*distinct.values()], known


def _as_link(headline: Headline) -> Related:
    """Returns a link to an article of the collection."""
    provider = Provider(headline.provider, headline.domain)
    return Related(headline.title, "", headline.date, headline.url, headline.type, provider, headline.quality)
