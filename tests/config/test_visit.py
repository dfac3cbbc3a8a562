"""What the screen remembers: the last visit to each collection, and the searches."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.config.visit import MOST_PLACES, MOST_SEARCHES, Searches, Visit, file_for, load, save

VISIT = Visit("topic:AI sort:quality", "0123456789ab", "reader-night", {"sidebar": 30}, {"a": (2, 40, 1)})


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    """All of it, in a file that nobody else may read."""
    file = tmp_path / "visits" / "one.json"
    assert save(file, VISIT)
    assert load(file) == VISIT
    assert file.stat().st_mode & 0o077 == 0
    assert list(file.parent.iterdir()) == [file]


def test_places_of_another_reader_are_kept(tmp_path: Path) -> None:
    """Two readers over one collection do not take each other's reading places; the top is none."""
    file = tmp_path / "one.json"
    save(file, Visit(spots={"a": (1, 2, 0), "b": (1, 1, 0)}))
    save(file, Visit(spots={"c": (3, 3, 3), "b": (0, 0, 1)}))
    assert load(file).spots == {"a": (1, 2, 0), "c": (3, 3, 3)}


def test_only_the_newest_places_are_kept(tmp_path: Path) -> None:
    """The file does not grow forever."""
    file = tmp_path / "one.json"
    save(file, Visit(spots={str(number): (1, number, 0) for number in range(MOST_PLACES + 7)}))
    assert list(load(file).spots)[0] == "7"
    assert len(load(file).spots) == MOST_PLACES


def test_each_collection_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However its folder is named on the command line."""
    monkeypatch.setenv("READER_STATE_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert file_for([Path("news")]) == file_for([tmp_path / "news"])
    assert file_for([Path("news")]) != file_for([Path("other")])
    assert Path(file_for([Path("news")])).parent.parent == tmp_path


def test_a_folder_that_can_not_be_written_is_no_error(tmp_path: Path) -> None:
    """Nothing is saved and nothing is reported."""
    (tmp_path / "visits").write_text("a file where the folder should be")
    assert not save(tmp_path / "visits" / "one.json", VISIT)
    assert load(tmp_path / "visits" / "one.json") == Visit()


@given(
    st.one_of(
        st.binary(max_size=60),
        st.sampled_from(
            (b"[]", b'{"query": 5, "sizes": [1], "spots": {"a": [1, 2]}}', b'{"query": "a\\u001b[2J"}')
        ),
        st.text('{}[]":,0123456789.-eE', max_size=40).map(str.encode),
    )
)
def test_nonsense_is_as_if_nobody_had_been_there(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    """Whatever is in the file, there is a visit, and no control character in it."""
    file = tmp_path_factory.mktemp("visit") / "one.json"
    file.write_bytes(raw)
    visit = load(file)
    assert visit.query.isprintable() and visit.article.isprintable()
    assert all(len(spot) == 3 for spot in visit.spots.values())


def test_a_pipe_in_its_place_is_no_visit(tmp_path: Path) -> None:
    """Nobody waits for it, and saving takes its place."""
    file = tmp_path / "one.json"
    os.mkfifo(file)
    assert load(file) == Visit()
    assert save(file, VISIT) and load(file) == VISIT


def test_going_back_and_on_again(tmp_path: Path) -> None:
    """The newest first; what was being written comes back at the end."""
    searches = Searches(tmp_path / "searches")
    for text in ("one", "two", "three", "two"):
        searches.add(text)
    assert searches.known == ["one", "three", "two"]
    assert searches.older("dra") == "two"
    assert searches.older("two") == "three"
    assert searches.older("three") == "one"
    assert searches.older("one") is None
    assert [searches.newer(), searches.newer(), searches.newer(), searches.newer()] == [
        "three",
        "two",
        "dra",
        None,
    ]


def test_what_stands_in_the_bar_already_is_passed_over(tmp_path: Path) -> None:
    """Going back from a search that was just made shows the one before it at once."""
    searches = Searches(None)
    searches.add("one")
    searches.add("two")
    assert searches.older("two") == "one"


def test_they_outlive_the_reader_for_the_person_alone(tmp_path: Path) -> None:
    """In a file that nobody else may read, with one of several readers' writing beside another's."""
    file = tmp_path / "state" / "searches"
    first, second = Searches(file), Searches(file)
    first.add("topic:AI")
    second.add("chips 報 \x1b[31m")
    first.add("topic:AI")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert Searches(file).known[-2:] == ["topic:AI", "chips 報"]


def test_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    """The newest are kept; a file with much in it is written again."""
    file = tmp_path / "searches"
    file.write_text("".join(f"{number}\n" for number in range(10 * MOST_SEARCHES)))
    assert Searches(file).known == [str(number) for number in range(9 * MOST_SEARCHES, 10 * MOST_SEARCHES)]
    assert len(file.read_text().splitlines()) == MOST_SEARCHES
    assert os.listdir(tmp_path) == ["searches"]


def test_where_nothing_can_be_kept_nothing_is_said(tmp_path: Path) -> None:
    """A folder in its place, bytes that are no text: searches go on from memory."""
    (tmp_path / "folder").mkdir()
    searches = Searches(tmp_path / "folder")
    searches.add("one")
    assert searches.older("") == "one"
    (tmp_path / "damaged").write_bytes(b"\xff\xfe\0\n\x9b31m good\n\n")
    assert Searches(tmp_path / "damaged").known[-1].endswith("good")


def test_a_pipe_in_its_place_is_no_history(tmp_path: Path) -> None:
    """Nobody waits for it, neither to read nor to write; searches are remembered anyway."""
    os.mkfifo(tmp_path / "searches")
    searches = Searches(tmp_path / "searches")
    searches.add("chips")
    assert searches.known == ["chips"]
