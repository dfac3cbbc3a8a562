"""Ending well when nobody pressed a key: the terminal has gone (SIGHUP), the system goes down (SIGTERM).

Marks are on disk when their key returns; what is saved here is the place. The exit code is the shell's: 128
and the signal's number.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading

from textual.app import App

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
