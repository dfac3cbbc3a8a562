"""Lines of spans, and wrapping text into them by cells, between words if possible.

Each span has a style instead of a colour, so a change of theme needs no layout. Wide characters and letters
with combining marks are never split; the time is linear in the length of the text. Independent of Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from rich.cells import cell_len, get_character_cell_size, split_graphemes

from reader.app.paint.cells import widest

MIN_WIDTH = 2
"""Cells of the narrowest line: a wide character must fit."""

_BLANKS = " \t\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000"
_WORD = re.compile(f"[{_BLANKS}]+|[^{_BLANKS}]+")
_BLANK = re.compile(f"[{_BLANKS}]")

_WIDE = "\u2e80-\u2fff\u3003-\u3007\u3012\u3013\u3021-\u30fa\u30fc-\u4dbf\u4e00-\u9fff"
_WIDE += "\uf900-\ufaff\uff10-\uff5a\uff66-\uff9f\U00020000-\U0003fffd"
_OPENERS = "(\\[{\u2018\u201c\u3008\u300a\u300c\u300e\u3010\u3014\u3016\uff08\uff3b\uff5b"
_CLOSERS = (
    ")\\]}!,.:;?%\u2019\u201d\u2026\u3001\u3002\u3005\u3009\u300b\u300d\u300f\u3011\u3015\u3017\u30fb\u30fc"
    "\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u30a1\u30a3\u30a5\u30a7\u30a9\u30c3\u30e3\u30e5\u30e7"
    "\uff01\uff05\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3d\uff5d\uff61\uff64"
)
_MARKS = "\u3099\u309a\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef"
_FIRST_WIDE = "\u2e80"


@cache
def _unit() -> re.Pattern[str]:
    """A stretch of Han or kana may end after each character, but not before a closing sign or small kana and
    not after an opening one. Compiled on first use: it would take 2 ms of the start.
    """
    return re.compile(
        f"[{_OPENERS}]*(?:[{_WIDE}]|[^{_WIDE}{_OPENERS}{_CLOSERS}]+)?[{_MARKS}]*[{_CLOSERS}]*[{_MARKS}]*"
    )


@cache
def _has_wide() -> re.Pattern[str]:
    return re.compile(f"[{_WIDE}]")


_HYPHEN = re.compile(r"(?<=[^\W\d_]-)(?=[^\W\d_])|(?<=\w[—–])(?=\w)")
_JOINER = "\u200d"

BOLD, ITALIC, STRIKE, UNDERLINE = 1, 2, 4, 8
"""Bits of `Span.emphasis`."""


class Target(NamedTuple):
    """The target of a clicked span. Two links to the same address are two objects: compare with `is`."""

    field: str
    """`url`, or the field of a facet: topic, provider, tag."""
    value: str


class Span(NamedTuple):
    """A stretch of text painted in one style."""

    text: str
    style: str = "text"
    """Its style: a name in `reader.app.paint.styles.ARTICLE`."""
    emphasis: int = 0
    target: Target | None = None


Line: TypeAlias = "tuple[Span, ...]"
"""One line on the screen; an empty tuple is a blank line."""


def plain(line: Iterable[Span]) -> str:
    """The text of a line."""
    return "".join(span.text for span in line)


def part_of(line: Sequence[Span], start: int, end: int | None = None) -> Line:
    """The characters from `start` on, before `end`, of a line."""
    found: list[Span] = []
    for span in line:
        length = len(span.text)
        text = span.text[max(start, 0) : length if end is None else max(end, 0)]
        if text:
            found.append(span if text == span.text else span._replace(text=text))
        start -= length
        end = None if end is None else end - length
    return tuple(found)


def wrap(spans: Sequence[Span], width: int) -> list[Line]:
    """The spans as lines of at most `width` cells; a newline in a text begins a new line.

    Blanks at the ends of lines are dropped, and so are those that a wrapped line would begin with.
    """
    width = max(width, MIN_WIDTH)
    spans = _with_whole_letters(spans)
    text = "".join(span.text for span in spans)
    places: list[tuple[int, int]] = []
    offset = 0
    for paragraph in text.split("\n"):
        places.extend(_fill(paragraph, offset, width))
        offset += len(paragraph) + 1
    return _cut(spans, places)


def chop(text: str, width: int) -> Iterator[tuple[int, int, int]]:
    """Start, end and cells of consecutive parts of at most `width` cells, cut between letters only."""
    if text.isascii():
        for start in range(0, len(text), width):
            end = min(start + width, len(text))
            yield start, end, end - start
        return
    start = end = used = 0
    for begin, stop, size in split_graphemes(text)[0]:
        size = size if size > 1 else max(size, widest(text[begin:stop]))
        if used + size > width and end > start:
            yield start, end, used
            start, used = end, 0
        end, used = stop, used + size
    if end > start:
        yield start, end, used


def _fill(text: str, offset: int, width: int) -> Iterator[tuple[int, int]]:
    start = end = used = pending = 0
    is_empty = True
    for begin, stop, cells, is_blank in _units(text, width):
        if is_blank:
            pending += cells
            continue
        if not is_empty and used + pending + cells > width:
            yield offset + start, offset + end
            is_empty = True
        if is_empty:
            start, used, pending = begin, 0, 0
        end, used, pending, is_empty = stop, used + pending + cells, 0, False
    yield offset + start, offset + end


def _units(text: str, width: int) -> Iterator[tuple[int, int, int, bool]]:
    """Start, end, cells and whether it is blank, of each stretch that stays together."""
    for match in _WORD.finditer(text):
        word, begin = match[0], match.start()
        if _BLANK.match(word):
            yield begin, match.end(), cell_len(word.replace("\t", " ")), True
            continue
        for start, stop in _breakable(word):
            unit = word[start:stop]
            cells = widest(unit)
            if cells <= width:
                yield begin + start, begin + stop, cells, False
                continue
            for head, tail, size in chop(unit, width):
                yield begin + start + head, begin + start + tail, size, False


def _breakable(word: str) -> Iterator[tuple[int, int]]:
    if not word.isascii() and max(word) >= _FIRST_WIDE and _has_wide().search(word):
        start = 0
        for match in _unit().finditer(word):
            cut = match.start()
            if start < cut < len(word) and word[cut - 1] != _JOINER and get_character_cell_size(word[cut]):
                yield start, cut
                start = cut
        yield start, len(word)
        return
    start = 0
    for match in _HYPHEN.finditer(word):
        yield start, match.start()
        start = match.start()
    yield start, len(word)


def _cut(spans: Sequence[Span], places: list[tuple[int, int]]) -> list[Line]:
    lines: list[Line] = []
    index = at = 0
    for start, end in places:
        line: list[Span] = []
        while index < len(spans) and at + len(spans[index].text) <= start:
            at += len(spans[index].text)
            index += 1
        while start < end:
            span = spans[index]
            text = span.text[start - at : end - at].replace("\t", " ")
            line.append(span if text == span.text else span._replace(text=text))
            start += len(text)
            if start < end:
                at += len(span.text)
                index += 1
        lines.append(tuple(line))
    return lines


def _with_whole_letters(spans: Sequence[Span]) -> list[Span]:
    """The spans with combining marks moved to the span of their letter, so that no letter is split."""
    whole: list[Span] = []
    for span in spans:
        text = span.text
        if whole and (not text.isascii() or whole[-1].text.endswith(_JOINER)):
            before = whole[-1]
            count = _belonging(before.text, text)
            if count:
                whole[-1] = before._replace(text=before.text + text[:count])
                text = text[count:]
                span = span._replace(text=text)
        if text:
            whole.append(span)
    return whole


def _belonging(before: str, text: str) -> int:
    count = 0
    while count < len(text) and text[count] != "\n":
        last = text[count - 1] if count else before[-1]
        if last != _JOINER and get_character_cell_size(text[count]):
            break
        count += 1
    return count
