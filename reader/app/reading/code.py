"""Code blocks: what pygments knows of a common language, as inks; everything else plain.

Pygments is imported with the first block of a known language, never before.
"""

from __future__ import annotations

from collections.abc import Iterator

from reader.app.reading.lines import MIN_WIDTH, Line, Span, wrap

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


def layout_code(text: str, language: str, width: int) -> list[Line]:
    """A block of code on a ground of its own, one blank cell at each side, long lines wrapped."""
    inner = max(width - 2, MIN_WIDTH)
    text = text.removesuffix("\n").expandtabs(TAB)
    spans = list(_coloured(text, language)) if text.strip() else [Span(text, "listing")]
    lines: list[Line] = []
    for line in _unbroken(spans, inner):
        lines.append((Span(" ", "listing"), *line) if width > MIN_WIDTH + 1 else line)
    return lines


def _unbroken(spans: list[Span], width: int) -> list[Line]:
    """Wrapped with every blank kept: a no-break space stands for it while the line is cut."""
    held = [span._replace(text=span.text.replace(" ", "\xa0")) for span in spans]
    lines = wrap(held, width)
    return [tuple(span._replace(text=span.text.replace("\xa0", " ")) for span in line) for line in lines]


def _coloured(text: str, language: str) -> Iterator[Span]:
    if language.lower() not in LANGUAGES or len(text) > MAX_COLOURED:
        yield Span(text, "listing")
        return
    from pygments.lexers import get_lexer_by_name
    from pygments.token import Comment, Keyword, Number, String
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        yield Span(text, "listing")
        return
    inks = ((Comment, "comment"), (Keyword, "keyword"), (String, "string"), (Number, "number"))
    for kind, part in lexer.get_tokens(text):
        ink = next((f"listing-{name}" for group, name in inks if group in kind.split()), "listing")
        yield Span(part, ink)
