"""Keeping the library up to date while the screen is used: the first load, R, and files that change on disk.

The threads are daemons with their own flag and not Textual's workers: the event loop waits for those at
the end, and a look for changes may take two seconds, while quitting must take none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Event, Thread
from time import monotonic

from reader.app.browsing.host import Host
from reader.app.wording import error_notice, report_in_words, time_left
from reader.errors import counted
from reader.query.results import Progress, Report

REPORT_EVERY = 0.25
"""Seconds between two reports of progress; each one may ask the query again."""
LOOK_EVERY = 2.0
"""Seconds to wait for a change before checking whether the screen is still open."""
PAUSE, MOST_PAUSE = 5, 10.0
"""After a refresh, wait this multiple of its duration (and at most so many seconds) before changes on disk
start the next one, so that keys stay responsive while files keep arriving, as during a fetch."""
PATIENCE = 0.2
"""Seconds that quitting waits for the threads to finish."""


class Pace:
    """The reading speed. Finding files is much faster and is not counted."""

    def __init__(self) -> None:
        self._began = 0.0
        self._read = self._steps = 0

    def left(self, step: Progress, now: float) -> str:
        """The time left at the speed since the second step of reading; empty while unknown.

        Before the first step the files were still being found or scanned for their dates.
        """
        self._steps = self._steps + 1 if step.phase == "read" else 0
        if self._steps <= 2:
            self._began, self._read = now, step.read
        return time_left(step.read - self._read, step.to_read - self._read, now - self._began)


class Refreshing:
    """Keeps the library up to date with the files."""

    def __init__(self, host: Host, first_steps: Callable[[], Iterator[Progress]] | None) -> None:
        """`first_steps` continue a refresh that began before there was a screen."""
        self._host, self._library, self._information = host, host.library, host.information
        self._first_steps = first_steps
        self.is_refreshing = True
        """Whether a refresh is running; the first one is from the start."""
        self.is_first_load = first_steps is not None or not host.library.total
        """Whether articles are being loaded for the first time."""
        self._stopping, self._wanted, self._hurried = Event(), Event(), Event()
        self._threads: Sequence[Thread] = ()
        self._noticed = 0
        self._step: tuple[Progress, str] | None = None
        """How far the refresh is, and how long the rest will take."""
        self._is_asked_for = False
        """Whether the user has asked for this refresh and wants to know the result."""
        self._problems: int | None = None
        """How many problems the files had before; None before the first refresh."""

    def start(self) -> None:
        """Refresh now, and again whenever files change."""
        self._threads = [
            Thread(target=self._refresh_when_wanted, name="refresh", daemon=True),
            Thread(target=self._watch, name="watch", daemon=True),
        ]
        self._noticed = len(self._library.notices)
        self.look_again()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop the threads; a busy one is abandoned, since it only reads."""
        self._stopping.set()
        self._hurried.set()
        self._wanted.set()
        if self._threads:
            self._threads[0].join(PATIENCE)

    def ask(self) -> None:
        """Look for new and changed files now, and report what was found."""
        self._is_asked_for = True
        self.look_again()

    def look_again(self) -> None:
        """Look for new and changed files now."""
        if not self._threads:
            return  # a key before the first paint: the first refresh is about to begin
        self.is_refreshing = True
        self._step = None
        self._hurried.set()
        self._wanted.set()
        self._host.set_timer(REPORT_EVERY, self._show_progress)

    def _refresh_when_wanted(self) -> None:
        """Runs in a thread."""
        while True:
            self._wanted.wait()
            if self._stopping.is_set():
                return
            self._hurried.clear()
            self._wanted.clear()
            began = monotonic()
            try:
                self._refresh()
            except Exception as error:
                self._report_failure(error)
            self._hurried.wait(min(PAUSE * (monotonic() - began), MOST_PAUSE))

    def _refresh(self) -> None:
        began = reported = monotonic()
        has_changed, is_empty = False, not self._library.total
        pace = Pace()
        first_steps, self._first_steps = self._first_steps, None
        for step in first_steps() if first_steps is not None else self._library.refresh():
            if self._stopping.is_set():
                return
            has_changed = has_changed or step.changed
            now = monotonic()
            left = pace.left(step, now)
            if step.report is not None or now - reported >= REPORT_EVERY or (is_empty and has_changed):
                is_empty = is_empty and not has_changed
                step = step._replace(changed=has_changed)
                self._host.call_later(self._show_step, step, now - began, left)
                reported, has_changed = now, False

    def _watch(self) -> None:
        """Runs in a thread: looks for changes for as long as the screen is there."""
        while not self._stopping.is_set():
            try:
                if self._library.wait_for_change(LOOK_EVERY) and not self._stopping.is_set():
                    self._wanted.set()
            except Exception as error:
                self._report_failure(error)
                return

    def _report_failure(self, error: Exception) -> None:
        """Report any error, since nothing else would, unless the screen is closing."""
        if not self._stopping.is_set():
            self._host.call_later(self._failed, error_notice(error))

    def _show_step(self, progress: Progress, seconds: float, left: str) -> None:
        self._step = progress, left
        if progress.report is not None:
            self.is_refreshing = self.is_first_load = False
        if seconds >= REPORT_EVERY or not self.is_refreshing:
            self._show_progress()
        if progress.changed:
            self._host.articles_changed()
        if progress.report is not None:
            self._say_notices()
            self._say_report(progress.report)
        self._host.refresh_progressed(is_complete=progress.report is not None)

    def _say_report(self, report: Report) -> None:
        """Report what a refresh found: everything if the user asked, else only new problems."""
        before = self._problems
        has_more = report.problems > before if before is not None else report.added or report.changed
        sentence = report_in_words(report, is_whole=self._is_asked_for)
        if sentence and (self._is_asked_for or has_more):
            self._host.say(sentence)
        self._problems, self._is_asked_for = report.problems, False

    def _say_notices(self) -> None:
        """Show the library's new notices; earlier ones were shown at the start."""
        for notice in self._library.notices[self._noticed :]:
            self._host.warn(notice)
        self._noticed = len(self._library.notices)

    def _failed(self, reason: str) -> None:
        self.is_refreshing = self.is_first_load = False
        self._information.progress = None
        self._host.refresh_progressed(is_complete=False)
        self._host.warn(reason)

    def _show_progress(self) -> None:
        """Show the progress of a refresh, unless it takes only a moment."""
        if self._step is None or not self.is_refreshing:
            self._information.progress = None
            return
        progress, left = self._step
        if progress.phase == "scan" or not progress.to_read:
            found = (0.0, f"{counted(progress.seen, 'file')} found")
            self._information.progress = found if progress.seen else None
            return
        done = {"date": "dated", "stories": "days compared"}.get(progress.phase, "read")
        story = f"{progress.read:,} of {progress.to_read:,} {done}"
        part = progress.read / progress.to_read
        self._information.progress = (part, f"{story} · {left}" if left else story)
