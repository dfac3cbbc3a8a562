"""A sketch of a text: a few bytes that tell how much of it another text shares.

Made of a text's words and pairs of neighbouring words, so that both a changed word and a changed order show.
Only the smallest of their checksums are kept, which are a fair sample of any text (a "bottom-k sketch").
"""

from __future__ import annotations

from array import array
from itertools import pairwise
from zlib import crc32

from reader.article.text import words

MOST_KEPT = 24
"""Checksums in a sketch; texts with fewer words and pairs are compared exactly."""

MOST_READ = 1000
"""Characters of a text that are looked at."""

SURE_NAMED, SURE = 0.5, 0.6
"""How much of two texts is shared where one is the other, edited: under the same file name the part of the
shorter one, else the part of both together."""

SURE_WITHIN, FEWEST_WITHIN = 0.9, 16
"""How much of the shorter text is in the longer one, and in how many words and pairs, where something was
written below it, or taken away."""

FEWEST_NAMED, FEWEST = 3, 8
"""Words and pairs that both have at least, under the same file name and under different ones."""


def sketch_of(text: str) -> bytes:
    """The sketch of a text: the number of its words and pairs, then the smallest checksums."""
    found = " ".join(words(text[:MOST_READ])).encode().split()
    together = {*map(crc32, found), *map(crc32, map(b" ".join, pairwise(found)))}
    return array("I", [len(together), *sorted(together)[:MOST_KEPT]]).tobytes()


def likeness(one: bytes, other: bytes, *, has_same_name: bool) -> float:
    """How surely two sketches are of one text before and after an edit, up to 1; 0 if that is doubtful."""
    first_size, first = _opened(one)
    second_size, second = _opened(other)
    sample = set(sorted(first | second)[:MOST_KEPT])
    if not sample:
        return 0.0
    among = len(sample & first & second) / len(sample)
    both = first_size + second_size
    shared = among * both / (1 + among)
    of_shorter = min(1.0, shared / max(1, min(first_size, second_size)))
    if has_same_name and shared >= FEWEST_NAMED and of_shorter >= SURE_NAMED:
        return of_shorter
    is_within = shared >= FEWEST_WITHIN and of_shorter >= SURE_WITHIN
    return among if is_within or (shared >= FEWEST and among >= SURE) else 0.0


def _opened(sketch: bytes) -> tuple[int, set[int]]:
    size, *kept = array("I", sketch) or (0,)
    return size, set(kept)
