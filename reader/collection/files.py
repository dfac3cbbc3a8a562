"""Opens and reads article files; nothing else opens them, and nothing writes them. Links are not followed,
and only regular files are read.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from typing import NamedTuple

from reader.article.record import Article, Place
from reader.collection.folders import FILE_FLAGS, times_of
from reader.parsing.content import MAX_FILE, PEEKED, article_in, peek_date

MOST_READINGS = 3
"""Maximum number of reads of a file that keeps changing; the next refresh sees later changes."""


class Content(NamedTuple):
    """A file's bytes, and its state when they were read."""

    raw: bytes
    """At most one byte more than MAX_FILE."""
    mtime_ns: int
    size: int
    inode: int
    ctime_ns: int
    read_at_ns: int
    """The clock when reading began, in nanoseconds since 1970."""


def read_content(path: str) -> Content:
    """Read a regular file, again if it changes meanwhile. Raises OSError, also for any other kind of file."""
    descriptor = os.open(path, FILE_FLAGS)
    try:
        for _ in range(MOST_READINGS):
            read_at_ns = time.time_ns()
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise OSError(errno.EINVAL, "is not a regular file", path)
            raw = _read(descriptor, before.st_size)
            after = os.fstat(descriptor)
            if (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size):
                break
        return Content(raw, *times_of(before), read_at_ns)
    finally:
        os.close(descriptor)


def _read(descriptor: int, expected: int) -> bytes:
    raw = os.pread(descriptor, min(expected, MAX_FILE) + 1, 0)
    while len(raw) <= MAX_FILE and len(raw) != expected:
        more = os.pread(descriptor, MAX_FILE + 1 - len(raw), len(raw))
        if not more:
            break
        raw += more
    return raw


def peek(path: str) -> int | None:
    """`peek_date` of a file. Raises OSError."""
    descriptor = os.open(path, FILE_FLAGS)
    try:
        return peek_date(os.pread(descriptor, PEEKED, 0))
    finally:
        os.close(descriptor)


def load(place: Place) -> Article:
    """The article in this file. Raises OSError if it can't be read and Unreadable if it is not text; other
    errors are in the article's problems."""
    return article_in(read_content(place.path).raw, place)
