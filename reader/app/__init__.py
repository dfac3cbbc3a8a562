"""The screen, and what it starts with. Importing this package loads no Textual; `running.run` does."""

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
        """Whether the list is folded by stories at first."""
        settings = (self.is_folded, self.visit.is_folded, self.config.list.stories)
        return next(one for one in settings if one is not None)
