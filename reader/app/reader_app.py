"""The Textual application: themes, sheets, keys pressed in sequence; everything to see is on its screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from rich.color import Color as RichColor
from rich.console import RenderableType
from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.driver import Driver
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input

from reader.app import endings
from reader.app.filters import filters_for
from reader.app.first_load import FirstLoad
from reader.app.keymap import keymap_of
from reader.app.output import Page, ThriftyUpdate
from reader.app.presses import Presses
from reader.app.screens.browse import BrowseScreen
from reader.app.themes import THEMES, hard_to_read, tag_variables, theme_for, theme_of
from reader.config import Config
from reader.errors import ReaderError
from reader.library import Library
from reader.palettes import Palette
from reader.paths import data_dir
from reader.query import Query
from reader.terminal import TRUECOLOUR, Terminal
from reader.visit import Visit

SHEETS = ("browse", "dialogs", "help")

KEYS_WAIT = 0.03
"""Seconds after which it is looked again whether the screen can take the keys that were typed ahead."""
FIRST_VISIT = Visit()
FULL = Terminal(True, False, False, "", TRUECOLOUR, is_unicode=True)
"""A terminal that can show everything."""
DIGIT_WAIT = 0.4
"""Seconds that a digit waits for a key that it may count (`5j`) before it is a key of its own (a view's)."""


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
        seen: Terminal = FULL,
        palettes: Sequence[Palette] = (),
        visit: Visit = FIRST_VISIT,
        keep_visit: Callable[[Visit], object] = lambda visit: None,
        driver_class: type[Driver] | None = None,
        first_load: FirstLoad | None = None,
    ) -> None:
        """`driver_class` is that of a terminal on which the first headlines are already painted, `first_load`
        the refresh that has brought them."""
        styles = data_dir("styles")
        super().__init__(driver_class, css_path=[styles / f"{name}.tcss" for name in SHEETS])
        self.library = library
        self.config = config
        self.start_query = query
        self.clock = clock
        self.source = source
        self._visit = (visit, keep_visit)
        self._first_load = first_load
        self.keymap, warnings = keymap_of(config.keys)
        self._notices = [*notices, *library.notices, *warnings]
        self._presses = Presses(self.keymap.keys)
        self._keys: list[events.Key] = []
        self._digit_wait: Timer | None = None
        self._page = Page()
        self.animation_level = "none"
        self.seen = seen
        """What the terminal can do, as far as it shows at once."""
        self.themes = (*THEMES, *map(theme_of, palettes))
        """The reader's themes and the person's own."""
        self._put_theme_on(config.theme, visit.theme)
        self._filters[1:] = filters_for(seen, config.signs, self._dim_colour)

    def get_default_screen(self) -> BrowseScreen:
        """The browsing screen."""
        screen = BrowseScreen(
            self.library,
            self.start_query,
            self.config,
            keymap=self.keymap,
            clock=self.clock,
            source=self.source,
            size=self.size,
            seen=self.seen,
            page=self._page,
            visit=self._visit[0],
            on_visit=self._visit[1],
        )
        screen.first_load = self._first_load
        return screen

    def _put_theme_on(self, name: str, last: str) -> None:
        """Before anything is mounted, for a theme that comes later styles everything anew."""
        for theme in self.themes:
            self.register_theme(theme)
        if name and name not in self.available_themes:
            self._notices.append(f"There is no theme {name}; the palette (:) lists them")
            name = ""
        name = name or (last if last in self.available_themes else "")
        # Quietly, for Textual would read and apply every sheet a second time before the first paint.
        self.set_reactive(App.theme, name or theme_for(self.seen.colours, self.seen.background).name)
        theme = self.current_theme
        self.set_class(theme.dark, "-dark-mode", update=False)
        self.set_class(not theme.dark, "-light-mode", update=False)
        self.add_class(f"-theme-{theme.name}", update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours of tags, for themes that have none."""
        return tag_variables(dark=self.current_theme.dark)

    def _dim_colour(self) -> RichColor | None:
        dim = self.theme_variables.get("foreground-muted", "")
        return Color.parse(dim).rich_color if dim.startswith("#") else None

    def on_mount(self) -> None:
        """Say what is to be said; end well when the terminal goes away or the system says so."""
        self.app_resume_signal.subscribe(self, self._come_back)
        if not self.is_headless:
            endings.end_well_on_signals(self)
        doubt = hard_to_read(self.current_theme) if self.current_theme in self.themes else ""
        for notice in dict.fromkeys([*self._notices, *filter(None, [doubt])]):
            self.notify(notice, severity="warning", markup=False, timeout=10)

    async def on_event(self, event: events.Event) -> None:
        """Make one key of several that mean something together, and obey it."""
        if isinstance(event, events.Resize):
            self._page.forget()
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._keys.append(event)
            await self._take_keys()
        else:
            await super().on_event(event)

    async def _take_keys(self) -> None:
        """Take the keys that have come, in their order; while the screen is being made they wait."""
        screen = next(iter(self.screen_stack), None)
        if screen is None or not screen.is_mounted:
            self.set_timer(KEYS_WAIT, self._take_keys)
            return
        while self._keys:
            event = self._keys.pop(0)
            if self._takes_presses(event):
                await self._obey(self._presses.take(event.key), event)
            else:
                await super().on_event(event)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Send what an update changes, and no more."""
        if isinstance(renderable, CompositorUpdate):
            renderable = ThriftyUpdate(renderable, self._page)
        super()._display(screen, renderable)

    def exit(
        self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """End, keeping the place for the next visit."""
        for screen in self.screen_stack:
            if isinstance(screen, BrowseScreen) and screen.is_mounted:
                screen.keep_visit()
        super().exit(result, return_code, message)

    def _come_back(self, _: object) -> None:
        """Paint everything again: after another program had the terminal, or because somebody asks for it."""
        self._page.forget()
        self.screen.refresh(layout=True)

    @property
    def fault(self) -> Exception | None:
        """The error that nobody foresaw and that ended the screen; None where it ended as it should."""
        return self._exception

    def _fatal_error(self) -> None:
        """End after an error that nobody foresaw; it is told when the terminal is the person's again.

        Textual would print a traceback there with the values of variables: with the text of articles.
        """
        self._return_code = ReaderError.exit_code
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:
        """The same, for an error that Textual would have painted."""
        self._exception = self._exception or RuntimeError("panic")
        self._fatal_error()

    def _takes_presses(self, event: events.Key) -> bool:
        """Whether keys are commands now; where somebody types or answers, what waited is forgotten."""
        if isinstance(self.screen, BrowseScreen):
            if not self.screen.is_mounted:  # it takes the key when its panes are there
                return False
            focused = self.screen.focused
            if focused is None or not focused.check_consume_key(event.key, event.character):
                return True
        self._presses.forget()
        return False

    async def _obey(self, keys: list[str], event: events.Key | None = None) -> None:
        if self._digit_wait is not None:
            self._digit_wait.stop()
            self._digit_wait = None
        screen = self.screen
        if isinstance(screen, BrowseScreen):
            screen.footer.pressed = self._presses.count
            if len(self._presses.count) == 1:
                self._digit_wait = self.set_timer(DIGIT_WAIT, self._digit_alone)
            for key in keys:
                screen.learn_key(key)
        for key in keys:
            is_it = event is not None and key == event.key
            if not await self._obeyed_at_once(key):
                await super().on_event(event if is_it and event else events.Key(key, None))

    async def _obeyed_at_once(self, key: str) -> bool:
        """Run a pane's command here and now, not when the pane gets to its key: what is typed right behind
        (over a slow line many keys come at once) may be for the place that this key goes to."""
        # A line to type in has a say in each key first; without a focus the screen is still being made.
        if self.focused is None or isinstance(self.focused, Input):
            return False
        return await self._check_bindings(key, True) or await self._check_bindings(key)

    async def _digit_alone(self) -> None:
        """A digit after which nothing came is a key like any other."""
        await self._obey(self._presses.overdue())
