"""Tables, aligned: natural widths where they fit, else shrunk with wrapped cells, else records.

Gets cells as spans; tokens belong to `blocks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from rich.cells import cell_len

from reader.app.reading.lines import BOLD, Line, Span, plain, wrap

GAP = 2
"""Blank cells between columns."""

MIN_COLUMN = 6
"""Cells below which a column is no longer worth reading; then the rows become records."""

Cell = list[Span]


class Table(NamedTuple):
    """A table as parsed; rows may be shorter or longer than the head."""

    head: list[Cell]
    rows: list[list[Cell]]
    alignments: list[str]
    """left, center or right, one a column."""


def layout_table(table: Table, width: int) -> list[Line]:
    """The table in at most `width` cells."""
    natural = _natural(table)
    room = width - GAP * (len(natural) - 1)
    widths = _shared(natural, room)
    if widths is None:
        return _records(table, width)
    head = [[span._replace(emphasis=span.emphasis | BOLD) for span in cell] for cell in table.head]
    rule = [[Span("─" * cells, "rule")] for cells in widths]
    lines: list[Line] = []
    for row in (head, rule):
        lines.extend(_row(row, widths, table.alignments))
    wrapped = False
    for number, row in enumerate(table.rows):
        painted = list(_row(row, widths, table.alignments))
        if number and (wrapped or len(painted) > 1):
            lines.append(())
        wrapped = len(painted) > 1
        lines.extend(painted)
    return lines


def _natural(table: Table) -> list[int]:
    widths = [0] * len(table.head)
    for row in [table.head, *table.rows]:
        for number, cell in enumerate(row[: len(widths)]):
            longest = max((cell_len(part) for part in plain(tuple(cell)).split("\n")), default=0)
            widths[number] = max(widths[number], longest, 1)
    return [max(width, 1) for width in widths]


def _shared(natural: list[int], room: int) -> list[int] | None:
    """Widths that fit: narrow columns keep theirs, wide ones share the rest; None where it is too little."""
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
    cells = [wrap(row[number] if number < len(row) else [], width) for number, width in enumerate(widths)]
    for parts in zip_longest(*cells, fillvalue=()):
        line: list[Span] = []
        for number, (part, width) in enumerate(zip(parts, widths, strict=True)):
            spare = width - sum(cell_len(span.text) for span in part)
            before = {"right": spare, "center": spare // 2}.get(alignments[number], 0)
            gap = GAP if number else 0
            line += [Span(" " * (before + gap)), *part, Span(" " * (spare - before))]
        yield tuple(span for span in line if span.text)


def _records(table: Table, width: int) -> list[Line]:
    """Too many columns for the width: each row as lines of `head: value`."""
    lines: list[Line] = []
    for number, row in enumerate(table.rows or [[]]):
        if number:
            lines.append(())
        for head, cell in zip_longest(table.head, row[: len(table.head)], fillvalue=None):
            named = [span._replace(emphasis=span.emphasis | BOLD) for span in head or []]
            lines.extend(wrap([*named, Span(": "), *(cell or [])], width))
    return lines
