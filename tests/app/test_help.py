"""The page of all keys."""

from __future__ import annotations

from textual.containers import VerticalScroll

from reader.app.screens.help import Help
from reader.config import Config
from tests.app.conftest import Launch
from tests.app.pilot import MEDIUM, picture, press


async def test_the_page_is_scrolled_and_searched(start: Launch) -> None:
    """G and End go to the bottom, gg and Home to the top; Enter leaves the search line with what was found,
    Esc takes the line back, and again the page."""
    async with start(3).run_test(size=MEDIUM) as pilot:
        await press(pilot, "question_mark")
        page = pilot.app.screen.query_one(VerticalScroll)
        for bottom, top in (("G", ("g", "g")), ("end", ("home",))):
            await press(pilot, bottom)
            assert page.scroll_offset.y == page.max_scroll_y > 0
            await press(pilot, *top)
            assert page.scroll_offset.y == 0
        await press(pilot, "slash", *"star", "enter", "j")
        assert "Add or remove a star" in picture(pilot) and "starj" not in picture(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Help) and "Go to the top" in picture(pilot)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, Help)


async def test_pages_obey_the_keys_of_the_configuration(start: Launch) -> None:
    """They move and are left by the user's own keys, and their foot names those."""
    config = Config(
        mark_read_after=-1, keys={"move_down": "ctrl+n", "back_or_quit": "ctrl+g", "go_top": "ctrl+a ctrl+b"}
    )
    async with start(3, config=config).run_test(size=MEDIUM) as pilot:
        await press(pilot, "question_mark", "ctrl+n", "ctrl+n", "j")
        page = pilot.app.screen.query_one(VerticalScroll)
        assert page.scroll_offset.y == 2 and "Ctrl-N k scroll" in picture(pilot)
        await press(pilot, "ctrl+a", "ctrl+b")
        assert page.scroll_offset.y == 0
        await press(pilot, "ctrl+g")
        assert not isinstance(pilot.app.screen, Help)
