"""The side of a relay that runs on the person's own machine: it listens, checks, and has pages opened."""

from __future__ import annotations

import os
import secrets
import socket
import stat
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic

from reader.article.urls import UnsafeUrl, checked_url
from reader.errors import ReaderError
from reader.opening.relay.protocol import FAILED, HELLO, OPENED, REFUSED, Broken, Line, is_proof, proof

SECONDS = 5.0
"""How long one talk may take."""
MOST_AT_ONCE = 8
"""Talks at the same time; further ones wait in the system's queue."""
MOST_PAGES, PAGES_IN = 20, 60.0
"""How many pages in how many seconds are opened; more would be a fault or an attack."""

Opens = Callable[[str], tuple[bool, str]]
"""Opens a checked URL; whether it could, and a sentence."""


class Relay:
    """Waits for readers that know the token. Close it when it is no longer needed."""

    def __init__(self, token: str, opens: Opens, *, path: Path | None = None, port: int = 0) -> None:
        """Listen in a socket file, else at a port of 127.0.0.1 (0 = any that is free). Raises ReaderError."""
        self._token = token
        self._opens = opens
        self._path = path
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._opened: deque[float] = deque(maxlen=MOST_PAGES)
        self._counting = threading.Lock()
        self._listener = _at_path(path) if path else _at_port(port)
        self.port: int = 0 if path else self._listener.getsockname()[1]
        """Where it listens."""

    def serve(self) -> None:
        """Answer until `close`, each talk in a thread of its own."""
        while True:
            self._places.acquire()
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed, or out of descriptors
                self._places.release()
                if self._listener.fileno() < 0:
                    return
                threading.Event().wait(0.1)
                continue
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

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
                line = Line(connection, SECONDS)
                nonce = secrets.token_hex(16)
                line.say(f"{HELLO} {nonce}")
                said, _, url = line.hear().partition(" ")
                if is_proof(said, self._token, "open", nonce, url):
                    answer = self._answer(url)
                    line.say(f"{proof(self._token, 'done', nonce, answer)} {answer}")
        except Broken:
            return  # whoever that was, there is nobody to tell
        finally:
            self._places.release()

    def _answer(self, url: str) -> str:
        try:
            address = checked_url(url)
        except UnsafeUrl as error:
            return f"{REFUSED} {error}"
        if not self._may_open():
            return f"{REFUSED} More than {MOST_PAGES} pages in a minute are not opened."
        is_opened, sentence = self._opens(address)
        return f"{OPENED if is_opened else FAILED} {sentence}"

    def _may_open(self) -> bool:
        now = monotonic()
        with self._counting:
            if len(self._opened) == MOST_PAGES and now - self._opened[0] < PAGES_IN:
                return False
            self._opened.append(now)
            return True


def _at_port(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port), backlog=MOST_AT_ONCE)
    except OSError as error:
        raise ReaderError(
            f"port {port} can't be listened at ({error.strerror}); "
            "if no relay is running there already, take another --port"
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
        listener.listen(MOST_AT_ONCE)
    except (OSError, ReaderError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise ReaderError(f"{path} can't be listened at ({reason}); take another --socket") from None
    return listener


def _remove_what_is_dead(path: Path) -> None:
    """Remove a socket file that nobody listens at any more; anything else stays."""
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise ReaderError("something else is there")
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink()
        else:
            raise ReaderError("a relay is running there")
