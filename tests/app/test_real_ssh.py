"""The reader over a real SSH connection: what reaches the machine at which the user sits."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.app.real_screen import PATIENCE, RealScreen, environment_of
from tests.sshd import ssh_server

URL = "https://harbour.example/a?b=$(id)&c='d'"
READER = [sys.executable, "-m", "reader"]


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The ssh command that reaches a server."""
    with ssh_server(tmp_path_factory.mktemp("ssh") / "keys") as command:
        yield command


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder with one article, on the server."""
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.md").write_text(f'---\ntitle: Harbour\noriginalUrl: "{URL}"\n---\nText.\n')
    return folder


def on_the_server(home: Path, *words: str, bare: bool = False) -> str:
    """The command line that the server's shell gets: the reader with its own home there."""
    kept = ("READER_", "PYTHONPATH", "TEXTUAL_")
    variables = {name: value for name, value in environment_of(home, {}).items() if name.startswith(kept)}
    given = [f"{name}={value}" for name, value in variables.items()]
    given += ["TERM=xterm-256color", "LANG=C.UTF-8"] if bare else []
    return shlex.join(["env", *(["-i"] if bare else []), *given, *READER, *words])


def recorder(folder: Path) -> tuple[Path, Path]:
    """A browser of the user's machine, and where it notes what it was called with."""
    record, program = folder / "record", folder / "recorder"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" -- >> '{record}'\n")
    program.chmod(0o755)
    return program, record


def wait_for_file(path: Path) -> str:
    """What a file says, as soon as it is there."""
    end = monotonic() + PATIENCE
    while not path.exists() and monotonic() < end:
        sleep(0.02)
    return path.read_text()


def test_the_relay_opens_the_person_s_own_browser(ssh: list[str], news: Path, tmp_path: Path) -> None:
    """`reader relay ssh` is all that it takes: a key on the server, a page in the browser here."""
    browser, record = recorder(tmp_path)
    options = [*ssh[1:-1], "-t", ssh[-1]]
    command = [*READER, "relay", ssh[0], *options, on_the_server(tmp_path / "there", str(news))]
    here = {"BROWSER": str(browser)}
    with RealScreen(news, tmp_path / "here", command=command, variables=here) as screen:
        screen.wait_for("Harbour")
        screen.press("o", quiet=0.1)
        screen.wait_for("Opened on your own machine")
        assert wait_for_file(record) == f"{URL}\n--\n"
        screen.press("Q", quiet=0.1)
        assert screen.wait_for_end() == 0


@pytest.mark.parametrize("is_bare", [False, True], ids=["variables", "parents"])
def test_without_a_relay_the_address_reaches_the_person(
    ssh: list[str], news: Path, tmp_path: Path, is_bare: bool
) -> None:
    """Also where sudo has taken the variables away: nothing is started on the server, the link, the sequence
    for the clipboard and a code are sent, and a relay that does not answer is no hindrance."""
    words = [*ssh[:-1], "-t", ssh[-1]]
    server = on_the_server(tmp_path / "there", str(news), bare=is_bare)
    variables = {"LC_READER_RELAY": "t" * 20 + "@127.0.0.1:1"}
    command = [*words[:-1], "-o", "SendEnv=LC_READER_RELAY", words[-1], server]
    with RealScreen(news, tmp_path, command=command, variables=variables) as screen:
        screen.wait_for("Harbour")
        screen.press("o", quiet=0.1)
        screen.wait_for(f"\x1b]52;c;{b64encode(URL.encode()).decode()}")
        screen.wait_for(f";{URL}\x1b\\")
        screen.wait_for("█▀▀▀▀▀█")
        if not is_bare:
            assert "no relay answers" in bytes(screen.written).decode("utf-8", "replace")
        screen.press("\x03", quiet=0.1)
        assert screen.wait_for_end() == 0


@pytest.mark.long
def test_a_relay_that_stays_serves_a_connection_of_its_own(
    ssh: list[str], news: Path, tmp_path: Path
) -> None:
    """What `reader relay` prints works: ssh -R, and the variable on the server, here with socket files."""
    browser, record = recorder(tmp_path)
    env = environment_of(tmp_path / "here", {"BROWSER": str(browser)})
    socket_file = tmp_path / "relay"
    there = tmp_path / "there.sock"
    relay = subprocess.Popen(
        [*READER, "relay", "--socket", str(socket_file)], env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert relay.stdout is not None
        lines = [next(relay.stdout) for _ in range(4)]
        token = next(line for line in lines if "READER_RELAY=" in line).split("=")[1].split("@")[0]
        variables = {"READER_RELAY": f"{token}@{there}"}
        server = " ".join(f"{name}={value}" for name, value in variables.items())
        listed = subprocess.run(
            [*READER, "list", "--format", "json", str(news)],
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        identity = listed.stdout.partition('"id":')[2].split('"')[1]
        command = f"{server} {on_the_server(tmp_path / 'server', 'open', identity, str(news))}"
        said = subprocess.run(
            [*ssh[:-1], "-R", f"{there}:{socket_file}", ssh[-1], command],
            capture_output=True, text=True, check=True, env=env,
        )  # fmt: skip
        assert "Opened on your own machine: harbour.example" in said.stdout
        assert wait_for_file(record) == f"{URL}\n--\n"
        assert any(URL in line for line in relay.stdout)
    finally:
        relay.terminate()
        relay.wait(PATIENCE)
        if relay.stdout is not None:
            relay.stdout.close()
    assert oct(os.stat(next((tmp_path / "here" / "data").glob("relay-token"))).st_mode)[-3:] == "600"
