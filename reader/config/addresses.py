"""What a SOURCE may be besides a folder or a file: the address of a shared collection."""

from __future__ import annotations

import os
import re

_SCHEMES = ("postgresql://", "postgres://")


def is_shared(source: str | os.PathLike[str]) -> bool:
    """Whether a SOURCE is a shared collection."""
    return isinstance(source, str) and source.startswith(_SCHEMES)


def named(source: str | os.PathLike[str]) -> str:
    """A SOURCE as it is shown and remembered: an absolute path, or an address without its password and its
    parameters, some of which are secret too."""
    if not isinstance(source, str) or not is_shared(source):
        return os.path.abspath(source)
    main, _, parameters = source.partition("://")[2].partition("?")
    if "@" in parameters:
        # It belongs to a parameter, or to a password with a "?" in it, which may begin after the first ":".
        return f"postgresql://{main.partition(':')[0]}"
    user, at, place = main.rpartition("@")  # the last one, as a password may have others
    return f"postgresql://{re.split('[:/]', user)[0]}{at}{_PORT.sub(_only_a_port, place)}"


_PORT = re.compile(r"\[[^]]*\]|:[^,/]*")


def _only_a_port(found: re.Match[str]) -> str:
    """An IPv6 address or a port as it is; what is no number may be a password without its host."""
    text = found.group()
    return text if text.startswith("[") or text[1:].isdecimal() or text == ":" else ":…"
