"""The sidebar under the keys: the box in which letters find a value, and what unfolds."""

from __future__ import annotations

from reader.app.browsing.browse_screen import BrowseScreen
from reader.app.keys import BOX
from reader.config import Config
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, picture, press


def _here(screen: BrowseScreen) -> tuple[str, str]:
    row = screen.sidebar.rows[screen.sidebar.cursor]
    return row.section, row.kind


async def test_the_box_finds_a_value(start: Launch) -> None:
    """Letters narrow the values and are no commands; Enter keeps them narrowed, Esc opens all again."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "F", *"sports")
        labels = [row.label for row in screen.sidebar.rows if row.section == "topic" and row.is_choice]
        assert labels == ["Sports"]
        assert "⌕ sports" in picture(pilot)
        await press(pilot, "enter", "space")
        assert screen.filters.query.included("topic") == ("Sports",)
        await press(pilot, "escape")
        assert len([row for row in screen.sidebar.rows if row.section == "topic"]) > 4
        assert screen.place == "sidebar"


async def test_the_box_is_in_sight(start: Launch) -> None:
    """Whatever the height: one sees what one types."""
    async with start(60).run_test(size=(60, 14)) as pilot:
        await press(pilot, "f", "G", "l", "f", "F", "h")
        assert "TOPICS" in picture(pilot) and "⌕ h▏" in picture(pilot)


async def test_the_box_keeps_the_cursor_in_its_section(start: Launch) -> None:
    """Where no value has the letters, Space chooses nothing, and no view; an empty box moves nothing."""
    async with start(60).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "f", "j", "space")
        row, query = screen.sidebar.row, screen.filters.query
        await press(pilot, "F")
        assert screen.sidebar.row == row
        assert screen.footer.hints == screen.keymap.hints("sidebar", BOX)
        await press(pilot, "escape")
        assert screen.sidebar.row == row and screen.footer.hints == screen.keymap.hints("sidebar")
        await press(pilot, "F", *"zzzz", "enter", "space")
        assert screen.filters.query == query
        assert _here(screen) == ("topic", "nothing")
        await press(pilot, "escape")
        assert _here(screen) == ("topic", "value")


async def test_the_rest_unfolds_in_place(start: Launch) -> None:
    """The cursor is on the first row that was folded, the window has not moved, and it folds again."""
    config = Config(mark_read_after=-1, views={f"V{number}": "topic:None" for number in range(9)})
    async with start(30, config=config).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "f", "k")
        assert _here(screen) == ("view", "more")
        before = screen.sidebar.cursor, screen.sidebar.scroll_offset
        await press(pilot, "space")
        assert (screen.sidebar.cursor, screen.sidebar.scroll_offset) == before
        assert _here(screen) == ("view", "view")
        await press(pilot, "f", "k", "space")
        assert _here(screen) == ("view", "more")
