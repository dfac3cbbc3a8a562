"""The links of an article's text, numbered: typed, chosen or clicked they are opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from reader.app.paint.cells import cut, one_line
from reader.app.widgets.key_line import KeyLine
from reader.article.urls import shown_host

WIDEST = 90


class Links(ModalScreen[str | None]):
    """Answers with the address that is to be opened, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,number_sign", "leave", "Back"),
        Binding("j,down", "move(1)", "Down"),
        Binding("k,up", "move(-1)", "Up"),
        Binding("y", "copy", "Copy"),
        Binding("o", "open", "Open"),
    ]

    def __init__(self, links: Sequence[tuple[str, str]], copy: Callable[[str], object]) -> None:
        super().__init__()
        self._links = links
        self._copy = copy
        self.typed = ""
        """The digits so far."""

    def compose(self) -> ComposeResult:
        """The list and how to use it."""
        width = min(WIDEST, self.app.size.width - 8)
        room = len(str(len(self._links)))
        with Vertical(classes="dialog", id="links"):
            yield Static(Content(f"Links of the article  {len(self._links)}"), classes="dialog--question")
            yield OptionList(
                *(
                    Option(self._line(number, link, room, width))
                    for number, link in enumerate(self._links, 1)
                ),
                compact=True,
            )
            keys = KeyLine()
            keys.show(("enter", "opens"), ("y", "copies"), ("escape", "back"), before="a number or ")
            yield keys

    def _line(self, number: int, link: tuple[str, str], room: int, width: int) -> Content:
        name, url = link
        host = shown_host(url)
        label = one_line(name) or url.partition("://")[2]
        label = cut(label, max(width - room - cell_len(host) - 6, 12))
        return Content.assemble(
            (f"{number:>{room}}  ", "bold $primary"), label, (f"  {host}", "$foreground-muted")
        )

    def on_key(self, event: events.Key) -> None:
        """Take a number; it is obeyed as soon as no longer one can be meant."""
        if event.character is None or event.character not in "0123456789":
            self.typed = ""
            return
        event.stop()
        typed = (self.typed + event.character).lstrip("0")
        self.typed = typed if typed and int(typed) <= len(self._links) else event.character.strip("0")
        if not self.typed:
            return
        number = int(self.typed)
        if number > len(self._links):
            self.typed = ""
            return
        self.query_one(OptionList).highlighted = number - 1
        if number * 10 > len(self._links):
            self.dismiss(self._links[number - 1][1])

    @property
    def _current(self) -> str:
        place = self.query_one(OptionList).highlighted
        return self._links[place][1] if place is not None else ""

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open what was chosen."""
        event.stop()
        self.dismiss(self._links[event.option_index][1])

    def action_move(self, rows: int) -> None:
        """Go down, or up for less than 0."""
        options = self.query_one(OptionList)
        place = options.highlighted if options.highlighted is not None else -1
        options.highlighted = max(min(place + rows, len(self._links) - 1), 0)

    def action_copy(self) -> None:
        """Copy the address under the cursor."""
        self._copy(self._current)

    def action_open(self) -> None:
        """Open the address under the cursor."""
        self.dismiss(self._current)

    def action_leave(self) -> None:
        """Open nothing."""
        self.dismiss(None)
