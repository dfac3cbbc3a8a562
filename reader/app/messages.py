"""The messages by which widgets tell the screen what a person did: attributes down, messages up.

A message that only one node listens to is nested in its widget; these are heard or sent by several.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from reader.article.record import Article
from reader.library import RelatedLink
from reader.query.results import Facet, Headline, Progress, Results


@dataclass
class HeadlineHighlighted(Message):
    """The cursor came to rest on a headline; None when the list is empty."""

    headline: Headline | None


@dataclass
class ArticleChosen(Message):
    """A headline was chosen for reading, in the list or among the related links."""

    headline: Headline


@dataclass
class ValuePressed(Message):
    """A facet's value was pressed (a topic in the article, a row of the sidebar)."""

    field: str
    value: str
    exclude: bool = False


@dataclass
class UrlPressed(Message):
    """A link was pressed or asked to be opened; the URL is as the file says it, not yet checked."""

    url: str


@dataclass
class PicturePressed(Message):
    """The picture of the article was pressed."""


@dataclass
class ResultsReady(Message):
    """A worker has the answer to a question; dropped when the question has changed since."""

    results: Results


@dataclass
class FacetsReady(Message):
    """A worker has counted the facets and views under a question."""

    question: object
    facets: tuple[Facet, ...]
    views: tuple[tuple[str, int, int], ...]
    """Names of views, each with how many articles it selects and how many of those are unread."""
    unread: int = 0
    """How many of the articles that match are unread."""
    muted: int = 0
    """How many more would match if they were not muted."""


@dataclass
class QuestionFailed(Message):
    """A question could not be answered; `reason` is the sentence to show."""

    question: object
    reason: str
    position: int | None = None
    """Where in the text it went wrong, if that is known."""


@dataclass
class Unforeseen(Message):
    """A question failed as nobody foresaw; `reason` is the sentence to show."""

    reason: str


@dataclass
class ArticleReady(Message):
    """A worker has read the article of a headline; dropped when another one is shown since."""

    headline: Headline
    article: Article
    links: tuple[RelatedLink, ...]
    note: str = ""
    """The person's note on it."""


@dataclass
class ArticleFailed(Message):
    """The article of a headline could not be read; `reason` is the sentence to show."""

    headline: Headline
    reason: str


@dataclass
class RefreshStep(Message):
    """How far a refresh has come."""

    progress: Progress
    seconds: float
    """Since the refresh began."""
    left: str = ""
    """How long the rest of the reading will take, in words; empty while that is a guess."""


@dataclass
class RefreshFailed(Message):
    """A refresh had to stop; `reason` is the sentence to show."""

    reason: str
