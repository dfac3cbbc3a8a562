"""A shared collection on several servers: each holds the articles and sets of some blocks.

The first server reaches them by postgres_fdw. Reading a set is a plain select there, so all shards answer in
parallel and send only the rows needed. Everything but articles and sets is on the first server.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import psycopg
from psycopg import conninfo, sql

from reader.library.postgres.connection import SharedError, connect, shown, told
from reader.library.postgres.schema import SCHEMA, SHARDED, tables_of_shard

SERVER_OPTIONS = {
    "fetch_size": "10000", "batch_size": "1000", "async_capable": "true", "use_remote_estimate": "false",
    "connect_timeout": "2", "tcp_user_timeout": "5000",
}  # fmt: skip
"""Options of postgres_fdw: don't ask the remote for cost estimates, which takes longer than our questions;
fail over from a dead server to its standby."""

_SAID_ELSEWHERE = frozenset(("user", "password", *SERVER_OPTIONS))


def prepare(address: str) -> None:
    """Creates the missing tables of a shard. Raises SharedError."""
    with told(address), closing(connect(address, is_writing=True, timeout_ms=0)) as connection:
        if connection.execute("select to_regclass('sets')").fetchone() == (None,):
            connection.execute(f"create schema if not exists {SCHEMA};{tables_of_shard()}".encode())
        elif connection.execute("select 1 from sets limit 1").fetchone():
            raise SharedError(
                f"{shown(address)} holds articles already: give an empty database for each shard"
            )


def statements(addresses: Sequence[str], owner: str, *, with_passwords: bool) -> list[str]:
    """Returns the statements with which an administrator sets up the shards on the first server; without
    passwords, they contain placeholders."""
    found = [
        "create extension if not exists postgres_fdw with schema public",
        f"grant usage on foreign data wrapper postgres_fdw to {owner}",
    ]
    for place, address in enumerate(addresses):
        said = {key: str(value) for key, value in conninfo.conninfo_to_dict(address).items()}
        options = {key: value for key, value in said.items() if key not in _SAID_ELSEWHERE} | SERVER_OPTIONS
        found.append(
            f"create server {_server(place)} foreign data wrapper postgres_fdw options({_options(options)})"
        )
        who = {"user": said.get("user", "")} if "user" in said else {}
        if "password" in said:
            who["password"] = said["password"] if with_passwords else f"PASSWORD OF {said.get('user')}"
        else:
            # Uses the server's own ~/.pgpass or certificate; only an administrator may allow that.
            who["password_required"] = "false"
        found += [
            f"create user mapping for {role} server {_server(place)} options({_options(who)})"
            for role in (owner, "public")
        ]
        found.append(f"alter server {_server(place)} owner to {owner}")
    return found


def partitions(count: int) -> list[str]:
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


def count_of(connection: psycopg.Connection) -> int:
    """Returns the number of shards; 0 if the articles are on a single server."""
    row = connection.execute("select value from meta where key = 'shards'").fetchone()
    return int(row[0]) if row else 0
