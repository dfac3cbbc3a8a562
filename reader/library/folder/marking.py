"""Writes changes of marks to the marks database and to the index's sets.

Maps articles to identities; `reader.marks.database` stores the marks.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from os import PathLike
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from reader.collection.folders import Roots
from reader.errors import DamageError, StorageError
from reader.index.store import Index
from reader.index.view import NO_MARKS
from reader.library.folder.reunion import Reunion, blank
from reader.marks.database import FILE, Marks
from reader.marks.file import Patience
from reader.marks.mark import Change, Mark, set_names

if TYPE_CHECKING:
    from reader.index.backend import ArticleRow

    _Done = TypeVar("_Done")


PATIENCE = 0.1
"""Seconds that a question waits while marks are written: marking a million articles takes a minute."""


class FolderMarks:
    """`ArticleMarks` of one collection. Safe to call from several threads."""

    def __init__(
        self, index: Index, roots: Roots, folder: str | PathLike[str] | None, notices: list[str]
    ) -> None:
        """Without a folder (None), marks cannot be saved and nothing is marked. Notices for the user are
        added to the list."""
        self.notices = notices
        self._index = index
        self._lock = RLock()
        self._marks = self._opened(folder)
        self._reunion = Reunion(index, roots)
        self._sets = MarkedSets(index)
        self._sets.load()

    def _opened(self, folder: str | PathLike[str] | None) -> Marks:
        if folder is not None:
            try:
                marks = Marks(os.path.join(folder, FILE))
            except StorageError as error:
                self.notices.append(f"{error}. Until then nothing can be marked.")
            else:
                self._tell(marks)
                return marks
        return Marks(None)

    def _tell(self, marks: Marks) -> None:
        """Pass on notices about the file."""
        self.notices += marks.file.notices
        marks.file.notices.clear()

    @property
    def turn(self) -> int:
        """The number of the newest change by any reader; may be older during a very large change."""
        if not self._lock.acquire(timeout=PATIENCE):
            return self._sets.turn
        try:
            return self._marks.turn
        except StorageError as error:
            self._do_without(error)
            return self._sets.turn
        finally:
            self._lock.release()

    def follow(self, patience: float = PATIENCE) -> int:
        """Update the sets with the marks of this and other readers; they stay unchanged if the marks can't be
        read, or if a change takes longer than the patience (negative = wait for any). Returns the edition of
        the index that they are for."""
        if not self._lock.acquire(timeout=patience):
            if self._sets.fits:
                return self._index.edition
            self._lock.acquire()
        try:
            while True:
                self._index.follow()
                edition = self._index.edition
                try:
                    self._follow()
                except StorageError as error:
                    self._do_without(error)
                # Another thread may have switched to a newer edition, whose numbers mean other articles.
                if edition == self._index.edition:
                    return edition
        finally:
            self._lock.release()

    def _follow(self) -> None:
        turn = self._marks.turn
        if not self._sets.fits or turn < self._sets.turn:
            self._sets.forget()
        elif turn == self._sets.turn:
            return
        marks = list(self._marks.since(self._sets.turn))
        self._sets.apply(marks, self._reunion.numbers(marks, self._marks), turn)
        if self._marks.turn != turn:  # notices about repairs
            self._follow()

    def _do_without(self, error: StorageError) -> None:
        """Errors of marks never prevent reading: a damaged file is repaired, and a busy one is retried
        later."""
        if isinstance(error, DamageError):
            try:
                self._repair()
                self._follow()
                return
            except StorageError as further:
                error = further
        if not isinstance(error.__cause__, sqlite3.OperationalError):
            self.notices.append(f"{error}. Until then nothing can be marked.")
            self._marks.close()
            self._marks = Marks(None)

    def _repair(self) -> None:
        self._marks.file.repair()
        self._tell(self._marks)
        self._sets.forget()

    def _whole(self, action: Callable[[Marks], _Done]) -> _Done:
        """Do something with the marks; retry once after a repair. Raises StorageError."""
        with self._lock:
            try:
                return action(self._marks)
            except DamageError:
                self._repair()
                return action(self._marks)

    def store(self) -> None:
        """Store the sets for the next start."""
        with self._lock:
            self._sets.store()

    def back_up(self) -> None:
        """Back the marks up if the newest backup is an hour old; on failure, add a notice."""
        with self._lock:
            try:
                if self._marks.turn:
                    self._marks.file.back_up(time.time())
            except DamageError as error:
                self._do_without(error)
            except StorageError as error:
                self.notices.append(str(error))

    def be_patient(self, reading: float, writing: float) -> None:
        """Set how long to wait while another program uses the marks; a screen can wait less than a
        command."""
        with self._lock:
            self._marks.file.be_patient(Patience(reading, writing))

    def change(self, rows: Sequence[ArticleRow], change: Change, *, is_undoable: bool = True) -> int:
        if not self._marks.is_kept:
            raise StorageError('marks cannot be saved; "reader doctor" names the folder to make writable')
        blanks = {row.key: blank(row) for row in rows}
        articles = {key: mark.identity for key, mark in blanks.items()}
        traces = {key: mark.traces for key, mark in blanks.items()}
        return self._changed(lambda marks: marks.change(articles, change, traces, is_undoable=is_undoable))

    def undo(self) -> str | None:
        return self._changed(Marks.undo)

    def redo(self) -> str | None:
        return self._changed(Marks.redo)

    def _changed(self, action: Callable[[Marks], _Done]) -> _Done:
        done = self._whole(action)
        self.follow(-1)
        return done

    def notes(self, rows: Sequence[ArticleRow]) -> dict[int, str]:
        found = self._whole(lambda marks: marks.of([row.key for row in rows]))
        return {key: mark.note for key, mark in found.items() if mark.note}

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._marks.close()


class MarkedSets:
    """Keeps `Index.marked` up to date: marks as sets of numbers, so that `is:unread` is a set like any
    other.

    They are stored in the index with the change that they reflect, and rebuilt when its numbers change.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._generation = -1
        self._stored = (-1, -1)
        """The generation and the turn of the stored sets."""
        self.turn = 0
        """The newest change of marks that the sets reflect."""

    def load(self) -> None:
        """Load the stored sets if they still match the index; a damaged index is begun again."""
        try:
            self._load()
        except OSError:
            raise
        except Exception:
            self._index.begin_again()
            self._load()

    def _load(self) -> None:
        generation, turn, marked = self._index.stored_marks()
        if generation != self._index.generation():
            self.forget()
            return
        self._generation, self.turn = self._stored = generation, turn
        self._index.marked = {**NO_MARKS, **marked}

    def forget(self) -> None:
        """Drop the sets: the numbers have changed."""
        self._index.marked = NO_MARKS
        self._generation = self._index.generation()
        self.turn = 0

    @property
    def fits(self) -> bool:
        """Returns whether the sets match the current index."""
        return self._generation == self._index.generation()

    def apply(self, marks: Iterable[Mark], numbers: Mapping[int, int], turn: int) -> None:
        """Put the articles of these marks into their sets; `numbers` has those that are in the collection."""
        by_sets: defaultdict[frozenset[str], list[int]] = defaultdict(list)
        for mark in marks:
            if mark.key in numbers:
                names = set_names(mark.read, mark.starred, bool(mark.note), mark.tags)
                by_sets[names].append(numbers[mark.key])
        self._index.take_marks(by_sets.items())
        self.turn = turn

    def store(self) -> None:
        """Store the sets for the next start."""
        # Only a cache: if it can't be written, the next start rebuilds it.
        now = self._generation, self.turn
        if now != self._stored and self.fits:
            with suppress(sqlite3.OperationalError):
                self._index.store_marks(*now)
                self._stored = now
