"""kill -9 at any moment: no mark is lost, nothing is damaged, and the next start is quick and right."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader.config import paths
from reader.index.schema import VERSION
from reader.marks.database import FILE
from reader.marks.mark import Change
from tests.force.child_processes import ChildProcesses
from tests.force.conftest import Figure
from tests.index.files import every, opened, refresh, text_of, titles, write
from tests.model import Model

ARTICLES = 60


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Articles without a URL, whose marks hang on their names."""
    folder = tmp_path / "feed"
    for number in range(ARTICLES):
        write(folder / f"{number:03}.md", text_of(f"n{number:03}", f"2024-01-{number % 28 + 1:02}"))
    return folder


@pytest.fixture
def victims(_own_places: Path) -> Iterator[ChildProcesses]:
    """Processes that share the folders of this test."""
    places = {f"READER_{kind.upper()}_DIR": str(_own_places / kind) for kind in ("cache", "data", "state")}
    with ChildProcesses(places) as found:
        yield found


def whole(file: Path) -> bool:
    """SQLite's own opinion of a database."""
    with closing(sqlite3.connect(file)) as connection:
        return bool(connection.execute("pragma integrity_check").fetchall() == [("ok",)])


class Aftermath:
    """What there is after a kill, against what there should be."""

    def __init__(self, feed: Path) -> None:
        self.feed = feed
        self.slowest = 0.0
        self.noted: dict[str, int] = {}
        """Article's title -> the number of the last note that the library confirmed."""

    def look(self) -> None:
        """Start, and find everything: each article, each mark, nothing damaged and nothing to say."""
        began = time.monotonic()
        library = opened(self.feed)
        shown = every(library, "sort:title")
        self.slowest = max(self.slowest, time.monotonic() - began)
        assert [one.title for one in shown] == sorted(one.article.title for one in Model([self.feed]).stored)
        assert [notice for notice in library.notices if "index" not in notice] == []
        starred = set(titles(library, "is:starred"))
        assert starred >= set(self.noted), set(self.noted) - starred
        for one in shown:
            if one.title in self.noted:
                assert int(library.note(one)) >= self.noted[one.title]
        library.close()
        assert whole(paths.user_data_dir() / FILE)

    def take(self, lines: list[str], by_id: dict[str, str]) -> int:
        """Record what a victim confirmed; returns how much. An unfinished line does not count."""
        kept = 0
        for line in lines:
            number, _, article = line.partition(" ")
            if article in by_id:
                self.noted[by_id[article]] = int(number)
                kept += 1
        return kept


def ids_of(feed: Path) -> dict[str, str]:
    """id -> title."""
    library = opened(feed)
    found = {one.id: one.title for one in every(library)}
    library.close()
    return found


def test_killed_while_marking(
    feed: Path, victims: ChildProcesses, times: Callable[[int, int], int], figure: Figure
) -> None:
    """What `mark` has returned for is there, however soon after it the process died."""
    chance, after, kills = random.Random(6), Aftermath(feed), times(6, 60)
    by_id, kept = ids_of(feed), 0
    for number in range(kills):
        start = chance.randrange(ARTICLES)
        victims.order("mark", **{"news": str(feed), "from": start, "first": number * 1000})
        time.sleep(chance.uniform(0, 0.25))
        kept += after.take(victims.kill(), by_id)
        after.look()
    figure(4, f"{kills} kills, {kept} marks, 0 lost, slowest start {after.slowest:.2f} s")


@pytest.mark.parametrize("kind", ["indexing", "compacting", "upgrading"])
def test_killed_while_indexing(
    kind: str, feed: Path, victims: ChildProcesses, times: Callable[[int, int], int], figure: Figure
) -> None:
    """Marks stay with their articles, also those of files that were renamed meanwhile."""
    chance, after, kills = random.Random(7), Aftermath(feed), times(3, 30)
    library = opened(feed)
    library.mark(every(library), Change(starred=True, note="1"))
    library.close()
    after.noted = {f"n{number:03}": 1 for number in range(ARTICLES)}
    for number in range(kills):
        if kind == "upgrading":
            for edition in paths.cache_dir().glob("indexes/*/*.db"):
                with closing(sqlite3.connect(edition)) as connection:
                    connection.execute(f"pragma user_version = {VERSION - 1}")
        else:
            for path in chance.sample(sorted(feed.glob("*.md")), 20):
                path.rename(path.with_name(f"{number}-{path.name[-6:]}"))
        victims.order("index", news=str(feed), rebuild=False, late=1 if kind == "compacting" else 2000)
        time.sleep(chance.uniform(0, 0.2))
        victims.kill()
        after.look()
    figure(4, f"{kills} kills while {kind}, 0 marks lost, slowest start {after.slowest:.2f} s")


@pytest.mark.parametrize("deed", ["export", "copy"])
def test_killed_while_copying(
    deed: str,
    feed: Path,
    victims: ChildProcesses,
    times: Callable[[int, int], int],
    figure: Figure,
    tmp_path: Path,
) -> None:
    """An export and a copy of the marks are whole or not there; the marks themselves are as they were."""
    chance, after, kills = random.Random(8), Aftermath(feed), times(3, 30)
    library = opened(feed)
    library.mark(every(library), Change(starred=True, note="1"))
    library.close()
    after.noted = {f"n{number:03}": 1 for number in range(ARTICLES)}
    file = tmp_path / "marks.json"
    for _ in range(kills):
        victims.order(deed, file=str(file))
        time.sleep(chance.uniform(0, 0.05))
        victims.kill()
        after.look()
        if file.exists():
            assert len(json.loads(file.read_text("utf-8"))) == ARTICLES
        for copy in (paths.user_data_dir() / "backups").glob("marks-????-??-??.db"):
            assert whole(copy)
    figure(4, f"{kills} kills while {'exporting' if deed == 'export' else 'copying'}, none half written")


def test_refreshed_after_all_of_it(feed: Path, victims: ChildProcesses) -> None:
    """A refresh that was killed leaves no work undone and no file behind."""
    victims.order("index", news=str(feed), rebuild=True)
    time.sleep(0.1)
    victims.kill()
    library = opened(feed)
    refresh(library, rebuild=True)
    library.close()
    left = [path.name for path in paths.cache_dir().glob("indexes/*/*")]
    assert sorted(name for name in left if not name.startswith("lock")) == [
        name for name in left if name.endswith(".db")
    ]
