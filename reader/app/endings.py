"""Ending well when nobody pressed a key: the terminal has gone (SIGHUP), the system goes down (SIGTERM).

Marks are on disk when their key returns; what is saved here is the place. The exit code is the shell's: 128
and the signal's number. An error that nobody foresaw ends it too, and is told here.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading

from textual.app import App

from reader.errors import ReaderError

SIGNALS = ("SIGHUP", "SIGTERM", "SIGINT", "SIGQUIT")
"""Names, for not every system has all of them."""
PATIENCE = 0.8
"""Seconds after which the reader ends the hard way: writing to a terminal that has gone can wait for ever."""


def end_well_on_signals(app: App[int]) -> None:
    """From now on these signals end the app as its own quitting does."""
    loop = asyncio.get_running_loop()
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None:
            try:
                loop.add_signal_handler(number, _end, app, 128 + number)
            except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
                return


def _end(app: App[int], code: int) -> None:
    hard = threading.Timer(PATIENCE, os._exit, (code,))
    hard.daemon = True
    hard.start()
    app.exit(code, return_code=code)


def code_of(returned: int | None, fault: Exception | None) -> int:
    """The exit code of an app that has ended; a fault is told in one sentence, now that the terminal is free.

    Raises the fault itself where READER_DEBUG asks for it.
    """
    if fault is None:
        return returned or 0
    if os.environ.get("READER_DEBUG"):
        raise fault
    from reader import crash

    print(f"reader: {crash.told(fault, lost='ended the screen')}", file=sys.stderr)
    return ReaderError.exit_code
