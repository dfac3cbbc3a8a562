"""Marks stay with their article and with no other, wherever it is opened and whatever becomes of its file."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader.article.identity import key_of
from reader.config import paths
from reader.library.sources import open_library
from reader.marks.database import FILE, Marks
from reader.marks.mark import Change
from tests.index.files import every, kept_marks, named, opened, refresh, text_of, titles, write

STAR = Change(starred=True)
LONG = "The pilot boat left before dawn with two crew and a spare lamp."
OTHER = "The rope works will close for a week while the roof is mended."


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder for articles."""
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


def starred(*sources: Path) -> dict[str, bool]:
    """Which titles are starred, as someone sees who opens these folders now."""
    library = opened(*sources)
    found = {one.title: one.is_starred for one in every(library)}
    library.close()
    return found


def ids_by_name(*sources: Path) -> dict[str, str]:
    """The id of each file's article."""
    library = opened(*sources)
    found = {library.article(one).path.rpartition("/")[2]: one.id for one in every(library)}
    library.close()
    return found


def star(title: str, *sources: Path) -> None:
    """Star an article in a collection of these folders."""
    library = opened(*sources)
    assert library.mark(named(library, title), STAR) == 1
    library.close()


def test_an_article_is_the_same_at_every_level(news: Path) -> None:
    """Opened as its folder, the folder above, or through a link, it has one id and one star."""
    write(news / "site/a.md", text_of("a", "2024-01-01", body=LONG))
    write(news / "site/b.md", text_of("b", body=OTHER))
    star("a", news / "site")
    star("b", news)
    (news.parent / "way").symlink_to(news / "site")
    places = [(news,), (news / "site",), (news.parent / "way",), (news / "site", news), (news / "site/a.md",)]
    assert len({ids_by_name(*place)["a.md"] for place in places}) == 1
    assert all(starred(*place)["a"] for place in places)
    assert all(starred(*place)["b"] for place in places[:4])


@pytest.mark.parametrize("date", ["2024-01-01", ""])
def test_notes_of_one_name_in_two_folders_are_two(date: str, news: Path) -> None:
    """Also with one title and date, and opened one after the other; each has its own star."""
    for name, body in (("home", LONG), ("work", OTHER)):
        write(news / name / "2024-11-01.md", text_of("Standup", date, body=body))
    star("Standup", news / "home")
    assert starred(news / "work") == {"Standup": False}
    star("Standup", news / "work")
    library = opened(news)
    assert library.total == 2 and all(one.is_starred for one in every(library))
    (at_work,) = [one for one in every(library) if "work" in library.article(one).path]
    library.mark([at_work], Change(starred=False))
    library.close()
    assert starred(news / "home") == {"Standup": True} and starred(news / "work") == {"Standup": False}


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_deleted_article_leaves_its_mark_to_no_other(rebuild: bool, news: Path) -> None:
    """Not to one beside it with the same title and date; when it comes back it has it."""
    text = text_of("Standup", "2024-11-01", body=LONG)
    write(news / "home/a.md", text)
    write(news / "work/a.md", text_of("Standup", "2024-11-01", body=OTHER))
    star("Standup", news / "home")
    library = opened(news)
    assert sorted(one.is_starred for one in every(library)) == [False, True]
    (news / "home/a.md").unlink()
    refresh(library, rebuild=rebuild)
    assert [one.is_starred for one in every(library)] == [False]
    refresh(library, rebuild=rebuild)
    assert [one.is_starred for one in every(library)] == [False]
    write(news / "old/b.md", text.replace("before dawn", "after dawn"))
    refresh(library)
    assert sorted(one.is_starred for one in every(library)) == [False, True]
    library.close()


def test_notes_without_title_and_text_are_two(news: Path) -> None:
    """Two files that a template made say nothing of their own; each is an article."""
    for name in ("home", "work"):
        write(news / name / "2024-11-01.md", "- [ ] \n")
    star("2024-11-01", news / "home")
    assert starred(news / "work") == {"2024-11-01": False}
    library = opened(news)
    assert sorted(one.is_starred for one in every(library)) == [False, True]
    library.close()


def test_a_note_keeps_star_and_id_through_edits(news: Path) -> None:
    """Its text, its heading and its place change one after the other, between the reader's visits."""
    note = write(news / "2024-11-01.md", f"# Monday\n\n{LONG}\n")
    star("Monday", news)
    before = ids_by_name(news)["2024-11-01.md"]
    write(note, f"# Monday\n\n{LONG} And more.\n", 1_710_000_000_000_000_001)
    assert starred(news) == {"Monday": True}
    write(note, f"# Tuesday\n\n{OTHER}\n", 1_710_000_000_000_000_002)
    assert starred(news) == {"Tuesday": True}
    (news / "old").mkdir()
    note.rename(news / "old/first.md")
    assert starred(news) == {"Tuesday": True}
    assert ids_by_name(news)["first.md"] == before


def test_another_article_in_the_same_place_has_no_star(news: Path) -> None:
    """Title, date and text are all different: nothing is left of the old one."""
    write(news / "a.md", text_of("a", "2024-01-01", body=LONG))
    star("a", news)
    write(news / "a.md", text_of("b", "2024-02-02", body=OTHER), 1_710_000_000_000_000_001)
    assert starred(news) == {"b": False}


def test_an_article_that_takes_the_place_of_another_has_its_own_star(news: Path) -> None:
    """A file that moves onto a deleted one's name is still its own article."""
    write(news / "a.md", f"# One\n\n{LONG}\n")
    write(news / "b.md", f"# Two\n\n{OTHER}\n")
    star("One", news)
    (news / "b.md").replace(news / "a.md")
    assert starred(news) == {"Two": False}


@pytest.mark.parametrize(
    "after",
    [
        text_of("a", "2024-01-01", body=OTHER),
        text_of("z", "2024-09-09", body=LONG),
        text_of("a", "2024-01-01", url="https://news.example/a", body=OTHER),
    ],
)
@pytest.mark.parametrize("cache", ["kept", "lost"])
def test_a_move_and_an_edit_at_once(after: str, cache: str, news: Path) -> None:
    """The title with its date is enough, or the text; without the index too."""
    write(news / "inbox/a.md", text_of("a", "2024-01-01", body=LONG))
    write(news / "b.md", text_of("b", "2024-01-01", body="Nothing of the kind, but long."))
    star("a", news)
    before = ids_by_name(news)["a.md"]
    (news / "inbox/a.md").unlink()
    write(news / "2024/new.md", after)
    if cache == "lost":
        shutil.rmtree(paths.folder_of("cache"))
    assert ids_by_name(news)["new.md"] == before
    assert sum(starred(news).values()) == 1 and not starred(news)["b"]


MINUTES = "Minutes of the meeting on Monday.\n\nPresent: Ana, Bo. Agreed: the crane is painted in May.\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((LONG, "inbox/a.md"), (LONG.replace("before", "after"), "old/a.md")),
        ((LONG, "inbox/a.md"), (f"{LONG} Much more was written below it in the week after.", "old/b.md")),
        ((MINUTES, "a.md"), (f"# Crane\n\n{MINUTES.replace('May', 'June')}", "2024/crane.md")),
        (("Buy milk and bread", "todo.md"), ("Buy milk, bread and eggs", "lists/todo.md")),
        (("水曜日の会議の議事録。出席者は田中。", "a.md"), ("水曜日の会議の議事録。", "b/a.md")),
        ((text_of("Crane", body=MINUTES), "a.md"), (text_of("Cranes", body=MINUTES + "Later."), "b/c.md")),
    ],
)  # fmt: skip
def test_a_note_that_is_moved_and_edited_at_once(
    before: tuple[str, str], after: tuple[str, str], news: Path
) -> None:
    """Without address, or title with date, most of its text is enough; another one of that name has none."""
    write(news / "same" / os.path.basename(after[1]), OTHER)
    note = write(news / before[1], before[0])
    library = opened(news)
    (one,) = [one for one in every(library) if library.article(one).path == str(note)]
    library.mark([one], Change(starred=True))
    key = one.id
    note.unlink()
    moved = write(news / after[1], after[0])
    refresh(library)
    (found,) = [one for one in every(library) if one.is_starred]
    assert library.article(found).path == str(moved) and found.id == key
    library.close()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("Buy milk", "a/todo.md"), ("Call mum", "b/todo.md")),
        ((LONG, "a/todo.md"), (OTHER, "b/todo.md")),
        ((MINUTES, "a.md"), ("Minutes of the meeting on Friday.\n\nPresent: Cy, Di. Agreed: no.\n", "b.md")),
        ((f"- [ ] mail\n{LONG}", "2024-11-01.md"), (f"- [ ] mail\n{OTHER}", "2024-11-02.md")),
        ((MINUTES, "2024-11-01.md"), (MINUTES.replace("May", "June"), "2024-11-02.md")),
    ],
)  # fmt: skip
def test_another_note_that_comes_when_one_goes(
    before: tuple[str, str], after: tuple[str, str], news: Path
) -> None:
    """Another text, or the text of another day, is another note: it has no star, whatever its name."""
    note = write(news / before[1], before[0])
    library = opened(news)
    library.mark(every(library), Change(starred=True))
    note.unlink()
    write(news / after[1], after[0])
    refresh(library)
    assert [one.is_starred for one in every(library)] == [False]
    library.close()


@pytest.mark.parametrize("head", ["# {}\n\n", ""])
def test_notes_of_a_few_words_that_change_places_keep_their_stars(head: str, news: Path) -> None:
    """The place says nothing where both notes are still there; a note that is renamed is the same too."""
    write(news / "a.md", head.format("Jo") + "Call Jo\n")
    write(news / "b.md", head.format("Bo") + "Eggs\n")
    library = opened(news)
    [first] = [one for one in every(library) if library.article(one).path.endswith("a.md")]
    library.mark([first], STAR)
    library.close()
    for former, now in (("a.md", "c.md"), ("b.md", "a.md"), ("c.md", "b.md")):
        (news / former).rename(news / now)
    for name in ("b.md", "d.md"):
        library = opened(news)
        stars = [library.article(one).path.rpartition("/")[2] for one in every(library) if one.is_starred]
        library.close()
        assert stars == [name]
        if name == "b.md":
            (news / "b.md").rename(news / "d.md")


def test_an_address_is_enough(news: Path) -> None:
    """Title, date and text may change with it; another address is another article, also with that text."""
    write(news / "a.md", text_of("a", "2024-01-01", url="https://news.example/a", body=LONG))
    star("a", news)
    (news / "a.md").unlink()
    write(news / "b.md", text_of("b", "2024-02-01", url="https://NEWS.example/a?utm_x=1#top", body=OTHER))
    write(news / "c.md", text_of("c", "2024-01-01", url="https://news.example/c", body=LONG))
    assert starred(news) == {"b": True, "c": False}


def test_marks_go_to_another_machine(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exported and imported they find their articles in other folders, whenever those are opened."""
    write(news / "a.md", text_of("a", "2024-01-01", body=LONG))
    write(news / "b.md", text_of("b", body=OTHER))
    star("a", news)
    star("b", news)
    before = ids_by_name(news)
    records = kept_marks()
    assert str(news) not in str(records)
    news.rename(news.parent / "mirror")
    for name in ("DATA", "CACHE"):
        monkeypatch.setenv(f"READER_{name}_DIR", str(news.parent / f"second {name}"))
    library = opened(news.parent / "mirror")
    with closing(Marks(paths.user_data_dir() / FILE)) as marks:
        assert marks.import_(records) == 2
    assert titles(library, "is:starred") == ["a", "b"]
    library.close()
    assert ids_by_name(news.parent / "mirror") == before


def test_articles_with_one_address_keep_their_own(news: Path) -> None:
    """The first keeps its id when others come, when the index is built again, and when opened alone."""
    url = "https://lamp.example/show"
    write(news / "1/a.md", text_of("a", "2024-01-01", url=url, body=LONG))
    first = ids_by_name(news)["a.md"]
    star("a", news)
    write(news / "2/b.md", text_of("b", "2024-01-02", url=url, body=OTHER))
    write(news / "2/b copy.md", text_of("b", "2024-01-02", url=url, body="A text that was edited."))
    both = opened(news)
    assert both.total == 2 and len(list(both.duplicates())) == 1
    assert {one.title: one.is_starred for one in every(both)} == {"a": True, "b": False}
    before = {one.title: one.id for one in every(both)}
    assert before["a"] == first
    refresh(both, rebuild=True)
    assert {one.title: one.id for one in every(both)} == before
    both.close()
    assert starred(news / "2") == {"b": False} and starred(news / "1") == {"a": True}
    star("b", news / "2")
    assert starred(news) == {"a": True, "b": True}


@pytest.mark.parametrize("after", ["edited", "moved and edited"])
@pytest.mark.parametrize("is_seen_between", [True, False], ids=["seen between", "at once"])
def test_the_second_of_an_address_is_edited_after_the_first_went(
    after: str, is_seen_between: bool, news: Path
) -> None:
    """It keeps its id and its star, and does not get those of the first."""
    url = "https://lamp.example/show"
    write(news / "a.md", text_of("a", "2024-01-01", url=url, body=LONG))
    write(news / "b.md", text_of("b", "2024-01-02", url=url, body=OTHER))
    star("b", news)
    before = ids_by_name(news)["b.md"]
    (news / "a.md").unlink()
    if is_seen_between:
        assert starred(news) == {"b": True}
    place = news / ("b.md" if after == "edited" else "2/b.md")
    (news / "b.md").unlink()
    write(place, text_of("b", "2024-01-02", url=url, body=f"{OTHER} It opens on Monday."))
    assert starred(news) == {"b": True} and ids_by_name(news) == {"b.md": before}
    shutil.rmtree(paths.cache_dir())
    assert starred(news) == {"b": True}


@pytest.mark.parametrize(
    ("one", "other", "total"),
    [("#/one", "#/two", 2), ("#!/one", "#!/two", 2), ("#v1", "#v2", 2), ("#v1", "", 1), ("#v1", "#v1", 1)],
)
def test_what_a_fragment_means(one: str, other: str, total: int, news: Path) -> None:
    """A fragment counts if it names a page, or if two fragments have different texts; the titles are equal
    here."""
    write(news / "a.md", text_of("Changes", "2024-01-01", url=f'"https://q.example/c{one}"', body=LONG))
    write(news / "b.md", text_of("Changes", "2024-01-01", url=f'"https://q.example/c{other}"', body=OTHER))
    library = opened(news)
    assert library.total == total
    library.close()


def test_an_id_stays_without_marks(news: Path) -> None:
    """A file that is retitled, moved and edited, or built again has the id that it had."""
    note = write(news / "a.md", f"# One\n\n{LONG}\n")
    before = ids_by_name(news)["a.md"]
    write(note, f"# One\n\n{OTHER}\n", 1_710_000_000_000_000_001)
    assert ids_by_name(news)["a.md"] == before
    note.rename(news / "b.md")
    assert ids_by_name(news)["b.md"] == before
    library = opened(news)
    write(news / "b.md", f"# Two\n\n{LONG}\n", 1_710_000_000_000_000_002)
    refresh(library, rebuild=True)
    assert [one.id for one in every(library)] == [before]
    library.close()


@pytest.fixture
def version_1() -> Iterator[sqlite3.Connection]:
    """The marks of someone who used the first version, to be filled."""
    schema = Path(__file__).parents[2] / "force/schemas/marks-1.sql"
    file = paths.user_data_dir() / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(schema.read_text("utf-8"))
        yield connection


def add(connection: sqlite3.Connection, identity: str) -> None:
    """A star as version 1 kept it."""
    row = (key_of(identity), identity)
    connection.execute("insert into marks values(?, ?, 0, 1, 'why', 'later', 9)", row)
    connection.commit()


def test_marks_of_version_1_come_along(news: Path, version_1: sqlite3.Connection) -> None:
    """By address or by path they find their article at the first refresh, with star, note, tags and undo."""
    write(news / "notes/three.md", text_of("three", body=LONG))
    write(news / "one.md", text_of("one", url="https://news.example/1"))
    write(news / "moved.md", text_of("moved", body=OTHER))
    library = opened(news)
    assert titles(library, "is:read") == ["one", "three"]
    (three,) = named(library, "three")
    assert (three.is_starred, three.tags, library.note(three)) == (True, ("later", "work"), "why\nthis")
    library.close()
    (news / "notes/three.md").rename(news / "four.md")
    assert starred(news)["three"]
    library = opened(news)
    assert library.undo() == "1 marked unread" and library.undo() == "1 starred, tagged later, work, noted"
    assert titles(library, "is:starred") == []
    library.close()


def test_an_address_of_version_1_without_its_page(news: Path, version_1: sqlite3.Connection) -> None:
    """It named all pages of an app, of which the newest was shown: that one has the mark now."""
    add(version_1, "https://app.example/")
    for day, page in enumerate(("#/one", "#!/two", "#/three"), 1):
        write(news / f"{day}.md", text_of(page[2:], f"2024-01-0{day}", url=f'"https://app.example/{page}"'))
    assert starred(news) == {"one": False, "/two": False, "three": True}
    assert starred(news) == {"one": False, "/two": False, "three": True}


def test_a_path_of_version_1_in_several_collections(news: Path, version_1: sqlite3.Connection) -> None:
    """Each had the mark, so each keeps it, from then on its own; a file that comes later has none."""
    add(version_1, "2024-11-01.md")
    for name in ("home", "work"):
        write(news / name / "2024-11-01.md", f"# {name}\n\nWhat there was to do at {name}.\n")
    assert starred(news / "home") == {"home": True}
    assert starred(news) == {"home": True, "work": False}
    assert starred(news / "work") == {"work": True}
    library = opened(news / "home")
    library.mark(every(library), Change(starred=False))
    library.close()
    assert starred(news) == {"home": False, "work": True}
    write(news / "later/2024-11-01.md", "# later\n\nWhat came later.\n", 4_000_000_000_000_000_000)
    assert starred(news / "later") == {"later": False}


def test_a_refresh_that_is_left_moves_no_mark(news: Path) -> None:
    """While only some files were read, an article that is not there may yet come."""
    write(news / "a.md", f"# One\n\n{LONG}\n")
    star("One", news)
    library = open_library([news])
    (news / "a.md").rename(news / "b.md")
    write(news / "a.md", f"# Two\n\n{OTHER}\n")
    for _ in library.refresh():
        titles(library, "is:starred")
    assert titles(library, "is:starred") == ["One"]
    library.close()
