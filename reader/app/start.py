"""What the screen starts from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from reader.config import Config
from reader.config.palettes import Palette
from reader.config.visit import Visit
from reader.library import Library
from reader.query import Query


class Start(NamedTuple):
    """A collection, what is asked of it first, and how the person wants it all."""

    library: Library
    query: Query
    config: Config
    source: str = ""
    """The collection as people say it: `~/news`."""
    notices: Sequence[str] = ()
    """What is to be said at once, a sentence each."""
    mistakes: Sequence[str] = ()
    """What in the configuration and the themes can't be used, said in one notice."""
    palettes: Sequence[Palette] = ()
    """The person's own themes."""
    visit: Visit = Visit()
    """Where the last visit ended."""
    keep_visit: Callable[[Visit], object] = lambda visit: None
    """Takes down where this one ends."""
    is_news: bool = False
    """Whether the folder of the person's own feeds is open."""
    is_sample: bool = False
    """Whether it is the sample, for want of anything else."""
    reopen: Callable[[str], object] = lambda folder: None
    """Remembers the folder with which to start anew when the screen has ended."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    """What the time is."""
