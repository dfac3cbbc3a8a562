"""The relay on the user's machine: listens, checks requests, opens pages."""

from __future__ import annotations

import os
import socket
import stat
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from reader.article.network import PrivateAddress, Unreachable, public_addresses
from reader.article.urls import checked_url
from reader.errors import ReaderError
from reader.opening.relay.protocol import (
    FAILED,
    HELLO,
    OPENED,
    REFUSED,
    Broken,
    Line,
    is_nonce,
    is_proof,
    new_nonce,
    proof,
)
from reader.permissions import require

PROVING_SECONDS = 3.0
"""Seconds that a client has to prove that it knows the token."""
SECONDS = 10.0
"""Seconds that one connection may take."""
MOST_UNPROVEN = 64
"""Connections that have proved nothing yet; a further one takes the place of the oldest."""
MOST_PAGES, PAGES_IN = 20, 60.0
"""Maximum number of pages, in so many seconds; more would be a fault or an attack."""
LOOKUP_SECONDS = 2.0
"""Timeout of a DNS lookup, in seconds."""
NOT_OPENED = "the relay could not open the page; its own output says why"
"""All that the server learns; the browser's output is for the user alone."""

Opens = Callable[[str], bool]
"""Opens a checked URL and reports to the user here; returns whether a browser opened it."""


class Relay:
    """Waits for readers that know the token. Close it when it is no longer needed."""

    def __init__(
        self,
        token: str,
        opens: Opens,
        *,
        path: Path | None = None,
        port: int = 0,
        allow_private: bool = False,
    ) -> None:
        """Listen in a socket file, else at a port of 127.0.0.1 (0 = any that is free). Raises ReaderError.

        Pages of this machine and its private network are refused, unless `allow_private`: whoever is on the
        server could reach them by this way.
        """
        require("network")
        self._token = token
        self._opens = opens
        self._path = path
        self._allow_private = allow_private
        self._unproven: deque[socket.socket] = deque()
        self._opened: deque[float] = deque(maxlen=MOST_PAGES)
        self._lock = threading.Lock()
        self._listener = _at_path(path) if path else _at_port(port)
        self.port: int = 0 if path else self._listener.getsockname()[1]
        """The address it listens at."""

    def serve(self) -> None:
        """Answer until `close`, each talk in its own thread."""
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
                    _hang_up(self._unproven.popleft())
                self._unproven.append(connection)
            try:
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()
            except RuntimeError:  # the system has no thread left
                self._is_proven(connection)
                connection.close()

    def close(self) -> None:
        """Listen no more; `serve` returns."""
        with suppress(OSError):  # macOS does not know it for listeners, where closing is enough
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        self._listener.close()
        if self._path:
            self._path.unlink(missing_ok=True)

    def _talk(self, connection: socket.socket) -> None:
        try:
            with connection:
                line = Line(connection, PROVING_SECONDS)
                ours = new_nonce()
                line.say(f"{HELLO} {ours}")
                theirs = line.hear()
                if not is_nonce(theirs):
                    return
                line.say(proof(self._token, "relay", ours, theirs))
                said, _, url = line.hear().partition(" ")
                if not is_proof(said, self._token, "open", ours, theirs, url):
                    return
                self._is_proven(connection)
                line.give(SECONDS)
                answer = self._answer(url)
                line.say(f"{proof(self._token, 'done', ours, theirs, answer)} {answer}")
        except Broken:
            return  # whoever that was, there is nobody to tell
        finally:
            self._is_proven(connection)

    def _is_proven(self, connection: socket.socket) -> None:
        """Nobody takes this one's place any more."""
        with self._lock, suppress(ValueError):
            self._unproven.remove(connection)

    def _answer(self, url: str) -> str:
        try:
            address = checked_url(url)
            self._refuse_private(address)
        except ReaderError as error:
            return f"{REFUSED} {error}"
        if not self._may_open():
            return f"{REFUSED} more than {MOST_PAGES} pages in a minute are not opened"
        return f"{OPENED} " if self._opens(address) else f"{FAILED} {NOT_OPENED}"

    def _refuse_private(self, address: str) -> None:
        """Raises PrivateAddress for a page of this machine or its network; a host that is unknown here has
        none."""
        parts = urlsplit(address)
        if self._allow_private:
            return
        try:
            public_addresses(parts.hostname or "", parts.port or 443, LOOKUP_SECONDS)
        except PrivateAddress as error:
            raise PrivateAddress(f"{error}; the relay opens those only with --allow-private") from None
        except Unreachable:
            return

    def _may_open(self) -> bool:
        now = monotonic()
        with self._lock:
            if len(self._opened) == MOST_PAGES and now - self._opened[0] < PAGES_IN:
                return False
            self._opened.append(now)
            return True


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)  # wakes its thread, which closes it


def _at_port(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port), backlog=MOST_UNPROVEN)
    except OSError as error:
        raise ReaderError(
            f"cannot listen at port {port} ({error.strerror}); "
            "if no relay is running there already, choose another --port"
        ) from None


def _at_path(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        _remove_what_is_dead(path)
        before = os.umask(0o177)
        try:
            listener.bind(os.fspath(path))
        finally:
            os.umask(before)
        listener.listen(MOST_UNPROVEN)
    except (OSError, ReaderError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise ReaderError(f"cannot listen at {path} ({reason}); choose another --socket") from None
    return listener


def _remove_what_is_dead(path: Path) -> None:
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
