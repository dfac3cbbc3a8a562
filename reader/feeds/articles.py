"""The files of incoming articles. One promise: a file is written whole or not at all, inside the news folder,
and never over what a user has edited.

Every folder on the path is opened without following symbolic links, and files are opened relative to it, so a
folder that is replaced by a link leads nowhere.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from hashlib import blake2b
from itertools import count
from typing import NamedTuple

from reader.article.identity import host_of
from reader.article.text import clean_line, display_path, fold
from reader.config import paths
from reader.config.sources import news_folder
from reader.errors import StorageError, remedy
from reader.feeds.entries import Enclosure, Entry
from reader.permissions import require

MOST_NAME = 72
"""Maximum number of characters of a file's name that come from the title."""
MOST_NAME_BYTES = 180
MOST_BODY = 3_500_000
"""Bytes; files are read up to 4 MB."""
MOST_SCANNED = 4096
"""Number of bytes at the start of a file that are searched for its guid."""

_UNSAFE = re.compile(r"[\W_]+")
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d|\d+|saved)")
"""Reserved names: devices on some systems, years, and the folder of saved pages."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_QUOTE = json.JSONEncoder(ensure_ascii=False).encode
_GUID = re.compile(r'^(guid|originalUrl|feed): ("(?:[^"\\]|\\.)*")$', re.MULTILINE)


class WriteOutcome(Enum):
    """What happened to a file."""

    WRITTEN = "written"
    REWRITTEN = "rewritten"
    SAME = "same"
    """The same bytes were there already."""
    EDITED = "edited"
    """The user has edited or removed it."""


class Found(NamedTuple):
    """An article file in a feed's folder that the state doesn't know."""

    path: str
    guid: str
    url: str
    feed: str


class NewsFolder:
    """The news folder: the only place below which the reader writes articles.

    Paths are relative to it. Every method raises StorageError.
    """

    def __init__(self, root: str = "") -> None:
        """The folder is created by the first write."""
        self.root = root or news_folder()

    def put(
        self, path: str, text: str, ours: Sequence[str] = (), *, is_new: bool = True
    ) -> tuple[str, WriteOutcome]:
        """Write an article; returns its digest and the outcome.

        An existing file is replaced only if its digest is one of `ours`, a missing one is written only if it
        `is_new`.
        """
        raw = text.encode("utf-8", "replace")
        digest = _digest(raw)
        with self._folder_of(path, makes=is_new) as (place, name):
            there = _digest_in(place, name)
            if there == digest:
                return digest, WriteOutcome.SAME
            if place is None or (there not in ours if there is not None else not is_new):
                return there or "", WriteOutcome.EDITED
            _write(place, name, raw)
        return digest, WriteOutcome.WRITTEN if there is None else WriteOutcome.REWRITTEN

    def remove(self, path: str, ours: str) -> bool:
        """Remove an article if it is unchanged since it was written; returns False if it has changed or is
        gone."""
        require("files")
        with self._folder_of(path) as (place, name):
            if place is None or not ours or _digest_in(place, name) != ours:
                return False
            os.unlink(name, dir_fd=place)
        with suppress(OSError):  # remove the folders of the year and the feed too, if they are empty now
            while path := os.path.dirname(path):
                os.rmdir(os.path.join(self.root, path))
        return True

    def digest(self, path: str) -> str:
        """The digest of the current file; empty if there is none."""
        with self._folder_of(path) as (place, name):
            return _digest_in(place, name) or ""

    def text(self, path: str) -> str:
        """The current file; empty if its folder is gone."""
        with self._folder_of(path) as (place, name):
            if place is None:
                return ""
            with os.fdopen(os.open(name, _READ, dir_fd=place), "rb") as file:
                return file.read(MOST_BODY * 2).decode("utf-8", "replace")

    def exists(self, path: str) -> bool:
        """Whether anything exists at this path."""
        return os.path.lexists(os.path.join(self.root, path))

    def free_path(self, folder: str, title: str, day: str, taken: Container[str] = ()) -> str:
        """A free path for a new article in a feed's folder."""
        name = f"{day}-{_safe(fold(title), MOST_NAME) or 'article'}"
        for number in count(1):
            path = f"{folder}/{day[:4]}/{name}{f'-{number}' if number > 1 else ''}.md"
            if path not in taken and not self.exists(path):
                break
        return path

    def scan(self, directory: str) -> list[Found]:
        """The articles of feeds in a folder, as identified by their headers."""
        found = []
        for folder, folders, names in os.walk(os.path.join(self.root, directory)):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for name in sorted(names):
                if not name.endswith(".md") or name.startswith("."):
                    continue
                path = os.path.join(folder, name)
                with suppress(OSError, ValueError), os.fdopen(os.open(path, _READ), "rb") as file:
                    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                        head = file.read(MOST_SCANNED).decode("utf-8", "replace").partition("\n---")[0]
                        header = {key: str(json.loads(value)) for key, value in _GUID.findall(head)}
                        fields = (header.get(key, "") for key in ("guid", "originalUrl", "feed"))
                        found.append(Found(os.path.relpath(path, self.root), *fields))
        return found

    @contextmanager
    def _folder_of(self, path: str, *, makes: bool = False) -> Iterator[tuple[int | None, str]]:
        """Yields a descriptor of the file's folder (None if it doesn't exist) and the file's name."""
        folder, name = os.path.split(path)
        place: int | None = None
        try:
            try:
                place = self._opened(folder, makes=makes)
                yield place, name
            finally:
                if place is not None:
                    os.close(place)
        except OSError as error:
            where = display_path(os.path.join(self.root, path))
            if isinstance(error, NotADirectoryError) or error.errno == errno.ELOOP:
                raise StorageError(
                    f"{where}: a folder of its path is a link or a file; move it away"
                ) from error
            raise StorageError(f"{where} can't be written: {remedy(error)}") from error

    def _opened(self, folder: str, *, makes: bool) -> int | None:
        if makes:
            require("files")
            paths.ensure(self.root)
        place: int | None = None
        try:
            place = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
            for part in filter(None, folder.split("/")):
                if part.startswith("."):
                    raise StorageError(f"{display_path(folder)} is not a folder for articles")
                if makes:
                    with suppress(FileExistsError):
                        os.mkdir(part, 0o700, dir_fd=place)
                above, place = place, os.open(part, _FOLDER, dir_fd=place)
                os.close(above)
            return place
        except BaseException as error:
            if place is not None:
                os.close(place)
            if isinstance(error, FileNotFoundError):
                return None
            raise


def folder_name(text: str, fallback: str) -> str:
    """A folder name for a feed or a group, made of safe characters."""
    name = _safe(text, 60) or _safe(fallback, 60) or "feed"
    return f"feed-{name}" if _RESERVED.fullmatch(name) else name


def rendered(
    entry: Entry,
    *,
    excerpt: str,
    body: str,
    seen: str,
    feed: str = "",
    category: str = "",
    provider: tuple[str, str] = ("", ""),
    topics: Sequence[str] = (),
    saved: str = "",
) -> str:
    """The text of an article file: the record in the layout that is parsed fastest, then the body. An
    entry without a date gets the time when it was first `seen`.
    """
    link = entry.link or (entry.enclosures[0].url if entry.enclosures else "")
    name, domain = provider
    alone = entry.authors[0] if len(entry.authors) == 1 else ""
    lines = [
        "---",
        *_line("category", category),
        *_line("title", entry.title or host_of(link) or "Untitled"),
        *_line("excerpt", excerpt),
        f"publishedDateTime: {entry.published or seen}",
        *_line("originalUrl", link),
        f"type: {entry.type}",
        *_line("feed", feed),
        *_line("guid", entry.guid),
        *([f"updatedDateTime: {entry.updated}"] if entry.updated else []),
        *([f"savedDateTime: {saved}"] if saved else []),
        *_line("author", alone),
        *(["", "provider:", *_line("  name", name), *_line("  domain", domain)] if name or domain else []),
        # Without this key, the category would count as a topic.
        *(_list("topics", topics) or (["topics: []"] if category else [])),
        *(["", "images:"] if entry.pictures else []),
    ]
    for picture in entry.pictures:
        lines += _line("  - url", picture.url)
        lines += [f"    width: {picture.width}"] if picture.width else []
        lines += [f"    height: {picture.height}"] if picture.height else []
    lines += [] if alone else _list("author", entry.authors)
    lines += ["", "enclosures:"] if entry.enclosures else []
    for one in entry.enclosures:
        lines += [*_line("  - url", one.url), *_line("    type", one.type)]
        lines += [f"    length: {one.length}"] if one.length else []
    lines += ["---", ""]
    parts = [_shortened(body), *map(_enclosure_line, entry.enclosures)]
    return "\n".join(lines) + "\n" + "\n\n".join(filter(None, parts)) + "\n"


def _line(key: str, text: str) -> list[str]:
    """Yields a key with a text value; nothing if the text is empty."""
    return [f"{key}: {_quoted(text)}"] if text else []


def _list(key: str, values: Sequence[str]) -> list[str]:
    return ["", f"{key}:", *(f"  - {_quoted(value)}" for value in values)] if values else []


def _quoted(text: str) -> str:
    return _QUOTE(clean_line(text))


def _enclosure_line(one: Enclosure) -> str:
    """A Markdown link to an enclosure."""
    word = {"audio": "Listen", "video": "Watch", "image": "Picture"}.get(
        one.type.partition("/")[0], "Download"
    )
    kind = one.type.partition("/")[2].removeprefix("x-").strip("*")
    size = f"{one.length / 1e6:.1f} MB" if one.length >= 50_000 else ""
    about = ", ".join(filter(None, (kind if kind.isalnum() else "", size)))
    url = one.url.replace("(", "%28").replace(")", "%29")
    return f"[{word}{f' ({about})' if about else ''}]({url})"


def _shortened(body: str) -> str:
    raw = body.encode("utf-8", "replace")
    return body if len(raw) <= MOST_BODY else raw[:MOST_BODY].decode("utf-8", "ignore").rpartition("\n")[0]


def _safe(text: str, most: int) -> str:
    """The letters and digits (of any script), joined by hyphens; cut between words if possible."""
    name = _UNSAFE.sub("-", clean_line(text)).strip("-")
    if len(name) > most:
        name = name[: most + 1].rpartition("-")[0] or name[:most]
    while len(name.encode("utf-8", "replace")) > MOST_NAME_BYTES:
        name = name[: len(name) * 3 // 4]
    return name.strip("-")


def _digest(raw: bytes) -> str:
    return blake2b(raw, digest_size=12).hexdigest()


def _digest_in(place: int | None, name: str) -> str | None:
    """The digest of a file in an open folder; None if there is none, empty if it is not a regular
    file."""
    if place is None:
        return None
    try:
        descriptor = os.open(name, _READ, dir_fd=place)
    except FileNotFoundError:
        return None
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as file:
        return _digest(file.read()) if stat.S_ISREG(os.fstat(descriptor).st_mode) else ""


def _write(place: int, name: str, raw: bytes) -> None:
    """Write a file into an open folder atomically."""
    require("files")
    draft = f".{name}.part"
    with suppress(FileNotFoundError):  # of a killed fetch
        os.unlink(draft, dir_fd=place)
    try:
        with os.fdopen(os.open(draft, _NEW, 0o600, dir_fd=place), "wb") as file:
            file.write(raw)
        os.rename(draft, name, src_dir_fd=place, dst_dir_fd=place)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft, dir_fd=place)
        raise
