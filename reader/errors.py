"""The errors that a person gets to read: each is one sentence that says what to do.

Nothing else belongs here; a foreign error (SQLite's, the system's) is translated where it is met.
"""

from __future__ import annotations


class ReaderError(Exception):
    """Something could not be done; `str()` of it is the sentence to show."""

    exit_code = 3
    """What the command line ends with (design: 1 nothing such, 2 wrong use, 3 could not)."""


class StorageError(ReaderError):
    """The disk, a permission or a database said no."""


class NoSuchArticle(ReaderError):
    """No article has this id, or this article has no such link."""

    exit_code = 1


class UsageError(ReaderError):
    """The question itself was wrong: a folder that is not there, a bad flag value."""

    exit_code = 2


class QueryError(UsageError):
    """A query text that cannot be understood; `str()` of it names the place where it went wrong."""

    def __init__(self, reason: str, position: int, length: int = 1) -> None:
        super().__init__(reason)
        self.place = ""
        """Where, in words: "at `quality:>>5`", in a text of several lines "line 2, at `quality:>>5`"."""
        self.reason = reason
        """One sentence without the place, with the remedy."""
        self.position = position
        """Offset of the first wrong character in the query text."""
        self.length = length
        """How many characters are wrong (at least 1)."""

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" if self.place else self.reason
