"""A picture from the network: http and https, few redirections, a limit of bytes and of time, no cookie, no
login.

Addresses of this machine and of private networks are refused, after each redirection too, and once more when
the connection stands, for a name may mean another address by then: an article must not be able to ask what
only its reader can reach.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from time import monotonic
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

from reader.article.urls import checked_url
from reader.errors import ReaderError
from reader.pictures.making import PictureError

CHUNK = 1 << 16
KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff")


class _Careful(HTTPRedirectHandler):
    max_redirections = 4

    def __init__(self, is_allowed: Callable[[str], object]) -> None:
        self._is_allowed = is_allowed

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        """Look at each address on the way."""
        checked_url(newurl)
        self._is_allowed(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Checked(HTTPConnection):
    """Says nothing to a server before its address was looked at."""

    def connect(self) -> None:
        """Connect, and look where that has led. Raises PictureError."""
        super().connect()
        try:
            _refuse_private_address(str(self.sock.getpeername()[0]))
        except PictureError:
            self.close()
            raise


class _CheckedTls(HTTPSConnection, _Checked):
    """The same before the first word of TLS."""


class _Plain(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        """Ask the server itself; a proxy may well be on a private network."""
        return super().http_open(req) if req.has_proxy() else self.do_open(_Checked, req)


class _Tls(HTTPSHandler):
    def https_open(self, req: Request) -> HTTPResponse:
        """The same with TLS."""
        return super().https_open(req) if req.has_proxy() else self.do_open(_CheckedTls, req)


def fetch(
    url: str, most: int, patience: float, *, is_allowed: Callable[[str], object] | None = None
) -> bytes:
    """The picture at an address. Blocks for up to twice `patience` seconds. Raises PictureError.

    `is_allowed` raises PictureError for an address that must not be asked; private ones by itself.
    """
    checks_peer, is_allowed = is_allowed is None, is_allowed or _refuse_private
    is_allowed(url)
    handlers = [_Plain(), _Tls()] if checks_peer else []
    opener = build_opener(ProxyHandler(), _Careful(is_allowed), *handlers)
    opener.addheaders = [("User-Agent", "news-reader-tui"), ("Accept", ", ".join(KINDS))]
    end = monotonic() + 2 * patience
    try:
        with opener.open(Request(url), timeout=patience) as answer:
            kind = answer.headers.get_content_type()
            if kind not in KINDS:
                raise PictureError(f"the server says that it is {kind}")
            raw = bytearray()
            while chunk := answer.read(CHUNK):
                raw += chunk
                if len(raw) > most:
                    raise PictureError(f"it has more than {most >> 20} MB")
                if monotonic() > end:
                    raise PictureError("it takes too long to come")
            return bytes(raw)
    except PictureError:
        raise
    except URLError as error:
        raise PictureError(f"it did not come: {error.reason}") from None
    except (OSError, ValueError, ReaderError) as error:
        raise PictureError(f"it did not come: {error}") from None


def _refuse_private(url: str) -> None:
    """Raises PictureError for an address that only this machine or its network can reach."""
    try:
        parts = urlsplit(checked_url(url))
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, proto=socket.IPPROTO_TCP)
    except ReaderError as error:
        raise PictureError(str(error)) from None
    except (OSError, ValueError):
        raise PictureError("its server is not known") from None
    for *_, address in found:
        _refuse_private_address(str(address[0]))


def _refuse_private_address(address: str) -> None:
    if not ipaddress.ip_address(address.partition("%")[0]).is_global:
        raise PictureError("its address is of a private network")
