"""Bytes become pixels of the wished size, and whatever is wrong with them is one clause."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from reader.pictures import PictureError, decoding
from tests.pictures.images import a_bomb, a_picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_fits_and_keeps_its_shape(kind: str) -> None:
    """Smaller where it must be, never larger, three bytes a pixel."""
    pixels = decoding.make(a_picture(400, 200, kind), 40, 40)
    assert (pixels.width, pixels.height, len(pixels.data)) == (40, 20, 40 * 20 * 3)
    red, blue = pixels.data[:3], pixels.data[-3:]
    assert red[0] > 150 > red[2] and blue[2] > 150 > blue[0]


def test_a_small_picture_is_not_blown_up() -> None:
    """Nobody gains by it."""
    assert decoding.make(a_picture(8, 4), 500, 500)[:2] == (8, 4)


def test_other_kinds_of_answer() -> None:
    """Its own file, or a palette and an index a pixel."""
    file = decoding.make(a_picture(), 20, 20, "png")
    with Image.open(io.BytesIO(file.data)) as picture:
        assert picture.size == (file.width, file.height) == (20, 10)
    sixel = decoding.make(a_picture(), 20, 20, "sixel")
    assert len(sixel.data) == 128 * 3 + 20 * 10


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "unknown picture format"),
        (b"GIF89a but not really", "unknown picture format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unknown picture format"),
        (a_picture(400, 400)[:-200], ""),
        (a_bomb(), "50,000 by 50,000 pixels"),
    ],
    ids=["empty", "lying", "svg", "cut off", "huge"],
)
def test_a_bad_picture_is_one_clause(raw: bytes, message: str) -> None:
    """Never an end, never a traceback, never much memory."""
    with pytest.raises(PictureError) as caught:
        decoding.make(raw, 40, 40)
    assert message in str(caught.value) and "\n" not in str(caught.value) and len(str(caught.value)) < 250


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with the remedy."""
    monkeypatch.setattr(decoding, "is_possible", lambda: False)
    with pytest.raises(PictureError, match=r"pip install 'news-reader-tui\[images\]'"):
        decoding.make(a_picture(), 4, 4)
