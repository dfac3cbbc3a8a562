"""A fetch: requests every feed that is due, parses it in a worker, and writes its new entries to files.

`fetch` is an iterator of steps; to stop the fetch, stop iterating. It can be killed at any moment (see
`reader.feeds.writing`).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from reader.article.text import clean_line, display_path
from reader.config import paths, private_files
from reader.errors import ReaderError, StorageError
from reader.feeds import network, schedule, subscriptions
from reader.feeds.articles import NewsFolder
from reader.feeds.login import login_of
from reader.feeds.matching import Reading
from reader.feeds.network import Limits, Network, Response
from reader.feeds.saving import page_at
from reader.feeds.state import FeedState, Stage, State
from reader.feeds.subscriptions import Subscription
from reader.feeds.workers import Workers
from reader.feeds.writing import EntryWriter, Protected, iso_of, remove_expired

JOBS = 32
"""Maximum number of feeds fetched at the same time."""
MOST_PAGES = 50
"""Maximum number of pages per fetch of a feed with full text; older entries keep the feed's text."""
REVALIDATE = 7 * 86400
"""Seconds after which a feed is fetched without validators: some servers say "not modified" forever."""
HOST_REST = 600
"""Seconds to wait before requesting from a host that refused without `Retry-After`."""
LOCK = "fetch.lock"
"""Lock file in the data folder: only one process fetches at a time."""


class Busy(ReaderError):
    """Another process is fetching."""


class FeedStep(NamedTuple):
    """The result of one feed."""

    url: str
    name: str
    outcome: str
    """"fetched", "not_modified", "not_due" or "failed"."""
    new: int = 0
    updated: int = 0
    error: str = ""
    note: str = ""
    """A notice although nothing failed, for example that the feed has moved."""
    done: int = 0
    """Number of feeds done, out of `total`."""
    total: int = 0


@dataclass
class FetchReport:
    """The results of a whole fetch; the counts follow the steps."""

    feeds: int = 0
    fetched: int = 0
    not_modified: int = 0
    not_due: int = 0
    failed: int = 0
    new: int = 0
    updated: int = 0
    removed: int = 0
    """Because of `keep`."""
    seconds: float = 0
    errors: list[tuple[str, str]] = field(default_factory=list)

    def add(self, step: FeedStep) -> None:
        """Add a step to the counts."""
        setattr(self, step.outcome, getattr(self, step.outcome) + 1)
        self.new += step.new
        self.updated += step.updated
        if step.error:
            self.errors.append((step.url, step.error))

    def record(self) -> dict[str, Any]:
        """The report for JSON."""
        return {
            "feeds": self.feeds, "fetched": self.fetched, "notModified": self.not_modified,
            "notDue": self.not_due, "failed": self.failed, "new": self.new, "updated": self.updated,
            "seconds": round(self.seconds, 3),
            "errors": [{"url": url, "error": error} for url, error in self.errors],
        }  # fmt: skip


def fetch(
    feeds: Sequence[Subscription],
    *,
    folder: str = "",
    force: bool = False,
    is_named: bool = False,
    jobs: int = JOBS,
    limits: Limits | None = None,
    protected: Protected | None = None,
    report: FetchReport | None = None,
) -> Generator[FeedStep, None, None]:
    """Fetch those of these feeds that are due; yields a step for each and fills the `report`. `force` also
    fetches feeds that are not due. `is_named`: the user named these feeds, so those that are gone are fetched
    too. `protected` returns the articles that `keep` must not remove; without it nothing is removed. Raises
    Busy, StorageError.
    """
    report = report if report is not None else FetchReport()
    begin = time.monotonic()
    with alone(), State() as state:
        news = NewsFolder(folder)
        _check_folder(news, state)
        todo = [one for one in feeds if one.enabled or is_named]
        report.feeds = len(todo)
        due = _due(state, todo, force=force, is_named=is_named)
        later = set(todo) - set(due)
        steps: Iterator[FeedStep] = (
            FeedStep(one.address, one.label, "not_due") for one in todo if one in later
        )
        if due:
            steps = chain(steps, _Run(state, news, limits, max(jobs, 1), force=force).steps(due))
        try:
            for done, step in enumerate(steps, 1):
                report.add(step)
                yield step._replace(done=done, total=len(todo))
            if os.path.isdir(news.root):
                state.note_mount(news.root, _mount_above(news.root))
            if protected is not None:
                report.removed = remove_expired(state, news, feeds, protected)
        finally:
            report.seconds = time.monotonic() - begin


def _check_folder(news: NewsFolder, state: State) -> None:
    """Raises StorageError if the news folder is missing: its disk is probably not mounted."""
    if not os.path.isdir(news.root) and any(feed.directory for feed in state.feeds().values()):
        where = display_path(news.root)
        raise StorageError(
            f"the news folder {where} is gone, though articles were written before; bring it back (a disk "
            f'that is not mounted?), or start over with "mkdir {where}"'
        )
    point = state.mount_of(news.root)
    if point and not os.path.ismount(point) and not os.listdir(news.root):
        raise StorageError(
            f"the disk with the news folder is not mounted at {display_path(point)}; mount it, or set another"
            " folder in [feeds] of the configuration"
        )


def _mount_above(folder: str) -> str:
    """The mount point of a folder's disk; empty for the root file system."""
    folder = os.path.realpath(folder)
    while not os.path.ismount(folder):
        folder = os.path.dirname(folder)
    return folder if folder != os.path.dirname(folder) else ""


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock on writing articles. Raises Busy."""
    lock = os.path.join(paths.ensure(paths.folder_of("data")), LOCK)
    with private_files.locked(lock, wait=False) as is_ours:
        if not is_ours:
            raise Busy("another reader is already fetching; try again when it has finished")
        yield


def _due(state: State, feeds: Sequence[Subscription], *, force: bool, is_named: bool) -> list[Subscription]:
    """The feeds to fetch now."""
    if not force:
        return state.due(feeds, time.time())
    gone = {url for url, feed in state.feeds().items() if feed.gone}
    return [one for one in feeds if is_named or one.address not in gone]


class _Run:
    """One running fetch."""

    def __init__(
        self, state: State, news: NewsFolder, limits: Limits | None, jobs: int, *, force: bool
    ) -> None:
        self._state, self._news = state, news
        self._network, self._workers = Network(limits), Workers()
        self._slots = asyncio.Semaphore(jobs)
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._now = time.time()
        self._resting: set[str] = set()
        """Hosts that refused during this fetch; with `force` they are requested all the same."""
        self._force = force
        self._directories = state.directories()

    def steps(self, feeds: Sequence[Subscription]) -> Iterator[FeedStep]:
        """Fetch them all; yields a step for each as soon as it is done. The event loop runs in the caller's
        thread, from step to step."""
        steps = self._steps(feeds)

        async def following() -> FeedStep | None:
            return await anext(steps, None)

        with asyncio.Runner() as runner:
            try:
                while (step := runner.run(following())) is not None:
                    yield step
            finally:
                runner.run(steps.aclose())

    async def _steps(self, feeds: Sequence[Subscription]) -> AsyncGenerator[FeedStep, None]:
        async with aclosing(self._network), aclosing(self._workers):
            tasks = [asyncio.create_task(self._one(one)) for one in feeds]
            try:
                for done in asyncio.as_completed(tasks):
                    yield await done
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, one: Subscription) -> FeedStep:
        # The host's limit first: many feeds of one slow host must not take all slots.
        host = one.host
        async with self._turns.setdefault(host, asyncio.Semaphore(network.MOST_AT_A_HOST)), self._slots:
            if host in self._resting and not self._force:
                return FeedStep(one.address, one.label, "not_due")
            feed = self._state.feed(one.address)
            try:
                response = await self._asked(one, feed)
                if response.status == 304 and (feed.etag or feed.modified):
                    return self._unchanged(one, feed, response)
                if not response.is_success:
                    return self._refused(one, feed, response)
                return await self._arrived(one, feed, response)
            except StorageError:
                raise
            except ReaderError as error:
                return self._failed(one, feed, str(error))
            except Exception as error:  # a bug met by one feed must not stop the others
                sentence = f"it can't be read ({type(error).__name__}: {error}); please report this"
                return self._failed(one, feed, sentence[:200])

    async def _asked(self, one: Subscription, feed: FeedState) -> Response:
        # In a thread: a password program may be slow.
        login = await asyncio.to_thread(login_of, one) if one.password_command else login_of(one)
        headers = {}
        if self._now - feed.validated < REVALIDATE:
            headers = {"If-None-Match": feed.etag, "If-Modified-Since": feed.modified}
        headers = {name: value for name, value in headers.items() if value}
        return await self._network.get(one.address, headers, is_trusted=True, login=login)

    def _unchanged(self, one: Subscription, feed: FeedState, response: Response) -> FeedStep:
        feed = feed._replace(
            fetched=self._now, failures=0, error="",
            due=schedule.due_after_success(time.time(), one.every, 0, response.headers),
        )  # fmt: skip
        self._state.store(feed)
        note = self._move(one, response)
        return FeedStep(one.address, one.label, "not_modified", note=note)

    def _refused(self, one: Subscription, feed: FeedState, response: Response) -> FeedStep:
        if response.status in (429, 503):  # then no feed of this host is requested
            self._resting.add(one.host)
            self._state.refused(one.host, time.time() + (response.wait or HOST_REST))
        return self._failed(one, feed, response.refusal, response.wait, is_gone=response.status == 410)

    def _failed(
        self, one: Subscription, feed: FeedState, sentence: str, wait: float = 0, *, is_gone: bool = False
    ) -> FeedStep:
        failures = feed.failures + 1
        due = schedule.due_after_failure(time.time(), one.every, failures, wait)
        sentence = clean_line(sentence)
        self._state.store(feed._replace(failures=failures, error=sentence, due=due, gone=is_gone))
        return FeedStep(one.address, one.label, "failed", error=sentence)

    async def _arrived(self, one: Subscription, feed: FeedState, response: Response) -> FeedStep:
        known = self._state.entries(feed.id)
        oldest = iso_of(self._now - one.keep) if one.keep else ""
        # Entries with a chosen name but no confirmed file are matched again, so that they are completed.
        rows = [row._replace(digest="" if row.stage == Stage.INTENDED else row.digest) for row in known]
        reading = await self._workers.read_feed(response, rows, repeats=feed.repeats, oldest=oldest)
        if one.full_text:
            reading = await self._with_pages(reading, response)
        writer = EntryWriter(self._state, self._news, one, feed, reading, known)
        feed = writer.settle(self._directories)
        new, updated = writer.write()
        now = time.time()
        is_validated = bool(response.headers.get("etag") or response.headers.get("last-modified"))
        feed = feed._replace(
            title=reading.title, site=reading.site, repeats=reading.repeats, fetched=self._now, failures=0,
            error="", gone=False, arrived=now if new or not feed.arrived else feed.arrived,
            # Replace both with each full response, unchanged; one that the server no longer sends is dropped.
            etag=_sendable(response.headers.get("etag", "")),
            modified=_sendable(response.headers.get("last-modified", "")),
            validated=now if is_validated else 0,
            due=schedule.due_after_success(now, one.every, reading.ttl, response.headers),
        )  # fmt: skip
        writer.finish(feed)
        return FeedStep(one.address, one.label, "fetched", new, updated, note=self._move(one, response))

    async def _with_pages(self, reading: Reading, response: Response) -> Reading:
        """The reading with the full texts of the entries' pages, where they can be fetched."""
        ready = []
        for place, one in enumerate(reading.news):
            if one.is_written and one.entry.link and place < MOST_PAGES:
                with suppress(ReaderError):  # keep the feed's own text
                    page = await page_at(
                        one.entry.link, self._network, self._workers, is_trusted=response.is_private
                    )
                    one = one._replace(body=page.body, excerpt=one.excerpt or page.excerpt)
            ready.append(one)
        return reading._replace(news=tuple(ready))

    def _move(self, one: Subscription, response: Response) -> str:
        """Follow a permanent redirect of the feed; returns a notice about it, or an empty string."""
        if not response.moved_to or response.moved_to == one.address:
            return ""
        target = response.moved_to
        others = {other.address for other in subscriptions.load()[0]}
        if target in others or not self._state.move(one.address, target):
            return f"it has moved to {target}, which is subscribed to already; unsubscribe from one of them"
        subscriptions.change(one.address, {"url": target})
        return f"it has moved to {target}; feeds.toml was updated"


def _sendable(value: str) -> str:
    """A validator unchanged if it can be sent in a header, else an empty string."""
    return value if value.isascii() and value.isprintable() else ""
