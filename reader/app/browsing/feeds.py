"""Feeds on the screen: subscribing, importing, the page of feeds, opening folders, an article's full text.

What needs the network is done by a process (`FeedProcess`). Of `reader.feeds` only `subscriptions` and
`state` are loaded here, and only if there are feeds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from reader.app.browsing.fetching import FeedProcess, Fetching
from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host
from reader.app.wording import NO_ARTICLE, error_notice
from reader.config.sources import has_subscriptions, news_folder
from reader.errors import ReaderError, counted, reason_of
from reader.library.feed_counts import feed_counts
from reader.permissions import permissions
from reader.query import Query

if TYPE_CHECKING:
    from reader.app.screens.feeds import FeedRow, FeedsPage
    from reader.feeds.subscriptions import Subscription


class Feeds:
    """The commands for feeds and their articles."""

    def __init__(self, host: Host, filters: Filters, fetching: Fetching) -> None:
        self._host, self._library, self._config = host, host.library, host.start.config
        self._filters, self._fetching, self._information = filters, fetching, host.information
        self._keys = host.keymap.words
        self._is_news, self._is_sample = host.start.is_news, host.start.is_sample
        self._processes: set[FeedProcess] = set()
        """Those that look for feeds or fetch a full text."""
        self._page: FeedsPage | None = None

    def start(self) -> None:
        """Explain over the sample how to add news."""
        if self._is_sample and permissions().network:
            hint = self._information.hint = f"Sample articles. {self.invitation()}"
            if not self._information.region.height:  # few lines, or it would be there
                self._host.say(hint)

    def stop(self) -> None:
        """End the processes: the screen closes."""
        for process in [*self._processes]:
            process.end()

    def invitation(self, between: str = " · ") -> str:
        """How to add your own news, with the keys."""
        if not permissions().network:
            return ""
        if self._is_news and has_subscriptions():
            fetch, page = self._keys("refresh"), self._keys("manage_feeds")
            return f"{fetch} fetches your feeds, {page} lists them"
        ways = (("subscribe", "subscribe"), ("import_feeds", "import OPML"), ("open_folder", "open a folder"))
        parts = [f"{self._keys(name)} {words}" if self._keys(name) else words for name, words in ways]
        return f"Add your own: {between.join(parts)}"

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
        self._processes.add(process)

        def work() -> None:
            found, reason = None, ""
            try:
                for answer in process.steps():
                    found = answer["found"]
            except Exception as error:
                reason = error_notice(error)
            self._host.call_later(done, found, reason)

        def done(found: Any, reason: str) -> None:
            self._processes.discard(process)
            if not process.is_ended:
                then(found, reason)

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
            self._host.call_later(self._host.warn, str(error))
        except (OSError, ValueError) as error:
            sentence = f"{path} can't be read: {reason_of(error)}; check the path"
            self._host.call_later(self._host.warn, sentence)
        else:
            self._host.call_later(self._ask_for_list, listed.subscriptions, listed.refused)

    def _ask_for_list(self, found: Sequence[Subscription], refused: Sequence[str]) -> None:
        from reader.app.screens.dialogs import Confirm

        if not found:
            self._host.warn(f"Nothing to import: {'; '.join(refused[:2])}")
            return
        details = [*(f"skipped: {reason}" for reason in refused[:3])]
        details += [f"skipped: {len(refused) - 3:,} more"] if len(refused) > 3 else []
        details += [f"{one.folder} › {one.label}" if one.folder else one.label for one in found]

        def keep(is_wanted: bool | None) -> None:
            if is_wanted:
                self._add(found, "")

        self._host.open_dialog(Confirm(f"Subscribe to {counted(len(found), 'feed')}?", details), keep)

    def _add(self, wanted: Sequence[Subscription], name: str) -> None:
        """Save subscriptions, then fetch them if the news folder is open, or offer to open it. Raises
        ReaderError."""
        from reader.feeds import subscriptions

        added = subscriptions.add(wanted)
        there = len(wanted) - len(added)
        notice = f"Subscribed to {name if name and added else counted(len(added), 'feed')}"
        notice = f"{notice}, {there:,} already subscribed" if there else notice
        is_elsewhere = not (self._is_news or self._is_sample) and self._library.total > 0
        keys = self._keys("open_folder")
        self._host.say(f"{notice}; {keys} and Enter open your news" if is_elsewhere and keys else notice)
        self.renew_page()
        if self._is_news:
            self._fetching.fetch(
                [one.address for one in added] if len(added) == 1 else (), is_asked_for=bool(added)
            )
        elif not is_elsewhere:
            self._host.reopen(news_folder(self._config.feeds.folder))

    def action_open_folder(self) -> None:
        """Ask for another folder and open it; suggests the news folder if that is not open."""
        from reader.app.screens.dialogs import Ask  # loaded when it is first opened

        folder = news_folder(self._config.feeds.folder)

        def open_it(path: str | None) -> None:
            chosen = os.path.abspath(os.path.expanduser(path.strip())) if path and path.strip() else ""
            if chosen and (os.path.exists(chosen) or chosen == folder):
                self._host.reopen(chosen)
            elif chosen:
                self._host.warn(f"No such folder: {chosen}")

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

        self._page = FeedsPage(lambda url: self._fetching.fetch([url], is_asked_for=True, force=True))
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
            self._host.warn(notice)

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
                self._host.warn(f"No full text: {reason}")

        self._host.say("Fetching the full text…")
        self._in_process("full_text", done, path=path, url=headline.url)
