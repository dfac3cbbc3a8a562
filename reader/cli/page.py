"""An article as plain text in lines of readable length, for `reader show`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from reader.app.reading.blocks import layout_safely
from reader.app.reading.chunks import CHUNK, chunks_of
from reader.app.reading.header import other_fields
from reader.app.reading.inline import PLAIN, LinkNumbers
from reader.app.reading.lines import plain
from reader.article.dates import day_of, moment
from reader.article.markdown import references_in, repeats_body
from reader.article.record import Article
from reader.article.urls import host_to_show, shown_url
from reader.cli.layout import wrap
from reader.library.export import UNTITLED, body_alone, json_text, other_value
from reader.query.results import Headline

if TYPE_CHECKING:
    from reader.library import RelatedLink

MEASURE = 80
"""Maximum line width, even on a wider terminal: 66 to 80 cells read best."""

MAX_LAID_OUT, MAX_LINES = 150_000, 10_000
"""Maximum size of the part of a body that is laid out (a second of work); the rest is printed as written."""


def page(
    article: Article, headline: Headline, related: list[RelatedLink], note: str, width: int
) -> Iterator[str]:
    """The lines of an article: title, fields, marks, excerpt, body, links, other fields."""
    width = max(min(width, MEASURE), 20)
    yield from wrap(article.title, width)
    yield ""
    for name, value in _about(article, headline, note):
        for line in value.split("\n"):
            yield from _hanging(f"{name:9} ", line, width)
            name = ""
    if article.excerpt and not repeats_body(article.excerpt, article.body):
        yield ""
        yield from wrap(article.excerpt, width)
    numbers = LinkNumbers()
    if body := body_alone(article):
        yield ""
        yield from body_lines(body, width, numbers, article.base)
    if numbers.links:
        yield ""
        yield "Links"
        for number, (words, link_url) in enumerate(numbers.links, 1):
            yield from _link(number, words, link_url, width)
    if related:
        yield ""
        yield "Related"
        for number, link in enumerate(related, 1):
            yield from _related(number, link, width)
    if others := other_fields(article):
        yield ""
        yield "Other fields"
        for key, content in others.items():
            flat = other_value(content)
            text = flat if isinstance(flat, str) else json_text(flat)
            yield from _hanging(f"  {key}: ", text, width)


def body_lines(body: str, width: int, numbers: LinkNumbers, base: str = "") -> Iterator[str]:
    """A body as on the screen, but with Markdown signs before headings, lists, quotes and code."""
    references = references_in(body) if len(body) > CHUNK else None
    look = PLAIN._replace(base=base)
    is_first = True
    end = min(len(body), MAX_LAID_OUT)
    if body.count("\n", 0, end) > MAX_LINES:
        end = next(islice(re.finditer("\n", body), MAX_LINES - 1, None)).end()
    for chunk in chunks_of(body[:end]):
        lines = layout_safely(chunk.text_in(body), width, references, numbers, look)
        if lines and not (is_first or chunk.is_glued):
            yield ""
        for line in lines:
            yield plain(line).replace("\xa0", " ").rstrip()
        is_first = is_first and not lines
    if rest := body[end:].strip("\n"):
        yield rest


def _about(article: Article, headline: Headline, note: str) -> Iterator[tuple[str, str]]:
    provider = article.provider
    from_whom = provider.name or provider.domain
    if provider.domain and provider.domain != from_whom:
        from_whom += f" ({provider.domain})"
    marks = [word for word, holds in (("starred", headline.is_starred), ("draft", article.is_draft)) if holds]
    rows = (
        ("id", headline.id),
        ("provider", from_whom),
        ("date", moment(article.published_date_time) if article.published_date_time else ""),
        ("author", ", ".join(article.author)),
        ("url", shown_url(article.url)),
        ("topics", ", ".join([*article.topics, *(f"+{topic}" for topic in headline.added_topics)])),
        ("category", ", ".join(filter(None, (article.category, article.type)))),
        ("quality", "" if article.quality is None else str(article.quality)),
        ("heat", "" if article.heat is None or article.heat < 0 else str(article.heat)),
        (
            "story",
            f"{headline.story}, {headline.coverage} providers" if headline.coverage > 1 else headline.story,
        ),
        ("marks", ", ".join(["read" if headline.is_read else "unread", *marks])),
        ("tags", ", ".join(headline.tags)),
        ("note", note),
    )
    return (row for row in rows if row[1])


def _link(number: int, words: str, url: str, width: int) -> Iterator[str]:
    address = shown_url(url)
    mismatch = host_to_show(words, url)
    parts = [words] if words and words != address else []
    parts += [f"({mismatch})"] if mismatch else []
    yield from _hanging(f"{number:3}. ", " ".join([*parts, address]), width)


def _related(number: int, link: RelatedLink, width: int) -> Iterator[str]:
    related = link.related
    whom = related.provider.name or related.provider.domain
    day = day_of(related.published_date_time).isoformat() if related.published_date_time else ""
    about = ", ".join(filter(None, (whom, day, f"article {link.headline.id}" if link.headline else "")))
    address = shown_url(related.web_url)
    title = related.title or address or UNTITLED
    yield from _hanging(f"{number:3}. ", title + (f" ({about})" if about else ""), width)
    if address and related.title:
        yield f"     {address}"


def _hanging(head: str, text: str, width: int) -> Iterator[str]:
    """The text after a head; further lines are indented by its width."""
    start = head
    for line in wrap(text, max(width - len(head), 10)):
        yield start + line
        start = " " * len(head)
    if start is head:
        yield head.rstrip()
