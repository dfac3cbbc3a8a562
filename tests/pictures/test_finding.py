"""Pictures come from the collection, and from the network only if that is allowed, within limits."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest

from reader.article import network
from reader.pictures import PictureError, file_of, finding, read
from tests.feeds.site import Page, Site
from tests.pictures.images import a_picture

PATIENCE = 0.3
"""Seconds that a slow server is given."""


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
        *("../secret.png", "link.png", "pipe.png", "images", "nowhere.png", "/etc/passwd", ""),
        *("file:///etc/passwd", "javascript:alert(1)", "data:image/png;base64,AAAA", "images/\0.png"),
        "ftp://a.example/x.png",
    ],
)
def test_nothing_outside_of_the_collection_is_read(news: Path, url: str) -> None:
    """No way up, no link out, no pipe, no other kind of address."""
    with pytest.raises(PictureError):
        read(file_of(str(news / "one.md"), url, [str(news)]), cache="", may_fetch=True)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "0.0.0.0", "2130706433"),
        *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::ffff:127.0.0.1]", "[fec0::1]", "224.0.0.1"),
    ],
)
def test_doors_of_this_machine_and_its_network_stay_shut(host: str) -> None:
    """An article can't make the reader connect there."""
    with pytest.raises(PictureError, match="private network|unknown"):
        finding.fetch(f"http://{host}:1/x.png")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server on loopback, which counts as public here."""
    monkeypatch.setattr(network, "is_public", lambda address: True)
    made = Site()
    yield made
    made.close()


def test_the_network_is_asked_once_and_only_if_that_is_allowed(site: Site, tmp_path: Path) -> None:
    """What was fetched once is read from the cache."""
    site.pages["/x.png"] = Page(a_picture(), {"Content-Type": "image/png"})
    source = file_of("/news/one.md", f"{site.url}/x.png", ["/news"])
    with pytest.raises(PictureError, match="fetch_pictures"):
        read(source, cache=str(tmp_path), may_fetch=False)
    for may_fetch in (True, False):
        assert read(source, cache=str(tmp_path), may_fetch=may_fetch) == a_picture()
    assert site.paths() == ["/x.png"]
    headers = site.requests[0][1]
    assert (headers["User-Agent"], headers["Cookie"]) == ("news-reader-tui", None)


def test_fetching_has_limits(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of kind, of bytes, and of where it leads."""
    monkeypatch.setattr(finding, "MOST_BYTES", 1_000)
    site.pages |= {
        "/x.png": Page(a_picture(), {"Content-Type": "image/png"}),
        "/there": Page(headers={"Location": "/x.png"}, status=302),
        "/proxied.png": Page(a_picture(), {"Content-Type": "image/png"}, status=203),
        "/part.png": Page(a_picture()[:9], {"Content-Type": "image/png"}, status=206),
        "/page": Page(b"<html>", {"Content-Type": "text/html; charset=utf-8"}),
        "/flood": Page(b"x" * 5_000, {"Content-Type": "image/png"}),
        "/bare": Page(a_picture()),
        "/away": Page(headers={"Location": "file:///etc/passwd"}, status=302),
    }
    assert finding.fetch(f"{site.url}/there") == a_picture()
    assert finding.fetch(f"{site.url}/proxied.png") == a_picture()
    for path, message in (
        ("part.png", "206"),
        ("page", "sent text/html$"),
        ("flood", "1,000 bytes$"),
        ("bare", "sent no media type$"),
        ("away", "opened"),
        ("x", "404"),
    ):
        with pytest.raises(PictureError, match=message):
            finding.fetch(f"{site.url}/{path}")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_redirect_leads_to_no_private_address(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first address counts as public; nobody connects to the second."""
    monkeypatch.setattr(network, "is_public", lambda address: address == "127.0.0.1")
    site = Site()
    with socket.create_server(("127.0.0.2", 0)) as listening:
        target = f"{scheme}://127.0.0.2:{listening.getsockname()[1]}/x.png"
        site.pages["/x.png"] = Page(headers={"Location": target}, status=302)
        with pytest.raises(PictureError, match="private network"):
            finding.fetch(f"{site.url}/x.png")
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            listening.accept()
    site.close()


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
def test_one_deadline_holds_from_the_request_to_the_last_byte(
    scheme: str, head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that says a byte now and then is left after the seconds that it was given."""
    monkeypatch.setattr(network, "is_public", lambda address: True)
    monkeypatch.setattr(finding, "PATIENCE", PATIENCE)
    with dripping(head) as port:
        began = monotonic()
        with pytest.raises(PictureError, match="within 0.3 seconds|in time"):
            finding.fetch(f"{scheme}://127.0.0.1:{port}/x.png")
        assert monotonic() - began < PATIENCE + 5
