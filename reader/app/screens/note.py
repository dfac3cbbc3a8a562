"""A note, written in a few lines of plain text. What is done with it is the asker's."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, TextArea

from reader.app.widgets.key_line import Hint, KeyLine

MOST = 100_000
"""Characters of a note."""


class Note(ModalScreen["str | None"]):
    """Some lines to write in; None where they were left as they were."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep", priority=True),
        Binding("escape", "leave", "Leave", priority=True),
    ]

    def __init__(self, title: str, note: str = "") -> None:
        super().__init__()
        self._title = title
        self._note = note
        self._is_warned = False

    def compose(self) -> ComposeResult:
        """The title, the lines, and the keys."""
        with Vertical(classes="dialog"):
            yield Label(Content(self._title), classes="dialog--question")
            yield TextArea(self._note, show_line_numbers=False, compact=True, tab_behavior="focus")
            yield KeyLine(*self._keys(), id="note-keys")

    def on_mount(self) -> None:
        """Write at the end of what is there."""
        lines = self.query_one(TextArea)
        lines.cursor_blink = False
        lines.move_cursor(lines.document.end)
        lines.focus()

    @property
    def written(self) -> str:
        """What stands there, without blanks around it."""
        return self.query_one(TextArea).text.strip()[:MOST]

    def action_keep(self) -> None:
        """Close with what stands there."""
        self.dismiss(self.written)

    def action_leave(self) -> None:
        """Close without an answer; what was written is dropped only when that was said before."""
        if self.written == self._note.strip() or self._is_warned:
            self.dismiss(None)
            return
        self._is_warned = True
        self._show_keys()

    def on_text_area_changed(self) -> None:
        """Who goes on writing is warned again."""
        if self._is_warned:
            self._is_warned = False
            self._show_keys()

    def _show_keys(self) -> None:
        line = self.query_one("#note-keys", KeyLine)
        line.set_class(self._is_warned, "-warning")
        line.show(*self._keys())

    def _keys(self) -> tuple[Hint, Hint]:
        leave = "again drops what you wrote" if self._is_warned else "leave as it was"
        return ("ctrl+s", "keep"), ("escape", leave)
