"""Marks whose file is damaged, deleted or replaced, and refreshes that die: none is lost."""

from __future__ import annotations

import os
import shutil
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from reader.config import paths
from reader.index import update
from reader.index.writer import Writer
from reader.library import Library
from reader.marks.database import FILE
from reader.marks.mark import Change
from tests.conftest import rarely
from tests.index.files import every, named, opened, refresh, titles, write_four

READ = Change(read=True)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Four articles, two of them without a URL."""
    return write_four(tmp_path / "feed")


def damage(file: Path, start: int) -> bytes:
    """Overwrite a file from some byte on; what it is now."""
    raw = file.read_bytes()
    file.write_bytes(raw[:start] + b"\xff" * (len(raw) - start))
    return file.read_bytes()


@pytest.mark.parametrize("start", [0, 100, 4096])
def test_damaged_marks_give_way_to_their_copy(start: int, feed: Path, library: Library) -> None:
    """The newest good copy takes their place, one sentence says so, and the damaged bytes are kept."""
    library.mark(every(library), Change(read=True, note="long " * 2000))
    refresh(library)  # which makes the copy
    library.close()
    file = paths.user_data_dir() / FILE
    raw = damage(file, start)
    shutil.rmtree(paths.cache_dir())
    again = opened(feed)
    assert titles(again, "is:read") == ["a", "b", "c", "d"]
    (notice,) = again.notices
    (kept,) = file.parent.glob("marks.db.damaged-*")
    assert kept.name in notice and "was restored" in notice
    assert kept.read_bytes() == raw
    again.mark(every(again), Change(starred=True))
    again.close()
    again = opened(feed)
    assert again.notices == [] and len(titles(again, "is:starred")) == 4
    again.close()


def test_damaged_marks_without_a_copy(feed: Path) -> None:
    """They begin again, which is reported, and can be made at once."""
    data = paths.ensure(paths.user_data_dir())
    (data / FILE).write_bytes(b"damaged" * 1000)
    library = opened(feed)
    assert len(library.notices) == 1 and "without marks" in library.notices[0]
    assert library.mark(every(library), READ) == 4
    library.close()
    (kept,) = data.glob("marks.db.damaged-*")
    assert kept.read_bytes() == b"damaged" * 1000


def test_marks_that_are_damaged_while_they_are_open(feed: Path, library: Library) -> None:
    """A mark that meets the damage is kept in the copy that takes their place."""
    library.mark(named(library, "a"), Change(read=True, note="long " * 2000))
    refresh(library)
    damage(paths.user_data_dir() / FILE, 0)
    library.mark(named(library, "b"), READ)
    refresh(library)
    assert titles(library, "is:read") == ["a", "b"]
    assert sum("marks" in notice for notice in library.notices) == 1


def test_an_emptied_file_is_no_beginning_where_there_are_copies(feed: Path, library: Library) -> None:
    """Whatever cut it to nothing, the copy takes its place."""
    library.mark(named(library, "a"), READ)
    refresh(library)
    library.close()
    os.truncate(paths.user_data_dir() / FILE, 0)
    again = opened(feed)
    assert titles(again, "is:read") == ["a"] and len(again.notices) == 1
    again.close()


@pytest.mark.parametrize("whole_folder", [True, False])
def test_marks_that_are_deleted_under_a_reader(whole_folder: bool, feed: Path, library: Library) -> None:
    """The reader that has them open writes them again."""
    library.mark(named(library, "a"), READ)
    if whole_folder:
        shutil.rmtree(paths.user_data_dir())
    else:
        (paths.user_data_dir() / FILE).unlink()
    library.mark(named(library, "b"), READ)
    assert titles(library, "is:read") == ["a", "b"]
    library.close()
    again = opened(feed)
    assert titles(again, "is:read") == ["a", "b"]
    again.close()


def test_marks_that_are_put_back_under_a_reader(feed: Path, library: Library) -> None:
    """Another file in their place is the one that counts, for reading and for writing."""
    file = paths.user_data_dir() / FILE
    library.mark(named(library, "a"), READ)
    older = shutil.copy(file, file.with_suffix(".old"))
    library.mark(named(library, "b"), READ)
    Path(older).replace(file)
    assert titles(library, "is:read") == ["a"]
    library.mark(named(library, "c"), READ)
    library.close()
    again = opened(feed)
    assert titles(again, "is:read") == ["a", "c"]
    again.close()


RENAMES: dict[str, dict[str, str]] = {
    "to a new name": {"c.md": "e.md"},
    "in a chain": {"d.md": "e.md", "c.md": "d.md"},
    "each to the other's": {"c.md": "x.tmp", "d.md": "c.md", "x.tmp": "d.md"},
}


@pytest.mark.parametrize("moves", ["each to the other's", *rarely("to a new name", "in a chain")])
@pytest.mark.parametrize("rebuild", [False, True])
def test_a_refresh_that_dies_at_any_write_leaves_marks_with_renamed_files(
    moves: str, rebuild: bool, feed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it ended, the next refresh has every mark with its file."""
    monkeypatch.setattr(update, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(update, "worker_count", lambda: 0)
    transaction = Writer.transaction
    left = 0

    def dying(self: Writer) -> AbstractContextManager[None]:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return transaction(self)

    library = opened(feed)
    library.mark(named(library, "c"), READ)
    library.mark(named(library, "d"), Change(starred=True))
    for writes in range(8):
        for old, new in RENAMES[moves].items():
            (feed / old).rename(feed / new)
        left = writes
        with monkeypatch.context() as patched:
            patched.setattr(Writer, "transaction", dying)
            with suppress(KeyboardInterrupt):
                refresh(library, rebuild=rebuild)
        refresh(library)
        assert titles(library, "is:read") == ["c"] and titles(library, "is:starred") == ["d"], writes
        for old, new in reversed(RENAMES[moves].items()):
            (feed / new).rename(feed / old)
        refresh(library)
        assert titles(library, "is:read") == ["c"] and titles(library, "is:starred") == ["d"], writes
    library.close()
