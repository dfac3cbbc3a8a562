"""`reader trends`: rising and falling topics, providers, folders and words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from os.path import exists

from reader.article.dates import day_of
from reader.article.text import clean_line
from reader.cli.layout import aligned, cut, fit
from reader.cli.options import add_filters, query_of, report_unknown, without_muted
from reader.cli.parser import CommandParser, Namespace, Subcommand, add_format
from reader.cli.session import opened, warn
from reader.errors import UsageError, closest, counted
from reader.library.export import csv_line, json_text
from reader.query.dates import in_words, joined
from reader.query.results import MOST_TRENDS, Results
from reader.query.trends import (
    TREND_FIELDS,
    TREND_UNITS,
    TrendField,
    Trends,
    TrendSpan,
    signed,
    sparklines,
    trend_span,
)

SINCE = "30d"
"""The default time span."""
_BARS = 40
"""Maximum width of the bars in cells; with more periods, several share a cell."""
_WIDEST = 32
"""Width of the value column on a terminal."""


def _options(parser: CommandParser) -> None:
    parser.words(
        "words", "FIELD|SOURCE",
        f"what to count ({', '.join(TREND_FIELDS)}; default topic), then folders or files",
        lambda **_: TREND_FIELDS,
    )  # fmt: skip
    add_filters(parser)
    add = parser.group("output")
    add("--by", choices=TREND_UNITS, metavar="UNIT",
        help="count by day, week (from Monday) or month; default what fits the time "
        "(e.g. reader trends --by week --since 90d)")  # fmt: skip
    add_format(add, ("table", "json", "csv"), "table")


def _run(options: Namespace) -> int:
    words = list(options.words)
    field: TrendField = next((one for one in TREND_FIELDS if words[:1] == [one]), "topic")
    sources = words[1:] if words[:1] == [field] else words
    if sources == words and words and (near := closest(words[0], TREND_FIELDS)) and not exists(words[0]):
        raise UsageError(f'"{clean_line(words[0])}" is not a field, folder or file; did you mean "{near}"?')
    now = datetime.now(UTC)
    span = trend_span(clean_line(options.since or SINCE), clean_line(options.until or ""), options.by, now)
    options.since = options.until = None  # these give the time span, not a filter
    query = without_muted(query_of(options), options)
    limit = MOST_TRENDS if options.limit is None else options.limit
    with opened(sources) as library:
        found = library.trends(field, query, span, now, limit=limit)
        if limit and not found.values and options.format == "table":
            report_unknown(library, query)
            warn(_why_empty(found, span, library.select(query.with_sort("date"), now)))
    sys.stdout.writelines(_FORMATS[options.format](found))
    return 0


def _why_empty(found: Trends, span: TrendSpan, selected: Results) -> str:
    """Why nothing is listed."""
    days = in_words(joined(found.periods))
    if found.articles and found.field == "word":
        return f"of the {counted(found.articles, 'article')} from {days}, no word is used more than before"
    if found.articles:
        return f"none of the {counted(found.articles, 'article')} from {days} has a {found.field}"
    if not selected:
        return "no articles match"
    newest = selected.window(0, 1)[0].date
    hint = f"the newest is from {in_words(day_of(newest).isoformat())}" if newest else "none has a date"
    return f"no articles match since {span.text}; {hint}"


def _json(found: Trends) -> Iterator[str]:
    records = [
        {
            "value": one.value,
            "count": one.count,
            "before": one.before,
            "change": one.change,
            "periods": list(found.periods),
            "counts": list(one.counts),
            "headline": {"id": one.headline.id, "title": one.headline.title} if one.headline else None,
        }
        for one in found.values
    ]
    yield json_text(records) + "\n"


def _csv(found: Trends) -> Iterator[str]:
    yield csv_line(("value", "count", "before", "change", *found.periods))
    for one in found.values:
        yield csv_line((one.value, *map(str, (one.count, one.before, one.change, *one.counts))))


def _table(found: Trends) -> Iterator[str]:
    """Lines of value, count, the count before, change, and a bar per period, all on one scale."""
    if not found.values:
        return
    bars = sparklines([one.counts for one in found.values], _BARS)
    rows: list[tuple[str, ...]] = [
        (found.field, "articles", "before", "change", in_words(joined(found.periods)))
    ]
    for one, bar in zip(found.values, bars, strict=True):
        value = clean_line(one.value)
        value = cut(value, _WIDEST) if sys.stdout.isatty() else value
        headline = one.headline.title if one.headline else ""
        rows.append((value, f"{one.count:,}", f"{one.before:,}", signed(one.change), f"{bar}  {headline}"))
    for line in aligned(rows, right=(1, 2, 3)):
        yield fit(line) + "\n"


_FORMATS = {"table": _table, "json": _json, "csv": _csv}

COMMANDS = {
    "trends": Subcommand(
        summary="show which topics, providers, folders or words are rising",
        usage=f"reader trends [{'|'.join(TREND_FIELDS)}] [--by day|week|month] [OPTIONS] [SOURCE]...",
        examples=(
            "reader trends",
            "reader trends word --since 7d ~/news",
            "reader trends provider --by week --since 90d --format csv > providers.csv",
        ),
        options=_options,
        run=_run,
    ),
}
