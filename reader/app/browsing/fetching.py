"""Fetching feeds: those that are due in the background, all of them at the press of a key."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any

from reader import processes
from reader.app.browsing.host import Host
from reader.app.browsing.refreshing import REPORT_EVERY, Refreshing
from reader.app.wording import error_notice
from reader.config.sources import has_subscriptions
from reader.errors import ReaderError, counted
from reader.permissions import permissions, require


class FeedProcess:
    """A task that needs the network or a parser of feeds, in its own process (`reader.cli.feed_worker`).

    So the screen loads neither, a fetch never delays a key, and ending it is ending the process. `end` may be
    called from any thread, also before the task has begun.
    """

    def __init__(self, task: str, **arguments: Any) -> None:
        self.task = {"task": task, **arguments}
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()
        self.is_ended = False
        """Whether it was ended; later answers are ignored."""

    def steps(self) -> Iterator[dict[str, Any]]:
        """Run the task and yield its answers. Blocks. Raises ReaderError."""
        require("network")
        with self._lock:
            if self.is_ended:
                return
            self._process = subprocess.Popen(
                processes.command("reader.cli.feed_worker", "serve"), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", start_new_session=True,
            )  # fmt: skip
        is_answered = False
        # Neither error matters: it was ended, or ended by itself, which is reported below.
        with suppress(OSError, ValueError), self._process as process:
            assert process.stdin and process.stdout
            try:
                process.stdin.write(json.dumps(self.task) + "\n")
                process.stdin.flush()
                for line in process.stdout:
                    answer = json.loads(line)
                    if self.is_ended:
                        return
                    if answer.keys() == {"error"}:
                        raise ReaderError(answer["error"])
                    is_answered = is_answered or bool({"report", "found"} & answer.keys())
                    yield answer
            finally:
                process.kill()
        if not (is_answered or self.is_ended):
            raise ReaderError("the fetch process ended early; try again")

    def end(self) -> None:
        """Kill the process; no file is lost or left half-written."""
        self.is_ended = True
        with self._lock:
            if self._process is not None:
                self._process.kill()


LOOK_EVERY = 60.0
"""Seconds between two looks for feeds that are due."""


class Fetching:
    """Fetches the feeds while the news folder is open, one fetch at a time."""

    def __init__(self, host: Host, refreshing: Refreshing) -> None:
        self._host, self._refreshing = host, refreshing
        self._information, self._keys = host.information, host.keymap.words
        self._is_news = host.start.is_news
        self._process: FeedProcess | None = None
        """The current fetch."""
        self._failed: set[str] = set()
        """The errors already shown: a failing feed is not reported every half hour."""
        self._is_over = False

    @property
    def is_fetching(self) -> bool:
        """Whether a fetch is running."""
        return self._process is not None

    def start(self) -> None:
        """Fetch what is due, now and later."""
        if self._is_over or not permissions().network:
            return
        if self._is_news and not self.is_fetching and has_subscriptions():
            self._host.in_thread(self._fetch_what_is_due)
        self._host.set_timer(LOOK_EVERY, self.start)

    def stop(self) -> None:
        """Stop for good: the screen closes."""
        self._is_over = True
        if self._process is not None:
            self._process.end()

    def _fetch_what_is_due(self) -> None:
        """Runs in a thread."""
        from reader.feeds import subscriptions
        from reader.feeds.state import State

        try:
            feeds = [one for one in subscriptions.load()[0] if one.enabled]
            with State() as state:
                is_due = bool(state.due(feeds, time.time()))
        except ReaderError:
            return  # whoever asks for a fetch sees the error
        if is_due:
            self._host.call_later(self.fetch)

    def action_refresh(self) -> None:
        """Fetch feeds if the news folder is open, or stop fetching; else look for new and changed files."""
        if self.stop_fetching():
            return
        if self._is_news and has_subscriptions():
            self.fetch(is_asked_for=True, force=True)
        else:
            self._refreshing.ask()

    def fetch(self, urls: Sequence[str] = (), *, is_asked_for: bool = False, force: bool = False) -> None:
        """Fetch these feeds, or all that are due."""
        if self.is_fetching or self._is_over:
            return
        self._process = FeedProcess("fetch", urls=list(urls), force=force, is_asked_for=is_asked_for)
        # Also for a background fetch: the key would stop it now.
        self._show_progress(0, ["fetching"])
        self._host.in_thread(partial(self._follow, self._process, is_asked_for))

    def stop_fetching(self) -> bool:
        """Stop a fetch; what it has fetched is kept. False if none is running."""
        if self._process is None:
            return False
        self._process.end()
        self._end(self._process)
        self._host.say("Fetching stopped")
        return True

    def _follow(self, process: FeedProcess, is_asked_for: bool) -> None:
        """Runs in a thread."""
        errors: list[tuple[str, str]] = []
        reported = 0.0
        try:
            for step in process.steps():
                if "report" in step:
                    self._host.call_later(self._fetched, process, step["report"], errors, is_asked_for)
                    return
                if step["error"]:
                    errors.append((step["name"], step["error"]))
                if step["note"] or time.monotonic() - reported >= REPORT_EVERY:
                    reported = time.monotonic()
                    self._host.call_later(self._show_step, process, step)
        except Exception as error:
            self._host.call_later(self._report_failure, process, error_notice(error))

    def _show_step(self, process: FeedProcess, step: dict[str, Any]) -> None:
        if process is not self._process:
            return
        parts = [f"{step['done']:,} of {counted(step['total'], 'feed')}"]
        parts += [f"{step['new']:,} new"] if step["new"] else []
        parts += [f"{step['failed']:,} failed"] if step["failed"] else []
        self._show_progress(step["done"] / max(step["total"], 1), parts)
        if step["note"]:
            self._host.say(f"{step['name']}: {step['note']}")

    def _show_progress(self, done: float, parts: Sequence[str]) -> None:
        stops = [f"{keys} stops"] if (keys := self._keys("refresh")) else []
        self._information.fetching = (done, " · ".join([*parts, *stops]))

    def _fetched(
        self,
        process: FeedProcess,
        report: dict[str, int],
        errors: Sequence[tuple[str, str]],
        is_asked_for: bool,
    ) -> None:
        """Report what has arrived; failures only if they are new or the user asked."""
        if not self._end(process):
            return
        parts = [f"{report['new']:,} new"] if report["new"] else []
        parts += [f"{report['updated']:,} updated"] if report["updated"] and is_asked_for else []
        if is_asked_for and not parts:
            parts = [f"Nothing new in {counted(report['feeds'], 'feed')}"]
        reported = [error for error in errors if is_asked_for or " ".join(error) not in self._failed]
        self._failed = {" ".join(error) for error in errors}
        if len(reported) == 1:
            parts.append(": ".join(reported[0]))
        elif reported:
            page = f"; {keys} lists them" if (keys := self._keys("manage_feeds")) else ""
            parts.append(f"{len(reported):,} feeds failed{page}")
        if reported:
            self._host.warn("; ".join(parts))
        elif parts:
            self._host.say("; ".join(parts))

    def _report_failure(self, process: FeedProcess, reason: str) -> None:
        if self._end(process):
            self._host.warn(reason)

    def _end(self, process: FeedProcess) -> bool:
        """End a fetch, and look for its files; False if it was stopped before."""
        if process is not self._process:
            return False
        self._process = None
        self._information.fetching = None
        self._refreshing.look_again()
        self._host.fetch_ended()
        return True
