"""A page's whole address, where no browser could be started: to be taken from the screen with the mouse.

It begins at the left edge and has nothing beside it, so that a selection over several lines is the address.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Static


class Address(ModalScreen[None]):
    """The address, as a link where the terminal knows links, and what was done with it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter,space,o", "leave", "Back")]

    def __init__(self, sentence: str, url: str) -> None:
        super().__init__()
        self.sentence = sentence
        """What was tried."""
        self.url = url
        """Checked and percent-encoded, so that it can be a link of the terminal's (OSC 8)."""

    def compose(self) -> ComposeResult:
        """What was tried, the address, the way out."""
        yield Static(Content(self.sentence), id="address-said")
        yield Static(Content(self.url).stylize(Style(link=self.url)), id="address-url")
        yield Static(Content("Esc back"), id="address-keys")

    def action_leave(self) -> None:
        """Close the page."""
        self.dismiss()
