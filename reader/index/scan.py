"""Compares the files on disk with the index, folder by folder and file by file.

A folder whose listing has the stored hash is skipped; only others are compared name by name. No file is read
and nothing is written here.
"""

from __future__ import annotations

import os
import sqlite3
import time
from hashlib import blake2b
from marshal import dumps
from typing import NamedTuple

from reader.collection.folders import Collection, Folder, times_of
from reader.index.schema import unpack_name


class Known(NamedTuple):
    """What the index knows about a file."""

    mtime_ns: int
    size: int
    inode: int
    ctime_ns: int
    number: int | None
    """Number of its article; None for a duplicate and a file without an article."""
    key: int | None


class ListedFolder(NamedTuple):
    """A folder with its files that must be read."""

    folder: int
    """Its number in the index."""
    root: int
    path: str
    signature: bytes
    mtime_ns: int
    """The folder's mtime when it was listed; 0 if it was too recent to be trusted."""
    names: list[str]
    """New files and changed ones."""
    changed: dict[str, Known]
    """Those of them that the index knew in an older state."""
    racy: dict[str, Known]
    """Files that look unchanged, but were read too soon after they were written to be sure."""


class Scan:
    """Compares the collection's folders with the index and collects the differences."""

    def __init__(self, connection: sqlite3.Connection, collection: Collection) -> None:
        self._connection = connection
        self._collection = collection
        rows = connection.execute("select path, folder, signature, listed_ns from folders")
        self._unseen = {
            unpack_name(path): (folder, signature, mtime_ns) for path, folder, signature, mtime_ns in rows
        }
        (highest,) = connection.execute("select max(folder) from folders").fetchone()
        self._next = (highest or 0) + 1
        self._racy: dict[int, set[str]] = {}
        for folder, name in connection.execute("select folder, name from racy"):
            self._racy.setdefault(folder, set()).add(unpack_name(name))
        self.folders: list[ListedFolder] = []
        """Folders in which something must be read or recorded."""
        self.removed: dict[tuple[int, str], Known] = {}
        """Deleted files."""
        self.gone_folders: list[int] = []
        self.touched: list[tuple[int, int]] = []
        """(mtime, folder) of folders of which only the mtime differs."""
        self.files = 0
        self.added = 0
        self.unchanged = 0

    def compare(self, folder: Folder) -> None:
        """Compare one folder's current listing."""
        self.files += len(folder.files)
        number, stored, stored_mtime_ns = self._unseen.pop(folder.path, (0, None, 0))
        signature = signature_of(folder)
        if stored == signature and stored_mtime_ns == folder.mtime_ns:
            self.unchanged += len(folder.files)
            return
        mtime_ns = 0 if is_too_young(folder.mtime_ns, time.time_ns()) else folder.mtime_ns
        if stored == signature:
            self.unchanged += len(folder.files)
            if mtime_ns != stored_mtime_ns:
                self.touched.append((mtime_ns, number))
            return
        known = self._known(number) if number else {}
        if not number:
            number, self._next = self._next, self._next + 1
        listed = ListedFolder(number, folder.root, folder.path, signature, mtime_ns, [], {}, {})
        self.folders.append(listed)
        racy = self._racy.get(number, ())
        for file in folder.files:
            name = file[0]
            before = known.pop(name, None)
            if before is None:
                self.added += 1
                listed.names.append(name)
            elif before[:4] != file[1:]:
                listed.names.append(name)
                listed.changed[name] = before
            else:
                self.unchanged += 1
                if name in racy:
                    listed.racy[name] = before
        self.removed.update(((number, name), before) for name, before in known.items())

    def _known(self, folder: int) -> dict[str, Known]:
        rows = self._connection.execute(
            "select name, mtime_ns, size, inode, ctime_ns, number, key from articles where folder = ?1"
            " union all select name, mtime_ns, size, inode, ctime_ns, null, key from others"
            " where folder = ?1",
            (folder,),
        )
        return {unpack_name(row[0]): Known(*row[1:]) for row in rows}

    def finish(self) -> None:
        """Record the deleted folders, after the last one was compared."""
        for folder, *_ in self._unseen.values():
            self.gone_folders.append(folder)
            self.removed.update(((folder, name), before) for name, before in self._known(folder).items())
        self._unseen.clear()


_FINE_GRAIN_NS = 20_000_000
_COARSE_GRAIN_NS = 2_000_000_000


def is_too_young(mtime_ns: int, seen_at_ns: int) -> bool:
    """Returns whether something was read so soon after its last change that a further one might go unnoticed.

    The rule of git's index: an mtime is trusted only if the clock has advanced since. The margin is two
    seconds on file systems with whole seconds, else the coarsest tick of a kernel clock.
    """
    return seen_at_ns - mtime_ns <= (_FINE_GRAIN_NS if mtime_ns % 1_000_000_000 else _COARSE_GRAIN_NS)


def folders_changed(connection: sqlite3.Connection) -> bool:
    """Returns whether files were added, deleted or renamed. Edits in place go unnoticed."""
    for path, mtime_ns in connection.execute("select path, listed_ns from folders"):
        try:
            if times_of(os.stat(unpack_name(path)))[0] != mtime_ns:
                return True
        except OSError:
            return True
    return False


def any_difference(
    connection: sqlite3.Connection, collection: Collection, *, in_files_only: bool = False
) -> bool:
    """Returns whether anything on the disk differs; checks every file. A folder of which only the mtime
    differs needs a writer to record it, and with `in_files_only` it does not count."""
    scan = Scan(connection, collection)
    for folder in collection.scan():
        scan.compare(folder)
        if scan.folders or (scan.touched and not in_files_only):
            return True
    scan.finish()
    return (
        bool(scan.gone_folders)
        or has_new_notes(connection, collection)
        or has_other_basis(connection, collection)
    )


def has_other_basis(connection: sqlite3.Connection, collection: Collection) -> bool:
    """Returns whether the folders' values for all their articles have changed since those were read."""
    stored = connection.execute("select value from meta where key = 'basis'").fetchone()
    return stored is not None and stored[0] != collection.basis


def has_new_notes(connection: sqlite3.Connection, collection: Collection) -> bool:
    """Returns whether the folders and links that can't be listed differ from those in the index."""
    problems = [(one.path, one.reason) for one in collection.problems]
    return problems != connection.execute("select path, reason from unlisted").fetchall()


def signature_of(folder: Folder) -> bytes:
    """Returns a digest of a folder's listing: names, times, sizes and inodes of its files."""
    # Version 2 of `marshal` has no references, so equal values always give equal bytes.
    return blake2b(dumps(folder.files, 2), digest_size=16).digest()
