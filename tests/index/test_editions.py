"""The index's files: whatever becomes of them, answers are right, and several readers don't collide."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from reader.config import paths
from reader.index import update
from reader.index.editions import Editions
from reader.index.schema import VERSION, connect
from reader.library.folder.library import FolderLibrary
from reader.marks.mark import Change
from reader.query import parse
from tests.index.files import NOW, SETTLED_NS, counts, named, opened, refresh, text_of, titles, write
from tests.model import Model


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Two hundred articles."""
    folder = tmp_path / "feed"
    for number in range(200):
        day = f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}T00:{number % 60:02}:{number % 59:02}Z"
        topic = f"[t{number % 7}]"
        write(folder / f"{number % 5}" / f"{number}.md", text_of(f"n{number} harbour", day, topics=topic))
    return folder


def index_file() -> Path:
    """The one edition that there is."""
    (found,) = paths.cache_dir().glob("indexes/*/*.db")
    return found


def delete(path: Path) -> None:
    """Nothing is left but the folder and what SQLite may leave."""
    path.unlink()
    Path(f"{path}-wal").write_bytes(b"\x37\x7f\x06\x82" + b"left over" * 5000)


def change_version(by: int) -> Callable[[Path], None]:
    """The file of another reader."""

    def change(path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.execute(f"pragma user_version = {VERSION + by}")
        connection.close()

    return change


def overwrite_from(start: int) -> Callable[[Path], None]:
    """Nonsense from some byte on."""

    def overwrite(path: Path) -> None:
        raw = path.read_bytes()
        path.write_bytes(raw[:start] + b"\xa5" * (len(raw) - start))

    return overwrite


def truncate(path: Path) -> None:
    """Half of it is gone."""
    os.truncate(path, path.stat().st_size // 2)


DAMAGE: dict[str, Callable[[Path], None]] = {
    "truncated": truncate,
    "garbage": overwrite_from(0),
    "garbage after the head": overwrite_from(100),
    "garbage after the first page": overwrite_from(8192),
    "garbage in its last third": lambda path: overwrite_from(path.stat().st_size * 2 // 3)(path),
    "no byte": lambda path: os.truncate(path, 0),
    "an older reader's": change_version(-1),
    "a newer reader's": change_version(1),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_index_is_built_anew(damage: str, feed: Path) -> None:
    """With one sentence, by itself, and without a mark lost."""
    library = opened(feed)
    library.mark(named(library, "n3 harbour"), Change(read=True))
    library.close()
    DAMAGE[damage](index_file())
    library = FolderLibrary.open([feed])
    refresh(library)
    counted = [len(titles(library, text)) for text in ("", "harbour", "n1*", "topic:t3", "sort:title")]
    assert counted == [200, 200, 111, 29, 200]
    assert titles(library, "is:read") == ["n3 harbour"]
    assert len(library.notices) == 1 and library.notices[0].startswith("The index was damaged")
    library.close()
    again = opened(feed)
    assert again.notices == [] and again.total == 200
    again.close()


def test_a_deleted_index_is_built_anew(feed: Path) -> None:
    """Without a word, also where SQLite's other files were left behind."""
    opened(feed).close()
    delete(index_file())
    library = opened(feed)
    assert library.notices == [] and library.total == len(titles(library, "harbour")) == 200
    library.close()


@pytest.mark.parametrize("whole_cache", [True, False])
def test_an_index_that_is_deleted_while_it_is_open(whole_cache: bool, feed: Path) -> None:
    """The next refresh makes another one."""
    library = opened(feed)
    library.mark(named(library, "n3 harbour"), Change(read=True))
    if whole_cache:
        shutil.rmtree(paths.cache_dir())
    else:
        index_file().unlink()
    refresh(library)
    assert (library.total, titles(library, "is:read")) == (200, ["n3 harbour"])
    library.close()
    again = FolderLibrary.open([feed])
    assert again.total == 200
    again.close()


def test_damage_while_it_is_open(feed: Path) -> None:
    """A question that meets damage is answered anyway, with one sentence."""
    opened(feed).close()
    library = FolderLibrary.open([feed])
    path = index_file()
    overwrite_from(path.stat().st_size // 3)(path)
    assert [len(titles(library, text)) for text in ("", "harbour", "n1*", "topic:t3")] == [200, 200, 111, 29]
    assert sum(value.count for value in library.facet("topic", parse("harbour"), NOW).values) == 200
    assert library.find(library.select(parse("n3"), NOW).window(0, 1)[0].id).title == "n3 harbour"
    assert len(library.notices) == 1
    library.close()


def test_two_readers_of_one_folder(feed: Path) -> None:
    """What one refreshes or builds again, however often, the other sees at its next question."""
    one, other = opened(feed), opened(feed)
    results = other.select(parse("harbour"), NOW)
    write(feed / "late.md", text_of("late", "2025-01-01"))
    generation = other.generation
    refresh(one)
    assert other.generation != generation and other.total == 201
    assert titles(other)[0] == "late"
    for _ in range(3):
        refresh(one, rebuild=True)
    assert [found.title for found in results.window(0, 3)] == titles(one, "harbour")[:3]
    write(feed / "later.md", text_of("later", "2025-01-02"))
    assert counts(refresh(other)) == (202, 1, 0, 0, 201)
    assert titles(one)[:2] == titles(other)[:2] == ["later", "late"]
    assert one.notices == other.notices == []
    one.close()
    other.close()


REFRESH = """
import sys
from pathlib import Path
from reader.index import update
from reader.library.folder.library import FolderLibrary
update.FIRST_CHUNK, update.MOST_AT_ONCE = 10, int(sys.argv[2])
update.MOST_ALONE = update.MOST_AT_ONCE
update.worker_count = lambda: 0
library = FolderLibrary.open([Path(sys.argv[1])])
*_, last = library.refresh(rebuild=sys.argv[3] == "rebuild")
print(library.total, len(library.notices), last.report.files, last.report.added + last.report.unchanged)
library.close()
"""


@pytest.mark.parametrize("kinds", [("", "", ""), ("", "rebuild", "rebuild")])
@pytest.mark.parametrize("most", ["3000", "20"])
def test_processes_that_refresh_at_once(kinds: tuple[str, ...], most: str, feed: Path) -> None:
    """One writes, the others wait; each ends with the whole collection and nothing to complain of."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", REFRESH, str(feed), most, kind],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for kind in kinds
    ]  # fmt: skip
    for process in running:
        out, err = process.communicate(timeout=50)
        assert (process.returncode, err, out.split()) == (0, "", ["200", "0", "200", "200"])
    library = FolderLibrary.open([feed])
    assert library.notices == [] and library.total == 200
    assert len(list(paths.cache_dir().glob("indexes/*/*.db"))) == 1
    assert sorted(titles(library)) == sorted(one.article.title for one in Model([feed]).stored)
    library.close()


def test_an_edition_lasts_as_long_as_a_reader_has_it_open(tmp_path: Path) -> None:
    """A newer one takes nothing from under a reader; the last to leave removes the old one."""
    editions = Editions(tmp_path)
    with closing(connect(editions.path(editions.begin(0)))) as reader:
        reader.execute("select count(*) from folders").fetchone()
        assert editions.begin(1) == 2
        editions.drop_before(2)
        reader.execute("insert into meta values('seen', 1)")
        assert reader.execute("select value from meta where key = 'seen'").fetchone() == (1,)
        assert sorted(path.name for path in tmp_path.iterdir())[:2] == ["1.db", "1.db-shm"]
    editions.drop_before(2)
    assert [path.name for path in tmp_path.iterdir()] == ["2.db"]


def test_a_number_is_never_given_twice(tmp_path: Path) -> None:
    """What SQLite left of a file that is gone is not read into a new one."""
    editions = Editions(tmp_path)
    delete(Path(editions.path(editions.begin(0))))
    assert editions.begin(0) == 2


def test_questions_from_threads_during_refreshes(feed: Path) -> None:
    """Answers are whole at any time, while the index is written and replaced."""
    library = opened(feed)
    wrong: list[object] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            try:
                results = library.select(parse("harbour sort:title"), NOW)
                if len(results) != 200 or len(results.window(0, 200)) not in range(190, 201):
                    wrong.append(len(results))
                library.facet("topic", parse("harbour"), NOW)
                library.mark(results.window(0, 1), Change(read=True))
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(4):
        write(feed / "other.md", text_of(f"other {number}"), 1_700_000_000_000_000_000 + number)
        refresh(library, rebuild=number % 2 == 0)
    over.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    library.close()


def test_an_untidy_index_is_tidied_up(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When many came late, or many are gone, all get new numbers; answers and marks stay the same."""
    monkeypatch.setattr(update, "LATE_LEAST", 5)
    library = opened(feed)
    library.mark(named(library, "n3 harbour"), Change(read=True))
    for number in range(12):
        write(feed / "late" / f"{number}.md", text_of(f"late{number}", f"2024-05-{number + 1:02}"))
    phases = [progress.phase for progress in library.refresh()]
    assert "tidy" in phases
    with library._index.view() as view:
        assert len(view.late) == 0
    for path in sorted(feed.rglob("*.md"))[:30]:
        path.unlink()
    *_, last = library.refresh()
    assert last.report is not None and counts(last.report) == (182, 0, 0, 30, 182)
    assert "tidy" not in [progress.phase for progress in library.refresh()]
    model = Model([feed])
    shown = [one.id for one in library.select(parse(""), NOW).window(0, 1000)]
    assert shown == model.select(parse(""), NOW)
    library.close()


def test_a_gap_of_a_second_cold_load_is_not_untidy(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers that were never given are not counted as gone."""
    monkeypatch.setattr(update, "MOST_AT_ONCE", 20)
    monkeypatch.setattr(update, "worker_count", lambda: 0)
    monkeypatch.setattr(update, "LATE_LEAST", 110)
    library = opened(feed)
    for number in range(100):
        write(feed / "older" / f"{number}.md", text_of(f"older{number}", f"2020-05-{number % 28 + 1:02}"))
    assert "tidy" not in [progress.phase for progress in library.refresh()]
    assert library.total == 300
    library.close()


def test_copies_of_articles_are_not_untidy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuilt index would give them numbers again, so that every refresh would rebuild it."""
    monkeypatch.setattr(update, "LATE_LEAST", 5)
    monkeypatch.setattr(update, "MOST_ALONE", 10)
    monkeypatch.setattr(update, "worker_count", lambda: 0)
    for number in range(20):
        for folder in ("a", "b"):
            text = text_of(f"n{number}", f"2024-05-{number + 1:02}", url=f"https://x.example/{number}")
            write(tmp_path / folder / f"{number}.md", text)
    library = FolderLibrary.open([tmp_path])
    assert "tidy" not in [progress.phase for progress in library.refresh()]
    write(tmp_path / "new.md", text_of("new", "2024-06-01"))
    assert "tidy" not in [progress.phase for progress in library.refresh()]
    assert library.total == 21
    library.close()


def test_many_edits_of_undated_notes_are_tidied_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each edit takes new numbers, and the old ones would make the sets larger for ever."""
    monkeypatch.setattr(update, "LATE_LEAST", 5)
    for name in ("a", "b", "c"):
        write(tmp_path / f"{name}.md", text_of(name))
    library = opened(tmp_path)
    phases = []
    for number in range(1, 5):
        write(tmp_path / "a.md", text_of("a", body="More. " * number), SETTLED_NS + number)
        phases += [progress.phase for progress in library.refresh()]
    assert 0 < phases.count("tidy") < 4
    library.close()
