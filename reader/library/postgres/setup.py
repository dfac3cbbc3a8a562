"""Sets up a shared collection: schema, tables, the group of readers and its members.

Executed if the role has the rights, else written as a script for an administrator.

Several servers may share it, each with the articles and sets of some blocks. The first server has everything
else and reaches the others by postgres_fdw. Reading a set is a plain select there, so all shards answer in
parallel and send only the rows needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import psycopg
from psycopg import conninfo, errors, sql

from reader.library.postgres.connection import SharedError, connect, server_errors, shown
from reader.library.postgres.schema import (
    GRANTS,
    PARTITIONED_TABLES,
    READERS,
    SCHEMA,
    SHARD_TABLES,
    SHARDED,
    TABLES_BESIDE,
)

LOCK = 0x6E657774
"""The advisory lock of the setup."""

SERVER_OPTIONS = {
    "fetch_size": "10000", "batch_size": "1000", "async_capable": "true", "use_remote_estimate": "false",
    "connect_timeout": "2", "tcp_user_timeout": "5000",
}  # fmt: skip
"""Options of postgres_fdw: don't ask the remote for cost estimates, which takes longer than our questions;
fail over from a dead server to its standby."""

_SAID_ELSEWHERE = frozenset(("user", "password", *SERVER_OPTIONS))


class NoRights(SharedError):
    """The role has no right to set up a collection; an administrator must run `script`."""

    def __init__(self, sentence: str, script: str) -> None:
        super().__init__(sentence)
        self.script = script


def set_up(
    address: str, roles: Sequence[str] = (), *, shards: Sequence[str] = (), is_first: bool = True
) -> bool:
    """Creates what is missing (or only grants roles), in one transaction; returns whether tables were
    created.

    Raises NoRights, SharedError.
    """
    with (
        server_errors(address),
        closing(connect(address, is_writing=True, timeout_ms=0, autocommit=False)) as connection,
    ):
        connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))  # two at once would both create them
        makes_tables = is_first and not _has_tables(connection)
        if makes_tables:
            for shard in shards:
                _prepare_shard(shard)
        elif shards and _count_of_shards(connection) != len(shards):
            raise SharedError(
                f"{shown(address)} is already set up: shards can only be named then; publish to an empty"
                " database to use other shards"
            )
        try:
            for statement in _statements(connection, roles, shards, makes_tables=makes_tables):
                connection.execute(statement.encode())
            connection.commit()
        except errors.InsufficientPrivilege:
            connection.rollback()
            lines = _statements(connection, roles, shards, makes_tables=makes_tables, with_passwords=False)
            raise NoRights(
                f"this role may not set up {shown(address)}: have the script run by an administrator,"
                ' for example with "psql -f"',
                "".join(f"{line};\n" for line in ("begin", *lines, "commit")),
            ) from None
        except errors.UndefinedObject as error:
            connection.rollback()
            missing = next((role for role in roles if not _has_role(connection, role)), "")
            if not missing:
                raise error from None
            raise SharedError(
                f'{shown(address)} has no role "{missing}": create it with "create role {missing} login"'
            ) from None
    return makes_tables


def _has_tables(connection: psycopg.Connection) -> bool:
    return connection.execute("select to_regclass(%s)", (f"{SCHEMA}.meta",)).fetchone() != (None,)


def _has_role(connection: psycopg.Connection, role: str) -> bool:
    return connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone() is not None


def _statements(
    connection: psycopg.Connection,
    roles: Sequence[str],
    shards: Sequence[str],
    *,
    makes_tables: bool,
    with_passwords: bool = True,
) -> list[str]:
    owner = sql.Identifier(connection.info.user).as_string(connection)
    found = [] if _has_role(connection, READERS) else [f"create role {READERS} nologin"]
    if makes_tables:
        if shards:
            found += _servers(shards, owner, with_passwords=with_passwords)
        found += [f"create schema if not exists {SCHEMA} authorization {owner}", f"set local role {owner}"]
        tables = PARTITIONED_TABLES if shards else SHARD_TABLES
        found += [one.strip() for one in f"{tables};{TABLES_BESIDE}".split(";") if one.strip()]
        if shards:
            found += _partitions(len(shards))
            found.append(f"insert into {SCHEMA}.meta values('shards', '{len(shards)}')")
        found += [one for one in GRANTS.split(";") if one]
        found.append("reset role")
    return found + [f"grant {READERS} to {sql.Identifier(role).as_string(connection)}" for role in roles]


def _prepare_shard(address: str) -> None:
    """Creates the missing tables of a shard. Raises SharedError."""
    with server_errors(address), closing(connect(address, is_writing=True, timeout_ms=0)) as connection:
        if connection.execute("select to_regclass('sets')").fetchone() == (None,):
            connection.execute(f"create schema if not exists {SCHEMA};{SHARD_TABLES}".encode())
        elif connection.execute("select 1 from sets limit 1").fetchone():
            raise SharedError(f"{shown(address)} already has articles: give an empty database for each shard")


def _servers(addresses: Sequence[str], owner: str, *, with_passwords: bool) -> list[str]:
    """Returns the statements with which an administrator sets up the shards on the first server; without
    passwords, they contain placeholders."""
    found = [
        "create extension if not exists postgres_fdw with schema public",
        f"grant usage on foreign data wrapper postgres_fdw to {owner}",
    ]
    for place, address in enumerate(addresses):
        parameters = {key: str(value) for key, value in conninfo.conninfo_to_dict(address).items()}
        options = {
            key: value for key, value in parameters.items() if key not in _SAID_ELSEWHERE
        } | SERVER_OPTIONS
        found.append(
            f"create server {_server(place)} foreign data wrapper postgres_fdw options({_options(options)})"
        )
        who = {"user": parameters.get("user", "")} if "user" in parameters else {}
        if "password" in parameters:
            who["password"] = (
                parameters["password"] if with_passwords else f"PASSWORD OF {parameters.get('user')}"
            )
        else:
            # Uses the server's own ~/.pgpass or certificate; only an administrator may allow that.
            who["password_required"] = "false"
        found += [
            f"create user mapping for {role} server {_server(place)} options({_options(who)})"
            for role in (owner, "public")
        ]
        found.append(f"alter server {_server(place)} owner to {owner}")
    return found


def _partitions(count: int) -> list[str]:
    """Returns the statements that partition a table of the first server over this many shards, by a hash of
    the block."""
    return [
        f"create foreign table {SCHEMA}.{table}_{place} partition of {SCHEMA}.{table}"
        f" for values with (modulus {count}, remainder {place}) server {_server(place)}"
        f" options(schema_name '{SCHEMA}', table_name '{table}')"
        for table in SHARDED
        for place in range(count)
    ]


def _server(place: int) -> str:
    return f"news_shard_{place}"


def _options(options: dict[str, str]) -> str:
    return ", ".join(f"{key} {sql.Literal(value).as_string()}" for key, value in options.items())


def _count_of_shards(connection: psycopg.Connection) -> int:
    """Returns the number of shards; 0 if the articles are on a single server."""
    row = connection.execute("select value from meta where key = 'shards'").fetchone()
    return int(row[0]) if row else 0
