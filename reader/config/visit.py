"""What the screen remembers: the last visit to each collection, and the searches.

Small private files in the state folder. If one is missing, damaged or not writable, the reader starts without
it and reports nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from reader.article.text import clean_line
from reader.config import paths, private_files
from reader.config.sources import named
from reader.errors import StorageError
from reader.permissions import require

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 1 << 18
"""A longer file is ignored."""
MOST_PLACES = 500
"""Maximum number of articles whose reading place is kept: the last ones."""
MOST_SEARCHES = 200
"""Maximum number of searches kept."""
_MOST = 1 << 31

Spot: TypeAlias = tuple[int, int, int]
"""A place in an article's text: section, letters, blank lines (see `reader.app.reading.document`)."""


class Visit(NamedTuple):
    """Where the next visit starts; defaults mean "as usual"."""

    query: str = ""
    """The query text."""
    article: str = ""
    """The id of the article under the cursor."""
    theme: str = ""
    """The theme chosen during a visit; empty = none."""
    sizes: Mapping[str, int] = {}
    """Sizes that the user set, in cells or lines, by name."""
    spots: Mapping[str, Spot] = {}
    """Article id to reading place, the last read last; a place at the very top is not kept."""
    background: str = ""
    """The terminal's background, dark or light; empty if unknown."""
    is_folded: bool | None = None
    """Whether the list was folded by stories; None = as the configuration says."""


def file_for(sources: Sequence[str | os.PathLike[str]]) -> str:
    """The file for visits to these folders and files."""
    name = "\0".join(named(source) for source in sources)
    digest = blake2b(name.encode("utf-8", "surrogateescape"), digest_size=10).hexdigest()
    return os.path.join(paths.folder_of("state"), "visits", f"{digest}.json")


def load(path: str | os.PathLike[str]) -> Visit:
    """Reads the visit in a file; missing or invalid parts get their defaults. Never raises."""
    try:
        saved = json.loads(private_files.read(path, MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        saved = None
    if not isinstance(saved, dict):
        return Visit()
    return Visit(
        _text(saved.get("query")),
        _text(saved.get("article")),
        _text(saved.get("theme")),
        {name: size for name, size in _pairs(saved.get("sizes")) if _is_number(size)},
        {name: spot for name, value in _pairs(saved.get("spots")) if (spot := _spot(value))},
        saved["background"] if saved.get("background") in ("dark", "light") else "",
        saved["is_folded"] if isinstance(saved.get("is_folded"), bool) else None,
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
    text = json.dumps(visit._replace(spots=newest)._asdict(), separators=(",", ":"))
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


class Searches:
    """The search history, with a position in it."""

    def __init__(self, file: Path | None) -> None:
        """Without a file (None) the history is not saved."""
        self._file = file
        self._known: list[str] | None = None
        self._place: int | None = None
        self._draft = ""

    @property
    def known(self) -> list[str]:
        """The searches without duplicates, newest last; read on first use."""
        if self._known is None:
            self._known = self._load()
        return self._known

    def add(self, text: str) -> None:
        """Add a search as the newest, in the file too, and reset the position."""
        self._place = None
        text = clean_line(text)
        if not text or self.known[-1:] == [text]:
            return
        self._known = [*(one for one in self.known if one != text), text][-MOST_SEARCHES:]
        if self._file is None:
            return
        # One line at the end: several readers may write at once.
        with suppress(OSError, StorageError, ValueError):
            require("files")
            paths.ensure(self._file.parent)
            private_files.make(self._file)
            with self._file.open("ab", buffering=0) as file:
                file.write(f"{text}\n".encode("utf-8", "replace"))

    def older(self, written: str) -> str | None:
        """The previous search, or None. `written` is the text in the bar, which `newer` returns at the
        end."""
        known = self.known
        if self._place is None:
            self._draft, self._place = written, len(known)
        place = self._place - 1
        while place >= 0 and known[place] == written:
            place -= 1
        if place < 0:
            return None
        self._place = place
        return known[place]

    def newer(self) -> str | None:
        """The next search, at last the text that was being typed; None if `older` was not called."""
        if self._place is None:
            return None
        self._place += 1
        if self._place < len(self.known):
            return self.known[self._place]
        self._place = None
        return self._draft

    def forget_place(self) -> None:
        """Reset the position: something else was typed."""
        self._place = None

    def _load(self) -> list[str]:
        if self._file is None:
            return []
        try:
            raw = private_files.read(self._file, MOST_BYTES)
            lines = raw.decode("utf-8", "replace").splitlines()
        except (OSError, ValueError):
            return []
        newest_first = dict.fromkeys(filter(None, map(clean_line, reversed(lines))))
        known = [*newest_first][:MOST_SEARCHES][::-1]
        if len(lines) > 4 * MOST_SEARCHES:
            with suppress(OSError), private_files.replacing(self._file) as file:
                file.write("".join(f"{text}\n" for text in known).encode("utf-8", "replace"))
        return known
