"""The fields of a header that no known field stands for, without those that repeat what is shown anyway."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reader.article.dates import day_of, iso
from reader.article.plain_text import plain_text
from reader.article.record import Article, Value
from reader.article.text import clean_line, words

MIN_BEGINNING = 5
"""Words of a text that begins like the excerpt and is taken for its short form."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def other_fields(article: Article) -> Mapping[str, Value]:
    """What is to be listed under "other fields"."""
    if not article.other:
        return article.other
    shown = {_key(text) for text in _shown(article)}
    excerpt = words(article.excerpt)
    left: dict[str, Value] = {}
    for name, value in article.other.items():
        texts = list(_texts(value))
        if not texts:
            continue  # a key that a template left empty
        if all(_key(text) in shown or _is_date(text, article) for text in texts):
            continue
        said = words(plain_text(clean_line(texts[0]))) if len(texts) == 1 else []
        if len(said) >= MIN_BEGINNING and excerpt[: len(said)] == said:
            continue
        left[name] = value
    return left


def _shown(article: Article) -> Iterator[str]:
    yield from (article.title, article.excerpt, article.provider.name, article.provider.domain)
    yield from (article.original_url, article.web_url, article.category, article.type)
    yield from article.author
    yield from article.topics
    yield from (image.url for image in article.images)


def _texts(value: Value) -> Iterator[str]:
    """The texts in a value, however deep; empty ones are omitted."""
    if isinstance(value, str):
        if value.strip():
            yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)


def _key(text: str) -> str:
    return " ".join(words(plain_text(clean_line(text)))) or text.strip()


def _is_date(text: str, article: Article) -> bool:
    """Whether this is the article's date again: its day, or its moment in any of the usual forms."""
    then = article.published_date_time
    if then is None or not _DAY.match(text):
        return False
    text = text.strip()
    if len(text) == 10:
        return text == day_of(then).isoformat()
    return text.replace(" ", "T")[:16] == iso(then)[:16]
