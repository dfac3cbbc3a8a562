"""The answer to a Query: a length now, headlines by window when they are shown.

Values and one protocol; how an answer is found belongs to `reader.index`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from reader.article.dates import When
    from reader.article.record import Related
    from reader.query import Query

MOST_PERIODS = 20
"""Periods into which dates are counted unless a caller has room for more: a narrow sidebar's width."""


class Fold(NamedTuple):
    """What a row of a list that is folded by stories has of a story."""

    others: int
    """How many further articles of the story match."""
    providers: tuple[str, ...]
    """Of these, other than the article's own, those of the newest first."""
    unread: int = 0
    """How many of the others are unread."""
    is_open: bool = False
    """Whether the others are listed below it."""
    is_inside: bool = False
    """Whether it is one of these others."""


class Folding(NamedTuple):
    """That a list has a row for each story."""

    opened: frozenset[str] = frozenset()
    """The stories (the ids of their first articles) whose other articles are listed as well."""
    only_unread: bool = False
    """Whether rows without an unread article are omitted."""


class Headline(NamedTuple):
    """What one row of the list needs of an article."""

    number: int
    """The article's dense number in the index: newer is higher, 0 < number < 2**32. Stable while
    `Library.generation` stays the same; never shown."""
    id: str
    """The public id, 12 hex digits."""
    title: str
    provider: str
    domain: str
    topics: tuple[str, ...]
    date: When | None
    quality: int | None
    heat: int | None
    """-1 = not measured."""
    category: str
    type: str
    url: str
    """What `open` opens; empty if nothing."""
    is_draft: bool
    is_read: bool
    is_starred: bool
    tags: tuple[str, ...]
    has_note: bool = False
    added_topics: tuple[str, ...] = ()
    """The topics that rules of the configuration add to those of the file."""
    story: str = ""
    """The id of the first article of its story; empty if it is in none."""
    coverage: int = 1
    """How many providers have its story."""
    fold: Fold | None = None
    """What is folded into its row, in a list folded by stories."""


RelatedReason: TypeAlias = Literal["listed", "same story", "alike"]

MOST_TRENDS = 20
"""Trends that are given unless more are wanted."""

MOST_RELATED = 8
"""Related articles that are found besides those that the file lists."""


class RelatedLink(NamedTuple):
    """A related link and, where it leads to an article of this collection, its headline."""

    related: Related
    headline: Headline | None
    reason: RelatedReason = "listed"
    """The file lists it; it reports the same event; or its words are alike."""
    score: float = 1.0
    """How like the article it is, 0 to 1; 1 for what is listed."""


class Results(Protocol):
    """Which articles match a Query, in its order."""

    @property
    def query(self) -> Query:
        """The question that this answers."""

    @property
    def is_exact(self) -> bool:
        """False if the length is "at least" (a phrase with very many candidates)."""

    def __len__(self) -> int:
        """How many rows there are: articles that match, or stories of them and articles in none."""

    @property
    def articles(self) -> int:
        """How many articles match."""

    @property
    def stories(self) -> int | None:
        """How many rows there are while no story is unfolded; None where nothing is folded."""

    def story(self, headline: Headline) -> Sequence[Headline]:
        """All articles that match of the story that is folded into this row, which is the first; only that
        one where nothing is folded."""

    def window(self, start: int, stop: int) -> Sequence[Headline]:
        """The headlines at positions start..stop-1, fewer where the answer ends earlier."""

    def position(self, number: int) -> int | None:
        """The article's position in the results; None if it does not match."""


class Stretch(NamedTuple):
    """The articles at the positions start..stop-1 of an answer, to be marked at once."""

    results: Results
    start: int
    stop: int


class FacetValue(NamedTuple):
    """One value of a facet and how many articles would be listed with it."""

    value: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here
    unread: int | None = None
    """How many of them are unread; None if that was not counted."""


class Facet(NamedTuple):
    """A field's values with their counts under a Query; the facet's own choices do not narrow them."""

    field: str
    """One of `reader.query.fields.FACETS`; or quality or date, of which the values are ranges."""
    values: tuple[FacetValue, ...]
    """Most first, then by name; values with no hit are last with 0. Spellings that differ in case, accents or
    Unicode form are one value, under the most frequent of them. Ranges are in their natural order, each
    spelled as a query has it: `40..44`, `2021-06`."""
    kept_out: tuple[FacetValue, ...] = ()
    """The values that the question excludes, each with how many more there would be without that."""


class Progress(NamedTuple):
    """How far a refresh has come; the last one of a refresh has `done` set."""

    phase: str
    """scan, date, read, stories, tidy, wait or done."""
    seen: int = 0
    """Files found so far."""
    read: int = 0
    """Files read so far; in the phase `date` those whose date was looked for, in `stories` days."""
    to_read: int = 0
    """Files that will have to be read, as far as known."""
    changed: bool = False
    """Whether the answers to queries may have changed since the last Progress (a chunk was written)."""
    report: Report | None = None
    """Set on the last one only."""


class Report(NamedTuple):
    """What a refresh did, with the names that `reader index --format json` prints."""

    files: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    problems: int = 0
    """Problems listed by `check` (a file can have several)."""
    duplicates: int = 0
    seconds: float = 0.0
