"""What a file's header says before conversion: the value that every way of reading one gives.

No reading here: `canonical` and `frontmatter` make these, `dialects` takes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from reader.article.record import Value

MAX_HEADER = 256 * 1024
"""Characters of a header that are parsed."""

MAX_NESTING = 64
"""Levels of a header that are parsed: PyYAML's C parser ends the process at 15,000."""


class Flaw(NamedTuple):
    """One thing in a header that could not be read; becomes a Problem once the file's path is known."""

    line: int
    """1-based line of the file; 0 where the file as a whole is meant."""
    field: str
    """The key as written, or "header"."""
    reason: str


class Parsed(NamedTuple):
    """A file taken apart into its header's fields and its body."""

    fields: dict[str, Value]
    body: str
    """Everything behind the header, as it stands."""
    body_line: int
    """1-based line of the file on which the body begins."""
    lines: Mapping[str, int]
    """1-based line of each key, as far as known: `title`, and `related.0.quality` for what is nested."""
    problems: tuple[Flaw, ...] = ()


class HeaderError(Exception):
    """A header, or a part of one, that can't be read as a whole; never leaves `frontmatter`."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        """0-based line within the text that was parsed."""
        self.reason = reason


def refuse_nesting(header: str) -> None:
    """Raise HeaderError where brackets are open more than MAX_NESTING deep, in quotes or not."""
    if header.count("[") + header.count("{") <= MAX_NESTING:
        return
    depth = 0
    for place, char in enumerate(header):
        if char in "[{":
            depth += 1
            if depth > MAX_NESTING:
                raise HeaderError(
                    header.count("\n", 0, place), f"brackets are nested more than {MAX_NESTING} deep"
                )
        elif char in "]}":
            depth = max(depth - 1, 0)
