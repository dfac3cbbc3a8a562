"""The last visit to a collection: what was asked, which article, how far it was read, how wide panes were.

A small file of the person's own below the state folder. It is a convenience: where it is missing, damaged or
can't be written, the reader starts as if it had never been there, and nobody is told.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from reader.config import paths, private_files
from reader.errors import StorageError

MOST_BYTES = 1 << 18
"""A longer file is none of ours."""
MOST_PLACES = 500
"""Articles whose reading place is remembered, the newest."""
_MOST = 1 << 31

Spot: TypeAlias = tuple[int, int, int]
"""A place in an article's text, as the document counts it: section, letters, blank lines."""


class Visit(NamedTuple):
    """What the next visit begins with; everything has a value that means "as always"."""

    query: str = ""
    """The text of the question."""
    article: str = ""
    """The id of the article under the cursor."""
    theme: str = ""
    """The theme that was put on during a visit; empty = none was."""
    sizes: Mapping[str, int] = {}
    """Cells or lines that the person gave to something, by its name."""
    spots: Mapping[str, Spot] = {}
    """Article id to reading place, the last read last; one at the very top is forgotten."""
    background: str = ""
    """What the terminal's ground was, dark or light; empty where nobody knew."""


def file_for(sources: Sequence[str | os.PathLike[str]]) -> Path:
    """Where the visits to these folders and files are remembered."""
    name = "\0".join(os.path.abspath(os.fspath(source)) for source in sources)
    digest = blake2b(name.encode("utf-8", "surrogateescape"), digest_size=10).hexdigest()
    return paths.state_dir() / "visits" / f"{digest}.json"


def load(path: Path) -> Visit:
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
    )


def save(path: Path, visit: Visit) -> bool:
    """Write a visit, whole or not at all, for the person alone (0600); whether it could be written.

    Reading places that another reader has written since are kept.
    """
    spots = {**load(path).spots}
    for name, spot in visit.spots.items():
        spots.pop(name, None)
        if spot[:2] != (0, 0):
            spots[name] = spot
    newest = dict(list(spots.items())[-MOST_PLACES:])
    text = json.dumps(visit._replace(spots=newest)._asdict(), ensure_ascii=True, separators=(",", ":"))
    try:
        paths.ensure(path.parent)
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
