"""Connections to a shared collection, and their errors as messages without passwords.

Connections are libpq's: the URL, `PGSERVICE`, `PGPASSFILE`, `~/.pgpass` and the environment give host and
user; several hosts are tried in turn.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import conninfo, errors

from reader.article.text import clean_line
from reader.config.sources import named
from reader.errors import ReaderError
from reader.library.postgres.schema import CONTENT, READERS, SCHEMA, VERSION

OLDEST_SERVER = 15
"""The oldest supported version of PostgreSQL."""

WATCHFUL: dict[str, str | int] = {
    "application_name": "reader", "client_encoding": "utf8",
    "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000,
}  # fmt: skip
"""Defaults for libpq, which the URL can override: a lost host is noticed within seconds."""
_UNQUOTED = 'percent-encode what is special in it, like "%40" for "@"'
CONNECT_TIMEOUT = 2
"""Seconds per host before the next one is tried."""
QUESTION_MS = 3_000
"""Time limit of a question."""
LOCK_MS = 5_000
"""How long a statement waits for a lock."""


class SharedError(ReaderError):
    """A shared collection can't be reached or used; `str()` includes the remedy but no password."""


class ConnectionLost(SharedError):
    """The connection was lost: reads can be retried on a new connection."""


class NoWriter(SharedError):
    """No server accepts changes now; reading still works."""


def connect(
    address: str, *, is_writing: bool = False, timeout_ms: int = QUESTION_MS, autocommit: bool = True
) -> psycopg.Connection:
    """Connects to the database at a URL: to the first of its servers that answers, or to the one that accepts
    changes. Raises SharedError."""
    name = shown(address)
    try:
        parameters = conninfo.conninfo_to_dict(address)
    except (psycopg.ProgrammingError, UnicodeError) as error:
        # libpq's error for a password that is not percent-encoded contains a part of it.
        has_password = re.search("[@:]|password", address.partition("://")[2])
        why = _UNQUOTED if has_password else clean_line(str(error))
        raise SharedError(f"{name} is not a database URL: {why}") from None
    # A host that begins so is a socket without a file.
    if any("@" in str(parameters.get(part) or "")[1:] for part in ("host", "port", "dbname")):
        raise SharedError(f"{name} is not a database URL: {_UNQUOTED}")
    if "port=" not in address and not re.fullmatch(r"[\d,]*", str(parameters.get("port") or "")):
        raise SharedError(f'{name} is not a database URL: after the host, ":" needs a port number')
    known = WATCHFUL | {key: value for key, value in parameters.items() if value is not None}
    if "service" not in parameters and not {"PGSERVICE", "PGCONNECT_TIMEOUT"} & os.environ.keys():
        known.setdefault("connect_timeout", CONNECT_TIMEOUT)
    if is_writing:
        known["target_session_attrs"] = "read-write"
    options = parameters.get("options") or os.environ.get("PGOPTIONS", "")
    known["options"] = (
        f"{options} -c search_path={SCHEMA},pg_temp -c statement_timeout={timeout_ms}"
        f" -c lock_timeout={LOCK_MS} -c TimeZone=UTC -c DateStyle=ISO"
    ).strip()
    try:
        connection = psycopg.connect(
            **known,  # type: ignore[arg-type]  # its keywords are libpq's, all texts
            autocommit=autocommit,
            # A generic plan doesn't know how frequent a word is.
            prepare_threshold=None,
        )
    except psycopg.Error as error:
        raise error_of(error, address) from None
    version = connection.info.server_version // 10_000
    if version < OLDEST_SERVER:
        connection.close()
        raise SharedError(
            f"{name} is PostgreSQL {version}; version {OLDEST_SERVER} or newer is needed: upgrade the server"
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        connection.close()
        raise SharedError(
            f"{name} has the encoding {encoding}, which can't hold all texts: create it with"
            ' "createdb -E UTF8 -T template0"'
        )
    return connection


def check_schema(connection: psycopg.Connection, address: str) -> int:
    """Returns the generation of the publication. Raises SharedError if this reader can't use it."""
    with server_errors(address):
        found: dict[str, str] = dict(connection.execute("select key, value from meta").fetchall())
    version = meta_number(found, "version", address)
    if version > VERSION:
        raise SharedError(
            f"{shown(address)} was set up by a newer version of reader: upgrade this one to use it"
        )
    if version < VERSION:
        raise SharedError(
            f"{shown(address)} was set up by an older version of reader: publish once with this version, by"
            ' "reader publish"'
        )
    if "content" not in found:
        raise SharedError(f'nothing is published at {shown(address)} yet: run "reader publish" first')
    if found["content"] != CONTENT:
        raise SharedError(
            f"{shown(address)} was published by another version of reader: publish and read with the same one"
        )
    return meta_number(found, "generation", address)


def meta_number(meta: dict[str, str], key: str, address: str) -> int:
    """A number in the table `meta`. Raises SharedError where another program left something else there."""
    try:
        return int(meta.get(key, 0))
    except (TypeError, ValueError):
        raise SharedError(
            f'{shown(address)} is damaged: "{key}" in its table meta is not a number; publish to an empty'
            " database"
        ) from None


@contextmanager
def server_errors(address: str) -> Iterator[None]:
    """Converts database errors in the block to SharedError."""
    try:
        yield
    except psycopg.Error as error:
        raise error_of(error, address) from error


@contextmanager
def usable(address: str) -> Iterator[None]:
    """Raises SharedError where rows are not such as a publisher writes."""
    try:
        yield
    except ReaderError:
        raise
    except Exception as error:
        about = clean_line(f"{type(error).__name__}: {error}")
        raise SharedError(
            f"{shown(address)} has something that reader can't use ({about}): its owner can"
            " publish everything again, see docs/shared.md"
        ) from error


def shown(address: str) -> str:
    """Returns a URL for messages: user, hosts and database, without password and parameters."""
    return f'"{clean_line(named(address))}"'


def error_of(error: psycopg.Error, address: str) -> SharedError:
    """Returns the SharedError for an error of psycopg, with a remedy."""
    name = shown(address)
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return NoWriter(
            f"{name} accepts no changes now: reading still works; try again when a primary is there"
        )
    for kind, means in _BY_KIND:
        if isinstance(error, kind):
            return SharedError(means.format(name=name, readers=READERS))
    text = _first_line(error, address)
    if error.sqlstate is None or isinstance(error, errors.OperationalError):
        for pattern, means in _BY_TEXT:
            if re.search(pattern, str(error), re.IGNORECASE):
                kind_of = NoWriter if means is _READ_ONLY else SharedError
                return kind_of(means.format(name=name, text=text))
    if is_lost(error):
        return ConnectionLost(f"the connection to {name} was lost: {text}; try again")
    return SharedError(f"{name}: {text}; see the server's log")


def is_lost(error: BaseException) -> bool:
    """Returns whether an error means that the connection is lost, rather than that the server refused."""
    if not isinstance(error, psycopg.Error):
        return False
    state = error.sqlstate or ""
    return state.startswith(("08", "57P")) or (not state and isinstance(error, psycopg.OperationalError))


_BY_KIND: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.QueryCanceled, "{name} took too long to answer: narrow the question, or try again"),
    (errors.LockNotAvailable, "{name} is busy with another change: try again in a moment"),
    (errors.InsufficientPrivilege,
     'this role has no rights at {name}: its owner gives them by "reader publish SOURCE --to URL'
     ' --grant ROLE"'),
    (errors.UndefinedTable,
     'nothing is set up at {name}, or this role may not see it: its owner runs'
     ' "reader publish SOURCE --to URL --init --grant ROLE"'),
    (errors.InvalidSchemaName,
     'nothing is set up at {name}: run "reader publish SOURCE --to URL --init"'),
    (errors.DiskFull, "the disk of {name} is full: make room there and try again"),
    (errors.OutOfMemory, "{name} is out of memory: try again later"),
    (errors.TooManyConnections, "{name} has too many connections: try again later"),
)  # fmt: skip

_READ_ONLY = "no server of {name} takes changes now: reading goes on; try again when a primary is there"
_BY_TEXT = (
    (r"session is (?:read-only|in hot standby)|is not a primary|no server.*read-write", _READ_ONLY),
    ("password authentication failed|no password supplied",
     "{name} refuses the user or the password: check both, or ~/.pgpass"),
    ('role ".*" does not exist', "{name} does not know this user: check the name, or have the role created"),
    ('database ".*" does not exist',
     'there is no such database at {name}: create it with "createdb", or check the name'),
    ("no pg_hba.conf entry|requires a valid client certificate|pg_hba.conf rejects",
     "{name} rejects connections from this machine: allow this machine in the server's pg_hba.conf"),
    ("permission denied for database",
     "this role may not connect to {name}: grant it CONNECT on the database"),
    ("too many clients|remaining connection slots|too many connections",
     "{name} has too many connections: try again later"),
    ("starting up|shutting down|recovery mode|not yet accepting",
     "{name} is starting up or shutting down: try again in a moment"),
    ("could not translate host name|failed to resolve host|Name or service not known|nodename nor servname",
     "unknown host: check {name}"),
    ("Connection refused|No such file or directory",
     "no server answers at {name}: check host and port, and whether it is running"),
    ("timeout expired|timed out|No route to host|Network is unreachable",
     "{name} does not answer: check host, port and firewall, and whether it is running"),
    ("invalid response to SSL negotiation|expected authentication request|unsupported frontend protocol",
     "the server at {name} is not PostgreSQL: check host and port"),
    (r"connection is bad: (?:invalid|unrecognized|\w+ value)|bad value for|invalid value for parameter"
     "|unrecognized configuration parameter",
     "{name} has a parameter that can't be used: {text}; correct the address, or libpq's variables"),
    ("SSL|certificate", "no secure connection to {name}: {text}; check sslmode and the certificates"),
    ('definition of service ".*" not found', "{text}; check PGSERVICE and ~/.pg_service.conf"),
)  # fmt: skip


def _first_line(error: psycopg.Error, address: str) -> str:
    """Returns the line of a message with the reason, without secrets of a URL."""
    lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    message = re.sub(
        r"^(?:connection (?:failed|is bad): )?(?:connection to server .*? failed: )?(?:(?:FATAL|ERROR):\s*)?",
        "",
        lines[0],
    )
    return clean_line(_without_secrets(message, address)).rstrip(".")


def _without_secrets(text: str, address: str) -> str:
    """Returns a text without passwords: those of the URL, and anything in the place of one."""
    try:
        parameters = conninfo.conninfo_to_dict(address)
    except psycopg.Error:
        parameters = {}
    for key in ("password", "sslpassword"):
        if secret := str(parameters.get(key) or ""):
            text = text.replace(secret, "***")
    return text
