"""`reader show` and `reader open`: one article, or a few, named by id."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reader.cli.arguments import add_format, add_place
from reader.cli.completion import ids
from reader.cli.layout import columns
from reader.cli.page import MEASURE, page
from reader.cli.parser import Namespace, Parser, Subcommand, whole
from reader.cli.question import ids_in
from reader.cli.session import opened, tell
from reader.errors import NoSuchArticle, ReaderError, UsageError
from reader.library.export import Json, json_array, json_text, markdown_article, record
from reader.query.results import Headline

if TYPE_CHECKING:
    from reader.library import Library

PATIENCE = 1.0
"""Seconds in which a browser must fail for that to be told: a shell's prompt may come so much later."""

_ID = re.compile(r"[0-9a-f]{4,12}", re.IGNORECASE)


def split_words(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The ids and the SOURCEs of `ID... [SOURCE]...`: the first word is an id, and so is each further word
    that looks like one (4 to 12 hex digits) and is the name of no file or folder. A first word of `-` stands
    for the ids on the input."""
    if not words:
        raise UsageError("which article? Give its id, as `reader list` shows it: `reader show e6768943`")
    if words[0] == "-":
        return ids_in("-"), list(words[1:])
    ids, sources = [words[0].lower()], list[str]()
    for word in words[1:]:
        if _ID.fullmatch(word) and not sources and not os.path.exists(word):
            ids.append(word.lower())
        else:
            sources.append(word)
    return ids, sources


def _show_options(parser: Parser) -> None:
    parser.words(
        "words",
        "ID|SOURCE",
        "ids, or as much of each as is unique, or - for ids on the input; then sources",
        ids,
    )
    group = parser.group("output")
    add_format(group, ("text", "markdown", "json"), "text")
    group.option(
        "--include-secured", action="store_true", help="the article's secured token too, with json only",
        example="reader show e6768943 --format json --include-secured",
    )  # fmt: skip


def _show(options: Namespace) -> int:
    if options.include_secured and options.format != "json":
        raise UsageError("--include-secured goes with --format json only; add that")
    ids, sources = split_words(options.words)
    with opened(sources) as library:
        found = [library.find(prefix) for prefix in ids]
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


def _record(library: Library, headline: Headline, secured: bool) -> Json:
    article = library.article(headline)
    return record(article, headline, library.note(headline), body=True, secured=secured)


def _texts(library: Library, headline: Headline, form: str) -> Iterator[str]:
    article = library.article(headline)
    if form == "markdown":
        yield markdown_article(article)
        return
    width = columns() if sys.stdout.isatty() else MEASURE
    related = library.related(article)
    for line in page(article, headline, related, library.note(headline), width):
        yield line + "\n"


def _open_options(parser: Parser) -> None:
    parser.words("words", "ID|SOURCE", "the id, or as much of it as is unique, then folders or files", ids)
    group = parser.group("what and how")
    group.option(
        "--related", metavar="N", type=whole(1), example="--related 2",
        help="the article's Nth related link instead, as `reader show` numbers them",
    )  # fmt: skip
    group.option(
        "--print", action="store_true", help="only write the address",
        example="reader open e6768943 --print",
    )  # fmt: skip
    add_place(group)


def _open(options: Namespace) -> int:
    ids, sources = split_words(options.words)
    if len(ids) > 1:
        raise UsageError(f"one article at a time; `{ids[1]}` is neither a folder nor a file")
    with opened(sources) as library:
        url = _url(library, library.find(ids[0]), options.related)
    if options.print:
        print(url)
        return 0
    return _carry_out(url, options.is_remote, is_first=bool(sources))


def _carry_out(url: str, is_remote: bool | None, *, is_first: bool) -> int:
    """Bring the page to the person's browser; over SSH, where that is on another machine, say its address.

    The warnings of the configuration are told where it is looked into first, not again.
    """
    from reader import config, terminal
    from reader.opening import opener

    settings, warnings = config.load()
    if is_first:
        tell(warnings)
    here = terminal.here(terminal.choices(settings.terminal, is_remote))
    plan = opener.plan(url, here, settings)
    outcome = opener.carry_out(plan, here, _run_here if here.is_tty else None, PATIENCE)
    sentence = outcome.sentence if outcome.ok else f"{outcome.sentence}; the page is {plan.url}"
    if not outcome.ok and not here.is_remote:
        raise ReaderError(sentence)
    print(sentence)
    return 0


def _run_here(argv: Sequence[str]) -> str | None:
    from reader.opening.starting import run_here

    try:
        code = run_here(argv, {})
    except OSError as error:
        return f"{argv[0]}: {error.strerror}"
    return f"{argv[0]}: it ended with {code}" if code else None


def _url(library: Library, headline: Headline, number: int | None) -> str:
    if number is None:
        url = headline.url
        if not url:
            raise NoSuchArticle(f"the article {headline.id} has no page to open; `reader show` has its text")
        return url
    related = library.article(headline).related
    if number > len(related):
        raise NoSuchArticle(f"the article {headline.id} has {len(related)} related links, no number {number}")
    if not related[number - 1].web_url:
        raise NoSuchArticle(f"related link {number} of the article {headline.id} has no address")
    return related[number - 1].web_url


SUBCOMMANDS = {
    "show": Subcommand(
        usage="reader show ID... [SOURCE]... [--format text|markdown|json]",
        examples=(
            "reader show e6768943",
            "reader show e6768943 ~/news --format markdown",
            "reader list --starred --format ids | reader show - --format markdown > starred.md",
        ),
        options=_show_options,
        run=_show,
    ),
    "open": Subcommand(
        usage="reader open ID [SOURCE]... [--related N] [--print] [--remote|--local]",
        examples=("reader open e6768943", "reader open e6768943 --related 2 --print ~/news"),
        options=_open_options,
        run=_open,
    ),
}
