"""Pictures of articles: finding them, fetching them if allowed, and decoding them in a separate process.

Pictures are the most dangerous part of an article: decoders have been exploited, and a small file can unpack
to gigabytes. So bytes are read here and decoded elsewhere (`decoding`) under time and memory limits, and only
plain pixels of the requested size come back.
"""

from __future__ import annotations

from reader.pictures.decoding import PictureError, Pixels, is_possible, make
from reader.pictures.finding import PictureSource, file_of, read

__all__ = ["PictureError", "Pixels", "PictureSource", "file_of", "is_possible", "make", "read"]
