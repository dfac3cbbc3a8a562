"""Where things are, on any machine and without a home."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from reader.config import paths
from reader.errors import StorageError

FOLDERS = {
    "CACHE": paths.cache_dir,
    "DATA": paths.user_data_dir,
    "CONFIG": lambda: paths.config_file().parent,
    "STATE": paths.state_dir,
}
xdg_only = pytest.mark.skipif(sys.platform == "darwin", reason="macOS has its own rule")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine that runs the tests counts."""
    for kind in FOLDERS:
        monkeypatch.delenv(f"READER_{kind}_DIR", raising=False)
        monkeypatch.delenv(f"XDG_{kind}_HOME", raising=False)


@pytest.mark.parametrize("kind", FOLDERS)
def test_our_own_variable_wins(kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """READER_…_DIR is the folder itself."""
    monkeypatch.setenv(f"XDG_{kind}_HOME", "/elsewhere")
    monkeypatch.setenv(f"READER_{kind}_DIR", str(tmp_path / "mine"))
    assert FOLDERS[kind]() == tmp_path / "mine"


@xdg_only
@pytest.mark.parametrize("kind", FOLDERS)
def test_xdg_variables(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_…_HOME is honoured where it is absolute, and ignored where it is not."""
    monkeypatch.setenv("HOME", "/home/ana")
    monkeypatch.setenv(f"XDG_{kind}_HOME", "/xdg")
    assert FOLDERS[kind]() == Path("/xdg/reader")
    monkeypatch.setenv(f"XDG_{kind}_HOME", "relative")
    assert FOLDERS[kind]().is_relative_to("/home/ana")


@xdg_only
def test_xdg_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without variables the folders are the specification's."""
    monkeypatch.setenv("HOME", "/home/ana")
    assert [folder() for folder in FOLDERS.values()] == [
        Path("/home/ana/.cache/reader"),
        Path("/home/ana/.local/share/reader"),
        Path("/home/ana/.config/reader"),
        Path("/home/ana/.local/state/reader"),
    ]
    assert paths.config_file() == Path("/home/ana/.config/reader/config.toml")


@xdg_only
def test_without_any_home_reading_finds_nothing_and_writing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this user has no home the folders are named anyway, and can't be made."""
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    for folder in FOLDERS.values():
        assert folder().is_absolute()
        assert not folder().exists()
        with pytest.raises(StorageError, match="READER_CACHE_DIR"):
            paths.ensure(folder())


def test_ensure_makes_private_folders(tmp_path: Path) -> None:
    """A new folder is for the user alone; one that is there is fine."""
    folder = paths.ensure(tmp_path / "a" / "b")
    assert folder.is_dir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert paths.ensure(folder) == folder


def test_ensure_says_why_it_could_not(tmp_path: Path) -> None:
    """A file in the way is a StorageError that names the folder."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="inner"):
        paths.ensure(tmp_path / "file" / "inner")


@pytest.mark.parametrize("name", ["styles", "sample_feed"])
def test_what_ships_is_found(name: str) -> None:
    """The folders beside the package in a checkout, or inside it in a wheel, are there."""
    assert os.path.isdir(paths.data_dir(name))


def test_what_does_not_ship_is_a_storage_error() -> None:
    """A broken installation is reported in a sentence."""
    with pytest.raises(StorageError, match="install"):
        paths.data_dir("no such folder")
