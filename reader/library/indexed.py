"""The part of a Library that is the same for folders and shared collections: answers from an index."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from reader.index.answer import IndexResults, facet_of, find_article, is_measured, related_of, rows_of
from reader.index.view import QueryableIndex
from reader.library import Library
from reader.query.results import MOST_PERIODS, MOST_RELATED, MOST_TRENDS, Stretch

if TYPE_CHECKING:
    from reader.article.record import Article
    from reader.index.answer import Asker
    from reader.index.backend import ArticleRow
    from reader.query import Query
    from reader.query.results import Facet, Folding, Headline, RelatedLink, Results
    from reader.query.topic_rules import TopicRules
    from reader.query.trends import TrendField, Trends, TrendSpan

GONE = "this article is no longer in the collection: refresh the list"

_Found = TypeVar("_Found")
_Index = TypeVar("_Index", bound=QueryableIndex)


class IndexedLibrary(Library, Generic[_Index]):
    """Answers queries from an index."""

    def __init__(self, index: _Index, asker: Asker) -> None:
        """Results keep `asker`, to read their pages."""
        self._index = index
        self._asker = asker
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
