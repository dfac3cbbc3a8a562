"""The header and footer of an article: its fields as lines around the body, never the field `secured`. How
dates and hosts are written is decided elsewhere; this is only the layout.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

from reader.app.paint.cells import heat_text, quality_bar
from reader.app.reading.inline import file_name, picture_note
from reader.app.reading.lines import BOLD, ITALIC, Line, Span, Target, wrap
from reader.article.dates import ago, day_of, iso, moment
from reader.article.markdown import repeats_body
from reader.article.plain_text import plain_text
from reader.article.record import Article, Value
from reader.article.text import clean_line, display_path, words
from reader.article.urls import host_to_show, shown_host, shown_url
from reader.config.settings import colour_of
from reader.permissions import permissions
from reader.query.results import Headline

GAUGE = 8
"""Cells of the bar of quality."""

MAX_DEPTH = 8
"""Maximum nesting of lists and maps shown in other fields."""

MAX_EXCERPT = 4_000
"""Maximum characters shown of an excerpt: about sixty lines."""


MIN_BEGINNING = 5
"""Number of words after which a text that begins like the excerpt counts as a short form of it."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Subject(NamedTuple):
    """What is shown: the file's record, the user's marks, and the current time for ages."""

    article: Article
    headline: Headline
    note: str
    now: datetime
    tag_colours: Mapping[str, str] = {}
    """The colours that the user chose for tags."""
    picture_rows: int = 0
    """Lines to keep for the article's picture."""
    picture_note: str = ""
    """The text shown in place of a picture."""


PICTURE = Target("picture", "")
"""The target of a click on the picture; its lines are blank here and painted by the pane."""


def layout_head(subject: Subject, width: int) -> list[Line]:
    """Title, provider, date, bars, topics, note and excerpt in lines of at most `width` cells."""
    article = subject.article
    lines: list[Line] = [(), *wrap([Span(article.title or "Untitled", "title", BOLD)], width), ()]
    for spans in (_origin(article), _when(subject), _gauges(article)):
        if spans:
            lines.extend(wrap(spans, width))
    topics = [(f" {topic} ", "chip", Target("topic", topic)) for topic in article.topics]
    added = [(f" +{topic} ", "chip-added", Target("topic", topic)) for topic in subject.headline.added_topics]
    lines.extend(_chips([*topics, *added], width))
    if subject.picture_note:
        lines += [(), *wrap([Span(f"[picture: {subject.picture_note}]", "picture")], width)]
    elif subject.picture_rows:
        lines += [(), *[(Span(" ", "pixels", 0, PICTURE),)] * subject.picture_rows]
    tags = [
        (f" #{tag} ", f"tag-{colour_of(tag, subject.tag_colours)}", Target("tag", tag))
        for tag in subject.headline.tags
    ]
    lines.extend(_chips(tags, width))
    if subject.note:
        lines += [*([()] if not tags else ()), *_note(subject.note, width)]
    if article.excerpt and not repeats_body(article.excerpt, article.body):
        excerpt = article.excerpt
        if len(excerpt) > MAX_EXCERPT:
            excerpt = excerpt[:MAX_EXCERPT].rstrip() + "…"
        lines += [(), *wrap([Span(excerpt, "excerpt", ITALIC)], width)]
    return lines


def layout_foot(subject: Subject, width: int, links: Sequence[tuple[str, str]] = ()) -> list[Line]:
    """Links, pictures, other fields and path, under headings in dim capitals.

    `links` are the words and addresses of the body's links, in the order of their numbers.
    """
    article = subject.article
    lines: list[Line] = [(Span("LINKS", "meta"),), *_links(links, width), ()] if links else []
    images = article.images[1:] if subject.picture_rows else article.images
    for image in images:
        size = f"  {image.width} × {image.height}" if image.width and image.height else ""
        lines += wrap([picture_note(file_name(image.url), image.url), Span(size, "meta")], width)
    if images:
        lines.append(())
    fields = [("category", article.category), ("type", article.type)]
    known = [(name, value) for name, value in fields if value and value not in article.topics]
    others = other_fields(article)
    if known or others:
        lines.append((Span("OTHER FIELDS", "meta"),))
        for name, content in (*known, *others.items()):
            lines.extend(_field(name, content, width, 0))
        lines.append(())
    lines.extend(wrap([Span(place_of(article.path), "meta")], width))
    return lines


def place_of(path: str) -> str:
    """Where an article's file is; visitors of a restricted reader see its name only."""
    return display_path(path if permissions().folders else os.path.basename(path))


def _origin(article: Article) -> list[Span]:
    provider = article.provider.name or article.provider.domain
    spans = []
    if provider:
        spans.append(Span(provider, "provider", 0, Target("provider", provider)))
    host = shown_host(article.url)
    if host and host != provider and host.removeprefix("www.") != provider:
        is_part = host.endswith(f".{provider.casefold()}")
        style = "mismatch" if host_to_show(provider, article.url) and not is_part else "meta"
        spans.append(Span(("  " if spans else "") + host, style, 0, Target("url", article.url)))
    if article.author:
        names = ", ".join(author.replace(" ", "\xa0") for author in article.author)
        spans.append(Span(f"{'  ' if spans else ''}by\xa0{names}", "meta"))
    return spans


def _when(subject: Subject) -> list[Span]:
    date = subject.article.published_date_time
    when = f"{moment(date)} · {ago(date, subject.now)}" if date else "date unknown"
    spans = [Span(when, "meta")]
    if subject.article.is_draft:
        spans += [Span(" · ", "meta"), Span("draft", "draft")]
    if subject.headline.is_starred:
        spans += [Span(" · ", "meta"), Span("★ starred", "star")]
    return spans


def _gauges(article: Article) -> list[Span]:
    """Quality and heat, if known."""
    spans: list[Span] = []
    if article.quality is not None:
        spans.append(Span("quality ", "meta"))
        spans.append(Span(quality_bar(article.quality, GAUGE), "gauge"))
        spans.append(Span(f"\xa0{article.quality}", "meta"))
    if article.heat is not None and article.heat >= 0:
        spans.append(Span(f"{'    ' if spans else ''}heat\xa0{heat_text(article.heat)}", "meta"))
    return spans


def _chips(chips: Sequence[tuple[str, str, Target]], width: int) -> Iterator[Line]:
    """Clickable chips, in lines below a blank one."""
    line: list[Span] = []
    used = 0
    if chips:
        yield ()
    for text, style, target in chips:
        cells = cell_len(text)
        if line and used + 1 + cells > width:
            yield tuple(line)
            line, used = [], 0
        if cells > width:
            yield from wrap([Span(text.strip(), style, 0, target)], width)
            continue
        if line:
            line.append(Span(" "))
            used += 1
        line.append(Span(text, style, 0, target))
        used += cells
    if line:
        yield tuple(line)


def _note(note: str, width: int) -> Iterator[Line]:
    """The user's note, line by line beside a bar."""
    for paragraph in note.split("\n"):
        for line in wrap([Span(paragraph, "note")], max(width - 2, 1)) or [()]:
            yield (Span("▍ ", "note-bar"), *line)


def _links(links: Sequence[tuple[str, str]], width: int) -> Iterator[Line]:
    """Each link with its number, in one or more lines; the whole URL, so that it can be copied or printed."""
    room = len(str(len(links)))
    for number, (name, url) in enumerate(links, 1):
        target = Target("url", url)
        address = shown_url(url)
        spans = [Span(f"{number:>{room}}  ", "meta")]
        if name and name != address:
            spans += [Span(name, "text", 0, target), Span("  ", "meta")]
        if mismatch := host_to_show(name, url):
            spans += [Span(mismatch, "mismatch", 0, target), Span("  ", "meta")]
        yield from wrap([*spans, Span(address, "host", 0, target)], width)


def _field(name: str, value: Value, width: int, depth: int) -> Iterator[Line]:
    """A field as `name  value`; lists and maps indented below their name."""
    before = f"{'  ' * depth}{name}  "
    parts: list[tuple[str, Value]] = []
    if isinstance(value, (str, type(None))):
        text = value or "–"
    elif depth >= MAX_DEPTH:
        text = "…"
    elif isinstance(value, list) and all(isinstance(part, str) for part in value):
        text = ", ".join(str(part) for part in value) or "–"
    else:
        text = ""
        parts = list(value.items()) if isinstance(value, Mapping) else [("–", part) for part in value]
    indent = len(before) - len(before.lstrip())
    for line in wrap([Span(before.lstrip(), "meta"), Span(text, "text")], width - indent):
        yield (Span(" " * indent), *line) if indent and width > indent + 2 else line
    for key, part in parts:
        yield from _field(key, part, width, depth + 1)


def other_fields(article: Article) -> Mapping[str, Value]:
    """The other fields, without those that repeat what is shown anyway."""
    if not article.other:
        return article.other
    shown = {_key(text) for text in _shown(article)}
    excerpt = words(article.excerpt)
    left: dict[str, Value] = {}
    for name, value in article.other.items():
        texts = list(_texts(value))
        if not texts:
            continue  # a template's key without a value
        if all(_key(text) in shown or _is_date(text, article) for text in texts):
            continue
        found = words(plain_text(clean_line(texts[0]))) if len(texts) == 1 else []
        if len(found) >= MIN_BEGINNING and excerpt[: len(found)] == found:
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
    """Whether this repeats the article's date: its day, or its time in any of the usual formats."""
    then = article.published_date_time
    if then is None or not _DAY.match(text):
        return False
    text = text.strip()
    if len(text) == 10:
        return text == day_of(then).isoformat()
    return text.replace(" ", "T")[:16] == iso(then)[:16]
