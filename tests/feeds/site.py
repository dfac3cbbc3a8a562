"""A web server on loopback for tests, whose pages are values or functions, and the documents it serves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from email.message import Message
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Page(NamedTuple):
    """What the server says at a path."""

    body: bytes = b""
    headers: Mapping[str, str] = {}
    status: int = 200


class Site:
    """A server with pages by path, which records requests."""

    def __init__(self) -> None:
        self.pages: dict[str, Page | Callable[[Message], Page]] = {}
        self.requests: list[tuple[str, Message]] = []
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            self.requests.append((request.path, request.headers))
        page = self.pages.get(request.path, Page(b"nothing here", status=404))
        if callable(page):
            page = page(request.headers)
        try:
            request.send_response(page.status)
            for name, value in page.headers.items():
                request.send_header(name, value)
            if "Content-Length" not in page.headers:
                request.send_header("Content-Length", str(len(page.body)))
            request.end_headers()
            request.wfile.write(page.body)
        except OSError:
            request.close_connection = True
        finally:
            with self._lock:
                self._now -= 1

    def paths(self) -> list[str]:
        """The requested paths, in order."""
        return [path for path, _ in self.requests]

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def item(number: int, **fields: str) -> str:
    """An item of RSS; each key is an element, an empty value leaves one out."""
    elements = {
        "title": f"Title {number}",
        "link": f"https://paper.example/{number}",
        "guid": f"guid-{number}",
        "pubDate": f"Mon, 0{number % 9 + 1} Jun 2026 10:00:00 GMT",
        "description": f"<p>Text of number {number}.</p>",
        **fields,
    }
    inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in elements.items() if text)
    return f"<item>{inside}</item>"


def rss(*items: str, title: str = "Harbour Post", extra: str = "") -> bytes:
    """A document of RSS 2.0."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{escape(title)}</title><link>https://paper.example/</link>{extra}{''.join(items)}</channel></rss>"
    ).encode()


def atom(*entries: str, base: str = "") -> bytes:
    """A document of Atom 1.0."""
    attribute = f' xml:base="{base}"' if base else ""
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"{attribute}><title>Harbour Post</title>'
        f'<link href="https://paper.example/"/>{"".join(entries)}</feed>'
    ).encode()
