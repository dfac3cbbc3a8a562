"""The Textual application: themes, sheets, keys pressed in sequence; everything to see is on its screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType

from reader.app.keymap import keymap_of
from reader.app.screens.browse import BrowseScreen
from reader.app.themes import THEMES
from reader.config import Config
from reader.library import Library
from reader.paths import data_dir
from reader.query import Query

SHEETS = ("browse", "dialogs", "help")


class ReaderApp(App[int]):
    """The reader on a screen, over one library."""

    TITLE = "Reader"
    ENABLE_COMMAND_PALETTE = False
    """Textual's own way to it is off: the command `show_palette` opens it, on whichever key that is."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "quit", show=False, priority=True)]
    """Ctrl-C ends the reader as it ends any program, in the search bar and in dialogs too."""

    def __init__(
        self,
        library: Library,
        query: Query,
        config: Config,
        *,
        notices: Sequence[str] = (),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        source: str = "",
    ) -> None:
        styles = data_dir("styles")
        super().__init__(css_path=[styles / f"{name}.tcss" for name in SHEETS])
        self.library = library
        self.config = config
        self.start_query = query
        self.clock = clock
        self.source = source
        self.keymap, warnings = keymap_of(config.keys)
        self._notices = [*notices, *library.notices, *warnings]
        self._sequences = self.keymap.sequences()
        self._first_key = ""
        self._put_theme_on(config.theme)

    def get_default_screen(self) -> BrowseScreen:
        """The browsing screen."""
        return BrowseScreen(
            self.library,
            self.start_query,
            self.config,
            keymap=self.keymap,
            clock=self.clock,
            source=self.source,
            size=self.size,
        )

    def _put_theme_on(self, name: str) -> None:
        """Before anything is mounted, for a theme that comes later styles everything anew."""
        for theme in THEMES:
            self.register_theme(theme)
        if name and name not in self.available_themes:
            self._notices.append(f"There is no theme {name}; the palette (:) lists them")
            name = ""
        # Quietly, for Textual would read and apply every sheet a second time before the first paint.
        self.set_reactive(App.theme, name or THEMES[0].name)
        theme = self.current_theme
        self.set_class(theme.dark, "-dark-mode", update=False)
        self.set_class(not theme.dark, "-light-mode", update=False)
        self.add_class(f"-theme-{theme.name}", update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    def on_mount(self) -> None:
        """Say what is to be said."""
        for notice in dict.fromkeys(self._notices):
            self.notify(notice, severity="warning", markup=False, timeout=10)

    async def on_event(self, event: events.Event) -> None:
        """Make one key of two that were pressed one after the other, where a command has such keys."""
        if isinstance(event, events.Key) and not event.is_forwarded and self._sequences:
            first, self._first_key = self._first_key, ""
            if f"{first} {event.key}" in self._sequences:
                event = events.Key(f"{first} {event.key}", None)
            elif self._begins_sequence(event):
                self._first_key = event.key
                return
        await super().on_event(event)

    def _begins_sequence(self, event: events.Key) -> bool:
        """Whether this key only makes sense with the next one, and nobody is typing."""
        if not any(keys.startswith(f"{event.key} ") for keys in self._sequences):
            return False
        if not isinstance(self.screen, BrowseScreen):
            return False
        focused = self.screen.focused
        return focused is None or not focused.check_consume_key(event.key, event.character)
