"""The command palette: every command, value, view, theme, order and article, found by a few letters.

Names from outside are given as Content and matched as plain text: Textual's own highlighting would parse
them as markup, and a title with a stray bracket would make its hit disappear.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Protocol, cast

from textual import events
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES
from textual.widgets import Input

from reader.app.browsing.filters import Filters
from reader.app.keys import Keymap
from reader.app.paint.cells import one_line
from reader.app.paint.styles import page_sheets
from reader.app.screens.page import KeyLine, drop_outdated
from reader.app.widgets.painted_view import ValuePressed
from reader.app.widgets.sidebar import Sidebar
from reader.app.wording import order_in_words
from reader.config.commands import allowed_commands
from reader.errors import ReaderError, counted
from reader.library import Library
from reader.query import SORTS, parse
from reader.query.fields import BY_NAME, FACETS
from reader.query.results import Headline

PLACEHOLDERS = (
    "A command, topic, provider, view, order, theme or article",
    "A command, topic, view or article",
    "Find",
)
"""What is in the empty line: as much of it as there is room for."""
MARGINS = 6
"""Cells of the palette beside the words in its line."""
MOST_ARTICLES = 12
LAST = 0.01
"""The score of an article: below that of any name with the same words, above one with scattered letters."""
TOLD = 2 * LAST
"""The score of a command of which only the description has the words."""


class Findable(Protocol):
    """The screen over which the palette opens: what can be found on it and done with it."""

    keymap: Keymap
    sidebar: Sidebar
    filters: Filters
    library: Library
    clock: Callable[[], datetime]

    def show_article(self, headline: Headline) -> None: ...

    def run_command(self, name: str) -> Coroutine[Any, Any, None]: ...

    def post_message(self, message: Message) -> bool: ...


class PaletteEntry(NamedTuple):
    """One thing to be found."""

    name: str
    """What is matched and shown."""
    about: str
    """Shown behind or below it."""
    run: Callable[[], object]
    """What choosing it does."""
    also: str = ""
    """Other words by which it is found."""


def rank(query: str, entry: PaletteEntry, letters: float) -> float:
    """How well an entry is what was meant, 0 for not at all.

    `letters` says how well Textual finds the letters of the query in the name, in their order but anywhere:
    "train" in "Theme: reader-terminal".
    """
    words, name = query.casefold().split(), entry.name.casefold()
    if all(word in name for word in words):
        return max(letters, TOLD)
    if "".join(words) in "".join(re.findall(r"\b\w", name)):
        return letters
    if all(word in entry.also.casefold() for word in words):
        return TOLD
    return LAST * letters / (letters + 1)


def plain(about: str) -> str:
    """Words behind a hit that are no markup: the palette takes Content as well, though its type is text."""
    return cast(str, Content(about))


class Entries(Provider):
    """A provider over a plain list of entries, made again for each search."""

    on_show = False
    """Whether the entries are there before anything is typed."""

    @property
    def browse(self) -> Findable:
        """The screen from which the palette was opened."""
        return cast(Findable, self.screen)

    def entries(self) -> Iterator[PaletteEntry]:
        """What can be found."""
        return iter(())

    async def discover(self) -> Hits:
        """Everything, where that is not too much."""
        if self.on_show:
            for entry in self.entries():
                yield DiscoveryHit(Content(entry.name), entry.run, entry.name, plain(entry.about))

    async def search(self, query: str) -> Hits:
        """What has these letters in this order."""
        matcher = self.matcher(query)
        for entry in self.entries():
            score = rank(query, entry, matcher.match(entry.name))
            if score > 0:
                yield Hit(score, Content(entry.name), entry.run, entry.name, plain(entry.about))


class Commands(Entries):
    """Everything that has or could have a key."""

    on_show = True

    def entries(self) -> Iterator[PaletteEntry]:
        """The commands with their keys; those that move come last."""
        for command in sorted(allowed_commands(), key=lambda one: one.group in ("Moving", "Panes")):
            if command.id in ("show_palette",) or command.id.startswith("view_"):
                continue
            keys = self.browse.keymap.words(command.id)
            about = f"{command.help}  ({keys})" if keys else command.help
            run = partial(self.browse.run_command, command.id)
            yield PaletteEntry(command.label, about, run, f"{command.help} {command.id}")


class Views(Entries):
    """The saved queries."""

    def entries(self) -> Iterator[PaletteEntry]:
        """The views with what they ask for."""
        for view in self.browse.sidebar.views:
            yield PaletteEntry(
                f"View: {view.name}", str(view.query), partial(self.browse.filters.put, view.query)
            )


class Values(Entries):
    """Topics, providers and the like."""

    def entries(self) -> Iterator[PaletteEntry]:
        """The values with their counts."""
        for facet in (one for one in self.browse.sidebar.facets if one.field in FACETS):
            for value in facet.values:
                press = ValuePressed(facet.field, value.value)
                name = f"{BY_NAME[facet.field].label}: {value.value}"
                yield PaletteEntry(
                    name, counted(value.count, "article"), partial(self.browse.post_message, press)
                )


class Orders(Entries):
    """The orders of the list, each way round."""

    def entries(self) -> Iterator[PaletteEntry]:
        """The orders in words."""
        for sort in SORTS:
            for is_reversed in (False, True):
                query = self.browse.filters.query.with_sort(sort, is_reversed)
                yield PaletteEntry(
                    f"Sort: {order_in_words(query)}", "", partial(self.browse.filters.put, query)
                )


class Articles(Entries):
    """Articles that have these words, the newest first, as in the search bar."""

    async def search(self, query: str) -> Hits:
        """A few of them; they come after commands and values of that name."""
        for headline in await asyncio.to_thread(self._found, query):
            about = " · ".join(filter(None, (headline.provider, *headline.topics, *headline.added_topics)))
            title, go = one_line(headline.title), partial(self.browse.show_article, headline)
            yield Hit(LAST, Content(title), go, title, plain(about))

    def _found(self, query: str) -> Sequence[Headline]:
        """Runs in a thread; a text that is no question finds nothing."""
        browse = self.browse
        try:
            asked = browse.filters.without_muted(parse(query, typing=True))
            return browse.library.select(asked, browse.clock()).window(0, MOST_ARTICLES)
        except ReaderError:
            return ()


class Themes(Entries):
    """The reader's themes first, then those that come with Textual."""

    def entries(self) -> Iterator[PaletteEntry]:
        """The themes by name."""
        own = [name for name in self.app.available_themes if name not in BUILTIN_THEMES]
        for name in (*own, *sorted(BUILTIN_THEMES)):
            yield PaletteEntry(f"Theme: {name}", "", partial(setattr, self.app, "theme", name))


class StillPalette(CommandPalette):
    """The palette, whose cursor does not blink: the reader writes nothing while nothing happens."""

    CSS_PATH = [*page_sheets()]

    def on_mount(self) -> None:
        """Before the line has the focus."""
        self.query_one(Input).cursor_blink = False
        keys = KeyLine(
            ("up", ""), ("down", "move"), ("enter", "run"), ("escape", "cancel"), id="palette-keys"
        )
        self.mount(keys)

    def on_resize(self, event: events.Resize) -> None:
        """Drop a size that the terminal no longer has."""
        drop_outdated(event, self.app)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close; a second Enter that comes before the palette is gone closes nothing else."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


def open_palette(screen: Screen[None]) -> None:
    """Open the palette over the browsing screen."""
    providers = (Commands, Views, Values, Orders, Themes, Articles)
    room = screen.app.size.width - MARGINS
    placeholder = next((words for words in PLACEHOLDERS if len(words) <= room), "")
    screen.app.push_screen(StillPalette(providers=providers, placeholder=placeholder))
