"""The screen. Importing this package loads no Textual; `run` does."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from reader.config import Config
from reader.config.palettes import Palette
from reader.library import Library
from reader.query import Query
from reader.terminal import TRUECOLOUR, choices, glance
from reader.visit import Visit

_COLOUR_SYSTEMS = {16: "standard", 256: "256", TRUECOLOUR: "truecolor"}
"""By number of colours what Textual, which reads it while it is imported, calls them."""

PATIENCE = (0.25, 1.0)
"""Seconds that the screen waits to read and to write marks while another program has them."""


def run(
    library: Library,
    query: Query,
    config: Config,
    *,
    notices: Sequence[str] = (),
    source: str = "",
    palettes: Sequence[Palette] = (),
    visit: Visit,
    keep_visit: Callable[[Visit], object],
) -> int:
    """Show the library until the person quits; the exit code. `source` is the collection as people say it,
    `visit` where the last visit ended, and `keep_visit` takes down where this one does."""
    gc.disable()  # until the first paint everything that is made stays; the screen turns it on again
    from reader.app import endings, heap, sparing
    from reader.app.first_paint import painted_first

    seen, now = glance(choices(config.terminal)), datetime.now(UTC)
    # Whoever has chosen a theme has it; else the ground is as it was last, until the terminal says otherwise.
    asks = not (config.theme or visit.theme or seen.background)
    seen = seen._replace(background=seen.background or visit.background)
    returned, fault = None, None
    first = painted_first(library, query, config, palettes, visit, seen, now)
    with endings.no_errors_once_gone(), first as begun:
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", _COLOUR_SYSTEMS.get(seen.colours, "auto"))
        sparing.load_asyncio()
        from reader.app.background import is_worth_asking
        from reader.app.reader_app import ReaderApp

        heap.share()
        app = ReaderApp(
            library, query, config, notices=notices, source=source, seen=seen, palettes=palettes, visit=visit,
            keep_visit=keep_visit, first_load=begun.load,
            driver_class=begun.driver(asks_background=asks and is_worth_asking(seen)),
        )  # fmt: skip
        library.marks.be_patient(*PATIENCE)
        endings.end_well(app, begun.stage)
        app.run(mouse=seen.has_mouse)
        returned, fault = app.return_code, app.fault
    return endings.code_of(returned, fault)
