"""The Library: the interface of a collection for the screen and the command line.

There are two implementations: for folders (`folder`) and for a shared collection (`postgres`). Only
`reader.library.sources`, which opens them, knows which one is used.
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

    Methods raise ReaderError, and nothing else.
    """

    notices: list[str]
    """Notices to show the user once."""

    @property
    def refreshed_by(self) -> str:
        """A sentence that says who refreshes the collection; empty if `refresh` does."""

    @property
    def generation(self) -> tuple[int, ...]:
        """Changes whenever answers may change: after a chunk of a refresh or a mark, by any reader, and with
        new topic rules."""

    @property
    def total(self) -> int:
        """Number of indexed articles in the collection."""

    def use_topics(self, rules: TopicRules) -> None:
        """Use these topic rules from now on."""

    def refresh(self, *, rebuild: bool = False, shows_first: bool = True) -> Iterator[Progress]:
        """Bring the index up to date, chunk by chunk; the last Progress has a Report.

        With `shows_first`, an empty index gets the first headlines before all files are listed, which takes a
        little longer in all.
        """

    def refresh_for(self, shown: int | None) -> Iterator[Progress]:
        """Refresh before a command that shows so many articles (None = any number); yields nothing if nothing
        has changed."""

    def is_fresh(self, shown: Iterable[Headline]) -> bool:
        """Returns whether these articles are unchanged since they were read."""

    def select(self, query: Query, now: datetime | None = None, *, folding: Folding | None = None) -> Results:
        """Returns the matching articles in the query's order, optionally folded by stories."""

    def glance(
        self, query: Query, now: datetime | None = None, *, folding: Folding | None = None
    ) -> Results | None:
        """Returns a first answer, whose length is "at least", if `select` would take long; else None."""

    def facet(
        self, field: str, query: Query, now: datetime | None = None, *, cells: int = MOST_PERIODS
    ) -> Facet:
        """Counts the values of topic, provider, category, type, tag or quality, or dates in at most `cells`
        periods, ignoring the query's clauses on the field itself."""

    def is_measured(self, field: str) -> bool:
        """Returns whether any article has a quality or a heat (a heat of -1 means none)."""

    def trends(
        self, field: TrendField, query: Query, span: TrendSpan, now: datetime, *, limit: int = MOST_TRENDS
    ) -> Trends:
        """Counts the values of a field, or words, over time among the matching articles."""

    def find(self, prefix: str) -> Headline:
        """Returns the article whose id has this prefix. Raises NoSuchArticle if there is none or more than
        one."""

    def article(self, headline: Headline) -> Article:
        """Returns the full article. Raises NoSuchArticle if it is gone."""

    def picture(self, article: Article, url: str, *, may_fetch: bool) -> bytes:
        """Returns the bytes of an article's picture, from the collection or, if allowed, from the network.

        Blocks. Raises PictureError if it is missing, too large or not allowed.
        """

    def read(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, Article | None, str]]:
        """Yields each headline with its record and the user's note; None for an article that is gone."""

    def paths(self, headlines: Sequence[Headline]) -> Iterator[tuple[Headline, str]]:
        """Yields each headline with the absolute path of its file; skips articles without a local file."""

    def related(self, article: Article) -> list[RelatedLink]:
        """Returns an article's related links, each with its headline if it is in the collection."""

    def find_related(
        self, headline: Headline, article: Article, shown: Query, *, limit: int = MOST_RELATED
    ) -> list[RelatedLink]:
        """Like `related` without what `shown` excludes, followed by articles of the same story, then similar
        articles, up to the limit; each once, best first, without the article itself.
        """

    def note(self, headline: Headline) -> str:
        """Returns the user's note on an article; empty if there is none."""

    def mark(
        self, headlines: Iterable[Headline] | Results | Stretch, change: Change, *, is_undoable: bool = True
    ) -> int:
        """Change the marks of these articles at once; returns how many were changed, after they are saved.
        `undo` skips changes that are not undoable.

        Raises StorageError if marks can't be saved.
        """

    def undo(self) -> str | None:
        """Undo the last change of marks; returns its description ("3 marked read"), or None."""

    def redo(self) -> str | None:
        """Redo the last undone change; returns its description, or None."""

    def problems(self) -> Iterator[Problem]:
        """Returns every problem in the files, sorted by path."""

    @property
    def skipped(self) -> Mapping[str, int]:
        """Returns how many files of each extension the last full scan skipped, though users may expect them
        to be articles."""

    def duplicates(self) -> Iterator[tuple[str, str]]:
        """Returns (path not shown, path shown in its place) for files with the same identity, sorted by
        path."""

    def wait_for_change(self, timeout: float) -> bool:
        """Wait for a change or the timeout; returns whether something changed."""

    def be_patient(self, reading: float, writing: float) -> None:
        """Set how long to wait while another program uses the marks; a screen can wait less than a
        command."""

    def close(self) -> None:
        """Close the databases; safe to call twice."""
