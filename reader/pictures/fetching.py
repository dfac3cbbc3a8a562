"""A picture from the network: http and https, few redirects, a size limit and one deadline for everything;
no cookies, no login.

Only public addresses are contacted (`reader.article.network`), also after redirects: an article must not
reach what only its reader can.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from time import monotonic
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    ProxyHandler,
    Request,
    build_opener,
)

from reader.article.network import connect, public_addresses
from reader.article.urls import checked_url
from reader.errors import ReaderError
from reader.permissions import require
from reader.pictures.making import PictureError

CHUNK = 1 << 16
KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff")
TOO_LONG = "it took too long to download"


class Deadline:
    """A deadline after which all registered sockets are shut down, whatever they wait for."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self.is_over = False

    @property
    def left(self) -> float:
        """Seconds until then. Raises PictureError where there are none."""
        left = self._end - monotonic()
        if left <= 0:
            raise PictureError(TOO_LONG)
        return left

    def watch(self, connection: socket.socket) -> None:
        """Shut this one too."""
        self._sockets.append(connection)

    @contextmanager
    def running(self) -> Iterator[None]:
        """A block with a deadline, so that a server that trickles bytes cannot hold us."""
        timer = Timer(self.left, self._shut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _shut(self) -> None:
        self.is_over = True
        for connection in self._sockets:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Connection(HTTPConnection):
    """Connects to a public address, before the deadline."""

    def __init__(self, host: str, *, deadline: Deadline, allow_private: bool, **how: Any) -> None:
        super().__init__(host, **how)
        self._deadline = deadline
        self._allow_private = allow_private

    def connect(self) -> None:
        """Connect to an address that was looked at. Raises Unreachable, PictureError."""
        self.sock = connect(self.host, self.port, self._deadline.left, allow_private=self._allow_private)
        self._deadline.watch(self.sock)


class _TlsConnection(HTTPSConnection):
    """The same with TLS."""

    def __init__(self, host: str, *, deadline: Deadline, allow_private: bool, **how: Any) -> None:
        self._tls: ssl.SSLContext = how.setdefault("context", ssl.create_default_context())
        super().__init__(host, **how)
        self._deadline = deadline
        self._allow_private = allow_private

    def connect(self) -> None:
        """Connect to an address that was looked at, then speak TLS. Raises Unreachable, PictureError."""
        plain = connect(self.host, self.port, self._deadline.left, allow_private=self._allow_private)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self._deadline.watch(self.sock)
        self.sock.do_handshake()


class _TlsByProxy(HTTPSConnection):
    """Connects through a proxy, which may well be on a private network; the host was looked at before."""

    def __init__(self, host: str, *, deadline: Deadline, **how: Any) -> None:
        super().__init__(host, **how)
        self._deadline = deadline

    def connect(self) -> None:
        """Connect to the host through the proxy."""
        self.timeout = self._deadline.left
        super().connect()
        self._deadline.watch(self.sock)


class _Http(HTTPHandler):
    def __init__(self, deadline: Deadline, allow_private: bool) -> None:
        super().__init__()
        self._deadline = deadline
        self._allow_private = allow_private

    def http_open(self, req: Request) -> HTTPResponse:
        """Ask the server, or the user's proxy."""
        is_free = self._allow_private or req.has_proxy()
        made = partial(_Connection, deadline=self._deadline, allow_private=is_free)
        return self.do_open(made, req)


class _Https(HTTPSHandler):
    def __init__(self, deadline: Deadline, allow_private: bool) -> None:
        super().__init__()
        self._deadline = deadline
        self._allow_private = allow_private

    def https_open(self, req: Request) -> HTTPResponse:
        """The same with TLS."""
        if req.has_proxy():
            return self.do_open(partial(_TlsByProxy, deadline=self._deadline), req)
        made = partial(_TlsConnection, deadline=self._deadline, allow_private=self._allow_private)
        return self.do_open(made, req)


class _Redirects(HTTPRedirectHandler):
    max_redirections = 4

    def __init__(self, deadline: Deadline, allow_private: bool) -> None:
        self._deadline = deadline
        self._allow_private = allow_private

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        """Look at each address on the way."""
        _refuse_private(newurl, self._deadline, self._allow_private)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(url: str, most: int, seconds: float, *, allow_private: bool = False) -> bytes:
    """Returns the picture at an address, of at most this many bytes. Blocks for `seconds` at most.

    Raises PictureError.
    """
    deadline = Deadline(seconds)
    opener = build_opener(
        ProxyHandler(),
        _Redirects(deadline, allow_private),
        _Http(deadline, allow_private),
        _Https(deadline, allow_private),
    )
    opener.addheaders = [("User-Agent", "news-reader-tui"), ("Accept", ", ".join(KINDS))]
    try:
        with deadline.running():
            require("network")
            _refuse_private(url, deadline, allow_private)
            with opener.open(Request(url), timeout=deadline.left) as answer:
                return _received(answer, most, deadline)
    except (OSError, ValueError, HTTPException, ReaderError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        if deadline.is_over or isinstance(reason, TimeoutError):
            raise PictureError(TOO_LONG) from None
        if isinstance(error, PictureError):
            raise
        raise PictureError(f"download failed: {reason}") from None


def _received(answer: HTTPResponse, most: int, deadline: Deadline) -> bytes:
    kind = answer.headers.get_content_type()
    if kind not in KINDS:
        raise PictureError(f"the server sent {kind}")
    raw = bytearray()
    while chunk := answer.read(CHUNK):
        raw += chunk
        if len(raw) > most:
            raise PictureError(f"it has more than {most >> 20} MB")
    if deadline.is_over:  # the end of the answer may be the end of our patience
        raise PictureError(TOO_LONG)
    return bytes(raw)


def _refuse_private(url: str, deadline: Deadline, allow_private: bool) -> None:
    """Raise PictureError or Unreachable for an address that must not be contacted."""
    parts = urlsplit(checked_url(url))
    if not allow_private:
        public_addresses(parts.hostname or "", parts.port or 443, deadline.left)
