"""What a SOURCE may be besides a folder or a file: the address of a shared collection."""

from __future__ import annotations

import os
import re

_SCHEMES = ("postgresql://", "postgres://")
_PARAMETERS = re.compile(r"\w+=")


def is_shared(source: str | os.PathLike[str]) -> bool:
    """Whether a SOURCE is a shared collection."""
    return isinstance(source, str) and source.startswith(_SCHEMES)


def named(source: str | os.PathLike[str]) -> str:
    """A SOURCE as it is shown and remembered: an absolute path, or an address without its password and its
    parameters, some of which are secret too."""
    if not isinstance(source, str) or not is_shared(source):
        return os.path.abspath(source)
    rest = source.partition("://")[2]
    main, _, parameters = rest.partition("?")
    if "@" in main or _PARAMETERS.match(parameters) or "@" not in parameters:
        rest = main
    # A password may hold what would end it: all before the last @ is none of ours.
    user, at, place = rest.rpartition("@")
    return f"postgresql://{re.split('[:/?]', user)[0]}{at}{place.partition('?')[0]}"
