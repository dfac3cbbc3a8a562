"""A small in-memory Library over Article values: slow, plain, honest about what the interface promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from reader.article import dates
from reader.article.record import Article, Problem
from reader.errors import NoSuchArticle, StorageError
from reader.library import Change, RelatedLink
from reader.query import Clause, Query, Term
from reader.query.results import Facet, FacetValue, Headline, Progress, Report
from reader.query.values import bounds
from tests.headlines import headline_of

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class FakeResults:
    """The matching headlines, all of them at hand."""

    def __init__(self, query: Query, rows: list[Headline], is_exact: bool = True) -> None:
        self.query = query
        self.rows = rows
        self.is_exact = is_exact

    def __len__(self) -> int:
        return len(self.rows)

    def window(self, start: int, stop: int) -> Sequence[Headline]:
        return self.rows[start:stop]

    def position(self, number: int) -> int | None:
        return next((place for place, row in enumerate(self.rows) if row.number == number), None)


class FakeLibrary:
    """Articles, marks and problems in plain lists and dictionaries."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self.articles = sorted(articles, key=lambda article: article.published_date_time or LONG_AGO)
        self.marks: dict[str, dict[str, Any]] = {article.id: {} for article in self.articles}
        self.notices: list[str] = []
        self.found_problems: list[Problem] = []
        self.found_duplicates: list[tuple[str, str]] = []
        self.missing: set[str] = set()
        self.is_writable = True
        self.is_exact = True
        self.is_closed = False
        self.refreshed = 0

    @property
    def skipped(self) -> dict[str, int]:
        """No file is passed over."""
        return {}

    @property
    def total(self) -> int:
        return len(self.articles)

    def refresh(self, *, rebuild: bool = False) -> Iterator[Progress]:
        self.refreshed += 1
        yield Progress("scan", seen=self.total)
        report = Report(
            files=self.total, unchanged=self.total, problems=len(self.found_problems), seconds=0.25
        )
        yield Progress("done", seen=self.total, report=report)

    def refresh_for(self, shown: int | None) -> Iterator[Progress]:
        return self.refresh()

    def is_fresh(self, shown: Iterable[Headline]) -> bool:
        return True

    def headline(self, article: Article) -> Headline:
        marks = self.marks[article.id]
        return headline_of(
            self.articles.index(article) + 1,
            article,
            is_read=bool(marks.get("read")),
            is_starred=bool(marks.get("starred")),
            tags=marks.get("tags", ()),
        )

    def select(self, query: Query, now: datetime | None = None) -> FakeResults:
        rows = [
            self.headline(article)
            for article in reversed(self.articles)
            if all(self._holds(clause, article) for clause in query.clauses)
        ]
        if query.sort == "title":
            rows.sort(key=lambda row: row.title.casefold(), reverse=query.is_reversed)
        elif query.sort == "quality":
            rows.sort(
                key=lambda row: -1 if row.quality is None else row.quality, reverse=not query.is_reversed
            )
        elif query.is_reversed:
            rows.reverse()
        return FakeResults(query, rows, self.is_exact)

    def select_all(self) -> list[Headline]:
        """Every headline, newest first."""
        return self.select(Query()).rows

    def facet(self, field: str, query: Query, now: datetime | None = None) -> Facet:
        every = Counter(value for article in self.articles for value in self._values(article, field))
        here = self.select(query.without(field)).rows
        counts = Counter(value for row in here for value in self._values(self._of(row), field))
        values = sorted(every, key=lambda value: (-counts[value], value))
        return Facet(field, tuple(FacetValue(value, counts[value]) for value in values))

    def find(self, prefix: str) -> Headline:
        found = [article for article in self.articles if article.id.startswith(prefix)]
        if len(found) != 1:
            raise NoSuchArticle(f"{len(found)} articles have an id that begins with {prefix}.")
        return self.headline(found[0])

    def article(self, headline: Headline) -> Article:
        if headline.id in self.missing:
            raise NoSuchArticle("its file has gone.")
        return self._of(headline)

    def read(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, Article | None, str]]:
        for headline in headlines:
            gone = headline.id in self.missing
            yield headline, None if gone else self._of(headline), self.note(headline)

    def note(self, headline: Headline) -> str:
        return str(self.marks[headline.id].get("note", ""))

    def related(self, article: Article) -> list[RelatedLink]:
        here = {other.url: other for other in self.articles if other.url}
        return [
            RelatedLink(link, self.headline(here[link.web_url]) if link.web_url in here else None)
            for link in article.related
        ]

    def mark(self, headlines: Iterable[Headline] | FakeResults, change: Change) -> int:
        if not self.is_writable:
            raise StorageError("marks can't be kept here; make the home folder writable.")
        rows = headlines.rows if isinstance(headlines, FakeResults) else list(headlines)
        changed = 0
        for row in rows:
            marks = self.marks[row.id]
            before = repr(marks)
            for name, value in (("read", change.read), ("starred", change.starred), ("note", change.note)):
                if value is not None:
                    marks[name] = value
            tags = [tag for tag in marks.get("tags", []) if tag not in change.remove_tags]
            tags += [tag for tag in change.add_tags if tag not in tags]
            if tags or "tags" in marks:
                marks["tags"] = tags
            changed += repr(marks) != before
        return changed

    def problems(self) -> Iterator[Problem]:
        yield from self.found_problems

    def duplicates(self) -> Iterator[tuple[str, str]]:
        yield from self.found_duplicates

    def close(self) -> None:
        self.is_closed = True

    def _of(self, row: Headline) -> Article:
        return self.articles[row.number - 1]

    def _values(self, article: Article, field: str) -> tuple[str, ...]:
        if field == "tag":
            return tuple(self.marks[article.id].get("tags", ()))
        if field in ("topic", "provider"):
            return article.topics if field == "topic" else (article.provider.name,)
        value = getattr(article, field)
        return (value,) if value else ()

    def _holds(self, clause: Clause, article: Article) -> bool:
        if isinstance(clause, Term):
            return (
                any(self._passes(clause.field, value, article) for value in clause.values) != clause.negated
            )
        every = all if clause.join == "and" else any
        return every(self._holds(part, article) for part in clause.parts) != clause.negated

    def _passes(self, field: str, value: str, article: Article) -> bool:
        row = self.headline(article)
        if field == "text":
            return value.casefold() in f"{article.title} {article.excerpt} {article.body}".casefold()
        if field == "is":
            holds = {"read": row.is_read, "unread": not row.is_read, "starred": row.is_starred}
            return holds.get(value, row.is_draft == (value == "draft"))
        if field in ("quality", "heat"):
            low, number = bounds(value).low, getattr(article, field)
            return number is not None and (low is None or number >= low)
        if field in ("since", "until"):
            limit, date = getattr(dates, field)(value, NOW, UTC), row.date
            return date is not None and limit is not None and (date >= limit) == (field == "since")
        return value.casefold() in map(str.casefold, self._values(article, field))
