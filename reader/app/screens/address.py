"""Whole addresses, where no browser takes them: to press, to select, to scan with a telephone.

Each begins at the left edge and has nothing beside it, so that a selection over several lines is the address.
A key lends the mouse to the terminal, which then selects text and opens links without Shift or Ctrl.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Static

from reader.app.terminal_output import TerminalOutput
from reader.app.widgets.key_line import Hint, KeyLine
from reader.app.widgets.qr_code import QrCode
from reader.terminal import Terminal


class Address(ModalScreen[None]):
    """The addresses, as links where the terminal knows links, and what was done with them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,o,L", "leave", "Back"),
        Binding("y", "copy", "Copy"),
        Binding("c", "code_alone", "Code alone"),
        Binding("m", "lend_mouse", "Lend the mouse"),
        Binding("j,down", "scroll_by(1)", "Down"),
        Binding("k,up", "scroll_by(-1)", "Up"),
        Binding("space,pagedown,ctrl+d", "scroll_by(10)", "Page down"),
        Binding("pageup,ctrl+u", "scroll_by(-10)", "Page up"),
    ]

    def __init__(
        self,
        sentence: str,
        links: Sequence[tuple[str, str]],
        terminal: Terminal,
        copy: Callable[[str], None],
        output: TerminalOutput,
    ) -> None:
        super().__init__()
        self.sentence = sentence
        """What was tried."""
        self.links = tuple(links)
        """Titles and URLs: these checked and percent-encoded, so that the terminal can have them as links."""
        self._terminal = terminal
        self._copy = copy
        self._output = output
        self._is_mouse_lent = False

    def compose(self) -> ComposeResult:
        """The title, what was tried, the addresses, the code of a single one, the way out."""
        with VerticalScroll(id="address-page"):
            if self.sentence:
                yield Static(Content(self.sentence), id="address-said")
            for title, url in self.links:
                if title:
                    yield Static(Content(title), classes="address-title")
                link = (
                    Content(url).stylize(Style(link=url))
                    if self._terminal.links is not False
                    else Content(url)
                )
                yield Static(link, classes="address-url")
            if len(self.links) == 1:
                yield QrCode(self.links[0][1], is_unicode=self._terminal.is_unicode, id="address-code")
        yield KeyLine(id="address-keys", classes="")

    def action_lend_mouse(self) -> None:
        """Leave the mouse to the terminal, which selects and opens with it by itself; or take it back."""
        if self._terminal.has_mouse:
            self._is_mouse_lent = not self._is_mouse_lent
            self._output.report_mouse(not self._is_mouse_lent)
            self._fit()

    def on_resize(self, event: events.Resize) -> None:
        """Show the code where there is room for it."""
        self._fit()

    def _fit(self) -> None:
        keys: list[Hint] = [("y", "copy"), ("escape", "back")]
        why_none = ""
        for code in self.query(QrCode):
            columns, lines = self.size
            others = 8 + len(code.url) // max(columns, 1)
            is_alone = self.has_class("-code-alone")
            code.display = code.fits(columns, lines - 1 if is_alone else lines - others)
            if code.fits(columns, lines - 1) and (is_alone or not code.display):
                keys.insert(1, ("c", "address" if is_alone else "QR code"))
            elif not code.display:
                self.remove_class("-code-alone")
                why_none = _too_small(code)
        if self._terminal.has_mouse:
            keys.append(("m", "the mouse clicks" if self._is_mouse_lent else "the mouse selects"))
        self.query_one("#address-keys", KeyLine).show(*keys, after=why_none)

    def action_code_alone(self) -> None:
        """Give the code all the room, or take it back."""
        self.toggle_class("-code-alone")
        self._fit()

    def action_scroll_by(self, lines: int) -> None:
        """Move through many addresses."""
        self.query_one("#address-page").scroll_relative(y=lines, animate=False)

    def action_copy(self) -> None:
        """Send the addresses to the clipboard (again)."""
        self._copy("\n".join(url for _, url in self.links))

    def action_leave(self) -> None:
        """Close the page, and take the mouse back: not on unmounting, which also comes after the end."""
        if self._is_mouse_lent:
            self._output.report_mouse(True)
        self.dismiss()


def _too_small(code: QrCode) -> str:
    if not code.code:
        return "(too long for a QR code)"
    return f"(a QR code needs {code.needs.width}×{code.needs.height + 1})"
