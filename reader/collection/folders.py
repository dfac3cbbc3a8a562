"""Lists the folders of article files; never writes. `files` reads the files.

Nothing outside the given folders is listed, and links are not followed.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

from reader.article.record import SKIPPED_FOLDERS, Place, Problem, Site
from reader.article.text import display_path
from reader.collection.sites import SITE_FILES, look_again, provider_folder, site_above, stamps_above
from reader.errors import UsageError, reason_of

Source: TypeAlias = "str | os.PathLike[str]"
"""A folder or a file, as a user names it."""

SUFFIXES = (
    ".md", ".markdown", ".mdx", ".mkd", ".mkdn", ".mdown", ".mdwn", ".qmd", ".rmd",
    ".txt", ".html", ".htm", ".yaml", ".yml",
)  # fmt: skip
"""Extensions of article files, in any case."""

DOCUMENTS = (
    ".rst", ".org", ".adoc", ".asciidoc", ".textile", ".tex", ".rtf", ".docx", ".odt", ".pdf", ".epub",
    ".ipynb",
)  # fmt: skip
"""Extensions of documents that are only counted."""

FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
"""Flags to open a file with: follow no link, do not wait for a pipe."""
INT63 = (1 << 63) - 1
_KIND, _REGULAR = stat.S_IFMT(0o177777), stat.S_IFREG
"""A file's kind by its mode: quicker here than a call for each of a million files."""

MOST_LOOKED_INTO = 200
"""Number of folders searched for a first article before a sub-folder counts as having none."""

_DIGITS = re.compile(r"(\d+)", re.ASCII)

Listing: TypeAlias = tuple[str, int, int, int, int]
"""A listed file: name, mtime in nanoseconds, size, inode, ctime in nanoseconds, which also tells of a change
in place that kept the old mtime. Plain tuples, for speed."""


def times_of(found: os.stat_result) -> tuple[int, int, int, int]:
    """mtime in nanoseconds, size, inode, ctime in nanoseconds: what tells that a file has changed. Within 63
    bits, as a database holds them: the time may lie before 1678 or beyond 2262."""
    mtime_ns, ctime_ns = found.st_mtime_ns, found.st_ctime_ns
    if not (-INT63 <= mtime_ns <= INT63 and -INT63 <= ctime_ns <= INT63):
        mtime_ns, ctime_ns = max(min(mtime_ns, INT63), -INT63), max(min(ctime_ns, INT63), -INT63)
    return mtime_ns, found.st_size, found.st_ino & INT63, ctime_ns


class Folder(NamedTuple):
    """One listed folder."""

    root: int
    """Which of the collection's roots it lies in."""
    path: str
    """Absolute."""
    mtime_ns: int
    """Read before the names, so that a file added in between is noticed the next time."""
    files: list[Listing]
    """The article files right in it."""


class Rules(NamedTuple):
    """The user's configuration of folders."""

    skipped: tuple[str, ...] = SKIPPED_FOLDERS
    """Names of folders that are skipped."""
    sites: tuple[Site, ...] = ()


NO_RULES = Rules()


class Roots(NamedTuple):
    """The folders under which every path of a collection lies; small enough to hand to a worker."""

    paths: tuple[str, ...]
    rules: Rules = NO_RULES

    def place(self, root: int, path: str) -> Place:
        """The place of a file of this root, with its site and sub-folder."""
        top = self.paths[root]
        relative = path[len(top) :].lstrip("/") if path.startswith(top) else os.path.basename(path)
        section = provider_folder(relative)
        if section and not has_several_sections(top, self.rules.skipped):
            section = ""
        return Place(path, relative, os.path.basename(top), section, self._site(os.path.dirname(path)))

    def _site(self, folder: str) -> Site | None:
        declared = [one for one in self.rules.sites if folder == one.folder or _is_inside(folder, one.folder)]
        return max(declared, key=lambda one: len(one.folder)) if declared else site_above(folder)

    def former_paths(self, identity: str) -> list[str]:
        """The files that marks of version 1 may have called so: by their path under the first root, or under
        another one after its name."""
        found = [f"{self.paths[0]}/{identity}"] if self.paths else []
        name, is_named, relative = identity.partition(":/")
        if is_named:
            found += [f"{top}/{relative}" for top in self.paths[1:] if name in (top, os.path.basename(top))]
        return found


class Collection:
    """The folders and files that a user named. Listing and reading are safe from several threads."""

    def __init__(self, sources: Sequence[Source], rules: Rules = NO_RULES) -> None:
        """Raises UsageError with the path if a source can't be read or is neither a folder nor a file."""
        folders: dict[str, None] = {}
        files: dict[str, None] = {}
        for source in sources:
            path, is_folder = _checked(source)
            (folders if is_folder else files)[path] = None
        kept = [one for one in folders if not any(_is_inside(one, other) for other in folders)]
        single = [one for one in files if not any(_is_inside(one, folder) for folder in kept)]
        self.sources: tuple[str, ...] = (*kept, *single)
        """Resolved absolute paths in the order given; what lies in another one is omitted."""
        self.roots = Roots(tuple(dict.fromkeys([*kept, *map(os.path.dirname, single)])), rules)
        """The folders under which every path lies; a single file's is its parent."""
        self.problems: list[Problem] = []
        """What the last `scan` could not list: unreadable folders, links that lead out."""
        self.skipped: Counter[str] = Counter()
        """Number of files of each ending in DOCUMENTS that the last `scan` found."""
        self.basis = b""
        """A digest of what the last `scan` found outside the articles' files that is part of the articles:
        sites and first sub-folders. When it changes, all articles must be read again."""
        self._stamps: list[object] = []
        self._skip = frozenset(rules.skipped)
        self._folders = kept
        self._files = single

    def scan(self) -> Iterator[Folder]:
        """Yields every folder with its article files, the newest first by name.

        Hidden names are passed over. `problems` is complete when the last folder was taken.
        """
        self.problems.clear()
        self.skipped.clear()
        look_again()
        has_several_sections.cache_clear()
        rules = self.roots.rules
        self._stamps = [rules.sites]
        for top in self.roots.paths:
            self._stamps.append(has_several_sections(top, rules.skipped))
            self._stamps += stamps_above(top)
        for source in self._folders:
            yield from self._walk(source, self.roots.paths.index(source))
        singles: dict[str, list[Listing]] = {}
        for path in self._files:
            parent, name = os.path.split(path)
            try:
                found = os.lstat(path)
            except OSError:
                continue
            if stat.S_ISREG(found.st_mode):
                singles.setdefault(parent, []).append((name, *times_of(found)))
        for parent, files in singles.items():
            yield Folder(self.roots.paths.index(parent), parent, times_of(os.stat(parent))[0], files)
        self.basis = blake2b(repr(self._stamps).encode("utf-8", "surrogateescape"), digest_size=16).digest()

    def _walk(self, top: str, root: int) -> Iterator[Folder]:
        waiting = [top]
        while waiting:
            path = waiting.pop()
            below: list[str] = []
            try:
                # Files are looked up in an open folder in a fifth of the time of looking up whole paths.
                opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
                try:
                    mtime_ns = times_of(os.stat(opened))[0]
                    files = self._listed(opened, path, below)
                finally:
                    os.close(opened)
            except FileNotFoundError:
                continue
            except OSError as error:
                reason = f"this folder can't be listed ({reason_of(error)}); its articles are missing"
                self.problems.append(Problem(display_path(path), 0, "file", reason))
                continue
            if below:
                below.sort(key=_by_name)
                prefix = path if path.endswith("/") else path + "/"
                waiting += [prefix + name for name in below]
            yield Folder(root, path, mtime_ns, files)

    def _listed(self, opened: int, path: str, below: list[str]) -> list[Listing]:
        """The article files right in a folder; the names of its folders are added to `below`."""
        files: list[Listing] = []
        suffixes, add = SUFFIXES, files.append
        with os.scandir(opened) as entries:
            for entry in entries:
                name = entry.name
                if name[0] == ".":
                    continue
                if name.endswith(suffixes) or name.lower().endswith(suffixes):
                    try:
                        found = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    if found.st_mode & _KIND == _REGULAR:
                        if name in SITE_FILES:
                            self._stamps.append((path, name, found.st_mtime_ns, found.st_size))
                            continue
                        add((name, *times_of(found)))
                        continue
                if entry.is_dir(follow_symlinks=False):
                    if name not in self._skip:
                        below.append(name)
                elif entry.is_symlink():
                    self._report_link(os.path.join(path, name), name)
                elif name in SITE_FILES:
                    seen = entry.stat(follow_symlinks=False)
                    self._stamps.append((path, name, seen.st_mtime_ns, seen.st_size))
                elif name.lower().endswith(DOCUMENTS):
                    self.skipped[os.path.splitext(name)[1].lower()] += 1
        return files

    def _report_link(self, path: str, name: str) -> None:
        """Links are never followed: targets inside are listed by their own path, others are reported."""
        target = os.path.realpath(path)
        if any(target == root or _is_inside(target, root) for root in self.roots.paths):
            return
        if os.path.isdir(target) or name.lower().endswith(SUFFIXES):
            reason = "is a link out of the collection and is not followed; name its target as a source"
            self.problems.append(Problem(display_path(path), 0, "file", reason))


def _checked(source: Source) -> tuple[str, bool]:
    """A source's resolved path, and whether it is a folder."""
    source = os.fspath(source)
    shown = display_path(source)
    try:
        path = os.path.realpath(os.path.expanduser(source), strict=True)
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
            return path, True
        if stat.S_ISREG(mode):
            os.close(os.open(path, FILE_FLAGS))
            return path, False
    except FileNotFoundError:
        raise UsageError(f"{shown} does not exist; give a folder of articles or an article file") from None
    except (OSError, RuntimeError, ValueError) as error:
        reason = reason_of(error)
        raise UsageError(f"{shown} can't be read ({reason}); check its permissions or give another") from None
    raise UsageError(f"{shown} is neither a folder nor a regular file; give a folder of articles")


def _is_inside(path: str, folder: str) -> bool:
    return path != folder and path.startswith(folder if folder.endswith("/") else folder + "/")


@lru_cache(64)
def has_several_sections(top: str, skipped: Sequence[str]) -> bool:
    """Whether more than one sub-folder of a folder has articles, not counting dates and Jekyll's own."""
    found = 0
    try:
        with os.scandir(top) as entries:
            names = [one.name for one in entries if one.is_dir(follow_symlinks=False)]
    except OSError:
        return False
    for name in sorted(names):
        if name[0] != "." and name not in skipped and provider_folder(f"{name}/x"):
            found += _has_articles(f"{top}/{name}", skipped)
            if found > 1:
                return True
    return False


def _has_articles(folder: str, skipped: Sequence[str]) -> bool:
    for looked, (_, folders, names) in enumerate(os.walk(folder)):
        if any(name.lower().endswith(SUFFIXES) and name[0] != "." for name in names):
            return True
        folders[:] = [name for name in folders if name[0] != "." and name not in skipped]
        if looked >= MOST_LOOKED_INTO:
            break
    return False


def _by_name(name: str) -> list[tuple[int, str]]:
    """Natural order: 9 before 10, so that taking from the end gives the newest folder first."""
    # Most folders are years, months and days: a split of each would take a thirtieth of a refresh.
    parts = ["", name, ""] if name.isascii() and name.isdigit() else _DIGITS.split(name)
    return [(int(part[:18]), "") if number % 2 else (-1, part) for number, part in enumerate(parts)]
