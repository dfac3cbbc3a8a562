"""Similarity of two articles: by the words of title and excerpt, weighted by how rare they are around that
time.

Weights are computed from whole days, so a new article only affects the days around it. Weights and their
products are integers: the result doesn't depend on the order of addition, and so on no hash order.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, groupby
from math import log, sqrt
from operator import mul, sub
from typing import NamedTuple, TypeAlias
from zlib import crc32

from reader.stories.common_words import (
    FUNCTION_WORDS,
    NEWS_WORDS,
    NEWS_WORDS_ELSEWHERE,
    NUMERALS,
    STOP_WORDS,
    USUAL_WORDS,
)

DAY = 86_400

REPORT_DAYS = 3
"""Maximum number of days between reports of one event; also the number of days before and after that an
article's weights are computed from."""

DAY_COSTS = 0.12
SHORT, SHORT_COSTS = 12, 0.075
"""Texts with fewer distinct words need a higher similarity."""
OTHER_NUMBERS, OTHER_NUMBERS_A_DAY = 0.06, 0.15
"""Penalty if both titles have numbers but share none: "version 1.2" and "version 1.3"."""
TITLE_IN_TEXT = 0.2
"""Minimum fraction of one title's weight that the other text must contain; otherwise a common footer would
link articles."""

PRIOR = 200
"""Number of simulated articles added to the counts, so that "said" is not rare among only eight articles."""
FUNCTION_COUNT, USUAL_COUNT, NEWS_COUNT = 80, 33, 10
"""How many of them have each word of `reader.stories.common_words`."""

DIGITS = 1
"""Bit of a token that marks words with a digit."""
_TOKEN_BYTES = 3
_FIRST_BYTE = 0 if sys.byteorder == "little" else 1
"""Offset of a token's bytes in a four-byte integer."""

MOST_KNOWN = 200_000
"""Number of words whose tokens are cached."""


def token_of(word: str) -> int:
    """Returns a word's token, three bytes of a hash. Texts are stored and compared as tokens to save space;
    one word in a hundred shares its token with another of the same days, which does no harm."""
    found = crc32(word.encode("utf-8", "surrogatepass")) & ((1 << 8 * _TOKEN_BYTES) - 1) & ~DIGITS
    return found | DIGITS if not word.isalpha() and any(map(str.isdigit, word)) else found


COMMON = {
    token_of(word): count
    for count, found in (
        (NEWS_COUNT, (NEWS_WORDS, *NEWS_WORDS_ELSEWHERE, *NUMERALS)),
        (FUNCTION_COUNT, FUNCTION_WORDS),
        (USUAL_COUNT, (USUAL_WORDS,)),
    )
    for word in " ".join(found).split()
}
"""How many of the simulated articles have each common word."""
DIGITS_OF = {token_of(name): token_of(digits) for name, digits in NUMERALS.items()}
"""Token of a number in words -> token of its digits."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS = frozenset(token_of(word) for word in _WEEKDAYS)
"""Words that date a text, as its figures do."""
_LEFT_OUT = frozenset(token_of(word) for word in STOP_WORDS.split())


class Text(NamedTuple):
    """The parts of an article that are compared."""

    key: int
    """The article's key; breaks ties between articles of the same second."""
    seconds: int
    """Seconds since 1970 of its publication."""
    provider: str
    title: frozenset[int]
    """Tokens of the title's words."""
    words: frozenset[int]
    """Tokens of the words of title and excerpt."""


MOST_WORDS = 24
"""Maximum number of words compared, of a title and of an excerpt: the beginning says what it is about."""


def tokens_of(found: Sequence[str]) -> frozenset[int]:
    """Returns the tokens of the words of a title or an excerpt."""
    return frozenset(map(token_of, found)) - _LEFT_OUT


def pack(title: Sequence[str], excerpt: Sequence[str]) -> bytes:
    """Returns the words of title and excerpt as stored in the index; empty for stop words only."""
    if title[:1] == ["update"] and title[1:2] and title[1].isdigit():
        title = title[2:]  # "UPDATE 2-": an agency's new version of its report
    in_title = dict.fromkeys(map(_STORED.__getitem__, title[:MOST_WORDS]))
    in_title.pop(b"", None)
    tokens = b"".join(in_title | dict.fromkeys(map(_STORED.__getitem__, excerpt[:MOST_WORDS])))
    return len(in_title).to_bytes(_TOKEN_BYTES, "little") + tokens if tokens else b""


class _StoredTokens(dict[str, bytes]):
    """Word -> its token as stored; nothing for a stop word. A load looks up each word of each title."""

    def __missing__(self, word: str) -> bytes:
        if len(self) >= MOST_KNOWN:
            self.clear()
        token = token_of(word)
        found = self[word] = b"" if token in _LEFT_OUT else token.to_bytes(_TOKEN_BYTES, "little")
        return found


_STORED = _StoredTokens()


def widened(packed: bytes) -> array[int]:
    """Returns the number of the title's words, their tokens, and those of the excerpt."""
    wide = bytearray(len(packed) // _TOKEN_BYTES * 4)
    for byte in range(_TOKEN_BYTES):
        wide[byte + _FIRST_BYTE :: 4] = packed[byte::_TOKEN_BYTES]
    return array("I", wide)


def unpack(key: int, seconds: int, provider: str, packed: bytes) -> Text:
    """Returns the text of an article with these words."""
    count, *tokens = widened(packed) or (0,)
    return Text(key, seconds, provider, frozenset(tokens[:count]), frozenset(tokens))


_SCALE = 256
"""Scale of the integer weights."""
_logs: list[int] = []
"""The weight that a word loses for each number of articles with it."""


def weight_at(part: float) -> int:
    """Returns the weight of a word that this fraction of articles has."""
    return round(-_SCALE * log(part))


class Weighted:
    """A text with the weights of its words, which are computed on demand."""

    def __init__(self, text: Text, tokens: frozenset[int], having: list[int], rarest: int) -> None:
        """`having` is the number of articles with each of these tokens, in iteration order of the set;
        `rarest` is the approximate weight of a word in a single article."""
        self.text = text
        self.tokens = tokens
        """Tokens without those that say nothing about the article."""
        self._having = having
        self._rarest = rarest

    @cached_property
    def weights(self) -> dict[int, int]:
        """Token -> weight; words of the title count double."""
        rarest = self._rarest
        weights = {
            token: max(rarest - _logs[count], 0)
            for token, count in zip(self.tokens, self._having, strict=True)
        }
        for token in self.text.title & self.tokens:
            weights[token] *= 2
        return weights

    @cached_property
    def length(self) -> float:
        """Length of the vector of weights."""
        values = self.weights.values()
        return sqrt(sum(map(mul, values, values))) or 1.0

    def weight_of(self, tokens: Iterable[int]) -> int:
        """Returns the total weight of these words, 0 for missing ones."""
        get = self.weights.get
        return sum(get(token, 0) for token in tokens)

    def had_by(self, least: int, most: int) -> list[tuple[int, int]]:
        """Returns (weight, word) of the words within these limits of frequency, heaviest first."""
        rarest, title, logs = self._rarest, self.text.title, _logs
        some = [
            ((logs[count] - rarest) * (2 if token in title else 1), token)
            for token, count in zip(self.tokens, self._having)  # noqa: B905  # faster so
            if least <= count <= most
        ]
        some.sort()
        return some


class Weights:
    """The weights of words among some articles."""

    def __init__(self, counts: Mapping[int, int], articles: int) -> None:
        """`counts` is the number of articles with each word, including simulated ones with COMMON words."""
        self.counts = counts
        self.articles = articles
        self._rarest = round(_SCALE * log(articles + 1))
        while len(_logs) <= articles:
            _logs.append(round(_SCALE * log(len(_logs) + 0.5)))

    def of(self, text: Text, without: frozenset[int] = frozenset()) -> Weighted:
        """Returns a text with its weights."""
        tokens = text.words - without if without else text.words
        return Weighted(text, tokens, [*map(self.counts.__getitem__, tokens)], self._rarest)


def likeness(one: Weighted, other: Weighted) -> float:
    """Returns the cosine similarity of two texts, 0 to 1."""
    shared = one.weights.keys() & other.weights.keys()
    product = sum(map(mul, map(one.weights.__getitem__, shared), map(other.weights.__getitem__, shared)))
    return float(product / (one.length * other.length))


Day: TypeAlias = tuple[int, Sequence[Text]]
"""A day and its sorted texts."""


class Around(NamedTuple):
    """A day's articles, and the statistics of words in the days around it."""

    day: int
    texts: Sequence[Text]
    """The day's texts, sorted."""
    weights: Weights
    """Weights from all articles at most REPORT_DAYS away."""
    habits: Mapping[str, frozenset[int]]
    """Provider -> words in nearly all of its titles, such as its name after a dash."""

    def weighted(self) -> list[Weighted]:
        """Returns the day's articles with their weights."""
        nothing: frozenset[int] = frozenset()
        return [self.weights.of(text, self.habits.get(text.provider, nothing)) for text in self.texts]


HABIT_LEAST, HABIT_SHARE = 5, 0.8
"""Minimum number of a provider's titles to detect such words, and the fraction of them with the word."""


class _Window:
    """Counts of words in a sliding window of days."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter(COMMON)
        self.articles = PRIOR
        self._titles: defaultdict[str, deque[frozenset[int]]] = defaultdict(deque)
        """By provider, oldest first."""

    def add(self, texts: Sequence[Text]) -> None:
        self.counts.update(chain.from_iterable([text.words for text in texts]))
        for text in texts:
            self._titles[text.provider].append(text.title)
        self.articles += len(texts)

    def take(self, texts: Sequence[Text]) -> None:
        day = Counter(chain.from_iterable([text.words for text in texts]))
        _subtract(self.counts, day)
        for text in texts:
            self._titles[text.provider].popleft()
        self.articles -= len(texts)

    def habits(self, providers: Iterable[str]) -> dict[str, frozenset[int]]:
        found = {}
        for provider in set(providers):
            titles = self._titles[provider]
            if len(titles) >= HABIT_LEAST:
                least = HABIT_SHARE * len(titles)
                counts = Counter(chain.from_iterable(titles))
                found[provider] = frozenset(token for token, having in counts.items() if having >= least)
        return found


def _subtract(counts: Counter[int], less: Counter[int]) -> None:
    # Runs in C: a third of the time.
    left = map(sub, map(counts.__getitem__, less), less.values())
    deque(map(counts.__setitem__, less, left), maxlen=0)


MOST_A_DAY = 10_000
"""A day with more articles than this is taken for a bulk import: its articles are not compared."""


def days_of(texts: Iterable[Text]) -> Iterator[Day]:
    """Yields the texts by day, sorted, without those that have no words."""
    ordered = sorted((text for text in texts if text.words), key=lambda text: (text.seconds, text.key))
    for day, found in groupby(ordered, key=lambda text: text.seconds // DAY):
        of_day = list(found)
        if len(of_day) <= MOST_A_DAY:
            yield day, of_day


def around(days: Iterable[Day]) -> Iterator[Around]:
    """Yields the statistics of each day, in order. Each is only valid until the next one."""
    window = _Window()
    ahead: deque[Day] = deque()
    before: deque[Day] = deque()
    for one in chain(days, [(None, ())]):
        last = one[0]
        while ahead and (last is None or ahead[0][0] + REPORT_DAYS < last):
            day, texts = ahead.popleft()
            while before and before[0][0] < day - REPORT_DAYS:
                window.take(before.popleft()[1])
            before.append((day, texts))
            habits = window.habits(text.provider for text in texts)
            yield Around(day, texts, Weights(window.counts, window.articles), habits)
        if last is not None:
            window.add(one[1])
            ahead.append((last, one[1]))
