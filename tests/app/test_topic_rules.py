"""Topics by rule: added with one key, shown in articles, changed on their own page."""

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
from tests.app.pilot import MEDIUM, WIDE, notices, picture, press


def _topics(screen: BrowseScreen) -> dict[str, int]:
    return {one.value: one.count for one in screen.sidebar.facets[0].values}


async def test_capital_w_gives_a_topic_at_once(start: Launch) -> None:
    """It is in the file, in the counts and in the article with a plus, and can be searched for."""
    async with start(30, "harbour lantern").run_test(size=WIDE) as pilot:
        screen = await press(pilot, "W")
        assert isinstance(pilot.app.screen, Ask)
        await press(pilot, *"Lamps", "enter")
        assert configured_queries("topics") == {"Lamps": "harbour lantern"}
        assert screen.articles.results is not None and len(screen.articles.results)
        assert _topics(screen)["Lamps"] == len(screen.articles.results)
        assert "+Lamps" in picture(pilot)
        count = len(screen.articles.results)
        screen.filters.put(parse("topic:lamps"))
        await press(pilot)
        assert len(screen.articles.results) == count


@pytest.mark.long
async def test_a_known_topic_is_suggested_and_its_rule_extended(start: Launch) -> None:
    """After a question; a topic that the file has is not added again."""
    async with start(30, "topic:Chips").run_test(size=MEDIUM) as pilot:
        screen = await press(pilot, "W", *"Ch", "right", "enter")
        assert configured_queries("topics") == {"Chips": "topic:Chips"}
        assert screen.headline is not None and screen.headline.added_topics == ()
        screen.filters.put(parse("harbour sort:title"))
        await press(pilot, "W", *"chips", "enter")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "n")
        assert configured_queries("topics") == {"Chips": "topic:Chips"}
        await press(pilot, "W", *"chips", "enter", "y")
        assert configured_queries("topics") == {"Chips": "topic:Chips OR harbour"}


async def test_an_empty_query_gives_no_topic(start: Launch) -> None:
    """A notice says that a rule needs a search."""
    async with start(30).run_test(size=WIDE) as pilot:
        await press(pilot, "W")
        assert isinstance(pilot.app.screen, BrowseScreen) and notices(pilot.app)


async def test_rules_are_edited_renamed_and_deleted_with_undo(start: Launch) -> None:
    """On their page, in the file, and in the counts; an invalid query is asked for again."""
    async with start(30, "topic:AI").run_test(size=WIDE) as pilot:
        screen = await press(pilot, "W", *"Minds", "enter")
        await screen.run_command("manage_topics")
        await press(pilot, "e", "ctrl+u", *"sort:heat", "enter")
        assert isinstance(pilot.app.screen, Ask)
        await press(pilot, "ctrl+u", *"harbour", "enter", "r", "ctrl+u", *"Ports", "enter")
        assert configured_queries("topics") == {"Ports": "harbour"} and "Ports" in _topics(screen)
        await press(pilot, "d")
        assert configured_queries("topics") == {} and "Ports" not in _topics(screen)
        await press(pilot, "u", "u", "u")
        assert configured_queries("topics") == {"Minds": "topic:AI"}
        await press(pilot, "enter")
        assert screen.filters.query == parse("topic:Minds")


async def test_the_page_without_rules_says_how_to_add_one(start: Launch) -> None:
    """Esc leaves it."""
    async with start(5).run_test(size=MEDIUM) as pilot:
        screen = await press(pilot)
        await screen.run_command("manage_topics")
        await press(pilot, "enter", "e", "d", "J")
        assert isinstance(pilot.app.screen, SavedQueriesPage) and "No rules yet" in picture(pilot)
        assert "u undo   Esc back" in picture(pilot) and "d delete" not in picture(pilot)
        assert not pilot.app.screen.query_one(OptionList).option_count
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, BrowseScreen)


async def test_an_edited_file_applies_after_a_refresh(start: Launch) -> None:
    """An invalid rule is reported once, the others apply."""
    async with start(30).run_test(size=WIDE) as pilot:
        config_file().parent.mkdir(parents=True, exist_ok=True)
        config_file().write_text('[topics]\nLamps = "lantern"\nBad = "quality:>>5"\n')
        screen = await press(pilot, "R")
        assert "Lamps" in _topics(screen) and "Bad" not in _topics(screen)
        assert any('topics: "Bad", column 1' in one for one in notices(pilot.app))


async def test_names_are_cleaned(start: Launch) -> None:
    """Blanks are no name, and nothing is parsed as markup."""
    async with start(30, "topic:AI").run_test(size=WIDE) as pilot:
        screen = await press(pilot, "W", "space", "enter")
        assert configured_queries("topics") == {}
        await press(pilot, "W")
        pilot.app.screen.query_one(Input).value = "[red]x[/y]\x1b[2J"
        await press(pilot, "enter")
        assert list(configured_queries("topics")) == ["[red]x[/y]"]
        assert "+[red]x[/y]" in picture(pilot)
        assert screen.filters.query != Query()
