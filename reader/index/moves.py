"""Files that have another name now: recognised, so that the marks of those without a URL can follow.

A file is the same one if inode, size and time of change are; whether the content is need not be looked at.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from reader.addresses import identity_of
from reader.article import key_of
from reader.collection import Roots
from reader.index.batch import Taken
from reader.index.reading import File
from reader.index.scan import Known
from reader.index.schema import unpack_name


class Moves:
    """Finds the files of one refresh whose identity moved with their name."""

    def __init__(self, connection: sqlite3.Connection, roots: Roots) -> None:
        self._connection = connection
        self._roots = roots
        self._gone: dict[tuple[int, int, int], int] = {}
        self.found: dict[int, str] = {}
        """Old key -> new identity."""

    def expect(self, gone: Iterable[Known]) -> None:
        """Note the files that are no longer where, or what, they were."""
        self._gone = {
            (known.inode, known.size, known.mtime_ns): known.key for known in gone if known.key is not None
        }

    def note(self, taken: Iterable[Taken]) -> None:
        """Look at files as they were read."""
        for file in taken if self._gone else ():
            key = self._gone.get((file.origin.inode, file.origin.size, file.origin.mtime_ns))
            if key is not None and file.article is not None and key_of(file.article.identity) != key:
                self.found[key] = file.article.identity

    def look_in(self, files: Sequence[File]) -> None:
        """Look at the folders of files that were read by a cold load, whose rows tell enough."""
        folders = {file.folder: file for file in files} if self._gone else {}
        for file in folders.values():
            rows = self._connection.execute(
                "select inode, size, mtime_ns, key, url, name from articles where folder = ?", (file.folder,)
            )
            for inode, size, mtime_ns, key, url, name in rows:
                old = self._gone.get((inode, size, mtime_ns))
                if old is not None and old != key:
                    place = self._roots.place(file.root, f"{file.path}/{unpack_name(name)}")
                    self.found[old] = identity_of(url, place.prefix + place.relative)
