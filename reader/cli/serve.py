"""`reader serve`: serve the screen to browsers, each with a separate restricted reader."""

from __future__ import annotations

import json
import os
from contextlib import closing
from importlib.util import find_spec
from ipaddress import ip_address
from threading import Event, Thread
from typing import TYPE_CHECKING

from reader.cli import ended_well
from reader.cli.parser import CommandParser, Namespace, Subcommand, add_sources, whole
from reader.cli.session import follow, read_settings, sources_of, warn
from reader.config.sources import is_shared
from reader.errors import ReaderError, UsageError
from reader.permissions import restrict

if TYPE_CHECKING:
    from reader.library import Library

PORT = 8000
LEAST_TOKEN = 16
"""Minimum length of a token when other machines can connect."""
LOOK_EVERY = 0.2
"""Seconds between checks whether the server has ended: Ctrl-C must not wait longer."""
MOST_REFRESH = 4.0
"""Maximum seconds to wait at the end for a refresh that is writing."""


def _options(parser: CommandParser) -> None:
    add_sources(parser)
    add = parser.group("the server")
    add("--host", default="127.0.0.1", metavar="HOST",
        help="the address to listen on; any but this machine's own needs a token "
        "(e.g. reader serve --host 192.0.2.7 --token \"$(openssl rand -hex 16)\")")  # fmt: skip
    add("--port", type=whole(0, 65535), default=PORT, metavar="N",
        help=f"the port, 0 for any that is free; default {PORT} (e.g. --port 8080)")  # fmt: skip
    add("--token", default="", metavar="TEXT",
        help="a secret that visitors need, at the end of the address; READER_TOKEN keeps it out of the list "
        "of processes (e.g. --token a-long-secret-text)")  # fmt: skip
    add("--name", action="append", default=[], metavar="NAME",
        help="another name of this server, such as that of a proxy; can be repeated, needs a token "
        "(e.g. --name news.example)")  # fmt: skip
    add("--screens", type=whole(1, 1000), default=20, metavar="N",
        help="how many pages can be open at once; default 20 (e.g. --screens 50)")  # fmt: skip


def _run(options: Namespace) -> int:
    if find_spec("textual_serve") is None or find_spec("aiohttp") is None:
        raise ReaderError('serving needs the extra "web": pip install "news-reader-tui[web]"')
    token = options.token or os.environ.get("READER_TOKEN", "")
    if not token and (options.name or not _is_here(options.host)):
        raise UsageError("other machines can reach this server; set a --token for them")
    if not _is_here(options.host) and len(token) < LEAST_TOKEN:
        raise UsageError(f"a token for other machines needs at least {LEAST_TOKEN} characters")
    sources = sources_of(options.sources, read_settings())
    places = [one if isinstance(one, str) and is_shared(one) else os.path.abspath(one) for one in sources]
    import asyncio

    from reader.library.sources import open_library
    from reader.web.server import Server, environment, page_of

    with closing(open_library(sources)) as library:
        follow(library.refresh(shows_first=False))
        warn(*library.notices)
        given = environment(os.environ, [os.fsdecode(one) for one in places])
        server = Server(
            options.host, options.port, given, token=token, names=options.name, most=options.screens
        )
        ended = Event()
        keeping = Thread(target=_keep_up, args=(library, ended), name="refresh", daemon=True)
        keeping.start()

        def announce(port: int) -> None:
            print(f"Reader is at {page_of(options.host, port, token)} until Ctrl-C", flush=True)

        try:
            asyncio.run(server.run(announce))
        finally:
            ended.set()
            keeping.join(MOST_REFRESH)
    return 0


def _keep_up(library: Library, ended: Event) -> None:
    """Refresh the index, in a thread: the readers behind the pages can't write it."""
    while not ended.is_set():
        try:
            if library.wait_for_change(LOOK_EVERY) and not ended.is_set():
                for _ in library.refresh():
                    if ended.is_set():
                        return
        except ReaderError as error:
            warn(str(error))
            ended.wait(60)


def serve_page() -> int:
    """Run the reader behind a page: restricted, on stdin and stdout. Returns the exit code."""
    restrict()
    sources = json.loads(os.environ.pop("READER_SERVED"))
    from reader.cli.screen import show_served

    return ended_well(lambda: show_served(sources))


def _is_here(host: str) -> bool:
    """Whether an address can only be reached from this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


COMMANDS = {
    "serve": Subcommand(
        summary="show the screen in browsers",
        usage="reader serve [SOURCE]... [--host HOST] [--port N] [--token TEXT] [--name NAME]...\n"
        "                    [--screens N]",
        examples=("reader serve ~/news", 'reader serve /srv/news --host 0.0.0.0 --token "$(cat token)"'),
        options=_options,
        run=_run,
        needs=("network",),
    ),
}
