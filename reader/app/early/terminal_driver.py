"""The terminal's driver: takes over from the early screen, and reads keys without the terminal's replies."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from reader.app.early.early_screen import ALTERNATE, EarlyScreen
from reader.app.early.features import EARLY_SCREEN, REPLY_FILTER, is_on
from reader.terminal import TRUECOLOUR, Terminal

if TYPE_CHECKING:
    from textual.driver import Driver


def is_worth_asking(seen: Terminal) -> bool:
    """Whether this terminal may know its background, and hides a question that it does not know."""
    is_deaf = seen.multiplexer == "screen" or seen.emulator == "Linux console"
    return seen.is_tty and not is_deaf and seen.colours in (256, TRUECOLOUR)


def driver_for(early: EarlyScreen | None, *, asks_background: bool) -> type[Driver] | None:
    """The driver for an app on this terminal; None for Textual's own.

    An early screen that no driver can take over is closed, and the app opens its own.
    """
    if early is not None and not is_on(EARLY_SCREEN):
        early.close()
        early = None
    if sys.platform == "win32" or not (early or is_on(REPLY_FILTER)):
        return None
    from textual.drivers.linux_driver import LinuxDriver

    replies = None
    if is_on(REPLY_FILTER):
        from reader.app.early.reply_filter import ReplyFilter, read_input

        replies = ReplyFilter()

    class TerminalDriver(LinuxDriver):
        """Textual's driver on this terminal."""

        def start_application_mode(self) -> None:
            super().start_application_mode()  # type: ignore[no-untyped-call]
            if early is not None and not early.is_over:
                self.attrs_before = early.attributes
                early.hand_over()
            nonlocal asks_background
            if asks_background and replies is not None:
                asks_background = False
                self.write(replies.ask())

        def write(self, data: str) -> None:
            # Entering the other screen once more would clear the headlines that are painted there.
            if data != ALTERNATE or early is None or early.is_over:
                super().write(data)

        def run_input_thread(self) -> None:
            if replies is None:
                super().run_input_thread()
            else:
                read_input(self, replies)

    return TerminalDriver
