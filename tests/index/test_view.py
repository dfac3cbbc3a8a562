"""What one reader's sight of the index keeps in memory, and in what form."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from pyroaring import BitMap

from reader.index.schema import LIVE, STORED, SetKind, create
from reader.index.sets import write_sets
from reader.index.store import SqliteStore
from reader.index.view import IndexView
from reader.query import parse
from tests.index.files import NOW, opened, text_of, write


def test_single_qualities_are_not_kept_for_the_counts_of_their_steps(tmp_path: Path) -> None:
    """The steps are; a question that names qualities keeps those, and both count the same."""
    for quality in range(0, 100, 3):
        write(tmp_path / f"{quality}.md", text_of("x", quality=str(quality)))
    library = opened(tmp_path)
    counted = library.facet("quality", parse(""), NOW).values
    with library._index.view() as view:
        assert not [field for field, _ in view._kept if field == STORED["quality"]]
    assert len(library.select(parse("quality:>=50"), NOW)) == 17
    with library._index.view() as view:
        assert len([field for field, _ in view._kept if field == STORED["quality"]]) == 17
    assert library.facet("quality", parse(""), NOW).values == counted
    library.close()


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
