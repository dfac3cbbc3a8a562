"""Ending well when nobody pressed a key: the terminal has gone (SIGHUP), the system goes down (SIGTERM).

Marks are on disk when their key returns; what is saved here is the place. The exit code is the shell's: 128
and the signal's number. An error that nobody foresaw ends it too, and is told here.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from reader.errors import ReaderError

if TYPE_CHECKING:
    from reader.app.early.early_screen import EarlyScreen
    from reader.app.reader_app import ReaderApp

SIGNALS = ("SIGHUP", "SIGTERM", "SIGINT", "SIGQUIT")
"""Names, for not every system has all of them."""
PATIENCE = 0.8
"""Seconds after which the reader ends the hard way: writing to a terminal that has gone can wait for ever."""
HUNG_UP = 129
"""The exit code after SIGHUP, as shells know it."""
_LEAVE = (
    "\x1b[0m\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h"
)
"""Colours, mouse, focus, pasting, wrapping, screen and cursor as a shell wants them."""


def end_well(app: ReaderApp, stage: EarlyScreen | None) -> None:
    """From now on, before it runs and while it does, the app ends as its own quitting does when a signal asks
    for it and when its terminal has gone.

    SIGHUP may be blocked or meant for others, and Textual reads on for ever where nothing comes any more.
    """
    attributes = stage.attributes if stage is not None else None
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None:
            # Not a handler of the loop's: a loop that waits to write never comes to it.
            signal.signal(number, lambda number, frame: _end(app, attributes, 128 + number))
    gone = partial(_end, app, attributes, HUNG_UP)
    threading.excepthook = partial(_end_without_terminal, gone, threading.excepthook)
    threading.Thread(target=_wait_until_gone, args=(gone,), name="terminal-gone", daemon=True).start()
    if stage is not None and stage.ending:  # it fell into something that has passed over it
        raise SystemExit(stage.ending)


def _wait_until_gone(end: Callable[[], None]) -> None:
    waiting = select.poll()
    waiting.register(0, 0)  # a hang-up is told unasked, and nothing else is
    if any(found & select.POLLHUP for _, found in waiting.poll()):
        end()


def _end(app: ReaderApp, attributes: list[Any] | None, code: int) -> None:
    hard = threading.Timer(PATIENCE, _end_hard, (app, attributes, code))
    hard.daemon = True
    hard.start()
    loop = app._loop
    with suppress(RuntimeError):  # it has been closed: the end is near anyway
        if loop is not None:
            loop.call_soon_threadsafe(app.end, code)


def _end_without_terminal(
    end: Callable[[], None],
    otherwise: Callable[[threading.ExceptHookArgs], object],
    failed: threading.ExceptHookArgs,
) -> None:
    """Textual's own threads read and write the terminal; one that fails leaves the others waiting for it."""
    is_terminal = failed.thread is not None and failed.thread.name.startswith("textual-")
    if is_terminal and issubclass(failed.exc_type, OSError):
        end()
    else:
        otherwise(failed)


def _end_hard(app: ReaderApp, attributes: list[Any] | None, code: int) -> None:
    """Give the terminal back, where it still takes something at once, and be gone."""
    attributes = getattr(app._driver, "attrs_before", None) or attributes
    with suppress(OSError, ValueError, termios.error):
        if attributes is not None:
            termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, attributes)  # type: ignore[union-attr]
        out = sys.__stderr__.fileno()  # type: ignore[union-attr]
        if select.select((), (out,), (), 0)[1]:
            os.write(out, _LEAVE.encode())
    os._exit(code)


@contextmanager
def no_errors_once_gone() -> Iterator[None]:
    """A `with` block whose errors are nobody's business once the terminal has gone: `code_of` says that."""
    try:
        yield
    except Exception:
        # Whichever it is, for a screen that could not begin misses its parts when it ends.
        if not _is_terminal_gone():
            raise


def code_of(returned: int | None, fault: Exception | None) -> int:
    """The exit code of an app that has ended; a fault is told in one sentence, now that the terminal is free.

    Raises the fault itself where READER_DEBUG asks for it.
    """
    if _is_terminal_gone():
        _write_no_more()
        # Whatever the fault was, nobody is left to tell.
        return HUNG_UP if fault is not None else returned or HUNG_UP
    if fault is None:
        return returned or 0
    if os.environ.get("READER_DEBUG"):
        raise fault
    from reader.config import crash_report

    print(f"reader: {crash_report.told(fault, lost='ended the screen')}", file=sys.stderr)
    return ReaderError.exit_code


def _is_terminal_gone() -> bool:
    try:
        termios.tcgetattr(0)
    except termios.error as error:
        return bool(error.args[0] == errno.EIO)
    return False


def _write_no_more() -> None:
    """What is still in Python's buffers goes nowhere; it would fail, and change the exit code."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
