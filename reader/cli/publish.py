"""`reader publish`: publish a collection to a shared database."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

from reader.cli.parser import CommandParser, Namespace, Subcommand, add_sources, add_text_or_json
from reader.cli.session import changes_in_words, follow, read_settings, sources_of, warn, with_progress
from reader.config.sources import is_shared
from reader.errors import UsageError, counted
from reader.library.export import json_text
from reader.library.folder.library import FolderLibrary
from reader.library.sources import needing_postgres

if TYPE_CHECKING:
    from reader.collection.folders import Source
    from reader.library.postgres.publish import PublishStep


def _options(parser: CommandParser) -> None:
    add_sources(parser)
    add = parser.group("the database")
    add("--to", metavar="URL",
        help="where to publish; the password comes from ~/.pgpass or PGPASSWORD "
        "(e.g. reader publish ~/news --to postgresql://desk@db.example/news)")  # fmt: skip
    add("--init", action="store_true",
        help="set up tables and the group of readers first, or print the script for someone who may "
        "(e.g. reader publish ~/news --to postgresql://db.example/news --init)")  # fmt: skip
    add("--shard", action="append", metavar="URL", default=[],
        help="with --init: a server that keeps a part of the articles; can be repeated "
        "(e.g. reader publish ~/news --to postgresql://db.example/news --init "
        "--shard postgresql://db1.example/news --shard postgresql://db2.example/news)")  # fmt: skip
    add("--grant", action="append", metavar="ROLE", default=[],
        help="let a role read and keep its own marks; can be repeated "
        "(e.g. reader publish ~/news --to postgresql://db.example/news --grant ana --grant ben)")  # fmt: skip
    add_text_or_json(parser)


def _sources(options: Namespace) -> list[Source]:
    """The sources to publish. Raises UsageError if an option is missing or wrong."""
    if not options.to:
        raise UsageError(
            'no database given; for example: "reader publish ~/news --to postgresql://HOST/NAME"'
        )
    if not is_shared(options.to):
        raise UsageError("--to must be a database URL, like postgresql://HOST/NAME")
    sources = sources_of(options.sources, read_settings())
    if any(map(is_shared, sources)):
        raise UsageError("publish takes folders and files; --to names the database")
    if options.shard and not options.init:
        raise UsageError("--shard needs --init")
    if not all(options.grant):
        raise UsageError("--grant needs the name of a role")
    return sources


def _run(options: Namespace) -> int:
    sources = _sources(options)
    with needing_postgres():
        from reader.library.postgres import publish, setup
    if options.init or options.grant:
        try:
            setup.set_up(options.to, options.grant, shards=options.shard, is_first=options.init)
        except setup.NoRights as error:
            sys.stdout.write(error.script)
            raise
    with closing(FolderLibrary.open(sources)) as library:
        follow(library.refresh(shows_first=False))
        warn(*library.notices)
        publisher = publish.Publisher(*library.publishable(), options.to)
        for step in with_progress(publisher.run(), _progress):
            report = step.report
    assert report is not None, "the last step has it"
    if options.format == "json":
        print(json_text(report._asdict() | {"seconds": round(report.seconds, 3)}))
        return 0
    words = changes_in_words(f"{counted(report.articles, 'article')} published", report._asdict())
    if report.missing:
        words += f"; {counted(report.missing, 'file')} changed meanwhile: publish again"
    print(words)
    return 0


def _progress(step: PublishStep, _: float) -> str:
    if step.phase == "articles":
        return f"sending {step.done:,} of {counted(step.of, 'article')}"
    if step.phase == "sets":
        return f"sending the index: block {step.done + 1:,} of {step.of:,}"
    if step.phase == "indexes":
        return "creating the indexes of the database"
    return "comparing with what is published"


COMMANDS = {
    "publish": Subcommand(
        summary="publish a collection to a shared database",
        usage="reader publish [SOURCE]... --to URL [--init] [--shard URL]... [--grant ROLE]...\n"
        "                      [--format text|json]",
        examples=(
            "reader publish ~/news --to postgresql://desk@db.example/news --init --grant ana",
            "reader publish ~/news --to postgresql://desk@db.example/news",
        ),
        options=_options,
        run=_run,
        needs=("network", "files"),
    )
}
