"""`reader subscribe`, `unsubscribe`, `feeds`, `fetch`, `import-feeds`, `export-feeds` and `save`.

What fetching needs is imported by the command that fetches, and by no list.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from functools import partial
from time import time
from typing import TYPE_CHECKING, Any

from reader.article.text import clean_line, display_path
from reader.cli.layout import aligned, columns, cut, fit
from reader.cli.parser import CommandParser, Namespace, Subcommand, add_format, whole
from reader.cli.session import follow, one_file, read_input, read_settings, warn, write_output
from reader.config.sources import feeds_file, news_folder
from reader.errors import ReaderError, UsageError, counted, shown

if TYPE_CHECKING:
    from reader.feeds.discovery import FoundFeed
    from reader.feeds.fetching import FeedStep, FetchReport
    from reader.feeds.state import FeedState
    from reader.feeds.subscriptions import Subscription
    from reader.library import Library
    from reader.library.feed_counts import FeedCounts

_WINDOW = 500
_NO_FEEDS = 'no feeds yet; use "reader subscribe URL" or "reader import-feeds FILE"'


def feed_names(**_: object) -> Iterable[str]:
    """The names of all feeds, for shell completion."""
    from reader.feeds import subscriptions
    from reader.feeds.state import State

    with suppress(ReaderError, OSError), State() as state:
        return [one.label for one in state.named(subscriptions.load()[0])]
    return []


def folder_names(**_: object) -> Iterable[str]:
    """The folders of all feeds, for shell completion."""
    from reader.feeds import subscriptions

    with suppress(ReaderError, OSError):
        return dict.fromkeys(one.folder for one in subscriptions.load()[0] if one.folder)
    return []


def read_feeds() -> tuple[list[Subscription], str]:
    """All subscriptions and the news folder; prints what is wrong in their files on stderr.

    Those without a name or an interval have the feed's title and the interval of the configuration.
    """
    from reader.feeds import subscriptions
    from reader.feeds.state import State

    configured = read_settings().feeds
    feeds, notices = subscriptions.load()
    warn(*notices)
    every = subscriptions.seconds_of(configured.every) if configured.every else 0
    with State() as state:
        feeds = state.named(feeds)
    feeds = [one if one.every else one._replace(every=every) for one in feeds]
    return feeds, news_folder(configured.folder)


def _opened(folder: str) -> Library:
    """Opens the Library of the news folder, refreshed."""
    from reader.library.sources import open_library

    library = open_library([folder])
    follow(library.refresh(shows_first=False))
    return library


def _subscribe_options(parser: CommandParser) -> None:
    parser.words("urls", "URL", "addresses of feeds, or of pages that link to one")
    add = parser.group("name and fetching")
    add("--name", metavar="NAME", help="its name (default: the feed's title; e.g. --name 'Harbour Post')")
    add("--folder", metavar="NAME", completer=folder_names,
        help="put it in this folder (e.g. --folder Tech)")  # fmt: skip
    add("--full-text", action="store_true",
        help="fetch each article's page for the full text (e.g. --full-text)")  # fmt: skip
    add("--every", metavar="TIME", help="fetch it at most this often (e.g. --every 30m)")
    add("--keep", metavar="TIME",
        help="remove older articles, unless you starred, tagged or noted them "
        "(e.g. --keep 90d)")  # fmt: skip
    add("--yes", action="store_true",
        help="choose the first feed if a page has several "
        "(e.g. reader subscribe --yes https://blog.example)")  # fmt: skip


def _subscribe(options: Namespace) -> int:
    from reader.feeds import discovery, subscriptions
    from reader.feeds.subscriptions import Subscription

    if not options.urls:
        raise UsageError('no address given; for example: "reader subscribe https://blog.example"')
    if options.name and len(options.urls) > 1:
        raise UsageError("--name needs exactly one address")
    settings = {
        "folder": clean_line(options.folder or ""),
        "full_text": options.full_text,
        "every": _seconds(options.every, "--every"),
        "keep": _seconds(options.keep, "--keep"),
    }
    if options.full_text:
        from reader.feeds import fulltext

        fulltext.require()
    code = 0
    for url in options.urls:
        try:
            chosen = _chosen(discovery.discover(url), is_sure=options.yes)
        except UsageError:
            raise
        except ReaderError as error:
            warn(str(error))
            code = max(code, error.exit_code)
            continue
        if chosen is None:
            print("not subscribed")
            continue
        name = clean_line(options.name or chosen.title)
        one = Subscription(chosen.url, name, **settings)
        if subscriptions.add([one]):
            print(f"subscribed to {one.label} ({_about(chosen)}): {one.address}")
        else:
            is_change = options.name or any(settings.values())
            remedy = f"; to change it, edit {display_path(feeds_file())}" if is_change else ""
            print(f"already subscribed to {one.address}{remedy}")
    return code


def _seconds(text: str | None, option: str) -> int:
    from reader.feeds.subscriptions import seconds_of

    try:
        return seconds_of(text) if text else 0
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _about(one: FoundFeed) -> str:
    return ", ".join(filter(None, (one.format, counted(one.entries, "article"))))


def _chosen(found: Sequence[FoundFeed], *, is_sure: bool) -> FoundFeed | None:
    """The chosen feed; asks the user if there are several."""
    if len(found) == 1 or is_sure:
        return found[0]
    lines = [
        f"{number}. {one.title or one.url} ({_about(one)}): {one.url}" for number, one in enumerate(found, 1)
    ]
    if not sys.stdin.isatty():
        raise UsageError(f"several feeds found; give the address of one, or use --yes: {'; '.join(lines)}")
    print(*lines, sep="\n", file=sys.stderr)
    print(f"Which one? [1-{len(found)}, Enter for none] ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip()
    return found[int(answer) - 1] if answer.isdecimal() and 0 < int(answer) <= len(found) else None


def _unsubscribe_options(parser: CommandParser) -> None:
    parser.words("feeds", "FEED", "addresses or names of feeds, or prefixes of them", feed_names)
    add = parser.group("its articles")
    add("--delete-articles", action="store_true",
        help="also delete its articles, except those that you starred, tagged, noted or edited "
        "(e.g. reader unsubscribe --delete-articles 'Harbour Post')")  # fmt: skip


def _unsubscribe(options: Namespace) -> int:
    from reader.feeds import subscriptions

    if not options.feeds:
        raise UsageError('no feed given; give an address or a name as listed by "reader feeds"')
    known, folder = read_feeds()
    chosen = list(dict.fromkeys(subscriptions.find(known, word) for word in options.feeds))
    for one in chosen:
        subscriptions.remove(one.address)
        print(f"unsubscribed from {one.label}")
    if options.delete_articles:
        from reader.feeds import fetching, writing
        from reader.feeds.articles import NewsFolder
        from reader.feeds.state import State

        protected = partial(marked_articles, folder)
        with fetching.alone(), State() as state:
            for one in chosen:
                gone, stay = writing.remove_all(state, NewsFolder(folder), one.address, protected)
                kept = f"; {counted(stay, 'article')} kept, which you marked or edited" if stay else ""
                print(f"{counted(gone, 'article')} of {one.label} deleted{kept}")
    return 0


def marked_articles(folder: str, paths: Sequence[str]) -> set[str]:
    """Which of these articles (paths below the news folder) are starred, tagged or noted."""
    from reader.query import Query, Term

    wanted = {os.path.realpath(os.path.join(folder, path)): path for path in paths}
    found: set[str] = set()
    with closing(_opened(folder)) as library:
        tags = tuple(one.value for one in library.facet("tag", Query()).values)
        marks = [Term("is", ("starred",)), Term("has", ("note",)), *([Term("tag", tags)] if tags else [])]
        for mark in marks:
            results = library.select(Query((mark,)))
            for start in range(0, len(results), _WINDOW):
                marked = library.paths(results.window(start, start + _WINDOW))
                found |= {wanted[real] for _, path in marked if (real := os.path.realpath(path)) in wanted}
    return found


def _feeds_options(parser: CommandParser) -> None:
    add_format(parser.group("output"), ("table", "json"), "table")


def _feeds(options: Namespace) -> int:
    from reader.feeds.state import NEVER_FETCHED, State

    known, folder = read_feeds()
    with State() as state:
        fetched = state.feeds()
    states = [fetched.get(one.address, NEVER_FETCHED) for one in known]
    counts = _counts(folder, [one.directory for one in states])
    rows = list(zip(known, states, counts, strict=True))
    if options.format == "json":
        from reader.library.export import json_text

        print(json_text([_feed_record(*row) for row in rows], indent=2))
    elif rows:
        _print_table(rows)
    else:
        warn(_NO_FEEDS)
    return 0


def _counts(folder: str, directories: Sequence[str]) -> list[FeedCounts]:
    """The number of articles in each feed's folder."""
    from reader.library.feed_counts import FeedCounts, feed_counts

    counts: dict[str, FeedCounts] = {}
    wanted = [one for one in directories if one]
    if wanted and os.path.isdir(folder):
        with closing(_opened(folder)) as library:
            counts = feed_counts(library, wanted)
    return [counts.get(one, FeedCounts(0, 0)) for one in directories]


def _feed_record(one: Subscription, state: FeedState, count: FeedCounts) -> dict[str, Any]:
    return {
        "url": one.address,
        "name": one.label,
        "folder": one.folder or None,
        "articles": count.articles,
        "unread": count.unread,
        "lastFetched": _instant(state.fetched) if state.fetched else None,
        "nextFetch": None if state.gone or not one.enabled else _instant(state.due or time()),
        "error": state.error or None,
        "fullText": one.full_text,
    }


def _instant(seconds: float) -> str:
    from datetime import UTC, datetime

    from reader.article.dates import iso

    return iso(datetime.fromtimestamp(seconds, UTC))


def _print_table(rows: Sequence[tuple[Subscription, FeedState, FeedCounts]]) -> None:
    from datetime import UTC, datetime

    from reader.article.dates import ago

    now = datetime.now(UTC)
    lines = [("NAME", "FOLDER", "ARTICLES", "UNREAD", "FETCHED", "")]
    for one, state, count in rows:
        fetched = ago(datetime.fromtimestamp(state.fetched, UTC), now) if state.fetched else "never"
        status = state.trouble if one.enabled or state.error else "paused"
        numbers = (f"{count.articles:,}", f"{count.unread:,}")
        lines.append((cut(one.label, 32), cut(one.folder, 16), *numbers, fetched, status))
    for text in aligned(lines, right=(2, 3)):
        print(fit(text))


def _fetch_options(parser: CommandParser) -> None:
    parser.words("feeds", "FEED", "the feeds to fetch; default: all that are due", feed_names)
    add = parser.group("fetching")
    add("--force", action="store_true",
        help="also fetch feeds that are not due "
        "(e.g. reader fetch --force 'Harbour Post')")  # fmt: skip
    add("--jobs", metavar="N", type=whole(1), default=None,
        help="fetch this many feeds at a time, at most two per host "
        "(default 32; e.g. reader fetch --jobs 4)")  # fmt: skip
    add_format(add, ("text", "json"), "text")


def _fetch(options: Namespace) -> int:
    from reader.feeds import fetching, subscriptions

    known, folder = read_feeds()
    feeds = list(dict.fromkeys(subscriptions.find(known, word) for word in options.feeds)) or known
    report = fetching.FetchReport()
    steps = fetching.fetch(
        feeds, folder=folder, force=options.force, is_named=bool(options.feeds),
        jobs=options.jobs or fetching.JOBS, protected=partial(marked_articles, folder), report=report,
    )  # fmt: skip
    with closing(steps):
        _follow(steps, report, is_quiet=options.format == "json")
    if options.format == "json":
        from reader.library.export import json_text

        print(json_text(report.record()))
    elif known:
        print(_sentence(report))
    else:
        warn(_NO_FEEDS)
    return 1 if report.failed else 0


def _follow(steps: Iterable[FeedStep], report: FetchReport, *, is_quiet: bool) -> None:
    """Run a fetch to its end; failures are reported at once, progress on a terminal."""
    is_shown = sys.stderr.isatty()
    try:
        for step in steps:
            if is_shown:
                sys.stderr.write("\r\x1b[K")
            if step.error and not is_quiet:
                warn(f"{step.name}: {step.error}")
            if step.note:
                warn(f"{step.name}: {step.note}")
            if is_shown:
                words = f"fetching: {step.done:,} of {counted(step.total, 'feed')}, {report.new:,} new"
                sys.stderr.write(cut(words, columns(2) - 1))
                sys.stderr.flush()
    finally:
        if is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _sentence(report: FetchReport) -> str:
    details = [
        f"{number:,} {words}"
        for number, words in (
            (report.not_modified, "not modified"), (report.not_due, "not due"), (report.failed, "failed"),
        )
        if number
    ]  # fmt: skip
    parts = [counted(report.new, "new article")]
    parts += [f"{report.updated:,} updated"] if report.updated else []
    parts += [f"{report.removed:,} removed"] if report.removed else []
    about = f" ({', '.join(details)})" if details else ""
    return f"{', '.join(parts)} from {counted(report.feeds, 'feed')}{about}, in {report.seconds:.1f} s"


def _import_options(parser: CommandParser) -> None:
    parser.words("words", "FILE", "an OPML file or newsboat's urls; - for stdin")


def _import(options: Namespace) -> int:
    from reader.feeds import opml, subscriptions

    name = one_file(options.words, "import-feeds feeds.opml")
    raw = read_input(name, opml.MOST_BYTES, "import-feeds")
    listed = opml.read(raw, "stdin" if name == "-" else display_path(name))
    for sentence in listed.refused:
        warn(sentence)
    added = len(subscriptions.add(listed.subscriptions)) if listed.subscriptions else 0
    there = len(listed.subscriptions) - added
    parts = [f"subscribed to {counted(added, 'feed')}"]
    parts += [f"{there:,} already subscribed"] if there else []
    parts += [f"{len(listed.refused):,} skipped"] if listed.refused else []
    print(", ".join(parts))
    return 0


def _export_options(parser: CommandParser) -> None:
    parser.words("words", "FILE", "the file to write; default: stdout")


def _export(options: Namespace) -> int:
    from reader.feeds import opml

    name = one_file(options.words or ["-"], "export-feeds feeds.opml")
    write_output(name, [opml.written(read_feeds()[0])])
    return 0


def _save_options(parser: CommandParser) -> None:
    parser.words("urls", "URL", "addresses of pages")
    add = parser.group("the article")
    add("-t", "--topic", action="append", metavar="TOPIC", default=[],
        help="add this topic; can be repeated "
        "(e.g. reader save -t Ferries https://paper.example/story)")  # fmt: skip


def _save(options: Namespace) -> int:
    from reader.feeds import saving

    if not options.urls:
        raise UsageError('no address given; for example: "reader save https://paper.example/story"')
    folder = news_folder(read_settings().feeds.folder)
    topics = [topic for topic in map(clean_line, options.topic) if topic]
    code = 0
    for one in saving.save(options.urls, topics=topics, folder=folder):
        if one.error:
            warn(one.error if shown(one.url) in one.error else f"{shown(one.url)}: {one.error}")
            code = ReaderError.exit_code
        else:
            print(f"{'saved' if one.is_new else 'saved before'}: {one.title}: {display_path(one.path)}")
    return code


COMMANDS = {
    "subscribe": Subcommand(
        summary="subscribe to feeds or to the feeds of web pages",
        usage="reader subscribe URL... [--name NAME] [--folder NAME] [--full-text] [--every TIME]\n"
        "                        [--keep TIME] [--yes]",
        examples=(
            "reader subscribe https://blog.example",
            "reader subscribe --folder Tech --keep 90d https://blog.example/feed.xml",
        ),
        options=_subscribe_options,
        run=_subscribe,
        needs=("network", "files"),
    ),
    "unsubscribe": Subcommand(
        summary="unsubscribe from feeds",
        usage="reader unsubscribe FEED... [--delete-articles]",
        examples=("reader unsubscribe 'Harbour Post'", "reader unsubscribe https://blog.example/feed.xml"),
        options=_unsubscribe_options,
        run=_unsubscribe,
        needs=("files",),
    ),
    "feeds": Subcommand(
        summary="list feeds with article counts and errors",
        usage="reader feeds [--format table|json]",
        examples=("reader feeds", "reader feeds --format json | jq '.[] | select(.error) | .url'"),
        options=_feeds_options,
        run=_feeds,
        needs=("files",),
    ),
    "fetch": Subcommand(
        summary="fetch new articles",
        usage="reader fetch [FEED]... [--force] [--jobs N] [--format text|json]",
        examples=("reader fetch", "reader fetch --format json | jq .new"),
        options=_fetch_options,
        run=_fetch,
        needs=("network", "files"),
    ),
    "import-feeds": Subcommand(
        summary="import subscriptions from OPML or newsboat",
        usage="reader import-feeds FILE|-",
        examples=("reader import-feeds feeds.opml", "reader import-feeds ~/.newsboat/urls"),
        options=_import_options,
        run=_import,
        needs=("files",),
    ),
    "export-feeds": Subcommand(
        summary="export subscriptions as OPML",
        usage="reader export-feeds [FILE]",
        examples=("reader export-feeds feeds.opml", "reader export-feeds | gzip > feeds.opml.gz"),
        options=_export_options,
        run=_export,
        needs=("folders",),
    ),
    "save": Subcommand(
        summary="save a web page as an article",
        usage="reader save URL... [-t TOPIC]...",
        examples=(
            "reader save https://paper.example/story",
            "reader save -t Ferries https://paper.example/story",
        ),
        options=_save_options,
        run=_save,
        needs=("network", "files"),
    ),
}
