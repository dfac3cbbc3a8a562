"""The early screen: the first headlines before Textual is loaded, in the cells where the list will be.

Loading Textual and building the screen takes ten times as long as asking the index. If anything is unusual (a
theme of Textual's, no colours, output that is no terminal), nothing is painted and the app starts as any
other does.

They are painted on the terminal's alternate screen, without echo. Keys typed meanwhile wait in the terminal's
queue and reach the app. A driver takes over; otherwise the terminal is restored.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from threading import Thread
from time import monotonic, process_time
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from reader.app import Start
from reader.app.early.features import EARLY_SCREEN, REPLY_FILTER, is_on
from reader.app.early.first_headlines import can_show, frame, place_of, view_of
from reader.app.paint.themes import named, theme_for
from reader.app.widgets import article_row
from reader.errors import ReaderError
from reader.library import Library
from reader.library.muting import muting_of
from reader.query.results import Folding, Progress
from reader.terminal import TRUECOLOUR, Terminal

if TYPE_CHECKING:
    from textual.driver import Driver

PATIENCE, LONGEST = 0.6, 2.5
"""Seconds that the early screen waits for the first headlines: of processor time, several times what they
need, and by the clock. A huge folder or a slow disk takes longer; then the app starts and shows progress."""
_STEP = 0.02


class EarlyRefresh:
    """A refresh that starts in its own thread and continues in the caller's."""

    def __init__(self, library: Library) -> None:
        """Start refreshing."""
        self._steps = library.refresh()
        self._taken: list[Progress] = []
        self._error: Exception | None = None
        self._thread = Thread(target=self._begin, name="first load", daemon=True)
        self._thread.start()

    def _begin(self) -> None:
        try:
            for step in self._steps:
                self._taken.append(step)
                if step.changed or step.report is not None:
                    return
        except Exception as error:  # raised again by `rest`
            self._error = error

    def wait(self, work: float = PATIENCE, longest: float = LONGEST) -> None:
        """Wait until there are articles to show or a time limit has passed."""
        began, worked = monotonic(), process_time()
        while self._thread.is_alive() and process_time() - worked < work and monotonic() - began < longest:
            self._thread.join(_STEP)

    def rest(self) -> Iterator[Progress]:
        """All steps, including those already taken. Raises the error that stopped them."""
        self._thread.join()
        yield from self._taken
        if self._error is not None:
            raise self._error
        yield from self._steps


_UNUSUAL = ("NO_COLOR", "TEXTUAL_DRIVER", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_FILTERS")
"""Variables that make Textual paint in another way, or elsewhere."""


@contextmanager
def painted_first(start: Start, seen: Terminal) -> Iterator[tuple[EarlyScreen | None, EarlyRefresh | None]]:
    """Show the first headlines while the block loads the app. Without an index the newest articles are read
    first. If anything is unusual, nothing is painted. Yields the screen and the first refresh, if begun."""
    size = terminal_size(os.environ)
    library, query, config, visit = start.library, start.query, start.config, start.visit
    theme = named(config.theme or visit.theme or theme_for(seen.colours, seen.background), start.palettes)
    text, load, now = "", None, start.clock()
    if size is not None and theme is not None and can_show(config, seen):
        with suppress(ReaderError):  # the app runs the same query again and reports the error
            if not library.total:
                load = EarlyRefresh(library)
                load.wait()
            muted = muting_of(config.mute, config.views)[0].of(query)
            results = library.select(
                query.and_also(muted), now, folding=Folding() if start.begins_folded else None
            )
            cursor = place_of(library, results, visit.article)
            measures = article_row.measures_of(library.is_measured)
            view = view_of(results, config, visit.sizes, size, cursor, measures)
            text = frame(view, theme, size, now, seen.colours)
    with EarlyScreen(text) if text else nullcontext() as screen:
        yield screen, load


def terminal_size(environ: Mapping[str, str]) -> os.terminal_size | None:
    """The size of the terminal; None if a stream is not this terminal, or anything about it is unusual."""
    if any(environ.get(name) is not None for name in _UNUSUAL):
        return None
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    if not all(stream is not None and stream.isatty() for stream in streams):
        return None
    try:
        return os.get_terminal_size(1)
    except OSError:
        return None


ALTERNATE = "\x1b[?1049h"
"""Enters the alternate screen, and clears it."""
_BEGIN = f"{ALTERNATE}\x1b[?25l\x1b[?7l"
"""The alternate screen, no cursor, no automatic wrapping: as Textual has it."""
_END = "\x1b[0m\x1b[?7h\x1b[?1049l\x1b[?25h"
_LOCAL, _INPUT, _CHARACTERS = 3, 0, 6
"""Places in the list from `tcgetattr`."""


class EarlyScreen:
    """A `with` block in which a text is on the alternate screen, until a driver takes over."""

    def __init__(self, text: str) -> None:
        """`text` paints the screen when the block begins."""
        self._text = text
        self._handlers: dict[int, Any] = {}
        self._hook_before = sys.unraisablehook
        self.attributes: list[Any] = []
        """The terminal's own, restored at the end."""
        self.ending = 0
        """The exit code that a signal asked for; 0 while none has."""
        self.is_over = False
        """Whether a driver has the terminal and restores it."""

    def __enter__(self) -> EarlyScreen:
        self.attributes = termios.tcgetattr(0)
        sys.unraisablehook = self._ignore_end
        # Python 3.11 loses a Ctrl-C handled during `exec`, which runs while modules are loaded.
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._handlers[ending] = signal.signal(ending, self._leave)
        try:
            termios.tcsetattr(0, termios.TCSANOW, _without_echo(termios.tcgetattr(0)))
            self._write(_BEGIN + self._text)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()
        if self.ending:
            # Modules were being loaded, and one may have swallowed the exit.
            raise SystemExit(self.ending)

    def hand_over(self) -> None:
        """From now on a driver has the terminal."""
        self.is_over = True
        sys.unraisablehook = self._hook_before
        while self._handlers:
            number, handler = self._handlers.popitem()
            if signal.getsignal(number) == self._leave:  # unless the app has set its own handler
                signal.signal(number, handler)

    def close(self) -> None:
        """Restore the terminal, unless a driver has it."""
        if not self.is_over:
            self.hand_over()
            termios.tcsetattr(0, termios.TCSANOW, self.attributes)
            self._write(_END)

    def _leave(self, number: int, frame: FrameType | None) -> None:
        self.ending = 128 + number
        raise SystemExit(self.ending)

    def _ignore_end(self, ignored: sys.UnraisableHookArgs) -> None:
        """An exit raised in one of Python's own callbacks is no error: the app looks at `ending`."""
        if not isinstance(ignored.exc_value, SystemExit):
            self._hook_before(ignored)

    def _write(self, text: str) -> None:
        assert sys.__stderr__ is not None
        # Textual's drivers write there, so both stay in order.
        sys.__stderr__.write(text)
        sys.__stderr__.flush()


def _without_echo(attributes: list[Any]) -> list[Any]:
    """Raw keys, as Textual wants them, but Ctrl-C is still a signal: nobody reads keys yet."""
    attributes[_LOCAL] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    attributes[_INPUT] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    attributes[_CHARACTERS][termios.VMIN], attributes[_CHARACTERS][termios.VTIME] = 1, 0
    # Nobody would restore the screen before Ctrl-Z stops the process.
    attributes[_CHARACTERS][termios.VSUSP] = bytes([os.fpathconf(0, "PC_VDISABLE")])
    return attributes


def is_worth_asking(seen: Terminal) -> bool:
    """Whether this terminal may report its background colour, and ignores the query if it can't."""
    is_deaf = seen.multiplexer == "screen" or seen.emulator == "Linux console"
    return seen.is_tty and not is_deaf and seen.colours in (256, TRUECOLOUR)


def driver_for(early: EarlyScreen | None, *, asks_background: bool) -> type[Driver] | None:
    """The driver for an app on this terminal; None for Textual's own.

    An early screen that no driver can take over is closed, and the app opens its own.
    """
    if early is not None and not is_on(EARLY_SCREEN):
        early.close()
        early = None
    if not (early or is_on(REPLY_FILTER)):
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
