"""A small honest Library over articles in memory, so that tests of the screen need no disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from threading import Event

from reader.article.dates import seconds_of
from reader.article.record import Article, Problem
from reader.article.text import fold
from reader.errors import NoSuchArticle
from reader.library import MOST_PERIODS, Change, Library, RelatedLink
from reader.query import Clause, Query
from reader.query.results import Facet, FacetValue, Headline, Progress, Report, Stretch
from tests.app.fake_matching import Mark, holds, months, qualities, values_of
from tests.headlines import headline_of


class ListResults:
    """An answer as a plain list of numbers."""

    is_exact = True

    def __init__(self, library: FakeLibrary, query: Query, numbers: list[int]) -> None:
        self._library = library
        self.query = query
        self._numbers = numbers
        self._positions = {number: place for place, number in enumerate(numbers)}

    def __len__(self) -> int:
        return len(self._numbers)

    def window(self, start: int, stop: int) -> Sequence[Headline]:
        """The headlines at these positions, with their marks as they are now."""
        return [self._library.headline(number) for number in self._numbers[start:stop]]

    def position(self, number: int) -> int | None:
        """Where this article stands."""
        return self._positions.get(number)


class FakeLibrary(Library):
    """Articles that arrive in chunks when refreshed; questions are answered by looking at each."""

    def __init__(self, articles: Iterable[Article], *, at_once: bool = True, chunk: int = 50) -> None:
        self.notices = []
        self.to_come = list(articles)
        """Articles that the next refresh finds."""
        self.articles: dict[int, Article] = {}
        self.flags: dict[int, Mark] = {}
        self.asked: list[Query] = []
        """Every question that was selected, in order."""
        self.changed = Event()
        self._chunk = chunk
        self._generation = 0
        self._done: list[tuple[str, dict[int, Mark]]] = []
        self._undone: list[tuple[str, dict[int, Mark]]] = []
        if at_once:
            for _ in self.refresh():
                pass

    @property
    def generation(self) -> tuple[int, int]:
        """How often something changed."""
        return self._generation, 0

    @property
    def total(self) -> int:
        """How many articles there are."""
        return len(self.articles)

    def refresh(self, *, rebuild: bool = False) -> Iterator[Progress]:
        """Take in what is to come, a chunk at a time; the newest get the highest numbers."""
        arriving, self.to_come = self.to_come, []
        arriving.sort(key=lambda one: seconds_of(one.published_date_time) if one.published_date_time else 0)
        first = max(self.articles, default=0) + 1
        yield Progress("scan", seen=len(arriving))
        for start in reversed(range(0, len(arriving), self._chunk)):
            for place, article in enumerate(arriving[start : start + self._chunk], first + start):
                self.articles[place] = article
            self._generation += 1
            yield Progress("read", len(arriving), len(arriving) - start, len(arriving), changed=True)
        yield Progress("done", report=Report(files=self.total, added=len(arriving)))

    def select(self, query: Query, now: datetime | None = None) -> ListResults:
        """The numbers of the articles that match, in order."""
        self.asked.append(query)
        return ListResults(self, query, self._sorted(self._matching(query), query))

    def facet(
        self, field: str, query: Query, now: datetime | None = None, *, cells: int = MOST_PERIODS
    ) -> Facet:
        """Counts of a field's values; its own choices do not narrow them."""
        if field in ("quality", "date"):
            ranges = qualities() if field == "quality" else months(self.articles.values(), cells)
            counted = (FacetValue(one, len(self._matching(query.narrowed(field, one)))) for one in ranges)
            return Facet(field, tuple(counted))
        own = {
            number: values_of(article, self._flags(number), field)
            for number, article in list(self.articles.items())
        }
        counts = {value: 0 for values in own.values() for value in values}
        others = query.without(field).clauses
        for number, values in own.items():
            if self._matches(number, others):
                for value in values:
                    counts[value] += 1
        most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        kept_out = (
            FacetValue(value, len(self._matching(query.excluding(field, value))) - len(self._matching(query)))
            for value in query.excluded(field)
        )
        return Facet(field, tuple(FacetValue(*one) for one in most), tuple(kept_out))

    def headline(self, number: int) -> Headline:
        """One article as a row of the list."""
        article, mark = self.articles[number], self._flags(number)
        return headline_of(
            number,
            article,
            is_read=mark.is_read,
            is_starred=mark.is_starred,
            tags=mark.tags,
            has_note=bool(mark.note),
        )

    def find(self, prefix: str) -> Headline:
        """The article with this id."""
        for number, article in self.articles.items():
            if article.id.startswith(prefix):
                return self.headline(number)
        raise NoSuchArticle(f"There is no article {prefix}.")

    def article(self, headline: Headline) -> Article:
        """The whole record."""
        if headline.number not in self.articles:
            raise NoSuchArticle("The file of this article has gone.")
        return self.articles[headline.number]

    def read(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, Article | None, str]]:
        """Each headline with its record and its note."""
        for headline in headlines:
            yield headline, self.articles.get(headline.number), self.note(headline)

    def note(self, headline: Headline) -> str:
        """The person's note."""
        return self._flags(headline.number).note

    def related(self, article: Article) -> list[RelatedLink]:
        """The links, each with the headline of the article here that has its URL."""
        urls = {one.url: number for number, one in self.articles.items()}
        return [
            RelatedLink(link, self.headline(urls[link.web_url]) if link.web_url in urls else None)
            for link in article.related
        ]

    def mark(  # type: ignore[override]
        self,
        headlines: Iterable[Headline] | ListResults | Stretch,
        change: Change,
        *,
        is_undoable: bool = True,
    ) -> int:
        """Change marks, and remember how they were."""
        if isinstance(headlines, Stretch):
            headlines = headlines.results.window(headlines.start, headlines.stop)
        if isinstance(headlines, ListResults):
            headlines = headlines.window(0, len(headlines))
        before: dict[int, Mark] = {}
        for headline in headlines:
            old = self._flags(headline.number)
            new = old.changed(change)
            if new != old:
                before[headline.number] = old
                self.flags[headline.number] = new
        if before and is_undoable:
            self._done.append((f"{len(before)} {change.words}", before))
            self._undone.clear()
        self._generation += bool(before)
        return len(before)

    def undo(self) -> str | None:
        """Take the last change back."""
        return self._travel(self._done, self._undone)

    def redo(self) -> str | None:
        """Do again what was undone."""
        return self._travel(self._undone, self._done)

    def problems(self) -> Iterator[Problem]:
        """None: these articles were never files."""
        return iter(())

    def wait_for_change(self, timeout: float) -> bool:
        """Wait until the test says that something changed."""
        is_changed = self.changed.wait(timeout)
        self.changed.clear()
        return is_changed

    def close(self) -> None:
        """Nothing to let go of."""

    def _travel(
        self, source: list[tuple[str, dict[int, Mark]]], target: list[tuple[str, dict[int, Mark]]]
    ) -> str | None:
        if not source:
            return None
        said, marks = source.pop()
        target.append((said, {number: self._flags(number) for number in marks}))
        self.flags.update(marks)
        self._generation += 1
        return said

    def _sorted(self, numbers: list[int], query: Query) -> list[int]:
        keys = {
            "quality": lambda number: -(self.articles[number].quality or 0),
            "heat": lambda number: -(self.articles[number].heat or 0),
            "title": lambda number: fold(self.articles[number].title),
            "provider": lambda number: fold(self.articles[number].provider.name),
        }
        newest_first = sorted(numbers, reverse=True)
        if query.sort in keys:
            newest_first.sort(key=keys[query.sort])  # type: ignore[arg-type]
        return newest_first[::-1] if query.is_reversed else newest_first

    def _flags(self, number: int) -> Mark:
        return self.flags.get(number, Mark())

    def _matching(self, query: Query) -> list[int]:
        return [number for number in list(self.articles) if self._matches(number, query.clauses)]

    def _matches(self, number: int, clauses: Iterable[Clause]) -> bool:
        return all(holds(self.articles[number], self._flags(number), clause) for clause in clauses)


class SlowLibrary(FakeLibrary):
    """Answers when it may, so that a test decides what comes while a question is being answered."""

    def __init__(self, articles: Iterable[Article]) -> None:
        super().__init__(articles)
        self.may_answer = Event()
        self.may_answer.set()
        self.failure: Exception | None = None
        """What comes instead of an answer."""

    def select(self, query: Query, now: datetime | None = None) -> ListResults:
        """Wait, then answer or fail."""
        assert self.may_answer.wait(60)
        if self.failure is not None:
            raise self.failure
        return super().select(query, now)
