"""Opens the Library of a SOURCE; the only place that knows the implementations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reader.config.sources import is_shared
from reader.errors import ReaderError, UsageError

if TYPE_CHECKING:
    from reader.collection.folders import Source
    from reader.library import Library
    from reader.marks.mark import KeptMarks

MISSING = 'PostgreSQL needs the extra "postgres": pip install "news-reader-tui[postgres]"'


def open_library(sources: Sequence[Source]) -> Library:
    """Opens the Library of these folders and files, or of a shared collection; reads no article.

    Raises UsageError, or ReaderError if a shared collection can't be reached.
    """
    # Imported late: each implementation needs a different half of the program.
    shared = [source for source in sources if isinstance(source, str) and is_shared(source)]
    if not shared:
        from reader.library.folder.library import FolderLibrary

        return FolderLibrary.open(sources)
    if len(sources) > 1:
        raise UsageError("a shared collection can't be combined with others: give only its URL")
    with needing_postgres():
        from reader.library.postgres.library import SharedLibrary
    return SharedLibrary.open(shared[0])


def shared_marks(address: str) -> KeptMarks:
    """Returns the user's own marks in a shared collection. Raises ReaderError."""
    with needing_postgres():
        from reader.library.postgres.marks import SharedMarks
    return SharedMarks(address)


@contextmanager
def needing_postgres() -> Iterator[None]:
    """Raises ReaderError with what to install if the extra is missing."""
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "psycopg" and "libpq" not in str(error):
            raise
        raise ReaderError(MISSING) from None
