"""The searches that were made, remembered over restarts."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from reader.config.search_history import MOST, Searches


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
    file.write_text("".join(f"{number}\n" for number in range(10 * MOST)))
    assert Searches(file).known == [str(number) for number in range(9 * MOST, 10 * MOST)]
    assert len(file.read_text().splitlines()) == MOST
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
