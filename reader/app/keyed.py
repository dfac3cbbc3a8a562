"""From key presses to commands: several that mean one thing together, and those that come early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.timer import Timer
from textual.widgets import Input

from reader.app.presses import Presses
from reader.app.screens.browse import BrowseScreen

MADE_WAIT = 0.03
"""Seconds after which it is looked again whether there is a whole screen, for early keys and an early end."""
DIGIT_WAIT = 0.4
"""Seconds that a digit waits for a key that it may count (`5j`) before it is a key of its own (a view's)."""


class KeyedApp(App[int]):
    """An app whose keys come in sequences, and may come early."""

    def __init__(
        self, keys: Mapping[str, tuple[str, ...]], driver_class: type[Driver] | None, sheets: Sequence[Path]
    ) -> None:
        """`keys` are the keys of each command, as `Keymap` has them."""
        super().__init__(driver_class, css_path=[*sheets])
        self._presses = Presses(keys)
        self._keys: list[events.Key] = []
        self._digit_wait: Timer | None = None

    @property
    def is_made(self) -> bool:
        """Whether there is a whole screen that can take keys, and be left."""
        screen = next(iter(self.screen_stack), None)
        return screen is not None and screen.is_mounted

    async def on_event(self, event: events.Event) -> None:
        """Make one key of several that mean something together, and obey it."""
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
        while self._keys:
            event = self._keys.pop(0)
            if self._takes_presses(event):
                await self._obey(self._presses.take(event.key), event)
            else:
                await super().on_event(event)

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
