"""The server behind `reader serve`: who gets what, and what is passed on."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from socket import gethostname
from time import monotonic, sleep
from typing import Any, NamedTuple

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError
from multidict import CIMultiDict

from reader import cli
from reader.web.server import SOURCES, Server, environment, page_of
from tests.app.real_screen import environment_of
from tests.conftest import rarely

PATIENCE = 40.0
TOKEN = "a-token-of-some-length"


class Served(NamedTuple):
    """A running server."""

    address: str
    """As it prints it."""
    pid: int
    home: Path
    errors: Path
    """What it has written to stderr."""

    async def is_without_readers(self) -> bool:
        """Whether the readers behind its pages end."""
        end = monotonic() + PATIENCE
        while children(self.pid) and monotonic() < end:
            await asyncio.sleep(0.05)
        return not children(self.pid)


@contextmanager
def serving(folder: Path | str, home: Path, *words: str) -> Iterator[Served]:
    """A running server."""
    command = [sys.executable, "-m", "reader", "serve", str(folder), "--port", "0", *words]
    env = environment_of(home / "home", {"DISPLAY": ":9", "TMUX": "/x,1,0", "SECRET_OF_MINE": "1"})
    errors = home / "errors"
    with (
        errors.open("w") as stderr,
        subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=stderr, text=True) as running,
    ):
        assert running.stdout is not None
        try:
            line = running.stdout.readline()
            assert line.startswith("Reader is at "), line
            yield Served(line.split()[3], running.pid, home / "home", errors)
        finally:
            running.terminate()
            running.wait(PATIENCE)


def children(pid: int | str) -> list[str]:
    """The processes that a process has started."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three articles."""
    made = tmp_path_factory.mktemp("served") / "news"
    made.mkdir()
    for number in range(3):
        (made / f"{number}.md").write_text(
            f"---\ntitle: Harbour number {number}\noriginalUrl: https://harbour.example/{number}\n---\nText.\n"
        )
    return made


@pytest.fixture(scope="module")
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server without a token."""
    with serving(folder, tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture(scope="module")
def guarded(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with a token and room for one screen."""
    with serving(folder, tmp_path_factory.mktemp("guarded"), "--token", TOKEN, "--screens", "1") as found:
        yield found


@pytest.fixture
def address(server: Served) -> str:
    """Its address."""
    return server.address


async def fetch(
    url: str, headers: dict[str, str] | None = None, **more: Any
) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer; no redirect is followed."""
    async with (
        ClientSession() as session,
        session.get(url, headers=headers, allow_redirects=False, **more) as answer,
    ):
        return answer.status, dict(answer.headers), (await answer.read()).decode("utf-8", "replace")


@asynccontextmanager
async def screen(address: str, **headers: str) -> AsyncIterator[Any]:
    """The WebSocket of a page."""
    origin = {"Origin": address.rstrip("/")} | headers
    async with (
        ClientSession() as session,
        session.ws_connect(f"{address}screen?width=100&height=30", headers=origin, max_msg_size=0) as socket,
    ):
        yield socket


async def seen(socket: Any, text: str) -> str:
    """Read until a text has come; all that came."""
    got = bytearray()
    end = monotonic() + PATIENCE
    while text.encode() not in got:
        message = await socket.receive(timeout=max(end - monotonic(), 0.1))
        assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT), (message, got[-300:])
        got += message.data if isinstance(message.data, bytes) else message.data.encode()
    return got.decode("utf-8", "replace")


async def test_the_page_names_no_other_site_and_nothing_of_the_server(address: str, folder: Path) -> None:
    """No address of another site, no command line, no folder; and the headers limit what the page may do."""
    status, headers, text = await fetch(address)
    assert status == 200
    assert "<title>Reader</title>" in text
    assert "http:" not in text
    assert "https:" not in text
    assert str(folder) not in text
    assert "python" not in text
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "static/",
        "static",
        "static/../page.html",
        "static/%2e%2e/server.py",
        "static/server.py",
        "download/x",
        "ws",
    ],
)
async def test_nothing_else_is_there(address: str, path: str) -> None:
    """No folder is listed, and only the files of the page are served."""
    assert (await fetch(f"{address}{path}"))[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::2]"])
async def test_a_name_that_was_made_to_lead_here_gets_nothing(address: str, host: str) -> None:
    """Whoever controls a name can't read the screen through a visitor's browser."""
    assert (await fetch(address, {"Host": host}))[0] == 403
    with pytest.raises(WSServerHandshakeError) as refused:
        async with screen(address, Host=host):
            pass
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "file://", ""]
)
async def test_a_page_of_another_site_gets_no_screen(address: str, origin: str) -> None:
    """Browsers let any page connect to any WebSocket, and say only where the page comes from."""
    with pytest.raises(WSServerHandshakeError) as refused:
        async with screen(address, Origin=origin):
            pass
    assert refused.value.status == 403


async def test_a_second_origin_is_not_overlooked(address: str) -> None:
    """Of two headers, the first is not enough."""
    both = [("Origin", address.rstrip("/")), ("Origin", "http://evil.example")]
    async with ClientSession() as session:
        with pytest.raises(WSServerHandshakeError) as refused:
            await session.ws_connect(f"{address}screen", headers=CIMultiDict(both))
    assert refused.value.status == 403


async def test_a_page_that_is_closed_early_is_no_failure(server: Served) -> None:
    """The server writes nothing to its terminal, and no reader is left."""
    async with screen(server.address):
        pass
    assert await server.is_without_readers()
    assert server.errors.read_text() == ""


async def test_without_an_origin_there_is_no_screen(address: str) -> None:
    """Every browser says where a page comes from."""
    async with ClientSession() as session:
        with pytest.raises(WSServerHandshakeError) as refused:
            await session.ws_connect(f"{address}screen")
    assert refused.value.status == 403


async def has_room(address: str, cookie: str) -> bool:
    """Whether a server has room for one more screen, or soon will."""
    end = monotonic() + PATIENCE
    while monotonic() < end:
        if (await fetch(address, {"Cookie": cookie}))[0] == 200:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_token_becomes_a_cookie(guarded: Served) -> None:
    """Without it there is nothing; with it comes a cookie that no script and no other site can use."""
    address = guarded.address
    base = address.partition("?")[0]
    assert address == f"{base}?token={TOKEN}"
    for url in (base, f"{base}static/page.js", f"{base}?token=wrong", f"{base}?token=", f"{base}?token=ü"):
        status, headers, text = await fetch(url)
        assert (status, "Set-Cookie" in headers) == (403, False)
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert TOKEN not in text
    with pytest.raises(WSServerHandshakeError) as refused:
        async with screen(base):
            pass
    assert refused.value.status == 403
    status, headers, text = await fetch(address)
    cookie = headers["Set-Cookie"]
    assert status == 200
    assert TOKEN not in cookie + text
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie
    assert "Secure" in (await fetch(address, {"X-Forwarded-Proto": "https"}))[1]["Set-Cookie"]
    pair = cookie.partition(";")[0]
    assert await has_room(base, pair)
    assert (await fetch(base, {"Cookie": pair[:-1] + "x"}))[0] == 403
    status, headers, _ = await fetch(address, {"Cookie": pair})
    assert (status, headers["Location"]) == (302, "/")
    async with screen(base, Cookie=pair) as socket:
        await seen(socket, "Harbour number 2")


async def test_the_reader_behind_a_page_is_restricted_and_alone(server: Served, folder: Path) -> None:
    """It gets a chosen environment, no terminal of the server's, and ends when its page is closed."""
    assert await server.is_without_readers()
    async with screen(server.address) as socket:
        await seen(socket, "Harbour number 2")
        (reader,) = children(server.pid)
        given = Path(f"/proc/{reader}/environ").read_bytes().decode().split("\0")
        names = {one.partition("=")[0] for one in given}
        assert "READER_RESTRICTED=1" in given
        assert not names & {"DISPLAY", "TMUX", "SECRET_OF_MINE", "BROWSER", "VISUAL", "READER_TOKEN"}
        assert str(folder) not in Path(f"/proc/{reader}/cmdline").read_bytes().decode()
        for keys in ("|", "C", "\x1a", "?"):
            await socket.send_json(["stdin", keys])
        help_page = await seen(socket, "Copy the address")
        assert "Pipe the article" not in help_page
        assert "Open another folder" not in help_page
    assert await server.is_without_readers()
    assert sorted(path.name for path in server.home.iterdir()) == ["cache", "data"]


@pytest.mark.parametrize(
    "sent",
    [
        "no JSON",
        *rarely(
            '["resize", 7]', "[]", "{}", '["stdin"]', '["resize", {"width": "x"}]', "[" * 5000, "null", "7"
        ),
    ],
)
async def test_what_no_page_sends_ends_the_screen(address: str, sent: str) -> None:
    """An invalid message closes the socket, and the server keeps running."""
    async with screen(address) as socket:
        await socket.send_str(sent)
        end = monotonic() + PATIENCE
        while monotonic() < end:
            message = await socket.receive(timeout=PATIENCE)
            if message.type is not WSMsgType.BINARY:
                break
        assert socket.closed
    assert (await fetch(address))[0] == 200


async def test_what_is_no_request_leaves_no_traceback(server: Served) -> None:
    """Whoever sends garbage, or asks for a screen without a WebSocket, is refused; the terminal stays
    clean."""
    port = int(server.address.rstrip("/").rpartition(":")[2])
    for garbage in (
        b"\x1b[2J\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n",
    ):
        reading, writing = await asyncio.open_connection("127.0.0.1", port)
        writing.write(garbage)
        assert (await reading.readline()).startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
        writing.close()
    assert (await fetch(f"{server.address}screen", {"Origin": server.address.rstrip("/")}))[0] == 400
    assert server.errors.read_text() == ""


async def test_sizes_are_kept_within_reason(address: str) -> None:
    """No page makes a reader paint a screen of a million cells in each direction; a size that comes at once
    counts."""
    async with ClientSession() as session:
        url = f"{address}screen?width=999999999&height=-5"
        async with session.ws_connect(url, headers={"Origin": address.rstrip("/")}, max_msg_size=0) as socket:
            await socket.send_json(["resize", {"width": 90, "height": 25}])
            await seen(socket, "Harbour number 2")


async def test_only_so_many_screens_are_open(guarded: Served) -> None:
    """One page too many gets an error; after a page is closed, there is room again."""
    base = guarded.address.partition("?")[0]
    cookie = (await fetch(guarded.address))[1]["Set-Cookie"].partition(";")[0]
    assert await has_room(base, cookie)
    async with screen(base, Cookie=cookie):
        status, _, text = await fetch(base, {"Cookie": cookie})
        assert (status, text) == (503, "All 1 screens are in use. Try again later.")
        with pytest.raises(WSServerHandshakeError) as refused:
            async with screen(base, Cookie=cookie):
                pass
        assert refused.value.status == 503
    assert await has_room(base, cookie)
    async with screen(base, Cookie=cookie):
        pass


async def test_a_new_article_appears_in_every_page(tmp_path: Path) -> None:
    """The server keeps the index, which the readers behind the pages may not write."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "a.md").write_text("# Harbour\n\nText.\n")
    with serving(own, tmp_path) as server:
        async with screen(server.address) as socket:
            await seen(socket, "Harbour")
            (own / "b.md").write_text("# Lantern festival\n\nText.\n")
            await seen(socket, "Lantern festival")


async def test_a_reader_that_is_quit_closes_its_page(address: str) -> None:
    """The page then says so; the others go on."""
    async with screen(address) as other, screen(address) as socket:
        await seen(socket, "Harbour number 2")
        await socket.send_json(["stdin", "Q"])
        while (await socket.receive(timeout=PATIENCE)).type is WSMsgType.BINARY:
            pass
        assert socket.closed
        await seen(other, "Harbour number 2")


def test_ctrl_c_ends_all(folder: Path, tmp_path: Path) -> None:
    """The server and the readers behind its pages, without a traceback."""
    import signal

    command = [sys.executable, "-m", "reader", "serve", str(folder), "--port", "0"]
    with subprocess.Popen(
        command, env=environment_of(tmp_path, {}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        address = running.stdout.readline().split()[3]

        async def open_one() -> list[str]:
            async with screen(address) as socket:
                await seen(socket, "Harbour number 2")
                found = children(running.pid)
                running.send_signal(signal.SIGINT)
                with suppress(TimeoutError):
                    while (await socket.receive(timeout=PATIENCE)).type is WSMsgType.BINARY:
                        pass
                return found

        readers = asyncio.run(open_one())
        assert running.wait(PATIENCE) == 0
        assert running.stderr.read() == ""
    end = monotonic() + PATIENCE
    while any(Path(f"/proc/{pid}").exists() for pid in readers) and monotonic() < end:
        sleep(0.05)
    assert readers
    assert not any(Path(f"/proc/{pid}").exists() for pid in readers)


def test_the_readers_get_a_chosen_environment() -> None:
    """The environment has no variables of the terminal or desktop, and no secrets of the user."""
    given = {
        "PATH": "/bin", "LANG": "de_DE", "LC_ALL": "C", "DISPLAY": ":0", "SSH_AUTH_SOCK": "/x",
        "NO_COLOR": "1", "READER_TOKEN": "t", "READER_DATA_DIR": "/d", "READER_DEBUG": "1",
        "LC_READER_RELAY": "t", "PGPASSFILE": "/p",
    }  # fmt: skip
    found = environment(given, ["/srv/news"])
    assert found["COLORTERM"] == "truecolor"
    assert found["READER_RESTRICTED"] == "1"
    assert json.loads(found[SOURCES]) == ["/srv/news"]
    assert found.keys() & given.keys() == {"PATH", "LANG", "READER_DATA_DIR", "PGPASSFILE"}


def test_names_of_the_server() -> None:
    """It goes by its host, the names that it is given, and where it listens everywhere by every address."""
    here = Server("127.0.0.1", 8000, {})
    assert all(map(here.is_called, ("127.0.0.1:8000", "localhost", "LOCALHOST:9000", "[::1]:8000")))
    assert not any(map(here.is_called, ("192.0.2.7", "news.example", "127.0.0.1.news.example", "", "[")))
    named = Server("127.0.0.1", 8000, {}, token=TOKEN, names=["News.example"])
    assert named.is_called("news.example:443")
    everywhere = Server("0.0.0.0", 8000, {}, token=TOKEN)
    assert all(map(everywhere.is_called, ("192.0.2.7:8000", "[2001:db8::1]:8000", gethostname())))
    assert not any(map(everywhere.is_called, ("news.example", "1.2.3.4.news.example")))
    assert not Server("192.0.2.7", 8000, {}, token=TOKEN).is_called("localhost")


def test_the_address_to_open() -> None:
    """It can be pasted whatever the token is made of."""
    assert page_of("127.0.0.1", 8000) == "http://127.0.0.1:8000/"
    assert page_of("::1", 80, "a&b c") == "http://[::1]:80/?token=a%26b%20c"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--host", "0.0.0.0"], "set a --token"),
        (["--name", "news.example"], "set a --token"),
        (["--host", "0.0.0.0", "--token", "short"], "at least 16 characters"),
        (["--host", "not.here.example", "--token", TOKEN], "it is not an address of this machine"),
        (["--host", "192.0.2.1", "--token", TOKEN], "it is not an address of this machine"),
        (["--port", "99999"], "not a whole number from 0 to 65535"),
        (["/nowhere"], "/nowhere"),
    ],
)
def test_what_cannot_be_served_is_a_sentence(
    folder: Path, words: Sequence[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong hosts, ports and missing tokens, each in one line."""
    assert cli.main(["serve", *([] if "/nowhere" in words else [str(folder)]), *words]) in (2, 3)
    out, err = capsys.readouterr()
    assert sentence in err
    assert (out, err.count("\n")) == ("", 1)


def test_a_port_in_use_is_a_sentence(address: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the option that chooses another one."""
    port = address.rstrip("/").rpartition(":")[2]
    assert cli.main(["serve", str(folder), "--port", port]) == 3
    assert "is in use; choose another one with --port" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(folder: Path, tmp_path: Path) -> None:
    """The command is there, and nothing else misses the extra."""
    code = (
        "import sys; sys.modules['aiohttp'] = sys.modules['textual_serve'] = None\n"
        "from importlib import util; real = util.find_spec\n"
        "gone = ('aiohttp', 'textual_serve')\n"
        "util.find_spec = lambda name, *more: None if name in gone else real(name, *more)\n"
        "from reader.cli import main; print(main(['serve', sys.argv[1]]), main(['list', sys.argv[1]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], env=environment_of(tmp_path, {}), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "3 0"
    assert 'serving needs the extra "web": pip install' in done.stderr
