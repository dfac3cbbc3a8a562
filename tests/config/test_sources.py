"""Which sources are shared collections, and how they are named without what is secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.config import settings, visit
from reader.config.sources import is_shared, named


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("postgresql://db.example/news", "postgresql://db.example/news"),
        ("postgres://ana:secret@db.example:5432/news", "postgresql://ana@db.example:5432/news"),
        ("postgresql://ana:sec@ret@a.example,b.example/news", "postgresql://ana@a.example,b.example/news"),
        ("postgresql://ana:se/cret@db.example/news", "postgresql://ana@db.example/news"),
        ("postgresql://ana:secret?port=secret@db.example/news", "postgresql://ana"),
        ("postgresql://ana:secret@secret?secret@db.example/news", "postgresql://ana"),
        ("postgresql://ana:secret", "postgresql://ana:…"),
        ("postgresql://ana@[::1]:5432,b.example:1/news", "postgresql://ana@[::1]:5432,b.example:1/news"),
        ("postgresql://db.example/news?user=ana&password=secret", "postgresql://db.example/news"),
        ("postgresql://ana@db.example/news?sslpassword=secret@x", "postgresql://ana@db.example/news"),
        ("postgresql:///news?host=/run&passfile=secret", "postgresql:///news"),
        ("postgresql://", "postgresql://"),
        ("postgresql://:secret@/news", "postgresql://@/news"),
    ],
)
def test_the_name_has_no_password(address: str, name: str) -> None:
    """User, hosts and database stay; the password and all parameters go."""
    assert is_shared(address) and named(address) == name
    assert "secret" not in named(address)


def test_a_folder_is_named_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is called."""
    monkeypatch.chdir(tmp_path)
    assert not is_shared("postgresql") and not is_shared(Path("postgresql:/x"))
    assert named("news") == str(tmp_path / "news") == named(Path("news"))


def test_a_visit_does_not_depend_on_the_password() -> None:
    """Neither does the name of its file say anything of it."""
    one, other = "postgresql://ana:one@db.example/news", "postgresql://ana:two@db.example/news"
    assert visit.file_for([one]) == visit.file_for([other])
    assert visit.file_for([one]) != visit.file_for(["postgresql://ben@db.example/news"])


def test_a_configured_collection_may_be_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address stays as it is written; a folder beside it is below the configuration's own."""
    monkeypatch.setenv("READER_CONFIG_DIR", str(tmp_path))
    (tmp_path / "config.toml").write_text('collection = ["postgresql://db.example/news"]')
    assert settings.load()[0].collection == ("postgresql://db.example/news",)
    (tmp_path / "config.toml").write_text('collection = ["news"]')
    assert settings.load()[0].collection == (tmp_path / "news",)
