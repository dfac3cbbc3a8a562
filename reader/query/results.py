"""The results of a Query: a length at once, headlines by window when they are shown. Values and one protocol;
`reader.index` implements them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from reader.article.dates import When
    from reader.article.record import Related
    from reader.query import Query

MOST_PERIODS = 20
"""Default number of periods into which dates are counted: the width of a narrow sidebar."""


class Fold(NamedTuple):
    """The story of a row in a list that is folded by stories."""

    others: int
    """How many further articles of the story match."""
    providers: tuple[str, ...]
    """Their providers other than the article's own, those of the newest first."""
    unread: int = 0
    """How many of the others are unread."""
    is_open: bool = False
    """Whether the others are listed below it."""
    is_inside: bool = False
    """Whether it is one of these others."""


class Folding(NamedTuple):
    """The folding of a list: one row for each story."""

    opened: frozenset[str] = frozenset()
    """The stories (the ids of their first articles) whose other articles are listed as well."""
    only_unread: bool = False
    """Whether rows without an unread article are omitted."""


class Headline(NamedTuple):
    """The part of an article that a row of the list shows."""

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
    """The URL that `open` opens; empty if none."""
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
    """The articles folded into its row, in a list folded by stories."""


RelatedReason: TypeAlias = Literal["listed", "same story", "alike"]

MOST_TRENDS = 20
"""Default number of trends."""

MOST_RELATED = 8
"""Default number of related articles, not counting those that the file lists."""


class RelatedLink(NamedTuple):
    """A related link and, where it leads to an article of this collection, its headline."""

    related: Related
    headline: Headline | None
    reason: RelatedReason = "listed"
    """The reason: listed in the file, same story, or similar words."""
    score: float = 1.0
    """The similarity, 0 to 1; 1 for listed ones."""


class Results(Protocol):
    """Which articles match a Query, in its order."""

    @property
    def query(self) -> Query:
        """The query of these results."""

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
        """Number of rows while no story is unfolded; None if the list is not folded."""

    def story(self, headline: Headline) -> Sequence[Headline]:
        """All matching articles of the story folded into this row, the row's own first; only that one if the
        list is not folded."""

    def window(self, start: int, stop: int) -> Sequence[Headline]:
        """The headlines at positions start..stop-1, fewer at the end."""

    def position(self, number: int) -> int | None:
        """The article's position in the results; None if it does not match."""


class Stretch(NamedTuple):
    """The articles at the positions start..stop-1 of results, to be marked at once."""

    results: Results
    start: int
    stop: int


class FacetValue(NamedTuple):
    """One value of a facet and how many articles would be listed with it."""

    value: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here
    unread: int | None = None
    """How many of them are unread; None if not counted."""


class Facet(NamedTuple):
    """A field's values with their counts under a Query; its own terms on that field are ignored."""

    field: str
    """One of `reader.query.fields.FACETS`; or quality or date, whose values are ranges."""
    values: tuple[FacetValue, ...]
    """Most first, then by name; values with no hit are last with 0. Spellings that differ in case, accents or
    Unicode form are one value, under the most frequent of them. Ranges are in their natural order, each
    spelled as a query has it: `40..44`, `2021-06`."""
    kept_out: tuple[FacetValue, ...] = ()
    """The values that the query excludes, each with how many more articles there would be otherwise."""


class Progress(NamedTuple):
    """The progress of a refresh; the last one has `done` set."""

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
    """The result of a refresh, with the names printed by `reader index --format json`."""

    files: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    problems: int = 0
    """Problems listed by `check` (a file can have several)."""
    duplicates: int = 0
    seconds: float = 0.0
