"""Waits for the next publication by NOTIFY, with occasional polling as a fallback."""

from __future__ import annotations

from contextlib import suppress
from threading import Event, Lock
from time import monotonic

import psycopg
from psycopg import sql

from reader.library.postgres.connection import SharedError, connect, told
from reader.library.postgres.index import SharedIndex
from reader.library.postgres.schema import CHANNEL

LOOK_SECONDS = 5.0
"""Seconds between polls without notifications: a standby sends none, and a lost connection may go
unnoticed."""


class Watch:
    """Waits for publications and for marks made elsewhere. Only one thread may call `wait`."""

    def __init__(self, address: str, index: SharedIndex) -> None:
        self._address = address
        self._index = index
        self._connection: psycopg.Connection | None = None
        self._is_told = True
        self._is_away = False
        self._closed = Event()
        self._waiting = Lock()
        self._next_look = 0.0

    def wait(self, timeout: float) -> tuple[bool, bool]:
        """Wait for a publication, marks made elsewhere, or the timeout; returns whether there were any, and
        whether a lost server is back."""
        with self._waiting:
            found = self._wait(timeout)
            if self._closed.is_set():
                self._leave()
            return found

    def _wait(self, timeout: float) -> tuple[bool, bool]:
        try:
            if self._heard(0.0 if self._is_away else timeout):
                has_changed = True
            elif self._is_away or monotonic() >= self._next_look:
                self._next_look = monotonic() + LOOK_SECONDS
                has_changed = self._index.state() != (self._index.edition, self._index.turn)
            else:
                has_changed = False
        except SharedError:
            self._leave()
            self._is_away = True
            self._closed.wait(timeout)
            return False, False
        is_back, self._is_away = self._is_away, False
        return has_changed, is_back

    def _heard(self, timeout: float) -> bool:
        if not self._is_told:
            self._closed.wait(timeout)
            return False
        with told(self._address):
            if self._connection is None:
                self._connection = connect(self._address)
                try:
                    self._connection.execute(sql.SQL("listen {}").format(sql.Identifier(CHANNEL)))
                except (psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.FeatureNotSupported):
                    self._leave()
                    self._is_told = False
                    return False
            return any(True for _ in self._connection.notifies(timeout=timeout, stop_after=1))

    def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def close(self) -> None:
        """Close the connection as soon as no thread waits on it."""
        self._closed.set()
        if self._waiting.acquire(blocking=False):
            self._leave()
            self._waiting.release()
