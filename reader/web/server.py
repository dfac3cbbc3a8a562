"""The web server: access checks, and a restricted reader for each open page.

Any page in a browser can send requests to a local server, and DNS names can be made to resolve to it. So each
request must name a known host, a WebSocket must come from one of our pages, and if there is a token, nothing
is served without it.
"""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from importlib.resources import files
from ipaddress import ip_address
from secrets import compare_digest, token_bytes
from socket import gethostname
from typing import Any
from urllib.parse import quote

from aiohttp import WSMsgType, web
from aiohttp.http_exceptions import HttpProcessingError
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from reader import processes
from reader.errors import ReaderError
from reader.permissions import VARIABLE, WEB_DRIVER, require

SOURCES = "READER_SERVED"
"""Environment variable with the sources of a reader behind a page, as JSON; not visible to other users."""

LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
MOST_SCREENS = 20
PATIENCE = 3.0
"""Seconds after which a reader whose page was closed is killed."""
HEARTBEAT = 15.0
"""Seconds between WebSocket heartbeats."""
MOST_BYTES = 1 << 20
"""Maximum size of a message from a page, such as a pasted text."""
LEAST_FRAME = 200
"""Minimum size of a frame; sequences that switch terminal modes are shorter."""
MOST_CELLS = 1000
"""Maximum cells of a screen in each direction."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Server": "reader",
}
"""The terminal emulator creates style sheets at runtime, so only styles may be inline."""

_OURS, _THEIRS = files("reader.web"), files("textual_serve").joinpath("static")
_STATIC = {
    "page.css": (_OURS.joinpath("page.css"), "text/css"),
    "page.js": (_OURS.joinpath("page.js"), "text/javascript"),
    "xterm.css": (_THEIRS.joinpath("css", "xterm.css"), "text/css"),
    "textual.js": (_THEIRS.joinpath("js", "textual.js"), "text/javascript"),
    "mono.ttf": (_THEIRS.joinpath("fonts", "RobotoMono-VariableFont_wght.ttf"), "font/ttf"),
    "mono-italic.ttf": (_THEIRS.joinpath("fonts", "RobotoMono-Italic-VariableFont_wght.ttf"), "font/ttf"),
}
"""All static files; nothing else is served."""

_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "SYSTEMROOT", "PYTHONPATH")
_KEPT_BEGINNINGS = ("LC_", "XDG_", "PG")
_KEPT_OF_OURS = frozenset(f"READER_{kind}_DIR" for kind in ("CACHE", "CONFIG", "DATA", "STATE"))

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def environment(environ: Mapping[str, str], sources: Sequence[str]) -> dict[str, str]:
    """The environment of the readers behind pages, without the variables of this terminal and
    desktop."""
    kept = {
        name: value
        for name, value in environ.items()
        if name in _KEPT or name in _KEPT_OF_OURS or name.startswith(_KEPT_BEGINNINGS)
    }
    kept.pop("LC_ALL", None)
    kept.pop("LC_READER_RELAY", None)
    kept |= {"LC_CTYPE": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor", VARIABLE: "1"}
    return kept | {SOURCES: json.dumps(list(sources))}


class Server:
    """Serves screens until it is stopped."""

    def __init__(
        self,
        host: str,
        port: int,
        environ: Mapping[str, str],
        *,
        token: str = "",
        names: Iterable[str] = (),
        most: int = MOST_SCREENS,
    ) -> None:
        """`environ` is the environment of the readers behind pages; `names` are accepted host names besides
        `host`."""
        require("network")
        self.host, self.port, self._environ = host, port, environ
        here = gethostname() if host not in LOOPBACK else host
        self._names = frozenset(name.lower() for name in (host, here, f"{here}.local", *names))
        self._most = most
        # A digest fits into a cookie whatever the token contains, and doesn't reveal it.
        self._token = _bytes(token)
        self._secret = blake2b(self._token, key=token_bytes(32)).hexdigest() if token else ""
        self._screens: set[web.WebSocketResponse] = set()

    @web.middleware
    async def _checked(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse foreign requests and add security headers to every response."""
        try:
            if not self.is_called(request.host):
                raise web.HTTPForbidden(text="This server does not go by that name.")
            if not self._is_from_here(request):
                raise web.HTTPForbidden(text="Pages of other sites can't use this server.")
            response = await (handler(request) if self._is_known(request) else self._ask_for_token(request))
        except web.HTTPException as refusal:
            refusal.headers.update(_HEADERS)
            raise
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    def is_called(self, host: str) -> bool:
        """Whether a request is for a name of this server; others may have been made to resolve
        here."""
        name = _name_in(host)
        if name in self._names or (self._names & LOOPBACK and name in LOOPBACK):
            return True
        # When listening on every address, any IP address is accepted: it can't be rebound by DNS.
        return self.host in ("0.0.0.0", "::") and _is_address(name)

    @staticmethod
    def _is_from_here(request: web.Request) -> bool:
        """Whether a request is from a page of this server, or from no page."""
        origins = request.headers.getall("Origin", ())
        if not origins:
            return request.path != "/screen" and request.method in ("GET", "HEAD")
        scheme, _, rest = origins[0].partition("://")
        return len(origins) == 1 and scheme in ("http", "https") and rest.lower() == request.host.lower()

    def _is_known(self, request: web.Request) -> bool:
        token = request.cookies.get(self._cookie, "")
        return not self._token or compare_digest(_bytes(token), _bytes(self._secret))

    @property
    def _cookie(self) -> str:
        return f"reader_{self.port}"  # cookies are shared between ports

    async def _ask_for_token(self, request: web.Request) -> web.StreamResponse:
        """Turn the token in a URL into a cookie; refuse requests without either."""
        token = request.query.get("token", "")
        if request.path != "/" or not compare_digest(_bytes(token), self._token):
            raise web.HTTPForbidden(text="Open the whole address, with ?token=… at its end.")
        # Not a redirect: after a link from another site, browsers would not send the strict cookie with it.
        response = web.Response(
            text='<!DOCTYPE html><meta http-equiv="refresh" content="0;url=/"><title>Reader</title>',
            content_type="text/html",
        )
        is_private = request.headers.get("X-Forwarded-Proto") == "https"
        response.set_cookie(
            self._cookie, self._secret, httponly=True, samesite="Strict", path="/", secure=is_private
        )
        return response

    async def _page(self, request: web.Request) -> web.StreamResponse:
        if request.query:  # drop the token, or parameters of the terminal's script
            raise web.HTTPFound("/")
        if len(self._screens) >= self._most:
            return web.Response(status=503, text=f"All {self._most} screens are in use. Try again later.")
        text = _OURS.joinpath("page.html").read_text("utf-8")
        return web.Response(text=text, content_type="text/html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        found = _STATIC.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound(text="There is nothing here.")
        response = web.Response(body=found[0].read_bytes(), content_type=found[1])
        response.enable_compression()  # half a megabyte of script
        return response

    async def _screen(self, request: web.Request) -> web.StreamResponse:
        """Run a separate reader for as long as the page is open."""
        if len(self._screens) >= self._most:
            raise web.HTTPServiceUnavailable(text="All screens are in use.")
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=MOST_BYTES)
        if not socket.can_prepare(request):
            raise web.HTTPBadRequest(text="Only the page's script can use this.")
        self._screens.add(socket)
        try:
            await socket.prepare(request)
            service = ScreenService(socket, self._environ)
            try:
                await service.start(_cells(request.query.get("width")), _cells(request.query.get("height")))
                await _pass_on(socket, service)
            finally:
                await service.end()
        finally:
            self._screens.discard(socket)
            if socket.prepared:
                await socket.close()
        return socket

    async def run(self, on_listening: Callable[[int], object]) -> None:
        """Serve until SIGINT or SIGTERM; `on_listening` is called with the port once it listens.

        Raises ReaderError.
        """
        app = web.Application(middlewares=[self._checked])
        app.router.add_get("/", self._page)
        app.router.add_get("/screen", self._screen)
        app.router.add_get("/static/{name}", self._static)
        app.on_shutdown.append(self._close_all)
        runner = web.AppRunner(app, access_log=None, logger=_quiet_logger(), shutdown_timeout=PATIENCE + 1)
        ended = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, self.host, self.port).start()
            except OSError as error:
                raise ReaderError(self._refused(error)) from None
            self.port = int(runner.addresses[0][1])
            on_listening(self.port)
            await ended.wait()
        finally:
            await runner.cleanup()

    def _refused(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return f"port {self.port} of {self.host} is in use; choose another one with --port"
        if error.errno == errno.EACCES:
            return f"port {self.port} needs administrator rights; choose one from 1024 up with --port"
        return f'cannot listen on "{self.host}": it is not an address of this machine; correct --host'

    async def _close_all(self, _: web.Application) -> None:
        for socket in list(self._screens):
            await socket.close(message=b"the server has ended")


def _quiet_logger() -> logging.Logger:
    """Logs errors of the server, but not invalid requests."""
    logger = logging.getLogger(__name__)
    logger.addFilter(
        lambda record: not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
    )
    return logger


def page_of(host: str, port: int, token: str = "") -> str:
    """The URL to open."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/" + (f"?token={quote(token, safe='')}" if token else "")


async def _pass_on(socket: web.WebSocketResponse, service: ScreenService) -> None:
    """Forward keys and window sizes from the page; end on anything else."""
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            return
        try:
            kind, *rest = json.loads(message.data)
            if kind == "stdin":
                await service.send_bytes(str(rest[0]).encode("utf-8", "replace"))
            elif kind == "resize":
                await service.set_terminal_size(_cells(rest[0]["width"]), _cells(rest[0]["height"]))
            elif kind == "ping":
                await socket.send_json(["pong", str(rest[0])[:40]])
            elif kind == "focus":
                await service.focus()
        except (ValueError, TypeError, LookupError, RecursionError):
            return


class ScreenService(AppService):
    """A reader behind a page, using textual-serve's protocol, but started without a shell, in a given
    environment, and always terminated.

    `start` sets three attributes of `AppService`, which has no other way to customise how its program is
    started; `pyproject.toml` pins the versions that have them.
    """

    def __init__(self, socket: web.WebSocketResponse, environ: Mapping[str, str]) -> None:
        super().__init__(
            "", write_bytes=socket.send_bytes, write_str=socket.send_str, close=self._close_page,
            download_manager=DownloadManager(),
        )  # fmt: skip
        self._socket, self._environ = socket, environ
        self._closing: asyncio.Task[bool] | None = None
        self._has_painted = False
        self._wanted: tuple[int, int] | None = None
        """The window size received before the first frame."""

    async def start(self, width: int, height: int) -> None:
        """Start the reader with a screen of this size."""
        asks = {"COLUMNS": str(width), "ROWS": str(height), "TEXTUAL_DRIVER": WEB_DRIVER}
        self._process = await asyncio.create_subprocess_exec(
            *processes.command("reader.cli.serve", "serve_page"),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={**self._environ, **asks, "TEXTUAL_COLOR_SYSTEM": "truecolor", "TEXTUAL_FPS": "60"},
        )  # fmt: skip
        self._stdin = self._process.stdin
        self._task = asyncio.create_task(self.run())

    async def run(self) -> None:
        """Forward the reader's output until it ends, then close the page."""
        try:
            await super().run()
        finally:
            await self._close_page()

    async def on_data(self, payload: bytes) -> None:
        """Forward output."""
        await super().on_data(payload)
        if not self._has_painted and len(payload) > LEAST_FRAME:
            self._has_painted = True
            if self._wanted is not None:
                await self.set_terminal_size(*self._wanted)

    async def set_terminal_size(self, width: int, height: int) -> None:
        """Resize the screen. Textual would lose a size received before its first frame."""
        if self._has_painted:
            await super().set_terminal_size(width, height)
        else:
            self._wanted = width, height

    async def end(self) -> None:
        """Stop the reader: ask it to quit, and kill it after a while."""
        process = self._process
        if process is None:
            return
        if self._task is not None and not self._has_painted:
            self._task.cancel()  # the page was closed early, which is no failure of the reader
        with suppress(ConnectionError):
            await self.send_meta({"type": "quit"})
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _close_page(self) -> None:
        # Not awaited here: a page that does not respond would block the reader.
        self._closing = self._closing or asyncio.create_task(self._socket.close())


def _bytes(text: str) -> bytes:
    """A text as bytes for comparison; never raises, whatever a URL or command line contains."""
    return text.encode("utf-8", "surrogatepass")


def _cells(text: Any) -> int:
    """A size sent by a page, clamped to sensible limits."""
    try:
        return min(max(int(text), 1), MOST_CELLS)
    except (TypeError, ValueError, OverflowError):
        return 80


def _name_in(host: str) -> str:
    """The name in `name:port`; an IPv6 address without its brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
