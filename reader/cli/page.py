"""A whole article as plain text in lines of readable length, for `reader show`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reader.article.dates import day_of, moment
from reader.article.record import Article, Value
from reader.cli.layout import wrap
from reader.library.export import UNTITLED, body_alone, json_text
from reader.query.results import Headline

if TYPE_CHECKING:
    from reader.library import RelatedLink

MEASURE = 80
"""Cells of the longest line; a wider terminal is not filled: 66 to 80 read best."""

_FENCE = re.compile(r"\s*(```|~~~)")
_LIST_OR_QUOTE = re.compile(r"\s*(?:[-*+] |\d{1,3}[.)] |> ?|#{1,6} )")


def page(
    article: Article, headline: Headline, related: list[RelatedLink], note: str, width: int
) -> Iterator[str]:
    """The lines of an article: title, where it is from, marks, excerpt, body, links, other fields."""
    width = max(min(width, MEASURE), 20)
    yield from wrap(article.title, width)
    yield ""
    for name, value in _about(article, headline, note):
        for line in value.split("\n"):
            yield from _hanging(f"{name:9} ", line, width)
            name = ""
    if article.excerpt:
        yield ""
        yield from wrap(article.excerpt, width)
    if body := body_alone(article):
        yield ""
        yield from body_lines(body, width)
    if related:
        yield ""
        yield "Related"
        for number, link in enumerate(related, 1):
            yield from _related(number, link, width)
    if article.other:
        yield ""
        yield "Other fields"
        for key, said in article.other.items():
            yield from _hanging(f"  {key}: ", _flat(said), width)


def body_lines(body: str, width: int) -> Iterator[str]:
    """Markdown with its paragraphs wrapped; code, tables and whatever is indented stay as they are."""
    paragraph: list[str] = []
    fence = ""
    for line in body.split("\n"):
        mark = _FENCE.match(line)
        kept = bool(fence or mark or line.startswith(("    ", "\t", "|")))
        if paragraph and (kept or not line.strip() or _LIST_OR_QUOTE.match(line)):
            yield from _paragraph(paragraph, width)
            paragraph = []
        if mark:
            fence = "" if mark[1] == fence else fence or mark[1]
        if kept or not line.strip():
            yield line.rstrip()
        else:
            paragraph.append(line)
    yield from _paragraph(paragraph, width)


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
        ("url", article.url),
        ("topics", ", ".join(article.topics)),
        ("category", ", ".join(filter(None, (article.category, article.type)))),
        ("quality", "" if article.quality is None else str(article.quality)),
        ("heat", "" if article.heat is None or article.heat < 0 else str(article.heat)),
        ("marks", ", ".join(["read" if headline.is_read else "unread", *marks])),
        ("tags", ", ".join(headline.tags)),
        ("note", note),
    )
    return (row for row in rows if row[1])


def _related(number: int, link: RelatedLink, width: int) -> Iterator[str]:
    related = link.related
    whom = related.provider.name or related.provider.domain
    day = day_of(related.published_date_time).isoformat() if related.published_date_time else ""
    about = ", ".join(filter(None, (whom, day, f"here as {link.headline.id}" if link.headline else "")))
    title = related.title or related.web_url or UNTITLED
    yield from _hanging(f"{number:3}. ", title + (f" ({about})" if about else ""), width)
    if related.web_url and related.title:
        yield f"     {related.web_url}"


def _paragraph(lines: list[str], width: int) -> Iterator[str]:
    if not lines:
        return
    head = _LIST_OR_QUOTE.match(lines[0])
    if head:
        lines = [lines[0][head.end() :], *lines[1:]]
        again = head[0] if head[0].strip() == ">" else None
        yield from _hanging(head[0], " ".join(lines), width, again=again)
    else:
        yield from wrap(" ".join(lines), width)


def _hanging(head: str, text: str, width: int, again: str | None = None) -> Iterator[str]:
    """The text behind a head, its further lines set in as far (or behind `again`)."""
    start = head
    for line in wrap(text, max(width - len(head), 10)):
        yield start + line
        start = " " * len(head) if again is None else again
    if start is head:
        yield head.rstrip()


def _flat(value: Value) -> str:
    return value if isinstance(value, str) else json_text(value)
