"""The plain slow model of a collection, written from docs/query.md: what the Library must answer.
It shares no code with the index but words, dates and the query's own values."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from reader.article import dates
from reader.article.identity import host_of, id_of, key_of
from reader.article.plain_text import searched_text
from reader.article.record import Article
from reader.article.text import fold, signs, words
from reader.collection.files import load
from reader.collection.folders import Collection as Folders
from reader.collection.sites import folder_of, shared_part
from reader.parsing.content import Unreadable
from reader.query import Clause, Query, Term
from reader.query import dates as query_dates
from reader.query.grammar import bounds
from reader.query.trends import TrendSpan
from reader.stories.linking import groups
from tests.stories.labelled import links, text_of

TITLE_LETTERS = 80
"""Letters of a title that decide its place from A to Z; those that share them stand by date."""


class Marked(NamedTuple):
    """What a user did to an article."""

    read: bool = False
    starred: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""


class CountedTrend(NamedTuple):
    """How many articles have a value."""

    now: int
    before: int
    counts: list[int]


Marks = Mapping[str, Marked]
"""By identity."""


class Stored(NamedTuple):
    """An article with the file that it came from."""

    article: Article
    folder: str
    name: str
    mtime_ns: int

    @property
    def second(self) -> int | None:
        """Its date in whole seconds."""
        return _whole(self.article.published_date_time)

    @property
    def rank(self) -> tuple[float, int, str]:
        """Of several files with one identity the highest is shown."""
        second = self.second
        return (float("-inf") if second is None else second, self.mtime_ns, self.article.path)


def _listed(every: Sequence[Stored]) -> dict[str, Stored]:
    """What is listed, by an identity that nothing else has; the oldest has the one that its file says."""
    found: dict[str, Stored] = {}
    for one in sorted(every, key=lambda stored: stored.rank):
        article = one.article
        has_address = article.identity.startswith("http")
        described = f"#{article.url.partition('#')[2]} {article.title.casefold()}"
        if not has_address:
            is_described = _is_dated(article) and article.text_key is not None
            described = f"{article.text_key:x}" if is_described else article.path
        key = key_of(article.identity)
        for identity in (article.identity, f"{key:x} {described}", f"{key:x} {article.path}"):
            rival = found.get(identity)
            if rival is None or _is_copy(rival.article, article, has_address=has_address):
                found[identity] = one._replace(article=article._replace(identity=identity))
                break
    return found


def _is_dated(article: Article) -> bool:
    return article.title_key is not None and article.published_date_time is not None


def _is_copy(one: Article, other: Article, *, has_address: bool) -> bool:
    """Whether two articles with one identity are one: by their text, or by address and title."""
    has_text = one.text_key is not None and one.text_key == other.text_key
    return has_text and (has_address or _is_dated(one)) or has_address and one.title == other.title


class Model:
    """A collection, read file by file."""

    def __init__(self, sources: Sequence[Path], marks: Marks | None = None) -> None:
        self.rules: dict[str, Query] = {}
        """The rules that give topics, in their order."""
        self.files = 0
        self.without_article = 0
        self.marks = dict(marks or {})
        collection = Folders(sources)
        every: list[Stored] = []
        for folder in collection.scan():
            for name, mtime_ns, *_ in folder.files:
                self.files += 1
                try:
                    article = load(collection.roots.place(folder.root, f"{folder.path}/{name}"))
                except Unreadable:
                    self.without_article += 1
                    continue
                every.append(Stored(article, folder.path, name, mtime_ns))
        found = _listed(every)
        self.duplicates = self.files - self.without_article - len(found)
        self._folders = {
            one.folder: folder_of(os.path.relpath(f"{one.folder}/x", sources[0])) for one in found.values()
        }
        """The sub-folder of each folder with articles; of one source alone."""
        self.stored = _in_date_order(found.values())
        """All articles in date order: newest first, of one second by folder and name, undated ones last."""

    @classmethod
    def of(cls, stored: Iterable[Stored], marks: Marks) -> Model:
        """A collection in memory; every article is listed."""
        model = cls((), marks)
        model.stored = _in_date_order(stored)
        return model

    def select(self, query: Query, now: datetime) -> list[str]:
        """The ids of the articles that match, in the query's order."""
        return [one.article.id for one in self.order([*self.matching(query, now)], query)]

    def matching(self, query: Query, now: datetime) -> Iterator[Stored]:
        """What matches, in date order."""
        for one in self.stored:
            if all(self._holds(one, clause, now) for clause in query.clauses):
                yield one

    def facet(self, field: str, query: Query, now: datetime) -> list[tuple[str, int, int]]:
        """Every value with how many would be listed, and how many of those are unread."""
        spellings: dict[str, Counter[str]] = {}
        for one in self.stored:
            for value in self._values(one, field, now):
                spellings.setdefault(fold(value), Counter())[value] += 1
        shown = {
            folded: min(found, key=lambda value: (-found[value], value))
            for folded, found in spellings.items()
        }
        counted, unread = Counter({value: 0 for value in shown.values()}), Counter[str]()
        for one in self.matching(query.without(field), now):
            values = [shown[folded] for folded in {fold(value) for value in self._values(one, field, now)}]
            counted.update(values)
            if not self._marked(one).read:
                unread.update(values)
        order = sorted(counted, key=lambda value: (-counted[value], value.casefold(), value))
        return [(value, counted[value], unread[value]) for value in order]

    def trends(self, field: str, query: Query, span: TrendSpan, now: datetime) -> dict[str, CountedTrend]:
        """For each value, or each word of a title, how many have it now, before, and in each period."""
        found: dict[str, CountedTrend] = {}
        spellings: dict[str, Counter[str]] = {}
        for one in self.stored:
            values = set(_words(one.article.title)) if field == "word" else self._values(one, field, now)
            for value in values:
                spellings.setdefault(fold(value), Counter())[value] += 1
        shown = {key: min(some, key=lambda value: (-some[value], value)) for key, some in spellings.items()}
        begins = [period.first for period in span.periods]
        for one in self.matching(query, now):
            is_now, is_before = lies_in(one, span.now), lies_in(one, span.before)
            if not (is_now or is_before):
                continue
            when = one.article.published_date_time
            assert when is not None
            place = max(bisect_right(begins, dates.day_of(when)) - 1, 0)
            for value in {shown[folded] for folded in self._trending(one, field, now) if folded in shown}:
                trend = found.setdefault(value, CountedTrend(0, 0, [0] * len(begins)))
                trend.counts[place] += is_now
                found[value] = trend._replace(now=trend.now + is_now, before=trend.before + (not is_now))
        return found

    def _trending(self, one: Stored, field: str, now: datetime) -> set[str]:
        """The values of an article, folded; for `word` all its words."""
        if field == "word":
            return {word for text in _texts(one.article, "text") for word in _words(text)}
        return set(map(fold, self._values(one, field, now)))

    def spread(self, field: str, ranges: Sequence[str], query: Query, now: datetime) -> list[int]:
        """How many would be listed with each of these ranges as the field's only choice."""
        found = [*self.matching(query.without(field), now)]
        return [sum(self._holds(one, Term(field, (value,)), now) for one in found) for value in ranges]

    def added_topics(self, one: Stored, now: datetime) -> list[str]:
        """The topics that rules add to those of the file."""
        own = {fold(topic) for topic in one.article.topics}
        return [
            name
            for name, query in self.rules.items()
            if fold(name) not in own and self._all_hold(one, query, now, self._ring(name))
        ]

    def _all_hold(self, one: Stored, query: Query, now: datetime, ring: set[str]) -> bool:
        return all(self._holds(one, clause, now, ring) for clause in query.clauses)

    def _ring(self, name: str) -> set[str]:
        """The rules that a rule needs and that need it, with itself."""
        return {name, *(other for other in self._needed(name) if name in self._needed(other))}

    def _needed(self, name: str) -> set[str]:
        found, waiting = set[str](), [name]
        while waiting:
            for term in self.rules[waiting.pop()].terms():
                for other in self.rules:
                    if term.field == "topic" and other not in found and _is_named(term, other):
                        found.add(other)
                        waiting.append(other)
        return found

    def _values(self, one: Stored, field: str, now: datetime) -> set[str]:
        if field == "tag":
            return set(self._marked(one).tags)
        if field == "topic":
            return {*one.article.topics, *self.added_topics(one, now)}
        if field == "folder":
            folder = self._folders.get(one.folder, "")
            return {folder[len(shared_part(self._folders.values())) :].lstrip("/")} - {""}
        return {one.article.provider.name if field == "provider" else getattr(one.article, field)} - {""}

    def _marked(self, one: Stored) -> Marked:
        return self.marks.get(one.article.identity, Marked())

    def _holds(self, one: Stored, clause: Clause, now: datetime, ring: Collection[str] = ()) -> bool:
        """`ring` are the rules whose topics are only what files say."""
        if isinstance(clause, Term):
            passed = any(self._has(one, clause, value, now, ring) for value in clause.values)
        else:
            joined = all if clause.join == "and" else any
            passed = joined(self._holds(one, part, now, ring) for part in clause.parts)
        return passed != clause.negated

    def _has(self, one: Stored, term: Term, value: str, now: datetime, ring: Collection[str]) -> bool:
        article = one.article
        match term.field:
            case "text" | "title" | "author":
                found = _texts(article, term.field)
                has_signs = all(any(sign in text for text in found) for sign in signs(value))
                return has_signs and _has_words(found, term, words(value))
            case "quality" | "heat" | "coverage":
                number = self.coverage(article) if term.field == "coverage" else getattr(article, term.field)
                low, high = bounds(value)
                return (
                    number is not None and (low is None or number >= low) and (high is None or number <= high)
                )
            case "since" | "until" | "date":
                return _is_in_span(one, term.field, value, now)
            case "is" | "has":
                return self._is(one, value)
            case "topic":
                fits = str.startswith if term.prefix else str.__eq__
                if any(fits(fold(topic), fold(value)) for topic in article.topics):
                    return True
                named = [name for name in self.rules if fits(fold(name), fold(value)) and name not in ring]
                return any(self._all_hold(one, self.rules[name], now, self._ring(name)) for name in named)
            case "url":
                return value.lower() in article.url.lower()
            case "path":
                return value.lower() in article.path.lower()
            case "id":
                return article.id.startswith(value.lower())
            case "story":
                return any(other.startswith(value.lower()) for other in self.story(article))
            case "domain":
                return any(_is_domain(domain, value, term.prefix) for domain in _domains(article))
            case _:
                return self._has_value(one, term, value, now)

    def _has_value(self, one: Stored, term: Term, value: str, now: datetime) -> bool:
        known = self._values(one, term.field, now)
        wanted = fold(value)
        fits = str.startswith if term.prefix else str.__eq__
        if any(fits(fold(choice), wanted) for choice in known):
            return True
        # "provider:harbour.example" names a provider by its domain, unless one is called so.
        if term.field != "provider" or "." not in value:
            return False
        called = (fold(other.article.provider.name) for other in self.stored)
        if any(fits(name, wanted) for name in called):
            return False
        return any(_is_domain(domain, value, term.prefix) for domain in _domains(one.article))

    def _is(self, one: Stored, value: str) -> bool:
        article, marked = one.article, self._marked(one)
        return {
            "read": marked.read,
            "unread": not marked.read,
            "starred": marked.starred,
            "draft": article.published is False,
            "published": article.published is not False,
            "image": bool(article.images),
            "related": bool(article.related),
            "body": bool(article.body.strip()),
            "note": bool(marked.note),
        }[value]

    @cached_property
    def stories(self) -> list[dict[str, str]]:
        """For each story the ids of its articles with their providers."""
        texts = {
            key_of(one.article.identity): text_of(
                key_of(one.article.identity), dates.sort_seconds(date), one.article.provider.name,
                one.article.title, one.article.excerpt,
            )
            for one in self.stored if (date := one.article.published_date_time) is not None
        }  # fmt: skip
        return [{id_of(key): texts[key].provider for key in found} for found in groups(links(texts.values()))]

    def story(self, article: Article) -> dict[str, str]:
        """The ids of the articles of its story with their providers."""
        alone = {article.id: article.provider.name}
        return next((found for found in self.stories if article.id in found), alone)

    def coverage(self, article: Article) -> int:
        """How many providers have its story."""
        return len({provider.casefold() for provider in self.story(article).values()})

    def order(self, found: list[Stored], query: Query) -> list[Stored]:
        """What matches, given in date order, in the query's order; ties stay by date."""
        if query.sort == "date":
            dated = [one for one in found if one.second is not None]
            return [*(dated[::-1] if query.is_reversed else dated), *found[len(dated) :]]
        if query.sort == "title":
            found = sorted(found, key=lambda one: _in_title(one.article.title))
            return found[::-1] if query.is_reversed else found
        if query.sort == "relevance":
            # `sorted` keeps ties in their order, also when reversed.
            return sorted(found, key=lambda one: _hits(one.article, query), reverse=not query.is_reversed)
        if query.sort == "provider":
            return sorted(found, key=_provider, reverse=query.is_reversed)
        if query.sort == "coverage":
            return sorted(found, key=lambda one: self.coverage(one.article), reverse=not query.is_reversed)
        known = [one for one in found if _score(one.article, query.sort) is not None]
        unknown = [one for one in found if _score(one.article, query.sort) is None]
        known.sort(key=lambda one: _score(one.article, query.sort) or 0, reverse=not query.is_reversed)
        if query.sort == "heat":
            unknown.sort(key=lambda one: self.coverage(one.article), reverse=not query.is_reversed)
        return known + unknown


def _is_named(term: Term, topic: str) -> bool:
    fits = str.startswith if term.prefix else str.__eq__
    return any(fits(fold(topic), fold(value)) for value in term.values)


def _whole(moment: dates.When | None) -> int | None:
    return None if moment is None else dates.seconds_of(moment)


def _in_date_order(stored: Iterable[Stored]) -> list[Stored]:
    every = sorted(stored, key=_place)
    dated = [one for one in reversed(every) if one.second is not None]
    return dated + [one for one in every if one.second is None]


def _place(one: Stored) -> tuple[int, str, str]:
    date = one.article.published_date_time
    return (0 if date is None else dates.sort_seconds(date), one.folder, one.name)


def _provider(one: Stored) -> str:
    return fold(one.article.provider.name)


def _in_title(title: str) -> list[list[tuple[int, int, str]]]:
    """The words of a title; numbers before letters, by their size."""
    whole = " ".join(words(title))[:TITLE_LETTERS]
    return [
        [
            (0, int(part), "") if part.isdigit() else (1, 0, part)
            for part in re.findall("[0-9]+|[^0-9]+", word)
        ]
        for word in whole.split(" ")
    ]


def _score(article: Article, sort: str) -> int | None:
    if sort == "quality":
        return article.quality
    return None if article.heat is None or article.heat < 0 else article.heat


def lies_in(one: Stored, span: query_dates.TimeSpan) -> bool:
    """Whether an article was published in this time; one with a day and no time, on one of its days."""
    if (second := one.second) is None:
        return False
    if not isinstance(one.article.published_date_time, datetime):
        span = query_dates.days_in(span)
    start, stop = map(_whole, span)
    return (start is None or second >= start) and (stop is None or second < stop)


def _is_in_span(one: Stored, field: str, value: str, now: datetime) -> bool:
    if field == "since":
        return lies_in(one, query_dates.TimeSpan(query_dates.since(value, now), None))
    if field == "until":
        return lies_in(one, query_dates.TimeSpan(None, query_dates.until(value, now)))
    return lies_in(one, query_dates.on(value, now))


def _domains(article: Article) -> set[str]:
    return {host_of(article.url), article.provider.domain.lower()} - {""}


def _is_domain(domain: str, value: str, may_go_on: bool) -> bool:
    wanted = value.lower().lstrip(".")
    return domain == wanted or domain.endswith("." + wanted) or (may_go_on and domain.startswith(wanted))


@lru_cache(20_000)
def _words(text: str) -> tuple[str, ...]:
    """The words of a text, cached: the model asks for the same texts again and again."""
    return tuple(words(text))


def _texts(article: Article, field: str) -> list[str]:
    """What the words of a field are looked for in."""
    if field == "title":
        return [article.title]
    if field == "author":
        return list(article.author)
    related = [link.title for link in article.related]
    return [
        article.title, article.excerpt, searched_text(article.body), article.provider.name, *article.author,
        *article.topics, *related,
    ]  # fmt: skip


def _has_words(texts: Sequence[str], term: Term, wanted: Sequence[str]) -> bool:
    """Whether the words are in the texts as the term wants them."""
    if not wanted:
        return True
    # The words of a name are together; so do the pairs of one run of a script without spaces.
    together = term.phrase or term.field == "author" or _is_one_run(wanted)
    parts = [tuple(wanted)] if together else [(word,) for word in wanted]
    ends = len(parts) - 1
    return all(
        any(_stand(_words(text), part, term.prefix and place == ends) for text in texts)
        for place, part in enumerate(parts)
    )


def _is_one_run(wanted: Sequence[str]) -> bool:
    """Whether some neighbours overlap as pairs of characters do ("AB", "BC")."""
    return any(
        len(one) == 2 and not one.isascii() and len(other) == 2 and one[1] == other[0]
        and _words(one + other[1]) == (one, other)
        for one, other in zip(wanted, wanted[1:], strict=False)
    )  # fmt: skip


def _stand(text: tuple[str, ...], wanted: tuple[str, ...], may_go_on: bool) -> bool:
    """Whether these words follow each other in a text."""
    first, last = wanted[:-1], wanted[-1]
    goes_on = _goes_on(last, may_go_on)
    is_part = not first and _goes_on(last, False)
    for place, word in enumerate(text):
        fits = word == last or (goes_on and word.startswith(last)) or (is_part and word.endswith(last))
        if fits and (not first or text[max(place - len(first), 0) : place] == first):
            return True
    return False


def _goes_on(word: str, may_go_on: bool) -> bool:
    """A prefix may go on, and so may a single character of a script that is indexed by pairs."""
    return may_go_on or (len(word) == 1 and _words(word * 3) == (word * 2, word * 2))


def _hits(article: Article, query: Query) -> tuple[int, int]:
    """How many words of the query are in the title, and anywhere."""
    in_title = anywhere = 0
    for term in query.terms():
        if term.field not in ("text", "title") or term.negated:
            continue
        for value in term.values:
            wanted = _words(value)
            for place, word in enumerate(wanted):
                may_go_on = term.prefix and place == len(wanted) - 1
                in_title += _hit([article.title], word, may_go_on)
                anywhere += _hit(_texts(article, "text"), word, may_go_on)
    return in_title, anywhere


def _hit(texts: Sequence[str], word: str, may_go_on: bool) -> bool:
    fits = str.startswith if may_go_on else str.__eq__
    return any(fits(found, word) for text in texts for found in _words(text))
