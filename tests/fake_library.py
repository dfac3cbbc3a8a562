"""A Library over articles in memory: the plain slow model answers, so that tests need no disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from threading import Event

from reader.article import dates
from reader.article.record import Article, Problem
from reader.errors import NoSuchArticle, StorageError
from reader.library import MOST_PERIODS, MOST_RELATED, MOST_TRENDS, Change, Library, RelatedLink
from reader.pictures import PictureError
from reader.query import Query, Term
from reader.query.dates import periods
from reader.query.results import Facet, FacetValue, Folding, Headline, Progress, Report, Results, Stretch
from reader.query.topic_rules import TopicRules
from reader.query.trends import Trend, TrendField, Trends, TrendSpan
from tests.headlines import headline_of
from tests.model import Marked, Model, Stored, lies_in

NOW = datetime(2021, 6, 18, 16, 0, tzinfo=UTC)
"""What the clock says where a test does not say otherwise."""


class ListResults:
    """An answer as a plain list of numbers."""

    def __init__(self, library: FakeLibrary, query: Query, numbers: list[int]) -> None:
        self.is_exact = library.is_exact
        self._library = library
        self.query = query
        self._numbers = numbers
        self._positions = {number: place for place, number in enumerate(numbers)}

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def articles(self) -> int:
        """How many articles match."""
        return len(self._numbers)

    @property
    def stories(self) -> int | None:
        """Nothing is folded."""
        return None

    def story(self, headline: Headline) -> Sequence[Headline]:
        """Nothing is folded."""
        return [headline]

    def window(self, start: int, stop: int) -> Sequence[Headline]:
        """The headlines at these positions, with their marks as they are now."""
        return [self._library.headline(number) for number in self._numbers[start:stop]]

    def position(self, number: int) -> int | None:
        """Where this article is."""
        return self._positions.get(number)


class FakeLibrary(Library):
    """Articles that arrive in chunks when refreshed."""

    def __init__(
        self, articles: Iterable[Article], *, at_once: bool = True, chunk: int = 50, now: datetime = NOW
    ) -> None:
        self.notices = []
        self.to_come = list(articles)
        """Articles that the next refresh finds."""
        self.articles: dict[int, Article] = {}
        """By number; the newest has the highest."""
        self.marked: dict[int, Marked] = {}
        self.asked: list[Query] = []
        """Every question that was selected, in order."""
        self.found_problems: list[Problem] = []
        self.found_duplicates: list[tuple[str, str]] = []
        self.missing: set[int] = set()
        """Numbers of articles whose file has gone."""
        self.rules: dict[str, Query] = {}
        self.alike: dict[str, list[RelatedLink]] = {}
        """What is related to the article with this id besides its links."""
        self.shown_related: list[Query] = []
        """What was shown, each time when related articles were looked for."""
        self.is_writable = True
        self.is_exact = True
        self.is_closed = False
        self.refreshed = 0
        self.changed = Event()
        self._now = now
        self._chunk = chunk
        self._generation = 0
        self._done: list[tuple[str, dict[int, Marked]]] = []
        self._undone: list[tuple[str, dict[int, Marked]]] = []
        if at_once:
            for _ in self.refresh():
                pass
            self.refreshed = 0

    def add(self, *articles: Article) -> None:
        """Take in more articles at once."""
        self.to_come += articles
        for _ in self.refresh():
            pass

    def select_all(self) -> Sequence[Headline]:
        """Every headline, newest first."""
        return self.select(Query()).window(0, self.total)

    @property
    def skipped(self) -> dict[str, int]:
        """No file is passed over."""
        return {}

    @property
    def refreshed_by(self) -> str:
        """Nobody else."""
        return ""

    @property
    def generation(self) -> tuple[int, int, int]:
        """How often something changed."""
        return self._generation, 0, 0

    def use_topics(self, rules: TopicRules) -> None:
        """Let these rules give topics."""
        self.rules = {rule.name: rule.query for rule in rules.listed}
        self._generation += 1

    @property
    def total(self) -> int:
        """How many articles there are."""
        return len(self.articles)

    def refresh(self, *, rebuild: bool = False, shows_first: bool = True) -> Iterator[Progress]:
        """Take in what is to come, a chunk at a time; the newest get the highest numbers."""
        self.refreshed += 1
        arriving, self.to_come = self.to_come, []
        arriving.sort(key=lambda one: _seconds(one) or 0)
        first = max(self.articles, default=0) + 1
        yield Progress("scan", seen=len(arriving))
        for start in reversed(range(0, len(arriving), self._chunk)):
            for place, article in enumerate(arriving[start : start + self._chunk], first + start):
                self.articles[place] = article
            self._generation += 1
            yield Progress("read", len(arriving), len(arriving) - start, len(arriving), changed=True)
        known, problems = self.total - len(arriving), len(self.found_problems)
        report = Report(self.total, added=len(arriving), unchanged=known, problems=problems, seconds=0.25)
        yield Progress("done", seen=self.total, report=report)

    def refresh_for(self, shown: int | None) -> Iterator[Progress]:
        """The same."""
        return self.refresh()

    def is_fresh(self, shown: Iterable[Headline]) -> bool:
        """These articles were never files."""
        return True

    def select(
        self, query: Query, now: datetime | None = None, *, folding: Folding | None = None
    ) -> ListResults:
        """The numbers of the articles that match, in order."""
        self.asked.append(query)
        model = self._model()
        found = model.order([*model.matching(query, now or self._now)], query)
        return ListResults(self, query, [int(one.name) for one in found])

    def glance(
        self, query: Query, now: datetime | None = None, *, folding: Folding | None = None
    ) -> Results | None:
        """The whole answer takes no longer."""
        return None

    def facet(
        self, field: str, query: Query, now: datetime | None = None, *, cells: int = MOST_PERIODS
    ) -> Facet:
        """Counts of a field's values; its own choices do not narrow them."""
        model, now = self._model(), now or self._now
        if field in ("quality", "date"):
            ranges = qualities() if field == "quality" else self._months(cells)
            counts = model.spread(field, ranges, query, now)
            return Facet(field, tuple(map(FacetValue, ranges, counts)))
        values = (FacetValue(value, count) for value, count, _ in model.facet(field, query, now))
        listed = len([*model.matching(query, now)])
        kept_out = (
            FacetValue(value, len([*model.matching(query.excluding(field, value), now)]) - listed)
            for value in query.excluded(field)
        )
        return Facet(field, tuple(values), tuple(kept_out))

    def is_measured(self, field: str) -> bool:
        """Whether an article has this number, 0 or more."""
        numbers = (getattr(one, field) for one in self.articles.values())
        return any(number is not None and number >= 0 for number in numbers)

    def headline(self, number: int) -> Headline:
        """One article as a row of the list."""
        article, mark = self.articles[number], self._marks_of(number)
        added = self._model().added_topics(Stored(article, "", "", 0), self._now) if self.rules else ()
        return headline_of(
            number,
            article,
            is_read=mark.read,
            is_starred=mark.starred,
            tags=mark.tags,
            has_note=bool(mark.note),
            added_topics=tuple(added),
        )

    def trends(
        self, field: TrendField, query: Query, span: TrendSpan, now: datetime, *, limit: int = MOST_TRENDS
    ) -> Trends:
        """What the model counts; of a word the newest article with it stands for it."""
        model = self._model()
        counted = model.trends(field, query, span, now)
        found = [
            Trend(value, one.now, one.before, tuple(one.counts), self._newest(field, value))
            for value, one in sorted(counted.items(), key=lambda pair: (-pair[1].now, pair[0]))
            if field != "word" or one.now > max(one.before, 2)
        ]
        every = [*model.matching(query, now)]
        count, before = (sum(lies_in(one, time) for one in every) for time in (span.now, span.before))
        return Trends(field, tuple(map(str, span.periods)), tuple(found[:limit]), count, before)

    def _newest(self, field: str, word: str) -> Headline | None:
        if field != "word":
            return None
        found = self.select(Query((Term("title", (word,)),)))
        return found.window(0, 1)[0] if len(found) else None

    def find(self, prefix: str) -> Headline:
        """The article with this id."""
        found = [number for number, article in self.articles.items() if article.id.startswith(prefix)]
        if len(found) != 1:
            raise NoSuchArticle(f"{len(found)} articles have an id that begins with {prefix}.")
        return self.headline(found[0])

    def article(self, headline: Headline) -> Article:
        """The whole record."""
        if headline.number not in self.articles or headline.number in self.missing:
            raise NoSuchArticle("The file of this article has gone.")
        return self.articles[headline.number]

    def read(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, Article | None, str]]:
        """Each headline with its record and its note."""
        for headline in headlines:
            is_missing = headline.number in self.missing
            yield headline, None if is_missing else self.articles.get(headline.number), self.note(headline)

    def paths(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, str]]:
        """Each headline with the path of its file."""
        return ((headline, self.articles[headline.number].path) for headline in headlines)

    def picture(self, article: Article, url: str, *, may_fetch: bool) -> bytes:
        """None of the articles has a picture."""
        raise PictureError("there is no picture")

    def note(self, headline: Headline) -> str:
        """The user's note."""
        return self._marks_of(headline.number).note

    def related(self, article: Article) -> list[RelatedLink]:
        """The links, each with the headline of the article here that has its URL."""
        urls = {one.url: number for number, one in self.articles.items()}
        return [
            RelatedLink(link, self.headline(urls[link.web_url]) if link.web_url in urls else None)
            for link in article.related
        ]

    def find_related(
        self, headline: Headline, article: Article, shown: Query, *, limit: int = MOST_RELATED
    ) -> list[RelatedLink]:
        """The links, then what a test says is alike."""
        self.shown_related.append(shown)
        return [*self.related(article), *self.alike.get(headline.id, ())][: len(article.related) + limit]

    def mark(  # type: ignore[override]
        self,
        headlines: Iterable[Headline] | ListResults | Stretch,
        change: Change,
        *,
        is_undoable: bool = True,
    ) -> int:
        """Change marks, and remember how they were."""
        if not self.is_writable:
            raise StorageError("marks can't be kept here; make the home folder writable.")
        if isinstance(headlines, Stretch):
            headlines = headlines.results.window(headlines.start, headlines.stop)
        if isinstance(headlines, ListResults):
            headlines = headlines.window(0, len(headlines))
        before: dict[int, Marked] = {}
        for headline in headlines:
            old = self._marks_of(headline.number)
            new = _changed(old, change)
            if new != old:
                before[headline.number] = old
                self.marked[headline.number] = new
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
        """Those that a test has put there."""
        return iter(self.found_problems)

    def duplicates(self) -> Iterator[tuple[str, str]]:
        """Those that a test has put there."""
        return iter(self.found_duplicates)

    def wait_for_change(self, timeout: float) -> bool:
        """Wait until the test says that something changed."""
        is_changed = self.changed.wait(timeout)
        self.changed.clear()
        return is_changed

    def be_patient(self, reading: float, writing: float) -> None:
        """Nobody else uses the marks."""

    def close(self) -> None:
        """Record it."""
        self.is_closed = True

    def _travel(
        self, source: list[tuple[str, dict[int, Marked]]], target: list[tuple[str, dict[int, Marked]]]
    ) -> str | None:
        if not source:
            return None
        said, marks = source.pop()
        target.append((said, {number: self._marks_of(number) for number in marks}))
        self.marked.update(marks)
        self._generation += 1
        return said

    def _marks_of(self, number: int) -> Marked:
        return self.marked.get(number, Marked())

    def _model(self) -> Model:
        articles = list(self.articles.items())
        marks = {article.identity: self._marks_of(number) for number, article in articles}
        model = Model.of((Stored(article, "/news", f"{number:06}", 0) for number, article in articles), marks)
        model.rules = self.rules
        return model

    def _months(self, most: int) -> list[str]:
        """The months from the oldest article's to the newest's, or the latest of them."""
        every = [one.published_date_time for one in list(self.articles.values())]
        days = [dates.day_of(moment) for moment in every if moment]
        return [str(one) for one in periods("month", min(days), max(days), most)] if days else []


def qualities() -> list[str]:
    """The steps into which qualities are counted."""
    return [f"{low}..{low + 4 if low < 95 else 100}" for low in range(0, 100, 5)]


def _seconds(article: Article) -> int | None:
    moment = article.published_date_time
    return None if moment is None else dates.sort_seconds(moment)


def _changed(marked: Marked, change: Change) -> Marked:
    """The marks after a change."""
    tags = dict.fromkeys((*marked.tags, *change.add_tags))
    return Marked(
        marked.read if change.read is None else change.read,
        marked.starred if change.starred is None else change.starred,
        tuple(tag for tag in tags if tag not in change.remove_tags),
        marked.note if change.note is None else change.note,
    )


class SlowLibrary(FakeLibrary):
    """Answers when it may, so that a test decides what comes while a question is being answered."""

    def __init__(self, articles: Iterable[Article]) -> None:
        super().__init__(articles)
        self.may_answer = Event()
        self.may_answer.set()
        self.failure: Exception | None = None
        """What comes instead of an answer."""

    def select(
        self, query: Query, now: datetime | None = None, *, folding: Folding | None = None
    ) -> ListResults:
        """Wait, then answer or fail."""
        assert self.may_answer.wait(60)
        if self.failure is not None:
            raise self.failure
        return super().select(query, now)
