"""What keys do, the mouse does too: the foot of the screen, and every dialog and page."""

from __future__ import annotations

import pytest
from textual.geometry import Offset
from textual.pilot import Pilot

from reader.app.widgets.sidebar import Sidebar
from tests.app.build import an_article
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, browse, click, line, picture, press, settled, strips


def place_of(pilot: Pilot[int], words: str) -> Offset:
    """Where words are on the screen, the last of them."""
    lines = strips(pilot.app)
    found = [(y, strip.text.rindex(words)) for y, strip in enumerate(lines) if words in strip.text]
    assert found, picture(pilot)
    y, x = found[-1]
    return Offset(x, y)


async def click_on(pilot: Pilot[int], words: str) -> None:
    """Click on words, wherever they are."""
    await click(pilot, place_of(pilot, words))


DIALOGS = {
    "question_mark": "Esc back",
    "L": "Esc back",
    "t": "Esc cancel",
    "a": "Esc cancel",
    "M": "Esc cancel",
    "A": "n no",
    "V": "Esc back",
    "vertical_line": "Esc cancel",
    "number_sign": "Esc back",
}
"""The key that opens each, and what is clicked to leave it."""


async def test_every_dialog_can_be_left(start: Launch) -> None:
    """By clicking the words that name the key for it."""
    app = start([an_article(body="See [the page](https://x.example/1).")])
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        for key, words in DIALOGS.items():
            await press(pilot, key)
            assert pilot.app.screen is not browse(pilot), key
            await click_on(pilot, words)
            assert pilot.app.screen is browse(pilot), key


async def test_every_dialog_fits_a_small_terminal(start: Launch) -> None:
    """However few lines there are, the keys that lead out are visible."""
    app = start([an_article(body="See [the page](https://x.example/1).")])
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        for key, words in DIALOGS.items():
            await press(pilot, key)
            assert pilot.app.screen is not browse(pilot), key
            assert words.partition(" ")[0] in picture(pilot).split(), key
            await press(pilot, "escape")
            assert pilot.app.screen is browse(pilot), key


async def test_the_foot_of_the_screen_is_pressed(start: Launch) -> None:
    """Each key does what it does, the words behind it do what its first key does, and gaps do nothing."""
    async with start(12).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        await click_on(pilot, "star")
        first = screen.articles.at(0)
        assert first is not None and first.is_starred
        at = place_of(pilot, "j k move")
        await click(pilot, at)
        assert screen.articles.cursor == 1
        await click(pilot, at + (2, 0))
        assert screen.articles.cursor == 0
        await click(pilot, place_of(pilot, "   / search"))
        assert browse(pilot).place == "list"
        await click_on(pilot, "/ search")
        assert browse(pilot).place == "search"
        await click_on(pilot, "⏎ list")
        assert browse(pilot).place == "list"
        await click_on(pilot, "commands")
        assert "A command, topic" in picture(pilot)


async def test_many_are_marked(start: Launch) -> None:
    """The part of the list, then the action."""
    async with start(12).run_test(size=WIDE) as pilot:
        await press(pilot, "j", "M")
        await click_on(pilot, "below the cursor")
        await click_on(pilot, "unstar")
        await press(pilot, "M")
        await click_on(pilot, "above the cursor")
        await click_on(pilot, "s   star")
        screen = browse(pilot)
        starred = [row.is_starred for place in range(12) if (row := screen.articles.at(place))]
        assert starred == [True] + [False] * 11


async def test_the_mouse_is_lent_to_the_terminal(start: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the page with the address, which a terminal selects by itself; it is taken back in the end."""
    monkeypatch.setenv("TERM", "xterm-256color")
    async with start([an_article()]).run_test(size=WIDE) as pilot:
        asked: list[bool] = []
        await press(pilot, "L")
        page = pilot.app.screen
        page._output.report_mouse = asked.append  # type: ignore[attr-defined]
        await click_on(pilot, "select with the mouse")
        assert asked == [False] and "click with the mouse" in picture(pilot)
        await press(pilot, "escape")
        assert asked == [False, True] and pilot.app.screen is browse(pilot)


async def test_the_sidebar_says_what_is_below(start: Launch) -> None:
    """In its last line, which goes there when it is clicked and never lies over the cursor."""
    async with start(40).run_test(size=(100, 24)) as pilot:
        screen = await settled(pilot)
        bottom = screen.sidebar.region.bottom - 1
        assert "↓ " in line(pilot, bottom)[:24] and "Dates" in line(pilot, bottom)[:24]
        await click(pilot, (3, screen.sidebar.size.height - 1), Sidebar)
        await settled(pilot)
        assert screen.sidebar.scroll_offset.y and screen.filters.query.is_everything
        await press(pilot, "h", "g", "g")
        for _ in range(15):
            await press(pilot, *"jjjj")
            at = screen.sidebar.cursor - screen.sidebar.scroll_offset.y
            assert screen.sidebar.line_at(at) == screen.sidebar.cursor
        assert "↓ " not in picture(pilot)


@pytest.mark.parametrize(
    ("section", "words"), [("quality", "lower, higher"), ("date", "previous, next period")]
)
async def test_a_chart_names_its_own_keys(start: Launch, section: str, words: str) -> None:
    """While the cursor of the sidebar is on it, and no longer."""
    async with start(40).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "h")
        assert screen.sidebar.show_section(section)
        await settled(pilot)
        assert f"- + {words}" in line(pilot, -1) and "x clear" in line(pilot, -1)
        await press(pilot, "l")
        assert words not in line(pilot, -1)
