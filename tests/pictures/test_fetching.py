"""Tests of what is fetched from the network, from whom, and for how long."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from time import monotonic

import pytest

from reader.pictures import PictureError
from reader.pictures.fetching import fetch
from tests.pictures.images import a_picture

PATIENCE = 0.3
"""Seconds that a slow server is given."""


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "0.0.0.0", "2130706433"),
        *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::ffff:127.0.0.1]", "[fec0::1]", "224.0.0.1"),
    ],
)
def test_doors_of_this_machine_and_its_network_stay_shut(host: str) -> None:
    """An article can't make the reader knock there."""
    with pytest.raises(PictureError, match="private network|unknown"):
        fetch(f"http://{host}:1/x.png", 1000, 1)


class Server(BaseHTTPRequestHandler):
    """Serves by path."""

    def do_GET(self) -> None:
        """A picture, a page, a flood, or the way somewhere else."""
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd" if self.path == "/away" else "/x.png")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if self.path == "/page" else "image/png")
        self.end_headers()
        self.wfile.write(b"x" * 5_000 if self.path == "/flood" else a_picture())

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    """A server on the loopback."""
    made = HTTPServer(("127.0.0.1", 0), Server)
    Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()


def test_fetching_has_limits(server: str) -> None:
    """Of kind, of bytes, and of where it leads."""
    assert fetch(f"{server}/x.png", 1_000, 5, allow_private=True) == a_picture()
    assert fetch(f"{server}/away/too", 1_000, 5, allow_private=True) == a_picture()
    for path, said in (("page", "text/html"), ("flood", "more than"), ("away", "not allowed")):
        with pytest.raises(PictureError, match=said):
            fetch(f"{server}/{path}", 1_000, 5, allow_private=True)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_means_another_address_by_then(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Public when it was looked at, this machine when it is asked: nobody is connected to."""
    monkeypatch.setattr("reader.pictures.fetching.public_addresses", lambda *_: [])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with pytest.raises(PictureError, match="private network"):
            fetch(f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/x.png", 1_000, 5)
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            listening.accept()


@contextmanager
def dripping(head: bytes) -> Iterator[int]:
    """The port of a server that says `head`, and then a byte now and then, for as long as anybody listens."""
    stopped = Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                try:
                    connection.sendall(head)
                    while not stopped.wait(PATIENCE / 10):
                        connection.sendall(b"a")
                except OSError:
                    return

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        stopped.set()
        thread.join(5)


@pytest.mark.parametrize(
    ("scheme", "head"),
    [
        ("http", b""),
        ("http", b"HTTP/1.1 200 OK\r\n"),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 900000\r\n\r\n"),
        ("https", b"\x16\x03\x03\x3f\xff"),
    ],
    ids=["silence", "header", "endless body", "long body", "TLS"],
)
def test_one_deadline_holds_from_the_first_question_to_the_last_byte(scheme: str, head: bytes) -> None:
    """A server that says a byte now and then is left after the seconds that it was given."""
    with dripping(head) as port:
        began = monotonic()
        with pytest.raises(PictureError, match="too long"):
            fetch(f"{scheme}://127.0.0.1:{port}/x.png", 1 << 20, PATIENCE, allow_private=True)
        assert monotonic() - began < PATIENCE + 5
