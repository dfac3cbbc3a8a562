"""Files of the user's own: for nobody else, and never half written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.config import private_files


def mode_of(file: Path) -> int:
    """Who may do what with it."""
    return stat.S_IMODE(file.stat().st_mode)


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    """As it is where all users of a machine share their files."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    """Whatever the umask, and also where it was there for everyone; what is in it stays."""
    file = tmp_path / "file"
    private_files.make(file)
    assert mode_of(file) == 0o600
    file.write_text("text")
    file.chmod(0o644)
    private_files.make(file)
    assert mode_of(file) == 0o600 and file.read_text() == "text"


@pytest.mark.parametrize("is_precious", [False, True])
def test_a_file_takes_the_place_of_another(tmp_path: Path, is_precious: bool) -> None:
    """Until the end the old one is there; then the new one, for its owner alone, and nothing beside it."""
    file = tmp_path / "file"
    file.write_text("old")
    with private_files.replacing(file, is_precious=is_precious) as draft:
        draft.write(b"new")
        assert file.read_text() == "old"
    assert file.read_text() == "new" and mode_of(file) == 0o600
    assert os.listdir(tmp_path) == ["file"]


def test_a_mode_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    """A file that others may read stays so, whatever the umask."""
    os.umask(0o077)
    with private_files.replacing(tmp_path / "file", mode=0o644):
        pass
    assert mode_of(tmp_path / "file") == 0o644


def test_after_an_error_the_old_file_is_there(tmp_path: Path) -> None:
    """Whatever went wrong while it was written, nothing has changed and nothing is left."""
    file = tmp_path / "file"
    file.write_text("old")
    with pytest.raises(KeyboardInterrupt), private_files.replacing(file) as draft:
        draft.write(b"half of i")
        raise KeyboardInterrupt
    assert file.read_text() == "old" and os.listdir(tmp_path) == ["file"]


def test_an_error_names_the_file_that_was_meant(tmp_path: Path) -> None:
    """And not the draft, of which the user knows nothing."""
    file = tmp_path / "nowhere" / "file"
    with pytest.raises(OSError) as caught, private_files.replacing(file):
        pass
    assert caught.value.filename == str(file)


def test_a_link_in_the_way_is_not_written_through(tmp_path: Path) -> None:
    """Where others may write too, one of them may have laid a link under the draft's name."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / f".file.{os.getpid()}").symlink_to(victim)
    with private_files.replacing(tmp_path / "file") as draft:
        draft.write(b"new")
    assert victim.read_text() == "mine" and (tmp_path / "file").read_text() == "new"


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_only_regular_files_are_read_and_written(tmp_path: Path, kind: str) -> None:
    """A pipe or a device is refused at once, for it may never end."""
    file = tmp_path / "file"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "device":
        file.symlink_to("/dev/zero")
    else:
        file.mkdir()
    with pytest.raises(OSError, match="regular file|folder"):
        private_files.read(file, 100)
    with pytest.raises(OSError):
        private_files.make(file)


def test_a_file_is_read_up_to_a_limit(tmp_path: Path) -> None:
    """A longer one is refused, not cut."""
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert private_files.read(file, 5) == b"12345"
    with pytest.raises(OSError, match="longer than 4 bytes"):
        private_files.read(file, 4)
