"""`reader completion`, and answers to shells: the indexed values when the user presses Tab.

argcomplete implements the protocol of the shells; it is only imported here, and only then. Completion must
never write on the terminal or wait for a refresh, so whatever goes wrong means no suggestions.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING

from reader import config
from reader.cli.parser import MODULES, Namespace, Subcommand, find_command, one_of, parser_of
from reader.config.sources import is_shared
from reader.errors import ReaderError
from reader.permissions import require

if TYPE_CHECKING:
    from reader.library import Library

SHELLS = ("bash", "zsh", "fish")
"""Shells that `reader completion` has scripts for."""

MOST = 500
"""Maximum number of suggestions."""


def values_of(field: str, parsed_args: Namespace, **_: object) -> Iterable[str]:
    """The values of a field, most frequent first, without a refresh."""
    from reader.query import Query

    try:
        with _library(parsed_args) as library:
            return [found.value for found in library.facet(field, Query()).values if found.count][:MOST]
    except (ReaderError, OSError):
        return []


def ids(parsed_args: Namespace, prefix: str = "", **_: object) -> Iterable[str]:
    """The ids of the newest articles that start with the prefix."""
    from reader.query import Query, Term

    try:
        with _library(parsed_args) as library:
            query = Query((Term("id", (prefix,)),)) if prefix else Query()
            return [headline.id for headline in library.select(query).window(0, MOST)]
    except (ReaderError, OSError):
        return []


def views(**_: object) -> Iterable[str]:
    """The names of all views."""
    from reader.config.views import arranged

    return [view.name for view in arranged(config.load()[0].views)]


def complete() -> int:
    """Answer the shell's request in the `_ARGCOMPLETE` variables, then exit."""
    require("files")  # argcomplete writes to the file that the environment names
    import argcomplete
    from argcomplete.completers import FilesCompleter
    from argcomplete.lexers import split_line

    line = os.environ.get("COMP_LINE", "")
    words = split_line(line, int(os.environ.get("COMP_POINT", len(line))))[3]
    name, _ = find_command(words[1:])
    parser = parser_of(name)
    if name and words[1:2] == [name]:
        # A command's parser doesn't know the command's own name: to argcomplete it is the program's name.
        os.environ["_ARGCOMPLETE"] = str(int(os.environ["_ARGCOMPLETE"]) + 1)
    elif not name:
        files = FilesCompleter()
        source = next(action for action in parser.arguments if not action.option_strings)
        source.completer = lambda prefix, **more: [*MODULES, *files(prefix, **more)]  # type: ignore[attr-defined]
    argcomplete.autocomplete(parser, always_complete_options=False)
    return 0


def _library(parsed_args: Namespace) -> closing[Library]:
    """The Library of the sources typed so far, without a refresh."""
    from reader.cli.session import sources_of
    from reader.library.sources import open_library

    words: list[str] = getattr(parsed_args, "sources", None) or getattr(parsed_args, "words", None) or []
    there = [word for word in words if is_shared(word) or os.path.exists(word)]
    return closing(open_library(sources_of(there, config.load()[0])))


def _run(options: Namespace) -> int:
    from argcomplete.shell_integration import shellcode

    print(shellcode(["reader"], shell=one_of(options.words, SHELLS, "which shell?")))
    return 0


COMMANDS = {
    "completion": Subcommand(
        summary="print a completion script for your shell",
        usage="reader completion bash|zsh|fish",
        examples=(
            "reader completion bash >> ~/.bash_completion",
            "reader completion zsh > ~/.zfunc/_reader",
            "reader completion fish > ~/.config/fish/completions/reader.fish",
        ),
        options=lambda parser: parser.words(
            "words", "SHELL", f"one of {', '.join(SHELLS)}", lambda **_: SHELLS
        ),
        run=_run,
    ),
}
