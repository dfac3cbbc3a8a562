"""The messages by which widgets tell the screen what a user did: attributes down, messages up.

A message of a single widget is nested in it; these are sent by several.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from reader.query.results import Headline


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
class CopyRequested(Message):
    """A text should be copied to the clipboard."""

    text: str
