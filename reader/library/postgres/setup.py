"""Sets up a shared collection: schema, tables, the group of readers and its members.

Executed if the role has the rights, else written as a script for an administrator.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import psycopg
from psycopg import errors, sql

from reader.library.postgres import shards as sharding
from reader.library.postgres.connection import SharedError, connect, shown, told
from reader.library.postgres.schema import (
    READERS,
    SCHEMA,
    grants,
    partitioned_tables,
    tables_beside,
    tables_of_shard,
)

LOCK = 0x6E657774
"""The advisory lock of the setup."""


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
        told(address),
        closing(connect(address, is_writing=True, timeout_ms=0, autocommit=False)) as connection,
    ):
        connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))  # two at once would both create them
        makes_tables = is_first and not _has_tables(connection)
        if makes_tables:
            for shard in shards:
                sharding.prepare(shard)
        elif shards and sharding.count_of(connection) != len(shards):
            raise SharedError(
                f"{shown(address)} is set up already: shards are named the first time; publish to an empty"
                " database to have others"
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
            found += sharding.statements(shards, owner, with_passwords=with_passwords)
        found += [f"create schema if not exists {SCHEMA} authorization {owner}", f"set local role {owner}"]
        tables = partitioned_tables() if shards else tables_of_shard()
        found += [one.strip() for one in f"{tables};{tables_beside()}".split(";") if one.strip()]
        if shards:
            found += sharding.partitions(len(shards))
            found.append(f"insert into {SCHEMA}.meta values('shards', '{len(shards)}')")
        found += [one for one in grants().split(";") if one]
        found.append("reset role")
    return found + [f"grant {READERS} to {sql.Identifier(role).as_string(connection)}" for role in roles]
