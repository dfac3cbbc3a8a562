"""Errors that users read, each one sentence with a remedy, and helpers for their wording.

Foreign errors (SQLite's, the system's) are translated where they occur. Suggestions, counts and quoting are
the same for the screen, the command line, queries and the configuration.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_REMEDIES = {
    "SQLITE_BUSY": "another program is writing to it; try again in a moment",
    "SQLITE_LOCKED": "another program is writing to it; try again in a moment",
    "SQLITE_FULL": "the disk is full; free some space and try again",
    "SQLITE_READONLY": "it is read-only; check its permissions and try again",
    "SQLITE_CANTOPEN": "cannot open the file or its folder; check their permissions and try again",
    "SQLITE_PERM": "permission denied; check its permissions and try again",
    "SQLITE_IOERR": "the disk failed; check its free space and its health, then try again",
}
"""By name of SQLite's primary result code."""


_ADVICE = {
    "ENOSPC": "free some space there and try again",
    "EDQUOT": "free some of your quota and try again",
    "EACCES": "check its permissions or choose another place",
    "EPERM": "check its permissions or choose another place",
    "EROFS": "choose a place that can be written",
    "ENOENT": "check the name",
    "EISDIR": "give the name of a file",
    "EMFILE": 'raise the limit with "ulimit -n" and try again',
    "ENFILE": "close some programs and try again",
}
"""By the names of the system's errors."""


class ReaderError(Exception):
    """An error whose `str()` is the sentence to show."""

    exit_code = 3
    """The exit code of the command line (docs/cli.md): 1 not found, 2 usage error, 3 failure."""


class StorageError(ReaderError):
    """An error of the disk, a permission or a database."""


class DamageError(StorageError):
    """The file is not a valid database; only another file can replace it."""


class NoSuchArticle(ReaderError):
    """No article has this id, or this article has no such link."""

    exit_code = 1


class UsageError(ReaderError):
    """A usage error: a folder that does not exist, an invalid option."""

    exit_code = 2


class QueryError(UsageError):
    """An invalid query text; its `str()` names the position of the error."""

    def __init__(self, reason: str, position: int, length: int = 1) -> None:
        super().__init__(reason)
        self.place = ""
        """The position: `at "quality:>>5"`, or with several lines `line 2, at "quality:>>5"`."""
        self.reason = reason
        """One sentence without the position, with the remedy."""
        self.position = position
        """Offset of the first wrong character in the query text."""
        self.length = length
        """Number of wrong characters (at least 1)."""

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" if self.place else self.reason


@contextmanager
def about_file(path: str) -> Iterator[None]:
    """Adds a file's name to any error raised in the block."""
    try:
        yield
    except Exception as error:
        error.add_note(path)
        raise


def is_damage(error: BaseException) -> bool:
    """Whether an SQLite error means that the file is damaged, not just unavailable."""
    # SQLite's message quotes a damaged schema, which may not be UTF-8.
    return isinstance(error, UnicodeDecodeError) or _code_of(error).startswith(_DAMAGE)


def reason_of(error: BaseException) -> str:
    """The system's reason for an error, else the error's own message."""
    return getattr(error, "strerror", None) or str(error)


def remedy(error: BaseException) -> str:
    """The cause and the remedy, as the second half of a sentence."""
    code = _code_of(error)
    for known, words in _REMEDIES.items():
        if code.startswith(known):
            return words
    reason = (reason_of(error) or type(error).__name__).rstrip(".")
    known = errno.errorcode.get(getattr(error, "errno", None) or 0, "")
    return f"{reason[:1].lower()}{reason[1:]}; {_ADVICE.get(known, 'check that place and try again')}"


def _code_of(error: BaseException) -> str:
    # Checked by name, so that sqlite3 need not be imported for its errors.
    code = getattr(error, "sqlite_errorname", None)
    return code if isinstance(code, str) else ""


_MOST_LISTED = 12
"""Maximum number of names that a message lists; with more, it suggests the nearest."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A suggestion: the nearest known name, or all of them if few."""
    import difflib  # only a mistake pays for it

    names = list(known)
    if near := difflib.get_close_matches(word, names, 1):
        return f'did you mean "{near[0]}"?'
    if len(names) > _MOST_LISTED:
        return f'the nearest is "{difflib.get_close_matches(word, names, 1, cutoff=0)[0]}"'
    return f"known names are {', '.join(names)}"


def closest(word: str, known: Iterable[str]) -> str | None:
    """The most similar known text, ignoring case; None if there is none."""
    import difflib  # only a mistake pays for it

    folded = {text.casefold(): text for text in known}
    near = difflib.get_close_matches(word.casefold(), folded, 1)
    return folded[near[0]] if near else None


def counted(number: int, noun: str) -> str:
    """A number with a noun whose plural adds an s: "1 article", "1,024 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def any_of(names: Sequence[str]) -> str:
    """Alternatives in a sentence: "a, b or c"."""
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s]*@")


def shown(text: str) -> str:
    """A text quoted for a message: shortened, without harmful characters, user and password."""
    return f'"{brief(text)}"'


def brief(text: str) -> str:
    """The same without quotes."""
    public = _CREDENTIALS.sub("", text[:1000])
    safe = "".join(c if c.isprintable() else "?" for c in public[:41])
    return safe if len(safe) < 41 else safe[:39] + "…"
