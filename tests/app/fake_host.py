"""A host for the parts of the browsing screen, without a screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen
from textual.timer import Timer

from reader.config.commands import PaneName
from reader.query.results import Headline


class FakeHost:
    """Does at once what the screen does later, and records what it is asked for."""

    def __init__(self) -> None:
        self.targets: tuple[Headline, ...] = ()
        self.notices: list[str] = []
        self.places: list[PaneName] = []
        self.dialogs: list[tuple[Screen[Any], Callable[[Any], Any] | None]] = []
        """Each with what is called with its answer."""

    @property
    def target(self) -> Headline | None:
        """The first of them."""
        return next(iter(self.targets), None)

    def say(self, sentence: str, *, is_warning: bool = False) -> None:
        """Record a notice."""
        self.notices.append(sentence)

    def go_to(self, place: PaneName) -> None:
        """Record a pane."""
        self.places.append(place)

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
