"""`reader publish`: publish a collection to a shared database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING

from reader.cli.layout import columns, cut
from reader.cli.parser import CommandParser, Namespace, Subcommand, add_format, add_sources
from reader.cli.session import follow, sources_of, tell
from reader.config.sources import is_shared
from reader.errors import UsageError, counted
from reader.library.export import json_text
from reader.library.folder.library import FolderLibrary
from reader.library.sources import needing_postgres
from reader.permissions import require

if TYPE_CHECKING:
    from reader.library.postgres.publish import Publication, PublishStep

_PAUSE = 0.2
"""Seconds between two lines of progress on a terminal, and before the first one."""


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
    add_format(parser.group("output"), ("text", "json"), "text")


def _run(options: Namespace) -> int:
    require("network")
    if not options.to:
        raise UsageError(
            'no database given; for example: "reader publish ~/news --to postgresql://HOST/NAME"'
        )
    if not is_shared(options.to):
        raise UsageError("--to must be a database URL, like postgresql://HOST/NAME")
    sources = sources_of(options.sources)
    if any(map(is_shared, sources)):
        raise UsageError("publish takes folders and files; --to names the database")
    if options.shard and not options.init:
        raise UsageError("--shard is for the first time: give --init with it")
    if not all(options.grant):
        raise UsageError("--grant needs the name of a role")
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
        tell(library.notices)
        report = _follow(publish.Publisher(*library.publishable(), options.to).run())
    print(json_text(report._asdict() | {"seconds": round(report.seconds, 3)}) if options.format == "json"
          else _sentence(report))  # fmt: skip
    return 0


def _follow(steps: Iterator[PublishStep]) -> Publication:
    """Run a publication to its end, with progress on a terminal."""
    is_shown, painted = sys.stderr.isatty(), monotonic()
    report = None
    was_painted = False
    try:
        for step in steps:
            report = step.report or report
            if is_shown and monotonic() - painted > _PAUSE:
                sys.stderr.write("\r" + cut(_progress(step), columns(2) - 1) + "\x1b[K")
                sys.stderr.flush()
                painted, was_painted = monotonic(), True
    finally:
        if was_painted:
            sys.stderr.write("\r\x1b[K")
    assert report is not None
    return report


def _progress(step: PublishStep) -> str:
    if step.phase == "articles":
        return f"sending {step.done:,} of {counted(step.of, 'article')}"
    if step.phase == "sets":
        return f"sending the index: block {step.done + 1:,} of {step.of:,}"
    if step.phase == "indexes":
        return "creating the indexes of the database"
    return "comparing with what is published"


def _sentence(report: Publication) -> str:
    said = [
        f"{getattr(report, name):,} {name}"
        for name in ("added", "changed", "removed", "unchanged")
        if getattr(report, name)
    ]
    words = f"{counted(report.articles, 'article')} published"
    words += f": {', '.join(said)}" if said else ""
    words += f", in {report.seconds:.1f} s"
    if report.missing:
        words += f"; {counted(report.missing, 'file')} changed meanwhile: publish again"
    return words


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
