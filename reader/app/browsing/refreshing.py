"""Bringing the library up to date while the screen is used: the first load, R, and files that change on disk.

The threads are daemons with a flag of their own and not Textual's workers: the event loop waits for those at
the end, and a look for changes may take two seconds, while quitting must take none.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event, Thread
from time import monotonic

from textual import on

from reader.app.browsing.state import Browsing
from reader.app.early.first_load import FirstLoad
from reader.app.messages import RefreshFailed, RefreshStep
from reader.app.wording import report_in_words, time_left, unforeseen
from reader.errors import ReaderError, counted
from reader.query.results import Progress, Report

TELL_EVERY = 0.25
"""Seconds between two tellings of progress; each one may ask the question again."""
LOOK_EVERY = 2.0
"""Seconds that the library waits for a change before it is asked whether we are still here."""
PATIENCE = 0.2
"""Seconds that quitting waits for the threads to come to a good end."""


class Pace:
    """How fast files are read. Finding them is much quicker, so the time for that tells nothing."""

    def __init__(self) -> None:
        self._began = 0.0
        self._read = self._steps = 0

    def left(self, step: Progress, now: float) -> str:
        """How long the rest will take at the speed since the second step of reading; empty while unknown.

        Before the first step the files were still being found or looked through for their dates.
        """
        self._steps = self._steps + 1 if step.phase == "read" else 0
        if self._steps <= 2:
            self._began, self._read = now, step.read
        return time_left(step.read - self._read, step.to_read - self._read, now - self._began)


class Refreshing(Browsing):
    """Keeps the library in step with the files."""

    first_load: FirstLoad | None = None
    """A refresh that has begun before there was a screen; the first one here goes on with it."""

    _threads: Sequence[Thread] = ()
    _wants_word = False
    """Whether the person has asked for this refresh, and so hears what came of it."""
    _problems: int | None = None
    """How many problems the files had before; None before the first look."""

    def start_refreshing(self) -> None:
        """Refresh now, and again whenever files change."""
        self._stopping = Event()
        self._wanted = Event()
        self._threads = [
            Thread(target=self._refresh_when_wanted, name="refresh", daemon=True),
            Thread(target=self._watch, name="watch", daemon=True),
        ]
        self._noticed = len(self.library.notices)
        self.look_again()
        for thread in self._threads:
            thread.start()

    def stop_refreshing(self) -> None:
        """Let the threads end; a late one is left behind, for it only reads."""
        if not self._threads:
            return  # ended before it began
        self._stopping.set()
        self._wanted.set()
        self._threads[0].join(PATIENCE)

    def action_refresh(self) -> None:
        """Look for new and changed files now, and say what there is."""
        self._wants_word = True
        self.look_again()

    def look_again(self) -> None:
        """Look for new and changed files now."""
        if not self._threads:
            return  # a key that came before the first paint: the first look is about to begin
        self.is_refreshing = True
        self._progress: RefreshStep | None = None
        self._wanted.set()
        self.set_timer(TELL_EVERY, self._tell_progress)

    def _refresh_when_wanted(self) -> None:
        """Runs in a thread and only posts messages."""
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping.is_set():
                return
            try:
                self._refresh()
            except Exception as error:
                self._say_failure(error)

    def _refresh(self) -> None:
        began = told = monotonic()
        has_changed = False
        pace = Pace()
        begun, self.first_load = self.first_load, None
        for step in begun.rest() if begun is not None else self.library.refresh():
            if self._stopping.is_set():
                return
            has_changed = has_changed or step.changed
            now = monotonic()
            left = pace.left(step, now)
            if step.report is not None or now - told >= TELL_EVERY or (has_changed and not self.results):
                self.post_message(RefreshStep(step._replace(changed=has_changed), now - began, left))
                told, has_changed = now, False

    def _watch(self) -> None:
        """Runs in a thread: looks for changes for as long as the screen is there."""
        while not self._stopping.is_set():
            try:
                if self.library.wait_for_change(LOOK_EVERY) and not self._stopping.is_set():
                    self._wanted.set()
            except Exception as error:
                self._say_failure(error)
                return

    def _say_failure(self, error: Exception) -> None:
        """Any error, for nobody else would hear of it; what fails because we are leaving is no news."""
        if not self._stopping.is_set():
            reason = str(error) if isinstance(error, ReaderError) else unforeseen(error)
            self.post_message(RefreshFailed(reason))

    @on(RefreshStep)
    def _show_progress(self, message: RefreshStep) -> None:
        progress = message.progress
        self._progress = message
        if progress.report is not None:
            self.is_refreshing = False
        if message.seconds >= TELL_EVERY or not self.is_refreshing:
            self._tell_progress()
        if progress.changed:
            self.ask()
            self.read_again()
        if progress.report is not None:
            self.articles.keeps_article = True
            self._say_notices()
            self._say_report(progress.report)
        self.show_standing()

    def _say_report(self, report: Report) -> None:
        """Say what a refresh has found: all to who asked for it, to others that more files have problems."""
        before = self._problems
        has_more = report.problems > before if before is not None else report.added or report.changed
        sentence = report_in_words(report, is_whole=self._wants_word)
        if sentence and (self._wants_word or has_more):
            self.say(sentence)
        self._problems, self._wants_word = report.problems, False

    def _say_notices(self) -> None:
        """Say what the library has noticed since; what it had before was said at the start."""
        for notice in self.library.notices[self._noticed :]:
            self.say(notice, is_warning=True)
        self._noticed = len(self.library.notices)

    @on(RefreshFailed)
    def _show_refresh_failure(self, message: RefreshFailed) -> None:
        self.is_refreshing = False
        self.information.progress = None
        self.show_standing()
        self.say(message.reason, is_warning=True)

    def _tell_progress(self) -> None:
        """Say how far the refresh is; one that is over in a moment is not worth a word."""
        message = self._progress
        if message is None or not self.is_refreshing:
            self.information.progress = None
            return
        progress = message.progress
        if progress.phase == "scan" or not progress.to_read:
            self.information.progress = (
                (0.0, f"{counted(progress.seen, 'file')} found") if progress.seen else None
            )
            return
        done = "dated" if progress.phase == "date" else "read"
        story = f"{progress.read:,} of {progress.to_read:,} {done}"
        part = progress.read / progress.to_read
        self.information.progress = (part, f"{story} · {message.left}" if message.left else story)
