"""The formats in which `list` writes, each a line at a time so that any number of articles fits in memory.

To add a format, write a function like the others and name it in `FORMATS`; if it takes `--fields`, in
`_WITH_FIELDS`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from reader.article.dates import day_of
from reader.cli.layout import cells, columns, cut, pad
from reader.cli.parser import CommandParser, Namespace, add_format
from reader.cli.session import note
from reader.errors import UsageError, about_file
from reader.library import export, record_fields
from reader.query.results import Headline, Results

if TYPE_CHECKING:
    from reader.library import Library
WINDOW = 500
"""Headlines fetched, and articles read, at a time."""

_PROVIDER = 18
"""Cells of the provider's column."""
_LEAST_PROVIDER = 8
"""With fewer cells the provider's column is omitted."""
_LEAST_TITLE = 8
"""Cells that a title keeps however narrow the terminal is."""
_WIDEST, _LEAST_FIELD = 40, 10
"""Maximum and minimum width of a selected field on a terminal."""


class Output(NamedTuple):
    """How a list is to be written."""

    form: str
    """One of FORMATS."""
    fields: tuple[str, ...] = ()
    """Names of `--fields`; empty = what the format has by itself."""
    template: record_fields.Template | None = None
    """What `template` fills in."""
    has_secured: bool = False
    """Whether the tokens are written too."""
    end: str = "\n"
    """What ends each line of `urls`, `ids` and `template`."""


def add_output(parser: CommandParser, default: str | None = None) -> None:
    """The options that say how a list is written."""
    add = parser.group("output")
    add_format(add, tuple(FORMATS), default)
    add("--fields", metavar="NAMES", completer=_names,
        help="only these fields, named as in JSON and separated by commas; "
        "with table, json, jsonl, csv or tsv "
        "(e.g. reader list --format csv --fields title,provider.name,url)")  # fmt: skip
    add("--template", metavar="TEXT",
        help="a line of your own for each article, with fields in braces; \\t and \\n are tab and newline "
        "(e.g. reader list --template '{title} {url}')")  # fmt: skip
    add("-0", "--null", action="store_true",
        help="end lines with NUL instead of newline; with urls, ids and template "
        "(e.g. reader list --format urls -0 | xargs -0 -n 1 curl -O --)")  # fmt: skip
    add("--include-secured", action="store_true",
        help="include the articles' secured tokens; with json and jsonl "
        "(e.g. reader list --format jsonl --include-secured)")  # fmt: skip


def output_of(options: Namespace) -> Output:
    """What the options ask for. Raises UsageError where they do not go together."""
    form: str = options.format or ("template" if options.template is not None else "table")
    _require(form == "template", "--template", options.template is not None, ("template",))
    _require(form in _WITH_FIELDS, "--fields", options.fields is not None, _WITH_FIELDS)
    _require(form in _WITH_TOKENS, "--include-secured", options.include_secured, _WITH_TOKENS)
    _require(form in _WITH_NUL, "--null", options.null, _WITH_NUL)
    if form == "template" and options.template is None:
        raise UsageError("--format template needs --template, like --template '{title} {url}'")
    fields, template = _named(options)
    if "secured" in (*fields, *(template.names if template else ())) and not options.include_secured:
        raise UsageError('the field "secured" needs --format json or jsonl and --include-secured')
    return Output(form, fields, template, options.include_secured, "\0" if options.null else "\n")


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
    return FORMATS[output.form](library, rows, output)


def _table(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    """Aligned columns, the title last: cut to a terminal, whole everywhere else (and without a header)."""
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


def _json(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    return export.json_array(map(export.json_text, _objects(library, rows, output)))


def _jsonl(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    return (f"{export.json_text(made)}\n" for made in _objects(library, rows, output))


def _csv(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    return map(export.csv_line, _rows(library, rows, output))


def _tsv(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    return map(export.tsv_line, _rows(library, rows, output))


def _urls(_: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    return (row.url + output.end for row in rows if row.url)


def _ids(_: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    return (row.id + output.end for row in rows)


def _markdown(_: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    return (export.markdown_item(row) + "\n" for row in rows)


def _template(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    template = output.template
    assert template is not None, "output_of requires it"
    return (
        template.filled(made) + output.end for made in _records_with(library, rows, template.names, output)
    )


FORMATS: dict[str, Callable[[Library, Iterator[Headline], Output], Iterator[str]]] = {
    "table": _table,
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "tsv": _tsv,
    "urls": _urls,
    "ids": _ids,
    "markdown": _markdown,
    "template": _template,
}
"""Each format's name and what writes it; the first is the default."""
_WITH_FIELDS = ("table", "json", "jsonl", "csv", "tsv")
_WITH_TOKENS = ("json", "jsonl")
_WITH_NUL = ("urls", "ids", "template")


def _columns(row: Headline, shown_id: str, width: int = _PROVIDER) -> str:
    """Everything before the title: id, day, quality, signs (unread, starred, draft), provider."""
    day = day_of(row.date).isoformat() if row.date else ""
    quality = "" if row.quality is None else str(row.quality)
    signs = f"{' ' if row.is_read else '●'}{'★' if row.is_starred else ' '}{'✎' if row.is_draft else ' '}"
    provider = f"{pad(row.provider, width)}  " if width else ""
    return f"{shown_id}  {day:10}  {quality:>3}  {signs}  {provider}"


def _folded(row: Headline) -> str:
    """What is folded into a row, behind its title: `  (+2 Delta Wire, Coast Wire)`."""
    fold = row.fold
    if fold is None:
        return ""
    return f"  (+{fold.others}{' ' if fold.providers else ''}{', '.join(fold.providers)})"


def _objects(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[export.Json]:
    if not output.fields:
        return _records(library, rows, output)
    tree = record_fields.tree_of(output.fields)
    return (record_fields.picked(made, tree) for made in _records_with(library, rows, output.fields, output))


def _records_with(
    library: Library, rows: Iterator[Headline], names: tuple[str, ...], output: Output
) -> Iterator[export.Json]:
    """Records that have these names; files are read only where the index does not know enough."""
    if not record_fields.need_file(names):
        return map(record_fields.known_record, rows)
    return _records(library, rows, output, body="body" in names, url="url" in names)


def _records(
    library: Library, rows: Iterator[Headline], output: Output, *, body: bool = False, url: bool = False
) -> Iterator[export.Json]:
    missing = 0
    while window := list(islice(rows, WINDOW)):
        for headline, article, said in library.read(window):
            if article is None:
                missing += 1
                continue
            with about_file(article.path):
                made = export.record(article, headline, said, body=body, secured=output.has_secured)
            yield made | {"url": article.url or None} if url else made
    if missing:
        note(f"{missing} of the files disappeared meanwhile; run the command again")


def _rows(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[tuple[str, ...]]:
    """The header and the cells of a sheet."""
    if output.fields:
        yield output.fields
        yield from _cells(library, rows, output)
        return
    yield export.COLUMNS
    yield from map(export.row, rows)


def _cells(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[tuple[str, ...]]:
    for made in _records_with(library, rows, output.fields, output):
        yield tuple(record_fields.text_of(record_fields.value_of(made, name)) for name in output.fields)


def _table_of_fields(library: Library, rows: Iterator[Headline], output: Output) -> Iterator[str]:
    """Chosen fields in columns as wide as the first of the rows need; cut to a terminal, whole elsewhere."""
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


def _named(options: Namespace) -> tuple[tuple[str, ...], record_fields.Template | None]:
    if options.fields is None and options.template is None:
        return (), None
    fields = record_fields.names_of(options.fields) if options.fields is not None else ()
    return fields, record_fields.template_of(options.template) if options.template is not None else None


def _require(fits: bool, flag: str, is_given: bool, forms: Iterable[str]) -> None:
    if is_given and not fits:
        *most, last = forms
        which = f"{', '.join(most)} or {last}" if most else last
        raise UsageError(f"{flag} needs --format {which}")


def _names(prefix: str = "", **_: object) -> Iterable[str]:
    """For completion: the names after those that are there already."""
    before = prefix[: prefix.rfind(",") + 1]
    return [before + name for name in record_fields.every_name()]
