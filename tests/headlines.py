"""Rows of the list as an index would give them, for libraries in memory."""

from __future__ import annotations

from collections.abc import Sequence

from reader.article.record import Article
from reader.query.results import Headline


def headline_of(
    number: int,
    article: Article,
    *,
    is_read: bool = False,
    is_starred: bool = False,
    tags: Sequence[str] = (),
    has_note: bool = False,
    added_topics: tuple[str, ...] = (),
) -> Headline:
    """An article as a row, with these marks."""
    return Headline(
        number=number,
        id=article.id,
        title=article.title,
        provider=article.provider.name,
        domain=article.provider.domain,
        topics=article.topics,
        date=article.published_date_time,
        quality=article.quality,
        heat=article.heat,
        category=article.category,
        type=article.type,
        url=article.url,
        is_draft=article.is_draft,
        is_read=is_read,
        is_starred=is_starred,
        tags=tuple(tags),
        has_note=has_note,
        added_topics=added_topics,
    )
