"""User and password of a feed, from its password command, its URL or netrc. Never written anywhere."""

from __future__ import annotations

import netrc
import os
import subprocess
from urllib.parse import unquote, urlsplit

from reader.errors import ReaderError, shown
from reader.feeds.subscriptions import Subscription
from reader.permissions import require

PATIENCE = 60
"""Maximum seconds for a password command: it may ask for a passphrase."""


class NoPassword(ReaderError):
    """The command printed no password; `str()` says why, without its output."""


def login_of(subscription: Subscription) -> tuple[str, str] | None:
    """User and password from the command, the URL or netrc; None if the feed has none. Blocks. Raises
    NoPassword."""
    try:
        parts = urlsplit(subscription.url)
    except ValueError:
        return None  # the request reports the error
    if subscription.password_command:
        user = subscription.user or unquote(parts.username or "")
        return _from_command(subscription.password_command, user)
    if parts.username or parts.password:
        return unquote(parts.username or ""), unquote(parts.password or "")
    return _from_netrc(parts.hostname or "")


def _from_command(command: tuple[str, ...], user: str) -> tuple[str, str]:
    require("programs")
    try:
        done = subprocess.run(
            [os.path.expanduser(command[0]), *command[1:]],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=PATIENCE,
            check=True, text=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, ValueError):
        raise NoPassword(f"its password_command {shown(command[0])} failed; run it by hand") from None
    line = done.stdout.partition("\n")[0].rstrip("\r")
    if not user:
        user, _, line = line.partition(":")
    if not line:
        raise NoPassword(f"its password_command {shown(command[0])} printed no password; run it by hand")
    return user, line


def _from_netrc(host: str) -> tuple[str, str] | None:
    path = os.environ.get("NETRC") or os.path.expanduser("~/.netrc")
    try:
        # Only the entry of this host: netrc's `default` would send the password to every site.
        found = netrc.netrc(path).hosts.get(host)
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
        return None
    return (found[0], found[2] or "") if found else None
