"""`reader related`: list what is related to an article, best first, with reasons."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from reader.article.dates import day_of
from reader.article.record import Article, Related
from reader.article.text import clean_line
from reader.article.urls import openable
from reader.cli.completion import ids
from reader.cli.filters import muting
from reader.cli.layout import cells, columns, cut, pad
from reader.cli.parser import CommandParser, Namespace, Subcommand, add_format, whole
from reader.cli.session import note, opened, split_ids
from reader.errors import UsageError
from reader.library import MOST_RELATED, Library
from reader.library.export import Json, json_array, json_text, record
from reader.query import Query
from reader.query.results import Headline, RelatedLink

_PROVIDER = 18
"""Width of the provider column."""
_UNKNOWN = ("id", "path", "read", "starred", "tags", "note")
"""Keys of the record that pages outside the collection don't have."""


def _options(parser: CommandParser) -> None:
    parser.words(
        "words", "ID|SOURCE", "an id (a unique beginning is enough), then folders or files", ids
    )  # fmt: skip
    add = parser.group("output")
    add("--limit", metavar="N", type=whole(0),
        help=f"at most this many; default all that the file lists and {MOST_RELATED} others "
        "(e.g. reader related e6768943 --limit 20)")  # fmt: skip
    add_format(add, ("table", "json", "jsonl"), "table")


def _run(options: Namespace) -> int:
    named, sources = split_ids(options.words)
    if len(named) > 1:
        raise UsageError(f'related takes one article; "{named[1]}" is not a folder or file')
    with opened(sources) as library:
        headline = library.find(named[0])
        rules = muting(sources)
        shown = Query() if rules is None else rules.everywhere
        article = library.article(headline)
        most = MOST_RELATED if options.limit is None else options.limit
        found = library.find_related(headline, article, shown, limit=most)[: options.limit]
        if options.format == "table":
            sys.stdout.writelines(_table(found))
            if not found and options.limit != 0:
                note("nothing in this collection is related to this article")
            return 0
        texts = (json_text(one) for one in _records(library, found))
        lines = json_array(texts) if options.format == "json" else (f"{one}\n" for one in texts)
        sys.stdout.writelines(lines)
    return 0


def _records(library: Library, found: list[RelatedLink]) -> Iterator[Json]:
    """Yields the record of each link, with the reason and the score."""
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
    """Returns what is known about a page outside the collection, with the keys of the record."""
    article = Article(
        "", "", related.title, excerpt=related.excerpt, published_date_time=related.published_date_time,
        web_url=related.web_url, provider=related.provider, type=related.type, quality=related.quality,
        images=related.images,
    )  # fmt: skip
    headline = Headline(0, "", "", "", "", (), None, None, None, "", "", "", False, False, False, ())
    return record(article, headline) | dict.fromkeys(_UNKNOWN)


def _table(found: list[RelatedLink]) -> Iterator[str]:
    """Yields lines of reason, score, id, day, provider and title; outside the collection, the URL."""
    reasons = max((len(link.reason) for link in found), default=0)
    is_cut = sys.stdout.isatty()
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
        yield (cut(line, columns()) if is_cut and cells(line) > columns() else line) + "\n"


COMMANDS = {
    "related": Subcommand(
        summary="list articles related to an article",
        usage="reader related ID [SOURCE]... [--limit N] [--format table|json|jsonl]",
        examples=(
            "reader related e6768943",
            "reader related e6768943 ~/news --format json | jq -r '.[] | [.reason, .title] | @tsv'",
        ),
        options=_options,
        run=_run,
    ),
}
