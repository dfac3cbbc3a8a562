"""A shared collection that is set up, for the tests of what is in it."""

from __future__ import annotations

import pytest


@pytest.fixture
def shared(database: str) -> str:
    """The address of a database with the tables of a shared collection, without articles."""
    from reader.library.postgres.setup import set_up

    assert set_up(database)
    return database


@pytest.fixture
def member(shared: str, other_role: tuple[str, str]) -> str:
    """The same database for a role that may only read and keep marks."""
    from reader.library.postgres.setup import set_up
    from tests.postgres_server import as_role

    set_up(shared, [other_role[0]])
    return as_role(shared, *other_role)
