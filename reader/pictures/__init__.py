"""Pictures: found, fetched where that is wished, decoded in a process of their own, made ready for a
terminal.

A picture is the most dangerous thing in an article: decoders have been broken into, and a small file can
unfold to gigabytes. So the bytes are read here and decoded elsewhere (`decoding`), under limits of time and
memory, and what comes back are plain pixels of the size that was asked for.
"""

from __future__ import annotations

from reader.pictures.finding import Source, file_of, read
from reader.pictures.making import PictureError, Pixels, is_possible, make

__all__ = ["PictureError", "Pixels", "Source", "file_of", "is_possible", "make", "read"]
