"""The command palette: every command, value, view, theme, order and article, found by a few letters.

Names from outside are given as Content and matched as plain text: Textual's own highlighting would parse
them as markup, and a title with a stray bracket would make its hit disappear.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from itertools import chain
from typing import Any, ClassVar, NamedTuple, Protocol, cast

from textual import events, on
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option
from textual.worker import Worker, WorkerState

from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host
from reader.app.keys import binding
from reader.app.paint.cells import one_line
from reader.app.paint.styles import page_sheet
from reader.app.screens.page import KeyLine, drop_outdated
from reader.app.wording import order_in_words
from reader.config.commands import allowed_commands
from reader.errors import ReaderError, counted
from reader.query import SORTS, parse
from reader.query.fields import BY_NAME, FACETS
from reader.query.results import Headline

PLACEHOLDERS = (
    "A command, topic, provider, view, order, theme or article",
    "A command, topic, view or article",
    "Find",
)
"""Placeholders of the empty line: the longest for which there is room."""
MARGINS = 6
"""Cells of the palette beside the words in its line."""
MOST_ARTICLES = 12
ARTICLE_SCORE = 0.01
"""The score of an article: below that of any name with the same words, above one with scattered letters."""
DESCRIPTION_SCORE = 2 * ARTICLE_SCORE
"""The score of a command of which only the description has the words."""


class PaletteHost(Host, Protocol):
    """The browsing screen, as the palette needs it."""

    filters: Filters

    def show_article(self, headline: Headline) -> None: ...

    def run_command(self, name: str) -> Coroutine[Any, Any, None]: ...


class PaletteEntry(NamedTuple):
    """One thing to be found: by its name, and by other words."""

    name: str
    about: str
    """Shown behind or below it."""
    run: Callable[[], object]
    also: str = ""


def rank(query: str, entry: PaletteEntry, letters: float) -> float:
    """How well an entry matches, 0 for not at all.

    `letters` says how well Textual finds the letters of the query in the name, in their order but anywhere:
    "train" in "Theme: reader-terminal".
    """
    words, name = query.casefold().split(), entry.name.casefold()
    if all(word in name for word in words):
        return max(letters, DESCRIPTION_SCORE)
    if "".join(words) in "".join(re.findall(r"\b\w", name)):
        return letters
    if all(word in entry.also.casefold() for word in words):
        return DESCRIPTION_SCORE
    return ARTICLE_SCORE * letters / (letters + 1)


def plain(about: str) -> str:
    """The text after a hit, never parsed as markup: the palette also takes Content."""
    return cast(str, Content(about))


def commands(browse: PaletteHost) -> Iterator[PaletteEntry]:
    """Everything that has or could have a key, with its keys; commands that move come last."""
    for command in sorted(allowed_commands(), key=lambda one: one.group in ("Moving", "Panes")):
        if command.id != "show_palette" and not command.id.startswith("view_"):
            keys = browse.keymap.words(command.id)
            about = f"{command.help}  ({keys})" if keys else command.help
            run = partial(browse.run_command, command.id)
            yield PaletteEntry(command.label, about, run, f"{command.help} {command.id}")


def names(browse: PaletteHost) -> Iterator[PaletteEntry]:
    """Views, the values of facets, sort orders in both directions, and themes, the reader's own first."""
    put = browse.filters.put
    for view in browse.sidebar.views:
        yield PaletteEntry(f"View: {view.name}", str(view.query), partial(put, view.query))
    for facet in (one for one in browse.sidebar.facets if one.field in FACETS):
        label = BY_NAME[facet.field].label
        for value in facet.values:
            press = partial(browse.filters.press, facet.field, value.value)
            yield PaletteEntry(f"{label}: {value.value}", counted(value.count, "article"), press)
    for sort in SORTS:
        for is_reversed in (False, True):
            query = browse.filters.query.with_sort(sort, is_reversed)
            yield PaletteEntry(f"Sort: {order_in_words(query)}", "", partial(put, query))
    for name in sorted(browse.app.available_themes, key=lambda name: (name in BUILTIN_THEMES, name)):
        yield PaletteEntry(f"Theme: {name}", "", partial(setattr, browse.app, "theme", name))


class Entries(Provider):
    """Finds commands and names; lists the commands before anything is typed."""

    async def discover(self) -> Hits:
        """The commands."""
        for entry in commands(cast(PaletteHost, self.screen)):
            yield DiscoveryHit(Content(entry.name), entry.run, entry.name, plain(entry.about))

    async def search(self, query: str) -> Hits:
        """What has these letters in this order."""
        browse, matcher = cast(PaletteHost, self.screen), self.matcher(query)
        for entry in chain(commands(browse), names(browse)):
            score = rank(query, entry, matcher.match(entry.name))
            if score > 0:
                yield Hit(score, Content(entry.name), entry.run, entry.name, plain(entry.about))


class Articles(Provider):
    """Finds articles with these words, newest first, as the search bar does."""

    async def search(self, query: str) -> Hits:
        """A few of them; they come after commands and names with the same words."""
        browse = cast(PaletteHost, self.screen)
        try:
            visible = browse.filters.without_muted(parse(query, typing=True))
            results = await asyncio.to_thread(browse.library.select, visible, browse.clock())
            found = await asyncio.to_thread(results.window, 0, MOST_ARTICLES)
        except ReaderError:
            return  # this text is no query
        for headline in found:
            about = " · ".join(filter(None, (headline.provider, *headline.topics, *headline.added_topics)))
            title, go = one_line(headline.title), partial(browse.show_article, headline)
            yield Hit(ARTICLE_SCORE, Content(title), go, title, plain(about))


class StillPalette(CommandPalette):
    """The palette, whose cursor does not blink: the reader writes nothing while nothing happens.

    Textual keeps the hits of the previous text until the next search has ended; Enter waits for that.
    """

    CSS_PATH = page_sheet()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "cursor_down", show=False),
        Binding("ctrl+p", "command_list('cursor_up')", show=False),
        binding("suspend", "app.suspend_process"),
    ]

    _outdated: Option | None = None
    """The first hit when the text last changed."""
    _is_entered = False
    """Whether Enter waits for hits."""

    def on_mount(self) -> None:
        """Before the line has the focus."""
        self.query_one(Input).cursor_blink = False
        keys = KeyLine(("up down", "move"), ("enter", "run"), ("escape", "cancel"), id="palette-keys")
        self.mount(keys)

    def on_resize(self, event: events.Resize) -> None:
        """Ignore a size that the terminal no longer has."""
        drop_outdated(event, self.app)

    @property
    def _first_hit(self) -> Option | None:
        return next(iter(self.query_one(OptionList).options), None)

    @on(Input.Changed)
    def _expect_hits(self) -> None:
        self._outdated, self._is_entered = self._first_hit, False

    @on(Input.Submitted)
    def _wait_for_hits(self, event: Input.Submitted) -> None:
        is_searching = any(worker.node is self and not worker.is_finished for worker in self.workers)
        if is_searching and self._first_hit is self._outdated:
            event.stop()
            event.prevent_default()
            self._is_entered = True

    @on(Worker.StateChanged)
    async def _enter_after_search(self, event: Worker.StateChanged) -> None:
        if self._is_entered and event.state is WorkerState.SUCCESS:
            self._is_entered = False
            await self.query_one(Input).action_submit()

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close; a second Enter before the palette is gone closes nothing else."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


def open_palette(screen: Screen[None]) -> None:
    """Open the palette over the browsing screen."""
    room = screen.app.size.width - MARGINS
    placeholder = next((words for words in PLACEHOLDERS if len(words) <= room), "")
    screen.app.push_screen(StillPalette(providers=(Entries, Articles), placeholder=placeholder))
