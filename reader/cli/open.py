"""`reader open` opens an article's page in a browser; `reader relay` does so for a reader on a server."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from time import strftime
from typing import TYPE_CHECKING

from reader import config, terminal
from reader.article.text import display_path
from reader.article.urls import openable
from reader.cli.completion import ids
from reader.cli.parser import CommandParser, Namespace, Subcommand, add_place, whole
from reader.cli.session import opened, read_settings, split_ids
from reader.config import paths, private_files
from reader.errors import NoSuchArticle, ReaderError, StorageError, UsageError, reason_of, remedy
from reader.permissions import require
from reader.query.results import Headline

if TYPE_CHECKING:
    from reader.library import Library
    from reader.opening.relay import RelayPlace

PATIENCE = 1.0
"""Seconds to wait for a failure of the browser, before returning to the shell."""
PORT = 7077
"""The default port of a relay: above privileged ports, below ephemeral ones."""

_EXPORTED = "LC_READER_RELAY"
"""OpenSSH servers as most systems ship them take LC_ variables from their clients."""


def _open_options(parser: CommandParser) -> None:
    parser.words("words", "ID|SOURCE", "an id (a unique prefix is enough), then folders or files", ids)
    add = parser.group("page")
    add("--related", metavar="N", type=whole(1),
        help="open the article's Nth related link, as numbered by show (e.g. --related 2)")  # fmt: skip
    add("--print", action="store_true", help="print the address only (e.g. reader open e6768943 --print)")
    add_place(add)


def _open(options: Namespace) -> int:
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
    from reader.opening import opener

    settings = config.load()[0]
    here = terminal.here(settings.terminal, options.is_remote)
    plan = opener.plan(url, here, settings)
    outcome = opener.carry_out(plan, here, _run_here if here.is_tty else None, PATIENCE)
    sentence = outcome.sentence if outcome.ok else f"{outcome.sentence}; the page is {plan.url}"
    if not outcome.ok and not here.is_remote:
        raise ReaderError(sentence)
    print(sentence)  # over SSH without a relay, the address is the result
    return 0


def _run_here(argv: Sequence[str]) -> str | None:
    from reader.opening.programs import run_here

    try:
        code = run_here(argv, {})
    except OSError as error:
        return f"{argv[0]}: {reason_of(error)}"
    return f"{argv[0]}: exited with {code}" if code else None


def _url(library: Library, headline: Headline, number: int | None) -> str:
    if number is None:
        if headline.url:
            return headline.url
        raise NoSuchArticle(
            f"article {headline.id} has no address that can be opened; "
            f'"reader show {headline.id}" prints the article'
        )
    related = library.article(headline).related
    if number > len(related):
        raise NoSuchArticle(f"article {headline.id} has {len(related)} related links, no number {number}")
    url = openable(related[number - 1].web_url)
    if not url:
        raise NoSuchArticle(
            f"related link {number} of article {headline.id} has no address that can be opened"
        )
    return url


def _relay_options(parser: CommandParser) -> None:
    parser.another_command(
        "command", "ssh ARGUMENT", "run this ssh command through the relay; without it, just listen"
    )
    add = parser.group("where to listen")
    add("--port", metavar="N", type=whole(1, 65535),
        help=f"listen on 127.0.0.1:N; default {PORT} (e.g. reader relay --port 7100)")  # fmt: skip
    add("--socket", metavar="FILE",
        help="listen on this socket file instead (e.g. reader relay --socket ~/.reader-relay)")  # fmt: skip
    add("--allow-private", action="store_true",
        help="open pages of this machine and its private network too, which the server could then reach "
        "through your browser (e.g. reader relay --allow-private ssh server)")  # fmt: skip
    add("--new-token", action="store_true",
        help="make a new token and revoke the old one (e.g. reader relay --new-token)")  # fmt: skip


def _relay(options: Namespace) -> int:
    if options.port and options.socket:
        raise UsageError("--port and --socket cannot be combined")
    if options.command:
        return _with_ssh(options.command, options)
    from reader.opening.relay import Relay, RelayPlace

    token = kept_token(paths.user_data_dir() / "relay-token", anew=options.new_token)
    path = Path(os.path.abspath(os.path.expanduser(options.socket))) if options.socket else None
    relay = Relay(
        token,
        opener_of_pages(lambda line: print(f"{strftime('%H:%M:%S')}  {line}", flush=True)),
        path=path,
        port=0 if path else options.port or PORT,
        allow_private=options.allow_private,
    )
    there = RelayPlace(token, port=relay.port or PORT)
    print(guide(there, display_path(str(path)) if path else there.where), flush=True)
    try:
        relay.serve()
    finally:
        relay.close()
    return 0


def guide(there: RelayPlace, here: str) -> str:
    """Instructions with lines to copy; `there` is the address on the server, `here` the local one."""
    return f"""\
The relay listens on {here} and opens requested pages in this machine's browser, until Ctrl-C.

  connect with:                     ssh -R {there.where}:{here} HOST
  on the server, in your profile:   export READER_RELAY={there}

Whoever has the token in that line can open pages in your browser: keep it secret."""


def kept_token(file: Path, *, anew: bool = False) -> str:
    """The token in the file, which is created, readable only by its owner, if missing. Raises
    StorageError."""
    from secrets import token_urlsafe

    try:
        if not anew and (token := private_files.read(file, 1000).decode("ascii").strip()):
            return token
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{display_path(str(file))}: cannot be read ({error}); try --new-token") from None
    token = token_urlsafe(24)
    paths.ensure(file.parent)
    try:
        with private_files.replacing(file) as opened:
            opened.write(f"{token}\n".encode("ascii"))
    except OSError as error:
        raise StorageError(f"{display_path(str(file))}: cannot be written: {remedy(error)}") from None
    return token


def _with_ssh(command: Sequence[str], options: Namespace) -> int:
    """Run ssh with the reverse forwarding of the relay; the token is only valid for this connection and
    passed in its environment."""
    import secrets
    import threading

    from reader.opening.programs import run_here
    from reader.opening.relay import Relay, RelayPlace

    if os.path.basename(command[0]) != "ssh" or len(command) < 2:
        raise UsageError('the relay runs only ssh: "reader relay ssh HOST"')
    if options.socket:
        raise UsageError("with ssh the relay listens on a port; remove --socket")
    token = secrets.token_urlsafe(24)
    relay = Relay(token, opener_of_pages(), port=options.port or 0, allow_private=options.allow_private)
    place = RelayPlace(token, port=relay.port)
    way_back = ("-R", f"{place.where}:{place.where}", "-o", f"SendEnv={_EXPORTED}")
    threading.Thread(target=relay.serve, daemon=True).start()
    try:
        return run_here([command[0], *way_back, *command[1:]], {_EXPORTED: str(place)})
    except OSError as error:
        raise ReaderError(f"{display_path(command[0])} cannot be started: {reason_of(error)}") from None
    finally:
        relay.close()


def opener_of_pages(report: Callable[[str], None] = lambda _: None) -> Callable[[str], bool]:
    """Opens pages in this machine's own browser and reports each; never by a relay or in the terminal."""
    from reader.opening import opener

    configured = read_settings()._replace(relay="")
    here = terminal.here(configured.terminal, remote=False)._replace(relay="")

    def opens(url: str) -> bool:
        outcome = opener.carry_out(opener.plan(url, here, configured), here)
        report(url if outcome.ok else f"{url}: {outcome.sentence}")
        return outcome.ok

    return opens


COMMANDS = {
    "open": Subcommand(
        summary="open an article's page in your browser",
        usage="reader open ID [SOURCE]... [--related N] [--print] [--remote|--local]",
        examples=("reader open e6768943", "reader open e6768943 --related 2 --print ~/news"),
        options=_open_options,
        run=_open,
    ),
    "relay": Subcommand(
        summary="open pages in your local browser for a reader on a server",
        usage=(
            "reader relay [--port N | --socket FILE] [--allow-private] [--new-token]\n"
            "       reader relay [--port N] [--allow-private] ssh HOST [COMMAND]..."
        ),
        examples=("reader relay ssh server", "reader relay ssh -p 2222 -t server reader", "reader relay"),
        options=_relay_options,
        run=_relay,
        needs=("network",),
    ),
}
