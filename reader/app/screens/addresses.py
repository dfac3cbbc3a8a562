"""The addresses of articles: a numbered list of an article's links; and full addresses, for when no browser
can be opened, to click, select or scan with a phone. A full address starts at the left edge and has nothing
beside it, so that a selection over several lines is exactly the address. A key leaves the mouse to the
terminal, which then selects text and opens links without Shift.

A QR code is black on white whatever the theme, with the quiet zone of ISO/IEC 18004 (four squares), because
cameras look for both. Two squares share a cell where the terminal has half blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.style import Style
from textual.widgets import OptionList, Static

from reader.app.keys import binding
from reader.app.paint.cells import cut, one_line
from reader.app.paint.terminal_output import TerminalOutput
from reader.app.screens.page import MOVING, Hint, KeyLine, Page
from reader.article.urls import shown_host
from reader.permissions import is_in_browser
from reader.terminal import Terminal

WIDEST = 90
QUIET = 4
"""Light squares on each side."""

_BLACK, _WHITE = Color(0, 0, 0), Color(255, 255, 255)
_INK = Style(foreground=_BLACK, background=_WHITE)
_DARK_GROUND = Style(foreground=_WHITE, background=_BLACK)
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}

Squares = Sequence[Sequence[bool]]


class Links(Page[str | None]):
    """The links of an article; closes with the address to open, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        binding("list_links", "leave"),
        binding("copy_url", "copy"),
        binding("open_page", "open"),
    ]

    def __init__(self, links: Sequence[tuple[str, str]], copy: Callable[[str], object]) -> None:
        super().__init__()
        self._links = links
        self._copy = copy
        self.typed = ""
        """The digits typed so far."""

    def compose(self) -> ComposeResult:
        width = min(WIDEST, self.app.size.width - 8)
        room = len(str(len(self._links)))
        with Vertical(classes="dialog", id="links"):
            yield Static(Content(f"Links of the article  {len(self._links)}"), classes="dialog--question")
            lines = (self._line(number, link, room, width) for number, link in enumerate(self._links, 1))
            yield OptionList(*lines, compact=True, classes="body")
            yield KeyLine(("enter", "open"), ("copy_url", "copy"), ("back", "back"), before="number or ")

    def _line(self, number: int, link: tuple[str, str], room: int, width: int) -> Content:
        name, url = link
        host = shown_host(url)
        label = one_line(name) or url.partition("://")[2]
        label = cut(label, max(width - room - cell_len(host) - 6, 12))
        return Content.assemble(
            (f"{number:>{room}}  ", "bold $primary"), label, (f"  {host}", "$foreground-muted")
        )

    def on_key(self, event: events.Key) -> None:
        """Type a digit; the link opens as soon as no further digit could follow."""
        if event.character is None or event.character not in "0123456789":
            self.typed = ""
            return
        event.stop()
        typed = (self.typed + event.character).lstrip("0")
        if int(typed or 0) > len(self._links):
            typed = event.character.strip("0")
        number = int(typed or 0)
        self.typed = typed if number <= len(self._links) else ""
        if self.typed:
            self.query_one(OptionList).highlighted = number - 1
            if number * 10 > len(self._links):
                self.dismiss(self._links[number - 1][1])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._links[event.option_index][1])

    def action_copy(self) -> None:
        self._copy(self._links[self.list_cursor][1])

    def action_open(self) -> None:
        self.query_one(OptionList).action_select()


class AddressLine(Static):
    """An address: a link in terminals that support links, and clickable in a browser."""

    def __init__(self, url: str, *, is_link: bool) -> None:
        super().__init__(
            Content(url).stylize(Style(link=url)) if is_link else url, classes="address-url", markup=False
        )
        self.url = url

    def on_click(self) -> None:
        """Open it in the browser that shows the screen."""
        if is_in_browser():
            self.app.open_url(self.url)


class Address(Page[None]):
    """Full addresses, as links if the terminal supports them, and what was done with them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        binding("show_address", "leave", "enter"),
        binding("open_page", "leave"),
        binding("copy_url", "copy"),
        Binding("c", "code_alone", "Code alone"),
        Binding("m", "lend_mouse", "Lend the mouse"),
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
        with VerticalScroll(id="address-page", classes="body"):
            if self.sentence:
                yield Static(Content(self.sentence), id="address-message")
            for title, url in self.links:
                if title:
                    yield Static(Content(title), classes="address-title")
                yield AddressLine(url, is_link=self._terminal.links is not False)
            if len(self.links) == 1:
                yield QrCode(self.links[0][1], is_unicode=self._terminal.is_unicode, id="address-code")
        yield KeyLine(id="address-keys", classes="")

    def action_lend_mouse(self) -> None:
        """Leave the mouse to the terminal, for selecting and opening, or take it back."""
        if self._terminal.has_mouse:
            self._is_mouse_lent = not self._is_mouse_lent
            self._output.report_mouse(not self._is_mouse_lent)
            self._fit()

    def on_resize(self, event: events.Resize) -> None:
        self._fit()

    def _fit(self) -> None:
        keys: list[Hint] = [("copy_url", "copy"), ("back", "back")]
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
                room = f"(a QR code needs {code.needs.width}×{code.needs.height + 1})"
                why_none = room if code.code else "(too long for a QR code)"
        if self._terminal.has_mouse:
            keys.append(("m", "click with the mouse" if self._is_mouse_lent else "select with the mouse"))
        self.query_one("#address-keys", KeyLine).show(*keys, after=why_none)

    def action_code_alone(self) -> None:
        """Show only the code, or everything again."""
        self.toggle_class("-code-alone")
        self._fit()

    def action_copy(self) -> None:
        self._copy("\n".join(url for _, url in self.links))

    def action_leave(self) -> None:
        # Not on unmounting, which also comes after the end.
        if self._is_mouse_lent:
            self._output.report_mouse(True)
        self.dismiss()


def squares(url: str) -> Squares:
    """The code's modules with the quiet zone, True for dark. Empty if the text is too long."""
    import segno  # takes 50 ms, so it is loaded on demand

    try:
        code = segno.make_qr(url, error="l")  # spare room goes to better error correction
    except segno.DataOverflowError:
        return ()
    return tuple([bool(square) for square in row] for row in code.matrix_iter(border=QUIET))


def size_of(code: Squares, *, is_unicode: bool) -> Size:
    """The columns and lines of a code."""
    side = len(code)
    return Size(side, (side + 1) // 2) if is_unicode else Size(side * 2, side)


def painted(code: Squares, *, is_unicode: bool) -> Content:
    """The code in black and white: as half blocks, or as spaces on two backgrounds."""
    if is_unicode:
        below = [*code[1::2], [False] * len(code)]
        pairs = zip(code[::2], below, strict=False)
        lines = ["".join(_HALVES[pair] for pair in zip(*rows, strict=True)) for rows in pairs]
        return Content("\n").join(Content(line).stylize(_INK) for line in lines)
    rows = []
    for row in code:
        runs = [(dark, len(list(run)) * 2) for dark, run in groupby(row)]
        rows.append(Content.assemble(*((" " * n, _DARK_GROUND if dark else _INK) for dark, n in runs)))
    return Content("\n").join(rows)


class QrCode(Static):
    """The QR code of one address; blank if it is too long."""

    def __init__(self, url: str, *, is_unicode: bool, id: str | None = None) -> None:
        self.url = url
        self.code = squares(url)
        """The squares; empty if the address is too long for any code."""
        self.needs = size_of(self.code, is_unicode=is_unicode)
        """Its size in columns and lines."""
        super().__init__(painted(self.code, is_unicode=is_unicode) if self.code else "", id=id)

    def fits(self, columns: int, lines: int) -> bool:
        """Whether the whole code fits."""
        return bool(self.code) and self.needs.width <= columns and self.needs.height <= lines
