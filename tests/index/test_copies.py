"""Copies of articles: whatever happens to their files, an index shows what a new one would."""

from __future__ import annotations

import os
import random
import shutil
from itertools import islice
from pathlib import Path

import pytest

from reader.collection.folders import Collection
from reader.library.folder.library import FolderLibrary
from tests.conftest import rarely
from tests.index.files import SETTLED_NS, every, refresh, text_of, write

BODIES = {
    "Harbour": "The pilot boat left before dawn with two crew and a spare lamp.",
    "Market": "The rope works will close for a week while the roof is mended.",
    "Tram": "Line four goes over the new bridge from the first of the month on.",
}


class CopyWalk:
    """A folder with few different articles, and refreshes that break off."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder / "news"
        self._folder.mkdir()
        self._places = folder
        self._random = random.Random(seed)
        self._time = SETTLED_NS

    def _library(self, place: str) -> FolderLibrary:
        return FolderLibrary(Collection([str(self._folder)]), self._places / place, None)

    def _file(self) -> Path:
        """A place for a file, free or not."""
        return self._folder / self._random.choice(("", "s", "t")) / f"{self._random.choice('abcdefgh')}.md"

    def _text(self) -> str:
        title = self._random.choice(sorted(BODIES))
        date = self._random.choice(("", "2024-01-01", "2024-01-02"))
        url = self._random.choice(("", "", "https://news.example/a", "https://news.example/b"))
        return text_of(title, date, url=url, body=BODIES[title])

    def change(self) -> None:
        """Write, copy, move or delete one file."""
        there, file = sorted(self._folder.rglob("*.md")), self._file()
        chosen = self._random.choice(there) if there else file
        what = self._random.choice(("write", "edit", "copy", "move", "delete")) if there else "write"
        self._time += self._random.choice((0, 1, 5)) * 1_000_000_000
        if what == "delete":
            chosen.unlink()
        elif what == "move":
            file.parent.mkdir(exist_ok=True)
            os.replace(chosen, file)
        else:
            text = chosen.read_text() if what == "copy" else self._text()
            write(chosen if what == "edit" else file, text, self._time)

    def break_off(self) -> None:
        """Begin a refresh that is not finished."""
        library = self._library("index")
        for _ in islice(library.refresh(), self._random.randrange(6)):
            pass
        library.close()

    def shown(self, place: str) -> tuple[list[str], list[tuple[str, str]]]:
        """The files that are shown and the copies, by an index in this place that is up to date."""
        library = self._library(place)
        refresh(library)
        found = sorted(path for _, path in library.paths(every(library))), sorted(library.duplicates())
        library.close()
        return found


@pytest.mark.parametrize("seed", [2, *rarely(*range(3, 10))])
def test_copies(tmp_path: Path, seed: int) -> None:
    """After edits, copies, moves and broken refreshes the index shows the same files as a new one."""
    walk = CopyWalk(tmp_path, seed)
    for _ in range(6):
        for _ in range(3):
            walk.change()
            walk.change()
            walk.break_off()
        shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
        assert walk.shown("index") == walk.shown("fresh")
