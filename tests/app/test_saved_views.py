"""Views: saved with one key, changed on their own page, with undo."""

from __future__ import annotations

import pytest
from textual.widgets import Input, OptionList

from reader.app.browsing.browse_screen import BrowseScreen
from reader.app.screens.dialogs import Ask, Confirm
from reader.app.screens.saved_queries import SavedQueriesPage
from reader.config.paths import config_file
from reader.config.views import configured_queries
from reader.query import Query, parse
from tests.app.conftest import Launch
from tests.app.pilot import MEDIUM, NARROW, WIDE, notices, picture, press


def _names(screen: BrowseScreen) -> list[str]:
    return [view.name for view in screen.sidebar.views]


async def test_w_saves_the_query(start: Launch) -> None:
    """Under the name that is typed: in the file, in the sidebar with its counts, and under its number."""
    async with start(30, "topic:Chips quality:>=20").run_test(size=WIDE) as pilot:
        screen = await press(pilot, "w")
        assert isinstance(pilot.app.screen, Ask)
        assert pilot.app.screen.query_one(Input).value == "about Chips · quality >=20"
        await press(pilot, *"Good chips", "enter")
        assert configured_queries("views") == {"Good chips": "topic:Chips quality:>=20"}
        view = screen.sidebar.views[-1]
        assert screen.articles.results is not None
        assert (view.name, view.articles, view.unread) == (
            "Good chips",
            len(screen.articles.results),
            len(screen.articles.results),
        )
        await press(pilot, "c", "7")
        assert screen.filters.query == parse("topic:Chips quality:>=20")


async def test_a_word_saved_while_typing_is_a_prefix(start: Launch) -> None:
    """It matches in the view as it did on the screen."""
    async with start(30).run_test(size=WIDE) as pilot:
        await press(pilot, "/", *"harbo", "enter", "w", "enter")
        assert list(configured_queries("views").values()) == ["harbo*"] and list(
            configured_queries("views")
        ) == ['"harbo"']


@pytest.mark.parametrize("size", [(80, 24), NARROW])
async def test_each_view_has_one_line(start: Launch, size: tuple[int, int]) -> None:
    """A query that is too long for its line is cut."""
    async with start(30, "topic:Chips quality:>=20 since:2020-01-01 -provider:Nobody").run_test(
        size=size
    ) as pilot:
        await press(pilot, "w", "ctrl+u", *"Good chips", "enter", "V")
        listed = pilot.app.screen.query_one(OptionList)
        assert listed.option_count == listed.virtual_size.height == 7
        shown = next(row for row in picture(pilot).splitlines() if "Good chips" in row)
        assert "topic:Chips quality:>" in shown and "…" in shown


async def test_replacing_a_view_shows_both_queries_in_full(start: Launch) -> None:
    """In a narrow terminal on several lines."""
    async with start(30, "topic:AI provider:Nobody since:2020 has:image").run_test(size=NARROW) as pilot:
        await press(pilot, "w", "ctrl+u", *"hot", "enter")
        said = "".join(picture(pilot).split())
        assert "sort:heat" in said and "has:image" in said.partition("new:")[2]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_chosen_view_shows_its_list(start: Launch, size: tuple[int, int]) -> None:
    """Also while an article is read; Esc on the page leaves the article where it was."""
    async with start(30).run_test(size=size) as pilot:
        screen = await press(pilot, "enter", "V", "escape")
        places = [screen.place]
        await press(pilot, "V", "j", "enter")
        assert screen.filters.query == parse("is:unread")
        assert [*places, screen.place] == ["article", "list"] and screen.focused is screen.articles


async def test_replacing_another_query_asks_first(start: Launch) -> None:
    """No keeps the old one; an empty query is not saved."""
    async with start(30, "topic:AI").run_test(size=MEDIUM) as pilot:
        await press(pilot, "w", "ctrl+u", *"hot", "enter")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "n")
        assert configured_queries("views") == {}
        screen = await press(pilot, "w", "ctrl+u", *"hot", "enter", "y")
        assert configured_queries("views") == {"Hot": "topic:AI"} and _names(screen)[-1] == "Hot"
        await press(pilot, "c", "w")
        assert isinstance(pilot.app.screen, BrowseScreen)


async def test_views_are_renamed_moved_and_deleted_with_undo(start: Launch) -> None:
    """On the page, in the file and in the sidebar."""
    async with start(30, "topic:AI").run_test(size=WIDE) as pilot:
        screen = await press(pilot, "w", "ctrl+u", *"Mine", "enter", "V", "end")
        assert isinstance(pilot.app.screen, SavedQueriesPage)
        await press(pilot, "r", "ctrl+u", *"Ours", "enter")
        assert _names(screen)[-1] == "Ours" and screen.sidebar.views[-1].articles == len(screen.articles)
        await press(pilot, "K")
        assert _names(screen)[-2:] == ["Ours", "Hot"]
        await press(pilot, "d")
        assert "Ours" not in _names(screen) and list(configured_queries("views")) == ["Hot"]
        await press(pilot, "e", "ctrl+u", *"quality:>>5", "enter")
        assert isinstance(pilot.app.screen, Ask), "a bad query is asked for again"
        await press(pilot, "escape")
        await press(pilot, "u", "u", "u")
        assert _names(screen)[-1] == "Mine" and configured_queries("views") == {"Mine": "topic:AI"}
        await press(pilot, "u", "u")
        assert "Mine" not in _names(screen) and configured_queries("views") == {}


async def test_a_view_is_edited_and_shown(start: Launch) -> None:
    """Enter runs its query; built-in views can be edited and hidden too."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "V", "j", "e", "ctrl+u", *"topic:AI", "enter")
        assert configured_queries("views") == {"Unread": "topic:AI"}
        assert isinstance(pilot.app.screen, SavedQueriesPage)
        await press(pilot, "home", "d")
        assert configured_queries("views") == {"Unread": "topic:AI", "All": False} and "All" not in _names(
            screen
        )
        await press(pilot, "end", "enter")
        assert screen.filters.query == parse("topic:AI") and isinstance(pilot.app.screen, BrowseScreen)


async def test_an_invalid_file_is_not_changed(start: Launch) -> None:
    """A notice says why nothing was saved."""
    async with start(30, "topic:AI").run_test(size=WIDE) as pilot:
        config_file().parent.mkdir(parents=True, exist_ok=True)
        config_file().write_text("[views\n")
        screen = await press(pilot, "w", "enter")
        assert config_file().read_text() == "[views\n"
        assert any("cannot be changed" in said for said in notices(pilot.app))
        assert screen.filters.query != Query() and len(_names(screen)) == 6
        await press(pilot, "V", "d")
        assert len(pilot.app.screen.query_one(OptionList).options) == 6
