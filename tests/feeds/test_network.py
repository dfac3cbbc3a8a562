"""One request: redirects, limits, private addresses, compression."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import time
import zlib
from contextlib import aclosing
from email.message import Message

import pytest

from reader import __version__, config
from reader.config.paths import config_file
from reader.feeds.network import FetchError, Network, Response
from tests.feeds.conftest import QUICK
from tests.feeds.site import Page, Site


def get(url: str, *, is_trusted: bool = True, **how: object) -> Response:
    """The answer at an address."""

    async def run() -> Response:
        async with aclosing(Network(QUICK)) as network:
            return await network.get(url, is_trusted=is_trusted, **how)  # type: ignore[arg-type]

    return asyncio.run(run())


def test_the_headers_of_a_request(site: Site) -> None:
    """Name, version and compression are sent; no contact, cookie or referrer."""
    site.pages["/"] = Page(b"x")
    get(site.url + "/")
    headers = site.requests[0][1]
    assert headers["User-Agent"] == f"news-reader-tui/{__version__} (feed reader)"
    assert "gzip" in headers["Accept-Encoding"]
    assert not headers["Cookie"] and not headers["Referer"]


def test_the_configured_contact_is_sent(site: Site) -> None:
    """It is in the User-Agent; one that no header can hold is omitted with a warning."""
    file = config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('[feeds]\ncontact = "ana@blog.example"\n')
    site.pages["/"] = Page(b"x")
    get(site.url + "/")
    assert site.requests[0][1]["User-Agent"].endswith(" (feed reader; ana@blog.example)")
    file.write_text('[feeds]\ncontact = "ana\\r\\nX-Evil: 1"\n')
    assert "contact: expected an address like" in " ".join(config.load()[1])
    get(site.url + "/")
    assert site.requests[1][1]["User-Agent"].endswith(" (feed reader)")


@pytest.mark.parametrize(
    ("statuses", "has_moved"), [((301,), True), ((308, 301), True), ((302,), False), ((301, 307), False)]
)
def test_only_permanent_redirects_give_a_new_address(
    site: Site, statuses: tuple[int, ...], has_moved: bool
) -> None:
    """Every redirect from the start must be 301 or 308."""
    for number, status in enumerate(statuses):
        site.pages[f"/{number}"] = Page(headers={"Location": f"/{number + 1}"}, status=status)
    end = f"/{len(statuses)}"
    site.pages[end] = Page(b"here")
    answer = get(site.url + "/0")
    assert (answer.body, answer.url) == (b"here", site.url + end)
    assert answer.moved_to == (site.url + end if has_moved else "")


def test_redirects_in_a_circle_fail(site: Site) -> None:
    """The request fails after a few of them."""
    site.pages["/"] = Page(headers={"Location": "/"}, status=302)
    with pytest.raises(FetchError, match="redirected more than"):
        get(site.url + "/")


def test_a_redirect_to_an_invalid_address_is_reported(site: Site) -> None:
    """A target that cannot be joined with the address is an error."""
    site.pages["/"] = Page(headers={"Location": "http://[::1"}, status=302)
    with pytest.raises(FetchError, match="which is not a web address"):
        get(site.url + "/")


def test_cookies_last_for_one_request(site: Site) -> None:
    """A redirect that sets a cookie and needs it succeeds; the next request has none."""

    def page(headers: Message) -> Page:
        if headers["Cookie"] == "seen=1":
            return Page(b"in")
        return Page(headers={"Location": "/", "Set-Cookie": "seen=1"}, status=302)

    site.pages["/"] = page
    assert get(site.url + "/").body == b"in"
    site.pages["/"] = Page(b"x")
    get(site.url + "/")
    assert not site.requests[-1][1]["Cookie"]


def test_untrusted_addresses_do_not_reach_private_hosts(site: Site) -> None:
    """Loopback is refused before anything is sent."""
    site.pages["/"] = Page(b"secret")
    for url in (site.url + "/", site.url.replace("127.0.0.1", "localhost") + "/"):
        with pytest.raises(FetchError, match="private network"):
            get(url, is_trusted=False)
    assert site.requests == []


@pytest.mark.parametrize("target", ["ftp://a.example/", "file:///etc/passwd", "javascript:x"])
def test_redirects_lead_to_http_and_https_only(site: Site, target: str) -> None:
    """Other schemes are refused."""
    site.pages["/"] = Page(headers={"Location": target}, status=302)
    with pytest.raises(FetchError, match="can't be opened"):
        get(site.url + "/")


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"hello", mtime=0), "gzip"),
        (gzip.compress(b"hello", mtime=0), ""),
        (gzip.compress(gzip.compress(b"hello", mtime=0), mtime=0), "gzip"),
        (gzip.compress(b"hel", mtime=0) + gzip.compress(b"lo", mtime=0), "gzip"),
        (gzip.compress(b"hello", mtime=0) + b"\0" * 9, "gzip"),
        (b"hello", "gzip"),
        (zlib.compress(b"hello"), "deflate"),
        (zlib.compress(b"hello")[2:-4], "deflate"),
        (b"hello", ""),
        (b"hello", "utf-8"),
        (b"hello", "none"),
    ],
    ids=[
        *("gzip", "gzip unasked", "gzip twice", "two members", "padded", "text as gzip"),
        *("zlib", "deflate", "text"),
        *("charset", "none"),
    ],
)
def test_compressed_responses_are_decompressed(site: Site, body: bytes, encoding: str) -> None:
    """The first bytes decide, not the declared encoding."""
    site.pages["/"] = Page(body, {"Content-Encoding": encoding} if encoding else {})
    assert get(site.url + "/").body == b"hello"


@pytest.mark.parametrize(
    ("body", "encoding", "says"),
    [
        (gzip.compress(b"hello" * 100, mtime=0)[:-9], "gzip", "compressed response is incomplete"),
        (gzip.compress(b"hello" * 100, mtime=0)[:9] + b"hello" * 9, "gzip", "is damaged"),
        (gzip.compress(b"hel") + gzip.compress(b"lo")[:-9], "gzip", "compressed response is incomplete"),
        (gzip.compress(b"") * 2_000, "gzip", "in more than 100 parts"),
        (b"\x8b\x02\x80hello\x03", "br", 'compressed as "br", which is not supported'),
        (b"x" * (2 << 20), "", "larger than 1 MB"),
        (gzip.compress(b"x" * (50 << 20)), "gzip", "larger than 1 MB"),
        (gzip.compress(b"x" * (50 << 20)), "", "larger than 1 MB"),
        (gzip.compress(b"x" * (1 << 19)) * 3, "gzip", "larger than 1 MB"),
    ],
    ids=[
        *("cut off", "damaged", "second member cut off", "many members", "brotli", "too large"),
        *("bomb", "bomb unasked", "bomb in members"),
    ],
)
def test_unusable_responses_are_reported(site: Site, body: bytes, encoding: str, says: str) -> None:
    """A partial response is not accepted, and the limit of bytes applies after decompression."""
    site.pages["/"] = Page(body, {"Content-Encoding": encoding})
    with pytest.raises(FetchError, match=says):
        get(site.url + "/")


def test_a_response_is_decompressed_at_most_twice(site: Site) -> None:
    """A gzip file can decompress to itself."""
    layers = [b"<rss/>"]
    for _ in range(5):
        layers.append(gzip.compress(layers[-1], mtime=0))
    site.pages["/"] = Page(layers[5])
    assert get(site.url + "/").body == layers[3]


def test_a_response_that_is_not_http_is_reported() -> None:
    """The message contains neither a library's text nor Python's bytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        for raw, meant in ((b"hello\r\n\r\n", "is not HTTP"), (b"", "closed the connection")):

            def answer(raw: bytes = raw) -> None:
                connection, _ = server.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(raw)

            thread = threading.Thread(target=answer)
            thread.start()
            with pytest.raises(FetchError, match=meant):
                get(f"http://127.0.0.1:{server.getsockname()[1]}/")
            thread.join()


def test_a_trickling_response_times_out(site: Site) -> None:
    """The time limit applies to the whole response."""

    def page(_: Message) -> Page:
        time.sleep(4)
        return Page(b"late")

    site.pages["/"] = page
    begin = time.monotonic()
    with pytest.raises(FetchError, match="in time|no complete response"):
        get(site.url + "/")
    assert time.monotonic() - begin < 10


def test_a_login_is_only_sent_to_its_own_host(site: Site) -> None:
    """A redirect to another host does not get the password."""
    other = Site()
    try:
        site.pages["/"] = Page(headers={"Location": other.url + "/"}, status=302)
        other.pages["/"] = Page(b"x")
        get(site.url + "/", login=("ana", "secret"))
        assert site.requests[0][1]["Authorization"].startswith("Basic ")
        assert not other.requests[0][1]["Authorization"]
    finally:
        other.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:1/", "refused"),
        ("http://nowhere.invalid/", "unknown"),
        ("gopher://a.example/", "can't be opened"),
        ("http://", "can't be opened"),
    ],
)
def test_network_failures_are_reported_in_words(url: str, says: str) -> None:
    """Each kind of failure has its own message."""
    with pytest.raises(FetchError, match=says):
        get(url)


def test_https_without_tls_is_reported(site: Site) -> None:
    """The server at an https address does not use TLS."""
    with pytest.raises(FetchError, match="secure connection"):
        get(site.url.replace("http:", "https:"))


def test_a_response_that_is_cut_off_is_reported(site: Site) -> None:
    """The message does not contain a library's text."""
    site.pages["/"] = Page(b"<rss>", {"Content-Length": "5000", "Connection": "close"})
    with pytest.raises(FetchError, match="was cut off; try again later"):
        get(site.url + "/")


def test_a_server_without_tls_is_reported_with_a_remedy(site: Site) -> None:
    """The message does not name a line of a library's source."""
    with pytest.raises(FetchError, match="no secure connection.*http:// address") as failure:
        get(site.url.replace("http:", "https:") + "/")
    assert "_ssl.c" not in str(failure.value)


NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("Fri, 15 Jan 2027 08:01:40 GMT", 100),
        ("Fri, 15 Jan 2021 08:00:00 GMT", 0),
        ("soon", 0),
        ("", 0),
        ("-5", 0),
        ("999999999", 86400),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything else counts as missing."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    assert Response(429, "", "", {"retry-after": text}).wait == seconds


@pytest.mark.parametrize("status", [304, 401, 403, 404, 407, 410, 429, 451, 500, 503, 300, 418])
def test_every_status_has_a_message(status: int) -> None:
    """It names the number, with a remedy or a reason."""
    sentence = Response(status, "", "", {"retry-after": "60"}, b"<html>").refusal
    assert f"{status}" in sentence and "{" not in sentence
    assert ("next attempt after" in sentence) == (status in (429, 500, 503))


def test_a_single_request_promises_no_next_attempt() -> None:
    """Only a fetch tries again by itself."""
    with pytest.raises(FetchError, match="try again later"):
        Response(503, "", "", {"retry-after": "60"}).require_success()


@pytest.mark.parametrize("path", ["/feed;type=rss", "/a;b/feed;c?x=1;2", "/%2F%C3%A9?q=%C3%BC"])
def test_an_address_is_requested_unchanged(site: Site, path: str) -> None:
    """Nothing of its path or query is lost."""
    site.pages[path] = Page(b"here")
    assert get(site.url + path).body == b"here"


@pytest.mark.parametrize("kind", ["socks5", "ftp"])
def test_an_unsupported_proxy_is_reported(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message does not contain its password."""
    monkeypatch.setenv("http_proxy", f"{kind}://ana:secret@127.0.0.1:1080")
    with pytest.raises(FetchError, match=f'kind "{kind}" is not supported; set http_proxy') as error:
        get("http://paper.invalid/feed")
    assert "secret" not in str(error.value)


def test_a_proxied_response_does_not_lead_to_private_hosts(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the proxy itself is on a private network, as most are."""
    monkeypatch.setenv("http_proxy", site.url)
    site.pages["http://paper.invalid/feed"] = Page(b"by proxy")
    site.pages["http://paper.invalid/moved"] = Page(b"", {"Location": f"{site.url}/secret"}, 302)
    assert not get("http://paper.invalid/feed").is_private
    with pytest.raises(FetchError, match="private network"):
        get("http://paper.invalid/moved")
    assert "/secret" not in site.paths()


def test_a_proxy_is_not_asked_for_private_hosts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy without a scheme is used too; untrusted private addresses are not requested through it."""
    monkeypatch.setenv("http_proxy", site.url.removeprefix("http://"))
    site.pages["http://paper.invalid/feed"] = Page(b"by proxy")
    for is_trusted in (True, False):
        assert get("http://paper.invalid/feed", is_trusted=is_trusted).body == b"by proxy"
    requests = len(site.requests)
    with pytest.raises(FetchError, match="private network"):
        get("http://10.1.2.3/feed", is_trusted=False)
    assert len(site.requests) == requests
