"""The relay: a reader on a server asks the user's own machine to open a page.

`reader relay` listens on a loopback address or socket of that machine; `ssh -R` forwards it to the server. On
a shared server, anybody may listen on that port. So the relay proves that it knows the token before it is
sent an address, and neither side ever sends the token. It only opens http and https pages, a few at a time.

    relay:   reader-relay 2 NONCE
    reader:  NONCE
    relay:   PROOF
    reader:  PROOF URL
    relay:   PROOF WORD SENTENCE
"""

from __future__ import annotations

import hmac
import os
import socket
import stat
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit

from reader.article.network import PrivateAddress, Unreachable, public_addresses
from reader.article.text import clean_line
from reader.article.urls import checked_url
from reader.errors import ReaderError, reason_of, shown
from reader.permissions import require

HELLO = "reader-relay 2"
"""The start of a relay's first line; the number changes with the protocol."""
MOST_BYTES = 4096
"""Maximum length of a line: a URL of 2,048 characters, a proof, and some room."""
OPENED, REFUSED, FAILED = "opened", "refused", "failed"
"""The possible answers."""
PATIENCE = 4.0
"""Seconds for the whole exchange: some round trips over a slow connection and the start of the browser."""
PROVING_SECONDS = 3.0
"""Seconds that a client has to prove that it knows the token."""
SECONDS = 10.0
"""Seconds that one connection may take."""
MOST_UNPROVEN = 64
"""Maximum number of unauthenticated connections; a further one replaces the oldest."""
MOST_PAGES, PAGES_IN = 20, 60.0
"""Maximum number of pages in this many seconds; more would be a bug or an attack."""
LOOKUP_SECONDS = 2.0
"""Timeout of a DNS lookup, in seconds."""
NOT_OPENED = "the relay could not open the page; its own output says why"
"""All that the server learns; the browser's output is for the user alone."""


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


def is_nonce(text: str) -> bool:
    """Whether the other side's nonce is long enough."""
    return 32 <= len(text) <= 64 and text.isalnum()


def proof(token: str, *words: str) -> str:
    """The proof for these nonces that only a holder of the token can make."""
    return hmac.new(token.encode(), "\0".join(words).encode("utf-8", "replace"), "sha256").hexdigest()


def is_proof(received: str, token: str, *words: str) -> bool:
    """Whether the proof is right, in constant time."""
    return hmac.compare_digest(received.encode("utf-8", "replace"), proof(token, *words).encode())


class LineConnection:
    """A connection that exchanges lines until a deadline."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._end = monotonic() + seconds
        self._rest = b""

    def extend(self, seconds: float) -> None:
        """Set the deadline to this many seconds from now."""
        self._end = monotonic() + seconds

    def say(self, text: str) -> None:
        """Send a line. Raises Broken."""
        self._set_timeout()
        try:
            self._connection.sendall(text.encode("utf-8", "replace") + b"\n")
        except OSError as error:
            raise Broken(str(error)) from None

    def hear(self) -> str:
        """The next line. Raises Broken if it is late, too long or not UTF-8."""
        while b"\n" not in self._rest:
            if len(self._rest) > MOST_BYTES:
                raise Broken("it sent too much data")
            self._set_timeout()
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

    def _set_timeout(self) -> None:
        left = self._end - monotonic()
        if left <= 0:
            raise Broken("it takes too long")
        self._connection.settimeout(left)


class Handed(NamedTuple):
    """The result of sending a URL to a relay."""

    is_taken: bool
    """Whether a relay with the token answered. If not, try another way."""
    is_opened: bool
    sentence: str
    """The relay's answer, or why there was none."""


def hand_over(url: str, place: RelayPlace, patience: float = PATIENCE) -> Handed:
    """Ask the relay to open a URL. Blocks for `patience` seconds at most; never raises."""
    try:
        require("network")
        with socket.socket(socket.AF_UNIX if place.path else socket.AF_INET) as connection:
            connection.settimeout(patience)
            connection.connect(place.path or ("127.0.0.1", place.port))
            return _ask(LineConnection(connection, patience), url, place.token)
    except (OSError, Broken) as problem:
        reason = clean_line(reason_of(problem))
        return Handed(False, False, f"no relay answers at {place.where} ({reason})")


def _ask(line: LineConnection, url: str, token: str) -> Handed:
    hello, _, theirs = line.hear().rpartition(" ")
    if hello != HELLO or not is_nonce(theirs):
        raise Broken("another program or another version of the relay listens there")
    ours = token_hex(16)
    line.say(ours)
    if not is_proof(line.hear(), token, "relay", theirs, ours):
        raise Broken("it does not know the token")
    line.say(f"{proof(token, 'open', theirs, ours, url)} {url}")
    received, _, rest = line.hear().partition(" ")
    if not is_proof(received, token, "done", theirs, ours, rest):
        raise Broken("it does not know the token")
    word, _, sentence = rest.partition(" ")
    return Handed(word in (OPENED, REFUSED), word == OPENED, clean_line(sentence))


class Relay:
    """Waits for readers that know the token. Close it when it is no longer needed."""

    def __init__(
        self,
        token: str,
        opens: Callable[[str], bool],
        *,
        path: Path | None = None,
        port: int = 0,
        allow_private: bool = False,
    ) -> None:
        """Listen in a socket file, else at a port of 127.0.0.1 (0 = any that is free). Raises ReaderError.

        `opens` opens a checked URL, reports to the user here and returns whether a browser opened it.
        Pages of this machine and its private network are refused, unless `allow_private`: whoever is on the
        server could reach them this way.
        """
        require("network")
        self._token = token
        self._opens = opens
        self._path = path
        self._allow_private = allow_private
        self._unproven: deque[socket.socket] = deque()
        self._opened: deque[float] = deque(maxlen=MOST_PAGES)
        self._lock = threading.Lock()
        self._listener = _listen_at_path(path) if path else _listen_at_port(port)
        self.port: int = 0 if path else self._listener.getsockname()[1]
        """The port it listens on; 0 for a socket file."""

    def serve(self) -> None:
        """Serve until `close`, each connection in its own thread."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed, or out of descriptors
                if self._listener.fileno() < 0:
                    return
                threading.Event().wait(0.1)
                continue
            with self._lock:
                if len(self._unproven) >= MOST_UNPROVEN:
                    with suppress(OSError):
                        self._unproven.popleft().shutdown(socket.SHUT_RDWR)  # its thread closes it
                self._unproven.append(connection)
            try:
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()
            except RuntimeError:  # the system has no thread left
                self._set_proven(connection)
                connection.close()

    def close(self) -> None:
        """Stop listening; `serve` returns."""
        with suppress(OSError):  # not supported for listeners on macOS, where closing is enough
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        self._listener.close()
        if self._path:
            self._path.unlink(missing_ok=True)

    def _talk(self, connection: socket.socket) -> None:
        try:
            with connection:
                line = LineConnection(connection, PROVING_SECONDS)
                ours = token_hex(16)
                line.say(f"{HELLO} {ours}")
                theirs = line.hear()
                if not is_nonce(theirs):
                    return
                line.say(proof(self._token, "relay", ours, theirs))
                received, _, url = line.hear().partition(" ")
                if not is_proof(received, self._token, "open", ours, theirs, url):
                    return
                self._set_proven(connection)
                line.extend(SECONDS)
                answer = self._answer(url)
                line.say(f"{proof(self._token, 'done', ours, theirs, answer)} {answer}")
        except Broken:
            return  # nobody is left to report to
        finally:
            self._set_proven(connection)

    def _set_proven(self, connection: socket.socket) -> None:
        with self._lock, suppress(ValueError):
            self._unproven.remove(connection)

    def _answer(self, url: str) -> str:
        try:
            address = checked_url(url)
            if not self._allow_private:
                _refuse_private(address)
        except ReaderError as error:
            return f"{REFUSED} {error}"
        if not self._may_open():
            return f"{REFUSED} more than {MOST_PAGES} pages in a minute are not opened"
        return f"{OPENED} " if self._opens(address) else f"{FAILED} {NOT_OPENED}"

    def _may_open(self) -> bool:
        now = monotonic()
        with self._lock:
            if len(self._opened) == MOST_PAGES and now - self._opened[0] < PAGES_IN:
                return False
            self._opened.append(now)
            return True


def _refuse_private(address: str) -> None:
    """Raises PrivateAddress for a page of this machine or a private network; an unknown host passes."""
    parts = urlsplit(address)
    try:
        public_addresses(parts.hostname or "", parts.port or 443, LOOKUP_SECONDS)
    except PrivateAddress as error:
        raise PrivateAddress(f"{error}; the relay opens those only with --allow-private") from None
    except Unreachable:
        return


def _listen_at_port(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port), backlog=MOST_UNPROVEN)
    except OSError as error:
        raise ReaderError(
            f"cannot listen on port {port} ({reason_of(error)}); "
            "if no relay is running there already, choose another --port"
        ) from None


def _listen_at_path(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        _remove_dead_socket(path)
        before = os.umask(0o177)
        try:
            listener.bind(os.fspath(path))
        finally:
            os.umask(before)
        listener.listen(MOST_UNPROVEN)
    except (OSError, ReaderError) as error:
        listener.close()
        raise ReaderError(f"cannot listen on {path} ({reason_of(error)}); choose another --socket") from None
    return listener


def _remove_dead_socket(path: Path) -> None:
    """Remove a socket that nothing listens on; anything else is kept."""
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise ReaderError("another file is there")
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink()
        else:
            raise ReaderError("a relay is running there")
