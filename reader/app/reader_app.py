"""The Textual application: themes, style sheets, sequences of keys; its screens have everything that is
visible."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from rich.color import Color as RichColor
from rich.console import RenderableType
from textual import events
from textual.app import App, ScreenStackError
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.dom import DOMNode
from textual.driver import Driver
from textual.filter import LineFilter, Monochrome, NoColor
from textual.notifications import Notify
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from reader.app import Start
from reader.app.browsing.browse_screen import BrowseScreen
from reader.app.early import features
from reader.app.early.early_screen import EarlyRefresh
from reader.app.keys import Keymap, PendingKeys, alt_character, keymap_of, named
from reader.app.paint.styles import PAGE_HEIGHTS, PAGE_WIDTHS
from reader.app.paint.terminal_output import TerminalOutput, filters_for
from reader.app.paint.themes import hard_to_read, tag_variables, theme_for, theme_of, themes
from reader.config import summary
from reader.config.palettes import unknown_theme
from reader.config.paths import data_dir
from reader.permissions import is_in_browser, permissions
from reader.terminal import TRUECOLOUR, Terminal

if TYPE_CHECKING:
    from reader.app.early.reply_filter import BackgroundReported

MADE_WAIT = 0.03
"""Seconds between checks whether the screen is complete, for early keys and an early exit."""
DIGIT_WAIT = 0.4
"""Seconds that a digit waits for the key that it counts (`5j`) before it shows a view."""
HOLD = 1.0
"""Maximum seconds that keys wait for the results of a search, or for the layout of a page."""
PATIENCE = 5.0
"""Maximum seconds that keys wait for a widget to handle the one before them."""
TURNS = 2
"""How often each widget is asked whether it has handled a key: it may post a message to itself first."""
MOVING = ("move_down", "move_up", "page_down", "page_up", "half_down", "half_up")
"""Commands that are often repeated by holding their key down."""


class KeyedApp(App[int]):
    """An app with key sequences and counts, whose keys may come before the screen is ready."""

    def __init__(self, keymap: Keymap, driver_class: type[Driver] | None, sheets: Sequence[str]) -> None:
        super().__init__(driver_class, css_path=[*sheets])
        self.keymap = keymap
        """Which keys do what."""
        self._presses = PendingKeys(keymap.keys)
        self._focus_keys = frozenset(keymap.keys["read"])
        """Keys that may move the focus, but not at once."""
        self._moving_keys = frozenset(key for name in MOVING for key in keymap.keys[name])
        """Keys that move in their pane at once, so that none has to wait while one is held down."""
        self._keys: list[events.Key | events.Paste | events.MouseEvent] = []
        """What waits to be handled: keys, and what is pasted or clicked behind them."""
        self._digit_timer: Timer | None = None
        self._has_text = False
        """Whether the last key was text for a line, which may not have it yet."""
        self._holding: asyncio.Task[None] | None = None
        """Waits until the last key is handled; None if the next one can be."""

    @property
    def is_made(self) -> bool:
        """Whether the first screen is complete, so that it can take keys or be closed."""
        return self.browse is not None and self.browse.is_mounted

    @property
    def browse(self) -> BrowseScreen | None:
        """The browsing screen, whatever is over it; None before it is made."""
        screen = next(iter(self.screen_stack), None)
        return screen if isinstance(screen, BrowseScreen) else None

    @property
    def holds_keys(self) -> bool:
        """Whether keys are waiting for what an earlier one does."""
        return bool(self._keys) or self._holding is not None

    async def on_event(self, event: events.Event) -> None:
        """Combine keys that belong together, and act on them."""
        if isinstance(event, events.Key | events.MouseDown) and self.browse is not None:
            self.browse.read_timer.begin_use()
        if (
            isinstance(event, events.Key | events.Paste | events.MouseEvent)
            and not event.is_forwarded
            and (isinstance(event, events.Key) or self.holds_keys)
        ):
            self._keys.append(event)
            await self._handle_keys()
        else:
            await super().on_event(event)

    async def _handle_keys(self) -> None:
        """Handle waiting keys in order, once the screen is complete."""
        if not self.is_made:
            self.set_timer(MADE_WAIT, self._handle_keys)
            return
        while self._keys and self._holding is None:
            event, line = self._keys[0], self._line
            if not isinstance(event, events.Key):
                del self._keys[0]
                await super().on_event(event)
                self._has_text |= line is not None and isinstance(event, events.Paste)
                continue
            is_text = line is not None and line.check_consume_key(event.key, event.character)
            if self._has_text and not is_text:
                # The line gets its text before a key that may leave it.
                self._hold_next_keys(self.focused, self.screen)
                continue
            del self._keys[0]
            if escaped := self._escaped(event):
                self._keys[:0] = events.Key("escape", None), escaped
                continue
            focused, screen = self.focused, self.screen
            if self._is_command_key(event):
                await self._run_keys(self._presses.take(event.key), event)
            else:
                await super().on_event(event)
            self._has_text = is_text
            is_move = line is None and screen is self.browse and event.key in self._moving_keys
            if not is_text and not is_move:
                for_results = line is not None or event.key in self._focus_keys
                self._hold_next_keys(focused, screen, until=monotonic() + HOLD * for_results)

    def _escaped(self, event: events.Key) -> events.Key | None:
        """The key behind Esc, if both were typed at once: terminals send the same for Alt and that key. None
        for a key that is bound with Alt."""
        character = alt_character(event.key)
        if not character or event.key in self.screen.active_bindings:
            return None
        if any(event.key in key.split() for keys in self.keymap.keys.values() for key in keys):
            return None
        return events.Key(named(character), character)

    @property
    def _line(self) -> Widget | None:
        """The widget that text is typed into, if any."""
        focused = self.focused
        is_line = isinstance(focused, Input) or focused is not None and focused.check_consume_key("x", "x")
        return focused if is_line else None

    def _hold_next_keys(self, focused: Widget | None, screen: Screen[Any], until: float = 0) -> None:
        """Hold the keys that follow until the last one is handled: over a slow line `/chips`, Enter and `jo`
        come at once."""
        self._has_text = False
        path = [*(focused or screen).ancestors_with_self]
        self._holding = asyncio.create_task(self._release_keys(path, screen, until))

    async def _release_keys(self, path: list[DOMNode], screen: Screen[Any], until: float) -> None:
        try:
            # The app may end meanwhile; and a widget that never handles a key must not stop Ctrl-C.
            with suppress(ScreenStackError, TimeoutError):
                await asyncio.wait_for(self._last_key_handled(path, screen, until), PATIENCE)
        finally:
            self._holding = None
            self.call_later(self._handle_keys)

    async def _last_key_handled(self, path: list[DOMNode], screen: Screen[Any], until: float) -> None:
        """Wait for the widget that got a key and all above it, for the layout of a page that it opens, and
        for the results of a search, but for these until a time at the latest."""
        is_passed = False
        while not is_passed:
            for one in path * TURNS:
                handled = asyncio.Event()
                if one.call_later(handled.set):
                    await handled.wait()
            is_passed = not any(one.message_queue_size for one in path)
        opened, laid_out = self.screen, asyncio.Event()
        if opened is not screen and opened.call_after_refresh(laid_out.set):
            with suppress(TimeoutError):  # it may be closed by now
                await asyncio.wait_for(laid_out.wait(), HOLD)
        while self._awaits_results and monotonic() < until:
            await asyncio.sleep(MADE_WAIT)

    @property
    def _awaits_results(self) -> bool:
        """Whether the list still shows the results of another query."""
        screen = self.screen
        is_asking = isinstance(screen, BrowseScreen) and not screen.results_display.is_listed
        return is_asking and self._line is None

    def _is_command_key(self, event: events.Key) -> bool:
        """Whether keys are commands now; while text is typed, a waiting key is forgotten."""
        if isinstance(self.screen, BrowseScreen):
            if not self.screen.is_mounted:  # it handles the key once its panes exist
                return False
        else:
            from reader.app.screens.page import Page  # its widgets are loaded with the first page

            # A page takes sequences too; digits are its own.
            if not isinstance(self.screen, Page) or event.key.isdigit():
                self._presses.forget()
                return False
        focused = self.screen.focused
        if focused is None or not focused.check_consume_key(event.key, event.character):
            return True
        self._presses.forget()
        return False

    async def _run_keys(self, keys: list[str], event: events.Key | None = None) -> None:
        if self._digit_timer is not None:
            self._digit_timer.stop()
            self._digit_timer = None
        screen = self.screen
        if isinstance(screen, BrowseScreen):
            screen.footer.pressed = self._presses.count
            if len(self._presses.count) == 1:
                self._digit_timer = self.set_timer(DIGIT_WAIT, self._show_view)
        for key in keys:
            counted = self.keymap.counted_command(key)
            if counted is not None and isinstance(screen, BrowseScreen):
                await screen.run_command(*counted)
                continue
            is_it = event is not None and key == event.key
            if not await self._obeyed_at_once(key):
                await super().on_event(event if is_it and event else events.Key(key, None))

    async def _show_view(self) -> None:
        """Act on a digit as a key of its own, unless the key that it counts waits to be handled."""
        if not any(isinstance(one, events.Key) for one in self._keys):
            await self._run_keys(self._presses.overdue())

    async def _obeyed_at_once(self, key: str) -> bool:
        """Run a pane's command here and now, not when the pane gets to its key: what is typed right behind
        (over a slow line many keys come at once) may be for the place that this key goes to."""
        # A line to type in gets each key first; without a focus the screen is still being made.
        if self.focused is None or self._line is not None:
            return False
        found = self.screen.active_bindings.get(key)
        return found is not None and found.enabled and await self.run_action(found.binding.action, found.node)


FULL = Terminal(True, False, False, "", TRUECOLOUR, is_unicode=True)
"""A terminal with every capability."""


class ReaderApp(KeyedApp):
    """The reader, over one library."""

    TITLE = "Reader"
    ENABLE_COMMAND_PALETTE = False
    """Textual's own key for the palette is off: the command `show_palette` opens it."""
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
        first_load: EarlyRefresh | None = None,
    ) -> None:
        """`driver_class` is that of a terminal on which the first headlines are already painted, `first_load`
        the refresh that has brought them."""
        config = start.config
        keymap, warnings = keymap_of(config.keys)
        keymap = keymap._replace(is_plain=seen.draws_in_ascii(config.signs))
        self.output = TerminalOutput()
        self._driver_class = driver_class
        super().__init__(keymap, None, [os.path.join(data_dir("styles"), "browse.tcss")])
        self.set_keymap(self.keymap.changed())
        self.start = start
        """The library, the first query and the user's settings."""
        self._first_load = first_load
        mistakes = [*start.mistakes, *warnings]
        if features.is_on(features.DIFF_UPDATE):
            from reader.app.early.diff_update import send_changes_only

            self.output.buffer = send_changes_only(self)
        self._warnings: set[str] = set()
        """The warnings on the screen."""
        self._warned_until = 0.0
        self._last_error = None
        self.loop: asyncio.AbstractEventLoop | None = None
        """Where the app runs; None before it does."""
        if features.is_on(features.ERROR_SENTENCE):
            from reader.app.early.features import LastError

            self._last_error = LastError(self)
        self.animation_level = "none"
        self.seen = seen
        """What the terminal can do, as far as known without asking it."""
        self.themes = (*themes(), *map(theme_of, start.palettes))
        """The reader's themes and the user's own."""
        mistakes += self._put_theme_on(config.theme, start.visit.theme)
        self._notices = [*start.notices, *start.library.notices, *summary(mistakes)]
        self._terminal_filters = filters_for(seen, config.signs, self._dim_colour)
        self.set_class(not seen.colours, "-no-colours")

    def get_default_screen(self) -> BrowseScreen:
        """The browsing screen."""
        first_steps = self._first_load.rest if self._first_load is not None else None
        return BrowseScreen(self.start, self.keymap, self.seen, self.output, self.size, first_steps)

    def _put_theme_on(self, name: str, last: str) -> list[str]:
        """Set the theme before anything is mounted: a later change would style everything again. Returns what
        is wrong with its name."""
        mistakes = []
        for theme in self.themes:
            self.register_theme(theme)
        if name and name not in self.available_themes:
            mistakes.append(unknown_theme(name, self.available_themes))
            name = ""
        name = name or (last if last in self.available_themes else "")
        # Without notifying: Textual would read and apply every sheet again before the first paint.
        self.set_reactive(App.theme, name or theme_for(self.seen.colours, self.seen.background))
        theme = self.current_theme
        self.set_class(theme.dark, "-dark-mode", update=False)
        self.set_class(not theme.dark, "-light-mode", update=False)
        self.add_class(f"-theme-{theme.name}", update=False)
        self.stylesheet.set_variables(self.get_css_variables())
        return mistakes

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours of tags, for themes that have none."""
        return tag_variables(dark=self.current_theme.dark)

    def _dim_colour(self) -> RichColor | None:
        dim = self.theme_variables.get("foreground-muted", "")
        return Color.parse(dim).rich_color if dim.startswith("#") else None

    def get_driver_class(self) -> type[Driver]:
        """The given driver or Textual's own, which also writes our sequences."""
        return self.output.through(self._driver_class or super().get_driver_class())

    def get_line_filters(self) -> list[LineFilter]:
        """Textual's filters, with ours for terminals without colours: Textual's leaves greys."""
        theirs = [one for one in super().get_line_filters() if not isinstance(one, Monochrome | NoColor)]
        return [*theirs, *self._terminal_filters]

    def on_background_reported(self, message: BackgroundReported) -> None:
        """Use the theme for the terminal's background, unless the user has chosen one meanwhile."""
        is_given = self.theme == theme_for(self.seen.colours, self.seen.background)
        self.seen = self.seen._replace(background=message.background)
        if is_given:
            self.theme = theme_for(self.seen.colours, message.background)
        if self.browse is not None:
            self.browse.seen = self.seen
            if is_given:
                self.browse.first_theme = self.theme

    def on_load(self) -> None:
        """Tell signal handlers where the app runs."""
        self.loop = asyncio.get_running_loop()

    def on_mount(self) -> None:
        """Show the first notices."""
        self.app_resume_signal.subscribe(self, self._come_back)
        doubt = hard_to_read(self.current_theme) if self.current_theme in self.themes else ""
        for notice in dict.fromkeys([*self._notices, *filter(None, [doubt])]):
            self.notify(notice, severity="warning", markup=False, timeout=10)

    async def on_event(self, event: events.Event) -> None:
        """Forget what was sent when the size changes."""
        if isinstance(event, events.Resize):
            self.output.forget()
        if isinstance(event, events.AppBlur) and is_in_browser():
            return  # Textual says so at the start, maybe after the page has the focus, and takes no key then
        await super().on_event(event)

    def on_notify(self, event: Notify) -> None:
        """Show a notice in place of earlier ones; warnings stay for their time.

        Here and not in `notify`: of two in quick succession, the first is not shown yet when that is called.
        """
        now, notice = monotonic(), event.notification
        if now >= self._warned_until:
            self._warnings.clear()
            self.clear_notifications()
        if notice.severity == "information":
            return
        if notice.message in self._warnings:
            event.prevent_default()
            return
        self._warnings.add(notice.message)
        self._warned_until = max(self._warned_until, now + notice.timeout)

    def exit(
        self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """Exit, saving the place for the next visit."""
        if self.browse is not None and self.browse.is_mounted:
            self.browse.keep_visit()
        super().exit(result, return_code, message)

    def action_suspend_process(self) -> None:
        """Suspend the reader if that is allowed, after saving the place in case it is never resumed."""
        if not permissions().suspending:
            return
        if self.browse is not None:
            self.browse.keep_visit()
        super().action_suspend_process()

    def end(self, code: int) -> None:
        """End with this exit code, as soon as the screen is complete."""
        if not self.is_made:
            self.set_timer(MADE_WAIT, partial(self.end, code))
            return
        self.exit(code, return_code=code)

    def _come_back(self, _: object) -> None:
        """Repaint everything, after another program had the terminal or on request."""
        self.output.forget()
        self.screen.refresh(layout=True)

    @property
    def fault(self) -> Exception | None:
        """The unexpected error that ended the screen; None if there was none, or Textual has printed it."""
        return self._last_error.error if self._last_error is not None else None
