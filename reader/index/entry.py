"""What the index keeps of an article: its row's values, and what it is found by. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from reader.article.dates import seconds_of
from reader.article.identity import host_of
from reader.article.plain_text import searched_text
from reader.article.record import Article, Place, key_of
from reader.collection.sites import folder_of
from reader.index.schema import DAY, STORED, SetKind


class Entry(NamedTuple):
    """An article as the index knows it, without its number and its file."""

    key: int
    date: int | None
    """Seconds since 1970."""
    is_day: bool
    """Whether the date is a calendar day, without a time."""
    title: str
    provider: str
    domain: str
    topics: tuple[str, ...]
    quality: int | None
    heat: int | None
    category: str
    type: str
    url: str
    is_draft: bool
    values: tuple[tuple[int, str], ...]
    """The sets other than those of words that it belongs to."""
    text: str
    """Everything but the title that a bare word is looked for in, a text a line."""
    title_key: int | None
    text_key: int | None
    """See `Article.title_key` and `Article.text_key`."""


_VALUES: Mapping[str, Callable[[Article, Place], Iterable[str]]] = {
    "topic": lambda article, _: article.topics,
    "provider": lambda article, _: (article.provider.name,),
    "folder": lambda _, place: (f"{place.folder}/{folder_of(place.relative)}".rstrip("/"),),
    "category": lambda article, _: (article.category,),
    "type": lambda article, _: (article.type,),
    "author": lambda article, _: article.author,
    "domain": lambda article, _: (article.provider.domain.lower(), _host(article.url)),
    "quality": lambda article, _: () if article.quality is None else (str(article.quality),),
    "heat": lambda article, _: () if article.heat is None else (str(article.heat),),
}
"""What an article and the place of its file say in each stored field; an empty text is no value."""


def entry_of(article: Article, place: Place) -> Entry:
    """The entry of an article whose file lies there."""
    date = article.published_date_time
    is_day = date is not None and not isinstance(date, datetime)
    found = [
        (number, value)
        for name, number in STORED.items()
        for value in dict.fromkeys(_VALUES[name](article, place))
        if value
    ]
    flags = (
        ("draft", article.is_draft), ("image", article.images), ("related", article.related),
        ("body", article.body), (DAY, is_day),
    )  # fmt: skip
    found += [(SetKind.FLAG, flag) for flag, is_set in flags if is_set]
    return Entry(
        key_of(article.identity), None if date is None else seconds_of(date), is_day, article.title,
        article.provider.name, article.provider.domain or _host(article.url), article.topics,
        article.quality, article.heat, article.category, article.type, article.url, article.is_draft,
        tuple(found), "\n".join(searched_texts(article)), article.title_key, article.text_key,
    )  # fmt: skip


def searched_texts(article: Article) -> list[str]:
    """Everything but the title that a bare word is looked for in."""
    return [
        article.excerpt, searched_text(article.body), article.provider.name, *article.author, *article.topics,
        *[link.title for link in article.related],
    ]  # fmt: skip


def _host(url: str) -> str:
    scheme, slashes, rest = url.partition("://")
    # Up to the path it is the same for all that a publisher writes.
    return _host_of(scheme + slashes + rest.partition("/")[0])


_host_of = lru_cache(maxsize=4096)(host_of)
