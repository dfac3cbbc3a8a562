"""Code blocks: what Pygments knows of a common language, as inks; everything else plain.

Pygments is imported with the first block of a known language, never before.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.cells import cell_len

from reader.app.reading.lines import MIN_WIDTH, Line, Span, Target, chop, wrap

_LANGUAGES = """
bash c console cpp css diff go html ini java javascript js json kotlin lua php py python rb ruby rust rs sh
shell sql swift toml ts typescript xml yaml yml zsh
"""
LANGUAGES = frozenset(_LANGUAGES.split())
"""Languages that get colours; a fixed list, as some lexers of rare ones take very long on odd text."""

MAX_COLOURED = 20_000
"""Characters of a block up to which it is coloured (about 20 ms)."""

TAB = 4
"""Cells to the next tab stop."""

MORE = "›"
"""At the end of a line that is longer than the page."""

FURTHER = "  ↳ "
"""Before the rest of a long line, where lines are wrapped."""


def layout_code(text: str, language: str, width: int, *, is_wrapped: bool = False) -> list[Line]:
    """A block of code on a ground of its own, one blank cell at each side.

    Lines that are too long are cut, and the sign at their end can be pressed to see them wrapped.
    """
    inner = max(width - 2, MIN_WIDTH)
    spans = coloured(text.removesuffix("\n").expandtabs(TAB), language)
    press = Target("code", "")
    lines: list[Line] = []
    for line in _split(spans):
        parts = [line] if _cells(line) <= inner else _folded(line, inner, press, is_wrapped)
        for part in parts:
            lines.append((Span(" ", "listing"), *part) if width > MIN_WIDTH + 1 else part)
    return lines


def coloured(text: str, language: str) -> list[Span]:
    """A text in the inks of its language; plain where the lexer does not give back every character of it."""
    plain = [Span(text, "listing")]
    if language.lower() not in LANGUAGES or len(text) > MAX_COLOURED or not text.strip():
        return plain
    from pygments.lexers import get_lexer_by_name
    from pygments.token import Comment, Keyword, Number, String

    inks = ((Comment, "comment"), (Keyword, "keyword"), (String, "string"), (Number, "number"))
    spans: list[Span] = []
    try:
        lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
        for kind, part in lexer.get_tokens(text):
            ink = next((f"listing-{name}" for group, name in inks if group in kind.split()), "listing")
            spans.append(Span(part, ink))
    except Exception:  # a lexer is a guest here: whatever is wrong with it, the code is shown
        return plain
    return spans if "".join(span.text for span in spans) == text else plain


def _split(spans: list[Span]) -> Iterator[Line]:
    """The lines of a text."""
    parts = ((number, part) for number, part in _numbered(spans))
    at = 0
    for number, group in groupby(parts, key=lambda one: one[0]):
        yield from [()] * (number - at)
        yield tuple(part for _, part in group if part.text)
        at = number + 1


def _numbered(spans: list[Span]) -> Iterator[tuple[int, Span]]:
    """The parts of the spans with the number of the line that each is on."""
    number = 0
    for span in spans:
        for place, part in enumerate(span.text.split("\n")):
            number += place > 0
            yield number, span._replace(text=part)


def _cells(line: Line) -> int:
    return sum(cell_len(span.text) for span in line)


def _folded(line: Line, width: int, press: Target, is_wrapped: bool) -> list[Line]:
    """A long line: cut, with a sign that there is more, or wrapped between its words."""
    if not is_wrapped:
        return [(*_cut(line, width - 1), Span(MORE, "more", 0, press))]
    room = max(width - len(FURTHER), MIN_WIDTH)
    indent = len(text := "".join(span.text for span in line)) - len(text.lstrip(" "))
    indent = min(indent, room // 2)
    body = _from(line, indent)
    first, *rest = wrap(body, room)
    return [
        (Span(" " * indent, "listing"), *first),
        *((Span(FURTHER, "more", 0, press), *part) for part in rest),
    ]


def _cut(line: Line, width: int) -> Iterator[Span]:
    """The beginning of a line, of at most `width` cells."""
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


def _from(line: Line, start: int) -> list[Span]:
    """A line without its first characters."""
    rest: list[Span] = []
    for span in line:
        rest.append(span._replace(text=span.text[start:]))
        start = max(start - len(span.text), 0)
    return [span for span in rest if span.text]
