"""The last visit to a collection: query, article, reading positions, pane sizes.

A small private file in the state folder. If it is missing, damaged or not writable, the reader starts without
it and reports nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias

from reader.config import paths, private_files
from reader.config.sources import named
from reader.errors import StorageError

MOST_BYTES = 1 << 18
"""A longer file is not a visit."""
MOST_PLACES = 500
"""Articles whose reading place is remembered, the newest."""
_MOST = 1 << 31

Spot: TypeAlias = tuple[int, int, int]
"""A place in an article's text, as the document counts it: section, letters, blank lines."""


class Visit(NamedTuple):
    """Where the next visit starts; defaults mean "as usual"."""

    query: str = ""
    """The text of the question."""
    article: str = ""
    """The id of the article under the cursor."""
    theme: str = ""
    """The theme that was put on during a visit; empty = none was."""
    sizes: Mapping[str, int] = {}
    """Sizes that the user set, in cells or lines, by name."""
    spots: Mapping[str, Spot] = {}
    """Article id to reading place, the last read last; one at the very top is forgotten."""
    background: str = ""
    """The terminal's background, dark or light; empty if unknown."""
    is_folded: bool | None = None
    """Whether the list was folded by stories; None = as the configuration says."""


def file_for(sources: Sequence[str | os.PathLike[str]]) -> str:
    """Where the visits to these folders and files are remembered."""
    name = "\0".join(named(source) for source in sources)
    digest = blake2b(name.encode("utf-8", "surrogateescape"), digest_size=10).hexdigest()
    return os.path.join(paths.folder_of("state"), "visits", f"{digest}.json")


def load(path: str | os.PathLike[str]) -> Visit:
    """The visit in a file; what is missing or wrong in it is as always. Never raises."""
    try:
        said = json.loads(private_files.read(path, MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return Visit()
    return Visit(
        _text(said.get("query")),
        _text(said.get("article")),
        _text(said.get("theme")),
        {name: size for name, size in _pairs(said.get("sizes")) if _is_number(size)},
        {name: spot for name, value in _pairs(said.get("spots")) if (spot := _spot(value))},
        said["background"] if said.get("background") in ("dark", "light") else "",
        said["is_folded"] if isinstance(said.get("is_folded"), bool) else None,
    )


def save(path: str | os.PathLike[str], visit: Visit) -> bool:
    """Write a visit, as a whole or not at all, privately (0600); returns whether it worked.

    Reading positions written meanwhile by another reader are kept.
    """
    spots = {**load(path).spots}
    for name, spot in visit.spots.items():
        spots.pop(name, None)
        if spot[:2] != (0, 0):
            spots[name] = spot
    newest = dict(list(spots.items())[-MOST_PLACES:])
    text = json.dumps(visit._replace(spots=newest)._asdict(), ensure_ascii=True, separators=(",", ":"))
    try:
        paths.ensure(os.path.dirname(path))
        with private_files.replacing(path) as file:
            file.write(text.encode("ascii"))
    except (OSError, ValueError, StorageError):
        return False
    return True


def _text(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() else ""


def _pairs(value: object) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST


def _spot(value: object) -> Spot | None:
    if isinstance(value, list) and len(value) == 3 and all(map(_is_number, value)):
        return value[0], value[1], value[2]
    return None
