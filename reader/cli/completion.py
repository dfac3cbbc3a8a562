"""Shell completion: the values that the index knows, asked only when somebody presses Tab.

argcomplete does the talking with the shells; it is imported only here and only then. Completion must never
write on the terminal or wait for a refresh, so whatever goes wrong means no suggestions.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace

    from reader.cli.parser import Parser
    from reader.library import Library

SHELLS = ("bash", "zsh", "fish")
"""What `reader completion` writes a script for."""

MOST = 500
"""Suggestions of one list: more would only fill the screen."""


def values_of(field: str) -> Callable[..., Iterable[str]]:
    """A completer of a field's values, most frequent first, from the index as it stands."""

    def complete_values(parsed_args: Namespace, **_: object) -> Iterable[str]:
        from reader.errors import ReaderError
        from reader.query import Query

        try:
            with _library(parsed_args) as library:
                return [found.value for found in library.facet(field, Query()).values if found.count][:MOST]
        except (ReaderError, OSError):
            return []

    return complete_values


def ids(parsed_args: Namespace, prefix: str = "", **_: object) -> Iterable[str]:
    """The ids of the newest articles that begin so."""
    from reader.errors import ReaderError
    from reader.query import Query, Term

    try:
        with _library(parsed_args) as library:
            query = Query((Term("id", (prefix,)),)) if prefix else Query()
            return [headline.id for headline in library.select(query).window(0, MOST)]
    except (ReaderError, OSError):
        return []


def views(**_: object) -> Iterable[str]:
    """The names of all views, for completion."""
    from reader import config
    from reader.config.views import arranged

    return [view.name for view in arranged(config.load()[0].views)]


def actions(parsed_args: Namespace, **_: object) -> Iterable[str]:
    """What `mark` can do, with the tags that there are."""
    tags = list(values_of("tag")(parsed_args))
    plain = ["read", "unread", "star", "unstar", "note:", "unnote", "undo", "redo"]
    return [*plain, *(f"{do}:{tag}" for do in ("tag", "untag") for tag in tags)]


def complete(parser_of: Callable[[str], tuple[Parser, object]]) -> int:
    """Answer the shell that asks through the `_ARGCOMPLETE` variables; never returns once it did."""
    import argcomplete
    from argcomplete.completers import FilesCompleter
    from argcomplete.lexers import split_line

    from reader.cli.helping import argparse_of
    from reader.cli.roster import COMMANDS, find_command

    line = os.environ.get("COMP_LINE", "")
    words = split_line(line, int(os.environ.get("COMP_POINT", len(line))))[3]
    name, _ = find_command(words[1:])
    parser = argparse_of(parser_of(name)[0])
    if name and words[1:2] == [name]:
        # The command is no argument of its own parser: to argcomplete it is the program's name.
        os.environ["_ARGCOMPLETE"] = str(int(os.environ["_ARGCOMPLETE"]) + 1)
    elif not name:
        files = FilesCompleter()
        source = next(action for action in parser._actions if not action.option_strings)
        source.completer = lambda prefix, **more: [*COMMANDS, *files(prefix, **more)]  # type: ignore[attr-defined]
    argcomplete.autocomplete(parser, always_complete_options=False)
    return 0


def script(shell: str) -> str:
    """What the shell has to run once to complete `reader`."""
    from argcomplete.shell_integration import shellcode

    return shellcode(["reader"], shell=shell)


def _library(parsed_args: Namespace) -> closing[Library]:
    """The Library of the sources that are on the command line so far, as its index stands."""
    from reader.cli.session import sources_of
    from reader.library import Library

    words: list[str] = getattr(parsed_args, "sources", None) or getattr(parsed_args, "words", None) or []
    return closing(Library.open(sources_of([word for word in words if os.path.exists(word)])))
