"""The search history, newest last, kept in a small file.

If the file is missing, damaged or not writable, searches are remembered while the reader runs.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from reader.article.text import clean_line
from reader.config import paths, private_files
from reader.errors import StorageError
from reader.permissions import require

MOST = 200
"""Searches that are remembered."""
MOST_BYTES = 1 << 18
"""A longer file is not a search history."""


class Searches:
    """The searches, and the position of someone who steps through them."""

    def __init__(self, file: Path | None) -> None:
        """With a file the searches outlive the reader; without one (None) they do not."""
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
        self._known = [*(one for one in self.known if one != text), text][-MOST:]
        self._append(text)

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
        """Begin at the newest again: something else was typed."""
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
        known = [*newest_first][:MOST][::-1]
        if len(lines) > 4 * MOST:
            self._rewrite(known)
        return known

    def _append(self, text: str) -> None:
        """One line at the end: several readers may write at once."""
        if self._file is None:
            return
        with suppress(OSError, StorageError, ValueError):
            require("files")
            paths.ensure(self._file.parent)
            private_files.make(self._file)
            with self._file.open("ab", buffering=0) as file:
                file.write(f"{text}\n".encode("utf-8", "replace"))

    def _rewrite(self, known: list[str]) -> None:
        assert self._file is not None
        with suppress(OSError), private_files.replacing(self._file) as file:
            file.write("".join(f"{text}\n" for text in known).encode("utf-8", "replace"))
