"""Finds the words and phrases of a search in lines; hits are data, never markup.

`reader.article.text` defines what a word is and when two are the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from reader.app.reading.lines import Line, part_of, plain
from reader.article.text import fold, words

Highlights: TypeAlias = "tuple[tuple[str, bool], ...]"
"""Words and phrases as typed, each with whether its last word may be a prefix (see
`reader.query.highlights`)."""

Sought: TypeAlias = "tuple[tuple[tuple[str, ...], bool], ...]"
"""The same, each as its folded words."""

_PART = re.compile(r"[^\W_]+|[^\w\x00-\x7f]")


class Hit(NamedTuple):
    """A part of one line to highlight."""

    line: int
    start: int
    end: int
    is_first: bool = True
    """False if it continues a hit from the line above."""


class _Unit(NamedTuple):
    word: str
    start: int
    end: int


def sought(highlights: Highlights) -> Sought:
    """Highlights prepared for comparison; those without a word are dropped."""
    return tuple((tuple(words(text)), may_go_on) for text, may_go_on in highlights if words(text))


def hits_in(lines: Sequence[Line], wanted: Sought) -> list[Hit]:
    """The hits in the lines, in order, not overlapping; a phrase may continue on the next line."""
    if not wanted:
        return []
    texts = [plain(line) for line in lines]
    hits: list[Hit] = []
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text) + 1)
    line = 0
    for start, end in _merged(_places("\n".join(texts), wanted)):
        is_first = True
        while starts[line + 1] <= start:
            line += 1
        while start < end:
            stop = min(end, starts[line + 1] - 1)
            if stop > start:
                hits.append(Hit(line, start - starts[line], stop - starts[line], is_first))
                is_first = False
            if end <= starts[line + 1]:
                break
            line += 1
            start = starts[line] + len(texts[line]) - len(texts[line].lstrip(" ▎"))
    return hits


def may_hit(text: str, wanted: Sought) -> bool:
    """Whether a Markdown text can contain a hit; a cheap check."""
    folded = fold(text)
    return any(all(word in folded for word in phrase) for phrase, _ in wanted)


def restyled(line: Line, start: int, end: int, style: str) -> Line:
    """The line with part of its text in another style; emphasis and targets are kept."""
    within = (span._replace(style=style) for span in part_of(line, start, end))
    return (*part_of(line, 0, start), *within, *part_of(line, end))


def _places(text: str, wanted: Sought) -> Iterator[tuple[int, int]]:
    units = list(_units(text))
    folded = [unit.word for unit in units]
    for place, unit in enumerate(units):
        for phrase, may_go_on in wanted:
            *begun, last = folded[place : place + len(phrase)]
            is_last = last == phrase[-1] or (may_go_on and last.startswith(phrase[-1]))
            if is_last and tuple(begun) == phrase[:-1]:
                yield unit.start, units[place + len(begun)].end


def _merged(places: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    first = last = -1
    for start, end in places:
        if start < last:
            last = max(last, end)
            continue
        if last > first:
            yield first, last
        first, last = start, end
    if last > first:
        yield first, last


def _units(text: str) -> Iterator[_Unit]:
    """The words of a text with their places; in scripts without spaces each pair of characters is one."""
    for start, end in _runs(text):
        run = text[start:end]
        found = words(run)
        if len(found) == 1:
            yield _Unit(found[0], start, end)
            continue
        folded = fold(run)
        at = 0
        for word in found:
            at = max(folded.find(word, at), at)
            if len(folded) == len(run):
                yield _Unit(word, start + at, start + at + len(word))
            else:
                yield _Unit(word, start, end)
            at += 1


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of runs of letters and digits, with the marks in and behind them."""
    start = end = 0
    for match in _PART.finditer(text):
        is_mark = unicodedata.category(match[0][0]) in ("Mn", "Mc", "Me", "Cf")
        is_word = match[0][0].isalnum()
        if end > start and match.start() == end and (is_mark or is_word):
            end = match.end()
            continue
        if end > start:
            yield start, end
        start, end = match.span() if is_word else (0, 0)
    if end > start:
        yield start, end
