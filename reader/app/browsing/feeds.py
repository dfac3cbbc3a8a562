"""Feeds on the screen: fetching, in the background and on request; subscribing, importing, the page of feeds;
an article's full text.

Fetching is done by a process (`FeedProcess`). Of `reader.feeds` only `subscriptions` and `state` are loaded
here, and only if there are feeds.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from reader import processes
from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host
from reader.app.browsing.refreshing import TELL_EVERY, Refreshing
from reader.app.wording import NO_ARTICLE, reason_of
from reader.config.sources import has_subscriptions, news_folder
from reader.errors import ReaderError, counted
from reader.library.feed_counts import feed_counts
from reader.permissions import permissions, require
from reader.query import Query

if TYPE_CHECKING:
    from reader.app.screens.feeds import FeedRow, FeedsPage
    from reader.feeds.subscriptions import Subscription


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
UNREAD = Query().toggling("is", "unread")


class Feeds:
    """The feed commands, and background fetching."""

    def __init__(self, host: Host, filters: Filters, refreshing: Refreshing) -> None:
        self._host, self._library, self._config = host, host.library, host.start.config
        self._filters, self._refreshing, self._information = filters, refreshing, host.information
        self._keys, self._is_news, self._is_sample = (
            host.keymap.words, host.start.is_news, host.start.is_sample
        )  # fmt: skip
        self._fetch: FeedProcess | None = None
        self._others: set[FeedProcess] = set()
        self._is_asked_for = False
        self._failed: set[str] = set()
        """The errors already shown: a failing feed is not reported every half hour."""
        self._page: FeedsPage | None = None
        self._is_over = False

    def start(self) -> None:
        """Explain how to add news if there is none; fetch what is due, now and later."""
        if not permissions().network:
            return
        if self._is_sample:
            hint = self._information.hint = f"Sample articles. {self.invitation()}"
            if not self._information.region.height:  # few lines, or it would be there
                self._host.say(hint)
        self._look_for_due()

    def invitation(self, between: str = " · ") -> str:
        """How to add your own news, with the keys."""
        if not permissions().network:
            return ""
        if self._is_news and has_subscriptions():
            fetch, page = self._keys("refresh"), self._keys("manage_feeds")
            return f"{fetch} fetches your feeds, {page} lists them"
        ways = (("subscribe", "subscribe"), ("import_feeds", "import OPML"), ("open_folder", "open a folder"))
        parts = [f"{self._keys(name)} {words}" if self._keys(name) else words for name, words in ways]
        return f"Add your own news: {between.join(parts)}"

    def _look_for_due(self) -> None:
        if self._is_over:
            return
        if self._is_news and not self.is_fetching and has_subscriptions():
            self._host.in_thread(self._ask_for_due)
        self._host.set_timer(LOOK_EVERY, self._look_for_due)

    def _ask_for_due(self) -> None:
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

    @property
    def is_fetching(self) -> bool:
        """Whether a fetch is running."""
        return self._fetch is not None

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
        self._is_asked_for = is_asked_for
        self._fetch = FeedProcess("fetch", urls=list(urls), force=force, is_asked_for=is_asked_for)
        # Also for a background fetch: the key would stop it now.
        self._show_progress(0, ["fetching"])
        self._host.in_thread(partial(self._follow, self._fetch))

    def stop_fetching(self) -> bool:
        """Stop a fetch; what it has fetched is kept. False if none is running."""
        if self._fetch is None:
            return False
        self._fetch.end()
        self._ended(self._fetch, "Fetching stopped")
        return True

    def stop(self) -> None:
        """Stop everything: the screen closes."""
        self._is_over = True
        for process in (self._fetch, *self._others):
            if process is not None:
                process.end()

    def _follow(self, process: FeedProcess) -> None:
        """Runs in a thread."""
        errors: list[tuple[str, str]] = []
        reported = 0.0
        try:
            for step in process.steps():
                if "report" in step:
                    self._host.call_later(self._fetched, process, step["report"], errors)
                    return
                if step["error"]:
                    errors.append((step["name"], step["error"]))
                if step["note"] or time.monotonic() - reported >= TELL_EVERY:
                    reported = time.monotonic()
                    self._host.call_later(self._show_step, process, step)
        except Exception as error:
            self._host.call_later(self._ended, process, reason_of(error), True)

    def _show_step(self, process: FeedProcess, step: dict[str, Any]) -> None:
        if process is not self._fetch:
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
        self, process: FeedProcess, report: dict[str, int], errors: Sequence[tuple[str, str]]
    ) -> None:
        """Report what has arrived; failures only if they are new or the user asked."""
        if process is not self._fetch:
            return
        parts = [f"{report['new']:,} new"] if report["new"] else []
        parts += [f"{report['updated']:,} updated"] if report["updated"] and self._is_asked_for else []
        if self._is_asked_for and not parts:
            parts = [f"Nothing new in {counted(report['feeds'], 'feed')}"]
        reported = [error for error in errors if self._is_asked_for or " ".join(error) not in self._failed]
        self._failed = {" ".join(error) for error in errors}
        if len(reported) == 1:
            parts.append(": ".join(reported[0]))
        elif reported:
            page = f"; {keys} lists them" if (keys := self._keys("manage_feeds")) else ""
            parts.append(f"{len(reported):,} feeds failed{page}")
        self._ended(process, "; ".join(parts), bool(reported))

    def _ended(self, process: FeedProcess, sentence: str, is_warning: bool = False) -> None:
        if process is not self._fetch:
            return
        self._fetch, self._is_asked_for = None, False
        self._information.fetching = None
        if sentence:
            self._host.say(sentence, is_warning=is_warning)
        self._refreshing.look_again()
        self.renew_page()

    def action_subscribe(self) -> None:
        """Ask for an address, look for feeds there, and subscribe to the chosen one."""
        from reader.app.screens.feeds import SubscribePage  # loaded when it is first opened

        def keep(chosen: Subscription | None) -> None:
            if chosen is not None:
                self._add([chosen], chosen.label)

        self._host.open_dialog(SubscribePage(self._discover, self._folders()), keep)

    def _folders(self) -> list[str]:
        if not has_subscriptions():
            return []
        from reader.feeds import subscriptions

        try:
            return sorted({one.folder for one in subscriptions.load()[0] if one.folder})
        except ReaderError:
            return []

    def _discover(self, url: str, show: Callable[[list[dict[str, Any]], str], object]) -> Callable[[], None]:
        """Look for feeds at an address; `show` gets them, or an error. Returns what cancels the search."""
        return self._in_process("discover", lambda found, reason: show(found or [], reason), url=url)

    def _in_process(
        self, task: str, then: Callable[[Any, str], object], **arguments: str
    ) -> Callable[[], None]:
        process = FeedProcess(task, **arguments)
        self._others.add(process)

        def work() -> None:
            found, reason = None, ""
            try:
                for answer in process.steps():
                    found = answer["found"]
            except Exception as error:
                reason = reason_of(error)
            self._others.discard(process)
            if not process.is_ended:
                self._host.call_later(then, found, reason)

        self._host.in_thread(work)
        return process.end

    def action_import_feeds(self) -> None:
        """Ask for a file of feeds, list what it contains, and subscribe."""
        from reader.app.screens.dialogs import Ask  # loaded when it is first opened

        def read(path: str | None) -> None:
            if path and path.strip():
                self._host.in_thread(partial(self._read_list, path.strip()))

        self._host.open_dialog(Ask("Import feeds: path of an OPML file or newsboat's urls"), read)

    def _read_list(self, path: str) -> None:
        """Runs in a thread."""
        from reader.config import private_files
        from reader.feeds import opml

        path = os.path.expanduser(path)
        try:
            listed = opml.read(private_files.read(path, opml.MOST_BYTES), path)
        except ReaderError as error:
            self._host.call_later(self._warn, str(error))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self._host.call_later(self._warn, f"{path} can't be read: {reason}; check the path")
        else:
            self._host.call_later(self._ask_for_list, listed.subscriptions, listed.refused)

    def _warn(self, sentence: str) -> None:
        self._host.say(sentence, is_warning=True)

    def _ask_for_list(self, found: Sequence[Subscription], refused: Sequence[str]) -> None:
        from reader.app.screens.dialogs import Confirm

        if not found:
            self._warn(f"Nothing to import: {'; '.join(refused[:2])}")
            return
        details = [*(f"skipped: {reason}" for reason in refused[:3])]
        details += [f"skipped: {len(refused) - 3:,} more"] if len(refused) > 3 else []
        details += [f"{one.folder} › {one.label}" if one.folder else one.label for one in found]

        def keep(is_wanted: bool | None) -> None:
            if is_wanted:
                self._add(found, "")

        self._host.open_dialog(Confirm(f"Subscribe to {counted(len(found), 'feed')}?", details), keep)

    def _add(self, wanted: Sequence[Subscription], name: str) -> None:
        """Save subscriptions, then fetch them if the news folder is open, or offer to open it."""
        from reader.feeds import subscriptions

        try:
            added = subscriptions.add(wanted)
        except ReaderError as error:
            self._warn(str(error))
            return
        there = len(wanted) - len(added)
        notice = f"Subscribed to {name if name and added else counted(len(added), 'feed')}"
        notice = f"{notice}, {there:,} already subscribed" if there else notice
        is_elsewhere = not (self._is_news or self._is_sample) and self._library.total > 0
        keys = self._keys("open_folder")
        self._host.say(f"{notice}; {keys} and Enter open your news" if is_elsewhere and keys else notice)
        self.renew_page()
        if self._is_news:
            self.fetch([one.address for one in added] if len(added) == 1 else (), is_asked_for=bool(added))
        elif not is_elsewhere:
            self._host.reopen(news_folder(self._config.feeds.get("folder", "")))

    def action_open_folder(self) -> None:
        """Ask for another folder and open it; suggests the news folder if that is not open."""
        from reader.app.screens.dialogs import Ask  # loaded when it is first opened

        folder = news_folder(self._config.feeds.get("folder", ""))

        def open_it(path: str | None) -> None:
            chosen = os.path.abspath(os.path.expanduser(path.strip())) if path and path.strip() else ""
            if chosen and (os.path.exists(chosen) or chosen == folder):
                self._host.reopen(chosen)
            elif chosen:
                self._warn(f"No such folder: {chosen}")

        proposal = folder if has_subscriptions() and not self._is_news else ""
        self._host.open_dialog(Ask("Folder to open", proposal, is_proposal=True), open_it)

    def action_manage_feeds(self) -> None:
        """Show all feeds, to fetch, edit, pause or unsubscribe."""
        from reader.app.screens.feeds import FeedsPage  # loaded when it is first opened

        def left(answer: tuple[str, str] | None) -> None:
            self._page = None
            what, value = answer or ("", "")
            if what == "subscribe":
                self.action_subscribe()
            elif what == "import":
                self.action_import_feeds()
            elif what == "show":
                query = Query().toggling("folder", value) if value else Query()
                self._filters.put_matches(query)

        self._page = FeedsPage(lambda url: self.fetch([url], is_asked_for=True, force=True))
        self._host.open_dialog(self._page, left)
        self.renew_page()

    def renew_page(self) -> None:
        """Update the page of feeds, if it is open."""
        if self._page is not None:
            self._host.in_thread(self._look_at_feeds)

    def _look_at_feeds(self) -> None:
        """Runs in a thread."""
        from reader.app.screens.feeds import FeedRow
        from reader.feeds import subscriptions
        from reader.feeds.state import NEVER_FETCHED, State

        try:
            feeds, notices = subscriptions.load()
            with State() as state:
                known = state.feeds()
            rows = [FeedRow(one, known.get(one.address, NEVER_FETCHED)) for one in feeds]
            if self._is_news:
                rows = self._with_counts(rows)
        except ReaderError as error:
            self._host.call_later(self._show_feeds, (), str(error))
        else:
            self._host.call_later(self._show_feeds, rows, "; ".join(notices[:2]))

    def _with_counts(self, rows: Sequence[FeedRow]) -> list[FeedRow]:
        """Add the number of articles in each feed's folder."""
        directories = [row.state.directory for row in rows]
        counts = feed_counts(self._library, directories)
        return [
            row._replace(**counts[directory]._asdict()) if directory in counts else row
            for row, directory in zip(rows, directories, strict=True)
        ]

    def _show_feeds(self, rows: Sequence[FeedRow], notice: str) -> None:
        if self._page is not None:
            self._page.show(rows)
        if notice:
            self._warn(notice)

    def action_full_text(self) -> None:
        """Fetch the article's page and save its full text in the file."""
        headline = self._host.target
        if headline is None or not headline.url:
            self._host.say(NO_ARTICLE if headline is None else "This article has no address")
            return
        if not self._is_news:
            self._host.say("Full text is fetched only for articles from your feeds")
            return
        path = self._library.article(headline).path

        def done(found: Any, reason: str) -> None:
            if found:
                self._host.say("Saved the full text in the article")
                self._host.file_changed()
            else:
                self._warn(f"No full text: {reason}")

        self._host.say("Fetching the full text…")
        self._in_process("full_text", done, path=path, url=headline.url)
