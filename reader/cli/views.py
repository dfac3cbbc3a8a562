"""`reader views`: list the views with their counts."""

from __future__ import annotations

from typing import NamedTuple

from reader import config
from reader.cli.filters import muting
from reader.cli.layout import cells
from reader.cli.parser import CommandParser, Namespace, Subcommand, add_format, add_sources
from reader.cli.session import note, opened
from reader.config.views import View, arranged
from reader.errors import QueryError
from reader.library.export import json_text
from reader.query import UNREAD, Query, parse


class Counted(NamedTuple):
    """A view with its counts; the keys of `--format json`."""

    name: str
    query: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here
    unread: int


def _options(parser: CommandParser) -> None:
    add_sources(parser)
    add_format(parser.group("output"), ("text", "json"), "text")


def _run(options: Namespace) -> int:
    understood: list[tuple[View, Query]] = []
    for view in arranged(config.load()[0].views):
        try:
            understood.append((view, parse(view.text)))
        except QueryError as error:
            note(f'view "{view.name}" is skipped: {error}')
    with opened(options.sources) as library:
        rules = muting(options.sources)
        counted = []
        for view, query in understood:
            listed = query if rules is None else query.and_also(rules.of(query))
            unread = len(library.select(listed.and_also(UNREAD)))
            counted.append(Counted(*view, len(library.select(listed)), unread))
    if options.format == "json":
        print(json_text([view._asdict() for view in counted]))
        return 0
    width = max((cells(view.name) for view in counted), default=0)
    print(f"articles  unread  {'view':{width}}  query")
    for one in counted:
        name = one.name + " " * (width - cells(one.name))
        print(f"{one.count:>8}  {one.unread:>6}  {name}  {one.query}".rstrip())
    return 0


COMMANDS = {
    "views": Subcommand(
        summary="list views with total and unread counts",
        usage="reader views [OPTIONS] [SOURCE]...",
        examples=("reader views", "reader views --format json ~/news | jq '.[] | select(.unread > 0)'"),
        options=_options,
        run=_run,
    ),
}
