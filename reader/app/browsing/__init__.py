"""The browsing screen (`browse_screen`) and the parts it is composed of, a file for each subject.

The parts know the screen only as a `Host`. A method `action_pipe` of a part carries out the command `pipe`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from textual.screen import Screen
from textual.timer import Timer

from reader.query.results import Headline

Answer = TypeVar("Answer")


class Host(Protocol):
    """What a command is for; notices, threads, timers and dialogs."""

    @property
    def target(self) -> Headline | None:
        """The article being read, or the one under the list's cursor."""

    @property
    def targets(self) -> tuple[Headline, ...]:
        """The selected articles if none is being read, else the target."""

    def say(self, sentence: str, *, is_warning: bool = False) -> None:
        """Show a notice for a moment."""

    def in_thread(self, work: Callable[[], object], group: str) -> None:
        """Do slow work in a thread, which passes its result on with `call_later`."""

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool:
        """Call this soon in the main thread, from any thread."""

    def set_timer(self, delay: float, callback: Callable[[], Any]) -> Timer:
        """Call this after some seconds."""

    def open_dialog(self, page: Screen[Answer], then: Callable[[Answer | None], Any] | None = None) -> None:
        """Show a dialog or page over the screen; `then` gets its answer."""
