"""Pictures as cells and as the sequences of terminals."""

from __future__ import annotations

import base64
import re
import zlib

import pytest

from reader.app.paint.canvas import (
    Box,
    box_for,
    in_blocks,
    in_placeholders,
    iterm2_sequence,
    kitty_sequence,
    sixel_sequence,
)
from reader.pictures import Pixels

RED, BLUE = bytes((200, 0, 0)), bytes((0, 0, 200))
PIXELS = Pixels(4, 3, RED * 4 + BLUE * 8)


@pytest.mark.parametrize(
    ("size", "room", "box"),
    [
        ((160, 96), (60, 16), (53, 16)),
        ((400, 100), (60, 16), (60, 8)),
        ((100, 4000), (60, 16), (1, 16)),
        ((4000, 1), (60, 16), (60, 1)),
        ((None, None), (60, 16), (48, 16)),
        ((-5, 0), (20, 16), (20, 7)),
    ],
)
def test_a_box_has_the_shape_of_the_picture(
    size: tuple[int | None, int | None], room: tuple[int, int], box: tuple[int, int]
) -> None:
    """Within the room, at least a cell, whatever the file says about it."""
    assert box_for(size, *room) == box


def test_half_blocks_are_two_pixels_a_cell() -> None:
    """Above in the sign's colour, below in the ground's; an odd last line is doubled."""
    first, second = in_blocks(PIXELS).lines
    assert [segment.text for segment in first] == ["▀▀▀▀"]
    style = first[0].style
    assert style is not None and style.color is not None and style.bgcolor is not None
    assert (style.color.triplet, style.bgcolor.triplet) == ((200, 0, 0), (0, 0, 200))
    assert second[0].style is not None and second[0].style.color == second[0].style.bgcolor


def test_kitty_gets_the_pixels_and_cells_that_name_them() -> None:
    """Each cell says its row and column; the number is the colour; the pixels come packed and in pieces."""
    shown = in_placeholders(PIXELS, Box(2, 2), 0x010203)
    assert shown.lines[1][0].text == "\U0010eeee\u030d\u0305\U0010eeee\u030d\u030d"
    style = shown.lines[0][0].style
    assert style is not None and style.color is not None and style.color.triplet == (1, 2, 3)
    noise = Pixels(100, 100, bytes((x * x * 31 + x * 7) % 256 for x in range(30_000)))
    chunks = re.findall("\x1b_G([^;]*);([^\x1b]*)\x1b\\\\", kitty_sequence(noise, Box(2, 2), 7))
    assert [head.rpartition("m=")[2] for head, _ in chunks] == ["1"] * (len(chunks) - 1) + ["0"]
    assert all(len(text) <= 4096 for _, text in chunks)
    packed = base64.standard_b64decode("".join(text for _, text in chunks))
    assert zlib.decompress(packed) == noise.data


def test_iterm2_gets_a_file() -> None:
    """With its size in bytes and in cells."""
    assert iterm2_sequence(b"PNG", Box(3, 2)).endswith("size=3;width=3;height=2:UE5H\x07")


def test_sixels_show_each_pixel_once() -> None:
    """Put together again they are the picture."""
    indices = bytes([0, 0, 1, 0] * 4 + [1, 1, 1, 1] * 4)
    sequence = sixel_sequence(Pixels(4, 8, bytes((200, 0, 0, 0, 0, 200)).ljust(384, b"\0") + indices))
    assert sequence.startswith("\x1bP0;1;0q") and sequence.endswith("\x1b\\")
    bands = sequence[sequence.rindex("#127;2;0;0;0") + 12 : -2].split("-")
    seen = {}
    for top, band in enumerate(bands):
        for number, signs in re.findall(r"#(\d+)([^$]*)\$", band):
            text = re.sub(r"!(\d+)(.)", lambda match: match[2] * int(match[1]), signs)
            for x, sign in enumerate(text):
                for bit in range(6):
                    if ord(sign) - 63 >> bit & 1:
                        assert (x, top * 6 + bit) not in seen
                        seen[x, top * 6 + bit] = int(number)
    assert seen == {(x, y): indices[y * 4 + x] for x in range(4) for y in range(8)}
