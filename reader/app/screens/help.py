"""The help page: every command with its keys, and the query language in a few lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from reader.app.keys import Keymap, binding
from reader.app.paint.cells import cut, fill
from reader.app.screens.page import MOVING, KeyLine, Page
from reader.app.widgets.lines import TextLine
from reader.config.commands import allowed_commands

Entry = tuple[str, str]
"""Keys and what they do, or an empty text and a heading."""

LANGUAGE: Sequence[Entry] = (
    ("wind farm", "both words"),
    ('"wind farm"', "the words together"),
    ("wind OR solar", "either"),
    ("-wind", "not this word"),
    ("turb*", "words starting with turb"),
    ("topic:AI,Chips", "either topic"),
    ("title:wind", "in the title; also author: provider: category: type: url: domain: path: tag:"),
    ("quality:>=50", "a number, or a range (40..80); also heat:"),
    ("since:7d", "in the last 7 days; also until:2021-07 date:yesterday"),
    ("is:unread", "also is:read is:starred is:draft is:published"),
    ("has:image", "also has:related has:body"),
    ("sort:quality", "best first; prefix with - to reverse; also date heat title provider relevance"),
)
FOOT = "/ find a key or a word"
_LEFT = ("Moving", "Panes", "Reading")
"""The groups of the left column."""
_KEYS_WIDTH = 18
"""Width of the keys before their descriptions; longer ones get their own line."""
_LEAST_COLUMN = 56
"""Minimum width of a column."""


class Help(Page[None]):
    """Every command with its keys, in two columns where there is room for them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        binding("show_help", "leave", "enter"),
        binding("search", "find"),
        binding("find_in_article", "find"),
    ]

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap
        self._sought = ""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help-page", classes="body"):
            yield Static(id="help-text")
        with Horizontal(id="help-foot"):
            yield TextLine(placeholder=FOOT, id="help-find")
            yield KeyLine(("move_down move_up", "scroll"), ("back", "back"))

    def on_resize(self, event: events.Resize) -> None:
        """Lay out again: in two columns where each has room for a sentence."""
        self._set_columns(event.size.width - 6)

    def _set_columns(self, width: int) -> None:
        left: list[Entry] = []
        right: list[Entry] = []
        for group, entries in self._groups():
            if found := [entry for entry in entries if self._matches(*entry)]:
                column = left if group in _LEFT else right
                column += [("", group.upper()), *found, ("", "")]
        del right[-1:]  # no blank line at the end
        if width >= 2 * _LEAST_COLUMN and left and right:
            lines = _beside(_set(left, width // 2), _set(right, width // 2), width // 2)
        else:
            lines = [*_set(left, width), *_set(right, width)]
        nothing = Content.styled("No matching keys or commands.", "$foreground-muted")
        self.query_one("#help-text", Static).update(Content("\n").join(lines or [nothing]))

    def action_find(self) -> None:
        self.set_focus(self.query_one(TextLine))

    def on_input_changed(self, event: Input.Changed) -> None:
        self._sought = event.value.strip()
        self._set_columns(self.size.width - 6)

    def action_leave(self) -> None:
        """Clear the search, or close the page."""
        line = self.query_one(TextLine)
        if line.has_focus or line.value:
            line.value = ""
            self.set_focus(self.query_one(VerticalScroll))
        else:
            self.dismiss()

    def on_input_submitted(self) -> None:
        self.set_focus(self.query_one(VerticalScroll))

    def _matches(self, keys: str, meaning: str) -> bool:
        """Whether this entry matches the search. A single letter is a key; more are part of a key's name or
        of the description, ignoring case."""
        sought = self._sought
        is_part = len(sought) > 1 and sought.casefold() in f"{keys} {meaning}".casefold()
        return not sought or sought in keys.split() or is_part

    def _groups(self) -> Iterator[tuple[str, Sequence[Entry]]]:
        """The commands of each group, joined where they share a description; last the query language."""
        for group in dict.fromkeys(command.group for command in allowed_commands()):
            entries: dict[str, list[str]] = {}
            for command in allowed_commands():
                if command.group == group:
                    entries.setdefault(command.help, []).append(self._keymap.words(command.id))
            yield (
                group,
                [
                    ((keys[0] if len(keys) == 1 else f"{keys[0]} … {keys[-1]}") or "(palette)", meaning)
                    for meaning, keys in entries.items()
                ],
            )
        yield "Search", LANGUAGE


def _set(entries: Sequence[Entry], width: int) -> list[Content]:
    """Entries as lines of at most `width` cells, the descriptions aligned."""
    lines: list[Content] = []
    for keys, meaning in entries:
        if not keys:
            lines.append(Content.styled(meaning, "$foreground-muted"))
            continue
        wrapped = wrap(meaning, max(width - _KEYS_WIDTH - 2, 12))
        if cell_len(keys) >= _KEYS_WIDTH:
            lines.append(Content.styled(cut(keys, width), "bold $primary"))
            keys = ""
        lines.append(Content.assemble((fill(keys, _KEYS_WIDTH), "bold $primary"), wrapped[0]))
        lines += [Content(" " * _KEYS_WIDTH + line) for line in wrapped[1:]]
    return lines


def _beside(left: list[Content], right: list[Content], width: int) -> list[Content]:
    """Two columns as one."""
    pairs = zip_longest(left, right, fillvalue=Content(""))
    return [Content.assemble(one, " " * (width - one.cell_length), other) for one, other in pairs]
