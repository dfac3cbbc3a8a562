"""Markdown blocks, tokens to lines: headings, paragraphs, lists, quotes, code, tables, footnotes, rules.

`reader.article.markdown` parses; here is only the layout, without colours.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

from rich.cells import cell_len

from reader.app.reading.inline import SCREEN, TASKS, LinkNumbers, Look, footnote_mark, spans_of
from reader.app.reading.lines import (
    BOLD,
    ITALIC,
    MIN_WIDTH,
    UNDERLINE,
    Line,
    Span,
    Target,
    chop,
    part_of,
    plain,
    wrap,
)
from reader.article.markdown import References, parse

if TYPE_CHECKING:
    from markdown_it.token import Token

_LANGUAGES = """
bash c console cpp css diff go html ini java javascript js json kotlin lua php py python rb ruby rust rs sh
shell sql swift toml ts typescript xml yaml yml zsh
"""
LANGUAGES = frozenset(_LANGUAGES.split())
"""Languages that get colours; a fixed list, as some lexers of rare ones take very long on odd text."""

MAX_COLOURED = 20_000
"""Maximum characters of a highlighted block (about 20 ms)."""

TAB = 4
"""Cells to the next tab stop."""

MORE = "›"
"""At the end of a line that is longer than the page."""

FURTHER = "  ↳ "
"""Before the rest of a long line, where lines are wrapped."""


Made = TypeVar("Made")


def safely(make: Callable[[], Made], otherwise: Callable[[], Made]) -> Made:
    """What `make` returns, or `otherwise` if it raises: no file may end the screen.

    Parsers and lexers are other people's code, and meet hostile text here. READER_DEBUG raises their errors.
    """
    try:
        return make()
    except Exception:
        if os.environ.get("READER_DEBUG"):
            raise
        return otherwise()


def _layout_code(text: str, language: str, width: int, *, is_wrapped: bool = False) -> list[Line]:
    """A block of code on its own background, with one blank cell on each side. Lines that are too long are
    cut; clicking the sign at their end wraps them.
    """
    inner = max(width - 2, MIN_WIDTH)
    code: list[list[Span]] = [[]]
    for span in coloured(text.removesuffix("\n").expandtabs(TAB), language):
        first, *others = span.text.split("\n")
        code[-1].append(span._replace(text=first))
        code += [[span._replace(text=other)] for other in others]
    press = Target("code", "")
    lines: list[Line] = []
    for spans in code:
        line = tuple(span for span in spans if span.text)
        parts = [line] if _cells(line) <= inner else _folded(line, inner, press, is_wrapped)
        for one in parts:
            lines.append((Span(" ", "listing"), *one) if width > MIN_WIDTH + 1 else one)
    return lines


def coloured(text: str, language: str) -> list[Span]:
    """Code with syntax highlighting; plain if the lexer loses a character."""
    one_span = [Span(text, "listing")]
    if language.lower() not in LANGUAGES or len(text) > MAX_COLOURED or not text.strip():
        return one_span
    from pygments.lexers import get_lexer_by_name
    from pygments.token import Comment, Keyword, Number, String

    styles = ((Comment, "comment"), (Keyword, "keyword"), (String, "string"), (Number, "number"))

    def lexed() -> list[Span]:
        spans = []
        lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
        for kind, part in lexer.get_tokens(text):
            style = next((f"listing-{name}" for group, name in styles if group in kind.split()), "listing")
            spans.append(Span(part, style))
        return spans

    spans = safely(lexed, lambda: one_span)
    return spans if plain(spans) == text else one_span


def _cells(line: Line) -> int:
    return sum(cell_len(span.text) for span in line)


def _folded(line: Line, width: int, press: Target, is_wrapped: bool) -> list[Line]:
    """A long line: cut, with a sign that there is more, or wrapped between its words."""
    if not is_wrapped:
        return [(*_cut(line, width - 1), Span(MORE, "more", 0, press))]
    room = max(width - len(FURTHER), MIN_WIDTH)
    text = plain(line)
    indent = min(len(text) - len(text.lstrip(" ")), room // 2)
    first, *others = wrap(part_of(line, indent), room)
    further = Span(FURTHER, "more", 0, press)
    return [(Span(" " * indent, "listing"), *first), *((further, *other) for other in others)]


def _cut(line: Line, width: int) -> Iterator[Span]:
    """The start of a line, in at most `width` cells."""
    for span in line:
        cells = cell_len(span.text)
        if cells <= width:
            yield span
            width -= cells
            continue
        start, end, size = next(chop(span.text, max(width, 1)), (0, 0, 0))
        if size <= width:
            yield span._replace(text=span.text[start:end])
        return


GAP = 2
"""Blank cells between columns."""

MIN_COLUMN = 6
"""Minimum cells of a readable column; narrower tables are shown as records."""

Cell = list[Span]


def _layout_table(head: list[Cell], rows: list[list[Cell]], alignments: list[str], width: int) -> list[Line]:
    """A table in at most `width` cells; rows may be shorter or longer than the head."""
    columns = len(head)
    rows = [[*row, *[[]] * columns][:columns] for row in rows]
    natural = [1] * columns
    for row in (head, *rows):
        for number, cell in enumerate(row):
            natural[number] = max(natural[number], *map(cell_len, plain(cell).split("\n")))
    widths = _shared(natural, width - GAP * (columns - 1))
    if widths is None:
        return _records(head, rows or [[[] for _ in head]], width)
    lines: list[Line] = []
    if any(plain(cell) for cell in head):
        lines += _row([_bold(cell) for cell in head], widths, alignments)
        lines += _row([[Span("─" * cells, "rule")] for cells in widths], widths, alignments)
    wrapped = False
    for number, row in enumerate(rows):
        painted = list(_row(row, widths, alignments))
        if number and (wrapped or len(painted) > 1):
            lines.append(())
        wrapped = len(painted) > 1
        lines += painted
    return lines


def _bold(cell: Cell) -> Cell:
    return [span._replace(emphasis=span.emphasis | BOLD) for span in cell]


def _shared(natural: list[int], room: int) -> list[int] | None:
    """Column widths that fit: narrow columns keep theirs, wide ones share the rest; None if there is too
    little room."""
    if sum(natural) <= room:
        return natural
    widths = [0] * len(natural)
    left, columns = room, len(natural)
    for number in sorted(range(len(natural)), key=natural.__getitem__):
        fair = left // columns
        if natural[number] > fair < MIN_COLUMN:
            return None
        widths[number] = min(natural[number], fair)
        left -= widths[number]
        columns -= 1
    return widths


def _row(row: Sequence[Cell], widths: list[int], alignments: list[str]) -> Iterator[Line]:
    cells = [wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    for parts in zip_longest(*cells, fillvalue=()):
        line: list[Span] = []
        for number, (part, width) in enumerate(zip(parts, widths, strict=True)):
            spare = width - _cells(part)
            before = {"right": spare, "center": spare // 2}.get(alignments[number], 0)
            line += [Span(" " * (before + bool(number) * GAP)), *part, Span(" " * (spare - before))]
        yield tuple(span for span in line if span.text)


def _records(head: list[Cell], rows: list[list[Cell]], width: int) -> list[Line]:
    """For too many columns: each row as lines of `head: value`."""
    lines: list[Line] = []
    for number, row in enumerate(rows):
        if number:
            lines.append(())
        for name, cell in zip(head, row, strict=True):
            lines += wrap([*_bold(name), Span(": "), *cell], width)
    return lines


MIN_INNER = 16
"""Cells below which quotes and lists stop indenting their content."""


INDENT = "\xa0\xa0"
"""The indent of a paragraph without a blank line above it; `wrap` keeps it."""
_ONLY_DEFINITIONS = re.compile(
    r"(?:[ \t]*\n|"
    r"[ ]{0,3}\[(?!\^)[^\[\]\\\n]+\]:[ \t]*[^\s<>()\"']+"
    r"(?:[ \t]+(?:\"[^\"\\\n]*\"|'[^'\\\n]*'))?[ \t]*(?:\n|\Z))*\Z"
)
"""Text without visible output: blank lines and plain link definitions."""
_LISTS = ("bullet_list_open", "ordered_list_open")
_CLOSE_TOGETHER = ("paragraph_open", *_LISTS)
_RULES = ("━", "─")
"""Below headings of the first two ranks."""
_RANKS = (
    ("heading-1", BOLD),
    ("heading-1", BOLD),
    ("heading", BOLD | UNDERLINE),
    ("heading-4", BOLD | ITALIC),
    ("heading-4", ITALIC),
)


def may_link(text: str) -> bool:
    """Whether a Markdown text can contain a link; a cheap check."""
    return ("]" in text or "://" in text) and not _ONLY_DEFINITIONS.match(text)


def layout_markdown(
    text: str,
    width: int,
    references: References | None = None,
    numbers: LinkNumbers | None = None,
    look: Look = SCREEN,
) -> list[Line]:
    """The lines of a Markdown text, none wider than `width` cells (at least 2), no blank ones at its ends.

    With `numbers` the links are numbered.
    """
    if _ONLY_DEFINITIONS.match(text):
        return []
    tokens = parse(text, references)
    return _BlockLayout(tokens, numbers, look).lines(0, len(tokens), max(width, 2))


def layout_safely(
    text: str,
    width: int,
    references: References | None = None,
    numbers: LinkNumbers | None = None,
    look: Look = SCREEN,
) -> list[Line]:
    """The same, but text that can't be laid out is shown as written."""
    return safely(
        lambda: layout_markdown(text, width, references, numbers, look),
        lambda: wrap([Span(text.strip("\n"))], width),
    )


def links_in(text: str, references: References | None = None, *, base: str = "") -> list[tuple[str, str]]:
    """The words and the web address of each link in a Markdown text, in order."""

    def links() -> list[tuple[str, str]]:
        numbers = LinkNumbers()
        for token in parse(text, references):
            if token.children:
                spans_of(token.children, numbers, Look(base=base))
        return numbers.links

    return safely(links, list) if may_link(text) else []


class _BlockLayout:
    """Lays out the tokens of a text."""

    def __init__(self, tokens: Sequence[Token], numbers: LinkNumbers | None, look: Look) -> None:
        self._tokens = tokens
        self._numbers = numbers
        self._look = look
        self._closes = _closes(tokens)
        self._depth = 0
        self._containers: Mapping[str, Callable[[int, int, int], list[Line]]] = {
            "bullet_list_open": self._list,
            "ordered_list_open": self._list,
            "blockquote_open": self._quote,
            "dl_open": self._definitions,
            "footnote_reference_open": self._footnote,
            "table_open": self._table,
        }

    def lines(
        self, start: int, stop: int, width: int, *, is_tight: bool = False, in_item: bool = False
    ) -> list[Line]:
        """The blocks of tokens start..stop-1, a blank line between them.

        None is between those of a tight list, nor between an item's text and the list that belongs to it.
        """
        lines: list[Line] = []
        before = ""
        while start < stop:
            token = self._tokens[start]
            end = self._closes.get(start, start)
            if token.type == "paragraph_open" and self._is_empty(end):
                start = end + 1
                continue
            indent = ""
            is_close = (is_tight and token.type in _CLOSE_TOGETHER) or (
                in_item and before == "paragraph_open" and token.type in _LISTS
            )
            if lines and not is_close:
                is_text = before == token.type == "paragraph_open"
                spacing = self._look.spacing
                lines.extend([()] * (spacing if is_text else max(spacing, 1)))
                indent = INDENT if is_text and not spacing and width >= MIN_INNER else ""
            lines.extend(self._block(token, start, end, width, indent))
            before = token.type
            start = end + 1
        return lines

    def _is_empty(self, end: int) -> bool:
        """Whether a paragraph has no visible output, such as an HTML anchor."""
        inside = self._tokens[end - 1]
        parts = [inside] if inside.children is None else inside.children
        return not any(
            one.content.strip() or one.type in ("image", "footnote_ref") or one.attrGet("href")
            for one in parts
        )

    def _block(self, token: Token, start: int, end: int, width: int, indent: str = "") -> list[Line]:
        kind = token.type
        container = self._containers.get(kind)
        if container:
            return container(start, end, width)
        if kind in ("fence", "code_block"):
            return self._code(token, width)
        if kind == "hr":
            return [(Span("─" * width, "rule"),)]
        spans = self._spans(start + 1) if end > start else [Span(token.content)]
        if kind == "heading_open":
            return self._heading(token, spans, width)
        return wrap([Span(indent), *spans] if indent else spans, width)

    def _spans(self, place: int) -> list[Span]:
        """The inline token at a place."""
        return spans_of(self._tokens[place].children or [], self._numbers, self._look)

    def _heading(self, token: Token, spans: list[Span], width: int) -> list[Line]:
        """A heading whose rank is visible without colours: a heavy rule, a light one, underlined, italic."""
        rank = int(token.tag[1:]) if token.tag[1:].isdecimal() else 3
        if self._look.is_plain:
            return wrap([Span("#" * rank + " "), *spans], width)
        style, emphasis = _RANKS[min(rank, len(_RANKS)) - 1]
        lines = wrap(list(_recast(spans, style, emphasis)), width)
        if rank <= len(_RULES):
            longest = max(map(_cells, lines))
            lines.append((Span(_RULES[rank - 1] * max(longest, 1), "rule"),))
        return lines

    def _code(self, token: Token, width: int) -> list[Line]:
        language = token.info.split()[0] if token.info.split() else ""
        if not self._look.is_plain:
            return _layout_code(token.content, language, width, is_wrapped=self._look.wraps_code)
        fence = token.markup if len(token.markup) > 2 else "```"
        code = token.content.removesuffix("\n").split("\n")
        return [
            (Span(fence + token.info.partition("{")[0].rstrip()),),
            *((Span(line),) if line else () for line in code),
            (Span(fence),),
        ]

    def _footnote(self, start: int, end: int, width: int) -> list[Line]:
        mark = footnote_mark(self._tokens[start].meta["label"], is_plain=self._look.is_plain)
        mark += ": " if self._look.is_plain else " "
        return list(self._item(mark, start, end, width, is_tight=False))

    def _quote(self, start: int, end: int, width: int) -> list[Line]:
        bar = (Span(self._look.bar, "bar"),) if width >= MIN_INNER else ()
        inner = self.lines(start + 1, end, width - 2 if bar else width)
        return [(*bar, *_recast(line, "quote")) for line in inner]

    def _definitions(self, start: int, end: int, width: int) -> list[Line]:
        """Terms in bold, their definitions indented below."""
        lines: list[Line] = []
        for child, close in self._children(start, end):
            if self._tokens[child].type == "dt_open":
                term = self._spans(child + 1)
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
        bullet = self._look.bullets[min(self._depth, len(self._look.bullets) - 1)]
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
        lines = self.lines(start + 1, end, width - indent, is_tight=is_tight, in_item=True)
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

    def _table(self, start: int, end: int, width: int) -> list[Line]:
        rows: list[list[list[Span]]] = []
        alignments: list[str] = []
        for place in range(start, end):
            token = self._tokens[place]
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                rows[-1].append(self._spans(place + 1))
                if token.type == "th_open":
                    alignments.append(str(token.attrGet("style") or "").rpartition(":")[2] or "left")
        return _layout_table(rows[0], rows[1:], alignments, width)


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


def _recast(spans: Iterable[Span], style: str, emphasis: int = 0) -> Iterator[Span]:
    """The spans with plain text in another style; links, code and signs keep theirs."""
    for span in spans:
        yield span._replace(
            style=style if span.style == "text" else span.style, emphasis=span.emphasis | emphasis
        )
