"""Files that have another name now: recognised, so that the marks of those without a URL can follow.

Found before anything is written, for the marks go first: a refresh that is killed on the way still knows the
old names the next time. A file is the same one if inode, size and time of change are.
"""

from __future__ import annotations

import os
import sqlite3
from typing import NamedTuple

from reader.article.record import key_of
from reader.collection.folders import Collection, Roots
from reader.index.scan import INT63, Scan
from reader.index.schema import unpack_name


class Renamed(NamedTuple):
    """A file whose identity moved with its name."""

    identity: str
    """The new one."""
    inode: int
    """Which file it is: two that change places twice are told apart by it."""


def renamed(connection: sqlite3.Connection, roots: Roots, scan: Scan) -> dict[int, Renamed]:
    """The files whose identity moved with their name, by the key of the old one; reads and writes none."""
    homeless = _homeless(connection, roots, scan)
    found: dict[int, Renamed] = {}
    for listed in scan.folders if homeless else ():
        for name in listed.names:
            path = f"{listed.path}/{name}"
            try:
                file = os.lstat(path)
            except OSError:
                continue
            key = homeless.get((file.st_ino & INT63, file.st_size, file.st_mtime_ns))
            identity = _identity(roots, listed.root, path)
            if key is not None and key_of(identity) != key:
                found[key] = Renamed(identity, file.st_ino & INT63)
    return found


def renamed_since(connection: sqlite3.Connection, collection: Collection) -> dict[int, Renamed]:
    """The same for the whole collection, before its index is built anew and all old names are forgotten."""
    scan = Scan(connection, collection)
    for folder in collection.scan():
        scan.compare(folder)
    scan.finish()
    return renamed(connection, Roots(collection.roots), scan)


def _homeless(connection: sqlite3.Connection, roots: Roots, scan: Scan) -> dict[tuple[int, int, int], int]:
    """(inode, size, mtime) -> key of what is no longer where it was, and is known by its place alone."""
    gone = dict(scan.removed)
    for listed in scan.folders:
        gone.update(((listed.folder, name), known) for name, known in listed.changed.items())
    if not gone:
        return {}
    rows = connection.execute("select folder, root, path from folders")
    folders = {folder: (root, unpack_name(path)) for folder, root, path in rows}
    found = {}
    for (folder, name), known in gone.items():
        root, path = folders[folder]
        # An article with a URL has another key than its path's, and keeps it under any name.
        if known.key == key_of(_identity(roots, root, f"{path}/{name}")):
            found[known.inode, known.size, known.mtime_ns] = known.key
    return found


def _identity(roots: Roots, root: int, path: str) -> str:
    place = roots.place(root, path)
    return place.prefix + place.relative
