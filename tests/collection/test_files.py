"""Reading of article files, and what is never opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reader.collection.files import load, peek, read_content
from reader.collection.folders import Collection
from tests.collection.test_folders import listed, write


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Links inside are silent, those that lead out are noted, and reading refuses them too."""
    outside = write(tmp_path / "outside" / "secret.md")
    inside = write(tmp_path / "in" / "a.md")
    (tmp_path / "in" / "again.md").symlink_to(inside)
    (tmp_path / "in" / "round").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "stolen.md").symlink_to(outside)
    (tmp_path / "in" / "away").symlink_to(outside.parent)
    collection = Collection([tmp_path / "in"])
    assert listed(collection) == [str(inside)]
    assert sorted(os.path.basename(note.path) for note in collection.problems) == ["away", "stolen.md"]
    listed(collection)
    assert len(collection.problems) == 2
    with pytest.raises(OSError):
        read_content(str(tmp_path / "in" / "stolen.md"))


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    """A pipe named like an article is neither listed nor waited for; a folder is a folder."""
    os.mkfifo(tmp_path / "pipe.md")
    write(tmp_path / "folder.md" / "a.md")
    assert listed(Collection([tmp_path])) == [str(tmp_path / "folder.md" / "a.md")]
    for name in ("pipe.md", "folder.md"):
        with pytest.raises(OSError):
            read_content(str(tmp_path / name))
        with pytest.raises(OSError):
            peek(str(tmp_path / name))


def test_content_comes_with_the_state_it_was_read_in(tmp_path: Path) -> None:
    """Bytes, times, size, inode."""
    path = write(tmp_path / "a.md", "x" * 5000)
    content = read_content(str(path))
    found = path.stat()
    assert content.raw == b"x" * 5000
    assert content[1:4] == (found.st_mtime_ns, found.st_size, found.st_ino)
    assert content.read_at_ns >= found.st_mtime_ns - 50_000_000


def test_names_that_are_no_text_work(tmp_path: Path) -> None:
    """A name that is not UTF-8 is listed and read; its title can be shown."""
    name = os.fsdecode(b"caf\xe9\nx.md")
    with open(tmp_path / name, "w") as file:
        file.write("text")
    collection = Collection([tmp_path])
    (path,) = listed(collection)
    article = load(collection.roots.place(0, path))
    assert article.path == path and article.title == "caf\ufffd␊x"
