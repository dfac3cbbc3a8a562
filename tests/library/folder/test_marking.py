"""Marks in the Library: they are sets like any other, follow their articles, and outlive the index."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from reader.config import paths
from reader.errors import StorageError
from reader.index import update
from reader.library import Library
from reader.library.sources import open_library
from reader.marks.database import FILE, Marks
from reader.marks.mark import Change
from reader.query import parse
from reader.query.results import Stretch
from tests.index.files import NOW, every, named, opened, refresh, text_of, titles, write, write_four

READ = Change(read=True)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Four articles, two of them without a URL."""
    return write_four(tmp_path / "feed")


def test_marks_answer_queries_at_once(library: Library) -> None:
    """What was marked is in the next answer, in its headline and in the tags' facet."""
    assert library.mark(named(library, "a", "c"), Change(read=True, add_tags=("Later",))) == 2
    assert titles(library, "is:unread") == ["b", "d"]
    assert titles(library, "tag:later") == ["a", "c"]
    (one,) = named(library, "a")
    assert (one.is_read, one.is_starred, one.tags) == (True, False, ("Later",))
    assert [tuple(value) for value in library.facet("tag", parse("c"), NOW).values] == [("Later", 1, 0)]
    assert library.undo() == "2 marked read, tagged Later"
    assert titles(library, "is:unread") == ["a", "b", "c", "d"]
    assert library.facet("tag", parse(""), NOW).values == ()
    assert library.redo() == "2 marked read, tagged Later"
    assert titles(library, "is:read") == ["a", "c"]


def test_questions_do_not_wait_for_a_large_change(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """While very many articles are marked, questions are answered with the marks as they were before."""
    begun, go_on, change = Event(), Event(), Marks.change

    def slow(marks: Marks, *wanted: Any, **how: Any) -> int:
        begun.set()
        assert go_on.wait(60)
        return change(marks, *wanted, **how)

    monkeypatch.setattr(Marks, "change", slow)
    wanted = named(library, "a", "b")
    marking = Thread(target=lambda: library.mark(wanted, READ))
    marking.start()
    try:
        assert begun.wait(60)
        assert titles(library, "is:unread") == ["a", "b", "c", "d"]
        assert library.find(wanted[0].id).title == "a"
        assert library.generation
    finally:
        go_on.set()
        marking.join()
    assert titles(library, "is:unread") == ["c", "d"]


def test_a_part_of_an_answer_is_marked(library: Library) -> None:
    """A stretch of the answer is marked without its headlines being made."""
    results = library.select(parse(""), NOW)
    assert library.mark(Stretch(results, 1, 3), READ) == 2
    assert titles(library, "is:unread") == ["a", "d"]


def test_a_whole_answer_is_marked(library: Library) -> None:
    """Results can be marked as they are, however long."""
    assert library.mark(library.select(parse("-a"), NOW), READ) == 3
    assert titles(library, "is:unread") == ["a"]
    assert library.undo() == "3 marked read"


def test_notes(library: Library) -> None:
    """A note is kept and shown, and gone when it is empty."""
    (one,) = named(library, "d")
    assert library.note(one) == ""
    library.mark([one], Change(note="see page 3"))
    assert library.note(one) == "see page 3"
    library.mark([one], Change(note=""))
    assert library.note(one) == ""


def test_marks_outlive_the_index(feed: Path, library: Library) -> None:
    """The index can be deleted as a whole: what the user did is still there."""
    library.mark(named(library, "a", "d"), Change(read=True, starred=True))
    library.close()
    shutil.rmtree(paths.cache_dir())
    again = opened(feed)
    assert titles(again, "is:read is:starred") == ["a", "d"]
    again.close()


def test_marks_are_right_before_the_first_refresh(feed: Path, library: Library) -> None:
    """The next start has the marks at once, and none that were made meanwhile is missing."""
    library.mark(named(library, "a"), READ)
    refresh(library)
    library.mark(named(library, "b"), READ)
    library.close()
    again = open_library([feed])
    assert titles(again, "is:read") == ["a", "b"]
    again.close()


def test_another_readers_marks_are_seen(feed: Path, library: Library) -> None:
    """Two readers of one folder agree at the next question, also about what was undone."""
    other = opened(feed)
    generation = library.generation
    other.mark(named(other, "b"), READ)
    assert library.generation != generation
    assert titles(library, "is:read") == ["b"]
    library.mark(named(library, "c"), READ)
    assert titles(other, "is:read") == ["b", "c"]
    assert other.undo() == "1 marked read"
    assert titles(library, "is:read") == ["b"]
    other.close()


def test_a_rebuild_keeps_every_mark_with_its_article(library: Library, feed: Path) -> None:
    """New numbers, same marks; headlines and answers from before still mean their own articles."""
    (old,) = named(library, "c")
    answer = library.select(parse("a OR b"), NOW)
    library.mark([old], READ)
    write(feed / "0.md", text_of("new", "2024-06-01"))
    write(feed / "1.md", text_of("old", "2020-06-01"))
    generation = library.generation
    refresh(library, rebuild=True)
    assert library.generation != generation
    assert titles(library, "is:read") == ["c"]
    assert library.article(old).title == "c"
    library.mark([old], Change(starred=True))
    assert titles(library, "is:starred") == ["c"]
    assert library.mark(answer, Change(starred=True)) == 2
    assert titles(library, "is:starred") == ["a", "b", "c"]


def test_a_rename_takes_the_marks_along(library: Library, feed: Path) -> None:
    """A file without a URL keeps its marks under its new name, in another folder too."""
    library.mark(named(library, "c"), Change(read=True, note="mine"))
    (feed / "sub").mkdir()
    (feed / "c.md").rename(feed / "sub" / "other.md")
    refresh(library)
    assert titles(library, "is:read") == ["c"]
    assert library.note(named(library, "c")[0]) == "mine"
    assert library.undo() == "1 marked read, noted"
    assert titles(library, "is:read") == [] and library.note(named(library, "c")[0]) == ""
    library.redo()
    assert titles(library, "is:read") == ["c"]


def test_a_chain_of_renames(library: Library, feed: Path) -> None:
    """Where one file takes the name of another that moved on, each keeps its own marks."""
    library.mark(named(library, "c"), READ)
    library.mark(named(library, "d"), Change(starred=True))
    (feed / "d.md").rename(feed / "e.md")
    (feed / "c.md").rename(feed / "d.md")
    refresh(library)
    assert titles(library, "is:starred") == ["d"]
    assert titles(library, "is:read") == ["c"]


def test_very_many_renames(library: Library, feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of very many files can be renamed as well."""
    monkeypatch.setattr(update, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(update, "worker_count", lambda: 0)
    library.mark(named(library, "c", "a"), READ)
    (feed / "sub").mkdir()
    for path in feed.glob("*.md"):
        path.rename(feed / "sub" / path.name)
    refresh(library)
    assert titles(library, "is:read") == ["a", "c"]


def test_an_edit_leaves_the_marks(library: Library, feed: Path) -> None:
    """Another title and another date: still the same article."""
    library.mark(named(library, "a", "c"), READ)
    write(feed / "a.md", text_of("A2", "2023-01-01", url="https://news.example/a"), 1_710_000_000_000_000_001)
    write(feed / "c.md", text_of("C2", "2024-02-02"), 1_710_000_000_000_000_002)
    refresh(library)
    assert titles(library, "is:read") == ["C2", "A2"]


def test_an_article_that_comes_back_is_still_read(library: Library, feed: Path) -> None:
    """Marks wait for an article that is gone for a while."""
    library.mark(named(library, "a"), READ)
    text = (feed / "a.md").read_text()
    (feed / "a.md").unlink()
    refresh(library)
    assert titles(library, "is:read") == []
    write(feed / "other.md", text)
    refresh(library)
    assert titles(library, "is:read") == ["a"]


def test_marks_that_were_put_back_or_away(feed: Path, library: Library) -> None:
    """An older copy of the marks is believed, not what the index still says; so is none."""
    kept = paths.user_data_dir() / FILE
    library.mark(named(library, "a"), READ)
    shutil.copy(kept, kept.with_suffix(".old"))
    library.mark(named(library, "b"), READ)
    refresh(library)
    library.close()
    kept.with_suffix(".old").replace(kept)
    again = open_library([feed])
    assert titles(again, "is:read") == ["a"]
    again.close()
    kept.unlink()
    again = open_library([feed])
    assert titles(again, "is:read") == []
    again.close()


def test_without_a_place_to_write_reading_works(
    feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where neither index nor marks can be written, one notice says both, and marking is refused."""
    (tmp_path / "file").touch()
    for kind in ("CACHE", "DATA"):
        monkeypatch.setenv(f"READER_{kind}_DIR", str(tmp_path / "file" / "below"))
    library = opened(feed)
    [notice] = library.notices
    assert "the index is kept in memory" in notice and "marks are not saved" in notice
    assert titles(library, "is:unread") == ["a", "b", "c", "d"]
    write(feed / "e.md", text_of("e", "2024-05-05"))
    refresh(library)
    assert titles(library) == ["e", "a", "b", "c", "d"]
    refresh(library, rebuild=True)
    assert titles(library) == ["e", "a", "b", "c", "d"]
    with pytest.raises(StorageError):
        library.mark(every(library), READ)
    assert library.undo() is None and library.redo() is None
    library.close()


def test_a_name_of_another_encoding(tmp_path: Path) -> None:
    """A file whose name is no UTF-8 is listed, marked and found like any other."""
    folder = tmp_path / "feed"
    folder.mkdir()
    name = os.path.join(os.fsencode(folder), b"caf\xe9.md")
    try:
        Path(os.fsdecode(name)).write_text(text_of("odd", "2024-01-01"))
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    library = opened(folder)
    assert library.mark(every(library), READ) == 1
    assert titles(library, "is:read path:caf") == ["odd"]
    assert library.article(every(library)[0]).title == "odd"
    os.rename(name, os.path.join(os.fsencode(folder), b"th\xe9.md"))
    refresh(library)
    assert titles(library, "is:read") == ["odd"]
    library.close()
