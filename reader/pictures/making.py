"""From a picture's bytes to pixels of a wished size, by way of a process that may die of them."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from typing import NamedTuple

from reader.article.text import clean_line
from reader.errors import ReaderError

PATIENCE = 15.0
"""Seconds of the clock."""


class PictureError(ReaderError):
    """A picture that cannot be shown; the message is one clause."""


class Pixels(NamedTuple):
    """A picture scaled to fit."""

    width: int
    height: int
    data: bytes
    """Three bytes a pixel, row by row; or the file, or palette and indices, as was asked for."""


@cache
def is_possible() -> bool:
    """Returns whether the extra `images` is installed, without loading it."""
    from importlib.util import find_spec

    return find_spec("PIL") is not None


def make(raw: bytes, width: int, height: int, kind: str = "rgb") -> Pixels:
    """Decode to at most `width` by `height` pixels, never larger than the picture is.

    `kind` is rgb, png (a file) or sixel (128 colours and a byte a pixel). Blocks for 100 ms and more. Raises
    PictureError: no decoder, broken, too large, or too slow.
    """
    if not is_possible():
        raise PictureError("showing pictures needs the extra: pip install 'news-reader-tui[images]'")
    # -P: no module comes from the folder that the reader happens to be started in.
    argv = [sys.executable, "-P", "-m", "reader.pictures.decoding", str(width), str(height), kind]
    try:
        done = subprocess.run(argv, input=raw, capture_output=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        is_slow = isinstance(error, subprocess.TimeoutExpired)
        raise PictureError("decoding it took too long" if is_slow else clean_line(str(error))) from None
    if done.returncode:
        said = clean_line(done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2])
        raise PictureError(_in_words(said) if done.returncode > 0 else "decoding it failed")
    head, _, data = done.stdout.partition(b"\n")
    try:
        made_width, made_height = map(int, head.split())
    except ValueError:
        raise PictureError("it cannot be decoded") from None
    return Pixels(made_width, made_height, data)


def _in_words(said: str) -> str:
    if "UnidentifiedImageError" in said:
        return "unknown picture format"
    return said or "it cannot be decoded"
