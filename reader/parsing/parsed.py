"""What a file's header says before conversion: the value that every way of reading one gives.

No reading here: `canonical` and `frontmatter` make these, `dialects` takes them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from reader.article.record import Value

MAX_HEADER = 256 * 1024
"""Characters of a header that are parsed."""

MAX_NESTING = 64
"""Levels of a header that are parsed: PyYAML's C parser ends the process at 15,000."""

MAX_ENTRIES = 20_000
"""Lines and commas of a header that are parsed: each may be a value, and 100,000 take a second and 100 MB."""


class Flaw(NamedTuple):
    """One thing in a header that could not be read; becomes a Problem once the file's path is known."""

    line: int
    """1-based line of the file; 0 if the file as a whole is meant."""
    field: str
    """The key as written, or "header"."""
    reason: str


class Parsed(NamedTuple):
    """A file taken apart into its header's fields and its body."""

    fields: dict[str, Value]
    body: str
    """Everything behind the header, as it is."""
    body_line: int
    """1-based line of the file on which the body begins."""
    lines: Mapping[str, int]
    """1-based line of each key, as far as known: `title`, and `related.0.quality` for what is nested."""
    problems: tuple[Flaw, ...] = ()
    as_written: frozenset[str] = frozenset()
    """Keys whose text no parser could read: it is taken as it is written, without any formatting in it."""


class HeaderError(Exception):
    """A header, or a part of one, that can't be read as a whole; never leaves `frontmatter`."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        """0-based line within the text that was parsed."""
        self.reason = reason


class LineNumbers:
    """On which line of a text a place is, without counting from its start each time."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _breaks(self) -> list[int]:
        return [found.start() for found in re.finditer("\n", self._text)]

    def __call__(self, place: int) -> int:
        """The 0-based line."""
        return bisect_left(self._breaks, place)


def refuse_excess(header: str) -> None:
    """Raise HeaderError where a header is too long, too deep or has too many values, before it is parsed."""
    if len(header) > MAX_HEADER:
        raise HeaderError(0, f"the header is larger than {MAX_HEADER // 1024} kB; put long text below it")
    if header.count("\n") + header.count(",") > MAX_ENTRIES:
        raise HeaderError(0, f"the header has more than {MAX_ENTRIES:,} lines and commas; shorten its lists")
    if header.count("[") + header.count("{") <= MAX_NESTING:
        return
    depth = 0
    for place, char in enumerate(header):
        if char in "[{":
            depth += 1
            if depth > MAX_NESTING:
                line = header.count("\n", 0, place)
                raise HeaderError(line, f"brackets are nested more than {MAX_NESTING} deep")
        elif char in "]}":
            depth = max(depth - 1, 0)
