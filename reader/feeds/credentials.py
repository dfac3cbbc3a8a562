"""User and password of a feed: from its address, a command, or a netrc file. Never shown or logged."""

from __future__ import annotations

import netrc
import os
import subprocess
from urllib.parse import unquote, urlsplit

from reader.errors import ReaderError, shown
from reader.feeds.subscriptions import Subscription

PATIENCE = 60
"""Seconds that the command may take: it may ask the person for a passphrase."""


class NoPassword(ReaderError):
    """The command gave none; `str()` says why, never what it printed."""


def login_of(subscription: Subscription) -> tuple[str, str] | None:
    """User and password, or None where the feed needs none. Blocks. Raises NoPassword."""
    try:
        parts = urlsplit(subscription.url)
    except ValueError:
        return None  # asking for it says what is wrong with it
    if subscription.password_command:
        user = subscription.user or unquote(parts.username or "")
        return _from_command(subscription.password_command, user)
    if parts.username or parts.password:
        return unquote(parts.username or ""), unquote(parts.password or "")
    return _from_netrc(parts.hostname or "")


def _from_command(command: tuple[str, ...], user: str) -> tuple[str, str]:
    try:
        done = subprocess.run(
            [os.path.expanduser(command[0]), *command[1:]],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=PATIENCE, check=True, text=True,
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
        # Only what is meant for this very host: a netrc's `default` would tell every site.
        found = netrc.netrc(path).hosts.get(host)
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
        return None
    return (found[0], found[2] or "") if found else None
