"""Pictures come from the collection, and from the network only where that is wished."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from reader.pictures import PictureError, fetching, file_of, read
from reader.pictures.fetching import fetch
from tests.pictures.images import a_picture


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A collection with a picture, and one outside of it."""
    folder = tmp_path / "news"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "a b.png").write_bytes(a_picture())
    (tmp_path / "secret.png").write_bytes(a_picture())
    os.symlink(tmp_path / "secret.png", folder / "link.png")
    os.mkfifo(folder / "pipe.png")
    return folder


@pytest.mark.parametrize("url", ["images/a%20b.png", "./images/a b.png?w=3#top", "/images/a b.png"])
def test_a_file_beside_the_article(news: Path, url: str) -> None:
    """Relative to the article, or from the collection's own top."""
    source = file_of(str(news / "one.md"), url, [str(news)])
    assert read(source, cache="", may_fetch=False) == a_picture()


@pytest.mark.parametrize(
    "url",
    [
        "../secret.png",
        "link.png",
        "pipe.png",
        "images",
        "nowhere.png",
        "/etc/passwd",
        "",
        "file:///etc/passwd",
    ]
    + ["javascript:alert(1)", "data:image/png;base64,AAAA", "images/\0.png", "ftp://a.example/x.png"],
)
def test_nothing_outside_of_the_collection_is_read(news: Path, url: str) -> None:
    """No way up, no link out, no pipe, no other kind of address."""
    with pytest.raises(PictureError):
        read(file_of(str(news / "one.md"), url, [str(news)]), cache="", may_fetch=True)


def test_the_network_is_left_alone_unless_it_is_wished(tmp_path: Path) -> None:
    """And what was fetched once is read from the cache."""
    source = file_of("/news/one.md", "https://a.example/x.png", ["/news"])
    with pytest.raises(PictureError, match="fetch_pictures"):
        read(source, cache=str(tmp_path), may_fetch=False)
    from reader.pictures.finding import _keep, _name_of

    _keep(str(tmp_path / _name_of(source.url)), b"picture")
    assert read(source, cache=str(tmp_path), may_fetch=False) == b"picture"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "0.0.0.0"]
)
def test_doors_of_this_machine_and_its_network_stay_shut(host: str) -> None:
    """An article can't make the reader knock there."""
    with pytest.raises(PictureError, match="private network|not known"):
        fetch(f"http://{host}:1/x.png", 1000, 1)


class Server(BaseHTTPRequestHandler):
    """Serves by path."""

    def do_GET(self) -> None:
        """A picture, a page, a flood, or the way somewhere else."""
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
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


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_means_another_address_by_then(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Public when it was looked at, this machine when it is asked: not a byte is said to it."""
    monkeypatch.setattr(fetching, "_refuse_private", lambda url: None)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with pytest.raises(PictureError, match="private network"):
            fetch(f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/x.png", 1_000, 5)
        with listening.accept()[0] as asked:
            assert asked.recv(100) == b""


def test_fetching_has_limits(server: str) -> None:
    """Of kind, of bytes, and of where it leads."""
    assert fetch(f"{server}/x.png", 1_000, 5, is_allowed=lambda url: None) == a_picture()
    for path, said in (("page", "text/html"), ("flood", "more than"), ("away", "did not come|not|only")):
        with pytest.raises(PictureError, match=said):
            fetch(f"{server}/{path}", 1_000, 5, is_allowed=lambda url: None)
