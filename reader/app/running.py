"""Runs the app, and ends it properly without a key press: when the terminal is gone (SIGHUP), when the system
shuts down (SIGTERM), and after an unexpected error, which is reported here.

Marks are on disk when their key returns; the reading place is saved as the app ends. The exit code after a
signal is the shell's: 128 plus the signal's number.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from reader.app import Start
from reader.errors import ReaderError
from reader.permissions import is_in_browser
from reader.terminal import TRUECOLOUR, glance

if TYPE_CHECKING:
    from reader.app.early.early_screen import EarlyScreen
    from reader.app.reader_app import ReaderApp

SIGNALS = ("SIGHUP", "SIGTERM", "SIGINT", "SIGQUIT")
"""By name: not every system has all."""
PATIENCE = 0.8
"""Seconds until the process exits without waiting: writing to a terminal that is gone can block forever."""
HUNG_UP = 129
"""The exit code after SIGHUP."""
_LEAVE = (
    "\x1b[0m\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h"
)
"""Resets colours, mouse, focus, pasting, wrapping, screen and cursor for the shell."""
_COLOUR_SYSTEMS = {16: "standard", 256: "256", TRUECOLOUR: "truecolor"}
"""Textual's names, by number of colours; it reads them while it is imported."""
LOCK_PATIENCE = (0.25, 1.0)
"""Seconds to wait for marks that another program has locked, for reading and for writing."""


def run(start: Start) -> int:
    """Show the library until the user quits; the exit code."""
    from reader.app.early.early_screen import driver_for, is_worth_asking, painted_first

    if not is_in_browser():
        _draw_on_the_terminal()
    seen = glance(start.config.terminal)
    # Without a chosen theme the background is taken to be as it was last time, until the terminal answers.
    asks = not (start.config.theme or start.visit.theme or seen.background)
    seen = seen._replace(background=seen.background or start.visit.background)
    returned, fault = None, None
    try:
        with painted_first(start, seen) as (screen, load):
            os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", _COLOUR_SYSTEMS.get(seen.colours, "auto"))
            from reader.app.reader_app import ReaderApp

            driver = None
            if not is_in_browser():
                driver = driver_for(screen, asks_background=asks and is_worth_asking(seen))
            app = ReaderApp(start, seen=seen, driver_class=driver, first_load=load)
            start.library.be_patient(*LOCK_PATIENCE)
            _end_well(app, screen)
            app.run(mouse=seen.has_mouse)
            returned, fault = app.return_code, app.fault
    except Exception:
        # Any error: a screen that could not start lacks its parts when it ends.
        if not _is_terminal_gone():
            raise
    return _code_of(returned, fault)


def _draw_on_the_terminal() -> None:
    """Draw on the terminal of stdout, in its real size.

    Textual draws on standard error, which may be sent elsewhere (`reader 2>log`), and believes COLUMNS and
    LINES, which are wrong after the window was resized.
    """
    if sys.__stderr__ is None or not sys.__stderr__.isatty():
        vars(sys)["__stderr__"] = sys.__stdout__
    try:
        size = os.get_terminal_size(1)
    except OSError:
        return
    if all(size):
        for name in ("COLUMNS", "LINES"):
            os.environ.pop(name, None)


def _end_well(app: ReaderApp, early: EarlyScreen | None) -> None:
    """From now on, also before the app runs, end it as by quitting when a signal arrives or the terminal
    is gone.

    SIGHUP may be blocked, and Textual would wait for input from a lost terminal forever.
    """
    attributes = early.attributes if early is not None else None
    with suppress(termios.error):
        attributes = attributes or termios.tcgetattr(0)
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None:
            # Not a handler of the event loop: a loop that waits to write never runs it.
            signal.signal(number, lambda number, frame: _end(app, attributes, 128 + number))
    gone = partial(_end, app, attributes, HUNG_UP)
    threading.excepthook = partial(_end_without_terminal, gone, threading.excepthook)
    threading.Thread(target=_wait_until_gone, args=(gone,), name="terminal-gone", daemon=True).start()
    if early is not None and early.ending:  # the exit was swallowed while modules were being loaded
        raise SystemExit(early.ending)


def _wait_until_gone(end: Callable[[], None]) -> None:
    waiting = select.poll()
    waiting.register(0, 0)  # a hang-up is reported always, and nothing else is
    if any(found & select.POLLHUP for _, found in waiting.poll()):
        end()


def _end(app: ReaderApp, attributes: list[Any] | None, code: int) -> None:
    hard = threading.Timer(PATIENCE, _end_hard, (attributes, code))
    hard.daemon = True
    hard.start()
    if app.loop is not None:
        with suppress(RuntimeError):  # the loop is closed: the app has ended already
            app.loop.call_soon_threadsafe(app.end, code)


def _end_without_terminal(
    end: Callable[[], None],
    otherwise: Callable[[threading.ExceptHookArgs], object],
    failed: threading.ExceptHookArgs,
) -> None:
    """End if one of Textual's terminal threads fails: the others would wait for it."""
    is_terminal = failed.thread is not None and failed.thread.name.startswith("textual-")
    if is_terminal and issubclass(failed.exc_type, OSError):
        end()
    else:
        otherwise(failed)


def _end_hard(attributes: list[Any] | None, code: int) -> None:
    """Restore the terminal, if it can be written to at once, and exit."""
    with suppress(OSError, ValueError, termios.error):
        if attributes is not None:
            termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, attributes)  # type: ignore[union-attr]
        out = sys.__stderr__.fileno()  # type: ignore[union-attr]
        if select.select((), (out,), (), 0)[1]:
            os.write(out, _LEAVE.encode())
    os._exit(code)


def _code_of(returned: int | None, fault: Exception | None) -> int:
    """The exit code of an app that has ended; an error is reported in one sentence, now that the terminal is
    free. Raises the error itself if READER_DEBUG is set.
    """
    if _is_terminal_gone():
        _write_no_more()
        # The terminal is gone, so nobody could read the report.
        return HUNG_UP if fault is not None else returned or HUNG_UP
    if fault is None:
        return returned or 0
    if os.environ.get("READER_DEBUG"):
        raise fault
    from reader.config import crash_report

    print(f"reader: {crash_report.report(fault, lost='ended the screen')}", file=sys.stderr)
    return ReaderError.exit_code


def _is_terminal_gone() -> bool:
    try:
        termios.tcgetattr(0)
    except termios.error as error:
        return bool(error.args[0] == errno.EIO)
    return False


def _write_no_more() -> None:
    """Discard Python's output buffers: writing them would fail and change the exit code."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
