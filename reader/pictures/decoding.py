"""Decodes a picture to pixels of the requested size, in a process that may crash. The process gets no path
and no URL: it reads a line "columns rows kind" and the bytes on stdin, and answers with a line "width height"
and the pixels, or with one line on stderr.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from typing import NamedTuple

from reader import processes
from reader.article.text import clean_line
from reader.errors import ReaderError

PATIENCE = 15.0
"""Maximum seconds of wall-clock time."""
SECONDS = 8
"""Maximum seconds of processor time."""
MEMORY = 1 << 30
"""Maximum bytes of address space."""
MOST_PIXELS = 60_000_000
"""Maximum pixels of a picture."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")


class PictureError(ReaderError):
    """A picture that cannot be shown; the message is one clause."""


class Pixels(NamedTuple):
    """A picture scaled to fit."""

    width: int
    height: int
    data: bytes
    """Three bytes a pixel, row by row; or a file, or palette and indices, as requested."""


@cache
def is_possible() -> bool:
    """Returns whether the extra `images` is installed, without loading it."""
    return find_spec("PIL") is not None


def make(raw: bytes, width: int, height: int, kind: str = "rgb") -> Pixels:
    """Decode to at most `width` by `height` pixels, never larger than the picture is.

    `kind` is rgb, png (a file) or sixel (128 colours and a byte a pixel). Blocks for 100 ms and more. Raises
    PictureError: no decoder, broken, too large, or too slow.
    """
    if not is_possible():
        raise PictureError("showing pictures needs the extra: pip install 'news-reader-tui[images]'")
    try:
        done = subprocess.run(
            processes.command(__name__, "decode"), input=f"{width} {height} {kind}\n".encode() + raw,
            capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise PictureError("decoding it took too long") from None
    except (OSError, subprocess.SubprocessError) as error:
        raise PictureError(clean_line(str(error))) from None
    if done.returncode < 0:
        raise PictureError("decoding it failed")
    message = clean_line(done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2])
    if done.returncode:
        is_unknown = "UnidentifiedImageError" in message
        raise PictureError("unknown picture format" if is_unknown else message or "it cannot be decoded")
    head, _, data = done.stdout.partition(b"\n")
    made_width, made_height = map(int, head.split())
    return Pixels(made_width, made_height, data)


def decode() -> str | None:
    """The worker process: decodes one picture. Returns the error, if any, to print on stderr."""
    # The bytes are untrusted, so limit time and memory first.
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    processes.limit_memory(MEMORY)
    width, height, kind = sys.stdin.buffer.readline().decode().split()
    try:
        return _decoded(sys.stdin.buffer.read(), int(width), int(height), kind)
    except MemoryError:
        return "decoding it needs too much memory"
    except Exception as error:  # decoders raise many kinds of errors, all caused by the picture
        return f"{type(error).__name__}: {error}"[:200].replace("\n", " ")


def _decoded(raw: bytes, width: int, height: int, kind: str) -> str | None:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # checked below, before anything is unpacked
    with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return f"it has {picture.width:,} by {picture.height:,} pixels"
        picture.draft("RGB", (width, height))
        picture.seek(0)
        flat = picture.convert("RGBA")
    scale = min(width / flat.width, height / flat.height, 1)
    size = (max(round(flat.width * scale), 1), max(round(flat.height * scale), 1))
    small = flat.resize(size, Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", size, (255, 255, 255, 255))
    result = Image.alpha_composite(ground, small).convert("RGB")
    out = sys.stdout.buffer
    out.write(f"{result.width} {result.height}\n".encode())
    if kind == "png":
        result.save(out, "PNG", compress_level=6)
    elif kind == "sixel":
        few = result.quantize(colors=128, dither=Image.Dither.FLOYDSTEINBERG)
        palette = few.getpalette() or []
        out.write(bytes(palette[: 128 * 3]).ljust(128 * 3, b"\0") + few.tobytes())
    else:
        out.write(result.tobytes())
    return None
