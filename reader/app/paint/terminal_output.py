"""The last step before the terminal: filters for terminals without Unicode or colours, and sequences other
than frames (pictures, the clipboard, mouse reporting). Widgets paint as if the terminal could show
everything; the filters adapt their output, also that of Textual's widgets. A line keeps its width in cells.
Textual has no public way to write a sequence, but it accepts a driver class.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from rich.cells import cell_len, split_graphemes
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.driver import Driver
from textual.filter import LineFilter

from reader.terminal import Terminal

_SIGNS = {
    **dict.fromkeys("▍▎▏│║┃▊", "|"),
    **{"▌": ">", "▐": "#"},
    **dict(zip("▁▂▃▄▅▆▇█", "_.:-=+*#", strict=True)),
    **dict.fromkeys("─▔▀", "-"),
    **dict.fromkeys("━═", "="),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯", "+"),
    **dict.fromkeys("●•", "*"),
    **{"✓": "+"},
    **dict.fromkeys("◦▪", "-"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("–—−‐‑", "-"),
    **{"★": "*", "☆": "*", "✎": "~", "■": "x", "□": ".", "☐": ".", "☑": "x", "⌕": "/", "…": "~", "·": "-"},
    **{"▰": "#", "▱": ".", "▲": "^", "▴": "^", "↳": "+", "↗": "^", "›": ">", "⏎": "<", "×": "x", "\xa0": " "},
    **{"≡": "=", "≈": "~"},
    **{"↑": "^", "↓": "v", "←": "<", "→": ">", "«": "<", "»": ">", "▶": ">", "▼": "v", "◀": "<"},
}
"""Signs of the screen and of typography, each one cell wide, with their ASCII replacements."""
_OURS = str.maketrans({sign: plain for sign, plain in _SIGNS.items() if sign not in "“”„‘’‚–—·×«»…\xa0"})
"""The signs that the screen uses; text keeps its typography."""
_ALL = str.maketrans(_SIGNS)

INVERSE = 0.45
"""A background that differs from the page by this much in brightness (0..1) is shown as inverse."""


@lru_cache(4096)
def in_ascii(text: str) -> str:
    """The text in ASCII, as wide as before: letters without accents, else question marks."""
    text = text.translate(_ALL)
    if text.isascii():
        return text
    parts = []
    for start, end, cells in split_graphemes(text)[0]:
        letter = unicodedata.normalize("NFKD", text[start:end]).encode("ascii", "ignore").decode()
        parts.append(letter if len(letter) == cells else "?" * cells)
    plain = "".join(parts)
    return plain + " " * (cell_len(text) - len(plain))


class AsciiSigns(LineFilter):
    """Draws with ASCII; with `is_all` text too, for terminals that show nothing else."""

    def __init__(self, *, is_all: bool) -> None:
        super().__init__()
        self._is_all = is_all

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with their signs replaced."""
        return [
            segment
            if segment.text.isascii()
            else Segment(
                in_ascii(segment.text) if self._is_all else segment.text.translate(_OURS),
                segment.style,
                segment.control,
            )
            for segment in segments
        ]


class NoColours(LineFilter):
    """Removes colours: dim text becomes faint, a coloured background inverse.

    Textual's own filter leaves greys, and fails on a segment without a style.
    """

    def __init__(self, dim: Callable[[], RichColor | None]) -> None:
        """`dim` gives the colour of dim text in the current theme."""
        super().__init__()
        self._dim = dim

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without colours."""
        page, dim = background.brightness, self._dim()
        return [
            Segment(text, _PLAIN if style is None else _without_colours(style, page, dim), control)
            for text, style, control in segments
        ]


def filters_for(seen: Terminal, signs: str, dim: Callable[[], RichColor | None]) -> list[LineFilter]:
    """The filters for a terminal; `signs` is the configuration's: auto, unicode or ascii."""
    filters: list[LineFilter] = []
    if not seen.colours:
        filters.append(NoColours(dim))
    if seen.draws_in_ascii(signs):
        filters.append(AsciiSigns(is_all=not seen.is_unicode))
    return filters


_PLAIN = Style()


@lru_cache(1024)
def _without_colours(style: Style, page: float, dim: RichColor | None) -> Style:
    ground = style.bgcolor
    is_inverse = (
        ground is not None
        and not ground.is_default
        and abs(Color.from_rich_color(ground).brightness - page) > INVERSE
    )
    return Style(
        bold=style.bold or None,
        italic=style.italic or None,
        underline=style.underline or None,
        strike=style.strike or None,
        reverse=True if is_inverse or style.reverse else None,
        dim=True if style.dim or (dim is not None and style.color == dim) else None,
        link=style.link,
    )


_MOUSE = (1000, 1003, 1015, 1006)
"""The modes that Textual switches on: presses, moves, and two ways to report them."""


class Buffer(Protocol):
    """The terminal's cells as last sent; see `reader.app.early.diff_update`."""

    def forget(self) -> None:
        """The next frame is sent whole."""

    def forget_lines(self, first: int, count: int) -> None:
        """Lines to send whole in the next frame."""


class TerminalOutput:
    """Writes between frames; does nothing while no driver runs, as in tests."""

    def __init__(self) -> None:
        self.buffer: Buffer | None = None
        """The terminal's current cells, if only changes are sent."""
        self._driver: Driver | None = None

    def through(self, driver_class: type[Driver]) -> type[Driver]:
        """A subclass of this driver whose instance does the writing."""
        output = self

        class OutputDriver(driver_class):  # type: ignore[misc, valid-type]
            def __init__(self, *arguments: Any, **options: Any) -> None:
                super().__init__(*arguments, **options)
                output.connect(self)

        return OutputDriver

    def connect(self, driver: Driver) -> None:
        """Write through this driver from now on."""
        self._driver = driver

    def write(self, sequence: str) -> None:
        """Write a sequence as it is."""
        if self._driver is not None:
            self._driver.write(sequence)

    def write_at(self, x: int, y: int, sequence: str) -> None:
        """Write a sequence at a cell, and put the cursor back."""
        self.write(f"\x1b7\x1b[{y + 1};{x + 1}H{sequence}\x1b8")

    def report_mouse(self, is_on: bool) -> None:
        """Switch mouse reporting on, or leave the mouse to the terminal."""
        self.write("".join(f"\x1b[?{mode}{'h' if is_on else 'l'}" for mode in _MOUSE))

    def forget(self) -> None:
        """Send the next frame whole: another program wrote to the terminal, or its size has changed."""
        if self.buffer is not None:
            self.buffer.forget()

    def forget_lines(self, first: int, count: int) -> None:
        """Send these lines whole in the next frame: a picture covers them."""
        if self.buffer is not None:
            self.buffer.forget_lines(first, count)
