"""The article record: what one file says, as frozen values.

Records are NamedTuples: immutable, cheap to make a hundred thousand times, and free of the 12 ms that
importing `dataclasses` costs each `reader list`. No reading and no parsing belongs here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from reader.article.dates import When

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_MAY_BE_EMPTY = frozenset(("folder", "categories", "sections"))
"""Parts of a permalink that an article at the top hasn't got."""
PLACEHOLDERS = (
    "year", "month", "day", "slug", "folder", "filename", "section", "sections", "categories",
)  # fmt: skip
"""What may be in a permalink, in braces."""

SKIPPED_FOLDERS = ("node_modules", "bower_components", "vendor", "_site", "venv", "__pycache__")
"""What tools put beside articles. Not in `reader.config`: the workers of a load would import all of it."""


class Site(NamedTuple):
    """A site whose files lie in a folder."""

    folder: str
    """Absolute."""
    name: str
    url: str
    """Of the web, without a "/" at its end: relative links start here."""
    permalink: str = ""
    """The path of an article that states no address, like `/{year}/{month}/{slug}/`; empty: not known."""
    permalinks: tuple[tuple[str, str], ...] = ()
    """The same for the articles in a folder somewhere below the site's; the first that fits counts."""
    generator: str = ""
    """Where it was found: jekyll, hugo, zola or eleventy."""

    def permalink_in(self, folder: str) -> str:
        """The permalink of an article in a folder, given below the site's."""
        fitting = (permalink for part, permalink in self.permalinks if f"/{part}/" in f"/{folder}/")
        return next(fitting, self.permalink)

    def page(self, permalink: str, values: Mapping[str, str]) -> str:
        """The address that a permalink gives. Empty if a value is missing, so that it can't be told."""
        names = _PLACEHOLDER.findall(permalink)
        if not permalink or not all(name in values for name in names):
            return ""
        if not all(values[name] or name in _MAY_BE_EMPTY for name in names):
            return ""
        path = _PLACEHOLDER.sub(lambda found: values[found[1]], permalink)
        return self.absolute("/" + re.sub("/{2,}", "/", path).lstrip("/"))

    def absolute(self, path: str) -> str:
        """The address of a path from the top of the site."""
        return self.url + path


Value: TypeAlias = "str | None | list[Value] | dict[str, Value]"
"""What a header says, before conversion: every scalar is text (or None if nothing is)."""


class Provider(NamedTuple):
    """Who published an article."""

    name: str = ""
    domain: str = ""


class Image(NamedTuple):
    """A picture of an article; `url` may be relative to the article's file."""

    url: str
    width: int | None = None
    height: int | None = None
    is_cached: bool | None = None


class Related(NamedTuple):
    """A link to another article, as the file tells it."""

    title: str = ""
    excerpt: str = ""
    published_date_time: When | None = None
    web_url: str = ""
    type: str = ""
    provider: Provider = Provider()
    quality: int | None = None
    images: tuple[Image, ...] = ()


class Problem(NamedTuple):
    """One thing in one file that could not be understood."""

    path: str
    """Absolute path of the file, cleaned for showing."""
    line: int
    """1-based; 0 if the file as a whole is meant."""
    field: str
    """The key as written in the file, or "file"."""
    reason: str
    """What is wrong and what would be right, in one clause."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.field}: {self.reason}"


class Place(NamedTuple):
    """Where an article's file lies."""

    path: str
    """Absolute."""
    relative: str
    """Under the collection's root, parts joined with "/"."""
    folder: str
    """Name of the collection's folder: the provider where nothing else says one."""
    section: str = ""
    """The first sub-folder, where the collection has several: the provider before `folder`."""
    site: Site | None = None
    """The site that the file belongs to."""


MAX_TITLE, MAX_NAME = 1_000, 300
"""Characters that are kept of a title, and of a name: a topic, provider, author, category or type."""


class Article(NamedTuple):
    """One file: its fields, its body, its related links. All text is clean (`reader.article.text`)."""

    path: str
    """Absolute path of the file, as the system names it (surrogate escapes kept; clean it to show it); of a
    shared article the path below what was published."""
    identity: str
    """The normalised URL, else what `identity.identity_without_address` says."""
    title: str
    excerpt: str = ""
    published_date_time: When | None = None
    """None if the file does not say or says nonsense: never invented."""
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
    """The collection owner's flag; False is a draft, None was not said."""
    images: tuple[Image, ...] = ()
    related: tuple[Related, ...] = ()
    secured: str | None = None
    """Opaque token, byte for byte: never shown, searched, logged or exported unless asked."""
    other: Mapping[str, Value] = {}
    """Every key that has no field of its own, cleaned, in the file's order."""
    body: str = ""
    """Markdown, cleaned."""
    problems: tuple[Problem, ...] = ()
    """What in this file could not be converted; the rest of the record is still good."""
    title_key: int | None = None
    """Stands for the title; None if the file states none."""
    text_key: int | None = None
    """Stands for the body; None for one too short to tell articles apart."""
    page: str = ""
    """Its page on its site, where it states no address."""
    base: str = ""
    """Where relative links and pictures start: its page, else its site; empty if neither is known."""

    @property
    def url(self) -> str:
        """The page that `open` opens: where it first appeared, else where to read it, else its page on its
        site. Checked and encoded for a browser; empty if none can be opened."""
        from reader.article.urls import openable  # and urllib, which a list of headlines does without

        return openable(self.original_url) or openable(self.web_url) or openable(self.page)

    @property
    def is_draft(self) -> bool:
        """Whether the owner marked it as not published."""
        return self.published is False

    @property
    def id(self) -> str:
        """The 12 hex digits by which people and scripts name the article."""
        return id_of(key_of(self.identity))


def key_of(identity: str) -> int:
    """The 63-bit number that stands for an identity in both databases.

    It is the head of BLAKE2b's default 64-byte digest, so its first 48 bits are the article's id.
    """
    digest = blake2b(identity.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def id_of(key: int) -> str:
    """The public 12-digit id of an article with this key."""
    return f"{key >> 15:012x}"
