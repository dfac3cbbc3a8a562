"""The files of articles that come in. One promise: a file is written whole or not at all, inside the news
folder, and never over what a user has edited.

Every folder on the way is opened without following links, and files are named relative to it, so a folder
that is replaced by a link leads nowhere. What an entry says is settled elsewhere.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from hashlib import blake2b
from typing import NamedTuple

from reader.article.identity import host_of
from reader.article.text import clean_line, display_path, fold
from reader.config import paths
from reader.config.sources import news_folder
from reader.errors import StorageError, remedy
from reader.feeds.document import Enclosure, Entry
from reader.permissions import require

MOST_NAME = 72
"""Characters of a file's name that come from the title."""
MOST_NAME_BYTES = 180
MOST_BODY = 3_500_000
"""Bytes; files are read up to 4 MB."""
MOST_SCANNED = 4096
"""Bytes of a file in which its guid is looked for."""

_UNSAFE = re.compile(r"[\W_]+")
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d|\d+|saved)")
"""Names that are devices somewhere, years, or the folder of saved pages."""
_FOLDER = (
    os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_READ = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
)
_QUOTE = json.JSONEncoder(ensure_ascii=False).encode
_GUID = re.compile(r'^(guid|originalUrl|feed): ("(?:[^"\\]|\\.)*")$', re.MULTILINE)


class WriteOutcome(Enum):
    """What has become of a file."""

    WRITTEN = "written"
    REWRITTEN = "rewritten"
    SAME = "same"
    """It was there already, byte for byte."""
    EDITED = "edited"
    """It is the user's now, or was removed by them."""


class Found(NamedTuple):
    """An article file that lies in a feed's folder though nothing is remembered of it."""

    path: str
    guid: str
    url: str
    feed: str


class _OpenFolder(NamedTuple):
    """A folder that stays open from one article to the next."""

    folder: str
    place: int
    """Its descriptor."""
    names: set[str]
    """Of the files that are in it."""


class NewsFolder:
    """The news folder: the only place below which the reader writes articles."""

    def __init__(self, root: str = "") -> None:
        """It is made when something is written."""
        self.root = root or news_folder()
        self._is_batch = False
        self._kept: _OpenFolder | None = None

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Keep the last folder open from one article to the next: opening it costs half of writing one."""
        self._is_batch = True
        try:
            yield
        finally:
            self._is_batch = False
            self._keep(None)

    def _keep(self, kept: _OpenFolder | None) -> None:
        before, self._kept = self._kept, kept
        if before is not None:
            os.close(before.place)

    def put(
        self, path: str, text: str, ours: Sequence[str] = (), *, is_new: bool = True
    ) -> tuple[str, WriteOutcome]:
        """Write an article; gives its digest and what has become of it.

        A file that is there is replaced only where its digest is one of `ours`. A file that is gone is
        written only where it `is_new`. Raises StorageError.
        """
        raw = text.encode("utf-8", "replace")
        digest = _digest(raw)
        folder, name = os.path.split(path)
        with self._said(path), self._opened(folder, makes=is_new) as place:
            if place is None:
                return "", WriteOutcome.EDITED
            kept = self._kept if self._kept is not None and self._kept.place == place else None
            there = _digest_in(place, name)
            if there == digest:
                return digest, WriteOutcome.SAME
            if there is None and not is_new or there is not None and there not in ours:
                return there or "", WriteOutcome.EDITED
            if kept is None or _draft(name) in kept.names:
                _remove_draft(place, name)
            _write(place, name, raw)
            if kept is not None:
                kept.names.add(name)
        return digest, WriteOutcome.WRITTEN if there is None else WriteOutcome.REWRITTEN

    def remove(self, path: str, ours: str) -> bool:
        """Remove an article that is as it was written; False if it is another or gone."""
        require("files")
        folder, name = os.path.split(path)
        with self._said(path), self._opened(folder) as place:
            if place is None or not ours or _digest_in(place, name) != ours:
                return False
            os.unlink(name, dir_fd=place)
        self._remove_empty(folder)
        return True

    def clear_drafts(self, path: str) -> None:
        """Remove what a killed fetch may have left of this file."""
        require("files")
        folder, name = os.path.split(path)
        with self._said(path), self._opened(folder) as place:
            if place is not None:
                _remove_draft(place, name)

    def digest(self, path: str) -> str:
        """Of the file as it is; empty if there is none."""
        folder, name = os.path.split(path)
        with self._said(path), self._opened(folder) as place:
            return (_digest_in(place, name) or "") if place is not None else ""

    def text(self, path: str) -> str:
        """The file as it is; empty if there is none."""
        folder, name = os.path.split(path)
        with self._said(path), self._opened(folder) as place:
            if place is None:
                return ""
            with os.fdopen(os.open(name, _READ, dir_fd=place), "rb") as file:
                return file.read(MOST_BODY * 2).decode("utf-8", "replace")

    def exists(self, path: str) -> bool:
        """Whether anything has this name."""
        return os.path.lexists(os.path.join(self.root, path))

    def scan(self, directory: str) -> list[Found]:
        """The articles of feeds that lie in a folder, by what their headers say."""
        found = []
        top = os.path.join(self.root, directory)
        for folder, folders, names in os.walk(top):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for name in sorted(names):
                if not name.endswith(".md") or name.startswith("."):
                    continue
                path = os.path.join(folder, name)
                with suppress(OSError, ValueError):
                    descriptor = os.open(path, _READ)
                    with os.fdopen(descriptor, "rb") as file:
                        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                            continue
                        head = file.read(MOST_SCANNED).decode("utf-8", "replace")
                    said = {
                        key: str(json.loads(value))
                        for key, value in _GUID.findall(head.partition("\n---")[0])
                    }
                    relative = os.path.relpath(path, self.root)
                    found.append(
                        Found(
                            relative, said.get("guid", ""), said.get("originalUrl", ""), said.get("feed", "")
                        )
                    )
        return found

    @contextmanager
    def _opened(self, folder: str, *, makes: bool = False) -> Iterator[int | None]:
        """A descriptor of a folder below the root; None if it is not there."""
        if self._kept is not None and self._kept.folder == folder:
            yield self._kept.place
            return
        if makes:
            require("files")
            paths.ensure(self.root)
        try:
            place = os.open(
                self.root, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
            )
        except FileNotFoundError:
            yield None
            return
        try:
            for part in filter(None, folder.split("/")):
                if part in (".", "..") or part.startswith("."):
                    raise StorageError(f"{display_path(folder)} is not a folder for articles")
                try:
                    below = os.open(part, _FOLDER, dir_fd=place)
                except FileNotFoundError:
                    if not makes:
                        yield None
                        return
                    with suppress(FileExistsError):
                        os.mkdir(part, 0o700, dir_fd=place)
                    below = os.open(part, _FOLDER, dir_fd=place)
                os.close(place)
                place = below
            if self._is_batch:
                self._keep(_OpenFolder(folder, place, set(os.listdir(place))))
                place = -1
                yield self._kept.place if self._kept is not None else None
            else:
                yield place
        finally:
            if place >= 0:
                os.close(place)

    def _remove_empty(self, folder: str) -> None:
        """Remove the folder of a year, and of a feed, where nothing is left in it."""
        while folder:
            try:
                os.rmdir(os.path.join(self.root, folder))
            except OSError:
                return
            folder = os.path.dirname(folder)

    @contextmanager
    def _said(self, path: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            where = display_path(os.path.join(self.root, path))
            if isinstance(error, NotADirectoryError) or error.errno == 40:  # ELOOP
                raise StorageError(
                    f"{where}: a folder on the way is a link or a file; move it away"
                ) from error
            raise StorageError(f"{where} can't be written: {remedy(error)}") from error


def folder_name(text: str, fallback: str) -> str:
    """A name for the folder of a feed or a group, of safe letters."""
    name = _safe(text, 60) or _safe(fallback, 60) or "feed"
    return f"feed-{name}" if _RESERVED.fullmatch(name) else name


def article_name(title: str, day: str) -> str:
    """A name for an article's file, without its ending."""
    return f"{day}-{_safe(fold(title), MOST_NAME) or 'article'}"


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
    """The article's file: the record of an article in the layout that is read fastest, then the body.

    An entry without a date has the time when it was `seen` first.
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
        # Where the key is missing, the category would be taken for a topic.
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
    """A key with a text; nothing where there is none."""
    return [f"{key}: {_quoted(text)}"] if text else []


def _list(key: str, values: Sequence[str]) -> list[str]:
    return ["", f"{key}:", *(f"  - {_quoted(value)}" for value in values)] if values else []


def _quoted(text: str) -> str:
    return _QUOTE(clean_line(text))


def _enclosure_line(one: Enclosure) -> str:
    """A link in the article to a file that belongs to it."""
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
    """Letters and digits of any script, joined by hyphens; whole words where they fit."""
    name = _UNSAFE.sub("-", clean_line(text)).strip("-")
    if len(name) > most:
        name = name[: most + 1].rpartition("-")[0] or name[:most]
    while len(name.encode("utf-8", "replace")) > MOST_NAME_BYTES:
        name = name[: len(name) * 3 // 4]
    return name.strip("-")


def _digest(raw: bytes) -> str:
    return blake2b(raw, digest_size=12).hexdigest()


def _digest_in(place: int, name: str) -> str | None:
    """The digest of a file in an open folder; None if there is none, empty if it is no plain file."""
    try:
        descriptor = os.open(name, _READ, dir_fd=place)
    except FileNotFoundError:
        return None
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ""
        return _digest(file.read())


def _draft(name: str) -> str:
    return f".{name}.part"


def _remove_draft(place: int, name: str) -> None:
    """Remove what a killed fetch may have left."""
    require("files")
    with suppress(FileNotFoundError):
        os.unlink(_draft(name), dir_fd=place)


def _write(place: int, name: str, raw: bytes) -> None:
    """Put a file into an open folder, whole or not at all."""
    require("files")
    draft = _draft(name)
    try:
        file = os.open(draft, _NEW, 0o600, dir_fd=place)
        try:
            rest = memoryview(raw)
            while rest:
                rest = rest[os.write(file, rest) :]
        finally:
            os.close(file)
        os.rename(draft, name, src_dir_fd=place, dst_dir_fd=place)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft, dir_fd=place)
        raise
