"""The process that decodes one picture: bytes on stdin, pixels on stdout. Knows no path and no address.

Run as `python -m reader.pictures.decoding COLUMNS ROWS KIND`. It gives itself little time and memory first,
for the bytes are a stranger's. Answers with one line "width height" and the bytes; an error is one line on
stderr.
"""

from __future__ import annotations

import io
import sys

SECONDS = 8
"""Of processor time."""
MEMORY = 1 << 30
"""Bytes of address space."""
MOST_PIXELS = 60_000_000
"""Of a picture that is decoded at all."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")


def main(width: int, height: int, kind: str) -> int:
    """Decode stdin to at most this many pixels, as raw colours ("rgb") or as a file ("png")."""
    _limit()
    raw = sys.stdin.buffer.read()
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # looked at below, before anything is unfolded
    with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            print(f"it has {picture.width:,} by {picture.height:,} pixels", file=sys.stderr)
            return 1
        picture.draft("RGB", (width, height))
        picture.seek(0)
        flat = picture.convert("RGBA")
    scale = min(width / flat.width, height / flat.height, 1)
    size = (max(round(flat.width * scale), 1), max(round(flat.height * scale), 1))
    small = flat.resize(size, Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", size, (255, 255, 255, 255))
    made = Image.alpha_composite(ground, small).convert("RGB")
    sys.stdout.buffer.write(f"{made.width} {made.height}\n".encode())
    if kind == "png":
        made.save(sys.stdout.buffer, "PNG", compress_level=6)
    elif kind == "sixel":
        few = made.quantize(colors=128, dither=Image.Dither.FLOYDSTEINBERG)
        palette = few.getpalette() or []
        sys.stdout.buffer.write(bytes(palette[: 128 * 3]).ljust(128 * 3, b"\0") + few.tobytes())
    else:
        sys.stdout.buffer.write(made.tobytes())
    return 0


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, most in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    try:
        sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
    except MemoryError:
        sys.exit("decoding it needs too much memory")
    except Exception as error:  # a decoder fails in a hundred ways, and each is the picture's fault
        sys.exit(f"{type(error).__name__}: {error}"[:200].replace("\n", " "))
