"""The screen. Importing this package loads no Textual; `run` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reader.config import Config
from reader.library import Library
from reader.query import Query
from reader.visit import Visit

PATIENCE = (0.25, 1.0)
"""Seconds that the screen waits to read and to write marks while another program has them."""


def run(
    library: Library,
    query: Query,
    config: Config,
    *,
    notices: Sequence[str] = (),
    source: str = "",
    visit: Visit,
    keep_visit: Callable[[Visit], object],
) -> int:
    """Show the library until the person quits; the exit code. `source` is the collection as people say it,
    `visit` where the last visit ended, and `keep_visit` takes down where this one does."""
    import gc

    # Until the first paint everything that is made stays; the screen turns the collector on again.
    gc.disable()
    from reader.app.reader_app import ReaderApp

    library.marks.be_patient(*PATIENCE)
    app = ReaderApp(
        library, query, config, notices=notices, source=source, visit=visit, keep_visit=keep_visit
    )
    app.run()
    return app.return_code or 0
