"""The browsing screen as its parts see it: panes, the target of a command, notices, slow work.

Slow work is done in threads that quitting does not wait for, because a server, a browser or a relay may
take its time. Textual waits for its own thread workers when the event loop ends; writing marks uses those.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from datetime import datetime
from threading import Thread
from typing import Any, Protocol, TypeVar

from textual.app import App
from textual.screen import Screen
from textual.timer import Timer

from reader.app import Start
from reader.app.keys import Keymap
from reader.app.paint.terminal_output import TerminalOutput
from reader.app.widgets.article_list import ArticleList
from reader.app.widgets.article_pane import ArticlePane
from reader.app.widgets.lines import InformationLine, ResultStatus, SearchBar
from reader.app.widgets.related_pane import RelatedPane
from reader.app.widgets.sidebar import Sidebar
from reader.config.commands import PaneName
from reader.library import Library
from reader.query.results import Headline
from reader.terminal import Terminal

Answer = TypeVar("Answer")
Result = TypeVar("Result")


class Host(Protocol):
    """The browsing screen, as its parts see it."""

    start: Start
    library: Library
    clock: Callable[[], datetime]
    keymap: Keymap
    seen: Terminal
    """What the terminal can do, as far as known without asking it."""
    output: TerminalOutput

    search_bar: SearchBar
    result_status: ResultStatus
    information: InformationLine
    sidebar: Sidebar
    articles: ArticleList
    article_pane: ArticlePane
    related_pane: RelatedPane

    @property
    def app(self) -> App[Any]:
        """The app, which can give the terminal to another program."""

    @property
    def place(self) -> PaneName:
        """The pane that has the focus or had it last."""

    @property
    def target(self) -> Headline | None:
        """The article being read, or the one under the list's cursor."""

    @property
    def targets(self) -> tuple[Headline, ...]:
        """The selected articles if none is being read, else the target."""

    def query_changed(self) -> None:
        """Run the query, and show what it finds."""

    def views_changed(self) -> None:
        """Count the articles of the views."""

    def marks_changed(self) -> None:
        """Show the marks as they are now."""

    def topics_changed(self) -> None:
        """Show the topics that rules give to articles now."""

    def file_changed(self) -> None:
        """Show the article's file as it is now."""

    def articles_changed(self) -> None:
        """Show the articles that a refresh has found so far."""

    def refresh_progressed(self, *, is_complete: bool) -> None:
        """Show how far a refresh is."""

    def fetch_ended(self) -> None:
        """Show the feeds as they are now."""

    def reopen(self, folder: str) -> None:
        """Restart with another folder."""

    def say(self, sentence: str) -> None:
        """Show a notice for a moment."""

    def warn(self, sentence: str) -> None:
        """Show a notice about a problem; the next notice does not replace it."""

    def go_to(self, place: PaneName) -> None:
        """Focus a pane; a narrow layout shows it."""

    def in_thread(self, work: Callable[[], object], *, must_finish: bool = False) -> None:
        """Do slow work in a thread, which passes its result on with `call_later`. Quitting waits only if it
        `must_finish`."""

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool:
        """Call this soon in the main thread; may be called from any thread."""

    def set_timer(self, delay: float, callback: Callable[[], Any]) -> Timer:
        """Call this after some seconds."""

    def open_dialog(self, page: Screen[Answer], then: Callable[[Answer | None], Any] | None = None) -> None:
        """Show a dialog or page over the screen; `then` gets its answer. A ReaderError that it raises is
        reported."""


def begin(work: Callable[[], Result]) -> Future[Result]:
    """Do work in a daemon thread; its result is dropped if nothing waits for it."""
    future: Future[Result] = Future()
    context = copy_context()

    def run() -> None:
        future.set_running_or_notify_cancel()
        try:
            result = context.run(work)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    Thread(target=run, daemon=True).start()
    return future


async def in_daemon_thread(work: Callable[[], object]) -> None:
    """Do work in a daemon thread and wait for it. Raises what the work raises."""
    await asyncio.wrap_future(begin(work))
