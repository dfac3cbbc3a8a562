"""From key presses to commands: several that mean one thing together, and those that come early."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.driver import Driver
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from reader.app.browsing.browse_screen import BrowseScreen
from reader.app.keys import Keymap, Presses
from reader.app.screens.page import Page

MADE_WAIT = 0.03
"""Seconds after which it is looked again whether there is a whole screen, for early keys and an early end."""
DIGIT_WAIT = 0.4
"""Seconds that a digit waits for a key that it may count (`5j`) before it is a key of its own (a view's)."""
HOLD = 1.0
"""Seconds at most that keys wait behind one that leaves a line: a slow answer is no reason to be deaf."""
TURNS = 2
"""A key goes up to the app, whose bindings may send a message the same way; and what a widget makes of it, it
may tell itself before it tells those above."""


class KeyedApp(App[int]):
    """An app whose keys come in sequences, and may come early."""

    def __init__(self, keymap: Keymap, driver_class: type[Driver] | None, sheets: Sequence[Path]) -> None:
        super().__init__(driver_class, css_path=[*sheets])
        self.keymap = keymap
        """Which keys do what."""
        self._presses = Presses(keymap.keys)
        self._leads_on = frozenset(keymap.keys["read"])
        """Keys that may lead to another place, and not at once."""
        self._keys: list[events.Key] = []
        self._digit_wait: Timer | None = None
        self._before: Iterator[DOMNode] | None = None
        """Who has a say in the last key before the next one is looked at; None while nobody has."""

    @property
    def is_made(self) -> bool:
        """Whether there is a whole screen that can take keys, and be left."""
        screen = next(iter(self.screen_stack), None)
        return screen is not None and screen.is_mounted

    async def on_event(self, event: events.Event) -> None:
        """Make one key of several that mean something together, and obey it."""
        screen = next(iter(self.screen_stack), None)
        if isinstance(event, events.Key | events.MouseDown) and isinstance(screen, BrowseScreen):
            screen.loader.begin_use()
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._keys.append(event)
            await self._take_keys()
        else:
            await super().on_event(event)

    async def _take_keys(self) -> None:
        """Take the keys that have come, in their order; while the screen is being made they wait."""
        if not self.is_made:
            self.set_timer(MADE_WAIT, self._take_keys)
            return
        while self._keys and self._before is None:
            event, line, focused = self._keys.pop(0), self._line, self.focused
            if self._takes_presses(event):
                await self._obey(self._presses.take(event.key), event)
            else:
                await super().on_event(event)
            is_taken = line is not None and line.check_consume_key(event.key, event.character)
            if focused is not None and not is_taken and (line or event.key in self._leads_on):
                self._let_pass(focused)

    @property
    def _line(self) -> Widget | None:
        """Where letters are typed now, if anywhere."""
        focused = self.focused
        is_line = isinstance(focused, Input) or focused is not None and focused.check_consume_key("x", "x")
        return focused if is_line else None

    def _let_pass(self, focused: Widget) -> None:
        """Keep what is typed behind a key that may go elsewhere until the widget that has the focus, and all
        above it, have had their say in that key: over a slow line `/chips`, Enter and `jo` come at once."""
        way = [one for one in focused.ancestors_with_self for _ in range(TURNS)]
        self._before = before = iter(way * TURNS)
        until = monotonic() + HOLD

        async def go_on() -> None:
            following = next(before, None)
            if following is not None and following.call_later(go_on):
                return
            screen = self.screen
            is_asking = isinstance(screen, BrowseScreen) and not screen.results_display.is_listed
            if is_asking and self._line is None and monotonic() < until:  # the keys are for what is found
                self.set_timer(MADE_WAIT, go_on)
            else:
                await self._hold_no_longer(before)

        self.call_later(go_on)
        # A page that closes takes its part of the way with it.
        self.set_timer(HOLD, lambda: self._hold_no_longer(before))

    async def _hold_no_longer(self, before: Iterator[DOMNode]) -> None:
        if self._before is before:
            self._before = None
            await self._take_keys()

    def _takes_presses(self, event: events.Key) -> bool:
        """Whether keys are commands now; where somebody types or answers, what waited is forgotten."""
        if isinstance(self.screen, BrowseScreen):
            if not self.screen.is_mounted:  # it takes the key when its panes are there
                return False
        # A page takes sequences too; digits are its own.
        elif not isinstance(self.screen, Page) or event.key.isdigit():
            self._presses.forget()
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
            counted = self.keymap.counted_command(key)
            if counted is not None and isinstance(screen, BrowseScreen):
                await screen.run_command(*counted)
                continue
            is_it = event is not None and key == event.key
            if not await self._obeyed_at_once(key):
                await super().on_event(event if is_it and event else events.Key(key, None))

    async def _obeyed_at_once(self, key: str) -> bool:
        """Run a pane's command here and now, not when the pane gets to its key: what is typed right behind
        (over a slow line many keys come at once) may be for the place that this key goes to."""
        # A line to type in has a say in each key first; without a focus the screen is still being made.
        if self.focused is None or self._line is not None:
            return False
        found = self.screen.active_bindings.get(key)
        return found is not None and found.enabled and await self.run_action(found.binding.action, found.node)

    async def _digit_alone(self) -> None:
        """A digit after which nothing came is a key like any other."""
        await self._obey(self._presses.overdue())
