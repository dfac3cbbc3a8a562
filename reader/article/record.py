"""The article record: the contents of one file, as frozen values.

Records are NamedTuples: immutable, cheap to make a hundred thousand times, and free of the 12 ms that
importing `dataclasses` costs each `reader list`. Reading and parsing are done elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from reader.article.identity import id_of, key_of

if TYPE_CHECKING:
    from reader.article.dates import When

PLACEHOLDERS = (
    "year", "month", "day", "slug", "folder", "filename", "section", "sections", "categories",
)  # fmt: skip
"""The placeholders of a permalink, written in braces."""

SKIPPED_FOLDERS = ("node_modules", "bower_components", "vendor", "_site", "venv", "__pycache__")
"""Folders that tools create beside articles. Not in `reader.config`, which the workers of a load would have
to import."""


class Site(NamedTuple):
    """A site whose files lie in a folder."""

    folder: str
    """Absolute."""
    name: str
    url: str
    """Its URL, without a trailing "/": the base of relative links."""
    permalink: str = ""
    """The URL path of an article without a URL, like `/{year}/{month}/{slug}/`; empty if unknown."""
    permalinks: tuple[tuple[str, str], ...] = ()
    """The same for the articles in a folder below the site's; the first match counts."""
    generator: str = ""
    """The site generator: jekyll, hugo, zola or eleventy."""


Value: TypeAlias = "str | None | list[Value] | dict[str, Value]"
"""A value of a header before conversion: every scalar is text, or None if empty."""


class Provider(NamedTuple):
    """The publisher of an article."""

    name: str = ""
    domain: str = ""


class Image(NamedTuple):
    """A picture of an article; `url` may be relative to the article's file."""

    url: str
    width: int | None = None
    height: int | None = None
    is_cached: bool | None = None


class Related(NamedTuple):
    """A link to another article, as in the file."""

    title: str = ""
    excerpt: str = ""
    published_date_time: When | None = None
    web_url: str = ""
    type: str = ""
    provider: Provider = Provider()
    quality: int | None = None
    images: tuple[Image, ...] = ()


class Problem(NamedTuple):
    """Something in a file that could not be parsed."""

    path: str
    """Absolute path of the file, cleaned for display."""
    line: int
    """1-based; 0 for the file as a whole."""
    field: str
    """The key as written in the file, or "file"."""
    reason: str
    """The error and its remedy, in one clause."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.field}: {self.reason}"


class Place(NamedTuple):
    """Where an article's file is."""

    path: str
    """Absolute."""
    relative: str
    """Relative to the collection's root, parts joined with "/"."""
    folder: str
    """Name of the collection's folder: the default provider."""
    section: str = ""
    """The first sub-folder, if the collection has several: the default provider before `folder`."""
    site: Site | None = None
    """The site that the file belongs to."""


MAX_TITLE, MAX_NAME = 1_000, 300
"""Maximum characters of a title, and of a name: a topic, provider, author, category or type."""


class Article(NamedTuple):
    """One file: its fields, its body, its related links. All text is clean (`reader.article.text`)."""

    path: str
    """Absolute path of the file with its surrogate escapes (clean it for display); of a shared article,
    relative to the published folder."""
    identity: str
    """The normalised URL, else the result of `identity.identity_without_address`."""
    title: str
    excerpt: str = ""
    published_date_time: When | None = None
    """None if missing or invalid: never guessed."""
    original_url: str = ""
    web_url: str = ""
    provider: Provider = Provider()
    topics: tuple[str, ...] = ()
    category: str = ""
    type: str = ""
    quality: int | None = None
    """0..100, the collection's own editorial score."""
    heat: int | None = None
    """Attention; -1 = not measured."""
    author: tuple[str, ...] = ()
    published: bool | None = None
    """The collection owner's flag; False is a draft, None is not given."""
    images: tuple[Image, ...] = ()
    related: tuple[Related, ...] = ()
    secured: str | None = None
    """Opaque token, byte for byte: never shown, searched, logged or exported unless requested."""
    other: Mapping[str, Value] = {}
    """Every key that has no field of its own, cleaned, in the file's order."""
    body: str = ""
    """Markdown, cleaned."""
    problems: tuple[Problem, ...] = ()
    """What could not be converted; the rest of the record is valid."""
    title_key: int | None = None
    """A digest of the title; None if the file has none."""
    text_key: int | None = None
    """A digest of the body; None if that is too short to tell articles apart."""
    page: str = ""
    """Its page on its site, if it has no URL."""
    base: str = ""
    """The base of relative links and pictures: its page, else its site; empty if neither is known."""

    @property
    def url(self) -> str:
        """The page that `open` opens: the original URL, else the web URL, else its page on its site. Checked
        and encoded for a browser; empty if none can be opened."""
        from reader.article.urls import openable  # loads urllib, which a list of headlines doesn't need

        return openable(self.original_url) or openable(self.web_url) or openable(self.page)

    @property
    def is_draft(self) -> bool:
        """Whether the owner marked it as not published."""
        return self.published is False

    @property
    def id(self) -> str:
        """The 12 hex digits that identify the article for people and scripts."""
        return id_of(key_of(self.identity))
