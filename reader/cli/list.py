"""`reader list`, `count` and `facets`: headlines and counts."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reader.cli.filters import add_filters, asked, tell_muted, tell_unknown, without_muted
from reader.cli.formats import headlines, lines
from reader.cli.output import Output, add_output, output_of
from reader.cli.parser import CommandParser, Namespace, Subcommand, add_format, add_sources
from reader.cli.session import follow, note, opened
from reader.errors import UsageError
from reader.library.export import json_text
from reader.query import Query
from reader.query.fields import FACETS
from reader.query.results import Folding

if TYPE_CHECKING:
    from reader.library import Library
    from reader.query.results import Headline

FEW = 1000
"""Number of articles whose files can be checked one by one in a few milliseconds."""


def few(options: Namespace) -> int | None:
    """Returns the limit of a list if it is small enough to check each article's file, else None."""
    limit: int | None = options.limit
    return limit if limit is not None and limit <= FEW else None


def write_list(library: Library, options: Namespace, query: Query, output: Output) -> int:
    """Write the headlines that the query asks for."""
    folding = _folding(options)
    rows = headlines(library.select(query, folding=folding), options.limit)
    if few(options) is not None:
        rows = iter(_fresh(library, list(rows), query, folding, options.limit))
    write = sys.stdout.write
    for text in lines(library, rows, output):
        write(text)
    return 0


def _folding(options: Namespace) -> Folding | None:
    """Returns how the list is folded, by the options, else by the configuration."""
    is_folded: bool | None = options.stories
    if is_folded is None:
        from reader.config import load

        is_folded = load()[0].list.get("stories", False)
    return Folding() if is_folded else None


def _fresh(
    library: Library, rows: list[Headline], query: Query, folding: Folding | None, limit: int | None
) -> list[Headline]:
    """Returns these headlines, or those after a refresh if one of their files has changed."""
    if library.is_fresh(rows):
        return rows
    follow(library.refresh(shows_first=False))
    return list(headlines(library.select(query, folding=folding), limit))


def _list_options(parser: CommandParser) -> None:
    add_sources(parser)
    add_filters(parser)
    add_output(parser)


def _list(options: Namespace) -> int:
    plain, output = asked(options), output_of(options)
    query = without_muted(plain, options, options.sources)
    with opened(options.sources, shown=few(options)) as library:
        code = write_list(library, options, query, output)
        tell_muted(library, plain, query)
        tell_unknown(library, query)
        return code


def _count_options(parser: CommandParser) -> None:
    add_sources(parser)
    add_filters(parser)
    add_format(parser.group("output"), ("text", "json"), "text")


def _count(options: Namespace) -> int:
    plain = asked(options)
    query = without_muted(plain, options, options.sources)
    with opened(options.sources) as library:
        results = library.select(query)
        count, is_exact = len(results), results.is_exact
        tell_muted(library, plain, query)
        if not count:
            tell_unknown(library, query)
    if options.limit is not None and options.limit <= count:
        count, is_exact = options.limit, True
    if options.format == "json":
        print(json_text({"count": count, "exact": is_exact}))
        return 0
    print(count)
    if not is_exact:
        note("this is a minimum: too many articles contain the words of the phrase; narrow the query")
    return 0


def _facets_options(parser: CommandParser) -> None:
    parser.words("words", "FIELD|SOURCE", f"the field ({', '.join(FACETS)}), then folders or files", _fields)
    add_filters(parser)
    add_format(parser.group("output"), ("text", "json"), "text")


def _fields(**_: object) -> Iterable[str]:
    return FACETS


def _facets(options: Namespace) -> int:
    field, *sources = options.words or [""]
    if field not in FACETS:
        raise UsageError(f'which field? Use one of {", ".join(FACETS)}, like "reader facets topic"')
    query = without_muted(asked(options), options, sources)
    with opened(sources) as library:
        values = [found for found in library.facet(field, query).values if found.count]
    values = values[: options.limit]
    if options.format == "json":
        print(json_text([{"value": found.value, "count": found.count} for found in values]))
        return 0
    width = max((len(str(found.count)) for found in values), default=0)
    for found in values:
        print(f"{found.count:>{width}}  {found.value}")
    return 0


COMMANDS = {
    "list": Subcommand(
        summary="list articles in one of nine formats",
        usage="reader list [OPTIONS] [SOURCE]...",
        examples=(
            "reader list --unread --limit 20",
            "reader list -q chips --since 7d --format json ~/news",
            "reader list -t AI --template '{id} {title}'",
        ),
        options=_list_options,
        run=_list,
    ),
    "count": Subcommand(
        summary="count articles",
        usage="reader count [OPTIONS] [SOURCE]...",
        examples=("reader count --unread", "reader count -t AI --format json ~/news"),
        options=_count_options,
        run=_count,
    ),
    "facets": Subcommand(
        summary="count the values of a field, such as topics",
        usage=f"reader facets {'|'.join(FACETS)} [OPTIONS] [SOURCE]...",
        examples=("reader facets topic --since 30d", "reader facets provider -q chips --limit 10"),
        options=_facets_options,
        run=_facets,
    ),
}
