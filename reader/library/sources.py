"""Which Library a SOURCE means: the one place that knows the kinds there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reader.collection.folders import Source
    from reader.library import Library


def open_library(sources: Sequence[Source]) -> Library:
    """Open the Library of these folders and files; reads no article. Raises UsageError."""
    # Only the kind that is asked for is imported: each brings along its own half of the program.
    from reader.library.folder import FolderLibrary

    return FolderLibrary.open(sources)
