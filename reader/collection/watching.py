"""Waits until files of a collection change, using the system's notifications if available. Only reports that
something changed; the next scan finds out what. Nothing is read here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from threading import Event
from time import monotonic
from typing import Any

from reader.article.text import clean_line
from reader.collection.folders import SUFFIXES

_STEP = 200
"""Milliseconds between two checks whether a wait is over."""


class FolderWatch:
    """Watches folders from the first `wait` on. One thread waits, any may close it."""

    def __init__(self, roots: Sequence[str], skipped: Sequence[str] = ()) -> None:
        """Folders with the names `skipped` are ignored."""
        self._roots = tuple(roots)
        self._skipped = frozenset(skipped)
        self._stop = Event()
        self._changes: Iterator[Any] | None = None
        self.blindness = ""
        """The system's reason why there are no notices (no watchfiles, no inotify watches left)."""

    @property
    def is_blind(self) -> bool:
        """Whether there are no notices, so that polling is needed."""
        return bool(self.blindness)

    def wait(self, timeout: float) -> bool:
        """True as soon as article files or folders changed; False after `timeout` seconds or `close`."""
        end = monotonic() + timeout
        while not self._stop.is_set():
            left = end - monotonic()
            if self.is_blind or left <= 0:
                self._stop.wait(max(left, 0))
                return False
            if self._next():
                return True
        return False

    def close(self) -> None:
        """End the current wait, within a fifth of a second, and every later one."""
        self._stop.set()

    def _next(self) -> bool:
        """Wait one step; whether there were changes."""
        try:
            if self._changes is None:
                self._changes = self._begun()
            return bool(next(self._changes, None))
        except (ImportError, OSError, RuntimeError) as error:
            # No such package, a folder that has gone, or the user's inotify watches are used up.
            self._changes = None
            self.blindness = clean_line(str(error)) or type(error).__name__
            return False

    def _begun(self) -> Iterator[Any]:
        import watchfiles

        return watchfiles.watch(
            *self._roots,
            watch_filter=self._concerns,
            debounce=400,
            step=50,
            rust_timeout=_STEP,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
        )

    def _concerns(self, _change: object, path: str) -> bool:
        """Whether a path may be an article or a folder of articles; a deleted one can't be checked."""
        root = next((root for root in self._roots if path.startswith(root)), "")
        parts = path[len(root) :].split("/")
        if any(part.startswith(".") or part in self._skipped for part in parts):
            return False
        name = parts[-1].lower()
        return name.endswith(SUFFIXES) or "." not in name or os.path.isdir(path)
