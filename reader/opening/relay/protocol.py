"""The protocol of a relay: its address, five lines, and proofs of the token.

On a shared server anybody may listen at the relay's port. So the relay proves that it knows the token before
it is sent an address, and neither side ever sends the token.

    relay:   reader-relay 2 NONCE
    reader:  NONCE
    relay:   PROOF
    reader:  PROOF URL
    relay:   PROOF WORD SENTENCE
"""

from __future__ import annotations

import hmac
import socket
from secrets import token_hex
from time import monotonic
from typing import NamedTuple

from reader.errors import ReaderError, shown

HELLO = "reader-relay 2"
"""The start of a relay's first line; the number changes with the protocol."""
MOST_BYTES = 4096
"""Maximum length of a line: a URL of 2,048 characters, a proof, and some room."""
OPENED, REFUSED, FAILED = "opened", "refused", "failed"
"""The possible answers."""


class BadPlace(ReaderError):
    """Invalid address of a relay."""

    exit_code = 2


class Broken(Exception):
    """The other side sent nothing, too much, or nonsense."""


class RelayPlace(NamedTuple):
    """Address and token of a relay."""

    token: str
    path: str = ""
    """Of a socket file; empty if it is a port."""
    port: int = 0
    """On 127.0.0.1."""

    def __str__(self) -> str:
        return f"{self.token}@{self.where}"

    @property
    def where(self) -> str:
        """The address without the token, for display."""
        return self.path or f"127.0.0.1:{self.port}"


def parse_place(text: str) -> RelayPlace:
    """`TOKEN@127.0.0.1:PORT`, `TOKEN@PORT` or `TOKEN@/PATH`. Raises BadPlace, without the token in it."""
    token, at, where = text.strip().rpartition("@")
    if not at or not token.isascii() or not token.isprintable() or " " in token or len(token) < 16:
        raise BadPlace('expected TOKEN@127.0.0.1:PORT or TOKEN@/PATH, as "reader relay" prints it')
    if where.startswith("/"):
        return RelayPlace(token, path=where)
    host, _, port = where.rpartition(":")
    if host not in ("", "127.0.0.1", "localhost"):
        raise BadPlace(f"a relay can only be at 127.0.0.1, not at {shown(host)}")
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise BadPlace(f"{shown(port)} is not a port")
    return RelayPlace(token, port=int(port))


def new_nonce() -> str:
    """Returns a nonce for one connection."""
    return token_hex(16)


def is_nonce(text: str) -> bool:
    """Returns whether the other side's nonce is long enough."""
    return 32 <= len(text) <= 64 and text.isalnum()


def proof(token: str, *words: str) -> str:
    """Returns the proof for these nonces that only a holder of the token can make."""
    return hmac.new(token.encode(), "\0".join(words).encode("utf-8", "replace"), "sha256").hexdigest()


def is_proof(said: str, token: str, *words: str) -> bool:
    """Returns whether the proof is right, in constant time."""
    return hmac.compare_digest(said.encode("utf-8", "replace"), proof(token, *words).encode())


class Line:
    """A connection that exchanges lines until a deadline."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._end = monotonic() + seconds
        self._rest = b""

    def give(self, seconds: float) -> None:
        """So many seconds from now on."""
        self._end = monotonic() + seconds

    def say(self, text: str) -> None:
        """Send a line. Raises Broken."""
        self._until_the_end()
        try:
            self._connection.sendall(text.encode("utf-8", "replace") + b"\n")
        except OSError as error:
            raise Broken(str(error)) from None

    def hear(self) -> str:
        """Returns the next line. Raises Broken if it is late, too long or not UTF-8."""
        while b"\n" not in self._rest:
            if len(self._rest) > MOST_BYTES:
                raise Broken("it sent too much data")
            self._until_the_end()
            try:
                more = self._connection.recv(MOST_BYTES)
            except OSError as error:
                raise Broken(str(error)) from None
            if not more:
                raise Broken("it closed the connection")
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        if len(line) > MOST_BYTES:
            raise Broken("it sent too much data")
        try:
            return line.decode()
        except UnicodeDecodeError:
            raise Broken("it did not send UTF-8") from None

    def _until_the_end(self) -> None:
        left = self._end - monotonic()
        if left <= 0:
            raise Broken("it takes too long")
        self._connection.settimeout(left)
