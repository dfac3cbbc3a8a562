"""Which keys of a header mean which field: one table for this reader's own names and those of other programs.

The order of a field's names is a contract: the first that is there wins. Case, spaces, dashes and underscores
in a key do not matter. `docs/format.md` lists the table; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import itemgetter

from reader.article.record import Value

ALIASES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline"),
    "excerpt": (
        "excerpt", "summary", "description", "deck", "dek", "subtitle", "abstract", "standfirst", "teaser",
        "lede", "metaDescription",
    ),
    # When it was published, else when it was written, else when it was last changed.
    "publishedDateTime": (
        "publishedDateTime", "date", "pubDate", "published_at", "datePublished", "publishDate",
        "publishedDate", "publishedOn", "publicationDate", "published", "postDate", "posted", "issued",
        "releaseDate",
        "createdAt", "created", "dateCreated", "creationDate", "createdOn", "createdTime", "dateSaved",
        "savedAt", "dateAdded", "addedAt",
        "lastmod", "modified", "dateModified", "modifiedAt", "lastModified", "updated", "updatedAt",
        "dateUpdated", "lastUpdated",
    ),
    "originalUrl": (
        "originalUrl", "source_url", "canonical", "canonical_url", "external_url", "link", "url", "permalink",
    ),
    "webUrl": ("webUrl",),
    "provider": ("provider", "source", "publisher", "siteName", "publication"),
    "topics": ("topics",),
    "tags": ("tags", "categories", "category", "tag"),
    "keywords": ("keywords", "labels"),
    "category": ("category",),
    "type": ("type",),
    "quality": ("quality",),
    "heat": ("heat",),
    "author": ("author", "authors", "by", "byline", "creator"),
    "published": ("published",),
    "draft": ("draft", "isDraft"),
    "status": ("status",),
    "images": (
        "images", "image", "cover", "coverImage", "hero", "heroImage", "banner", "bannerImage", "thumbnail",
        "featuredImage", "featureImage", "headerImage", "mainImage", "socialImage", "ogImage", "teaserImage",
        "img", "picture", "photo", "header",
    ),
    "related": ("related",),
    "secured": ("secured",),
    "path": ("path", "slug", "permalink"),
}  # fmt: skip
"""Each field, and what it goes by, the preferred name first."""


@lru_cache(4096)
def normal(key: str) -> str:
    """A key as it is compared: `Date_Published`, `date published` and `datePublished` are one."""
    return key.casefold().replace("_", "").replace("-", "").replace(" ", "")


_PLACES: dict[str, list[tuple[str, int]]] = {}
"""For each key as it is compared the fields that it may mean, each with its place among their names."""
for _field, _names in ALIASES.items():
    for _place, _name in enumerate(_names):
        _PLACES.setdefault(normal(_name), []).append((_field, _place))

KNOWN = frozenset(_PLACES)
"""Every key that means something, as it is compared."""


def may_be_article(keys: Iterable[str]) -> bool:
    """Whether keys alone make an article: one of them must be a title, a date or an address."""
    fields = {field for key in keys for field, _ in _PLACES.get(normal(key), ())}
    return not fields.isdisjoint(("title", "publishedDateTime", "originalUrl", "webUrl"))


@lru_cache(256)
def _keys_of_fields(keys: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The keys of each field, the preferred one first: the same for all files of most collections."""
    found: dict[str, list[tuple[int, str]]] = {}
    for key in keys:
        for field, place in _PLACES.get(normal(key), ()):
            found.setdefault(field, []).append((place, key))
    return {
        field: tuple(key for _, key in sorted(named, key=itemgetter(0))) for field, named in found.items()
    }


class Header:
    """The fields of one header, taken out one by one by any of their names."""

    __slots__ = ("_keys", "left")

    def __init__(self, fields: Mapping[str, Value]) -> None:
        self.left = dict(fields)
        """What nobody has taken yet."""
        keys = tuple(fields)
        # What is kept of very long headers would take much memory.
        self._keys = (_keys_of_fields if len(keys) < 100 else _keys_of_fields.__wrapped__)(keys)

    def names(self, field: str) -> list[str]:
        """The keys of a field that are there and not taken, as they are written, the preferred one first."""
        return [key for key in self._keys.get(field, ()) if key in self.left]

    def take(self, field: str, fits: Callable[[str, Value], bool] | None = None) -> tuple[str, Value]:
        """Take the first key of a field with something in it, and empty ones before; ("", None) for none.

        `fits`: which keys and values may be taken, where not all.
        """
        left = self.left
        for key in self._keys.get(field, ()):
            if key in left and (fits is None or fits(key, left[key])):
                value = left.pop(key)
                if value is not None and value != "":
                    return key, value
        return "", None
