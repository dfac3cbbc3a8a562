"""Which keys of a header mean which field: one table for this reader's own names and those of other programs.

The order of a field's names is a contract: the first that is there wins. Case, blanks, dashes and underscores
in a key do not matter. `docs/format.md` lists the table; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

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

KNOWN = frozenset(name for names in ALIASES.values() for name in names)


@lru_cache(4096)
def normal(key: str) -> str:
    """A key as it is compared: `Date_Published`, `date published` and `datePublished` are one."""
    return key.casefold().replace("_", "").replace("-", "").replace(" ", "")


KNOWN_NORMAL = frozenset(map(normal, KNOWN))


class Header:
    """The fields of one header, taken out one by one by any of their names."""

    __slots__ = ("_spelled", "left")

    def __init__(self, fields: Mapping[str, Value]) -> None:
        self.left = dict(fields)
        """What nobody has taken yet."""
        self._spelled: dict[str, str] = {}
        for key in fields:
            self._spelled.setdefault(normal(key), key)

    def names(self, field: str) -> Iterable[str]:
        """The keys of a field that are there and not taken, as they are written, the preferred one first."""
        for name in ALIASES[field]:
            key = self._spelled.get(normal(name))
            if key is not None and key in self.left:
                yield key

    def take(self, field: str, fits: Callable[[str, Value], bool] | None = None) -> tuple[str, Value]:
        """Take the first key of a field with something in it, and empty ones before; ("", None) for none.

        `fits`: which keys and values may be taken, where not all.
        """
        for key in [*self.names(field)]:
            value = self.left[key]
            if fits is None or fits(key, value):
                del self.left[key]
                if value is not None and value != "":
                    return key, value
        return "", None
