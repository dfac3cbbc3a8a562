"""Questions over the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App
from textual.content import Content
from textual.widgets import Input, Label

from reader.app.keys import UNBOUND
from reader.app.screens.addresses import Links
from reader.app.screens.dialogs import Ask, Confirm
from reader.app.screens.page import Hints
from tests.app.pilot import quiet, send, strips

SHEET = Path(__file__).parents[2] / "styles" / "pages.tcss"


class Asking(App[None]):
    """Keeps the answers of a dialog."""

    CSS_PATH = SHEET

    def __init__(self, dialog: Confirm | Ask | Links) -> None:
        super().__init__()
        self.dialog = dialog
        self.answers: list[bool | str | None] = []

    def on_mount(self) -> None:
        """Ask at once."""
        self.push_screen(self.dialog, self.answers.append)


@pytest.mark.parametrize(("key", "answer"), [("y", True), ("enter", True), ("n", False), ("escape", False)])
async def test_a_question_is_answered_with_a_key(key: str, answer: bool) -> None:
    """y and Enter mean yes, n and Esc mean no."""
    app = Asking(Confirm("Mark [/x] as read?"))
    async with app.run_test() as pilot:
        await send(pilot, key)
    assert app.answers == [answer]


async def test_ctrl_z_suspends_from_a_dialog(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dialog is still open afterwards."""
    suspended: list[object] = []
    monkeypatch.setattr(App, "action_suspend_process", lambda app: suspended.append(type(app.screen)))
    async with Asking(Ask("Folder to open", "")).run_test() as pilot:
        await pilot.press("ctrl+z", "a")
    assert suspended == [Ask]


async def test_two_enters_at_once_answer_one_dialog() -> None:
    """A second Enter, typed before the first has closed a dialog, does not close what lies below."""
    below, dialog = Confirm("Below?"), Ask("Tags:")
    app = Asking(dialog)
    async with app.run_test() as pilot:
        dialog.dismiss("harbour")
        app.push_screen(below)
        dialog.dismiss("harbour")
        await quiet(pilot)
        assert app.screen is below
    assert app.answers == ["harbour"]


async def test_a_question_is_no_markup() -> None:
    """Brackets in a question are shown as they are."""
    app = Asking(Confirm("Mark [red]all[/red] [/x]?"))
    async with app.run_test() as pilot:
        await quiet(pilot)
        assert str(app.screen.query_one(".dialog--question", Label).render()) == "Mark [red]all[/red] [/x]?"


async def test_a_line_is_edited_at_its_end() -> None:
    """What is typed comes behind what was there, and Enter gives it all."""
    app = Asking(Ask("Tags", "boats"))
    async with app.run_test() as pilot:
        await send(pilot, ",", "q", "enter")
    assert app.answers == ["boats,q"]


async def test_leaving_a_line_answers_nothing() -> None:
    """Esc gives None, not an empty text."""
    app = Asking(Ask("Tags", "boats"))
    async with app.run_test() as pilot:
        await send(pilot, "x", "escape")
    assert app.answers == [None]


async def test_the_last_part_of_a_line_is_completed() -> None:
    """A suggestion completes the tag after the last comma, and never one that is there already."""
    app = Asking(Ask("Tags", "boats, ", ["boats", "books"]))
    async with app.run_test() as pilot:
        await send(pilot, "b", "o")
        await app.workers.wait_for_complete()
        await quiet(pilot)
        await send(pilot, "right")
        assert app.screen.query_one(Input).value == "boats, books"


async def test_a_key_is_not_parted_from_its_words() -> None:
    """Where the keys need a second line, it begins with a key."""
    app = Asking(Ask("Tags", "boats", ["harbour"]))
    async with app.run_test(size=(40, 12)) as pilot:
        await quiet(pilot)
        lines = [strip.text.strip(" ▌") for strip in strips(app)]
        assert {"Enter ok   Esc cancel", "Right complete"} <= {*lines}


async def test_a_command_without_a_key_is_not_in_the_line_of_keys() -> None:
    """The user may have taken its key away."""
    app = Asking(Links([("Tides", "https://tide.example/")], lambda url: None))
    app.set_keymap({"copy_url": UNBOUND})
    async with app.run_test(size=(60, 12)) as pilot:
        await quiet(pilot)
        assert any("number or Enter open   Esc back" in strip.text for strip in strips(app))


def test_keys_stand_beside_each_other_where_there_is_room() -> None:
    """Each stays on one line with its words."""
    hints = Hints([Content("Up Down which"), Content("Esc leave")])
    assert hints.in_width(30).plain == "Up Down which   Esc leave"
    assert hints.in_width(24).plain == "Up Down which\nEsc leave"
