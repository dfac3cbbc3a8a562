"""A relay and those who ask it: honest ones, false ones on either side, slow and loud ones."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest

from reader.errors import ReaderError
from reader.opening.relay import (
    MOST_BYTES,
    MOST_PAGES,
    MOST_UNPROVEN,
    NOT_OPENED,
    BadPlace,
    Relay,
    RelayPlace,
    hand_over,
    is_proof,
    parse_place,
    proof,
)

TOKEN = "a-token-of-many-letters"
URL = "https://harbour.example/a?b=1&c=$(id)"
LONG = 30.0
"""Seconds that an honest answer may take on a busy machine."""


class Machine:
    """A user's own machine with a relay on it, and the pages that were opened there."""

    def __init__(self, path: Path | None = None, allow_private: bool = False) -> None:
        self.opened: list[str] = []
        self.can_open = True
        self.relay = Relay(TOKEN, self._opens, path=path, allow_private=allow_private)
        self.place = RelayPlace(TOKEN, path=str(path)) if path else RelayPlace(TOKEN, port=self.relay.port)
        self._thread = threading.Thread(target=self.relay.serve)
        self._thread.start()

    def _opens(self, url: str) -> bool:
        if self.can_open:
            self.opened.append(url)
        return self.can_open

    def close(self) -> None:
        self.relay.close()
        self._thread.join(LONG)
        assert not self._thread.is_alive()


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A machine whose relay listens at a port."""
    there = Machine()
    yield there
    there.close()


@contextmanager
def connected(place: RelayPlace) -> Iterator[socket.socket]:
    """A connection to the relay."""
    with socket.create_connection(("127.0.0.1", place.port), LONG) as connection:
        yield connection


def read_all(connection: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    received = b""
    try:
        while more := connection.recv(4096):
            received += more
    except ConnectionResetError:
        return received  # it hung up before it had read everything
    return received


def test_a_page_is_opened_on_the_user_s_machine(machine: Machine) -> None:
    """The URL arrives unchanged."""
    assert hand_over(URL, machine.place, LONG) == (True, True, "")
    assert machine.opened == [URL]


PRIVATE = (
    "http://127.0.0.1:8080/", "http://localhost/", "http://[::1]/", "http://192.168.1.1/", "http://router/",
    "http://2130706433/", "http://printer.local/", "http://[64:ff9b::7f00:1]/", "http://[fec0::1]/",
)  # fmt: skip


@pytest.mark.parametrize("url", PRIVATE)
def test_private_pages_are_refused(machine: Machine, url: str) -> None:
    """The server cannot reach them through the user's browser, and is told so."""
    handed = hand_over(url, machine.place, LONG)
    assert (handed.is_taken, handed.is_opened) == (True, False) and "--allow-private" in handed.sentence
    assert not machine.opened


def test_private_pages_are_opened_if_allowed() -> None:
    """`--allow-private` allows them."""
    there = Machine(allow_private=True)
    assert hand_over("http://127.0.0.1:8080/", there.place, LONG).is_opened
    there.close()


def test_idle_connections_do_not_block(machine: Machine) -> None:
    """Many silent connections do not keep others from being served."""
    idle = [
        socket.create_connection(("127.0.0.1", machine.place.port), LONG) for _ in range(MOST_UNPROVEN + 9)
    ]
    assert hand_over(URL, machine.place, LONG).is_opened
    for connection in idle:
        connection.close()


def test_a_socket_file_is_private(tmp_path: Path) -> None:
    """Only its owner may connect; it is removed at the end, and a dead one is replaced."""
    path = tmp_path / "relay"
    there = Machine(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert hand_over(URL, there.place, LONG).is_opened
    with pytest.raises(ReaderError, match="running"):
        Relay(TOKEN, lambda _: True, path=path)
    there.close()
    assert not path.exists()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(os.fspath(path))
    Machine(path).close()
    path.write_text("mine")
    with pytest.raises(ReaderError, match="another file"):
        Relay(TOKEN, lambda _: True, path=path)
    assert path.read_text() == "mine"


def test_only_this_machine_can_connect(machine: Machine) -> None:
    """The relay listens on the loopback address only."""
    assert machine.relay._listener.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "--help", "https://a b/", ""])
def test_only_pages_are_opened(machine: Machine, url: str) -> None:
    """The relay checks addresses itself; after its refusal no other way is tried."""
    handed = hand_over(url, machine.place, LONG)
    assert handed.is_taken and not handed.is_opened
    assert not machine.opened


def test_a_wrong_token_opens_nothing(machine: Machine) -> None:
    """Both sides detect it without revealing their own."""
    handed = hand_over(URL, machine.place._replace(token="b" * 20), LONG)
    assert not handed.is_taken and not machine.opened


def test_the_token_is_never_sent(machine: Machine) -> None:
    """A program that listens in the relay's place gets neither token nor address."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as false_relay:

        def pretend() -> None:
            connection, _ = false_relay.accept()
            with connection:
                connection.sendall(b"reader-relay 2 " + b"0" * 32 + b"\n")
                heard.append(connection.recv(4096))
                connection.sendall(b"0" * 64 + b"\n")
                heard.append(connection.recv(4096))

        thread = threading.Thread(target=pretend)
        thread.start()
        handed = hand_over(URL, RelayPlace(TOKEN, port=false_relay.getsockname()[1]), LONG)
        thread.join(LONG)
    assert not handed.is_taken and "token" in handed.sentence
    assert len(heard[0].strip()) == 32 and heard[1] == b""


def test_a_proof_cannot_be_replayed(machine: Machine) -> None:
    """A recorded exchange is refused."""
    with connected(machine.place) as first:
        lines = first.makefile("rw", encoding="utf-8", newline="\n")
        theirs = lines.readline().split()[-1]
        lines.write("a" * 32 + "\n")
        lines.flush()
        assert is_proof(lines.readline().strip(), TOKEN, "relay", theirs, "a" * 32)
        received = f"{'a' * 32}\n{proof(TOKEN, 'open', theirs, 'a' * 32, URL)} {URL}\n"
    with connected(machine.place) as again:
        again.sendall(received.encode())
        read_all(again)
    assert not machine.opened


@pytest.mark.parametrize(
    "received",
    [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"\xff\xfe\n", b"\n", b"x" * (MOST_BYTES * 4), b" \n"],
    ids=["HTTP", "no letters", "nothing", "flood", "blank"],
)
def test_other_messages_open_nothing(machine: Machine, received: bytes) -> None:
    """Requests of web pages, noise and floods close the connection; the next reader is served."""
    with connected(machine.place) as connection:
        try:
            connection.sendall(received)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it had hung up already
        assert read_all(connection).count(b"\n") <= 2
    assert not machine.opened
    assert hand_over(URL, machine.place, LONG).is_opened


def test_the_number_of_pages_is_limited(machine: Machine) -> None:
    """Twenty pages are opened, further ones refused."""
    answers = [hand_over(URL, machine.place, LONG) for _ in range(MOST_PAGES + 1)]
    assert [answer.is_opened for answer in answers] == [True] * MOST_PAGES + [False]
    assert answers[-1].is_taken and len(machine.opened) == MOST_PAGES


def test_a_relay_without_a_browser_says_so(machine: Machine) -> None:
    """Another way is tried then; the reason is only printed on the user's machine."""
    machine.can_open = False
    assert hand_over(URL, machine.place, LONG) == (False, False, NOT_OPENED)


def test_a_missing_relay_is_reported_at_once(tmp_path: Path) -> None:
    """A closed port or a dead socket takes no time, a silent one the whole timeout."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for place in (RelayPlace(TOKEN, port=port), RelayPlace(TOKEN, path=str(tmp_path / "none"))):
        handed = hand_over(URL, place, LONG)
        assert not handed.is_taken and place.where in handed.sentence and TOKEN not in handed.sentence
    with socket.create_server(("127.0.0.1", 0)) as mute:
        begun = monotonic()
        assert not hand_over(URL, RelayPlace(TOKEN, port=mute.getsockname()[1]), 0.1).is_taken
        assert monotonic() - begun < LONG


def test_a_used_port_is_reported(machine: Machine) -> None:
    """Two relays cannot listen on one port."""
    with pytest.raises(ReaderError, match="--port"):
        Relay(TOKEN, lambda _: True, port=machine.relay.port)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{TOKEN}@127.0.0.1:7077", RelayPlace(TOKEN, port=7077)),
        (f"{TOKEN}@localhost:7077", RelayPlace(TOKEN, port=7077)),
        (f" {TOKEN}@7077\n", RelayPlace(TOKEN, port=7077)),
        (f"{TOKEN}@/run/user/1000/relay", RelayPlace(TOKEN, path="/run/user/1000/relay")),
    ],
)
def test_addresses_of_relays_are_parsed(text: str, expected: RelayPlace) -> None:
    """A port of this machine or a socket file."""
    assert parse_place(text) == expected
    assert parse_place(str(expected)) == expected


@pytest.mark.parametrize(
    "text", ["", "7077", f"{TOKEN}@10.0.0.1:7077", f"{TOKEN}@example.org:80", f"{TOKEN}@127.0.0.1:0",
             f"{TOKEN}@127.0.0.1:x", "short@7077", f"{TOKEN}@127.0.0.1:٧"],
)  # fmt: skip
def test_other_addresses_are_refused(text: str) -> None:
    """Other machines are not allowed, and the message does not contain the token."""
    with pytest.raises(BadPlace) as refused:
        parse_place(text)
    assert TOKEN not in str(refused.value)


def test_a_proof_is_only_valid_for_its_words() -> None:
    """Other words, another order or another token need another proof."""
    right = proof(TOKEN, "open", "1", URL)
    assert is_proof(right, TOKEN, "open", "1", URL)
    for words in (("open", "2", URL), ("done", "1", URL), ("open", "1", URL + "x"), ("open", "1" + URL)):
        assert not is_proof(right, TOKEN, *words)
    assert not is_proof(right, "b" * 20, "open", "1", URL)
    assert not is_proof("ä", TOKEN, "open", "1", URL)
