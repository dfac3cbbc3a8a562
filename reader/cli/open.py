"""`reader open`: opens the page of an article, or of one of its related links, in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader import config, terminal
from reader.article.urls import openable
from reader.cli.completion import ids
from reader.cli.parser import CommandParser, Namespace, Subcommand, add_place, whole
from reader.cli.session import opened, split_ids, tell
from reader.errors import NoSuchArticle, ReaderError, UsageError
from reader.permissions import require
from reader.query.results import Headline

if TYPE_CHECKING:
    from reader.library import Library

PATIENCE = 1.0
"""Seconds to wait for a failure of the browser, before returning to the shell."""


def _options(parser: CommandParser) -> None:
    parser.words("words", "ID|SOURCE", "an id (a unique prefix is enough), then folders or files", ids)
    add = parser.group("page")
    add("--related", metavar="N", type=whole(1),
        help="open the article's Nth related link, as numbered by show (e.g. --related 2)")  # fmt: skip
    add("--print", action="store_true", help="print the address only (e.g. reader open e6768943 --print)")
    add_place(add)


def _run(options: Namespace) -> int:
    if not options.print:
        require("programs")
    named, sources = split_ids(options.words)
    if len(named) > 1:
        raise UsageError(f'open takes one article; "{named[1]}" is not a folder or file')
    with opened(sources) as library:
        url = _url(library, library.find(named[0]), options.related)
    if options.print:
        print(url)
        return 0
    return _carry_out(url, options.is_remote, is_first=bool(sources))


def _carry_out(url: str, is_remote: bool | None, *, is_first: bool) -> int:
    """Open the page in the user's browser; over SSH without a relay, print its address.

    Warnings of the configuration were printed when it was read first.
    """
    from reader.opening import opener

    settings, warnings = config.load()
    if is_first:
        tell(config.summary(warnings))
    here = terminal.here(terminal.choices(settings.terminal, is_remote))
    plan = opener.plan(url, here, settings)
    outcome = opener.carry_out(plan, here, _run_here if here.is_tty else None, PATIENCE)
    sentence = outcome.sentence if outcome.ok else f"{outcome.sentence}; the page is {plan.url}"
    if not outcome.ok and not here.is_remote:
        raise ReaderError(sentence)
    print(sentence)
    return 0


def _run_here(argv: Sequence[str]) -> str | None:
    from reader.opening.programs import run_here

    try:
        code = run_here(argv, {})
    except OSError as error:
        return f"{argv[0]}: {error.strerror}"
    return f"{argv[0]}: exited with {code}" if code else None


def _url(library: Library, headline: Headline, number: int | None) -> str:
    if number is None:
        url = headline.url
        if not url:
            raise NoSuchArticle(
                f"article {headline.id} has no address that can be opened; "
                f'"reader show {headline.id}" prints the article'
            )
        return url
    related = library.article(headline).related
    if number > len(related):
        raise NoSuchArticle(f"article {headline.id} has {len(related)} related links, no number {number}")
    url = openable(related[number - 1].web_url)
    if not url:
        raise NoSuchArticle(
            f"related link {number} of article {headline.id} has no address that can be opened"
        )
    return url


COMMANDS = {
    "open": Subcommand(
        summary="open an article's page in your browser",
        usage="reader open ID [SOURCE]... [--related N] [--print] [--remote|--local]",
        examples=("reader open e6768943", "reader open e6768943 --related 2 --print ~/news"),
        options=_options,
        run=_run,
    ),
}
