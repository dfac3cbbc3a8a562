"""The screen. Importing this package loads no Textual; `run` does."""

from __future__ import annotations

import os
import sys

from reader.app.start import Start as Start
from reader.permissions import is_in_browser
from reader.terminal import TRUECOLOUR, choices, glance

_COLOUR_SYSTEMS = {16: "standard", 256: "256", TRUECOLOUR: "truecolor"}
"""Textual's names, by number of colours; it reads them while it is imported."""

PATIENCE = (0.25, 1.0)
"""Seconds to wait for marks that another program has locked, for reading and for writing."""


def run(start: Start) -> int:
    """Show the library until the user quits; the exit code."""
    from reader.app import signals
    from reader.app.early.first_paint import painted_first

    if not is_in_browser():
        _draw_on_the_terminal()
    seen = glance(choices(start.config.terminal))
    # Without a chosen theme the background is taken to be as it was last time, until the terminal answers.
    asks = not (start.config.theme or start.visit.theme or seen.background)
    seen = seen._replace(background=seen.background or start.visit.background)
    returned, fault = None, None
    with signals.no_errors_once_gone(), painted_first(start, seen) as begun:
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", _COLOUR_SYSTEMS.get(seen.colours, "auto"))
        from reader.app.early.early_screen import driver_for, is_worth_asking
        from reader.app.reader_app import ReaderApp

        driver = None
        if not is_in_browser():
            driver = driver_for(begun.screen, asks_background=asks and is_worth_asking(seen))
        app = ReaderApp(start, seen=seen, driver_class=driver, first_load=begun.load)
        start.library.be_patient(*PATIENCE)
        signals.end_well(app, begun.screen)
        app.run(mouse=seen.has_mouse)
        returned, fault = app.return_code, app.fault
    return signals.code_of(returned, fault)


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
