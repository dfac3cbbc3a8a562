"""A host for the parts of the browsing screen, without a screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual.app import App
from textual.screen import Screen
from textual.timer import Timer

from reader.app import Start
from reader.app.keys import keymap_of
from reader.app.paint.terminal_output import TerminalOutput
from reader.app.reader_app import FULL
from reader.app.widgets.article_list import ArticleList
from reader.app.widgets.article_pane import ArticlePane
from reader.app.widgets.lines import InformationLine, ResultStatus, SearchBar
from reader.app.widgets.related_pane import RelatedPane
from reader.app.widgets.sidebar import Sidebar
from reader.article.record import Article
from reader.config import Config
from reader.config.commands import PaneName
from reader.library import Library
from reader.query import parse
from reader.query.results import Headline
from tests.app.build import NOW
from tests.fake_library import FakeLibrary


class FakeSearchBar(SearchBar):
    """A search bar that records what it is asked to show."""

    def __init__(self, done: list[str]) -> None:
        super().__init__()
        self._done = done

    def show(self, text: str, cursor: int | None = None) -> None:
        """Record a text."""
        self._done.append(f"show {text}")


class FakeHost:
    """Does at once what the screen does later, and records what it is asked for."""

    def __init__(self, some: Sequence[Article] = (), query: str = "") -> None:
        self.library: Library = FakeLibrary(some)
        self.clock = lambda: NOW
        self.start = Start(self.library, parse(query), Config())
        self.keymap, self.seen, self.output = keymap_of({})[0], FULL, TerminalOutput()
        self.app: App[Any] = App()
        self.done: list[str] = []
        """What was shown in the search bar and changed, in this order."""
        self.search_bar: SearchBar = FakeSearchBar(self.done)
        self.result_status, self.information = ResultStatus(), InformationLine()
        self.sidebar, self.articles = Sidebar(self.clock), ArticleList(self.clock)
        self.article_pane, self.related_pane = ArticlePane(self.clock), RelatedPane(self.clock)
        self.place: PaneName = "list"
        self.targets: tuple[Headline, ...] = ()
        self.notices: list[str] = []
        self.dialogs: list[tuple[Screen[Any], Callable[[Any], Any] | None]] = []
        """Each with what is called with its answer."""

    @property
    def target(self) -> Headline | None:
        """The first of them."""
        return next(iter(self.targets), None)

    def query_changed(self) -> None:
        """Record it."""
        self.done.append("ask")

    def marks_changed(self) -> None:
        """Record it."""
        self.done.append("marks")

    def file_changed(self) -> None:
        """Record it."""
        self.done.append("file")

    def views_changed(self) -> None:
        """Nothing shows them."""

    topics_changed = articles_changed = fetch_ended = views_changed

    def refresh_progressed(self, *, is_complete: bool) -> None:
        """Nothing shows it."""

    def reopen(self, folder: str) -> None:
        """Record a folder."""
        self.done.append(folder)

    def say(self, sentence: str) -> None:
        """Record a notice."""
        self.notices.append(sentence)

    warn = say

    def go_to(self, place: PaneName) -> None:
        """Go to a pane."""
        self.place = place

    def in_thread(self, work: Callable[[], object], *, must_finish: bool = False) -> None:
        """Do the work here."""
        work()

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool:
        """Call it now."""
        callback(*args)
        return True

    def set_timer(self, delay: float, callback: Callable[[], Any]) -> Timer:
        """No part that is tested here waits."""
        raise AssertionError(f"a timer of {delay} s")

    def open_dialog(self, page: Screen[Any], then: Callable[[Any], Any] | None = None) -> None:
        """Record a dialog."""
        self.dialogs.append((page, then))
