"""One careful request: http and https only, limits of bytes and time, redirects followed by hand.

A user may name their own host network; nothing that a stranger's server says leads there: the address
that is connected to is looked at, not the name (`reader.article.network` has the rule). No cookie outlives
its request. When to ask, and when not, is `reader.feeds.politeness`' business.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

from reader import __version__, config
from reader.article.network import is_public
from reader.article.text import clean_line
from reader.article.urls import UnsafeUrl, checked_url
from reader.errors import ReaderError, shown
from reader.permissions import require

PROGRAM = f"news-reader-tui/{__version__}"
FEED_KINDS = (
    "application/atom+xml, application/rss+xml, application/feed+json,"
    " application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
PAGE_KINDS = "text/html, application/xhtml+xml, */*;q=0.5"
MOST_AT_A_HOST = 2
"""Connections to one host at the same time."""


_ENCODINGS = ("", "identity", "gzip", "x-gzip", "deflate")
_OPENSSL = re.compile(r"\[[A-Z0-9_: ]+\] ?| ?\(_ssl\.c:\d+\)")
_FAILURES = (
    httpx2.TransportError,
    httpx2.InvalidURL,
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    OSError,
)


class Limits(NamedTuple):
    """What an answer may cost."""

    size: int = 16 << 20
    """Bytes, unpacked."""
    seconds: float = 60
    """Until all of it is there, with all redirects."""
    connect: float = 10
    silence: float = 20
    """Seconds without a byte."""
    redirects: int = 6


class Answer(NamedTuple):
    """What a server said in the end."""

    status: int
    url: str
    """Where the answer came from, after all redirects."""
    moved_to: str
    """The new address, where every redirect from the start was permanent; else empty."""
    headers: Mapping[str, str]
    """By lower-case names."""
    body: bytes = b""
    is_private: bool = False
    """Whether it came from this machine or its network."""


class FetchError(ReaderError):
    """A request failed; `str()` is one sentence with a remedy."""


class Network:
    """Requests that share connections, and know how many of them a host may have at a time."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._user_agent = user_agent(config.load()[0].feeds.get("contact", ""))
        self._tls: ssl.SSLContext = httpx2.create_ssl_context()
        self._any = _Direct(self._tls, only_public=False)
        self._public = _Direct(self._tls, only_public=True)
        self._proxies = {scheme: url for scheme, url in getproxies().items() if scheme in ("http", "https")}
        self._proxied: dict[str, httpx2.AsyncBaseTransport] = {}
        self._hosts: dict[str, asyncio.Semaphore] = {}

    async def close(self) -> None:
        """Let go of all connections."""
        for transport in (self._any, self._public, *self._proxied.values()):
            await transport.aclose()
        await asyncio.sleep(0)  # in which the loop lets go of what was closed just now

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        is_trusted: bool,
        login: tuple[str, str] | None = None,
    ) -> Answer:
        """The answer of a server. Raises FetchError.

        `is_trusted`: the user wrote this address, so it may be on a private network. A login is sent to its
        host alone.
        """
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await self._followed(_checked(url), dict(headers or {}), is_trusted, login)
        except TimeoutError:
            raise FetchError(
                f"no whole answer within {self.limits.seconds:g} seconds; try again later"
            ) from None

    async def _followed(
        self, url: str, headers: dict[str, str], is_trusted: bool, login: tuple[str, str] | None
    ) -> Answer:
        cookies = httpx2.Cookies()
        first, moved_to, is_permanent = urlsplit(url), "", True
        for _ in range(self.limits.redirects + 1):
            here = urlsplit(url)
            may_know = (here.hostname, here.port) == (first.hostname, first.port) and (
                here.scheme == "https" or first.scheme == "http"
            )
            async with self._answer(url, headers, cookies, is_trusted, login if may_know else None) as found:
                response, is_private = found
                target = response.headers.get("location", "")
                if response.status_code not in (301, 302, 303, 307, 308) or not target:
                    body = await self._body(response) if response.status_code != 304 else b""
                    said = {name.lower(): value for name, value in response.headers.items()}
                    moved_to = moved_to if is_permanent else ""
                    return Answer(response.status_code, url, moved_to, said, body, is_private)
            is_permanent = is_permanent and response.status_code in (301, 308)
            try:
                url = urljoin(url, target.strip())
            except ValueError:
                raise FetchError(
                    f"redirected to {shown(clean_line(target))}, which is no address; look at it in a browser"
                ) from None
            url = _checked(url)
            moved_to = url if is_permanent else ""
            # A private server may lead to another one of its network, a public one never.
            is_trusted = is_trusted and is_private
            headers = {name: value for name, value in headers.items() if not name.lower().startswith("if-")}
        raise FetchError(f"redirected more than {self.limits.redirects} times; look at it in a browser")

    @asynccontextmanager
    async def _answer(
        self, url: str, headers: Mapping[str, str], cookies: httpx2.Cookies, is_trusted: bool,
        login: tuple[str, str] | None,
    ) -> AsyncIterator[tuple[httpx2.Response, bool]]:  # fmt: skip
        host = (urlsplit(url).hostname or "").lower()
        turn = self._hosts.setdefault(host, asyncio.Semaphore(MOST_AT_A_HOST))
        async with turn:
            try:
                request = httpx2.Request(
                    "GET", url, headers=self._headers(headers), extensions=self._timeouts()
                )
                cookies.set_cookie_header(request)
                if login:
                    request = next(httpx2.BasicAuth(*login).auth_flow(request))
                response = await self._transport(url, is_trusted).handle_async_request(request)
            except _FAILURES as error:
                raise FetchError(_why(error, host)) from error
            try:
                response.request = request
                cookies.extract_cookies(response)
                yield response, _is_private(response)
            except _FAILURES as error:
                raise FetchError(_why(error, host)) from error
            finally:
                await response.aclose()

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {
            "User-Agent": self._user_agent,
            "Accept": FEED_KINDS,
            "Accept-Encoding": "gzip, deflate",
            **headers,
        }

    def _timeouts(self) -> dict[str, Any]:
        return {
            "timeout": {
                "connect": self.limits.connect, "read": self.limits.silence, "write": self.limits.silence,
                "pool": None,
            }
        }  # fmt: skip

    def _transport(self, url: str, is_trusted: bool) -> httpx2.AsyncBaseTransport:
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_local = host == "localhost" or host.endswith(".localhost") or host.startswith(("127.", "["))
        proxy = self._proxies.get(parts.scheme)
        if proxy and not is_local and not proxy_bypass(host):
            if parts.scheme not in self._proxied:
                self._proxied[parts.scheme] = httpx2.AsyncHTTPTransport(verify=self._tls, proxy=proxy)
            return self._proxied[parts.scheme]
        return self._any if is_trusted else self._public

    async def _body(self, response: httpx2.Response) -> bytes:
        """All of it, unpacked as it comes, no further than the limit."""
        encoding = response.headers.get("content-encoding", "").strip().lower()
        raw = bytearray()
        unpack: Any = None
        async for chunk in response.aiter_raw():
            if not raw and unpack is None:
                unpack = _unpacker(encoding, chunk)
            while chunk:
                if unpack is None:
                    raw += chunk
                    chunk = b""
                else:
                    try:
                        raw += unpack.decompress(chunk, 1 << 20)
                    except zlib.error:
                        raise FetchError("its compressed answer is damaged; try again later") from None
                    chunk = unpack.unconsumed_tail
                if len(raw) > self.limits.size:
                    raise FetchError(
                        f"larger than {_size(self.limits.size)}; ask the site for a shorter feed"
                    )
        if unpack is not None and not unpack.eof:
            raise FetchError("its compressed answer breaks off before its end; try again later")
        if encoding not in _ENCODINGS and bytes(raw[:1]) not in (b"<", b"{", b"\xef"):
            name = shown(clean_line(encoding))
            raise FetchError(f"its answer is compressed as {name}, which was not asked for; tell the site")
        return bytes(raw)


class _Direct(httpx2.AsyncBaseTransport):
    """A pool of connections whose addresses are looked at; httpx2's own takes no network backend."""

    def __init__(self, tls: ssl.SSLContext, *, only_public: bool) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls, max_connections=100, max_keepalive_connections=8, keepalive_expiry=15,
            network_backend=_Backend(only_public=only_public),
        )  # fmt: skip

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it; the answer's body is read later."""
        url = request.url
        sent = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=b"",
            extensions=request.extensions,
        )
        got = await self._pool.handle_async_request(sent)
        return httpx2.Response(
            status_code=got.status, headers=got.headers, stream=_Stream(got), extensions=got.extensions
        )

    async def aclose(self) -> None:
        """Close its connections."""
        await self._pool.aclose()


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()


class _Backend(httpcore2.AsyncNetworkBackend):
    """Resolves a name once, looks at what came, and connects to that very address."""

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
        """A connection to a host that may be asked."""
        require("network")
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(timeout):
            found = await loop.getaddrinfo(host, port, type=1)  # a stream
        addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
        if self._only_public and not all(map(is_public, addresses)):
            raise FetchError(
                f"the host {shown(host)} is on a private network, where nothing leads from outside"
            )
        failure: Exception | None = None
        for address in addresses[:4]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = failure or error
        raise failure or httpcore2.ConnectError("no address")

    async def sleep(self, seconds: float) -> None:
        """As the pool wishes."""
        await asyncio.sleep(seconds)


def user_agent(contact: str) -> str:
    """Who asks: the program, and how to reach its person where the configuration says so."""
    return f"{PROGRAM} (feed reader; {contact})" if contact else f"{PROGRAM} (feed reader)"


def _checked(url: str) -> str:
    try:
        return checked_url(url)
    except UnsafeUrl as error:
        raise FetchError(str(error)) from None


def _unpacker(encoding: str, head: bytes) -> Any:
    """What undoes the compression that is there, whatever was reported: some say gzip and send text."""
    if head[:2] == b"\x1f\x8b":
        return zlib.decompressobj(wbits=31) if "gzip" in encoding else None
    if encoding == "deflate" and head:
        is_wrapped = head[0] & 0x0F == 8 and len(head) > 1 and (head[0] * 256 + head[1]) % 31 == 0
        return (
            zlib.decompressobj()
            if is_wrapped
            else zlib.decompressobj(wbits=-15)
            if head[:1] != b"<"
            else None
        )
    return None


def _is_private(response: httpx2.Response) -> bool:
    stream = response.extensions.get("network_stream")
    place = stream.get_extra_info("server_addr") if stream is not None else None
    return place is not None and not is_public(str(place[0]))


def _size(size: int) -> str:
    return f"{size >> 20} MB" if size >= 1 << 20 else f"{size:,} bytes"


def _why(error: BaseException, host: str) -> str:
    """A failure of the network in words."""
    text, name = clean_line(str(error)), shown(host)
    causes: list[BaseException] = [error]
    while (further := causes[-1].__cause__ or causes[-1].__context__) is not None and further not in causes:
        causes.append(further)
    kinds = " ".join(type(one).__name__ for one in causes)
    said = " ".join(str(one) for one in causes)
    if "SSLCertVerificationError" in kinds or "CERTIFICATE_VERIFY" in said:
        reason = next(
            (str(getattr(one, "verify_message", "")) for one in causes if hasattr(one, "verify_message")), ""
        )
        reason = f" ({reason})" if reason else ""
        return f"the certificate of {name} is not valid{reason}; the site has to renew it"
    if "SSL" in kinds or "SSL" in said:
        reason = _OPENSSL.sub("", text)[:80]
        return f"no secure connection to {name} ({reason}); try its http:// address"
    if "gaierror" in kinds:
        return f"the host {name} is unknown; check the address and the connection to the internet"
    if "without sending complete" in said:
        return f"the answer of {name} broke off before its end; try again later"
    if "Timeout" in kinds:
        return f"the host {name} does not answer in time; try again later"
    if "refused" in said.lower() or "ConnectError" in kinds:
        return f"no connection to {name} (refused); try again later"
    if "disconnected" in said:
        return f"the host {name} closed the connection without an answer; try again later"
    if "ProtocolError" in kinds:
        return f"the answer of {name} is not HTTP; try again later, or tell the site"
    return f"the connection to {name} broke{f' ({text[:80]})' if text else ''}; try again later"
