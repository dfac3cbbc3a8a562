"""Selecting in the list, and marking many articles at once."""

from __future__ import annotations

import pytest

from reader.app.screens.dialogs import MarkMany, Note
from reader.app.widgets.article_list import Selection
from reader.query import Query
from reader.query.results import Headline
from tests.app.build import articles
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, line, picture, press
from tests.conftest import LONG
from tests.fake_library import FakeLibrary


def rows(library: FakeLibrary) -> list[Headline]:
    """Every headline, newest first."""
    return list(library.select(Query()).window(0, 999))


def test_going_back_makes_the_selection_shorter() -> None:
    """Extending down, then up beyond the start, leaves what is between; another start adds to it."""
    found = rows(FakeLibrary(articles(9)))
    selection = Selection()

    def extend(start: int, *stops: int) -> list[int]:
        for stop in stops:
            selection.extend(start, stop, lambda place: found[place] if 0 <= place < 9 else None)
            start = stop
        return [place for place, one in enumerate(found) if one in selection]

    assert extend(4, 5, 6) == [4, 5, 6]
    assert extend(6, 5) == [4, 5]
    assert extend(5, 4, 3) == [3, 4]
    assert extend(7, 8, 8) == [3, 4, 7, 8]
    selection.toggle(found[4])
    assert {one.id for one in selection.headlines} == {found[place].id for place in (3, 7, 8)}


async def test_marks_apply_to_the_selection(start: Launch) -> None:
    """v and Shift with an arrow select; r, s and t mark all selected; u undoes; Esc clears the selection."""
    library = FakeLibrary(articles(9))
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "v", "j", "shift+down", "K")
        assert "2 selected" in line(pilot, 0) and len(screen.articles.selection) == 2
        assert "✓" in line(pilot, 2)
        await press(pilot, "s", "r", "t", *"later, #work", "enter")
        chosen = [place for place, one in enumerate(rows(library)) if one.is_starred]
        assert chosen == [place for place, one in enumerate(rows(library)) if one.is_read] == [0, 2]
        assert all(rows(library)[place].tags == ("later", "work") for place in chosen)
        await press(pilot, "t", *"-later", "enter", "s")
        assert [one.tags for one in rows(library) if one.tags] == [("work",)] * 2
        assert not any(one.is_starred for one in rows(library))
        await press(pilot, "u", "u", "u")
        assert not any(one.tags for one in rows(library))
        await press(pilot, "escape")
        assert not len(screen.articles.selection) and "selected" not in line(pilot, 0)
        await press(pilot, "r")
        assert [place for place, one in enumerate(rows(library)) if one.is_read] == [0]


async def test_marks_apply_to_the_article_being_read(start: Launch) -> None:
    """The selection stays meanwhile, also with another query."""
    library = FakeLibrary(articles(9))
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "v", "v", "enter", "s")
        assert [one.is_starred for one in rows(library)[:3]] == [False, False, True]
        await press(pilot, "escape", "/", *"number", "enter")
        assert len(screen.articles.selection) == 2
        await press(pilot, "s")
        assert [one.is_starred for one in rows(library)[:3]] == [True, True, True]
        read = await press(pilot, "enter", "v", "J", "shift+up")
        assert len(screen.articles.selection) == 3 and read.articles.cursor == 2


@pytest.mark.parametrize(
    ("scope", "places"),
    [
        ("k", range(3)),
        pytest.param("a", range(20), marks=LONG),
        pytest.param("j", range(4, 20), marks=LONG),
    ],
)
async def test_all_listed_above_or_below_are_marked_at_once(start: Launch, scope: str, places: range) -> None:
    """M shows the size of each scope; a second key marks them, and u undoes it."""
    library = FakeLibrary(articles(20))
    async with start(library=library).run_test(size=WIDE) as pilot:
        await press(pilot, "j", "j", "j", "M")
        assert isinstance(pilot.app.screen, MarkMany)
        for words in ("20 listed", "3 above", "16 below"):
            assert words in picture(pilot)
        assert "selected" not in picture(pilot)
        await press(pilot, scope, "s")
        assert [place for place, one in enumerate(rows(library)) if one.is_starred] == list(places)
        await press(pilot, "M", scope, "t", *"old", "enter")
        assert [place for place, one in enumerate(rows(library)) if one.tags] == list(places)
        await press(pilot, "u", "u", "M", "escape")
        assert not any(one.is_starred or one.tags for one in rows(library))


async def test_a_note_is_shown_above_the_text(start: Launch) -> None:
    """a opens it, Ctrl-S saves it; Esc asks before it discards changes."""
    library = FakeLibrary(articles(3))
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "a", *"ask", "enter", *"Ana", "ctrl+s")
        assert library.note(rows(library)[0]) == "ask\nAna"
        assert screen.article_pane.note == "ask\nAna"
        assert "▍ ask" in picture(pilot) and "▍ Ana" in picture(pilot) and "· note" in picture(pilot)
        await press(pilot, "a", *"!", "escape")
        assert isinstance(pilot.app.screen, Note) and "again to discard" in picture(pilot)
        await press(pilot, "escape")
        assert library.note(rows(library)[0]) == "ask\nAna"
        await press(pilot, "a", "escape", "u")
        assert screen.article_pane.note == "" and "▍" not in picture(pilot)


async def test_an_existing_tag_is_completed(start: Launch) -> None:
    """The first letters and the right arrow."""
    library = FakeLibrary(articles(3))
    async with start(library=library).run_test(size=WIDE) as pilot:
        await press(pilot, "t", *"long reads", "enter", "j", "t", *"lon")
        await press(pilot, "right", "enter")
        assert rows(library)[1].tags == ("long reads",)
