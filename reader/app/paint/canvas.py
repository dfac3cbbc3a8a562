"""Draws pixels in a terminal: as coloured half blocks, or with the graphics of kitty, iTerm2 or sixel.

Half blocks and kitty's placeholders are text in cells, so the article pane scrolls, cuts and covers them as
any other line. iTerm2's and sixel's graphics are drawn over the cells at the cursor.
"""

from __future__ import annotations

import base64
import fcntl
import struct
import termios
import zlib
from collections.abc import Iterable, Iterator
from itertools import groupby, starmap
from typing import NamedTuple, TypeVar

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from reader.pictures import Pixels, make

CELL = (10, 20)
"""Assumed pixels of a cell if the terminal scales a picture into its cells itself."""
SMALL_CELL = (8, 16)
"""The same for sixels, which are not scaled, if the terminal does not report it: better too small."""
_KINDS = {"iterm2": "png", "sixel": "sixel"}
"""The decoder's output for each way of showing pictures that does not take plain pixels."""
MOST_ROWS = 16
"""Maximum lines of a picture in the article pane."""
_PLACEHOLDER = "\U0010eeee"
_RANGES = (
    "0305 030d-030e 0310 0312 033d-033f 0346 034a-034c 0350-0352 0357 035b 0363-036f 0483-0487 0592-0595"
    " 0597-0599 059c-05a1 05a8-05a9 05ab-05ac 05af 05c4 0610-0617 0657-065b 065d-065e 06d6-06dc 06df-06e2"
    " 06e4 06e7-06e8 06eb-06ec 0730 0732-0733 0735-0736 073a 073d 073f-0741 0743 0745 0747 0749-074a"
    " 07eb-07f1 07f3"
)
"""The diacritics that number rows and columns of kitty's placeholders, in order (see "Unicode placeholders"
in its graphics protocol)."""


T = TypeVar("T")


class Box(NamedTuple):
    """The size of a picture in cells."""

    columns: int
    rows: int


class Shown(NamedTuple):
    """A picture as lines of cells."""

    lines: tuple[tuple[Segment, ...], ...]
    sequence: str = ""
    """To be written to the terminal before the lines are painted."""
    overlay: str = ""
    """To be written at the first line while all lines are visible: it covers them."""


def box_for(size: tuple[int | None, int | None], columns: int, rows: int = MOST_ROWS) -> Box:
    """The largest box of the picture's shape, within this many cells; a cell is twice as high as wide."""
    width, height = size
    if not width or not height or width < 0 or height < 0:
        width, height = 3, 2
    wide = min(columns, max(round(rows * 2 * width / height), 1))
    return Box(wide, max(min(round(wide * height / width / 2), rows), 1))


def pixels_of(box: Box, way: str) -> tuple[int, int]:
    """The size in pixels of a box, for a way of showing pictures."""
    if way == "blocks":
        return box.columns, box.rows * 2
    width, height = cell_size() or SMALL_CELL if way == "sixel" else CELL
    return box.columns * width, box.rows * height


def cell_size() -> tuple[int, int] | None:
    """Pixels of a cell, as reported by the terminal; None if it reports none."""
    try:
        packed = fcntl.ioctl(1, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return None
    rows, columns, width, height = struct.unpack("HHHH", packed)
    return (width // columns, height // rows) if rows and columns and width and height else None


def decoded(picture: bytes, box: Box, way: str) -> Pixels:
    """The picture of a file, as large as the box, for a way of showing it. Raises PictureError."""
    return make(picture, *pixels_of(box, way), _KINDS.get(way, "rgb"))


def drawn_at_cursor(pixels: Pixels, box: Box, way: str, number: int = 0) -> str:
    """The sequence that draws a picture over the cells at the cursor; kitty knows it by a number."""
    if way == "kitty":
        return kitty_sequence(pixels, box, number)
    return iterm2_sequence(pixels.data, box) if way == "iterm2" else sixel_sequence(pixels)


def in_blocks(pixels: Pixels) -> Shown:
    """Two pixels per cell: the upper one is the foreground, the lower one the background."""
    lines = []
    for y in range(0, pixels.height, 2):
        upper, lower = _row(pixels, y), _row(pixels, min(y + 1, pixels.height - 1))
        lines.append(tuple(starmap(_half_blocks, _runs(zip(upper, lower, strict=True)))))
    return Shown(tuple(lines))


def _row(pixels: Pixels, y: int) -> list[tuple[int, int, int]]:
    data = pixels.data[y * pixels.width * 3 : (y + 1) * pixels.width * 3]
    return list(zip(data[0::3], data[1::3], data[2::3], strict=False))


def _half_blocks(colours: tuple[tuple[int, int, int], tuple[int, int, int]], count: int) -> Segment:
    upper, lower = (Color.from_rgb(*colour) for colour in colours)
    return Segment("▀" * count, Style(color=upper, bgcolor=lower))


def _runs(values: Iterable[T]) -> Iterator[tuple[T, int]]:
    """Run-length encoding: yields each value with its number of repetitions."""
    return ((value, len(list(group))) for value, group in groupby(values))


def in_placeholders(pixels: Pixels, box: Box, number: int) -> Shown:
    """Kitty's way: the picture is sent once under a number (1 to 16 million), and each cell names its
    part."""
    marks = _marks()
    colour = Color.from_rgb(number >> 16 & 255, number >> 8 & 255, number & 255)
    style = Style(color=colour)
    columns, rows = min(box.columns, len(marks)), min(box.rows, len(marks))
    lines = tuple(
        (Segment("".join(f"{_PLACEHOLDER}{marks[row]}{marks[column]}" for column in range(columns)), style),)
        for row in range(rows)
    )
    control = f"a=T,U=1,q=2,i={number},f=24,s={pixels.width},v={pixels.height},c={columns},r={rows}"
    return Shown(lines, _kitty(control, pixels))


def in_front(box: Box, overlay: str) -> Shown:
    """Blank lines, and the picture that covers them."""
    return Shown(((Segment(" " * box.columns, Style()),),) * box.rows, "", overlay)


def kitty_sequence(pixels: Pixels, box: Box, number: int) -> str:
    """A picture at the cursor, in kitty's way; the cursor stays."""
    size = f"s={pixels.width},v={pixels.height},c={box.columns},r={box.rows}"
    return _kitty(f"a=T,q=2,C=1,i={number},f=24,{size}", pixels)


def kitty_removal(number: int) -> str:
    """Removes a kitty picture and frees its memory."""
    return f"\x1b_Ga=d,d=I,q=2,i={number}\x1b\\"


def _kitty(control: str, pixels: Pixels) -> str:
    text = base64.standard_b64encode(zlib.compress(pixels.data, 6)).decode()
    chunks = [text[start : start + 4096] for start in range(0, len(text), 4096)]
    parts = []
    for place, chunk in enumerate(chunks):
        more = int(place < len(chunks) - 1)
        head = f"{control},o=z,m={more}" if not place else f"q=2,m={more}"
        parts.append(f"\x1b_G{head};{chunk}\x1b\\")
    return "".join(parts)


def iterm2_sequence(file: bytes, box: Box) -> str:
    """A picture at the cursor, in iTerm2's way; `file` is a PNG."""
    size = f"size={len(file)};width={box.columns};height={box.rows}"
    text = base64.standard_b64encode(file).decode()
    return f"\x1b]1337;File=inline=1;preserveAspectRatio=1;doNotMoveCursor=1;{size}:{text}\x07"


def sixel_sequence(pixels: Pixels) -> str:
    """A picture at the cursor, as sixels; its data are 128 colours and one byte per pixel."""
    width, height = pixels.width, pixels.height
    palette, indices = pixels.data[: 128 * 3], pixels.data[128 * 3 :]
    parts = [f'\x1bP0;1;0q"1;1;{width};{height}']
    for number in range(128):
        red, green, blue = (value * 100 // 255 for value in palette[number * 3 : number * 3 + 3])
        parts.append(f"#{number};2;{red};{green};{blue}")
    for top in range(0, height, 6):
        band = [indices[y * width : (y + 1) * width] for y in range(top, min(top + 6, height))]
        for number in sorted(set().union(*band)):
            sixels = bytearray(width)
            for bit, row in enumerate(band):
                place = row.find(number)
                while place >= 0:
                    sixels[place] |= 1 << bit
                    place = row.find(number, place + 1)
            runs = ((chr(63 + bits), count) for bits, count in _runs(sixels))
            parts.append(f"#{number}")
            parts += [f"!{count}{sign}" if count > 3 else sign * count for sign, count in runs]
            parts.append("$")
        parts.append("-")
    parts.append("\x1b\\")
    return "".join(parts)


def _marks() -> list[str]:
    marks: list[str] = []
    for part in _RANGES.split():
        first, _, last = part.partition("-")
        marks.extend(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return marks
