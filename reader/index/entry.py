"""What the index keeps of an article: its row's values, and what it is found by. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from reader.article.identity import host_of
from reader.article.record import Article, Provider, key_of
from reader.index.schema import Field


class Entry(NamedTuple):
    """An article as the index knows it, without its number and its file."""

    key: int
    date: int | None
    """Seconds since 1970."""
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


class Traits(NamedTuple):
    """What an entry is made of."""

    identity: str
    date: int | None
    title: str
    provider: Provider
    topics: tuple[str, ...]
    quality: int | None
    heat: int | None
    category: str
    type: str
    url: str
    is_draft: bool
    author: tuple[str, ...]
    has_images: bool
    has_related: bool
    has_body: bool
    text: str


def entry_of(article: Article) -> Entry:
    """The entry of an article."""
    moment = article.published_date_time
    return made_of(
        Traits(
            article.identity, None if moment is None else int(moment.timestamp()), article.title,
            article.provider, article.topics, article.quality, article.heat, article.category, article.type,
            article.url, article.is_draft, article.author, bool(article.images), bool(article.related),
            bool(article.body), "\n".join(searched_texts(article)),
        )
    )  # fmt: skip


def searched_texts(article: Article) -> list[str]:
    """Everything but the title that a bare word is looked for in."""
    return [
        article.excerpt, article.body, article.provider.name, *article.author, *article.topics,
        *[link.title for link in article.related],
    ]  # fmt: skip


def made_of(traits: Traits) -> Entry:
    """The entry of an article with these traits."""
    (identity, date, title, (name, domain), topics, quality, heat, category, kind, url, is_draft, author,
     has_images, has_related, has_body, text) = traits  # fmt: skip
    host = _host(url)
    found = [(Field.TOPIC, topic) for topic in topics]
    if author:
        found += [(Field.AUTHOR, one) for one in dict.fromkeys(author)]
    if host:
        found.append((Field.DOMAIN, host))
    if domain and (lowered := domain.lower()) != host:
        found.append((Field.DOMAIN, lowered))
    if name:
        found.append((Field.PROVIDER, name))
    if category:
        found.append((Field.CATEGORY, category))
    if kind:
        found.append((Field.TYPE, kind))
    if quality is not None:
        found.append((Field.QUALITY, str(quality)))
    if heat is not None:
        found.append((Field.HEAT, str(heat)))
    flags = (("draft", is_draft), ("image", has_images), ("related", has_related), ("body", has_body))
    found += [(Field.FLAG, flag) for flag, is_set in flags if is_set]
    return Entry(
        key_of(identity), date, title, name, domain or host, topics, quality, heat, category, kind, url,
        is_draft, tuple(found), text,
    )  # fmt: skip


def _host(url: str) -> str:
    scheme, slashes, rest = url.partition("://")
    # Up to the path it is the same for all that a publisher writes.
    return _host_of(scheme + slashes + rest.partition("/")[0])


_host_of = lru_cache(maxsize=4096)(host_of)
