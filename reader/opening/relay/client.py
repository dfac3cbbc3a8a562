"""The client of a relay: sends a URL and returns whether the page was opened."""

from __future__ import annotations

import socket
from typing import NamedTuple

from reader.article.text import clean_line
from reader.opening.relay.protocol import (
    HELLO,
    OPENED,
    REFUSED,
    Broken,
    Line,
    RelayPlace,
    is_nonce,
    is_proof,
    new_nonce,
    proof,
)
from reader.permissions import require

PATIENCE = 4.0
"""Seconds for the whole talk: some round trips of a slow line and the browser's first moment there."""


class Handed(NamedTuple):
    """The result."""

    is_taken: bool
    """Whether a relay with the token answered. If not, try another way."""
    is_opened: bool
    sentence: str
    """The relay's answer, or why there was none."""


def hand_over(url: str, place: RelayPlace, patience: float = PATIENCE) -> Handed:
    """Ask the relay to open a URL. Blocks for `patience` seconds at most; never raises."""
    try:
        require("network")
        with _connected(place, patience) as connection:
            return _asked(Line(connection, patience), url, place.token)
    except (OSError, Broken) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        return Handed(False, False, f"no relay answers at {place.where} ({clean_line(reason)})")


def _connected(place: RelayPlace, patience: float) -> socket.socket:
    if not place.path:
        return socket.create_connection(("127.0.0.1", place.port), patience)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(patience)
        connection.connect(place.path)
    except BaseException:
        connection.close()
        raise
    return connection


def _asked(line: Line, url: str, token: str) -> Handed:
    hello, _, theirs = line.hear().rpartition(" ")
    if hello != HELLO or not is_nonce(theirs):
        raise Broken("another program or another version of the relay listens there")
    ours = new_nonce()
    line.say(ours)
    if not is_proof(line.hear(), token, "relay", theirs, ours):
        raise Broken("it does not know the token")
    line.say(f"{proof(token, 'open', theirs, ours, url)} {url}")
    said, _, rest = line.hear().partition(" ")
    if not is_proof(said, token, "done", theirs, ours, rest):
        raise Broken("it does not know the token")
    word, _, sentence = rest.partition(" ")
    return Handed(word in (OPENED, REFUSED), word == OPENED, clean_line(sentence))
