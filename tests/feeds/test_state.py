"""The database of feeds: what happens when it is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.errors import DamageError
from reader.feeds.state import State


def test_a_damaged_schema_is_reported(tmp_path: Path) -> None:
    """The error names the file and the remedy, even if SQLite's message cannot be decoded."""
    path = tmp_path / "feeds.db"
    State(str(path)).close()
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE host", b"CREATE T\xffBLE host"))
    with pytest.raises(DamageError, match=r"feeds\.db is damaged .* remove it"):
        State(str(path))
