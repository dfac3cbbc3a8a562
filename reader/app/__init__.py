"""The screen. Importing this package loads no Textual; `run` does."""

from __future__ import annotations

import os

from reader.app.start import Start as Start
from reader.terminal import TRUECOLOUR, choices, glance

_COLOUR_SYSTEMS = {16: "standard", 256: "256", TRUECOLOUR: "truecolor"}
"""By number of colours what Textual, which reads it while it is imported, calls them."""

PATIENCE = (0.25, 1.0)
"""Seconds that the screen waits to read and to write marks while another program has them."""


def run(start: Start) -> int:
    """Show the library until the person quits; the exit code."""
    from reader.app import signals
    from reader.app.early.first_paint import painted_first

    seen = glance(choices(start.config.terminal))
    # Whoever has chosen a theme has it; else the ground is as it was last, until the terminal says otherwise.
    asks = not (start.config.theme or start.visit.theme or seen.background)
    seen = seen._replace(background=seen.background or start.visit.background)
    returned, fault = None, None
    with signals.no_errors_once_gone(), painted_first(start, seen) as begun:
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", _COLOUR_SYSTEMS.get(seen.colours, "auto"))
        from reader.app.early.osc_reply_filter import is_worth_asking
        from reader.app.reader_app import ReaderApp

        driver = begun.driver(asks_background=asks and is_worth_asking(seen))
        app = ReaderApp(start, seen=seen, driver_class=driver, first_load=begun.load)
        start.library.marks.be_patient(*PATIENCE)
        signals.end_well(app, begun.stage)
        app.run(mouse=seen.has_mouse)
        returned, fault = app.return_code, app.fault
    return signals.code_of(returned, fault)
