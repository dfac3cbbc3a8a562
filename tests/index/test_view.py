"""What one reader's sight of the index keeps in memory, and in what form."""

from __future__ import annotations

import sqlite3

from pyroaring import BitMap

from reader.index.schema import LIVE, SetKind, create
from reader.index.sets import write_sets
from reader.index.store import SqliteStore
from reader.index.view import IndexView


def test_what_matches_is_never_held_as_runs() -> None:
    """Whole ranges are stored by their ends, but counting with what is cut out of them goes over bits."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    create(connection)
    numbers = BitMap(range(3 << 16, (4 << 16) + 10))
    write_sets(connection, {SetKind.STATE: {LIVE: numbers}})
    view = IndexView(SqliteStore(connection), {})
    assert view.live == numbers
    wanted = BitMap([number for number in numbers if number % 50])
    match = view.live & wanted
    assert match == wanted
    assert [one.get_statistics()["n_run_containers"] for one in (view.live, match)] == [0, 0]
    connection.close()
