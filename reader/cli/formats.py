"""The output formats of `list`. Each writes line by line, so any number of articles fits in memory.

To add a format, write a function like the others and name it in `WRITERS`, and in `reader.cli.options`, which
has the options.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

from reader.article.dates import day_of
from reader.cli.layout import cells, columns, cut, pad
from reader.cli.options import Output
from reader.cli.session import warn
from reader.errors import about_file
from reader.library import export
from reader.query.results import Headline, Results

if TYPE_CHECKING:
    from reader.library import Library
WINDOW = 500
"""Number of headlines to fetch, or articles to read, at a time."""

_PROVIDER = 18
"""Width of the provider column."""
_NAMED = 3
"""Maximum number of providers named for the articles folded into a row."""
_LEAST_PROVIDER = 8
"""Narrower terminals have no provider column."""
_LEAST_TITLE = 8
"""Minimum width of a title."""
_WIDEST, _LEAST_FIELD = 40, 10
"""Maximum and minimum width of a selected field on a terminal."""


def headlines(results: Results, limit: int | None) -> Iterator[Headline]:
    """The first headlines of the results, at most `limit`."""
    start = 0
    while limit is None or start < limit:
        stop = start + WINDOW if limit is None else min(start + WINDOW, limit)
        window = results.window(start, stop)
        yield from window
        if len(window) < stop - start:
            return
        start = stop


def lines(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    """A list as pieces of text."""
    return WRITERS[output.form](library, rows, output)


def _table(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    """Aligned columns, the title last; cut to the width of a terminal, else whole without a header."""
    if output.fields:
        yield from _table_of_fields(library, rows, output)
        return
    if not sys.stdout.isatty():
        for row in rows:
            yield f"{_columns(row, row.id)}{row.title}{_folded(row)}\n"
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
        folded = cut(_folded(row), room // 2)
        yield f"{_columns(short, row.id[:8], width)}{cut(row.title, room - cells(folded))}{folded}\n"


def _template(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    template = output.template
    assert template is not None, "output_of requires it"
    return (
        template.filled(made) + output.end for made in _records_with(library, rows, template.names, output)
    )


WRITERS: dict[str, Callable[[Library, Iterator[Headline], Output], Iterator[str]]] = {
    "table": _table,
    "json": lambda *how: export.json_array(map(export.json_text, _objects(*how))),
    "jsonl": lambda *how: (f"{export.json_text(one)}\n" for one in _objects(*how)),
    "csv": lambda *how: map(export.csv_line, _rows(*how)),
    "tsv": lambda *how: map(export.tsv_line, _rows(*how)),
    "urls": lambda _, rows, output: (row.url + output.end for row in rows if row.url),
    "ids": lambda _, rows, output: (row.id + output.end for row in rows),
    "markdown": lambda _, rows, output: (export.markdown_item(row) + "\n" for row in rows),
    "template": _template,
}
"""Each format's name and writer; the first is the default."""


def _columns(row: Headline, shown_id: str, width: int = _PROVIDER) -> str:
    """The columns before the title: id, day, quality, signs (unread, starred, draft), provider."""
    day = day_of(row.date).isoformat() if row.date else ""
    quality = "" if row.quality is None else str(row.quality)
    signs = f"{' ' if row.is_read else '●'}{'★' if row.is_starred else ' '}{'✎' if row.is_draft else ' '}"
    provider = f"{pad(row.provider, width)}  " if width else ""
    return f"{shown_id}  {day:10}  {quality:>3}  {signs}  {provider}"


def _folded(row: Headline) -> str:
    """The articles folded into a row, for the end of its title: `  (+2 Delta Wire, Coast Wire)`."""
    fold = row.fold
    if fold is None:
        return ""
    named = fold.providers[:_NAMED]
    if more := len(fold.providers) - len(named):
        named = (*named, f"{more} more")
    return f"  (+{fold.others}{' ' if named else ''}{', '.join(named)})"


def _objects(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[export.Json]:
    if not output.fields:
        return _records(library, rows, output)
    tree = export.tree_of(output.fields)
    return (export.picked(made, tree) for made in _records_with(library, rows, output.fields, output))


def _records_with(
    library: Library, rows: Iterator[Headline], names: tuple[str, ...], output: Output
) -> Iterator[export.Json]:
    """Records with these names; reads files only for values that are not in the index."""
    if not export.need_file(names):
        return map(export.known_record, rows)
    return _records(library, rows, output, body="body" in names, url="url" in names)


def _records(
    library: Library, rows: Iterator[Headline], output: Output, *, body: bool = False, url: bool = False
) -> Iterator[export.Json]:
    missing = 0
    while window := list(islice(rows, WINDOW)):
        for headline, article, note_text in library.read(window):
            if article is None:
                missing += 1
                continue
            with about_file(article.path):
                made = export.record(article, headline, note_text, body=body, secured=output.has_secured)
            yield made | {"url": article.url or None} if url else made
    if missing:
        warn(f"{missing} of the files disappeared meanwhile; run the command again")


def _rows(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[tuple[str, ...]]:
    """The header and the rows of a sheet."""
    if output.fields:
        yield output.fields
        yield from _cells(library, rows, output)
        return
    yield export.COLUMNS
    yield from map(export.row, rows)


def _cells(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[tuple[str, ...]]:
    for made in _records_with(library, rows, output.fields, output):
        yield tuple(export.text_of(export.value_of(made, name)) for name in output.fields)


def _table_of_fields(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    """Selected fields in columns as wide as the first rows need; cut to the width of a terminal."""
    lines = (tuple(" ".join(cell.split()) for cell in line) for line in _cells(library, rows, output))
    first = list(islice(lines, WINDOW))
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
        fitted = [cut(cell, width) if is_cut else cell for cell, width in zip(line, widths, strict=True)]
        padded = (pad(cell, width) for cell, width in zip(fitted, widths, strict=True))
        yield "  ".join(padded).rstrip() + "\n"
