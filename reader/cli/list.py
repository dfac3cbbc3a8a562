"""`reader list`, `count`, `facets` and `views`: headlines and counts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from reader import config
from reader.cli.formats import headlines, lines
from reader.cli.layout import aligned
from reader.cli.options import (
    Output,
    add_filters,
    add_output,
    muting,
    output_of,
    query_of,
    report_muted,
    report_unknown,
    without_muted,
)
from reader.cli.parser import CommandParser, Namespace, Subcommand, add_sources, add_text_or_json, together
from reader.cli.session import follow, opened, warn
from reader.errors import QueryError, UsageError, any_of
from reader.library.export import json_text
from reader.query import UNREAD, Query, parse
from reader.query.fields import FACETS
from reader.query.results import Folding

if TYPE_CHECKING:
    from reader.library import Library

FEW = 1000
"""Number of articles whose files can be checked one by one in a few milliseconds."""


def few(options: Namespace) -> int | None:
    """The limit of a list if it is small enough to check each article's file, else None."""
    limit: int | None = options.limit
    return limit if limit is not None and limit <= FEW else None


def write_list(library: Library, options: Namespace, query: Query, output: Output) -> int:
    """Write the headlines that the query asks for."""
    is_folded: bool | None = options.stories
    if is_folded is None:
        is_folded = config.load()[0].list.stories
    folding = Folding() if is_folded else None
    rows = headlines(library.select(query, folding=folding), options.limit)
    if few(options) is not None:
        found = list(rows)
        if not library.is_fresh(found):
            follow(library.refresh(shows_first=False))
            found = list(headlines(library.select(query, folding=folding), options.limit))
        rows = iter(found)
    sys.stdout.writelines(lines(library, rows, output))
    return 0


def _list(options: Namespace) -> int:
    plain, output = query_of(options), output_of(options)
    query = without_muted(plain, options)
    with opened(options.sources, shown=few(options)) as library:
        code = write_list(library, options, query, output)
        report_muted(library, plain, query)
        report_unknown(library, query)
        return code


def _count(options: Namespace) -> int:
    plain = query_of(options)
    query = without_muted(plain, options)
    with opened(options.sources) as library:
        results = library.select(query)
        count, is_exact = len(results), results.is_exact
        report_muted(library, plain, query)
        if not count:
            report_unknown(library, query)
    if options.limit is not None and options.limit <= count:
        count, is_exact = options.limit, True
    if options.format == "json":
        print(json_text({"count": count, "exact": is_exact}))
        return 0
    print(count)
    if not is_exact:
        warn("this is a minimum: too many articles contain the words of the phrase; narrow the query")
    return 0


def _facets_options(parser: CommandParser) -> None:
    parser.words(
        "words", "FIELD|SOURCE", f"the field ({', '.join(FACETS)}), then folders or files", lambda **_: FACETS
    )
    add_filters(parser)
    add_text_or_json(parser)


def _facets(options: Namespace) -> int:
    field, *sources = options.words or [""]
    if field not in FACETS:
        raise UsageError(f'which field? Use {any_of(FACETS)}, like "reader facets topic"')
    query = without_muted(query_of(options), options)
    with opened(sources) as library:
        values = [found for found in library.facet(field, query).values if found.count]
    values = values[: options.limit]
    if options.format == "json":
        print(json_text([{"value": found.value, "count": found.count} for found in values]))
        return 0
    for line in aligned([(str(found.count), found.value) for found in values], right=(0,)):
        print(line)
    return 0


class ViewCounts(NamedTuple):
    """A view with its counts; the keys of `--format json`."""

    name: str
    query: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here
    unread: int


def _views(options: Namespace) -> int:
    from reader.config.views import View, arranged

    understood: list[tuple[View, Query]] = []
    for view in arranged(config.load()[0].views):
        try:
            understood.append((view, parse(view.text)))
        except QueryError as error:
            warn(f'view "{view.name}" is skipped: {error}')
    with opened(options.sources) as library:
        rules = muting()
        counted = []
        for view, query in understood:
            listed = query if rules is None else query.and_also(rules.of(query))
            unread = len(library.select(listed.and_also(UNREAD)))
            counted.append(ViewCounts(*view, len(library.select(listed)), unread))
    if options.format == "json":
        print(json_text([view._asdict() for view in counted]))
        return 0
    rows = [(str(one.count), str(one.unread), one.name, one.query) for one in counted]
    for line in aligned([("articles", "unread", "view", "query"), *rows], right=(0, 1)):
        print(line)
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
        options=together(add_sources, add_filters, add_output),
        run=_list,
    ),
    "count": Subcommand(
        summary="count articles",
        usage="reader count [OPTIONS] [SOURCE]...",
        examples=("reader count --unread", "reader count -t AI --format json ~/news"),
        options=together(add_sources, add_filters, add_text_or_json),
        run=_count,
    ),
    "facets": Subcommand(
        summary="count the values of a field, such as topics",
        usage=f"reader facets {'|'.join(FACETS)} [OPTIONS] [SOURCE]...",
        examples=("reader facets topic --since 30d", "reader facets provider -q chips --limit 10"),
        options=_facets_options,
        run=_facets,
    ),
    "views": Subcommand(
        summary="list views with total and unread counts",
        usage="reader views [OPTIONS] [SOURCE]...",
        examples=("reader views", "reader views --format json ~/news | jq '.[] | select(.unread > 0)'"),
        options=together(add_sources, add_text_or_json),
        run=_views,
    ),
}
