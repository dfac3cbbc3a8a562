"""Assigns dense numbers to articles: higher ones to newer dates where possible.

Dated articles are numbered in both directions from a middle: those newer than all others upwards, older ones
downwards. Those in between go upwards too but are *late*: a page merges them in by date. So a cold load can
start with the newest, continue downwards, and be interrupted and resumed, without knowing the total.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from reader.index.schema import BLOCK_BITS, FIRST_DATED, LAST_UNDATED


class Numbering:
    """Assigns numbers; its six values are stored in the index's `meta` table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        stored = dict(connection.execute("select key, value from meta where key like 'number.%'"))
        self._up: int = stored.get("number.up", FIRST_DATED)
        self._down: int = stored.get("number.down", FIRST_DATED - 1)
        self._undated: int = stored.get("number.undated", LAST_UNDATED)
        self._skipped: int = stored.get("number.skipped", 0)
        self._newest: int | None = stored.get("number.newest")
        self._oldest: int | None = stored.get("number.oldest")

    def save(self, connection: sqlite3.Connection) -> None:
        """Write the state, inside the caller's transaction."""
        connection.executemany(
            "insert or replace into meta values(?, ?)",
            [
                ("number.up", self._up),
                ("number.down", self._down),
                ("number.undated", self._undated),
                ("number.skipped", self._skipped),
                ("number.newest", self._newest),
                ("number.oldest", self._oldest),
            ],
        )

    def demote(self) -> None:
        """Forget the order of the numbers given so far: the caller has made all their articles late."""
        self._newest = self._oldest = None

    def number(self, dates: Sequence[int | None]) -> list[tuple[int, bool]]:
        """Returns (number, whether it is late) for dates sorted oldest first; None can be anywhere."""
        below = sum(date is not None and self._oldest is not None and date <= self._oldest for date in dates)
        down = iter(range(self._down - below + 1, self._down + 1))
        given: list[tuple[int, bool]] = []
        for date in dates:
            if date is None:
                given.append((self._undated, False))
                self._undated -= 1
            elif below:
                given.append((next(down), False))
                self._down -= 1
                below -= 1
            else:
                given.append((self._up, self._newest is not None and date < self._newest))
                self._up += 1
                self._newest = date if self._newest is None else max(date, self._newest)
        first = next((date for date in dates if date is not None), None)
        if first is not None:
            self._oldest = first if self._oldest is None else min(first, self._oldest)
        return given

    def next_down(self, *, is_dated: bool) -> int:
        """Returns the next number for an older (or undated) article of a cold load, in a block without other
        articles, as a block is written once."""
        number = self._down if is_dated else self._undated
        ends_block = (number + 1) >> BLOCK_BITS != number >> BLOCK_BITS
        if ends_block or self._is_untouched(is_dated=is_dated):
            return number
        fresh = (number >> BLOCK_BITS << BLOCK_BITS) - 1
        self._skipped += number - fresh
        return fresh

    def _is_untouched(self, *, is_dated: bool) -> bool:
        if not is_dated:
            return self._undated == LAST_UNDATED
        return self._down == FIRST_DATED - 1 and self._up == FIRST_DATED

    @property
    def given(self) -> int:
        """Returns how many numbers were given, including those of articles deleted since."""
        return self._up - self._down - 1 + LAST_UNDATED - self._undated - self._skipped

    def settle(self, live: int) -> None:
        """Count only these articles' numbers as given: the others of a new index are those of copies, and a
        rebuilt one would have as many."""
        self._skipped += self.given - live

    def take_down(self, next_number: int, newest: int, oldest: int, *, is_dated: bool) -> None:
        """Record that all numbers above `next_number` are given to articles between these dates."""
        if not is_dated:
            self._undated = next_number
            return
        self._down = next_number
        self._newest = newest if self._newest is None else max(newest, self._newest)
        self._oldest = oldest if self._oldest is None else min(oldest, self._oldest)

    @property
    def oldest(self) -> int | None:
        """Returns the oldest date of an article numbered in order; None if there is none."""
        return self._oldest
