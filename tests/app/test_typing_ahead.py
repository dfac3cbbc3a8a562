"""Keys that come faster than the screen answers, as over a slow line: each goes to the right place.

`press` lets all its keys arrive at once in other tests too.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.events import MouseDown, MouseUp, Paste

from reader.app.widgets.article_pane import FindBar
from reader.config import Config
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, browse, is_leaving, notices, press, send, settled
from tests.app.pilot import key_event as key
from tests.app.real_screen import RealScreen
from tests.conftest import rarely


@pytest.mark.parametrize("before", ["jj", "lj", *rarely("", "5j", "l")])
async def test_letters_after_the_slash_are_searched_for(start: Launch, before: str) -> None:
    """They do not run commands on an article."""
    async with start(12).run_test(size=WIDE) as pilot:
        await press(pilot, *before, *"/seAa")
        assert str(browse(pilot).filters.query).startswith("seAa")
        assert browse(pilot).focused is browse(pilot).search_bar.line
        assert pilot.app.screen is browse(pilot) and not notices(pilot.app)
        await press(pilot, "escape", "c")
        screen = browse(pilot)
        rows = [screen.articles.at(row) for row in range(12)]
        assert not any(row is None or row.is_starred for row in rows)


@pytest.mark.long
async def test_keys_after_a_pane_key_go_to_that_pane(start: Launch) -> None:
    """After h, j moves in the sidebar and space selects there."""
    async with start(12).run_test(size=WIDE) as pilot:
        await press(pilot, "h", "j", "j", "space")
        assert browse(pilot).place == "sidebar"
        assert browse(pilot).articles.cursor == 0
        assert not browse(pilot).filters.query.is_everything


@pytest.mark.parametrize("leave", ["enter", *rarely("tab")])
async def test_keys_after_a_search_apply_to_its_results(
    start: Launch, leave: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of them is typed into the bar."""
    monkeypatch.setattr("reader.app.reader_app.HOLD", 60)
    async with start(40).run_test(size=WIDE) as pilot:
        wanted = browse(pilot).articles.at(20)
        assert wanted is not None
        await press(pilot, *"/title:", *f'"{wanted.title}" ', leave, *"ks")
        screen = browse(pilot)
        assert screen.search_bar.text.strip() == f'title:"{wanted.title}"'
        assert screen.place == "list" and screen.articles.cursor == 0
        starred = screen.articles.at(0)
        assert starred is not None and (starred.title, starred.is_starred) == (wanted.title, True)
        await press(pilot, "c")
        rows = [screen.articles.at(row) for row in range(40)]
        assert [row.title for row in rows if row is not None and row.is_starred] == [wanted.title]


async def test_keys_after_leaving_the_search_bar(start: Launch) -> None:
    """Esc goes back to the list, which gets them."""
    async with start(12).run_test(size=WIDE) as pilot:
        await press(pilot, *"/sea", "escape", *"jc")
        assert browse(pilot).place == "list" and browse(pilot).filters.query.is_everything


async def test_keys_after_a_find_in_the_article(start: Launch) -> None:
    """They scroll the article and are not searched for."""
    async with start(12).run_test(size=WIDE) as pilot:
        await press(pilot, "enter", "ctrl+f", *"a", "enter", *"z")
        assert browse(pilot).is_zoomed and not browse(pilot).query(FindBar)


async def test_keys_after_finding_a_value(start: Launch) -> None:
    """The box in the sidebar gets its letters first; after Enter keys are commands again."""
    async with start(12).run_test(size=WIDE) as pilot:
        topic = browse(pilot).sidebar.facets[0].values[-1].value
        await press(pilot, "F", *topic, "enter", "space")
        assert browse(pilot).filters.query.included("topic") == (topic,)


async def test_keys_after_answering_a_dialog(start: Launch) -> None:
    """The dialog is closed before the next key is handled."""
    async with start(12).run_test(size=WIDE) as pilot:
        await press(pilot, "t", *"later", "enter", "j")
        screen = browse(pilot)
        assert pilot.app.screen is screen and screen.articles.cursor == 1
        first = screen.articles.at(0)
        assert first is not None and first.tags == ("later",)


async def test_keys_after_one_that_opens_a_page(start: Launch) -> None:
    """They are for the page, which has its size before it is scrolled."""
    async with start(12).run_test(size=WIDE) as pilot:
        await press(pilot, "?", "j", "j")
        assert pilot.app.screen.query_one(VerticalScroll).scroll_offset.y == 2
        screen = await press(pilot, "escape", "a", *"to do", "ctrl+s", "j")
        assert (screen.article_pane.note, screen.articles.cursor) == ("", 1)
        assert (await press(pilot, "k")).article_pane.note == "to do"


async def test_a_paste_stays_between_the_keys_around_it(start: Launch) -> None:
    """In the search bar, and in a dialog that a key before it opens."""
    async with start(12).run_test(size=WIDE) as pilot:
        await settled(pilot)
        for event in (*map(key, "/ab"), Paste("cd"), *map(key, "e"), key("enter")):
            pilot.app.post_message(event)
        screen = await settled(pilot)
        assert (screen.search_bar.text, screen.place) == ("abcde", "list")
        await press(pilot, "c")
        for event in (*map(key, "tla"), Paste("te"), *map(key, "r"), key("enter")):
            pilot.app.post_message(event)
        first = (await settled(pilot)).articles.at(0)
        assert first is not None and first.tags == ("later",)


async def test_a_click_waits_for_the_keys_before_it(start: Launch) -> None:
    """The page that a key opens gets it, not the list below."""
    async with start(12).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        x, y = screen.articles.region.offset + (4, 6)
        clicks = [one(None, x, y, 0, 0, 1, False, False, False) for one in (MouseDown, MouseUp)]
        for event in (key("l"), key("?"), *clicks):
            pilot.app.post_message(event)
        await settled(pilot)
        assert pilot.app.screen is not screen and screen.articles.cursor == 0


async def test_a_count_waits_for_its_key_while_that_is_held(
    start: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the screen takes to handle the digit, it shows no view."""
    monkeypatch.setattr("reader.app.reader_app.DIGIT_WAIT", 0.01)
    async with start(12).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        screen.articles.call_later(asyncio.sleep, 0.1)
        await send(pilot, "5", "j")
        await settled(pilot)
        assert screen.articles.cursor == 5 and screen.filters.query.is_everything


async def test_a_pane_that_hangs_does_not_stop_ctrl_c(start: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys wait for a pane to handle the one before, but not forever."""
    monkeypatch.setattr("reader.app.reader_app.PATIENCE", 0.05)
    async with start(12).run_test(size=WIDE) as pilot:
        released = asyncio.Event()
        browse(pilot).articles.call_later(released.wait)
        for name in ("s", "ctrl+c"):
            pilot.app.post_message(key(name))
        while not is_leaving(pilot.app):
            await asyncio.sleep(0.01)
        released.set()


async def test_a_key_that_makes_a_pane_wider_pressed_twice(start: Launch) -> None:
    """The second one begins at the width that the first one gave."""
    async with start(12).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "h")
        before = screen.sidebar.outer_size.width
        await press(pilot, ">", ">", ">")
        assert screen.sidebar.outer_size.width == before + 6


@pytest.mark.parametrize("key", ["j", *rarely("G", "shift+g", "slash")])
async def test_a_key_at_once_after_esc(start: Launch, key: str) -> None:
    """Terminals send both as Alt and that key; Esc leaves the search bar and the key is a command."""
    async with start(12).run_test(size=WIDE) as pilot:
        await press(pilot, "/", f"alt+{key}")
        screen = browse(pilot)
        assert screen.place == ("search" if key == "slash" else "list")
        assert screen.articles.cursor == {"j": 1, "slash": 0}.get(key, 11)


async def test_alt_stays_alt_where_it_is_bound(start: Launch) -> None:
    """By words in a line, and for a command in the configuration."""
    async with start(12, config=Config(keys={"toggle_star": "alt+s"})).run_test(size=WIDE) as pilot:
        await press(pilot, "alt+s", *"/sea wind", "alt+b", "alt+b", "alt+d")
        screen = browse(pilot)
        assert screen.search_bar.text == "wind"
        await press(pilot, "escape", "c")
        assert any(row is not None and row.is_starred for row in map(screen.articles.at, range(12)))


def test_enter_before_the_terminal_is_raw(tmp_path: Path) -> None:
    """It ends the search, although the terminal makes a line feed of it."""
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.md").write_text("---\ntitle: Quiet sea\n---\nText.\n")
    with RealScreen(news, tmp_path / "home", columns=100, rows=20) as screen:
        screen.press("/sea\r?", quiet=0.01)
        screen.wait_for("MOVING")


def test_keys_before_the_first_screen(tmp_path: Path) -> None:
    """None is lost, and none ends the reader."""
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.md").write_text("---\ntitle: Quiet sea\n---\nText.\n")
    with RealScreen(news, tmp_path / "home", columns=100, rows=20) as screen:
        screen.wait_for("\x1b[?1049h")
        screen.press("jk/sea", quiet=0.01)
        screen.wait_for("⌕ sea")
        screen.press("\x03", quiet=0.01)
        assert screen.wait_for_end() == 0
