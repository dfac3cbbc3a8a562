"""The user's marks as sets of article numbers, so that `is:unread` is a set like any other.

A cache of the marks database, stored in the index with the turn it reflects; rebuilt whenever the numbers
change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TypeAlias

from pyroaring import BitMap

from reader.index.backend import NO_MARKS
from reader.index.store import Index

Marking: TypeAlias = tuple[int, frozenset[str]]
"""An article's key with the sets it belongs to: read, starred, note, tag:NAME."""


class MarkedSets:
    """Keeps `Index.marked` up to date."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._generation = -1
        self._stored = (-1, -1)
        """The generation and the turn of the stored sets."""
        self.turn = 0
        """The newest change of marks that the sets reflect."""

    def load(self) -> None:
        """Load the stored sets if they still match the index."""
        try:
            generation, turn, marked = self._index.stored_marks()
            now = self._index.generation()
        except Exception as error:
            if isinstance(error, OSError):
                raise
            self._index.begin_again()
            generation, turn, marked = self._index.stored_marks()
            now = self._index.generation()
        if generation == now:
            self._generation, self.turn = self._stored = generation, turn
            self._index.marked = {**NO_MARKS, **marked}
        else:
            self.forget()

    def forget(self) -> None:
        """Drop the sets: the numbers have changed."""
        self._index.marked = NO_MARKS
        self._generation = self._index.generation()
        self.turn = 0

    @property
    def fits(self) -> bool:
        """Returns whether the sets match the current index."""
        return self._generation == self._index.generation()

    def apply(self, markings: Iterable[Marking], numbers: Mapping[int, int], turn: int) -> None:
        """Put these articles into the sets they belong to, and remove them from all others."""
        wanted = dict(markings)
        touched = BitMap(list(numbers.values()))
        members: dict[str, list[int]] = {}
        for key, number in numbers.items():
            for name in wanted[key]:
                members.setdefault(name, []).append(number)
        # A page may still be painted from the old sets, so they are never changed in place.
        marked: Mapping[str, BitMap] = self._index.marked
        self._index.marked = {
            name: (marked.get(name, BitMap()) - touched) | BitMap(members.get(name, ()))
            for name in {**marked, **members}
        }
        self.turn = turn

    def store(self) -> None:
        """Store the sets for the next start."""
        # Only a cache: if it can't be written, the next start rebuilds it.
        now = self._generation, self.turn
        if now != self._stored and self.fits:
            with suppress(sqlite3.OperationalError):
                self._index.store_marks(*now)
                self._stored = now
