"""What each command begins with: which collection, opened, its index up to date.

The only place of the command line that opens a Library or reads the configuration for one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reader.article.text import clean_line, display_path
from reader.cli.progress import follow
from reader.errors import UsageError

if TYPE_CHECKING:
    from reader.collection.folders import Source
    from reader.library import Library


@contextmanager
def opened(words: Sequence[str], *, refresh: bool = True, shown: int | None = None) -> Iterator[Library]:
    """The Library for these SOURCE words, by default refreshed; notices go to stderr. Raises UsageError.

    With `shown`, the command shows so many articles at the most (see `Library.refresh_for`).
    """
    sources = sources_of(words)
    from reader.library import Library  # after the words were found good: it brings the index along

    library = Library.open(sources)
    try:
        if refresh:
            follow(library.refresh_for(shown))
        tell(library.notices)
        yield library
    finally:
        library.close()


def tell(notices: Sequence[str]) -> None:
    """Say on stderr what the person should see once."""
    for notice in notices:
        note(notice)


def note(sentence: str) -> None:
    """One sentence on stderr, beside the output."""
    print(f"reader: {clean_line(sentence)}", file=sys.stderr)


def sources_of(
    words: Sequence[str], *, commands: bool = False, warn: Callable[[Sequence[str]], None] = tell
) -> list[Source]:
    """The folders and files that a command answers for; without words the configured ones, else the sample.

    With `commands` an unknown word may have been meant as a command. What is wrong in the configuration goes
    to `warn`. Raises UsageError for what is not there.
    """
    if not words:
        return _configured(warn)
    for word in words:
        if not os.path.exists(word):
            raise UsageError(_missing(word, commands))
    return list(words)


def _missing(word: str, commands: bool) -> str:
    """What to say of a SOURCE that is not there; a plain word may be a command with a slip in it."""
    shown = display_path(word)
    if not commands or os.sep in word or "." in word:
        return f"`{shown}` is no folder or file; check the name"
    from reader.cli.roster import COMMANDS
    from reader.errors import closest

    near = closest(word, COMMANDS)
    hint = f"did you mean `reader {near}`?" if near else "`reader --help` lists the commands"
    return f"`{shown}` is no folder, file or command; {hint}"


def _configured(warn: Callable[[Sequence[str]], None]) -> list[Source]:
    """The collection of the configuration, which must be there; without one the sample feed."""
    from reader import config
    from reader.config import paths

    settings, warnings = config.load()
    warn(warnings)
    chosen = settings.collection
    if not chosen:
        return [paths.data_dir("sample_feed")]
    for path in chosen:
        if not os.path.exists(path):
            shown, where = display_path(os.fspath(path)), display_path(os.fspath(paths.config_file()))
            raise UsageError(
                f"the collection {shown}, named in {where}, is not there; "
                "correct it, or say which folder: `reader FOLDER`"
            )
    return list(chosen)
