"""`reader index` updates the index; `reader check` reports problems in article files."""

from __future__ import annotations

import sys

from reader.article.text import display_path
from reader.cli.parser import (
    CommandParser,
    Namespace,
    Subcommand,
    add_format,
    add_sources,
    add_text_or_json,
    together,
)
from reader.cli.session import changes_in_words, follow, opened, warn
from reader.errors import UsageError, counted
from reader.library.export import json_text


def _index_options(parser: CommandParser) -> None:
    add_sources(parser)
    add = parser.group("output")
    add("--rebuild", action="store_true",
        help="read every file again (e.g. reader index --rebuild ~/news)")  # fmt: skip
    add_format(add, ("text", "json"), "text")


def _index(options: Namespace) -> int:
    with opened(options.sources, refresh=False) as library:
        if library.refreshed_by:
            raise UsageError(library.refreshed_by)
        printed = len(library.notices)
        report = follow(library.refresh(rebuild=options.rebuild, shows_first=False), patience=0.0)
        warn(*library.notices[printed:])
        skipped = library.skipped
    if options.format == "json":
        print(json_text(report._asdict() | {"seconds": round(report.seconds, 3)}))
        return 0
    words = changes_in_words(counted(report.files, "file"), report._asdict())
    if report.problems:
        words += f'; {counted(report.problems, "problem")}, listed by "reader check"'
    if skipped:
        endings = ", ".join(f"{count:,} {ending}" for ending, count in sorted(skipped.items()))
        words += f"; not read: {endings}"
    print(words)
    return 0


def _check(options: Namespace) -> int:
    with opened(options.sources) as library:
        if options.format == "json":
            problems = [problem._asdict() for problem in library.problems()]
            duplicates = [{"path": path, "shown": shown} for path, shown in library.duplicates()]
            print(json_text({"problems": problems, "duplicates": duplicates}))
            return 1 if problems else 0
        found = 0
        for problem in library.problems():
            print(problem)
            found += 1
        for path, shown in library.duplicates():
            print(f"{display_path(path)}: note: duplicate of {display_path(shown)}, which is shown")
        if not found and sys.stdout.isatty():
            print(f"no problems in {counted(library.total, 'article')}")
    return 1 if found else 0


COMMANDS = {
    "index": Subcommand(
        summary="update the index",
        usage="reader index [--rebuild] [--format text|json] [SOURCE]...",
        examples=("reader index ~/news", "reader index --rebuild --format json"),
        options=_index_options,
        run=_index,
        needs=("files",),
    ),
    "check": Subcommand(
        summary="report problems in article files",
        usage="reader check [--format text|json] [SOURCE]...",
        examples=("reader check ~/news", "reader check --format json | jq '.problems[].path'"),
        options=together(add_sources, add_text_or_json),
        run=_check,
    ),
}
