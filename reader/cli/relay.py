"""`reader relay`: run on your own machine, it opens the pages that a reader on a server asks for."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reader.article.text import display_path
from reader.cli import session
from reader.cli.parser import CommandParser, Namespace, Subcommand, whole
from reader.errors import ReaderError, StorageError, UsageError
from reader.permissions import require

if TYPE_CHECKING:
    from reader.opening.relay import RelayPlace

PORT = 7077
"""The default port of a relay: above privileged ports, below ephemeral ones."""

_EXPORTED = "LC_READER_RELAY"
"""OpenSSH servers as most systems ship them take LC_ variables from their clients."""


def _options(parser: CommandParser) -> None:
    parser.another_command(
        "command", "ssh ARGUMENT", "run this ssh command through the relay; without it, just listen"
    )
    add = parser.group("where to listen")
    add("--port", metavar="N", type=whole(1, 65535),
        help=f"listen at 127.0.0.1:N; default {PORT} (e.g. reader relay --port 7100)")  # fmt: skip
    add("--socket", metavar="FILE",
        help="listen at this socket file instead (e.g. reader relay --socket ~/.reader-relay)")  # fmt: skip
    add("--allow-private", action="store_true",
        help="open pages of this machine and its private network too, which the server could then reach "
        "through your browser (e.g. reader relay --allow-private ssh server)")  # fmt: skip
    add("--new-token", action="store_true",
        help="make a new token and revoke the old one (e.g. reader relay --new-token)")  # fmt: skip


def _run(options: Namespace) -> int:
    if options.port and options.socket:
        raise UsageError("--port and --socket cannot be combined")
    if options.command:
        return _with_ssh(options.command, options)
    from reader.config import paths
    from reader.opening.relay import Relay, RelayPlace

    token = kept_token(paths.user_data_dir() / "relay-token", anew=options.new_token)
    path = Path(os.path.abspath(os.path.expanduser(options.socket))) if options.socket else None
    relay = Relay(
        token,
        opener_of_pages(_tell),
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
    """Yields instructions with lines to copy; `there` is the address on the server, `here` the local one."""
    return f"""\
The relay listens at {here} and opens requested pages in this machine's browser, until Ctrl-C.

  connect with:                     ssh -R {there.where}:{here} HOST
  on the server, in your profile:   export READER_RELAY={there}

Whoever has the token in that line can open pages in your browser: keep it secret."""


def _tell(sentence: str) -> None:
    from time import strftime

    print(f"{strftime('%H:%M:%S')}  {sentence}", flush=True)


def kept_token(file: Path, *, anew: bool = False) -> str:
    """The token in the file, which is made for its owner alone where it is missing. Raises StorageError."""
    from secrets import token_urlsafe

    from reader.config import paths, private_files

    try:
        if not anew and (token := private_files.read(file, 1000).decode("ascii").strip()):
            return token
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{display_path(str(file))}: cannot be read ({error}); try --new-token") from None
    require("files")
    token = token_urlsafe(24)
    paths.ensure(file.parent)
    try:
        file.unlink(missing_ok=True)
        with open(
            os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
        ) as opened:
            opened.write(token + "\n")
    except OSError as error:
        raise StorageError(f"{display_path(str(file))}: cannot be written ({error.strerror})") from None
    return token


def _with_ssh(command: Sequence[str], options: Namespace) -> int:
    """Run ssh with the way back in it; the token is made for this connection and stays in its environment."""
    import secrets
    import threading

    from reader.opening.programs import run_here
    from reader.opening.relay import Relay, RelayPlace

    if os.path.basename(command[0]) != "ssh" or len(command) < 2:
        raise UsageError('the relay runs only ssh: "reader relay ssh HOST"')
    if options.socket:
        raise UsageError("with ssh the relay listens at a port; remove --socket")
    token = secrets.token_urlsafe(24)
    relay = Relay(token, opener_of_pages(), port=options.port or 0, allow_private=options.allow_private)
    place = RelayPlace(token, port=relay.port)
    way_back = ("-R", f"{place.where}:{place.where}", "-o", f"SendEnv={_EXPORTED}")
    threading.Thread(target=relay.serve, daemon=True).start()
    try:
        return run_here([command[0], *way_back, *command[1:]], {_EXPORTED: str(place)})
    except OSError as error:
        raise ReaderError(f"{display_path(command[0])} cannot be started: {error.strerror}") from None
    finally:
        relay.close()


def opener_of_pages(tell: Callable[[str], None] = lambda _: None) -> Callable[[str], bool]:
    """Opens pages in this machine's own browser and reports each; never by a relay or in the terminal."""
    from reader import config, terminal
    from reader.opening import opener

    settings, warnings = config.load()
    session.tell(config.summary(warnings))
    here = terminal.here(terminal.choices(settings.terminal, remote=False))._replace(relay="")
    settings = settings._replace(relay="")

    def opens(url: str) -> bool:
        outcome = opener.carry_out(opener.plan(url, here, settings), here)
        tell(url if outcome.ok else f"{url}: {outcome.sentence}")
        return outcome.ok

    return opens


COMMANDS = {
    "relay": Subcommand(
        summary="open pages in your local browser for a reader on a server",
        usage=(
            "reader relay [--port N | --socket FILE] [--allow-private] [--new-token]\n"
            "       reader relay [--port N] [--allow-private] ssh HOST [COMMAND]..."
        ),
        examples=("reader relay ssh server", "reader relay ssh -p 2222 -t server reader", "reader relay"),
        options=_options,
        run=_run,
        needs=("network",),
    ),
}
