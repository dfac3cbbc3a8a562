"""The head and the foot of an article: what its fields say, as lines around the body.

Never the field `secured`. Dates and hosts are worded elsewhere; here is only their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

from reader.app.paint.bars import heat_text, quality_bar
from reader.app.reading.inline import file_name, picture_note
from reader.app.reading.lines import BOLD, ITALIC, Line, Span, Target, wrap
from reader.article.dates import ago, moment
from reader.article.markdown import repeats_body
from reader.article.record import Article, Image, Value
from reader.article.text import display_path
from reader.article.urls import shown_host
from reader.config.tag_colours import colour_of
from reader.query.results import Headline

GAUGE = 8
"""Cells of the bar of quality."""

MAX_DEPTH = 8
"""Levels of lists and maps in other fields that are written out."""

MAX_EXCERPT = 4_000
"""Characters of an excerpt that are shown: some sixty lines."""


class Subject(NamedTuple):
    """What is read: the file's record, the person's marks, and the time from which ages are counted."""

    article: Article
    headline: Headline
    note: str
    now: datetime
    tag_colours: Mapping[str, str] = {}
    """The colours that the person chose for tags."""
    picture_rows: int = 0
    """Lines to keep for the article's picture."""
    picture_note: str = ""
    """What stands there where it can't be shown."""


PICTURE = Target("picture", "")
"""What is pressed on a picture; its lines are blank here and painted by the pane."""


def layout_head(subject: Subject, width: int) -> list[Line]:
    """Title, provider, moment, bars, topics, note and excerpt in lines of at most `width` cells."""
    article = subject.article
    lines: list[Line] = [(), *wrap([Span(article.title or "Untitled", "title", BOLD)], width), ()]
    for spans in (_origin(article), _when(subject), _gauges(article)):
        if spans:
            lines.extend(wrap(spans, width))
    lines.extend(_chips(subject, width))
    if subject.picture_note:
        lines += [(), *wrap([Span(f"[picture: {subject.picture_note}]", "picture")], width)]
    elif subject.picture_rows:
        lines += [(), *[(Span(" ", "pixels", 0, PICTURE),)] * subject.picture_rows]
    if subject.note:
        lines += [(), *_note(subject.note, width)]
    if article.excerpt and not repeats_body(article.excerpt, article.body):
        lines += [(), *wrap([Span(_shortened(article.excerpt), "excerpt", ITALIC)], width)]
    return lines


def _shortened(excerpt: str) -> str:
    return excerpt if len(excerpt) <= MAX_EXCERPT else excerpt[:MAX_EXCERPT].rstrip() + "…"


def layout_foot(subject: Subject, width: int, links: Sequence[tuple[str, str]] = ()) -> list[Line]:
    """Links, pictures, other fields and path; dim capitals head the sections.

    `links` are the words and addresses of the body's links, in the order of their numbers.
    """
    article = subject.article
    lines = [*_section("LINKS"), *_footnotes(links, width), ()] if links else []
    pictures = [line for picture in article.images for line in wrap(list(_picture(picture)), width)]
    if pictures:
        lines += [*pictures, ()]
    fields = [("category", article.category), ("type", article.type)]
    known = [(name, value) for name, value in fields if value]
    if known or article.other:
        lines += _section("OTHER FIELDS")
        for name, value in known:
            lines.extend(wrap([Span(f"{name}  ", "meta"), Span(value, "text")], width))
        for name, content in article.other.items():
            lines.extend(_field(name, content, width, 0))
        lines.append(())
    lines.extend(wrap([Span(display_path(article.path), "meta")], width))
    return lines


def _origin(article: Article) -> list[Span]:
    provider = article.provider.name or article.provider.domain
    spans = []
    if provider:
        spans.append(Span(provider, "provider", 0, Target("provider", provider)))
    if host := shown_host(article.url):
        spans.append(Span(("  " if spans else "") + host, "meta", 0, Target("url", article.url)))
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
    if article.quality is None and (article.heat is None or article.heat < 0):
        return []
    quality = [Span("quality ", "meta")]
    if article.quality is None:
        quality.append(Span("–", "meta"))
    else:
        quality.append(Span(quality_bar(article.quality, GAUGE), "gauge"))
        quality.append(Span(f"\xa0{article.quality}", "meta"))
    return [*quality, Span("    heat\xa0", "meta"), Span(heat_text(article.heat), "meta")]


def _chips(subject: Subject, width: int) -> Iterator[Line]:
    chips = [(f" {topic} ", "chip", Target("topic", topic)) for topic in subject.article.topics]
    chips += [
        (f" #{tag} ", f"tag-{colour_of(tag, subject.tag_colours)}", Target("tag", tag))
        for tag in subject.headline.tags
    ]
    line: list[Span] = []
    used = 0
    if chips:
        yield ()
    for text, ink, target in chips:
        cells = cell_len(text)
        if line and used + 1 + cells > width:
            yield tuple(line)
            line, used = [], 0
        if cells > width:
            yield from wrap([Span(text.strip(), ink, 0, target)], width)
            continue
        if line:
            line.append(Span(" "))
            used += 1
        line.append(Span(text, ink, 0, target))
        used += cells
    if line:
        yield tuple(line)


def _note(note: str, width: int) -> Iterator[Line]:
    """The person's own words: beside a bar, line for line."""
    for paragraph in note.split("\n"):
        for line in wrap([Span(paragraph, "note")], max(width - 2, 1)) or [()]:
            yield (Span("▍ ", "note-bar"), *line)


def _picture(picture: Image) -> Iterator[Span]:
    yield picture_note(file_name(picture.url), picture.url)
    if picture.width and picture.height:
        yield Span(f"  {picture.width} × {picture.height}", "meta")


def _footnotes(links: Sequence[tuple[str, str]], width: int) -> Iterator[Line]:
    """Each link with its number, a line or more; the address in full, for it may be wanted on paper."""
    room = len(str(len(links)))
    for number, (name, url) in enumerate(links, 1):
        target = Target("url", url)
        said = [Span(f"{number:>{room}}  ", "meta")]
        if name and name != url:
            said += [Span(name, "text", 0, target), Span("  ", "meta")]
        yield from wrap([*said, Span(url, "host", 0, target)], width)


def _section(name: str) -> list[Line]:
    return [(Span(name, "meta"),)]


def _field(name: str, value: Value, width: int, depth: int) -> Iterator[Line]:
    """A field as `name  value`; lists and maps indented below their name."""
    indent = "  " * depth
    before = f"{indent}{name}  "
    if isinstance(value, (str, type(None))):
        yield from _hung(before, value or "–", width)
    elif depth >= MAX_DEPTH:
        yield from _hung(before, "…", width)
    elif isinstance(value, list) and all(isinstance(part, str) for part in value):
        yield from _hung(before, ", ".join(str(part) for part in value) or "–", width)
    else:
        yield from _hung(before, "", width)
        parts: Sequence[tuple[str, Value]]
        parts = list(value.items()) if isinstance(value, Mapping) else [("–", part) for part in value]
        for key, part in parts:
            yield from _field(key, part, width, depth + 1)


def _hung(before: str, value: str, width: int) -> list[Line]:
    indent = len(before) - len(before.lstrip())
    lines = wrap([Span(before.lstrip(), "meta"), Span(value, "text")], width - indent)
    return [(Span(" " * indent), *line) if indent and width > indent + 2 else line for line in lines]
