"""Markdown blocks, tokens to lines: headings, paragraphs, lists, quotes, code, tables, notes, rules.

What a text means is found out by `reader.article.markdown`. Knows no colours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from reader.app.reading.code import layout_code
from reader.app.reading.inline import TASKS, Notes, footnote_mark, spans_of
from reader.app.reading.lines import BOLD, ITALIC, Line, Span, wrap
from reader.app.reading.tables import Table, layout_table
from reader.article.markdown import References, parse

if TYPE_CHECKING:
    from markdown_it.token import Token

MIN_INNER = 16
"""Cells below which quotes and lists no longer indent what is in them."""

BULLETS = "•◦▪"
INDENT = "\xa0\xa0"
"""Before the first line of a paragraph that no blank line tells from the one before; `wrap` keeps it."""
_ONLY_DEFINITIONS = re.compile(
    r"(?:[ \t]*\n|"
    r"[ ]{0,3}\[(?!\^)[^\[\]\\\n]+\]:[ \t]*[^\s<>()\"']+"
    r"(?:[ \t]+(?:\"[^\"\\\n]*\"|'[^'\\\n]*'))?[ \t]*(?:\n|\Z))*\Z"
)
"""A text of nothing to be seen: blank lines, and definitions of links in their plain form."""
_CLOSE_TOGETHER = ("paragraph_open", "bullet_list_open", "ordered_list_open")


def may_link(text: str) -> bool:
    """A cheap look at whether a Markdown text can hold a link."""
    return ("]" in text or "://" in text) and not _ONLY_DEFINITIONS.match(text)


def layout_markdown(
    text: str,
    width: int,
    references: References | None = None,
    *,
    spacing: int = 1,
    notes: Notes | None = None,
) -> list[Line]:
    """The lines of a Markdown text, none wider than `width` cells (at least 2), no blank ones at its ends.

    `spacing` is the number of blank lines between paragraphs; without one their first lines are indented.
    With `notes` the links are numbered.
    """
    if _ONLY_DEFINITIONS.match(text):
        return []
    tokens = parse(text, references)
    return _Layout(tokens, spacing, notes).lines(0, len(tokens), max(width, 2))


def links_in(text: str, references: References | None = None) -> list[tuple[str, str]]:
    """Words and web address of what a Markdown text links to, in order."""
    notes = Notes()
    if may_link(text):
        for token in parse(text, references):
            if token.children:
                spans_of(token.children, notes)
    return notes.links


class _Layout:
    """One run over the tokens of a text."""

    def __init__(self, tokens: Sequence[Token], spacing: int, notes: Notes | None) -> None:
        self._tokens = tokens
        self._spacing = spacing
        self._notes = notes
        self._closes = _closes(tokens)
        self._depth = 0

    def lines(self, start: int, stop: int, width: int, *, is_tight: bool = False) -> list[Line]:
        """The blocks of tokens start..stop-1, a blank line between them unless they stand in a tight list."""
        lines: list[Line] = []
        before = ""
        while start < stop:
            token = self._tokens[start]
            end = self._closes.get(start, start)
            indent = ""
            if lines and not (is_tight and token.type in _CLOSE_TOGETHER):
                is_text = before == token.type == "paragraph_open"
                lines.extend([()] * (self._spacing if is_text else max(self._spacing, 1)))
                indent = INDENT if is_text and not self._spacing and width >= MIN_INNER else ""
            lines.extend(self._block(token, start, end, width, indent))
            before = token.type
            start = end + 1
        return lines

    def _block(self, token: Token, start: int, end: int, width: int, indent: str = "") -> list[Line]:
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            return self._list(start, end, width)
        if kind == "blockquote_open":
            return self._quote(start, end, width)
        if kind == "dl_open":
            return self._definitions(start, end, width)
        if kind == "footnote_reference_open":
            return list(
                self._item(f"{footnote_mark(token.meta['label'])} ", start, end, width, is_tight=False)
            )
        if kind == "table_open":
            return layout_table(self._table(start, end), width)
        if kind in ("fence", "code_block"):
            return layout_code(token.content, token.info.split()[0] if token.info.split() else "", width)
        if kind == "hr":
            return [(Span("─" * width, "rule"),)]
        inline = self._tokens[start + 1].children or [] if end > start else []
        spans = spans_of(inline, self._notes) if end > start else [Span(token.content)]
        if kind == "heading_open":
            emphasis = BOLD if token.tag in ("h1", "h2", "h3") else BOLD | ITALIC
            spans = list(_recast(spans, "heading", emphasis))
        return wrap([Span(indent), *spans] if indent else spans, width)

    def _quote(self, start: int, end: int, width: int) -> list[Line]:
        bar = (Span("▎ ", "bar"),) if width >= MIN_INNER else ()
        inner = self.lines(start + 1, end, width - 2 if bar else width)
        return [(*bar, *_recast(line, "quote")) for line in inner]

    def _definitions(self, start: int, end: int, width: int) -> list[Line]:
        """Terms in bold, what they mean indented below them."""
        lines: list[Line] = []
        for child, close in self._children(start, end):
            if self._tokens[child].type == "dt_open":
                term = spans_of(self._tokens[child + 1].children or [], self._notes)
                lines += [*([()] if lines else ()), *wrap(list(_recast(term, "text", BOLD)), width)]
            else:
                lines.extend(self._item("  ", child, close, width, is_tight=self._is_tight(child, close)))
        return lines

    def _list(self, start: int, end: int, width: int) -> list[Line]:
        items = self._children(start, end)
        is_ordered = self._tokens[start].type == "ordered_list_open"
        number = int(self._tokens[start].attrs.get("start", 1))
        room = len(str(number + len(items) - 1))
        is_tight = all(self._is_tight(*item) for item in items)
        lines: list[Line] = []
        bullet = BULLETS[min(self._depth, len(BULLETS) - 1)]
        self._depth += 1
        for count, (item, close) in enumerate(items):
            sign = f"{number + count:>{room}}. " if is_ordered else f"{bullet} "
            if count and not is_tight:
                lines.append(())
            lines.extend(self._item(sign, item, close, width, is_tight=is_tight))
        self._depth -= 1
        return lines

    def _item(self, sign: str, start: int, end: int, width: int, *, is_tight: bool) -> Iterator[Line]:
        indent = cell_len(sign)
        if width - indent < MIN_INNER // 2:
            sign, indent = "", 0
        lines = self.lines(start + 1, end, width - indent, is_tight=is_tight)
        if lines and lines[0] and lines[0][0].text in TASKS and indent == cell_len(TASKS[0]):
            sign, lines[0] = lines[0][0].text, lines[0][1:]
        for number, line in enumerate(lines or [()]):
            if line or not number:
                before = Span(" " * indent) if number else Span(sign, "bullet")
                yield (before, *line) if before.text else line
            else:
                yield line

    def _is_tight(self, start: int, end: int) -> bool:
        level = self._tokens[start].level + 1
        paragraphs = (token for token in self._tokens[start + 1 : end] if token.level == level)
        return all(token.hidden for token in paragraphs if token.type == "paragraph_open")

    def _children(self, start: int, end: int) -> list[tuple[int, int]]:
        children = []
        at = start + 1
        while at < end:
            close = self._closes.get(at, at)
            children.append((at, close))
            at = close + 1
        return children

    def _table(self, start: int, end: int) -> Table:
        rows: list[list[list[Span]]] = []
        alignments: list[str] = []
        for token, inline in zip(self._tokens[start:end], self._tokens[start + 1 : end], strict=False):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                rows[-1].append(spans_of(inline.children or [], self._notes))
                if token.type == "th_open":
                    alignments.append(str(token.attrGet("style") or "").rpartition(":")[2] or "left")
        return Table(rows[0], rows[1:], alignments)


def _closes(tokens: Sequence[Token]) -> dict[int, int]:
    """For each opening token the place of the one that closes it."""
    closes: dict[int, int] = {}
    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token.nesting == 1:
            opened.append(place)
        elif token.nesting == -1 and opened:
            closes[opened.pop()] = place
    return closes


def _recast(spans: Iterable[Span], ink: str, emphasis: int = 0) -> Iterator[Span]:
    """The spans with plain text in another ink; links, code and signs keep theirs."""
    for span in spans:
        yield span._replace(ink=ink if span.ink == "text" else span.ink, emphasis=span.emphasis | emphasis)
