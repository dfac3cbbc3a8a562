"""Muting on the command line: what the configuration leaves out, how many that are, and `--muted`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from reader.cli.parser import Namespace
from reader.cli.session import note
from reader.query import Query

if TYPE_CHECKING:
    from reader.library import Library
    from reader.library.muting import Muting


MOST_BYTES = 1 << 20
"""Of a configuration; a longer one is refused where it is understood."""


def muting() -> Muting | None:
    """The rules of the configuration; None where it has none, which is seen without understanding it."""
    from reader.config.paths import CONFIG, folder_of

    try:
        with open(os.path.join(folder_of("config"), CONFIG), "rb") as file:
            if b"mute" not in file.read(MOST_BYTES):
                return None
    except (OSError, ValueError):
        return None
    from reader import config
    from reader.library.muting import muting_of

    settings = config.load()[0]
    rules, mistakes = muting_of(settings.mute, settings.views)
    for mistake in mistakes:
        note(f"in the configuration, {mistake}")
    return rules


def without_muted(query: Query, options: Namespace) -> Query:
    """The question without what is muted, unless `--muted` wants it."""
    rules = None if options.muted else muting()
    return query if rules is None else query.and_also(rules.of(query))


def tell_muted(library: Library, plain: Query, asked: Query) -> None:
    """Say to a person how many articles were left out; a script's stderr stays empty."""
    if plain == asked or not sys.stderr.isatty():
        return
    hidden = len(library.select(plain)) - len(library.select(asked))
    if hidden:
        note(f"{hidden:,} more {'is' if hidden == 1 else 'are'} muted; --muted has them too")
