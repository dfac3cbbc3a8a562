"""`reader views`, and what `--view NAME` means: the saved queries on the command line."""

from __future__ import annotations

from typing import NamedTuple

from reader.cli.arguments import add_format, add_sources
from reader.cli.layout import cells
from reader.cli.muting import muting
from reader.cli.parser import Namespace, Parser, Subcommand
from reader.cli.session import note, opened
from reader.config.views import View, arranged, find
from reader.errors import QueryError, UsageError
from reader.query import UNREAD, Query, parse


class Counted(NamedTuple):
    """A view with what it selects; the keys of `--format json`."""

    name: str
    query: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here
    unread: int


def query_of(name: str) -> Query:
    """The query of a view of the configuration or of ours. Raises UsageError."""
    from reader import config

    settings, warnings = config.load()
    try:
        view = find(name, settings.views)
    except UsageError as error:
        raise UsageError(" ".join([str(error), *warnings])) from None
    try:
        return parse(view.text)
    except QueryError as error:
        raise UsageError(f"the view {view.name}: {error}") from None


def _options(parser: Parser) -> None:
    add_sources(parser)
    add_format(parser.group("output"), ("text", "json"), "text")


def _views(options: Namespace) -> int:
    from reader import config

    understood: list[tuple[View, Query]] = []
    for view in arranged(config.load()[0].views):
        try:
            understood.append((view, parse(view.text)))
        except QueryError as error:
            note(f"the view {view.name} is left out: {error}")
    with opened(options.sources) as library:
        rules = muting()
        counted = []
        for view, query in understood:
            listed = query if rules is None else query.and_also(rules.of(query))
            unread = len(library.select(listed.and_also(UNREAD)))
            counted.append(Counted(*view, len(library.select(listed)), unread))
    if options.format == "json":
        from reader.library.export import json_text

        print(json_text([view._asdict() for view in counted]))
        return 0
    width = max((cells(view.name) for view in counted), default=0)
    print(f"articles  unread  {'view':{width}}  query")
    for one in counted:
        name = one.name + " " * (width - cells(one.name))
        print(f"{one.count:>8}  {one.unread:>6}  {name}  {one.query}".rstrip())
    return 0


SUBCOMMANDS = {
    "views": Subcommand(
        usage="reader views [OPTIONS] [SOURCE]...",
        examples=("reader views", "reader views --format json ~/news | jq '.[] | select(.unread > 0)'"),
        options=_options,
        run=_views,
    ),
}
