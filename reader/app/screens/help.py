"""All keys on one page, made from the commands; and the question's language in a few lines."""

from __future__ import annotations

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

LANGUAGE = (
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
"""Cells of the keys before what they do; longer ones get their own line."""
_LEAST_COLUMN = 56
"""Cells from which on a column can be read."""


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
            yield KeyLine(("move_down", ""), ("move_up", "scroll"), ("back", "back"))

    def on_resize(self, event: events.Resize) -> None:
        """Lay out again: in two columns where each has room for a sentence."""
        self._set_columns(event.size.width - 6)

    def _set_columns(self, width: int) -> None:
        groups = list(dict.fromkeys(command.group for command in allowed_commands()))
        left = [line for group in groups if group in _LEFT for line in self._group(group)]
        right = [line for group in groups if group not in _LEFT for line in self._group(group)]
        right += self._matching([("", "SEARCH"), *LANGUAGE])
        if width >= 2 * _LEAST_COLUMN and left and right:
            lines = _beside(_set(left, width // 2), _set(right, width // 2), width // 2)
        else:
            lines = [*_set(left, width), *_set(right, width)]
        nothing = Content.styled("No matching keys or commands.", "$foreground-muted")
        self.query_one("#help-text", Static).update(Content("\n").join(lines or [nothing]))

    def action_find(self) -> None:
        self.set_focus(self.query_one(TextLine))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
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

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.set_focus(self.query_one(VerticalScroll))

    def _matching(self, entries: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The matching entries under their heading; all without a search."""
        sought = self._sought
        if not sought:
            return entries
        heading, *rest = entries
        # One letter is a key; more are part of one's name or of the meaning, whatever their case.
        found = [
            (keys, meaning)
            for keys, meaning in rest
            if sought in keys.split()
            or (len(sought) > 1 and sought.casefold() in f"{keys} {meaning}".casefold())
        ]
        return [heading, *found, ("", "")] if found else []

    def _group(self, group: str) -> list[tuple[str, str]]:
        """A heading, its commands (joined where they share a description), a blank line."""
        entries = [("", group.upper())]
        commands = [command for command in allowed_commands() if command.group == group]
        for meaning in dict.fromkeys(command.help for command in commands):
            keys = [self._keymap.words(command.id) for command in commands if command.help == meaning]
            words = (keys[0] if len(keys) == 1 else f"{keys[0]} … {keys[-1]}") or "(palette)"
            entries.append((words, meaning))
        return self._matching([*entries, ("", "")] if not self._sought else entries)


def _set(entries: list[tuple[str, str]], width: int) -> list[Content]:
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
