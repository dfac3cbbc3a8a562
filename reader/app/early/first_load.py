"""Starts the first load before there is an app, so that the newest articles can be painted early.

The app continues the same refresh, so no file is read twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from time import monotonic, process_time

from reader.library import Library
from reader.query.results import Progress

PATIENCE, LONGEST = 0.6, 2.5
"""Seconds that the early screen waits for the first headlines: of processor time, several times what they
need, and by the clock. A huge folder or a slow disk takes longer; then the app starts and shows progress."""
_STEP = 0.02


class FirstLoad:
    """A refresh that starts in its own thread and continues in the caller's."""

    def __init__(self, library: Library) -> None:
        """Start refreshing."""
        self._steps = library.refresh()
        self._taken: list[Progress] = []
        self._error: Exception | None = None
        self._thread = Thread(target=self._begin, name="first load", daemon=True)
        self._thread.start()

    def _begin(self) -> None:
        try:
            for step in self._steps:
                self._taken.append(step)
                if step.changed or step.report is not None:
                    return
        except Exception as error:  # raised again by `rest`
            self._error = error

    def wait(self, work: float = PATIENCE, longest: float = LONGEST) -> None:
        """Wait until there are articles to show or a time limit has passed."""
        began, worked = monotonic(), process_time()
        while self._thread.is_alive() and process_time() - worked < work and monotonic() - began < longest:
            self._thread.join(_STEP)

    def rest(self) -> Iterator[Progress]:
        """All steps, including those already taken. Raises the error that stopped them."""
        self._thread.join()
        yield from self._taken
        if self._error is not None:
            raise self._error
        yield from self._steps
