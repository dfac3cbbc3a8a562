"""The beginning of the very first load, taken while there is no app yet: until the newest articles are there.

The app goes on with the same refresh, so nothing is looked at twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from time import monotonic, process_time

from reader.library import Library
from reader.query.results import Progress

PATIENCE, LONGEST = 0.6, 2.5
"""Seconds that the first paint waits for the first headlines: of the processor's time, several times as many
as they take, and by the clock. One folder of very many files takes longer to list, and so does a slow disk;
then the app says what is going on. On a busy machine the app itself takes longer as well."""
_STEP = 0.02


class FirstLoad:
    """A refresh that has begun in a thread of its own and goes on in somebody else's."""

    def __init__(self, library: Library) -> None:
        """Begin."""
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
        except Exception as error:  # whoever takes the rest gets it
            self._error = error

    def wait(self, work: float = PATIENCE, longest: float = LONGEST) -> None:
        """Wait until there are articles to show, or one of the times is over."""
        began, worked = monotonic(), process_time()
        while self._thread.is_alive() and process_time() - worked < work and monotonic() - began < longest:
            self._thread.join(_STEP)

    def rest(self) -> Iterator[Progress]:
        """All steps, those that were taken first. Raises what went wrong in them."""
        self._thread.join()
        yield from self._taken
        if self._error is not None:
            raise self._error
        yield from self._steps
