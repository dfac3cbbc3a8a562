"""Pictures made in a line, and files that only pretend to be some."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def a_picture(width: int = 40, height: int = 20, kind: str = "PNG") -> bytes:
    """Red above, blue below."""
    picture = Image.new("RGB", (width, height), (200, 0, 0))
    picture.paste((0, 0, 200), (0, height // 2, width, height))
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def a_bomb(side: int = 50_000) -> bytes:
    """A PNG of a few hundred bytes that says it has 2,500 million pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 9_000)), (b"IEND", b""))
    )
