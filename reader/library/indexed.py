"""The part of a Library that is the same for folders and shared collections: answers from an index."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from reader.index.answer import IndexResults, facet_of, find_article, is_measured, related_of, rows_of
from reader.index.view import QueryableIndex
from reader.library import Library
from reader.query.results import MOST_PERIODS, MOST_RELATED, MOST_TRENDS, Stretch

if TYPE_CHECKING:
    from reader.article.record import Article
    from reader.index.answer import Asker
    from reader.index.backend import ArticleRow
    from reader.marks.mark import Change
    from reader.query import Query
    from reader.query.results import Facet, Folding, Headline, RelatedLink, Results
    from reader.query.topic_rules import TopicRules
    from reader.query.trends import TrendField, Trends, TrendSpan

GONE = "this article is no longer in the collection: refresh the list"

_Found = TypeVar("_Found")
_Index = TypeVar("_Index", bound=QueryableIndex)
_Marks = TypeVar("_Marks", bound="ArticleMarks")


class ArticleMarks(Protocol):
    """The user's marks on the articles of a collection, which are given as rows of its index."""

    def change(self, rows: Sequence[ArticleRow], change: Change, *, is_undoable: bool = True) -> int:
        """Change the marks of these articles; returns how many were changed."""

    def undo(self) -> str | None:
        """Undo the last change; returns its description ("3 marked read"), or None."""

    def redo(self) -> str | None:
        """Redo the last undone change; returns its description, or None."""

    def notes(self, rows: Sequence[ArticleRow]) -> dict[int, str]:
        """Returns the notes on these articles by key."""


class IndexedLibrary(Library, Generic[_Index, _Marks]):
    """Answers queries from an index, and changes marks."""

    def __init__(self, index: _Index, asker: Asker, marks: _Marks) -> None:
        """Results keep `asker`, to read their pages."""
        self._index = index
        self._asker = asker
        self._marks = marks
        self._rules_used = 0

    def use_topics(self, rules: TopicRules) -> None:
        self._index.topic_rules = rules
        self._rules_used += 1

    @abstractmethod
    def _answer(self, question: Callable[[], _Found]) -> _Found:
        """Ask with the current articles and marks. Raises ReaderError, and nothing else."""

    def select(self, query: Query, now: datetime | None = None, *, folding: Folding | None = None) -> Results:
        moment = now or datetime.now(UTC)
        return self._answer(lambda: IndexResults(self._index, query, moment, self._asker, folding))

    def facet(
        self, field: str, query: Query, now: datetime | None = None, *, cells: int = MOST_PERIODS
    ) -> Facet:
        moment = now or datetime.now(UTC)
        return self._answer(lambda: facet_of(self._index, field, query, moment, cells))

    def is_measured(self, field: str) -> bool:
        return self._answer(lambda: is_measured(self._index, field))

    def trends(
        self, field: TrendField, query: Query, span: TrendSpan, now: datetime, *, limit: int = MOST_TRENDS
    ) -> Trends:
        from reader.index.trends import trends  # rarely needed

        return self._answer(lambda: trends(self._index, field, query, span, now, limit))

    def find(self, prefix: str) -> Headline:
        return self._answer(lambda: find_article(self._index, prefix))

    def related(self, article: Article) -> list[RelatedLink]:
        return self._answer(lambda: related_of(self._index, article))

    def find_related(
        self, headline: Headline, article: Article, shown: Query, *, limit: int = MOST_RELATED
    ) -> list[RelatedLink]:
        from reader.index.related import related_links  # an article is shown first

        now, listed = datetime.now(UTC), self.related(article)
        return self._answer(lambda: related_links(self._index, headline, article, listed, shown, now, limit))

    def read(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, Article | None, str]]:
        """See Library. The index and the marks are queried once for all of them."""
        rows = {row.key >> 15: row for row in self._rows_of(headlines)}
        notes = self._marks.notes([*rows.values()])
        article_of = self._articles_of([*rows.values()])
        for headline in headlines:
            row = rows.get(int(headline.id, 16))
            if row is None:
                yield headline, None, ""
            else:
                yield headline, article_of(row), notes.get(row.key, "")

    @abstractmethod
    def _articles_of(self, rows: Sequence[ArticleRow]) -> Callable[[ArticleRow], Article | None]:
        """Returns a function that returns the article of any of these rows; None for one that is gone."""

    def note(self, headline: Headline) -> str:
        return next(iter(self._marks.notes(self._rows_of([headline])).values()), "")

    def mark(
        self, headlines: Iterable[Headline] | Results | Stretch, change: Change, *, is_undoable: bool = True
    ) -> int:
        return self._marks.change(self._rows_to_mark(headlines), change, is_undoable=is_undoable)

    def undo(self) -> str | None:
        return self._marks.undo()

    def redo(self) -> str | None:
        return self._marks.redo()

    def _rows_of(self, headlines: Iterable[Headline]) -> list[ArticleRow]:
        """Returns the rows of these headlines, without articles that are gone."""
        wanted = list(headlines)
        return self._answer(lambda: rows_of(self._index, wanted))

    def _rows_to_mark(self, headlines: Iterable[Headline] | Results | Stretch) -> list[ArticleRow]:
        if isinstance(headlines, Stretch):
            assert isinstance(headlines.results, IndexResults)
            return headlines.results.rows(headlines.start, headlines.stop)
        if isinstance(headlines, IndexResults):
            return headlines.rows()
        assert isinstance(headlines, Iterable)
        return self._rows_of(headlines)
