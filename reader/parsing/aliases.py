"""The keys of a header for each field: one table for this reader's own names and those of other programs.

The order of a field's names is a contract: the first one present wins. Case, spaces, dashes and underscores
in a key do not matter. `docs/format.md` lists the table; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

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
"""The names of each field, the preferred one first."""


@lru_cache(4096)
def normal(key: str) -> str:
    """A key normalised for comparison: `Date_Published`, `date published` and `datePublished` are equal."""
    return key.casefold().replace("_", "").replace("-", "").replace(" ", "")


PLACES: dict[str, list[tuple[str, int]]] = {}
"""The possible fields of each normalised key, with its rank among the field's names."""
for _field, _names in ALIASES.items():
    for _place, _name in enumerate(_names):
        PLACES.setdefault(normal(_name), []).append((_field, _place))

KNOWN = frozenset(PLACES)
"""Every known key, normalised."""


def may_be_article(keys: Iterable[str]) -> bool:
    """Whether a header with these keys is enough for an article: one must be a title, a date or a URL."""
    fields = {field for key in keys for field, _ in PLACES.get(normal(key), ())}
    return not fields.isdisjoint(("title", "publishedDateTime", "originalUrl", "webUrl"))
