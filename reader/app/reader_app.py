"""The Textual application: themes, sheets, keys pressed in sequence; everything to see is on its screens."""

from __future__ import annotations

from functools import partial
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

from reader.app.early.diff_update import DiffUpdate, ScreenBuffer
from reader.app.early.first_load import FirstLoad
from reader.app.early.osc_reply_filter import BackgroundTold
from reader.app.geometry import PAGE_HEIGHTS, PAGE_WIDTHS
from reader.app.keyed import MADE_WAIT, KeyedApp
from reader.app.keys.keymap import keymap_of
from reader.app.paint.filters import filters_for
from reader.app.paint.themes import THEMES, hard_to_read, tag_variables, theme_for, theme_of
from reader.app.screens.browse import BrowseScreen
from reader.app.start import Start
from reader.config.paths import data_dir
from reader.errors import ReaderError
from reader.terminal import TRUECOLOUR, Terminal

SHEETS = ("browse", "dialogs", "help")
FULL = Terminal(True, False, False, "", TRUECOLOUR, is_unicode=True)
"""A terminal that can show everything."""


class ReaderApp(KeyedApp):
    """The reader on a screen, over one library."""

    TITLE = "Reader"
    ENABLE_COMMAND_PALETTE = False
    """Textual's own way to it is off: the command `show_palette` opens it, on whichever key that is."""
    HORIZONTAL_BREAKPOINTS = PAGE_WIDTHS
    VERTICAL_BREAKPOINTS = PAGE_HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "quit", show=False, priority=True)]
    """Ctrl-C ends the reader as it ends any program, in the search bar and in dialogs too."""

    def __init__(
        self,
        start: Start,
        *,
        seen: Terminal = FULL,
        driver_class: type[Driver] | None = None,
        first_load: FirstLoad | None = None,
    ) -> None:
        """`driver_class` is that of a terminal on which the first headlines are already painted, `first_load`
        the refresh that has brought them."""
        styles = data_dir("styles")
        config = start.config
        self.keymap, warnings = keymap_of(config.keys)
        super().__init__(self.keymap.keys, driver_class, [styles / f"{name}.tcss" for name in SHEETS])
        self.start = start
        """What is shown, and how the person wants it."""
        self._first_load = first_load
        self._notices = [*start.notices, *start.library.notices, *warnings]
        self._page = ScreenBuffer()
        self.animation_level = "none"
        self.seen = seen
        """What the terminal can do, as far as it shows at once."""
        self.themes = (*THEMES, *map(theme_of, start.palettes))
        """The reader's themes and the person's own."""
        self._put_theme_on(config.theme, start.visit.theme)
        self._filters[1:] = filters_for(seen, config.signs, self._dim_colour)
        self.keymap = self.keymap._replace(is_plain=seen.draws_in_ascii(config.signs))
        self.set_class(not seen.colours, "-no-colours")

    def get_default_screen(self) -> BrowseScreen:
        """The browsing screen."""
        screen = BrowseScreen(self.start, self.keymap, self.seen, self._page, self.size)
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

    def on_background_told(self, message: BackgroundTold) -> None:
        """Put on the theme for the terminal's own ground; who has chosen another meanwhile keeps that."""
        is_given = self.theme == theme_for(self.seen.colours, self.seen.background).name
        self.seen = self.seen._replace(background=message.background)
        if is_given:
            self.theme = theme_for(self.seen.colours, message.background).name
        for screen in self.screen_stack:
            if isinstance(screen, BrowseScreen):
                screen.seen = self.seen
                if is_given:
                    screen.given_theme = self.theme

    def on_mount(self) -> None:
        """Say what is to be said."""
        self.app_resume_signal.subscribe(self, self._come_back)
        doubt = hard_to_read(self.current_theme) if self.current_theme in self.themes else ""
        for notice in dict.fromkeys([*self._notices, *filter(None, [doubt])]):
            self.notify(notice, severity="warning", markup=False, timeout=10)

    async def on_event(self, event: events.Event) -> None:
        """Nothing of what was sent before a change of size can be relied on after it."""
        if isinstance(event, events.Resize):
            self._page.forget()
        await super().on_event(event)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Send what an update changes, and no more."""
        if isinstance(renderable, CompositorUpdate):
            renderable = DiffUpdate(renderable, self._page)
        super()._display(screen, renderable)

    def exit(
        self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """End, keeping the place for the next visit."""
        for screen in self.screen_stack:
            if isinstance(screen, BrowseScreen) and screen.is_mounted:
                screen.keep_visit()
        super().exit(result, return_code, message)

    def end(self, code: int) -> None:
        """End with this exit code, as soon as there is a whole screen to be left."""
        if not self.is_made:
            self.set_timer(MADE_WAIT, partial(self.end, code))
            return
        self.exit(code, return_code=code)

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
