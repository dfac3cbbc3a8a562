"""Cuts a long body into chunks of Markdown that can be laid out one by one, where the text allows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import get_character_cell_size

CHUNK = 6_000
"""Characters after which a chunk ends at the next good place: about 100 lines, 10 ms to lay out."""

FIRST = 3_000
"""The same for the first chunk of a longer body: a screenful, so that it appears quickly."""

HARD = 9_000
"""Characters after which a chunk is cut at any line, and an endless line anywhere."""

_FENCE = re.compile(r"\n( {0,3}(`{3,}|~{3,})([^\n]*))")
_GOOD_PLACE = re.compile(r"\n[ \t]*\n(?=[^\s\-*+>|0-9:])")
_CUTS = (re.compile(r"\n[ \t]*\n(?=\S)"), re.compile(r"\n(?=\S)"), re.compile(r"\n"), re.compile(" "))
_TABLE_RULE = re.compile(r"[ |:\t-]*-[ |:\t-]*\Z")


class BodyChunk(NamedTuple):
    """A part of a body."""

    start: int
    end: int
    before: str = ""
    """Markdown to put before it: the fence or the table head that it continues."""
    is_glued: bool = False
    """Whether it continues the chunk before without a blank line."""

    def text_in(self, body: str) -> str:
        """Its Markdown."""
        return self.before + body[self.start : self.end]


def chunks_of(body: str) -> Iterator[BodyChunk]:
    """The chunks of a body in order; together they hold all of it."""
    start, before, is_glued = 0, "", False
    while start < len(body):
        end, after, glue = _end_of(body, start, before)
        yield BodyChunk(start, end, before, is_glued)
        start, before, is_glued = end, after, glue


def _open_fence(text: str) -> str:
    """The line that opened the fence in which the text ends; empty if it ends outside."""
    mark = opened = ""
    for match in _FENCE.finditer("\n" + text):
        line, fence, info = match.groups()
        if not mark:
            if fence[0] == "~" or "`" not in info:
                mark, opened = fence, line
        elif fence.startswith(mark) and not info.strip():
            mark = opened = ""
    return opened


def _end_of(body: str, start: int, before: str) -> tuple[int, str, bool]:
    """Where the chunk ends, what to put before the next one, and whether the next is glued to it."""
    size = FIRST if not start and len(body) > CHUNK else CHUNK
    near, far = start + size, min(start + HARD, len(body))
    if near >= len(body):
        return len(body), "", False
    fence = _open_fence(before + body[start:near])
    if not fence:
        good = _GOOD_PLACE.search(body, near, far)
        if good and not _open_fence(before + body[start : good.end()]):
            return good.end(), "", False
    elif end := _fence_end(body, near, far, fence):
        return end, "", False
    end = _cut_at(body, near, far)
    if end >= len(body):
        return end, "", False
    fence = _open_fence(before + body[start:end])
    if fence:
        return end, f"{fence}\n", True
    return end, _table_head(before + body[start:end]), body[end - 2 : end] != "\n\n"


def _fence_end(body: str, near: int, far: int, fence: str) -> int:
    mark = fence.lstrip()
    mark = mark[: len(mark) - len(mark.lstrip(mark[0]))]
    closing = re.compile(rf"^ {{0,3}}{re.escape(mark)}{re.escape(mark[0])}*[ \t]*$\n?", re.MULTILINE)
    found = closing.search(body, near, far)
    return found.end() if found else 0


def _cut_at(body: str, near: int, far: int) -> int:
    """The first good place to cut: after a blank line, a line, a space, else between letters."""
    if far >= len(body):
        return len(body)
    for cut in _CUTS:
        if found := cut.search(body, near, far):
            return found.end()
    for place in range(far, near, -1):
        if body[place - 1] != "\u200d" and get_character_cell_size(body[place]):
            return place
    return far


def _table_head(text: str) -> str:
    """The head of the table in which the text ends: every chunk of a long table shows it again."""
    block = text[text.rfind("\n\n", 0, len(text) - 1) + 1 :].lstrip("\n")
    first, _, rest = block.partition("\n")
    second = rest.partition("\n")[0]
    if "|" in first and "|" in second and len(second) < 1_000 and _TABLE_RULE.match(second):
        return f"{first}\n{second}\n"
    return ""
