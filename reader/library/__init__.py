"""The Library: what the screen and the command line ask of a collection.

Two kinds stand behind it: that of folders (`folder`) and that of a shared collection (`postgres`). Nobody but
`reader.library.sources`, which opens them, knows which one it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from reader.marks.mark import Change as Change
from reader.query.results import MOST_PERIODS as MOST_PERIODS
from reader.query.results import MOST_RELATED as MOST_RELATED
from reader.query.results import MOST_TRENDS as MOST_TRENDS
from reader.query.results import RelatedLink as RelatedLink

if TYPE_CHECKING:
    from reader.article.record import Article, Problem
    from reader.query import Query
    from reader.query.results import Facet, Folding, Headline, Progress, Results, Stretch
    from reader.query.topic_rules import TopicRules
    from reader.query.trends import TrendField, Trends, TrendSpan


class Library(Protocol):
    """A collection with its index and the user's marks. Safe to call from several threads.

    Every method raises ReaderError where it can't answer, and nothing else.
    """

    notices: list[str]
    """Notices that the user should see once."""

    @property
    def refreshed_by(self) -> str:
        """Who refreshes the collection, in a sentence; empty where `refresh` does."""

    @property
    def generation(self) -> tuple[int, ...]:
        """Different whenever answers may be: after a chunk of a refresh or a mark, by any reader, and with
        other rules for topics."""

    @property
    def total(self) -> int:
        """Number of articles in the collection, as far as it is indexed."""

    def use_topics(self, rules: TopicRules) -> None:
        """Let these rules give topics from now on."""

    def refresh(self, *, rebuild: bool = False) -> Iterator[Progress]:
        """Bring the index up to date, chunk by chunk; the last Progress has a Report."""

    def refresh_for(self, shown: int | None) -> Iterator[Progress]:
        """The refresh before a command that shows so many articles (None = any number): no step at all where
        nothing is different."""

    def is_fresh(self, shown: Iterable[Headline]) -> bool:
        """Whether these articles are as they were when they were read."""

    def select(self, query: Query, now: datetime | None = None, *, folding: Folding | None = None) -> Results:
        """The articles that match, in the query's order; folded by stories where that is wanted."""

    def glance(
        self, query: Query, now: datetime | None = None, *, folding: Folding | None = None
    ) -> Results | None:
        """A first answer, of which the length is "at least", where `select` would take long; else None."""

    def facet(
        self, field: str, query: Query, now: datetime | None = None, *, cells: int = MOST_PERIODS
    ) -> Facet:
        """The counts of topic, provider, category, type, tag or quality, or of dates in at most `cells`
        periods; the field's own choices do not narrow it."""

    def trends(
        self, field: TrendField, query: Query, span: TrendSpan, now: datetime, *, limit: int = MOST_TRENDS
    ) -> Trends:
        """How often at most so many values of a field, or words, occur over time among what matches."""

    def find(self, prefix: str) -> Headline:
        """The one article whose id starts so. Raises NoSuchArticle: there is none, or there are several."""

    def article(self, headline: Headline) -> Article:
        """The full article. Raises NoSuchArticle if it is gone."""

    def picture(self, article: Article, url: str, *, may_fetch: bool) -> bytes:
        """The bytes of an article's picture, from the collection or, where that is wished, from the network.

        Blocks. Raises PictureError: not there, too large, not allowed.
        """

    def read(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, Article | None, str]]:
        """Each headline with its record and the person's note; None for an article that is gone."""

    def paths(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, str]]:
        """Each headline with the absolute path of its file; none for an article without a file here."""

    def related(self, article: Article) -> list[RelatedLink]:
        """An article's related links, each with its own headline where it is in the collection."""

    def find_related(
        self, headline: Headline, article: Article, shown: Query, *, limit: int = MOST_RELATED
    ) -> list[RelatedLink]:
        """The same without what `shown` leaves out, and then what the collection has: articles of the same
        story, then articles that are alike, at most so many; each once, best first, never the article itself.
        """

    def note(self, headline: Headline) -> str:
        """The user's note on an article; empty if there is none."""

    def mark(
        self, headlines: Iterable[Headline] | Results | Stretch, change: Change, *, is_undoable: bool = True
    ) -> int:
        """Change the marks of these articles at once, kept when it returns; how many were changed.
        `undo` does not take back what is not undoable.

        Raises StorageError where marks can't be kept.
        """

    def undo(self) -> str | None:
        """Take the last change of marks back; what it was, in words ("3 marked read"), or None."""

    def redo(self) -> str | None:
        """Do again what was undone last; what it was, in words, or None."""

    def problems(self) -> Iterator[Problem]:
        """Every problem in the files, in path order."""

    @property
    def skipped(self) -> Mapping[str, int]:
        """How many files with each ending the last look at all folders passed over, though people may take
        them for articles."""

    def duplicates(self) -> Iterator[tuple[str, str]]:
        """(path not shown, path shown in its place) for files with the same identity, in path order."""

    def wait_for_change(self, timeout: float) -> bool:
        """Wait until something changed or the time is over; True = changed."""

    def be_patient(self, reading: float, writing: float) -> None:
        """Wait this long while another program uses the marks; a screen can wait less than a command."""

    def close(self) -> None:
        """Let go of the databases; safe to call twice."""
