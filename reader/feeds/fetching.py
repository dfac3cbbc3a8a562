"""A fetch: requests every feed that is due, parses it in a worker, and writes its new entries to files.

`fetch` is an iterator of steps; to stop the fetch, stop iterating. It can be killed at any moment: file names
are chosen and stored first, then the files are written, then the feed's validators are stored. So after a
kill the feed is fetched again, and the files with those names are completed.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple

from reader.article.dates import iso
from reader.article.identity import host_of
from reader.article.text import clean_line, display_path, fold
from reader.config import paths, private_files
from reader.errors import ReaderError, StorageError
from reader.feeds import network, subscriptions
from reader.feeds.articles import NewsFolder, WriteOutcome, folder_name, rendered
from reader.feeds.matching import News, Reading, believable
from reader.feeds.network import Answer, Limits, Network
from reader.feeds.saving import page_at
from reader.feeds.state import EntryState, FeedState, Stage, State
from reader.feeds.subscriptions import Subscription, login_of
from reader.feeds.workers import Workers

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


Protected = Callable[[Sequence[str]], set[str]]
"""Returns which of these articles (paths below the news folder) must be kept: starred, tagged or noted
ones."""


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
        """Returns the report for JSON."""
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
        run = _Run(state, news, force, is_named, max(jobs, 1))
        todo = [one for one in feeds if one.enabled or is_named]
        report.feeds = len(todo)
        try:
            for step in _steps(run, todo, limits):
                report.add(step)
                yield step
            if os.path.isdir(news.root):
                state.note_mount(news.root, _mount_above(news.root))
            if protected is not None:
                report.removed = _remove_expired(state, news, feeds, protected)
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
    """Returns the mount point of a folder's disk; empty for the root file system."""
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


def _steps(run: _Run, feeds: Sequence[Subscription], limits: Limits | None) -> Iterator[FeedStep]:
    """Run the event loop from step to step in the caller's thread."""
    done = 0
    waiting = run.waiting(feeds)
    due = set(waiting)
    for one in feeds:
        if one not in due:
            done += 1
            yield FeedStep(one.address, one.label, "not_due", done=done, total=len(feeds))
    if not waiting:
        return
    steps = run.steps(waiting, limits)

    async def following() -> FeedStep | None:
        return await anext(steps, None)

    with asyncio.Runner() as runner:
        try:
            while (step := runner.run(following())) is not None:
                done += 1
                yield step._replace(done=done, total=len(feeds))
        finally:
            runner.run(steps.aclose())


class _Run:
    """One running fetch."""

    def __init__(self, state: State, news: NewsFolder, force: bool, is_named: bool, jobs: int) -> None:
        self._state, self._news, self._force, self._is_named = state, news, force, is_named
        self._slots = asyncio.Semaphore(jobs)
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._now = time.time()
        self._resting = {} if force else state.hosts(self._now)
        self._directories = state.directories()

    def waiting(self, feeds: Sequence[Subscription]) -> list[Subscription]:
        """Returns the feeds to fetch now."""
        if not self._force:
            return self._state.due(feeds, self._now)
        known = self._state.feeds()
        is_gone = {url for url, feed in known.items() if feed.gone}
        return [one for one in feeds if self._is_named or one.address not in is_gone]

    async def steps(
        self, feeds: Sequence[Subscription], limits: Limits | None
    ) -> AsyncGenerator[FeedStep, None]:
        """Fetch them all; yields a step for each as soon as it is done."""
        async with aclosing(Network(limits)) as self._network, aclosing(Workers()) as self._workers:
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
                answer = await self._asked(one, feed)
                if answer.status == 304 and (feed.etag or feed.modified):
                    return self._unchanged(one, feed, answer)
                if not answer.is_success:
                    return self._refused(one, feed, answer)
                return await self._arrived(one, feed, answer)
            except StorageError:
                raise
            except ReaderError as error:
                return self._failed(one, feed, str(error))
            except Exception as error:  # a bug met by one feed must not stop the others
                sentence = f"it can't be read ({type(error).__name__}: {error}); please report this"
                return self._failed(one, feed, sentence[:200])

    async def _asked(self, one: Subscription, feed: FeedState) -> Answer:
        # In a thread: a password program may be slow.
        login = await asyncio.to_thread(login_of, one) if one.password_command else login_of(one)
        headers = {}
        if self._now - feed.validated < REVALIDATE:
            headers = {"If-None-Match": feed.etag, "If-Modified-Since": feed.modified}
        headers = {name: value for name, value in headers.items() if value}
        return await self._network.get(one.address, headers, is_trusted=True, login=login)

    def _unchanged(self, one: Subscription, feed: FeedState, answer: Answer) -> FeedStep:
        feed = feed._replace(
            fetched=self._now, failures=0, error="",
            due=network.due_after_success(time.time(), one.every, 0, answer.headers),
        )  # fmt: skip
        self._state.store(feed)
        note = self._move(one, answer)
        return FeedStep(one.address, one.label, "not_modified", note=note)

    def _refused(self, one: Subscription, feed: FeedState, answer: Answer) -> FeedStep:
        if answer.status in (429, 503):  # then no feed of this host is requested
            until = time.time() + (answer.wait or HOST_REST)
            self._resting[one.host] = until
            self._state.refused(one.host, until)
        return self._failed(one, feed, answer.refusal, answer.wait, is_gone=answer.status == 410)

    def _failed(
        self, one: Subscription, feed: FeedState, sentence: str, wait: float = 0, *, is_gone: bool = False
    ) -> FeedStep:
        failures = feed.failures + 1
        due = network.due_after_failure(time.time(), one.every, failures, wait)
        sentence = clean_line(sentence)
        self._state.store(feed._replace(failures=failures, error=sentence, due=due, gone=is_gone))
        return FeedStep(one.address, one.label, "failed", error=sentence)

    async def _arrived(self, one: Subscription, feed: FeedState, answer: Answer) -> FeedStep:
        known = self._state.entries(feed.id)
        oldest = _time(self._now - one.keep) if one.keep else ""
        # Entries with a chosen name but no confirmed file are matched again, so that they are completed.
        rows = [row._replace(digest="" if row.stage == Stage.INTENDED else row.digest) for row in known]
        reading = await self._workers.read_feed(answer, rows, repeats=feed.repeats, oldest=oldest)
        if one.full_text:
            reading = await self._with_pages(reading, answer)
        writer = _Writer(self._state, self._news, one, feed, reading, known)
        feed = writer.settle(self._directories)
        new, updated = writer.write()
        now = time.time()
        is_validated = bool(answer.headers.get("etag") or answer.headers.get("last-modified"))
        feed = feed._replace(
            title=reading.title, site=reading.site, repeats=reading.repeats, fetched=self._now, failures=0,
            error="", gone=False, arrived=now if new or not feed.arrived else feed.arrived,
            # Replace both with each full response, unchanged; one that the server no longer sends is dropped.
            etag=_sendable(answer.headers.get("etag", "")),
            modified=_sendable(answer.headers.get("last-modified", "")),
            validated=now if is_validated else 0,
            due=network.due_after_success(now, one.every, reading.ttl, answer.headers),
        )  # fmt: skip
        writer.finish(feed)
        return FeedStep(one.address, one.label, "fetched", new, updated, note=self._move(one, answer))

    async def _with_pages(self, reading: Reading, answer: Answer) -> Reading:
        """Returns the reading with the full texts of the entries' pages, where they can be fetched."""
        ready = []
        for place, one in enumerate(reading.news):
            if one.is_written and one.entry.link and place < MOST_PAGES:
                with suppress(ReaderError):  # keep the feed's own text
                    page = await page_at(
                        one.entry.link, self._network, self._workers, is_trusted=answer.is_private
                    )
                    one = one._replace(body=page.body, excerpt=one.excerpt or page.excerpt)
            ready.append(one)
        return reading._replace(news=tuple(ready))

    def _move(self, one: Subscription, answer: Answer) -> str:
        """Follow a permanent redirect of the feed; returns a notice about it, or an empty string."""
        if not answer.moved_to or answer.moved_to == one.address:
            return ""
        target = answer.moved_to
        others = {other.address for other in subscriptions.load()[0]}
        if target in others or not self._state.move(one.address, target):
            return f"it has moved to {target}, which is subscribed to already; unsubscribe from one of them"
        subscriptions.change(one.address, {"url": target})
        return f"it has moved to {target}; feeds.toml was updated"


class _Writer:
    """Writes the new entries of one feed to files."""

    def __init__(
        self, state: State, news: NewsFolder, one: Subscription, feed: FeedState, reading: Reading,
        known: Sequence[EntryState],
    ) -> None:  # fmt: skip
        self._state, self._news, self._one, self._feed, self._reading = state, news, one, feed, reading
        self._rows = {row.key: row for row in known}
        self._taken = {row.path for row in known if row.path}
        self._now = datetime.now(UTC)
        self._todo: list[tuple[News, EntryState, str]] = []
        self._settled: list[EntryState] = []

    def settle(self, directories: dict[str, int]) -> FeedState:
        """Choose a file name for every new entry, and store it before anything is written."""
        feed = self._feed
        if not feed.directory:
            feed = feed._replace(directory=self._directory(directories))
            directories[feed.directory] = feed.id
        self._feed = feed
        adopted = self._adopted() if not self._rows else {}
        elsewhere = self._state.known_elsewhere(feed.id, {one.state.identity for one in self._reading.news})
        dropped = [old for old, _ in self._reading.renamed]
        remembered = [self._rows[old]._replace(key=new) for old, new in self._reading.renamed]
        for one in self._reading.news:
            row = self._rows.get(one.known_as) or self._row(one, adopted, elsewhere)
            key = one.state.key
            if one.known_as and one.known_as != key:
                dropped.append(one.known_as)
            if row.stage == Stage.PASSED or not one.is_written:
                state = one.state._replace(path=row.path, written=row.written)
                remembered.append(state._replace(stage=row.stage, seen=row.seen))
                continue
            if row.stage == Stage.INTENDED or one.known_as != key:
                # Not yet with the new digest: until the file is written the entry has to be matched again.
                remembered.append(row._replace(key=key))
            self._todo.append((one, row, self._text(one, row)))
        with self._state.transaction():
            self._state.forget(feed.id, dropped)
            self._state.remember(feed.id, remembered)
            self._state.store(feed)
        return feed

    def write(self) -> tuple[int, int]:
        """Write the files; returns how many are new and how many were updated."""
        new = updated = 0
        for one, row, text in self._todo:
            is_new = row.stage == Stage.INTENDED
            digest, outcome = self._news.put(
                row.path, text, [row.written] if row.written else [], is_new=is_new
            )
            new += is_new and outcome is not WriteOutcome.EDITED
            updated += not is_new and outcome is WriteOutcome.REWRITTEN
            written = digest if outcome is not WriteOutcome.EDITED else row.written
            state = one.state._replace(path=row.path, written=written, stage=Stage.WRITTEN, seen=row.seen)
            self._settled.append(state)
        return new, updated

    def finish(self, feed: FeedState) -> None:
        """Store what was written, and the validators for the next request."""
        with self._state.transaction():
            self._state.remember(feed.id, self._settled)
            self._state.store(feed)

    def _row(self, one: News, adopted: dict[str, str], elsewhere: set[str]) -> EntryState:
        """Returns the state to store for a new entry."""
        row = one.state._replace(digest="", seen=self._now.timestamp())
        if not one.is_written:
            return row
        if path := adopted.get(one.entry.guid or one.entry.link):
            # The file exists. It may have been edited by the user, unless its content is what we would write.
            return row._replace(path=path, stage=Stage.WRITTEN)
        if row.identity in elsewhere:
            return row
        day = (believable(one.entry.published, self._now) or iso(self._now))[:10]
        path = self._news.free_path(self._feed.directory, one.entry.title, day, self._taken)
        self._taken.add(path)
        return row._replace(path=path, stage=Stage.INTENDED)

    def _text(self, one: News, row: EntryState) -> str:
        seen = datetime.fromtimestamp(row.seen, UTC)
        entry = one.entry._replace(published=believable(one.entry.published, seen))
        name = entry.provider or self._one.name or self._reading.title
        # An aggregator's links lead to other hosts, yet it counts as the publisher unless it names another
        # one.
        hosts = [host_of(entry.link), host_of(self._reading.site), host_of(self._one.address)]
        domain = next(filter(None, hosts if entry.provider else [*hosts[1:2], *hosts]), "")
        domain = domain.removeprefix("www.")
        topics: dict[str, str] = {}
        for topic in (*entry.topics, *self._one.topics):
            topics.setdefault(fold(topic), topic)
        return rendered(
            entry, excerpt=one.excerpt, body=one.body, seen=iso(seen), feed=self._one.address,
            category=self._one.folder, provider=(name or domain, domain), topics=tuple(topics.values()),
        )  # fmt: skip

    def _directory(self, directories: dict[str, int]) -> str:
        """Returns a folder for the feed that no other feed uses."""
        one = self._one
        groups = [folder_name(part, "") for part in one.folder.split("/") if part.strip(" .")]
        name = folder_name(fold(one.name or self._reading.title), one.host)
        for number in count(1):
            directory = "/".join([*groups, f"{name}-{number}" if number > 1 else name])
            if directory not in directories and self._is_free(directory):
                break
        return directory

    def _is_free(self, directory: str) -> bool:
        """Returns whether a folder is missing, or holds this feed's articles (from another machine, or from
        before the state was lost)."""
        if not self._news.exists(directory):
            return True
        feeds = {one.feed for one in self._news.scan(directory) if one.feed}
        return not feeds or self._one.address in feeds

    def _adopted(self) -> dict[str, str]:
        """The files in the feed's folder, by guid or URL."""
        if not self._news.exists(self._feed.directory):
            return {}
        found: dict[str, str] = {}
        for one in self._news.scan(self._feed.directory):
            if one.feed == self._one.address:
                self._taken.add(one.path)
                found.setdefault(one.guid or one.url, one.path)
        return found


def _remove_expired(
    state: State, news: NewsFolder, feeds: Sequence[Subscription], protected: Protected
) -> int:
    """Remove articles older than their feed's `keep`; returns how many. Nothing else in the reader deletes an
    article, except `remove_all`."""
    known = state.feeds()
    removed = 0
    for one in feeds:
        feed = known.get(one.address)
        if not one.keep or feed is None:
            continue
        oldest = _time(time.time() - one.keep)
        written = (row for row in state.entries(feed.id) if row.stage == Stage.WRITTEN)
        old = [row for row in written if (row.published or _time(row.seen)) < oldest]
        removed += len(_remove(state, news, feed.id, old, protected))
    return removed


def remove_all(state: State, news: NewsFolder, address: str, protected: Protected) -> tuple[int, int]:
    """Remove all articles of a feed, as `unsubscribe --delete-articles` does; returns how many were removed
    and how many are kept. Raises StorageError."""
    feed = state.feed(address)
    rows = state.entries(feed.id)
    written = [row for row in rows if row.stage == Stage.WRITTEN and news.exists(row.path)]
    removed = _remove(state, news, feed.id, written, protected)
    # Removed articles may be fetched again after a new subscription; kept ones must not be duplicated.
    stay = {row.key for row in written} - set(removed)
    state.forget(feed.id, [row.key for row in rows if row.key not in stay])
    state.store(feed._replace(etag="", modified="", due=0))
    return len(removed), len(stay)


def _remove(
    state: State, news: NewsFolder, feed: int, rows: Sequence[EntryState], protected: Protected
) -> list[str]:
    there = [row for row in rows if news.exists(row.path)]
    kept = protected([row.path for row in there]) if there else set()
    removed = [row for row in there if row.path not in kept and news.remove(row.path, row.written)]
    # Stored as seen: they must not come back while the feed still lists them.
    state.remember(feed, [row._replace(stage=Stage.PASSED, path="", written="") for row in removed])
    return [row.key for row in removed]


def _time(seconds: float) -> str:
    return iso(datetime.fromtimestamp(seconds, UTC))


def _sendable(value: str) -> str:
    """Returns a validator unchanged if it can be sent in a header, else an empty string."""
    return value if value.isascii() and value.isprintable() else ""
