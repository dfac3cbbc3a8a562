"""`reader show`: whole articles, named by id."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reader.article.record import Article
from reader.cli.completion import ids
from reader.cli.layout import columns
from reader.cli.parser import CommandParser, Namespace, Subcommand, add_format
from reader.cli.session import opened, split_ids
from reader.errors import UsageError, about_file
from reader.library.export import json_array, json_text, markdown_article, record
from reader.permissions import require
from reader.query.results import Headline

if TYPE_CHECKING:
    from reader.library import Library


def _options(parser: CommandParser) -> None:
    parser.words(
        "words", "ID|SOURCE",
        "ids (a unique prefix is enough) or - for ids on stdin, then folders or files", ids,
    )  # fmt: skip
    add = parser.group("output")
    add_format(add, ("text", "markdown", "json"), "text")
    add("--include-secured", action="store_true",
        help="include the article's secured token; with json "
        "(e.g. reader show e6768943 --format json --include-secured)")  # fmt: skip


def _run(options: Namespace) -> int:
    if options.include_secured and options.format != "json":
        raise UsageError("--include-secured needs --format json")
    if options.include_secured:
        require("secured")
    named, sources = split_ids(options.words)
    with opened(sources) as library:
        found = [library.find(prefix) for prefix in named]
        if options.format == "json":
            texts = (json_text(_record(library, one, options.include_secured), indent=2) for one in found)
            is_one = len(found) == 1 and options.words[0] != "-"
            sys.stdout.writelines(json_array(texts) if not is_one else (f"{text}\n" for text in texts))
            return 0
        between = ""
        for headline in found:
            sys.stdout.write(between)
            sys.stdout.writelines(_texts(library, headline, options.format))
            between = "\n" + ("---" if options.format == "markdown" else "─" * 20) + "\n\n"
    return 0


def _record(library: Library, headline: Headline, secured: bool) -> dict[str, object]:
    article = library.article(headline)
    with about_file(article.path):
        return record(article, headline, library.note(headline), body=True, secured=secured)


def _texts(library: Library, headline: Headline, form: str) -> Iterator[str]:
    article = library.article(headline)
    with about_file(article.path):
        yield from _lines(library, article, headline, form)


def _lines(library: Library, article: Article, headline: Headline, form: str) -> Iterator[str]:
    if form == "markdown":
        yield markdown_article(article)
        return
    from reader.cli.page import MEASURE, page  # lays out text with Rich, which no other command loads

    width = columns() if sys.stdout.isatty() else MEASURE
    related = library.related(article)
    for line in page(article, headline, related, library.note(headline), width):
        yield line + "\n"


COMMANDS = {
    "show": Subcommand(
        summary="print whole articles",
        usage="reader show ID... [SOURCE]... [--format text|markdown|json]",
        examples=(
            "reader show e6768943",
            "reader show e6768943 ~/news --format markdown",
            "reader list --starred --format ids | reader show - --format markdown > starred.md",
        ),
        options=_options,
        run=_run,
    ),
}
