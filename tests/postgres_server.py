"""Real PostgreSQL servers on the loopback address, with data of their own, for whoever runs the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.sshd import free_port

PATIENCE = 60.0
"""Seconds after which a server that does not answer never will."""
OWNER, PASSWORD = "news", "a secret, of tests"
"""The role that owns everything, a superuser."""
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")
"""Where packages put the programs of the server, which are not in the path everywhere."""
SETTINGS = {
    "listen_addresses": "127.0.0.1", "fsync": "off", "shared_buffers": "32MB", "jit": "off",
    "max_connections": "60", "logging_collector": "off", "log_min_messages": "warning",
}  # fmt: skip


def programs() -> Path:
    """The folder of PostgreSQL's own programs; skips where there is none, but not in CI.

    `POSTGRES_BIN` names another one, to test with another version.
    """
    if chosen := os.environ.get("POSTGRES_BIN"):
        return Path(chosen)
    found = [path for pattern in FOLDERS for path in sorted(Path("/").glob(pattern[1:]), reverse=True)]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    if os.environ.get("CI") == "true":
        pytest.fail("PostgreSQL's server programs are not installed (Debian: apt-get install postgresql)")
    pytest.skip("PostgreSQL's server programs are not installed")


def _account() -> tuple[int, int] | None:
    """Who a server runs as: it refuses root, so then an account without rights."""
    if os.getuid() != 0:
        return None
    found = pwd.getpwnam("nobody")
    return found.pw_uid, found.pw_gid


class PostgresServer:
    """One server with its data in its own folder."""

    def __init__(self, folder: Path, *, primary: PostgresServer | None = None, **settings: str) -> None:
        """A new one, or the standby of another that runs."""
        self._bin = programs()
        self.folder = folder
        self.port = free_port()
        self._settings = SETTINGS | settings
        self._running: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o700)
        if account := _account():
            os.chown(folder, *account)
        self._password = folder / "password"
        self._password.write_text(PASSWORD + "\n")
        if account:
            os.chown(self._password, *account)
        self._data = folder / "data"
        if primary is None:
            self._run(
                "initdb", "-D", str(self._data), "-U", OWNER, "-A", "scram-sha-256",
                f"--pwfile={self._password}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
            )  # fmt: skip
            hba = self._data / "pg_hba.conf"
            hba.write_text(f"{hba.read_text()}\nhost replication all 127.0.0.1/32 scram-sha-256\n")
        else:
            self._run(
                "pg_basebackup", "-h", "127.0.0.1", "-p", str(primary.port), "-U", OWNER,
                "-D", str(self._data), "-R", "-X", "stream", "-c", "fast", "--no-sync",
            )  # fmt: skip

    def _command(self, program: str, *words: str) -> subprocess.Popen[bytes]:
        account = _account()
        log = (self.folder / "log").open("ab")
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "LC_ALL": "C.UTF-8",
            "PGPASSWORD": PASSWORD,
            "TZ": "UTC",
        }
        with log:
            started: subprocess.Popen[bytes] = subprocess.Popen(
                [str(self._bin / program), *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, env=environment, extra_groups=[] if account else None,
                user=account[0] if account else None, group=account[1] if account else None,
            )  # fmt: skip
        return started

    def _run(self, program: str, *words: str) -> None:
        code = self._command(program, *words).wait(PATIENCE)
        assert code == 0, f"{program} failed: {self.log()}"

    def log(self) -> str:
        """Output of the server and its programs."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def start(self, tries: int = 3) -> PostgresServer:
        """Start it, and wait until it answers."""
        settings = [f"-c{name}={value}" for name, value in self._settings.items()]
        self._running = self._command(
            "postgres", "-D", str(self._data), f"-cport={self.port}",
            f"-cunix_socket_directories={self.folder}", *settings,
        )  # fmt: skip
        end = monotonic() + PATIENCE
        while monotonic() < end and self._running.poll() is None:
            if self._command("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)).wait() == 0:
                return self
            sleep(0.05)
        if "Address already in use" in self.log() and tries:
            # Another program took the port first; no test knows it yet.
            self.port = free_port()
            return self.start(tries - 1)
        raise AssertionError(f"PostgreSQL did not start: {self.log()}")

    @property
    def is_running(self) -> bool:
        """Whether it was started, and did not end since."""
        return self._running is not None and self._running.poll() is None

    def kill(self) -> None:
        """End it without a warning, with all processes that serve its connections."""
        assert self._running is not None
        self._running.send_signal(signal.SIGKILL)
        self._running.wait()

    def promote(self) -> None:
        """Make a standby the primary."""
        self._run("pg_ctl", "promote", "-D", str(self._data))

    def stop(self) -> None:
        """End it at once, if it runs."""
        if self._running is not None and self.is_running:
            self._running.send_signal(signal.SIGQUIT)
            try:
                self._running.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def url(self, database: str = "postgres", role: str = OWNER, password: str = PASSWORD) -> str:
        """The address of a database."""
        return f"postgresql://{role}:{quote(password)}@127.0.0.1:{self.port}/{database}"


def as_role(url: str, role: str, password: str) -> str:
    """The same database as someone else."""
    return f"postgresql://{role}:{quote(password)}@{url.partition('@')[2]}"


@contextmanager
def servers_folder() -> Iterator[Path]:
    """A folder that an account without rights can reach, with a short name, for Unix sockets have one."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for all tests of a process."""
    programs()
    with servers_folder() as folder:
        server = PostgresServer(folder / "one").start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def killed_server() -> Iterator[PostgresServer]:
    """A server for `mortal_server`."""
    programs()
    with servers_folder() as folder:
        server = PostgresServer(folder / "one")
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def mortal_server(killed_server: PostgresServer) -> PostgresServer:
    """A running server that tests may kill, one after the other."""
    return killed_server if killed_server.is_running else killed_server.start()


@contextmanager
def new_database(server: PostgresServer) -> Iterator[str]:
    """The address of an empty database, as its owner."""
    import psycopg

    name = f"d{uuid4().hex[:12]}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    yield server.url(name)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)".encode())


@pytest.fixture(scope="session")
def used_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a database for all tests of a process, one after the other; see `database`."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture
def database(used_database: str) -> str:
    """The address of an empty database, as its owner; emptying one is ten times as fast as making one."""
    import psycopg

    with psycopg.connect(used_database, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid != pg_backend_pid()"
        )
        connection.execute("drop schema if exists news cascade; drop extension if exists pg_trgm")
    return used_database


@pytest.fixture
def other_role(postgres_server: PostgresServer) -> Iterator[tuple[str, str]]:
    """The name and the password of a role without rights."""
    import psycopg

    name, password = f"r{uuid4().hex[:12]}", "its own secret"
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(f"create role {name} login password '{password}'".encode())
        yield name, password
        for (one,) in connection.execute(
            "select datname from pg_database where datallowconn and not datistemplate"
        ).fetchall():
            with psycopg.connect(postgres_server.url(one), autocommit=True) as there:
                there.execute(f"drop owned by {name} cascade".encode())
        connection.execute(f"drop role {name}".encode())
