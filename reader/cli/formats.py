"""The forms in which `list` writes its answer, each a line at a time so that any number fits in memory.

Here is the table that people read; what programs read is in `reader.cli.scripted`, imported when asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reader.cli.layout import columns, cut, pad
from reader.cli.output import Output
from reader.query.results import Headline, Results

if TYPE_CHECKING:
    from reader.library import Library

WINDOW = 500
"""Headlines asked for at a time."""

_PROVIDER = 18
"""Cells of the provider's column."""

_LEAST_PROVIDER = 8
"""In fewer cells a provider says nothing, and its column is left out."""

_LEAST_TITLE = 8
"""Cells that a title keeps however narrow the terminal is."""


def headlines(results: Results, limit: int | None) -> Iterator[Headline]:
    """The answer from its beginning, at most `limit` of it."""
    start = 0
    while limit is None or start < limit:
        stop = start + WINDOW if limit is None else min(start + WINDOW, limit)
        window = results.window(start, stop)
        yield from window
        if len(window) < stop - start:
            return
        start = stop


def lines(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    """The pieces of text that a list is written in."""
    if output.form == "table" and not output.fields:
        return _table(rows)
    from reader.cli import scripted

    return scripted.lines(library, rows, output)


def _table(rows: Iterator[Headline]) -> Iterator[str]:
    """Aligned columns, the title last: cut to a terminal, whole everywhere else (and without a header)."""
    if not sys.stdout.isatty():
        for row in rows:
            yield f"{_columns(row, row.id)}{row.title}\n"
        return
    head = f"{'ID':8}  {'DATE':10}  {'Q':>3}  {'':3}  "
    room = columns() - len(head)
    width = min((room - 2) * 2 // 5, _PROVIDER)
    if width >= _LEAST_PROVIDER:
        head, room = f"{head}{'PROVIDER':{width}}  ", room - width - 2
    else:
        width = 0
    room = max(room, _LEAST_TITLE)
    is_first = True
    for row in rows:
        if is_first:
            yield f"{head}TITLE\n"
        is_first = False
        short = row._replace(provider=cut(row.provider, width))
        yield f"{_columns(short, row.id[:8], width)}{cut(row.title, room)}\n"


def _columns(row: Headline, shown_id: str, width: int = _PROVIDER) -> str:
    """Everything before the title: id, day, quality, signs (unread, starred, draft), provider."""
    day = row.date.astimezone().date().isoformat() if row.date else ""
    quality = "" if row.quality is None else str(row.quality)
    signs = f"{' ' if row.is_read else '●'}{'★' if row.is_starred else ' '}{'✎' if row.is_draft else ' '}"
    provider = f"{pad(row.provider, width)}  " if width else ""
    return f"{shown_id}  {day:10}  {quality:>3}  {signs}  {provider}"
