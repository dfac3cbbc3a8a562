"""HTTP requests: safe, polite, and with clear errors.

Only http and https, with limits on bytes and time. A URL given by the user may be on a private network; a
redirect or link from a public server never leads there: the IP address of each connection is checked, not the
name (see `reader.article.network`), and redirects are followed here, one by one. No cookie outlives its
request.
"""

from __future__ import annotations

import asyncio
import re
import time
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

from reader import __version__, config
from reader.article.dates import iso
from reader.article.network import PrivateAddress, Unreachable, addresses, is_public, public_addresses
from reader.article.text import clean_line
from reader.article.urls import UnsafeUrl, checked_url
from reader.errors import ReaderError, shown
from reader.feeds.schedule import LONGEST
from reader.permissions import require

PROGRAM = f"news-reader-tui/{__version__}"
FEED_KINDS = (
    "application/atom+xml, application/rss+xml, application/feed+json,"
    " application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
MOST_MEMBERS = 100
"""Maximum number of gzip members in a response, one after another."""
MOST_AT_A_HOST = 2
"""Maximum number of simultaneous connections to one host."""

_UNSUPPORTED = frozenset(("br", "zstd", "compress", "x-compress", "dcb", "dcz"))
"""Compressions that servers use unasked; other names, such as "utf-8" or "none", mean none."""
_GZIP = b"\x1f\x8b"
"""The first bytes of gzip."""
_OPENSSL = re.compile(r"\[[A-Z0-9_: ]+\] ?| ?\(_ssl\.c:\d+\)")
_FAILURES = (
    httpx2.InvalidURL, httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError,
    httpcore2.ProxyError, httpcore2.UnsupportedProtocol, OSError,
)  # fmt: skip

_REFUSALS = {
    304: "not modified (304), but nothing was fetched before; open the address in a browser",
    403: "refused (403){page}: the site blocks feed readers or requires a login",
    404: "not found (404); look at its site for the new address",
    410: "gone (410): the site has ended this feed, so it is not fetched any more; unsubscribe from it",
    429: "too many requests (429); {later}",
    451: "not available here for legal reasons (451)",
} | dict.fromkeys(
    (401, 407),
    "needs a password ({status}); put it into ~/.netrc, or set password_command for this feed",
)


class Limits(NamedTuple):
    """Limits of a response."""

    size: int = 16 << 20
    """Bytes, decompressed."""
    seconds: float = 60
    """Seconds for the whole request, with all redirects."""
    connect: float = 10
    silence: float = 20
    """Seconds without a byte."""
    redirects: int = 6


class FetchError(ReaderError):
    """A request failed; `str()` is one sentence with a remedy."""


class Response(NamedTuple):
    """A server's response, after redirects."""

    status: int
    url: str
    """Its final URL."""
    moved_to: str
    """The new address if every redirect from the start was permanent; else empty."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes = b""
    is_private: bool = False
    """Whether it came from this machine or a private network."""

    @property
    def content_type(self) -> str:
        """As sent by the server."""
        return self.headers.get("content-type", "")

    @property
    def wait(self) -> float:
        """Seconds of the server's `Retry-After`; 0 if there is none."""
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit() and len(text) < 10:
            return min(int(text), LONGEST)
        try:
            then = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return 0
        then = then.replace(tzinfo=then.tzinfo or UTC)
        return min(max(then.timestamp() - time.time(), 0.0), LONGEST)

    @property
    def refusal(self) -> str:
        """What an error status means, with the remedy."""
        status, later = self.status, "try again later"
        if self.wait:
            later = f"next attempt after {iso(datetime.fromtimestamp(time.time() + self.wait, UTC))}"
        if status in _REFUSALS:
            page = " with a web page" if b"<html" in self.body[:2048].lower() else ""
            return _REFUSALS[status].format(status=status, page=page, later=later)
        if status >= 500:
            return f"the server failed ({status}); {later}"
        if 300 <= status < 400:
            return f"moved ({status}), but without saying where; look at its site for the new address"
        return f"the server returned {status}; open the address in a browser"

    @property
    def is_success(self) -> bool:
        """Whether it has the whole document; a proxy that changes something sends 203."""
        return self.status in (200, 203)

    def require_success(self) -> None:
        """Raise FetchError unless the response has the document."""
        if not self.is_success:
            # Only a fetch tries again by itself, and could say when.
            raise FetchError(self._replace(headers={}).refusal)


class Network:
    """Sends requests over shared connections, with a limit per host."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        contact = config.load()[0].feeds.contact
        self._user_agent = f"{PROGRAM} (feed reader{f'; {contact}' if contact else ''})"
        self._new_pool = partial(
            httpcore2.AsyncConnectionPool, ssl_context=httpx2.create_ssl_context(), max_connections=100,
            max_keepalive_connections=8, keepalive_expiry=15,
        )  # fmt: skip
        self._any = self._new_pool(network_backend=_Backend(only_public=False))
        self._public = self._new_pool(network_backend=_Backend(only_public=True))
        self._proxies = getproxies()
        self._proxied: dict[str, httpcore2.AsyncConnectionPool] = {}
        self._hosts: dict[str, asyncio.Semaphore] = {}

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in (self._any, self._public, *self._proxied.values()):
            await pool.aclose()
        await asyncio.sleep(0)  # lets the event loop finish closing

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        is_trusted: bool,
        login: tuple[str, str] | None = None,
    ) -> Response:
        """The server's response. Raises FetchError. `is_trusted`: the user gave this URL, so it may
        be on a private network. A login is only sent to its own host.
        """
        require("network")
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await self._followed(_checked(url), dict(headers or {}), is_trusted, login)
        except TimeoutError:
            raise FetchError(
                f"no complete response within {self.limits.seconds:g} seconds; try again later"
            ) from None

    async def _followed(
        self, url: str, headers: dict[str, str], is_trusted: bool, login: tuple[str, str] | None
    ) -> Response:
        cookies = httpx2.Cookies()
        first, moved_to, is_permanent = urlsplit(url), "", True
        for _ in range(self.limits.redirects + 1):
            here = urlsplit(url)
            may_know = (here.hostname, here.port) == (first.hostname, first.port) and (
                here.scheme == "https" or first.scheme == "http"
            )
            async with self._asked(url, headers, cookies, is_trusted, login if may_know else None) as found:
                response, pieces, is_private = found
                target = response.headers.get("location", "")
                if response.status_code not in (301, 302, 303, 307, 308) or not target:
                    response_headers = {name.lower(): value for name, value in response.headers.items()}
                    body = await self._body(pieces, response_headers) if response.status_code != 304 else b""
                    moved_to = moved_to if is_permanent else ""
                    return Response(response.status_code, url, moved_to, response_headers, body, is_private)
            is_permanent = is_permanent and response.status_code in (301, 308)
            try:
                url = urljoin(url, target.strip())
            except ValueError:
                raise FetchError(
                    f"redirected to {shown(clean_line(target))}, which is not a web address; try a browser"
                ) from None
            url = _checked(url)
            moved_to = url if is_permanent else ""
            # A private server may redirect to its own network, a public one never.
            is_trusted = is_trusted and is_private
            headers = {name: value for name, value in headers.items() if not name.lower().startswith("if-")}
        raise FetchError(f"redirected more than {self.limits.redirects} times; open it in a browser")

    @asynccontextmanager
    async def _asked(
        self, url: str, headers: Mapping[str, str], cookies: httpx2.Cookies, is_trusted: bool,
        login: tuple[str, str] | None,
    ) -> AsyncIterator[tuple[httpx2.Response, AsyncIterator[bytes], bool]]:  # fmt: skip
        """Yields the response without its body, the chunks of the body, and whether it comes from a private
        network."""
        host = (urlsplit(url).hostname or "").lower()
        limits = self.limits
        times = {"connect": limits.connect, "read": limits.silence, "write": limits.silence, "pool": None}
        usual = {
            "User-Agent": self._user_agent, "Accept": FEED_KINDS, "Accept-Encoding": "gzip, deflate",
        }  # fmt: skip
        async with self._hosts.setdefault(host, asyncio.Semaphore(MOST_AT_A_HOST)):
            try:
                request = httpx2.Request("GET", url, headers={**usual, **headers})
                cookies.set_cookie_header(request)
                if login:
                    request = next(httpx2.BasicAuth(*login).auth_flow(request))
                pool = await self._pool(url, is_trusted)
                to = request.url  # in its parts, for httpcore2 drops what follows ";" in a path
                target = httpcore2.URL(
                    scheme=to.raw_scheme, host=to.raw_host, port=to.port, target=to.raw_path
                )
                asking = pool.stream(
                    "GET", target, headers=request.headers.raw, extensions={"timeout": times}
                )
                async with asking as answer:
                    response = httpx2.Response(answer.status, headers=answer.headers, request=request)
                    cookies.extract_cookies(response)
                    stream = answer.extensions.get("network_stream")
                    place = stream.get_extra_info("server_addr") if stream is not None else None
                    # Of a proxy, the address says nothing about who answers.
                    is_private = pool is self._any and place is not None and not is_public(str(place[0]))
                    yield response, answer.aiter_stream(), is_private
            except PrivateAddress:
                raise FetchError(
                    f"the host {shown(host)} is on a private network, which public pages may not lead to"
                ) from None
            except Unreachable as error:
                raise FetchError(f"{error}; check the address and the connection to the internet") from None
            except _FAILURES as error:
                raise FetchError(_why(error, shown(host))) from error

    async def _pool(self, url: str, is_trusted: bool) -> httpcore2.AsyncConnectionPool:
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_local = host == "localhost" or host.endswith(".localhost") or host.startswith(("127.", "["))
        proxy = self._proxies.get(parts.scheme)
        if not proxy or is_local or proxy_bypass(host):
            return self._any if is_trusted else self._public
        if not is_trusted:
            try:
                await asyncio.to_thread(public_addresses, host, parts.port or 443, self.limits.connect)
            except PrivateAddress:
                raise
            except Unreachable:
                pass  # a name that only the proxy can resolve
        if "://" in proxy and not proxy.lower().startswith(("http://", "https://")):
            kind = shown(clean_line(proxy.partition("://")[0]))
            raise FetchError(
                f"a proxy of kind {kind} is not supported; set {parts.scheme}_proxy to an HTTP proxy"
            )
        if proxy not in self._proxied:
            parsed = httpx2.Proxy(proxy if "://" in proxy else f"http://{proxy}")
            self._proxied[proxy] = self._new_pool(proxy=httpcore2.Proxy(str(parsed.url), parsed.raw_auth))
        return self._proxied[proxy]

    async def _body(self, pieces: AsyncIterator[bytes], headers: Mapping[str, str]) -> bytes:
        """The whole body, decompressed. Raises FetchError if it exceeds the limit."""
        most = self.limits.size
        size = f"{most >> 20} MB" if most >= 1 << 20 else f"{most:,} bytes"
        too_large = FetchError(f"larger than {size}; ask the site for a shorter feed")
        packed = bytearray()
        async for piece in pieces:
            packed += piece
            if len(packed) > most:
                raise too_large
        encoding = headers.get("content-encoding", "").strip().lower()
        raw = bytes(packed)
        for _ in range(2):  # some compress twice; a file that decompresses to itself would never end
            if not (form := _form(encoding, raw)):
                break
            raw, encoding = _decompressed(raw, form, most + 1), ""
            if len(raw) > most:
                raise too_large
        names = map(str.strip, encoding.split(","))
        if not _UNSUPPORTED.isdisjoint(names) and raw[:1] not in (b"<", b"{", b"\xef"):
            name = shown(clean_line(encoding))
            raise FetchError(f"the response is compressed as {name}, which is not supported; tell the site")
        return raw


def _form(encoding: str, raw: bytes) -> int:
    """The `wbits` of zlib for these bytes; 0 if they are not compressed. Decided by the first bytes, as
    some servers declare gzip and send text, or the reverse."""
    if raw.startswith(_GZIP):
        return zlib.MAX_WBITS + 16
    if encoding != "deflate" or raw[:1] in (b"", b"<"):
        return 0
    is_wrapped = raw[0] & 0x0F == 8 and int.from_bytes(raw[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS


def _decompressed(raw: bytes, form: int, most: int) -> bytes:
    """The decompressed bytes, or the first `most` of them; `form` is zlib's `wbits`. Raises FetchError."""
    whole = b""
    for _ in range(MOST_MEMBERS):
        unpacker = zlib.decompressobj(form)
        try:
            whole += unpacker.decompress(raw, most - len(whole))
        except zlib.error:
            raise FetchError("the compressed response is damaged; try again later") from None
        if len(whole) >= most:
            return whole
        if not unpacker.eof:
            raise FetchError("the compressed response is incomplete; try again later")
        raw = unpacker.unused_data
        if not raw.startswith(_GZIP):
            return whole
    raise FetchError(f"the response is compressed in more than {MOST_MEMBERS} parts; tell the site")


class _Backend(httpcore2.AsyncNetworkBackend):
    """Resolves a name once, checks its addresses, and connects to one of them."""

    def __init__(self, *, only_public: bool) -> None:
        self._only_public = only_public
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to a host if that is allowed."""
        require("network")
        look_up = public_addresses if self._only_public else addresses
        found = await asyncio.to_thread(look_up, host, port, timeout or Limits().connect)
        failure: Exception = httpcore2.ConnectError("no address")
        for ip in list(dict.fromkeys(address.ip for address in found))[:4]:
            try:
                return await self._inner.connect_tcp(ip, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait, for the pool."""
        await asyncio.sleep(seconds)


def _checked(url: str) -> str:
    try:
        return checked_url(url)
    except UnsafeUrl as error:
        raise FetchError(str(error)) from None


def _why(error: BaseException, name: str) -> str:
    """The message for a network error; `name` is the host's."""
    if isinstance(error, httpcore2.TimeoutException | TimeoutError):
        return f"the host {name} does not answer in time; try again later"
    text = clean_line(str(error))
    causes: list[BaseException] = [error]
    while (further := causes[-1].__cause__ or causes[-1].__context__) is not None and further not in causes:
        causes.append(further)
    kinds = " ".join(type(one).__name__ for one in causes)
    message = " ".join(str(one) for one in causes)
    if "SSLCertVerificationError" in kinds or "CERTIFICATE_VERIFY" in message:
        reasons = [str(one.verify_message) for one in causes if hasattr(one, "verify_message")]
        reason = f" ({reasons[0]})" if reasons and reasons[0] else ""
        return f"the certificate of {name} is not valid{reason}; the site has to renew it"
    if "SSL" in kinds or "SSL" in message:
        return f"no secure connection to {name} ({_OPENSSL.sub('', text)[:80]}); try its http:// address"
    if "without sending complete" in message:
        return f"the response from {name} was cut off; try again later"
    if "refused" in message.lower() or "ConnectError" in kinds:
        return f"no connection to {name} (refused); try again later"
    if "disconnected" in message:
        return f"the host {name} closed the connection without a response; try again later"
    if "ProtocolError" in kinds:
        return f"the response from {name} is not HTTP; try again later, or tell the site"
    return f"the connection to {name} broke{f' ({text[:80]})' if text else ''}; try again later"
