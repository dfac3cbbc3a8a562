"""`reader` without a command: the screen, or a list if stdout is no terminal. Only this imports the app."""

from __future__ import annotations

import gc
import os
import resource
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.article.text import display_path
from reader.cli.options import add_filters, add_output, output_of, query_of, without_muted
from reader.cli.parser import MODULES, Namespace, Subcommand, add_sources, add_ssh, together
from reader.cli.session import configuration, opened, sources_of
from reader.config import paths
from reader.config.sources import is_shared, named, news_folder
from reader.errors import QueryError, ReaderError, UsageError
from reader.permissions import permissions, require
from reader.query import Query, parse

if TYPE_CHECKING:
    from reader.collection.folders import Source
    from reader.config import Config


LEAST_DESCRIPTORS = 64
"""Number of open files that the screen needs: databases, event loop, workers, file watching."""
_ANEW = "import sys; sys.path[:] = sys.argv[2:]; from reader.cli import main; sys.exit(main([sys.argv[1]]))"
"""The program that replaces this process to open another folder."""
_NO_SCREEN = frozenset(("", "dumb", "unknown"))
"""TERM of terminals without a cursor."""


def _run(options: Namespace) -> int:
    notices: list[str] = []
    settings, mistakes = configuration()
    sources = sources_of(options.sources, settings, commands=MODULES)
    query = query_of(options)
    output = output_of(options)
    if options.format or options.template is not None or not sys.stdout.isatty():
        from reader.cli.list import write_list  # the screen does without

        query = without_muted(query, options)
        with opened(options.sources) as library:
            return write_list(library, options, query, output)
    if not sys.stdin.isatty():
        raise UsageError('the screen needs a terminal on stdin; use "reader list" without one')
    if os.environ.get("TERM", "") in _NO_SCREEN:
        raise UsageError(
            f"a terminal of type {os.environ.get('TERM') or 'unknown'} can't show a screen; "
            'set TERM, for example to xterm-256color, or use "reader list"'
        )
    _require_descriptors()
    gc.disable()  # collecting took 60 of 470 ms at the start; the screen enables it again
    if options.limit is not None:
        notices.append("--limit is ignored: the screen shows all matching articles")
    if options.muted:
        settings = settings._replace(mute={})
    if options.is_remote is not None:
        settings = settings._replace(terminal={**settings.terminal, "remote": options.is_remote})
    if options.sort is None and options.view is None:
        query = preset(query, settings)
    asks = options.view is not None or query != Query()
    return _show(sources, query if asks else None, settings, notices, mistakes, is_folded=options.stories)


def show_served(words: Sequence[str]) -> int:
    """The screen for a browser, as `reader serve` starts it: without a terminal, and with the configuration's
    own query. Returns the exit code."""
    settings, mistakes = configuration()
    sources = sources_of(words, settings)
    query = preset(Query(), settings)
    return _show(sources, query if query != Query() else None, settings, [], mistakes)


def _require_descriptors() -> None:
    """Raises ReaderError if the limit of open files is so low that the screen would fail later."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < LEAST_DESCRIPTORS:
        if hard != resource.RLIM_INFINITY and hard < LEAST_DESCRIPTORS:
            raise ReaderError(
                f"only {hard} files may be open at once and the screen needs {LEAST_DESCRIPTORS}; "
                'raise the limit with "ulimit -n", or use "reader list"'
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (LEAST_DESCRIPTORS, hard))


def _show(
    sources: Sequence[Source],
    query: Query | None,
    settings: Config,
    notices: list[str],
    mistakes: list[str],
    *,
    is_folded: bool | None = None,
) -> int:
    from reader.app import Start, running
    from reader.config import palettes, visit
    from reader.library.sources import open_library

    file = visit.file_for(sources)
    last = visit.load(file) if settings.remember else visit.Visit()
    if query is None:
        query = _parsed(last.query)
    news = os.path.join(os.path.realpath(news_folder(settings.feeds.folder)), "")
    folders = [os.path.realpath(source) for source in sources if not is_shared(source)]
    again: list[str] = []
    own, bad_colours = palettes.load(os.path.join(paths.folder_of("config"), "themes"))
    library = open_library(sources)
    try:
        start = Start(
            library,
            query,
            settings,
            source=_written(sources),
            notices=notices,
            mistakes=[*mistakes, *bad_colours],
            palettes=own,
            visit=last,
            keep_visit=lambda now: settings.remember and visit.save(file, now),
            is_news=permissions().network and any(news.startswith(os.path.join(one, "")) for one in folders),
            is_sample=folders == [os.path.realpath(paths.data_dir("sample_feed"))],
            reopen=again.append,
            is_folded=is_folded,
        )
        code = running.run(start)
    finally:
        library.close()
    if again and not code:
        require("folders")
        paths.ensure(again[-1])
        os.execv(sys.executable, [sys.executable, "-P", "-c", _ANEW, again[-1], *sys.path])
    return code


def preset(query: Query, settings: Config) -> Query:
    """The query completed by the configured query and sort order; invalid ones are ignored."""
    if query.is_everything:
        query = _parsed(settings.query).and_also(query)
    if query.sort == Query().sort and not query.is_reversed:
        order = _parsed(settings.sort and f"sort:{settings.sort}")
        query = query.with_sort(order.sort, order.is_reversed)
    return query


def _parsed(text: str) -> Query:
    """The query that a text means; all articles if it is invalid."""
    try:
        return parse(text)
    except QueryError:
        return Query()


def _written(sources: Sequence[Source]) -> str:
    """The sources as users write them: `~/news`."""
    home = os.path.join(os.path.expanduser("~"), "")
    names = [*map(named, sources)]
    if not permissions().folders:  # visitors need not know its path
        names = [os.path.basename(name) for name in names]
    return display_path(
        ", ".join(f"~/{name.removeprefix(home)}" if name.startswith(home) else name for name in names)
    )


COMMANDS = {
    "": Subcommand(
        summary="A news reader for folders of articles.",
        usage="reader [OPTIONS] [SOURCE]...\n       reader COMMAND [OPTIONS] ...",
        examples=(
            "reader                          the configured collection, else the sample",
            "reader ~/news --unread -t AI    a folder, the unread articles of a topic",
            "reader list -q chips --format json ~/news | jq '.[].title'",
        ),
        options=together(add_sources, add_filters, add_output, add_ssh),
        run=_run,
    ),
}
