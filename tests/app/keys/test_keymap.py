"""The user's own keys: what they change, and what is reported about those that can't be."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

from reader.app import browsing
from reader.app.keys import PendingKeys, action_of, keymap_of
from reader.app.widgets.article_list import ArticleList
from reader.app.widgets.article_pane import ArticlePane
from reader.app.widgets.related_pane import RelatedPane
from reader.app.widgets.sidebar import Sidebar
from reader.config.commands import COMMANDS


def test_without_changes_each_command_has_its_own_keys() -> None:
    """The defaults are the table's."""
    keymap, warnings = keymap_of({})
    assert not warnings
    assert keymap.words("go_top") == "gg Home"
    assert keymap.words("show_help") == "?"


PARTS: list[type] = [
    found
    for module in pkgutil.iter_modules(browsing.__path__, f"{browsing.__name__}.")
    for _, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass)
    if found.__module__ == module.name
]
"""The screen and its parts, which carry out commands."""
OWNERS: dict[str, list[type]] = {
    "screen": PARTS, "sidebar": [Sidebar], "list": [ArticleList], "article": [ArticlePane],
    "related": [RelatedPane],
}  # fmt: skip


def test_every_command_has_an_action_in_its_places() -> None:
    """Exactly one: a command without an action would be a key that does nothing."""
    for command in COMMANDS:
        name = action_of(command.id).partition("(")[0]
        for place in command.places:
            owners = [owner for owner in OWNERS[place] if hasattr(owner, f"action_{name}")]
            assert len(owners) == 1, (command.id, place)


def test_a_change_replaces_the_commands_keys() -> None:
    """Several keys are separated by commas; characters stand for themselves."""
    keymap, warnings = keymap_of({"toggle_star": "*, ctrl+s"})
    assert keymap.keys["toggle_star"] == ("asterisk", "ctrl+s")
    assert not warnings


def test_a_key_taken_from_another_command_is_said_when_it_was_the_last() -> None:
    """Who loses a key and has another keeps quiet; who loses all is named."""
    keymap, warnings = keymap_of({"toggle_star": "o, j"})
    assert keymap.keys["open_page"] == ()
    assert keymap.keys["move_down"] == ("down",)
    assert warnings == ["open_page has no key left: o is now toggle_star"]


def test_a_command_without_a_key_is_found_in_the_palette() -> None:
    """Sentences name its keys, else its label there."""
    keymap, _ = keymap_of({"toggle_star": "o"})
    assert keymap.in_a_sentence("toggle_star") == "o"
    assert keymap.in_a_sentence("open_page") == '"Open page" in the palette'


def test_two_changes_for_one_key_are_a_clash() -> None:
    """The first one named keeps the key."""
    keymap, warnings = keymap_of({"toggle_star": "X", "open_page": "X,f7"})
    assert keymap.keys["toggle_star"] == ("X",)
    assert keymap.keys["open_page"] == ("f7",)
    assert warnings == ["X can't be open_page: it is already toggle_star"]


def test_unknown_commands_and_impossible_keys_are_named() -> None:
    """Neither is accepted in silence; the command keeps its own keys."""
    keymap, warnings = keymap_of({"fly": "f", "search": "hyperspace", "undo": "ctrl+alt+"})
    assert len(warnings) == 3
    assert keymap.keys["search"] == ("slash",)
    assert keymap.keys["undo"] == ("u",)


def test_nobody_can_lock_himself_in() -> None:
    """Quit, back and help keep their own keys besides new ones."""
    keymap, warnings = keymap_of({"quit": "ctrl+x", "toggle_star": "Q"})
    assert keymap.keys["quit"] == ("Q", "ctrl+c", "ctrl+q", "ctrl+x")
    assert "can't be toggle_star" in warnings[0]


def test_a_key_that_begins_a_sequence_takes_the_sequence() -> None:
    """`gg` can't be typed where `g` does something at once."""
    keymap, _ = keymap_of({"toggle_star": "g"})
    assert keymap.keys["go_top"] == ("home",)
    assert PendingKeys(keymap.keys).take("g") == ["g"]


def test_an_impossible_key_is_told_with_what_was_meant() -> None:
    """One warning each, with the nearest name where there is one."""
    for key, said in (
        ("shift+j", "no terminal sends shift+j; did you mean J?"),
        ("ctl+d", "no terminal sends ctl+d; did you mean ctrl+d?"),
        ("Ctrl-D", "no terminal sends Ctrl-D; did you mean ctrl+d?"),
        ("pgdown", "no terminal sends pgdown; did you mean pagedown?"),
        ("g g g", "a sequence has at most two keys"),
    ):
        keymap, warnings = keymap_of({"toggle_star": key})
        assert len(warnings) == 1 and said in warnings[0], warnings
        assert keymap.keys["toggle_star"] == ("s",)
