"""A real SSH server on the loopback address, with keys of its own, for whoever runs the tests."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

PATIENCE = 30.0
"""Seconds after which a server that does not listen never will."""
PRIVILEGE_FOLDER = Path("/run/sshd")
"""An empty folder that OpenSSH's server wants where root starts it; packages make it at boot."""


@contextmanager
def ssh_server(folder: Path, rules: str = "") -> Iterator[list[str]]:
    """Start a server and give the ssh command that reaches it, without a host's command; skips where there is
    none. `rules` are further lines of its settings."""
    server = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not server or not shutil.which("ssh"):
        pytest.skip("openssh-server is not installed")
    if os.getuid() == 0:
        PRIVILEGE_FOLDER.mkdir(mode=0o755, exist_ok=True)
    folder.mkdir(mode=0o700)
    for name in ("host", "person"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    port = free_port()
    config = folder / "sshd_config"
    config.write_text(_server_settings(folder, port) + rules)
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([server, "-D", "-e", "-f", str(config)], stdout=log, stderr=log)
    try:
        _wait_for(port, running, folder / "log")
        yield ["ssh", "-F", str(_client_settings(folder, port)), "server"]
    finally:
        running.terminate()
        running.wait(PATIENCE)


def _server_settings(folder: Path, port: int) -> str:
    return f"""\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder / "host"}
AuthorizedKeysFile {folder / "person.pub"}
PidFile none
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PermitRootLogin prohibit-password
AcceptEnv LANG LC_*
"""


def _client_settings(folder: Path, port: int) -> Path:
    known = folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    settings = folder / "ssh_config"
    settings.write_text(
        f"""\
Host server
  HostName 127.0.0.1
  Port {port}
  User {getpass.getuser()}
  IdentityFile {folder / "person"}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile {known}
  BatchMode yes
  LogLevel ERROR
"""
    )
    return settings


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait_for(port: int, running: subprocess.Popen[bytes], log: Path) -> None:
    end = monotonic() + PATIENCE
    while monotonic() < end and running.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            sleep(0.02)
    raise AssertionError(f"sshd did not start: {log.read_text()}")
