"""The screen. Importing this package loads no Textual; `run` does."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from reader.config import Config
from reader.config.palettes import Palette
from reader.config.visit import Visit
from reader.library import Library
from reader.permissions import is_in_browser
from reader.query import Query
from reader.terminal import TRUECOLOUR, choices, glance

_COLOUR_SYSTEMS = {16: "standard", 256: "256", TRUECOLOUR: "truecolor"}
"""Textual's names, by number of colours; it reads them while it is imported."""

PATIENCE = (0.25, 1.0)
"""Seconds to wait for marks that another program has locked, for reading and for writing."""


class Start(NamedTuple):
    """A collection, the first query, and the user's settings."""

    library: Library
    query: Query
    config: Config
    source: str = ""
    """The collection as users write it: `~/news`."""
    notices: Sequence[str] = ()
    """Sentences to show at the start."""
    mistakes: Sequence[str] = ()
    """Mistakes in the configuration and the themes, shown in one notice."""
    palettes: Sequence[Palette] = ()
    """The user's own themes."""
    visit: Visit = Visit()
    """Where the last visit ended."""
    keep_visit: Callable[[Visit], object] = lambda visit: None
    """Saves where this visit ends."""
    is_news: bool = False
    """Whether the folder of the user's own feeds is open."""
    is_sample: bool = False
    """Whether the sample is open, because there is nothing else."""
    reopen: Callable[[str], object] = lambda folder: None
    """Sets the folder to restart with when the screen has ended."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The current time."""
    is_folded: bool | None = None
    """Whether the list is folded by stories in this visit; None = as in the last one, else as configured."""

    @property
    def begins_folded(self) -> bool:
        """Returns whether the list is folded by stories at first."""
        said = (self.is_folded, self.visit.is_folded, self.config.list.get("stories", False))
        return next(one for one in said if one is not None)


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
