"""Updates the index from the files: compares, reads what differs, writes it chunk by chunk.

One process at a time refreshes a collection's index, guarded by a lock that the system releases if the
process dies; others can read meanwhile. The index is consistent after every transaction.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from array import array
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import islice

from reader.collection.folders import Collection
from reader.index.article_keys import take_over
from reader.index.coldload import ColdLoad
from reader.index.entry import File, Taken, digest_now, take
from reader.index.scan import Known, Scan, any_difference, has_new_notes, has_other_basis, is_too_young
from reader.index.schema import (
    LAST_UNDATED,
    LATE,
    SetKind,
    connect,
    create,
    pack_name,
    select_in,
    unpack_name,
)
from reader.index.sets import read_set
from reader.index.store import Index
from reader.index.stories import StoryFinder, forget
from reader.index.workers import IndexWorkers, worker_count
from reader.index.writer import Numbering, Writer
from reader.permissions import is_in_browser
from reader.query.results import Progress, Report

LATE_SHARE, GONE_SHARE, LATE_LEAST = 0.05, 0.25, 2000
"""With more late articles, or numbers of deleted ones, than these parts and this number, the index is
rebuilt: fewer don't slow questions down."""

WRITE_CACHE_KIB = 64 * 1024

FIRST_CHUNK = 100
"""Number of files from the newest folders that are shown before the rest is listed."""

MOST_ALONE = 1000
"""Up to this many files of a first load are read in this process: starting workers would take as long."""

MOST_AT_ONCE = 3000
"""Up to this many files of a later load are read in this process and merged; more are faster written as a new
block."""

OUTDATED = 'The index is older than the files; "reader index" for this collection brings it up to date.'

MOST_TIED = 100
"""Up to this many articles are read again in a refresh, so that those of one second, and undated ones, are in
the order of a rebuilt index. Each gets another number, and after too many of these the index is rebuilt."""

MOST_LINKED_ALONE = 5000
"""Up to this many articles are linked to stories in this process."""

SERVED_PATIENCE = 60.0
"""Seconds to wait for `reader serve` to update its index."""
LOOK_EVERY = 0.5
"""Seconds between checks whether it has."""

SIGN_OF_LIFE = 250
"""Files between two progress reports."""


class Refresh:
    """One refresh of one index."""

    def __init__(self, index: Index, collection: Collection, *, finds_stories: bool = True) -> None:
        self._index = index
        self._finds_stories = finds_stories
        self._collection = collection
        self._started = time.monotonic()

    def run(self, *, rebuild: bool = False, shows_first: bool = False) -> Iterator[Progress]:
        """Refresh; the last Progress has the Report. The caller can stop iterating at any point."""
        if self._index.is_read_only:
            report = yield from self._as_it_is()
            if report is not None:
                yield Progress("done", report.files, report.files, report.files, True, report)
                return
        lock = self._index.open_lock()
        try:
            for _ in _acquired(lock):
                yield Progress("wait", changed=True)
            # After waiting or idling, this index may still use a deleted edition.
            self._index.follow()
            if rebuild:
                yield from self._caught_up()
                report = yield from self._build_anew()
            else:
                report = yield from self._update(self._index.location, shows_first=shows_first)
                if self._is_untidy():
                    yield Progress("tidy", report.files, report.files, report.files, changed=True)
                    tidied = yield from self._build_anew()
                    report = report._replace(problems=tidied.problems, duplicates=tidied.duplicates)
        finally:
            if lock is not None:
                os.close(lock)
        seconds = round(time.monotonic() - self._started, 3)
        yield Progress(
            "done", report.files, report.files, report.files, True, report._replace(seconds=seconds)
        )

    def _as_it_is(self) -> Generator[Progress, None, Report | None]:
        """Reports on an index that this process can't write; returns None if it continues with a copy in
        memory because files differ. Behind a page of `reader serve`, the server updates the index."""
        until = self._started + (SERVED_PATIENCE if is_in_browser() else 0)
        while True:
            self._index.follow()
            with closing(connect(self._index.location)) as connection:
                is_same = not any_difference(connection, self._collection, in_files_only=True)
                (live,) = connection.execute("select count(*) from articles").fetchone()
            if is_same or time.monotonic() > until:
                break
            time.sleep(LOOK_EVERY)
            yield Progress("wait")
        if not is_same and self._index.move_to_memory():
            return None
        if not is_same and OUTDATED not in self._index.notices:
            self._index.notices.append(OUTDATED)
        return Report(live, unchanged=live)

    def _caught_up(self) -> Iterator[Progress]:
        """Before rebuilding an index: only the old one can tell which article a changed file was."""
        with suppress(sqlite3.DatabaseError):  # a damaged one has nothing to carry over
            if self._index.is_complete():
                yield from self._update(self._index.location, shows_first=False)

    def _build_anew(self) -> Generator[Progress, None, Report]:
        draft = self._index.draft_location()
        with closing(connect(draft, is_new=True)) as new:
            create(new)
            report = yield from self._update(draft, shows_first=False)
            with closing(connect(self._index.location)) as old:
                take_over(old, new)
            if self._finds_stories:
                yield from StoryFinder(new).run(None)  # of articles whose keys have changed
            new.execute("pragma wal_checkpoint(truncate)")
            if self._index.is_in_memory:  # a database in memory is gone with its last connection
                self._index.adopt(draft)
        if not self._index.is_in_memory:
            self._index.adopt(draft)
        return report

    def _update(self, location: str, *, shows_first: bool) -> Generator[Progress, None, Report]:
        with closing(connect(location, cache_kib=WRITE_CACHE_KIB)) as connection:
            update = Update(
                connection, self._collection, shows_first=shows_first, finds_stories=self._finds_stories
            )
            return (yield from update.run())

    def _is_untidy(self) -> bool:
        """Returns whether so many articles are late or deleted that questions become slower, or the folders'
        values for all their articles have changed."""
        with self._index.view() as view, self._index.rows() as connection:
            live, late = len(view.live), len(view.late)
            gone = Numbering(connection).given - live if live else 0
            return (
                late > max(LATE_LEAST, live * LATE_SHARE)
                or gone > max(LATE_LEAST, live * GONE_SHARE)
                or has_other_basis(connection, self._collection)
            )


def _acquired(lock: int | None) -> Iterator[None]:
    """Acquires the write lock; yields as long as another reader holds it."""
    if lock is None:
        return
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(0.1)
            yield


class Update:
    """A refresh of one index, on one connection."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        collection: Collection,
        *,
        shows_first: bool,
        finds_stories: bool = True,
    ) -> None:
        """With `shows_first`, an empty index gets a few articles at once, which stay late."""
        self._connection = connection
        self._collection = collection
        self._roots = collection.roots
        self._writer = Writer(connection)
        self._scan = Scan(connection, collection)
        self._is_new = not connection.execute("select 1 from folders").fetchone()
        self._shows_first = shows_first and self._is_new
        self._most_alone = MOST_ALONE if self._is_new else MOST_AT_ONCE
        self._finds_stories = finds_stories
        self._early: set[tuple[int, str]] = set()
        """Files that were added before the rest was listed."""
        self._known: dict[tuple[int, str], Known] = {}
        """The index's old entries of files that have changed."""
        self._workers: IndexWorkers | None = None

    def run(self) -> Generator[Progress, None, Report]:
        """Compare, then read and write; returns the report without its duration."""
        try:
            return (yield from self._run())
        finally:
            if self._workers is not None:
                self._workers.close()

    def _run(self) -> Generator[Progress, None, Report]:
        yield from self._compare()
        scan = self._scan
        self._known = {
            (listed.folder, name): known for listed in scan.folders for name, known in listed.changed.items()
        }
        changed = len(self._known)
        if scan.folders or scan.removed or scan.gone_folders:
            self._note_folders()
            self._forget(scan.removed)
            yield from self._read(list(self._wanted()))
            yield from self._read_early()
            different = (*self._known.values(), *scan.removed.values())
            yield from self._read_copies_of({known.key for known in different})
            yield from self._read_again([*_ties(self._connection)])
            yield from self._read_copies_of(_orphaned(self._connection))
            self._close_folders()
        if scan.touched:
            self._connection.executemany("update folders set listed_ns = ? where folder = ?", scan.touched)
        if self._is_new:
            with self._writer.transaction():
                self._connection.execute(
                    "insert or replace into meta values('basis', ?)", (self._collection.basis,)
                )
                (live,) = self._connection.execute("select count(*) from articles").fetchone()
                numbering = Numbering(self._connection)
                numbering.settle(live)
                numbering.save(self._connection)
        if has_new_notes(self._connection, self._collection):
            with self._writer.transaction():
                self._writer.note_listing(self._collection.problems)
        yield from self._find_stories()
        return _report(self._connection, scan, changed)

    def _find_stories(self) -> Iterator[Progress]:
        finder = StoryFinder(self._connection)
        if not self._finds_stories:
            if finder.has_stories:
                with self._writer.transaction():
                    forget(self._connection)
        elif finder.is_due:
            if self._workers is None and finder.due_articles() > MOST_LINKED_ALONE:
                self._workers = IndexWorkers(worker_count())
            for step in finder.run(self._workers):
                yield step._replace(seen=self._scan.files)

    def _compare(self) -> Iterator[Progress]:
        for folder in self._collection.scan():
            self._scan.compare(folder)
            if self._shows_first and not self._early and self._scan.added >= FIRST_CHUNK:
                yield self._show_first()
            elif len(self._scan.folders) % 64 == 1:
                yield Progress("scan", self._scan.files)
            if self._workers is None and self._scan.added > self._most_alone:
                # Workers start while the rest is listed.
                self._workers = IndexWorkers(worker_count())
        self._scan.finish()
        self._settle()
        self._scan.folders.sort(key=lambda listed: listed.path, reverse=True)

    def _show_first(self) -> Progress:
        """Add the first headlines: a few files of the newest folders, before all are listed."""
        self._note_folders()
        files = list(islice(self._wanted(), FIRST_CHUNK))
        with self._writer.transaction():
            self._writer.add([take(self._roots, file) for file in files])
            # However the rest is numbered, these few are merged in by date.
            self._writer.demote_all()
        self._early = {(file.folder, file.name) for file in files}
        return Progress("read", self._scan.files, len(files), self._scan.added, changed=True)

    def _wanted(self) -> Iterator[File]:
        """Yields the files to read; of two of the same second, the later name counts as newer."""
        for listed in self._scan.folders:
            for name in sorted(listed.names, reverse=True):
                if (listed.folder, name) not in self._early:
                    yield File(listed.folder, listed.root, listed.path, name)

    def _settle(self) -> None:
        """Check files again that were modified too recently to be trusted when they were read."""
        now = time.time_ns()
        for listed in self._scan.folders:
            for name, known in listed.racy.items():
                row = self._connection.execute(
                    "select digest from racy where folder = ? and name = ?", (listed.folder, pack_name(name))
                ).fetchone()
                if row and row[0] == digest_now(File(listed.folder, listed.root, listed.path, name)):
                    if not is_too_young(known.mtime_ns, now):
                        self._writer.settle(listed.folder, name)
                else:
                    self._scan.unchanged -= 1
                    listed.names.append(name)
                    listed.changed[name] = known

    def _note_folders(self) -> None:
        """Add the folders' rows, without a signature until all their files are written."""
        with self._writer.transaction():
            self._writer.begin()
            self._connection.executemany(
                "insert into folders(folder, root, path) values(?, ?, ?)"
                " on conflict(folder) do update set signature = null",
                [(listed.folder, listed.root, pack_name(listed.path)) for listed in self._scan.folders],
            )

    def _read(self, files: Sequence[File]) -> Iterator[Progress]:
        is_small = len(files) <= self._most_alone
        if is_small and not self._early:
            yield from self._read_here(files)
            return
        # After the first headlines, even a small load becomes a new block: merging set by set would take
        # longer.
        if self._workers is None:
            self._workers = IndexWorkers(1 if is_small else worker_count())
        load = ColdLoad(self._connection, self._writer, self._roots, self._workers)
        dates: array[int] = array("q")
        for some in load.dates(files):
            dates.extend(some)
            yield Progress("date", self._scan.files, len(dates), self._scan.added)
        oldest = Numbering(self._connection).oldest
        below = [place for place, date in enumerate(dates) if oldest is None or date <= oldest]
        older = files if len(below) == len(files) else [files[place] for place in below]
        if self._known:
            self._forget({(file.folder, file.name): None for file in older})
        below_dates = array("q", [dates[place] for place in below])
        for read, written in load.run(older, below_dates):
            done = len(self._early) + read
            yield Progress("read", self._scan.files, done, self._scan.added, changed=written)
        if oldest is not None:
            newer = sorted((date, file) for date, file in zip(dates, files, strict=True) if date > oldest)
            yield from self._read_here([file for _, file in newer])

    def _read_here(self, files: Sequence[File]) -> Iterator[Progress]:
        done = len(self._early)
        for start in range(0, len(files), MOST_AT_ONCE):
            taken: list[Taken] = []
            part = files[start : start + MOST_AT_ONCE]
            for file in part:
                taken.append(take(self._roots, file))
                if len(taken) % SIGN_OF_LIFE == 0:
                    yield Progress("read", self._scan.files, done + len(taken), done + len(files) - start)
            with self._writer.transaction():
                self._drop({(file.folder, file.name): None for file in part})
                self._writer.add(taken)
            done += len(part)
            yield Progress(
                "read", self._scan.files, done, done + len(files) - start - len(part), changed=True
            )

    def _forget(self, files: Iterable[tuple[int, str]]) -> None:
        if files:
            with self._writer.transaction():
                self._drop(files)

    def _drop(self, files: Iterable[tuple[int, str]]) -> None:
        """Delete the index's entries of these files; inside a transaction."""
        gone = []
        for file in files:
            known = self._known.get(file) or self._scan.removed.get(file)
            if known is not None and known.number is not None:
                gone.append(known.number)
            elif known is not None:
                self._writer.remove_other(*file)
        if gone:
            self._writer.remove(gone)

    def _read_copies_of(self, keys: set[int | None]) -> Iterator[Progress]:
        """Read files again that were copies of an article that is gone, has changed or has another key: one
        of them may be shown now."""
        copies = _stored_files(self._connection, "others", "key in (??)", [*keys - {None}])
        if copies:
            self._known.update(((file.folder, file.name), known) for file, known in copies)
            yield from self._read_here([file for file, _ in copies])

    def _read_early(self) -> Iterator[Progress]:
        """Read the undated articles among the first headlines again: they are from the last folders, so after
        the rest they get the numbers that a rebuilt index gives them."""
        if len(self._early) < self._scan.added:
            lowest = LAST_UNDATED - len(self._early)
            found = _stored_files(self._connection, "articles", "date is null and number > ??", [lowest])
            early = [one for one in found if (one[0].folder, one[0].name) in self._early]
            yield from self._read_again(early)

    def _read_again(self, stored: Sequence[tuple[File, Known]]) -> Iterator[Progress]:
        """Read a few articles again to number them anew; they keep their keys."""
        if not stored:
            return
        files = [take(self._roots, file) for file, _ in stored]
        keys = {
            (file.folder, pack_name(file.name)): known.key for file, known in stored if known.key is not None
        }
        arrived = {number for (number,) in self._connection.execute("select number from arrived")}
        were_here = [(known.key,) for _, known in stored if known.number not in arrived]
        with self._writer.transaction():
            self._writer.forget([known.number for _, known in stored if known.number is not None])
            self._writer.add(files, keys)
            # Only what was new before is still new: the others were not moved.
            self._connection.execute("delete from arrived where number not in (select number from articles)")
            self._connection.executemany(
                "delete from arrived where number in (select number from articles where key = ?)", were_here
            )
        yield Progress("read", self._scan.files, len(files), len(files), changed=True)

    def _close_folders(self) -> None:
        """Store the signatures of folders that are done: no file was too recent or unreadable."""
        with self._writer.transaction():
            self._writer.finish()
            self._connection.executemany(
                "update folders set signature = ?1, listed_ns = ?3 where folder = ?2"
                " and not exists (select 1 from racy where racy.folder = ?2)"
                " and not exists (select 1 from others where others.folder = ?2 and others.inode = 0)",
                [(listed.signature, listed.folder, listed.mtime_ns) for listed in self._scan.folders],
            )
            self._connection.executemany(
                "delete from folders where folder = ?", [(folder,) for folder in self._scan.gone_folders]
            )


def _report(connection: sqlite3.Connection, scan: Scan, changed: int) -> Report:
    (problems,) = connection.execute(
        "select (select count(*) from problems) + (select count(*) from unlisted)"
    ).fetchone()
    (duplicates,) = connection.execute("select count(key) from others").fetchone()
    return Report(scan.files, scan.added, changed, len(scan.removed), scan.unchanged, problems, duplicates)


def _orphaned(connection: sqlite3.Connection) -> set[int | None]:
    """Returns the keys of copies under which no article is shown."""
    rows = connection.execute("select distinct key from others where key not in (select key from articles)")
    return {key for (key,) in rows}


def _ties(connection: sqlite3.Connection) -> Iterator[tuple[File, Known]]:
    """Returns the articles of every second (and those without a date) in which some arrived and changed the
    order, as far as they are not too many: read again, they are numbered together, as in a rebuilt index."""
    late = read_set(connection, SetKind.STATE, LATE)
    left = MOST_TIED
    dates = connection.execute(
        "select distinct date from articles join arrived using(number) order by date desc"
    ).fetchall()
    for (date,) in dates:
        (count,) = connection.execute(
            "select count(*) from (select 1 from articles where date is ? limit ?)", (date, left + 1)
        ).fetchone()
        if not 1 < count <= left:
            continue
        stored = _stored_files(connection, "articles", "date is ??", [date])
        found = [(known.number or 0, file, known) for file, known in stored]
        if date is None:
            # They are numbered downwards, and listed so even if they are late.
            found.sort(key=lambda one: -one[0])
        else:
            # Lower numbers are older, late ones before others.
            found.sort(key=lambda one: (one[0] not in late, one[0]))
        names = [(file.path, file.name) for _, file, _ in found]
        if names != sorted(names):
            left -= count
            yield from ((file, known) for _, file, known in found)


def _stored_files(
    connection: sqlite3.Connection, table: str, condition: str, values: Sequence[int | None]
) -> list[tuple[File, Known]]:
    """Returns the files in a table for which an SQL condition holds, in which `??` stands for the values."""
    number = "number" if table == "articles" else "null"
    rows = select_in(
        connection,
        f"select folder, root, path, name, mtime_ns, size, inode, ctime_ns, {number}, key from {table}"
        f" join folders using(folder) where {condition}",
        values,
    )
    return [
        (File(folder, root, unpack_name(path), unpack_name(name)), Known(*known))
        for folder, root, path, name, *known in rows
    ]
