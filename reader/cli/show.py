"""`reader show` prints whole articles; `reader related` lists the articles related to one, with reasons."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from reader.article.dates import day_of
from reader.article.record import Article, Related
from reader.article.text import clean_line
from reader.article.urls import openable
from reader.cli.completion import ids
from reader.cli.layout import columns, cut, fit, pad
from reader.cli.options import muting
from reader.cli.parser import CommandParser, Namespace, Subcommand, add_format, whole
from reader.cli.session import opened, split_ids, warn
from reader.errors import UsageError, about_file
from reader.library import MOST_RELATED, Library
from reader.library.export import Json, json_array, json_text, markdown_article, record
from reader.permissions import require
from reader.query import Query
from reader.query.results import Headline, RelatedLink

_PROVIDER = 18
"""Width of the provider column."""
_UNKNOWN = ("id", "path", "read", "starred", "tags", "note")
"""Keys of the record that pages outside the collection don't have."""


def _show_options(parser: CommandParser) -> None:
    parser.words(
        "words", "ID|SOURCE",
        "ids (a unique prefix is enough) or - for ids on stdin, then folders or files", ids,
    )  # fmt: skip
    add = parser.group("output")
    add_format(add, ("text", "markdown", "json"), "text")
    add("--include-secured", action="store_true",
        help="include the article's secured token; with json "
        "(e.g. reader show e6768943 --format json --include-secured)")  # fmt: skip


def _show(options: Namespace) -> int:
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


def _record(library: Library, headline: Headline, secured: bool) -> Json:
    article = library.article(headline)
    with about_file(article.path):
        return record(article, headline, library.note(headline), body=True, secured=secured)


def _texts(library: Library, headline: Headline, form: str) -> Iterator[str]:
    article = library.article(headline)
    with about_file(article.path):
        if form == "markdown":
            yield markdown_article(article)
            return
        from reader.cli.page import MEASURE, page  # lays out text with Rich, which no other command loads

        width = columns() if sys.stdout.isatty() else MEASURE
        related = library.related(article)
        for line in page(article, headline, related, library.note(headline), width):
            yield line + "\n"


def _related_options(parser: CommandParser) -> None:
    parser.words("words", "ID|SOURCE", "an id (a unique prefix is enough), then folders or files", ids)
    add = parser.group("output")
    add("--limit", metavar="N", type=whole(0),
        help=f"at most this many; default all that the file lists and {MOST_RELATED} others "
        "(e.g. reader related e6768943 --limit 20)")  # fmt: skip
    add_format(add, ("table", "json", "jsonl"), "table")


def _related(options: Namespace) -> int:
    named, sources = split_ids(options.words)
    if len(named) > 1:
        raise UsageError(f'related takes one article; "{named[1]}" is not a folder or file')
    with opened(sources) as library:
        headline = library.find(named[0])
        rules = muting()
        shown = Query() if rules is None else rules.everywhere
        article = library.article(headline)
        most = MOST_RELATED if options.limit is None else options.limit
        found = library.find_related(headline, article, shown, limit=most)[: options.limit]
        if options.format == "table":
            sys.stdout.writelines(_table(found))
            if not found and options.limit != 0:
                warn("nothing in this collection is related to this article")
            return 0
        texts = map(json_text, _records(library, found))
        sys.stdout.writelines(
            json_array(texts) if options.format == "json" else (f"{text}\n" for text in texts)
        )
    return 0


def _records(library: Library, found: list[RelatedLink]) -> Iterator[Json]:
    """The record of each link, with the reason and the score."""
    inside = [link.headline for link in found if link.headline is not None]
    read = {headline.id: (article, note) for headline, article, note in library.read(inside)}
    for link in found:
        article, text = read.get(link.headline.id, (None, "")) if link.headline else (None, "")
        if article is not None and link.headline is not None:
            made = record(article, link.headline, text)
        else:
            made = _record_outside(link.related)
        yield {"score": round(link.score, 3), "reason": link.reason, **made}


def _record_outside(related: Related) -> Json:
    """What is known about a page outside the collection, with the keys of the record."""
    article = Article(
        "", "", related.title, excerpt=related.excerpt, published_date_time=related.published_date_time,
        web_url=related.web_url, provider=related.provider, type=related.type, quality=related.quality,
        images=related.images,
    )  # fmt: skip
    headline = Headline(0, "", "", "", "", (), None, None, None, "", "", "", False, False, False, ())
    return record(article, headline) | dict.fromkeys(_UNKNOWN)


def _table(found: list[RelatedLink]) -> Iterator[str]:
    """Lines of reason, score, id, day, provider and title; outside the collection also the URL."""
    reasons = max((len(link.reason) for link in found), default=0)
    for link in found:
        headline, related = link.headline, link.related
        then = headline.date if headline else related.published_date_time
        day = day_of(then).isoformat() if then else ""
        provider = headline.provider if headline else related.provider.name or related.provider.domain
        title = clean_line(related.title or (headline.title if headline else ""))
        if headline is None:
            title = " ".join(filter(None, (title, openable(related.web_url))))
        shown = cut(clean_line(provider), _PROVIDER)
        line = (
            f"{link.reason:{reasons}}  {link.score:.2f}  {headline.id if headline else '':12}  {day:10}  "
            f"{pad(shown, _PROVIDER)}  {title}"
        ).rstrip()
        yield fit(line) + "\n"


COMMANDS = {
    "show": Subcommand(
        summary="print whole articles",
        usage="reader show ID... [SOURCE]... [--format text|markdown|json]",
        examples=(
            "reader show e6768943",
            "reader show e6768943 ~/news --format markdown",
            "reader list --starred --format ids | reader show - --format markdown > starred.md",
        ),
        options=_show_options,
        run=_show,
    ),
    "related": Subcommand(
        summary="list articles related to an article",
        usage="reader related ID [SOURCE]... [--limit N] [--format table|json|jsonl]",
        examples=(
            "reader related e6768943",
            "reader related e6768943 ~/news --format json | jq -r '.[] | [.reason, .title] | @tsv'",
        ),
        options=_related_options,
        run=_related,
    ),
}
