"""A load of very many files gives what a load of few gives, whatever guesses and ends it meets."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.index import coldload, update, workers, writer
from reader.index.schema import BLOCK_BITS, FIRST_DATED, LAST_UNDATED
from reader.index.workers import IndexWorkers
from reader.library import Library
from reader.library.sources import open_library
from reader.query import SORTS, Query, parse
from tests.conftest import rarely
from tests.index.files import NOW, counts, ids, opened, refresh, text_of, titles, write
from tests.model import Model


@pytest.fixture(autouse=True)
def _everything_is_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty files are a cold load; the work is done right here, in small chunks."""
    monkeypatch.setattr(update, "MOST_ALONE", 20)
    monkeypatch.setattr(update, "MOST_AT_ONCE", 20)
    monkeypatch.setattr(update, "FIRST_CHUNK", 7)
    monkeypatch.setattr(update, "worker_count", lambda: 0)
    monkeypatch.setattr(coldload, "SMALL_CHUNK", 6)
    monkeypatch.setattr(coldload, "LARGE_CHUNK", 6)


@pytest.fixture
def _block_ends_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first numbers lie near the end of their block, so that a few files fill two."""
    monkeypatch.setattr(update, "FIRST_CHUNK", 10_000)
    monkeypatch.setattr(writer, "FIRST_DATED", FIRST_DATED + 21)
    monkeypatch.setattr(writer, "LAST_UNDATED", LAST_UNDATED - (1 << BLOCK_BITS) + 8)


def fill(
    folder: Path, count: int, seed: int = 0, prefix: str = "n", years: tuple[int, int] = (2019, 2024)
) -> None:
    """Files with all kinds of dates: equal, missing, wrong, and not where a first glance looks for them."""
    chance = random.Random(seed)
    for number in range(count):
        day = f"{chance.randint(*years)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T01:02:03Z"
        page = chance.randrange(count) if chance.random() < 0.3 else None
        url = "" if page is None else f"https://news.example/{page}"
        title = (
            f"{chance.choice(('harbour', 'tram'))} {prefix}{number}" if page is None else f"tram page {page}"
        )
        kind = chance.randrange(8)
        if kind == 0:
            text = text_of(title, url=url)
        elif kind == 1:
            text = text_of(title, "soon", url=url)
        elif kind == 2:
            # The first glance sees the second date.
            text = f"---\ntitle: {title}\npublishedDateTime:\n  {day}\n---\ndate: 2030-01-01\n"
        elif kind == 3:
            text = f"---\ntitle: {title}\nlastmod: {day}\n---\n"
        elif kind == 4:
            text = text_of(title, f"{years[0]}-05-05", url=url)
        else:
            text = text_of(title, day, url=url, topics=f"[t{number % 3}]")
        name = chance.choice(("", "2021/", "2022/", "2022/03/"))
        write(folder / f"{name}{prefix}{number:03}.md", "" if kind == 5 and number % 9 == 0 else text)


def check(library: Library, folder: Path) -> None:
    """The library is true and complete."""
    assert library.notices == []
    model = Model([folder])
    assert library.total == len(model.stored)
    for sort in SORTS:
        for is_reversed in (False, True):
            query = Query(sort=sort, is_reversed=is_reversed)
            shown = library.select(query, NOW).window(0, 10_000)
            assert sorted(ids(shown)) == sorted(model.select(query, NOW))
            if sort == "date":
                assert [one.date for one in shown] == [
                    one.article.published_date_time for one in model.order(model.stored, query)
                ]
    for field in ("topic", "provider"):
        assert [tuple(one) for one in library.facet(field, Query(), NOW).values] == model.facet(
            field, Query(), NOW
        )
    for text in ("harbour", "date:2021", "since:2022-03", "until:2019"):
        shown = library.select(parse(text), NOW).window(0, 10_000)
        assert sorted(ids(shown)) == sorted(model.select(parse(text), NOW)), text
    assert counts(refresh(library)) == (model.files, 0, 0, 0, model.files)


@pytest.mark.parametrize("seed", [0, 1, 2, *rarely(3, 4, 5)])
def test_many_files_are_as_few(seed: int, tmp_path: Path) -> None:
    """Dates guessed wrong, missing and equal, duplicates, empty files: all is as the files say."""
    fill(tmp_path, 120, seed)
    library = opened(tmp_path)
    check(library, tmp_path)
    library.close()


@pytest.mark.parametrize("seed", [0, 1, 2, *rarely(3, 4, 5)])
def test_blocks_that_follow_each_other(seed: int, tmp_path: Path, _block_ends_soon: None) -> None:
    """Also across blocks, where a duplicate may be written already."""
    fill(tmp_path, 90, seed)
    library = opened(tmp_path)
    check(library, tmp_path)
    library.close()


@pytest.mark.parametrize("years", [(2000, 2010), (2025, 2030), (2015, 2030)])
def test_many_more_files_later(years: tuple[int, int], tmp_path: Path) -> None:
    """A second cold load finds its place, whether its articles are older, newer or of the same time."""
    fill(tmp_path, 60, 1)
    library = opened(tmp_path)
    for name in ("older.md", "oldest.md"):
        write(tmp_path / name, text_of(name, "1999-01-01"))
        refresh(library)
    fill(tmp_path, 60, 2, prefix="later", years=years)
    report = refresh(library)
    assert counts(report) == (122, 60, 0, 0, 62)
    check(library, tmp_path)
    library.close()


def test_many_changed_files(tmp_path: Path) -> None:
    """When every file says something else, nothing of the old is left."""
    fill(tmp_path, 60, 3)
    library = opened(tmp_path)
    for number, path in enumerate(sorted(tmp_path.rglob("*.md"))):
        write(path, text_of(f"new {path.stem}", "2020-02-02"), 1_700_000_001_000_000_123 + number)
    assert counts(refresh(library)) == (60, 0, 60, 0, 0)
    assert sorted(titles(library)) == sorted(f"new {path.stem}" for path in tmp_path.rglob("*.md"))
    library.close()


@pytest.mark.parametrize("stop_after", [0, 1, 2, 3, 5, 8])
def test_a_load_that_is_broken_off_goes_on(stop_after: int, tmp_path: Path, _block_ends_soon: None) -> None:
    """Whatever was written stays, the rest comes the next time, and nothing twice."""
    fill(tmp_path, 90, 4)
    library = open_library([tmp_path])
    loading = iter(library.refresh())
    seen = 0
    for progress in loading:
        seen += progress.changed
        if seen > stop_after:
            break
    loading.close()  # type: ignore[attr-defined]
    library.close()
    library = opened(tmp_path)
    check(library, tmp_path)
    library.close()


def test_the_first_headlines_come_early(tmp_path: Path) -> None:
    """A few newest ones can be shown long before the rest is read."""
    fill(tmp_path, 90, 5)
    library = open_library([tmp_path])
    for progress in library.refresh():
        if progress.changed:
            assert 0 < library.total <= 7 == progress.read
            break
    refresh(library)
    check(library, tmp_path)
    library.close()


def test_the_look_for_dates_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens every file, which takes seconds on a slow disk: every piece of it is a sign of life."""
    monkeypatch.setattr(coldload, "PEEK_SIZE", 10)
    fill(tmp_path, 47)
    library = open_library([tmp_path])
    steps = [(step.read, step.to_read) for step in library.refresh() if step.phase == "date"]
    library.close()
    assert steps == [(10, 47), (20, 47), (30, 47), (40, 47)]


@pytest.mark.parametrize("count", [1, 2])
def test_a_worker_that_is_killed(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed worker was to do is done anyway."""
    started: list[IndexWorkers] = []

    class Kept(IndexWorkers):
        def _start(self, count: int) -> None:
            super()._start(count)
            started.append(self)

    monkeypatch.setattr(update, "IndexWorkers", Kept)
    monkeypatch.setattr(update, "worker_count", lambda: 2)
    fill(tmp_path, 120, 6)
    library = open_library([tmp_path])
    killed = 0
    for progress in library.refresh():
        if killed < count and started and progress.phase == "read":
            started[0]._processes[killed].kill()
            killed += 1
    assert killed == count
    check(library, tmp_path)
    library.close()
    assert all(process.poll() is not None for process in started[0]._processes)


def test_tasks_come_back_in_order_and_errors_arrive() -> None:
    """Workers answer in the tasks' order, and what goes wrong in one is raised here."""
    with workers.IndexWorkers(2) as some:
        assert list(some.map(abs, range(-20, 0))) == list(range(20, 0, -1))
        with pytest.raises(ValueError):
            list(some.map(int, ["no number"]))


SCRIPT = """
import sys
from reader.index import update
from reader.library.sources import open_library

update.MOST_ALONE, update.MOST_AT_ONCE, update.FIRST_CHUNK, update.worker_count = 20, 20, 7, lambda: 2
print("begun")
library = open_library([sys.argv[1]])
for progress in library.refresh():
    pass
print(library.total)
library.close()
"""
"""A cold load in a script without a guard for `__main__`."""


def test_tasks_are_under_way_before_anybody_asks() -> None:
    """The writer can do something else while the workers do theirs."""
    given: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(20):
            given.append(number)
            yield -number

    with IndexWorkers(2) as workers:
        outcomes = workers.map(abs, tasks())
        assert 2 <= len(given) < 20
        assert list(outcomes) == list(range(20))


def test_a_script_that_uses_the_library_runs_once(tmp_path: Path) -> None:
    """Workers are no second run of it; what they import comes from where the reader's modules do."""
    news = tmp_path / "news"
    fill(news, 60, 7)
    (tmp_path / "load.py").write_text(SCRIPT)
    # Modules that would be found first if a worker looked for them where the user happens to be.
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "reader").mkdir(parents=True)
    for name in ("reader/__init__.py", "pickle.py", "queue.py"):
        (elsewhere / name).write_text(f"open('imported', 'a').write({name!r})\n")
    done = subprocess.run(
        [sys.executable, tmp_path / "load.py", news],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert (done.stdout, done.stderr) == (f"begun\n{len(Model([news]).stored)}\n", "")
    assert not (elsewhere / "imported").exists()
