"""The driver of an app that takes over a terminal on which something is painted already, and asks it for its
ground on the way."""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from contextlib import suppress

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from reader.app.early.early_screen import ALTERNATE, EarlyScreen
from reader.app.early.osc_reply_filter import BackgroundTold, OscReplyFilter

LOOK_EVERY = 0.1
"""Seconds after which it is looked whether the end has come; as in Textual."""


class Listening(LinuxDriver):
    """Takes the terminal's answer out of what is typed, and tells it."""

    sieve: OscReplyFilter

    def run_input_thread(self) -> None:
        """As Textual's but for the answer."""
        parser, sieve = XTermParser(self._debug), self.sieve
        decode = getincrementaldecoder("utf-8")("replace").decode
        is_ending = False
        try:
            while not is_ending or sieve.is_waiting:
                is_ending = self.exit_event.is_set()
                text = sieve.overdue()
                if select.select([self.fileno], [], [], 0 if text else LOOK_EVERY)[0]:
                    is_known, data = bool(sieve.background), os.read(self.fileno, 4096)
                    is_ending, text = is_ending or not data, text + sieve.sift(decode(data))
                    if sieve.background and not is_known:
                        self.process_message(BackgroundTold(sieve.background))
                for message in (*(parser.feed(text) if text else ()), *parser.tick()):
                    self.process_message(message)
        finally:
            with suppress(EOFError, ParseError):
                [*parser.feed("")]


def driver_over(stage: EarlyScreen, *, asks_background: bool) -> type[LinuxDriver]:
    """The driver for an app over this stage."""

    class TakingOver(Listening):
        """Begins on the screen that is already there: going to it again would clear it."""

        sieve = OscReplyFilter()

        def start_application_mode(self) -> None:
            super().start_application_mode()  # type: ignore[no-untyped-call]
            if not stage.is_over:
                self.attrs_before = stage.attributes
                stage.hand_over()
                if asks_background:
                    self.write(self.sieve.ask())

        def write(self, data: str) -> None:
            if data != ALTERNATE or stage.is_over:
                super().write(data)

    return TakingOver
