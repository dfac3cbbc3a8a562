"""Setting a shared collection up: its schema, its tables, the group of its readers, and who belongs to it.

Run where the role may, else written as a script for whoever may.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import psycopg
from psycopg import errors, sql

from reader.library.postgres.connection import SharedError, connect, shown, told
from reader.library.postgres.schema import (
    READERS,
    SCHEMA,
    grants,
    tables_beside,
    tables_of_shard,
)


class NoRights(SharedError):
    """The role may not set a collection up; somebody else runs `script`."""

    def __init__(self, sentence: str, script: str) -> None:
        super().__init__(sentence)
        self.script = script


def set_up(
    address: str, roles: Sequence[str] = (), *, shards: Sequence[str] = (), is_first: bool = True
) -> bool:
    """Make what is not there (unless only roles are let in), in one transaction; whether tables were made.

    Raises NoRights, SharedError.
    """
    with (
        told(address),
        closing(connect(address, is_writing=True, timeout_ms=0, autocommit=False)) as connection,
    ):
        has_tables = _has_tables(connection)
        text = script(connection, roles, with_tables=is_first and not has_tables)
        try:
            connection.execute(";".join(text).encode() or b"select 1")
            connection.commit()
        except errors.InsufficientPrivilege:
            connection.rollback()
            raise NoRights(
                f"this role may not set up {shown(address)}: have the script run by an administrator,"
                ' for example with "psql -f"',
                _written(text),
            ) from None
        except errors.UndefinedObject as error:
            connection.rollback()
            missing = next((role for role in roles if not _has_role(connection, role)), "")
            if not missing:
                raise error from None
            raise SharedError(
                f'{shown(address)} has no role "{missing}": create it with "create role {missing} login"'
            ) from None
        return not has_tables


def _written(statements: Sequence[str]) -> str:
    lines = ";\n".join(filter(None, map(str.strip, ";".join(statements).split(";"))))
    return f"begin;\n{lines};\ncommit;\n"


def _has_tables(connection: psycopg.Connection) -> bool:
    found = connection.execute("select to_regclass(%s)", (f"{SCHEMA}.meta",)).fetchone()
    return found is not None and found[0] is not None


def _has_role(connection: psycopg.Connection, role: str) -> bool:
    return connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone() is not None


def script(connection: psycopg.Connection, roles: Sequence[str], *, with_tables: bool) -> list[str]:
    """The statements that set a collection up."""
    owner = sql.Identifier(connection.info.user).as_string(connection)
    parts = []
    if not _has_role(connection, READERS):
        parts.append(f"create role {READERS} nologin")
    if with_tables:
        parts += [f"create schema if not exists {SCHEMA} authorization {owner}", f"set local role {owner}"]
        parts += [tables_of_shard(), tables_beside(), grants(), "reset role"]
    parts += [f"grant {READERS} to {sql.Identifier(role).as_string(connection)}" for role in roles]
    return parts
