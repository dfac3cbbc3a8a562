"""Whether an article matches, found out by looking at it: what the fake library answers questions with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from typing import NamedTuple

from reader.article import dates
from reader.article.periods import periods
from reader.article.record import Article
from reader.article.text import fold, words
from reader.library import Change
from reader.query import Clause, Term
from reader.query.values import bounds
from tests.app.build import NOW


class Mark(NamedTuple):
    """What the person did to one article."""

    is_read: bool = False
    is_starred: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""

    def changed(self, change: Change) -> Mark:
        """The marks after a change."""
        tags = tuple(tag for tag in (*self.tags, *change.add_tags) if tag not in change.remove_tags)
        return Mark(
            self.is_read if change.read is None else change.read,
            self.is_starred if change.starred is None else change.starred,
            tags,
            self.note if change.note is None else change.note,
        )


def values_of(article: Article, mark: Mark, field: str) -> tuple[str, ...]:
    """The article's values of a facet."""
    values = {
        "topic": article.topics,
        "provider": (article.provider.name,),
        "category": (article.category,),
        "type": (article.type,),
        "tag": mark.tags,
    }
    return tuple(value for value in values.get(field, ()) if value)


def qualities() -> list[str]:
    """The steps into which qualities are counted."""
    return [f"{low}..{low + 4 if low < 95 else 100}" for low in range(0, 100, 5)]


def months(articles: Iterable[Article], most: int) -> list[str]:
    """The months from the oldest article's to the newest's, or the latest of them."""
    days = [dates.day_of(one.published_date_time) for one in articles if one.published_date_time]
    return [str(one) for one in periods("month", min(days), max(days), most)] if days else []


def holds(article: Article, mark: Mark, clause: Clause) -> bool:
    """Whether the article passes this test."""
    if isinstance(clause, Term):
        return _has(article, mark, clause) != clause.negated
    joined = all if clause.join == "and" else any
    return joined(holds(article, mark, part) for part in clause.parts) != clause.negated


def _has(article: Article, mark: Mark, term: Term) -> bool:
    if term.field == "is":
        flags = {
            "unread": not mark.is_read,
            "read": mark.is_read,
            "starred": mark.is_starred,
            "draft": article.is_draft,
        }
        return any(flags.get(value, False) for value in term.values)
    if term.field in ("quality", "heat"):
        number = article.quality if term.field == "quality" else article.heat
        return number is not None and any(_is_within(number, one) for one in term.values)
    if term.field in ("since", "until", "date"):
        return article.published_date_time is not None and _is_in(article.published_date_time, term)
    if term.field in ("topic", "provider", "category", "type", "tag"):
        own = [fold(value) for value in values_of(article, mark, term.field)]
        return any(
            any(one.startswith(fold(value)) if term.prefix else one == fold(value) for one in own)
            for value in term.values
        )
    found = set(words(" ".join((article.title, article.body, article.provider.name, *article.topics))))
    return any(_has_words(found, words(value), term.prefix) for value in term.values)


def _has_words(found: set[str], wanted: Sequence[str], prefix: bool) -> bool:
    if not wanted:
        return True
    *whole, last = wanted
    ends = any(word.startswith(last) for word in found) if prefix else last in found
    return found.issuperset(whole) and ends


def _is_within(value: int, text: str) -> bool:
    low, high = bounds(text)
    return (low is None or low <= value) and (high is None or value <= high)


def _is_in(then: dates.When, term: Term) -> bool:
    if not isinstance(then, datetime):
        then = datetime.combine(then, time(), UTC)
    if term.field == "since":
        start = dates.since(term.values[0], NOW)
        return start is None or then >= start
    if term.field == "until":
        end = dates.until(term.values[0], NOW)
        return end is None or then < end
    span = dates.on(term.values[0], NOW)
    return (span.start is None or then >= span.start) and (span.stop is None or then < span.stop)
