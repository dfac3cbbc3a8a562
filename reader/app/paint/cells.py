"""Text measured, cut and filled by cells, and lines put together from it: how all our widgets paint.

Everything goes to the terminal as segments with their own style, so nothing in a title is ever read as
markup. The first headlines are painted before Textual is loaded, so only `strip_of` imports it.

Terminals differ about the width of some characters. A spacing mark (the vowel signs of Devanagari and
related scripts) has its own cell in most terminals and in tmux, and none in others and in Rich. Flags,
keycaps and other emoji of several characters take the cells of one emoji, of each part, or one alone. Texts
are cut and wrapped by the widest measure, lines are filled by Rich's, and `reader.app.early.diff_update`
moves the cursor to the column of whatever follows such a text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

if TYPE_CHECKING:
    from rich.style import Style
    from textual.strip import Strip

ELLIPSIS, CURSOR = "…", "▌"
_JOINER = "\u200d"


class Piece(NamedTuple):
    """A stretch of a line in one style."""

    text: str
    style: str
    """A name in the table of its pane (see `reader.app.paint.styles`)."""


def one_line(text: str) -> str:
    """Text without line breaks and tabs, which would break a row."""
    return " ".join(text.split()) if not text.isprintable() else text


def cut(text: str, width: int) -> str:
    """Text of at most `width` cells, ending in … where it was longer; a wide character is never split.

    A joiner at either end is removed: at the end it would swallow the following blank, and Rich measures text
    after a leading one wrongly.
    """
    text = text.strip(_JOINER)
    if widest(text) <= width:
        return text
    if width <= 0:
        return ""
    room = width - 1
    shorter = set_cell_size(text, room)
    while widest(shorter) >= width and room:
        room -= 1
        shorter = set_cell_size(text, room)
    return shorter.rstrip(f" {_JOINER}") + ELLIPSIS


def cut_start(text: str, width: int) -> str:
    """The end of a text, in at most `width` cells, with … before it if it was longer."""
    text = text.strip(_JOINER)
    if widest(text) <= width:
        return text
    while text and widest(text) >= max(width, 1):
        text = text[1:].lstrip(_JOINER)
    return ELLIPSIS + text if width > 0 else ""


def fill(text: str, width: int) -> str:
    """Text cut or filled with spaces to exactly `width` cells."""
    text = cut(text, width)
    return text + " " * (width - cell_len(text))


def fill_left(text: str, width: int) -> str:
    """Text cut or filled with spaces in front to exactly `width` cells."""
    text = cut(text, width)
    return " " * (width - cell_len(text)) + text


def width_of(pieces: Sequence[Piece]) -> int:
    """The width of the pieces in cells."""
    return sum([len(piece.text) if piece.text.isascii() else cell_len(piece.text) for piece in pieces])


def strip_of(pieces: Sequence[Piece], width: int, style: Callable[[str], Style], ground: str) -> Strip:
    """A painted line of exactly `width` cells; the rest of the line is blank in the style `ground`."""
    from rich.segment import Segment
    from textual.strip import Strip

    segments = [Segment(piece.text, style(piece.style)) for piece in joined(pieces, width, ground)]
    # The width is passed on, so that the strip does not measure the text again.
    used = width_of(pieces)
    strip = Strip(segments, max(used, width))
    return strip if used <= width else strip.adjust_cell_length(width, style(ground))


def joined(pieces: Sequence[Piece], width: int, ground: str) -> list[Piece]:
    """The pieces of a line, filled up to `width` cells with spaces in the style `ground`.

    Neighbours in one style are joined: each change of style costs about 40 bytes on the way to the terminal.
    """
    found: list[Piece] = []
    for piece in (*pieces, Piece(" " * (width - width_of(pieces)), ground)):
        if not piece.text:
            continue
        if found and found[-1].style == piece.style:
            found[-1] = Piece(found[-1].text + piece.text, piece.style)
        else:
            found.append(piece)
    return found


def thumb(y: int, height: int, top: int, total: int) -> str:
    """The scroll bar's cell beside line `y` of a window that shows `height` of `total` lines from `top` on.

    It is painted with the line: Textual's scroll bar is a widget that is repainted with every layout.
    """
    if total <= height or not height:
        return " "
    size = max(height * height // total, 1)
    start = round(top * (height - size) / (total - height))
    return "▐" if start <= y < start + size else " "


def in_the_middle(sentence: str, width: int) -> list[str]:
    """A sentence wrapped into centred lines of `width` cells, keeping its own line breaks."""
    lines: list[str] = []
    room = max(width - 2, 1)
    for part in sentence.split("\n"):
        line = ""
        for word in part.split():
            word = cut(word, room)
            if line and cell_len(line) + 1 + cell_len(word) > room:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return [" " * ((width - cell_len(line)) // 2) + line for line in lines]


_SEQUENCE = re.compile(
    "[\ufe0f\u20e3\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]|\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
)
"""Characters that combine into one emoji: a variation selector, a keycap, the letters of a flag, a skin tone,
a joiner."""


def is_emoji_sequence(text: str) -> bool:
    """Whether a text has an emoji whose width differs between terminals: 1, 2, 4 or more cells."""
    return not text.isascii() and _SEQUENCE.search(text) is not None


def is_flag_letter(text: str) -> bool:
    """Whether this is a regional indicator, two of which are a flag."""
    return "\U0001f1e6" <= text <= "\U0001f1ff"


def is_spacing_mark(letter: str) -> bool:
    """Whether this is a spacing mark, such as a vowel sign, which takes one cell or none."""
    return letter > "\u0902" and unicodedata.category(letter) == "Mc"


def drifts(text: str) -> bool:
    """Whether terminals disagree about the width of a text."""
    return not text.isascii() and (any(map(is_spacing_mark, text)) or is_emoji_sequence(text))


def widest(text: str) -> int:
    """The largest width of a text in any terminal."""
    if text.isascii():
        return len(text)
    cells = cell_len(text) + sum(map(is_spacing_mark, text))
    for part in _SEQUENCE.findall(text):  # in a terminal that does not join the parts of an emoji
        if part not in "\ufe0f\u20e3":
            cells += 1 if is_flag_letter(part) else 2
    return cells


FULL, EMPTY = "▰", "▱"
PLAIN_FULL, PLAIN_EMPTY = "#", "-"
UNKNOWN = "–"
BEST = 100
"""Quality goes from 0 to this."""

HEAT_WIDTH = 5
"""Cells of a heat in a column: the sign and up to four more (`▲12`, `▲1.2k`)."""
AGE_WIDTH = 6
"""Cells of an age, from `now` to `18 Jun`."""


@lru_cache(maxsize=1024)
def quality_bar(quality: int | None, width: int = 5, *, is_plain: bool = False) -> str:
    """A quality of 0..100 as a bar of `width` cells; blank if unknown.

    Any quality above 0 fills at least one cell, and only the best fills all. `is_plain` draws with ASCII for
    terminals that cannot show more.
    """
    if quality is None or width <= 0:
        return " " * max(width, 0)
    full, empty = (PLAIN_FULL, PLAIN_EMPTY) if is_plain else (FULL, EMPTY)
    quality = min(max(quality, 0), BEST)
    cells = (quality * width * 2 + BEST) // (BEST * 2)
    if quality:
        cells = max(cells, 1)
    if quality < BEST and width > 1:
        cells = min(cells, width - 1)
    return full * cells + empty * (width - cells)


@lru_cache(maxsize=1024)
def heat_text(heat: int | None, *, is_plain: bool = False) -> str:
    """A heat as `▲12`, shortened to fit `HEAT_WIDTH` cells; a dash if it was not measured (-1)."""
    if heat is None or heat < 0:
        return "-" if is_plain else UNKNOWN
    return ("^" if is_plain else "▲") + short_number(heat)


def heat_column(heat: int | None, *, is_plain: bool = False) -> str:
    """`heat_text` in a column: right-aligned in `HEAT_WIDTH` cells."""
    return heat_text(heat, is_plain=is_plain).rjust(HEAT_WIDTH)


def short_number(number: int) -> str:
    """A number in at most four characters: `999`, `9.9k`, `128k`, `1.2M`."""
    if number < 1000:
        return str(number)
    for unit in "kMGT":
        number, rest = divmod(number, 1000)
        if number < 10:
            return f"{number}.{rest // 100}{unit}"
        if number < 1000:
            return f"{number}{unit}"
    return "max"
