"""The forms of a list that programs read, and tables of chosen fields, line by line whatever the length."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

from reader.cli.layout import cells, columns, cut, pad
from reader.cli.output import Output
from reader.cli.session import note
from reader.library import export
from reader.query.results import Headline

if TYPE_CHECKING:
    from reader.library import Library
    from reader.library.export import Json

_WINDOW = 500
"""Articles read at a time."""

_WIDEST, _LEAST_FIELD = 40, 10
"""Cells of a column on a terminal, at the most, and at the least where there is too little room for all."""


def lines(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    """The pieces of text of every form but the plain table."""
    form = output.form
    if form in ("json", "jsonl"):
        texts = map(export.json_text, _objects(library, rows, output))
        return (f"{text}\n" for text in texts) if form == "jsonl" else export.json_array(texts)
    if output.template is not None:
        template = output.template
        return (
            template.filled(made) + output.end for made in _picked_from(library, rows, template.names, output)
        )
    if form in ("csv", "tsv"):
        written = export.csv_line if form == "csv" else export.tsv_line
        return (written(row) for row in _rows(library, rows, output))
    if form == "urls":
        return (row.url + output.end for row in rows if row.url)
    if form == "ids":
        return (row.id + output.end for row in rows)
    if form == "markdown":
        return (export.markdown_item(row) + "\n" for row in rows)
    return _table_of(library, rows, output)


def _objects(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[Json]:
    if not output.fields:
        return _records(library, rows, output)
    from reader.library.record_fields import picked, tree_of

    tree = tree_of(output.fields)
    return (picked(made, tree) for made in _picked_from(library, rows, output.fields, output))


def _picked_from(
    library: Library, rows: Iterator[Headline], names: tuple[str, ...], output: Output
) -> Iterator[Json]:
    """Records that have these names; files are read only where the index does not know enough."""
    from reader.library.record_fields import known_record, need_file

    if not need_file(names):
        return map(known_record, rows)
    return _records(library, rows, output, body="body" in names, url="url" in names)


def _records(
    library: Library, rows: Iterator[Headline], output: Output, *, body: bool = False, url: bool = False
) -> Iterator[Json]:
    missing = 0
    while window := list(islice(rows, _WINDOW)):
        for headline, article, said in library.read(window):
            if article is None:
                missing += 1
                continue
            made = export.record(article, headline, said, body=body, secured=output.has_secured)
            yield made | {"url": article.url or None} if url else made
    if missing:
        note(f"{missing} of the files went away while they were listed; run the command again")


def _rows(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[tuple[str, ...]]:
    """The header and the cells of a sheet."""
    if not output.fields:
        yield export.COLUMNS
        yield from map(export.row, rows)
        return
    yield output.fields
    yield from _cells(library, rows, output)


def _cells(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[tuple[str, ...]]:
    from reader.library.record_fields import text_of, value_of

    for made in _picked_from(library, rows, output.fields, output):
        yield tuple(text_of(value_of(made, name)) for name in output.fields)


def _table_of(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    """Chosen fields in columns as wide as the first of the rows need; cut to a terminal, whole elsewhere."""
    lines = (tuple(" ".join(cell.split()) for cell in line) for line in _cells(library, rows, output))
    first = list(islice(lines, _WINDOW))
    if not first:
        return
    is_cut = sys.stdout.isatty()
    shown = [output.fields, *first] if is_cut else first
    widths = [max(cells(line[place]) for line in shown) for place in range(len(output.fields))]
    if is_cut:
        widths = [min(width, _WIDEST) for width in widths]
        room = columns() - 2 * (len(widths) - 1)
        while sum(widths) > room and max(widths) > _LEAST_FIELD:
            widths[widths.index(max(widths))] -= 1
        widths[-1] = max(room - sum(widths[:-1]), widths[-1])
        shown[0] = tuple(name.upper() for name in output.fields)
    for line in chain(shown, lines):
        yield _in_columns(line, widths, is_cut=is_cut) + "\n"


def _in_columns(line: Iterable[str], widths: list[int], *, is_cut: bool) -> str:
    fitted = [cut(cell, width) if is_cut else cell for cell, width in zip(line, widths, strict=True)]
    return "  ".join(pad(cell, width) for cell, width in zip(fitted, widths, strict=True)).rstrip()
