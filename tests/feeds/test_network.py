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


def test_the_request_says_who_asks(site: Site) -> None:
    """Name and version; no address that is not the user's; compression; no cookie and no referrer."""
    site.pages["/"] = Page(b"x")
    get(site.url + "/")
    headers = site.requests[0][1]
    assert headers["User-Agent"] == f"news-reader-tui/{__version__} (feed reader)"
    assert "gzip" in headers["Accept-Encoding"]
    assert not headers["Cookie"] and not headers["Referer"]


def test_the_contact_of_the_configuration_is_sent(site: Site) -> None:
    """`contact` of [feeds] is in the User-Agent; one that no header can hold is omitted, in words."""
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
def test_only_a_chain_of_permanent_redirects_moves_a_feed(
    site: Site, statuses: tuple[int, ...], has_moved: bool
) -> None:
    """301 and 308 from the start are for good (trap 26); one other among them is not."""
    for number, status in enumerate(statuses):
        site.pages[f"/{number}"] = Page(headers={"Location": f"/{number + 1}"}, status=status)
    end = f"/{len(statuses)}"
    site.pages[end] = Page(b"here")
    answer = get(site.url + "/0")
    assert (answer.body, answer.url) == (b"here", site.url + end)
    assert answer.moved_to == (site.url + end if has_moved else "")


def test_redirects_in_a_circle_end(site: Site) -> None:
    """After a few of them it is a failure."""
    site.pages["/"] = Page(headers={"Location": "/"}, status=302)
    with pytest.raises(FetchError, match="redirected more than"):
        get(site.url + "/")


def test_a_redirect_to_no_address_is_said(site: Site) -> None:
    """What can't be joined with the feed's address ends the fetch with a sentence."""
    site.pages["/"] = Page(headers={"Location": "http://[::1"}, status=302)
    with pytest.raises(FetchError, match="which is not a web address"):
        get(site.url + "/")


def test_a_redirect_that_needs_its_cookie_ends(site: Site) -> None:
    """A cookie is kept for that request alone (trap 27)."""

    def page(headers: Message) -> Page:
        if headers["Cookie"] == "seen=1":
            return Page(b"in")
        return Page(headers={"Location": "/", "Set-Cookie": "seen=1"}, status=302)

    site.pages["/"] = page
    assert get(site.url + "/").body == b"in"
    site.pages["/"] = Page(b"x")
    get(site.url + "/")
    assert not site.requests[-1][1]["Cookie"]


def test_an_address_that_nobody_wrote_leads_to_no_private_host(site: Site) -> None:
    """Loopback is refused before anything is sent (trap 29)."""
    site.pages["/"] = Page(b"secret")
    for url in (site.url + "/", site.url.replace("127.0.0.1", "localhost") + "/"):
        with pytest.raises(FetchError, match="private network"):
            get(url, is_trusted=False)
    assert site.requests == []


@pytest.mark.parametrize("target", ["ftp://a.example/", "file:///etc/passwd", "javascript:x"])
def test_a_redirect_leads_to_http_alone(site: Site, target: str) -> None:
    """No other scheme is followed."""
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
def test_compression_is_undone_where_there_is_some(site: Site, body: bytes, encoding: str) -> None:
    """The first bytes decide, not what the server says (trap 19)."""
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
def test_an_answer_that_can_t_be_used_is_said(site: Site, body: bytes, encoding: str, says: str) -> None:
    """Half of an answer is not taken for a whole one; bytes are counted after unpacking."""
    site.pages["/"] = Page(body, {"Content-Encoding": encoding})
    with pytest.raises(FetchError, match=says):
        get(site.url + "/")


def test_what_unpacks_ever_again_is_unpacked_twice(site: Site) -> None:
    """A gzip file can unpack to itself."""
    layers = [b"<rss/>"]
    for _ in range(5):
        layers.append(gzip.compress(layers[-1], mtime=0))
    site.pages["/"] = Page(layers[5])
    assert get(site.url + "/").body == layers[3]


def test_an_answer_that_is_no_http_is_said_in_words() -> None:
    """Neither a library's words nor Python's bytes are in the sentence."""
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


def test_a_byte_now_and_then_does_not_keep_us(site: Site) -> None:
    """The whole answer has a time, which no trickle outlasts."""

    def page(_: Message) -> Page:
        time.sleep(4)
        return Page(b"late")

    site.pages["/"] = page
    begin = time.monotonic()
    with pytest.raises(FetchError, match="in time|no complete response"):
        get(site.url + "/")
    assert time.monotonic() - begin < 10


def test_a_login_goes_to_its_own_host_alone(site: Site) -> None:
    """A redirect to another host gets no password."""
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
def test_a_failure_has_words(url: str, says: str) -> None:
    """What the network says becomes a sentence."""
    with pytest.raises(FetchError, match=says):
        get(url)


def test_no_secure_connection_has_words(site: Site) -> None:
    """A server without TLS at an https address."""
    with pytest.raises(FetchError, match="secure connection"):
        get(site.url.replace("http:", "https:"))


def test_an_answer_that_breaks_off_is_said_in_words(site: Site) -> None:
    """A server that hangs up in the middle: no words of a library, no half of a sentence."""
    site.pages["/"] = Page(b"<rss>", {"Content-Length": "5000", "Connection": "close"})
    with pytest.raises(FetchError, match="was cut off; try again later"):
        get(site.url + "/")


def test_a_server_without_tls_is_said_in_words(site: Site) -> None:
    """https to a server that has none names the remedy, and no line of a library's source."""
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
    """What is neither says nothing."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    assert Response(429, "", "", {"retry-after": text}).wait == seconds


@pytest.mark.parametrize("status", [304, 401, 403, 404, 407, 410, 429, 451, 500, 503, 300, 418])
def test_every_status_has_a_sentence(status: int) -> None:
    """It names the number, and has a remedy or a reason."""
    sentence = Response(status, "", "", {"retry-after": "60"}, b"<html>").refusal
    assert f"{status}" in sentence and "{" not in sentence
    assert ("next attempt after" in sentence) == (status in (429, 500, 503))


def test_no_next_attempt_is_promised_where_there_is_none() -> None:
    """What a user asks for once is not tried again by the reader."""
    with pytest.raises(FetchError, match="try again later"):
        Response(503, "", "", {"retry-after": "60"}).require_success()


@pytest.mark.parametrize("path", ["/feed;type=rss", "/a;b/feed;c?x=1;2", "/%2F%C3%A9?q=%C3%BC"])
def test_an_address_is_requested_as_it_is(site: Site, path: str) -> None:
    """Nothing of its path is lost, nor of its query."""
    site.pages[path] = Page(b"here")
    assert get(site.url + path).body == b"here"


@pytest.mark.parametrize("kind", ["socks5", "ftp"])
def test_a_proxy_of_another_kind_is_reported(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its password."""
    monkeypatch.setenv("http_proxy", f"{kind}://ana:secret@127.0.0.1:1080")
    with pytest.raises(FetchError, match=f'kind "{kind}" is not supported; set http_proxy') as error:
        get("http://paper.invalid/feed")
    assert "secret" not in str(error.value)


def test_what_comes_by_a_proxy_leads_to_no_private_host(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the proxy itself is on a private network, as most are."""
    monkeypatch.setenv("http_proxy", site.url)
    site.pages["http://paper.invalid/feed"] = Page(b"by proxy")
    site.pages["http://paper.invalid/moved"] = Page(b"", {"Location": f"{site.url}/secret"}, 302)
    assert not get("http://paper.invalid/feed").is_private
    with pytest.raises(FetchError, match="private network"):
        get("http://paper.invalid/moved")
    assert "/secret" not in site.paths()


def test_a_proxy_is_used_and_leads_to_no_private_host(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one without a scheme; what nobody wrote is not asked of it where it is private."""
    monkeypatch.setenv("http_proxy", site.url.removeprefix("http://"))
    site.pages["http://paper.invalid/feed"] = Page(b"by proxy")
    for is_trusted in (True, False):
        assert get("http://paper.invalid/feed", is_trusted=is_trusted).body == b"by proxy"
    requests = len(site.requests)
    with pytest.raises(FetchError, match="private network"):
        get("http://10.1.2.3/feed", is_trusted=False)
    assert len(site.requests) == requests
