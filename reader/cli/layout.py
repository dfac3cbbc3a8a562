"""Text in columns and paragraphs, measured in terminal cells.

Only what plain output needs; the screen has its own painting. The text is clean already.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Container, Iterator, Sequence

_FIRST_ODD = "\u0300"
"""Every character before the combining marks is one cell wide, so most text needs no table."""

_SIGNS = dict.fromkeys(map(ord, "\u2010\u2011–—‘’‚“”„†•…‹›€™−"))
"""Common signs after it that are always one cell wide."""


def columns(stream: int = 1) -> int:
    """The width of the terminal on this file descriptor, else 80; COLUMNS overrides it."""
    chosen = os.environ.get("COLUMNS", "")
    if chosen.isdecimal() and int(chosen) > 0:
        return int(chosen)
    try:
        return os.get_terminal_size(stream).columns or 80
    except OSError:
        return 80


def cells(text: str) -> int:
    """The width of a text in cells."""
    if text.isascii() or max(text) < _FIRST_ODD or max(text.translate(_SIGNS), default="") < _FIRST_ODD:
        return len(text)
    from wcwidth import wcswidth  # a table of 10 ms that plain letters and signs do without

    width = wcswidth(text)
    return width if width >= 0 else len(text)


def cut(text: str, width: int) -> str:
    """The text cut to this width, with an ellipsis if something is omitted."""
    if cells(text) <= width:
        return text
    return _head(text, width - 1) + "…" if width > 0 else ""


def fit(line: str) -> str:
    """The line cut to the terminal that stdout is; whole if it is none."""
    return cut(line, columns()) if sys.stdout.isatty() else line


def pad(text: str, width: int) -> str:
    """The text padded with spaces to this width; never cut."""
    return text + " " * (width - cells(text))


def aligned(rows: Sequence[Sequence[str]], *, right: Container[int] = ()) -> Iterator[str]:
    """Rows of cells as lines with aligned columns, those with the numbers `right` to the right."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (
            " " * (width - cells(text)) + text if place in right else pad(text, width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(padded).rstrip()


def wrap(text: str, width: int) -> Iterator[str]:
    """Wrap a paragraph to this many cells; a longer word (a URL) stays whole.

    Text without spaces, as in Chinese and Japanese, is broken between characters.
    """
    line, used = "", 0
    for word in text.split():
        size = cells(word)
        if line and used + 1 + size <= width:
            line, used = f"{line} {word}", used + 1 + size
            continue
        if line:
            yield line
        while size > width and not word.isascii():
            kept = _head(word, width)
            if not kept:
                break
            yield kept
            word = word[len(kept) :]
            size = cells(word)
        line, used = word, size
    if line:
        yield line


def _head(text: str, width: int) -> str:
    """The start of the text in at most this width, with the combining marks of its last letter."""
    stop = min(width, len(text))
    while stop and cells(text[:stop]) > width:
        stop -= 1
    while 0 < stop < len(text) and cells(text[: stop + 1]) == cells(text[:stop]):
        stop += 1
    return text[:stop]
