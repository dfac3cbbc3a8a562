"""The table of commands, from which bindings, palette, help page and footer are made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reader.app.keys import BOX, FOOTER
from reader.config.commands import COMMANDS, PANES, key_words


def test_each_command_has_its_own_id() -> None:
    """An id names one command."""
    ids = [command.id for command in COMMANDS]
    assert len(ids) == len(set(ids))


def test_no_key_is_given_twice() -> None:
    """A key does one thing."""
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))


def test_help_is_a_short_sentence_without_a_stop() -> None:
    """The help page and the palette set it as it is."""
    for command in COMMANDS:
        assert command.help[0].isupper() and not command.help.endswith(".")
        assert len(command.help) <= 60, command.id


def test_each_pane_has_a_footer_of_known_commands() -> None:
    """The footer names commands that are there, and ends with the way to all keys in each pane."""
    known = {command.id for command in COMMANDS}
    assert {*PANES, "search"} < FOOTER.keys()
    for place, hints in FOOTER.items():
        assert set(" ".join(hints).split()) <= known
        assert place in ("search", BOX) or list(hints)[-1] == "show_help"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("j", "j"),
        ("G", "G"),
        ("g g", "gg"),
        ("ctrl+d", "Ctrl-D"),
        ("shift+tab", "Shift-Tab"),
        ("escape", "Esc"),
        ("pagedown", "PgDn"),
        ("f5", "F5"),
        ("?", "?"),
    ],
)
def test_keys_are_written_as_people_write_them(key: str, words: str) -> None:
    """Textual's names become those on the keyboard."""
    assert key_words(key) == words


def test_keys_in_ascii_are_no_other_keys() -> None:
    """An arrow down as `v`, or Enter as `<`, would be another command's."""
    keys = {part for command in COMMANDS for key in command.keys for part in key.split()}
    plain = {key: key_words(key, is_plain=True) for key in keys}
    assert all(words.isascii() for words in plain.values())
    assert len(set(plain.values())) == len(keys)


def _in_table(key: str) -> str:
    return key_words(key).replace("|", "\\|")


def test_every_command_is_documented_with_its_keys() -> None:
    """`docs/keys.md` has a row for each, one for all views, and no row for anything else."""
    page = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and "| --- |" not in line]
    expected = [
        f"| {' '.join(f'`{_in_table(key)}`' for key in command.keys) or '(palette)'} "
        f"| `{command.id}` | {command.help} |"
        for command in COMMANDS
        if not command.id.startswith("view_")
    ]
    views = expected.index(next(row for row in expected if "`save_view`" in row))
    expected.insert(views, "| `1` … `9` | `view_1` … `view_9` | Show one of the first nine views |")
    assert [row for row in rows if row != "| keys | command | what it does |"] == expected


def test_the_table_needs_no_screen() -> None:
    """`reader config keys` lists the commands without loading Textual."""
    code = "import reader.config.commands, sys; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
