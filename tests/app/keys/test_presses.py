"""Keys that mean something only together: sequences of two, and numbers before keys."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.app import reader_app
from reader.app.keys import PendingKeys, keymap_of
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, press


def pressed(*keys: str, changes: dict[str, str] | None = None) -> list[str]:
    """What comes of some keys one after the other."""
    presses = PendingKeys(keymap_of(changes or {})[0].keys)
    return list(chain.from_iterable(presses.take(key) for key in keys))


def test_a_number_and_its_key_are_one() -> None:
    """`5j`, `12gg`; a zero counts where it is not the first digit."""
    assert pressed("5", "j") == ["5 j"]
    assert pressed("1", "2", "g", "g") == ["12 g g"]
    assert pressed("3", "0", "G", "j") == ["30 G", "j"]
    assert pressed("0", "j") == ["0", "j"]


def test_a_number_that_counts_nothing() -> None:
    """One digit was a view, several were a slip; Esc takes them back."""
    assert pressed("2", "s") == ["2", "s"]
    assert pressed("2", "3", "s") == ["s"]
    assert pressed("2", "escape", "j") == ["j"]


def test_a_digit_that_somebody_gave_to_a_command_is_that_command() -> None:
    """The user's own keymap wins."""
    assert pressed("5", "j", changes={"toggle_star": "5"}) == ["5", "j"]


@given(st.lists(st.sampled_from(("1", "7", "g", "G", "j", "s", "escape")), max_size=9))
def test_no_key_is_made_up(keys: list[str]) -> None:
    """What is obeyed was pressed, each key once and in this order."""
    left = iter(keys)
    for part in (part for key in pressed(*keys) for part in key.split()):
        for letter in part if part.isdigit() else [part]:
            assert letter in left


async def test_numbers_move_the_cursor(start: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows further, or to the row with this number."""
    monkeypatch.setattr(reader_app, "DIGIT_WAIT", 60)
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "5", "j")
        assert screen.articles.cursor == 5
        await press(pilot, "2", "k")
        assert screen.articles.cursor == 3
        await press(pilot, "1", "2", "G")
        assert screen.articles.cursor == 11
        await press(pilot, "4", "g", "g")
        assert screen.articles.cursor == 3


async def test_a_digit_alone_is_a_view(start: Launch) -> None:
    """When nothing came after it for a moment."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "3")
        assert (screen.search_bar.text, screen.footer.pressed) == ("is:starred", "")


async def test_a_number_that_waits_is_shown(start: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the footer, until its key comes."""
    monkeypatch.setattr(reader_app, "DIGIT_WAIT", 60)
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "1", "2")
        assert screen.footer.pressed == "12"
        await press(pilot, "escape")
        assert (screen.footer.pressed, screen.articles.cursor) == ("", 0)
