"""Every released form of the marks opens, with all that was in it; a newer one is refused in one sentence."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reader import cli
from reader.article.identity import key_of
from reader.config import paths
from reader.errors import StorageError
from reader.marks.database import FILE, VERSION, Marks
from reader.marks.mark import Change
from tests.force.conftest import Figure

SCHEMAS = sorted(Path(__file__).with_name("schemas").glob("marks-*.sql"))
"""What `.dump` says of marks that each released version wrote: read, starred, tags, a note, undo."""


def made(schema: Path, file: Path) -> Path:
    """The database of a schema."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(schema.read_text("utf-8"))
    return file


def test_every_version_has_its_fixture() -> None:
    """Whoever changes the tables leaves the old ones here."""
    versions = [int(re.sub(r"\D", "", schema.stem)) for schema in SCHEMAS]
    assert versions == list(range(1, VERSION + 1))


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_a_released_schema_opens(schema: Path, tmp_path: Path, figure: Figure) -> None:
    """Marks, notes, tags and the way back are there, and more can be marked."""
    file = made(schema, tmp_path / FILE)
    for _ in range(2):
        marks = Marks(file)
        assert marks.file.notices == []
        found = {record["identity"]: record for record in marks.export()}
        assert set(found) == {"https://news.example/1", "notes/three.md"}
        three = found["notes/three.md"]
        assert (three["read"], three["starred"], three["note"]) == (True, True, "why\nthis")
        assert three["tags"] == ["later", "work"]
        marks.close()
    marks = Marks(file)
    assert marks.undo() == "1 marked unread"
    assert marks.change({key_of("new"): "new"}, Change(read=True)) == 1
    marks.close()
    figure(4, f"{len(SCHEMAS)} released schemas opened, with marks, tags, note and undo")


def test_a_newer_schema_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reading goes on without marks, marking is exit 3, and the file is left byte for byte."""
    file = made(SCHEMAS[-1], paths.user_data_dir() / FILE)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"pragma user_version = {VERSION + 1}")
    raw = file.read_bytes()
    with pytest.raises(StorageError, match="written by a newer version"):
        Marks(file)
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.md").write_text("---\ntitle: Harbour\n---\n")
    assert cli.main(["count", str(news)]) == 0
    output = capsys.readouterr()
    assert output.out == "1\n" and output.err.count("newer version") == output.err.count("\n") == 1
    assert cli.main(["mark", "read", str(news)]) == 3
    assert file.read_bytes() == raw
