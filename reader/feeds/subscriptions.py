"""The user's subscriptions: feeds.toml, read with tomllib and edited so that comments are kept. The state of
feeds between fetches is in `reader.feeds.state`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from reader.article.text import clean_line, display_path
from reader.config import paths, private_files
from reader.config.sources import feeds_file
from reader.errors import ReaderError, StorageError, UsageError, nearest, remedy, shown

MOST_BYTES = 1 << 24
"""A longer file is rejected."""

_DURATION = re.compile(r"(\d{1,6}) ?(m|min|h|d|w|mo|y)", re.ASCII)
_SECONDS = {
    "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "mo": 30 * 86400, "y": 365 * 86400,
}  # fmt: skip
_BLOCK = re.compile(r"(?m)(?:^[ \t]*#[^\n]*\n)*^[ \t]*\[\[[ \t]*feed[ \t]*\]\]")


class NoSuchFeed(ReaderError):
    """No subscription has this URL or name."""

    exit_code = 1


class Subscription(NamedTuple):
    """A subscription, as in feeds.toml."""

    url: str
    """As written; it may contain a user and a password. Display `address` instead."""
    name: str = ""
    folder: str = ""
    """The group; also the category of its articles."""
    full_text: bool = False
    every: int = 0
    """Minimum seconds between two fetches; 0 = the default."""
    keep: int = 0
    """Seconds that articles are kept; 0 = forever."""
    topics: tuple[str, ...] = ()
    enabled: bool = True
    user: str = ""
    password_command: tuple[str, ...] = ()
    """A command that prints the password; see `reader.feeds.login`."""

    @property
    def address(self) -> str:
        """The URL without user and password: for display, comparison and storage."""
        return without_credentials(self.url)

    @property
    def host(self) -> str:
        """In lower case; empty if the address has none."""
        try:
            return (urlsplit(self.url).hostname or "").lower()
        except ValueError:
            return ""  # a fetch reports the error

    @property
    def label(self) -> str:
        """The name to display."""
        return self.name or self.address


_CHECKS: Mapping[str, tuple[type, str]] = {
    "url": (str, "a text"), "name": (str, "a text"), "folder": (str, "a text"),
    "full_text": (bool, "true or false"), "every": (str, 'a time like "30m"'),
    "keep": (str, 'a time like "90d"'), "topics": (list, "a list of strings"),
    "enabled": (bool, "true or false"), "user": (str, "a text"),
    "password_command": (list, "a list of a program and its arguments"),
}  # fmt: skip


def without_credentials(url: str) -> str:
    """The URL without `user:password@`."""
    if "@" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("://")[0] + "://" + url.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def seconds_of(text: str) -> int:
    """The seconds of "30m", "2h", "90d", "1w". Raises ValueError."""
    found = _DURATION.fullmatch(text.strip().lower())
    if not found or not int(found[1]):
        raise ValueError(f"{shown(text)} is not a duration; write it like 30m, 6h or 90d")
    return int(found[1]) * _SECONDS[found[2]]


def duration_text(seconds: int) -> str:
    """Seconds as written in feeds.toml: "30m", "90d"."""
    for unit in ("d", "h"):
        if seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds // 60}m"


def load() -> tuple[list[Subscription], list[str]]:
    """All subscriptions in the file's order, and a message for each mistake in it. Raises ReaderError
    if the file can't be read at all: guessing would lose subscriptions.
    """
    notices: list[str] = []
    found: dict[str, Subscription] = {}
    for number, table in enumerate(_tables(_text()), 1):
        one = _subscription(table, number, notices)
        if one is not None and found.setdefault(one.address, one) is not one:
            notices.append(
                f"{_name()}: feed {number} names {shown(one.address)} a second time; it is ignored"
            )
    return list(found.values()), notices


def add(new: Sequence[Subscription]) -> list[Subscription]:
    """Add new subscriptions; returns those that were added. Raises ReaderError."""
    with _changing() as file:
        known = file.addresses
        added = list({one.address: one for one in new if one.address not in known}.values())
        if added:
            file.append([values_of(one) for one in added])
    return added


class Removed(NamedTuple):
    """A removed subscription, with what `restore` needs."""

    subscription: Subscription
    place: int
    """Its position among the feeds."""
    block: str
    """Its lines with the comments above them; empty if the feeds are written in another form."""


def remove(address: str) -> Removed:
    """Remove a subscription; returns what `restore` needs. Raises ReaderError."""
    with _changing() as file:
        place = file.place_of(address)
        table, block = file.take(place)
    removed = _subscription(table, place + 1, [])
    assert removed is not None
    return Removed(removed, place, block)


def restore(removed: Removed) -> None:
    """Restore a subscription at its place in the file, with its comments. Raises ReaderError."""
    with _changing() as file:
        is_missing = removed.subscription.address not in file.addresses
        is_back = is_missing and file.insert(removed.place, removed.block)
    if not is_back:
        add([removed.subscription])


def change(address: str, values: Mapping[str, Any]) -> None:
    """Set keys of a subscription; None removes one. Raises ReaderError."""
    with _changing() as file:
        file.set(file.place_of(address), values)


def find(subscriptions: Sequence[Subscription], word: str) -> Subscription:
    """The subscription with this URL or name, or the only one that starts with it. Raises NoSuchFeed,
    or UsageError if several do.
    """
    wanted = word.strip().casefold()
    bare = without_credentials(wanted)
    for found in (
        [one for one in subscriptions if bare == one.address.casefold()],
        [one for one in subscriptions if wanted == one.name.casefold()],
        [one for one in subscriptions if wanted and _begins(one, bare)],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(shown(one.label) for one in found[:4])
            raise UsageError(f"{shown(word)} matches {len(found)} feeds: {names}; give the whole address")
    hint = (
        nearest(word, [one.label for one in subscriptions][:100]) if subscriptions else "there are none yet"
    )
    raise NoSuchFeed(f"there is no feed {shown(word)}; {hint}")


def _begins(one: Subscription, word: str) -> bool:
    address = one.address.casefold()
    return address.startswith(word) or one.name.casefold().startswith(word) or (
        address.partition("://")[2].removeprefix("www.").startswith(word)
    )  # fmt: skip


def _name() -> str:
    return display_path(feeds_file())


def _text() -> str:
    try:
        raw = private_files.read(feeds_file(), MOST_BYTES)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise StorageError(f"{_name()} cannot be read: {remedy(error)}") from error
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ReaderError(f"{_name()} is not UTF-8 (line {line}); save it as UTF-8") from None


def _tables(text: str) -> list[dict[str, Any]]:
    import tomllib

    try:
        tables = tomllib.loads(text).get("feed", [])
    except (ValueError, RecursionError) as error:
        raise ReaderError(f"{_name()} is not valid: {clean_line(str(error))}; correct it") from None
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ReaderError(f"{_name()}: each feed needs a heading [[feed]]; correct it")
    return tables


def _subscription(table: Mapping[str, Any], number: int, notices: list[str]) -> Subscription | None:
    place = f"{_name()}: feed {number}"
    good: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _CHECKS:
            notices.append(f"{place}: unknown key {shown(key)}; {nearest(key, _CHECKS)}")
            continue
        kind, expected = _CHECKS[key]
        is_fit = isinstance(value, kind) and (
            not isinstance(value, list) or all(isinstance(one, str) for one in value)
        )
        try:
            if not is_fit:
                raise ValueError(f"{expected} is expected")
            good[key] = seconds_of(value) if key in ("every", "keep") else value
        except ValueError as error:
            notices.append(f"{place}: {key}: {error}; it is ignored")
    for key in ("name", "folder", "user"):
        good[key] = clean_line(good.get(key, ""))
    good["topics"] = tuple(filter(None, map(clean_line, good.get("topics", ()))))
    good["password_command"] = tuple(good.get("password_command", ()))
    if not good.get("url", "").strip():
        notices.append(f"{place} has no url; it is ignored")
        return None
    good["url"] = clean_line(good["url"])
    return Subscription(**good)


def values_of(one: Subscription) -> dict[str, Any]:
    """A subscription's table in the file, without defaults."""
    values: dict[str, Any] = {}
    for key, value in one._asdict().items():
        if value != Subscription._field_defaults.get(key):
            value = duration_text(value) if key in ("every", "keep") else value
            values[key] = list(value) if isinstance(value, tuple) else value
    return values


def _block(values: Mapping[str, Any]) -> str:
    import tomlkit

    table = tomlkit.table()
    for key, value in values.items():
        table.add(key, value)
    feeds = tomlkit.aot()
    feeds.append(table)
    document = tomlkit.document()
    document.add("feed", feeds)
    return tomlkit.dumps(document)


class _FeedsFile:
    """The text of feeds.toml, and its tables, while feeds are changed.

    A change touches only the block of its feed: its lines, with the comments right above them. Feeds that are
    not written as `[[feed]]` have no blocks, so tomlkit changes the whole text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tables = _tables(text)

    @property
    def addresses(self) -> list[str]:
        """The addresses of the feeds, in their order."""
        return [without_credentials(str(table.get("url", "")).strip()) for table in self.tables]

    def place_of(self, address: str) -> int:
        """The position of a feed. Raises NoSuchFeed."""
        wanted = without_credentials(address)
        if wanted not in self.addresses:
            raise NoSuchFeed(f"{_name()} names no feed {shown(wanted)}")
        return self.addresses.index(wanted)

    def append(self, tables: Sequence[dict[str, Any]]) -> None:
        """Add feeds at the end."""
        blank = "\n" if self.text.endswith("\n") and not self.text.endswith("\n\n") else ""
        self.text = _joined(self.text, blank + "\n".join(map(_block, tables)))
        self.tables += tables

    def insert(self, place: int, block: str) -> bool:
        """Insert the block of a feed; returns False if feeds have no blocks."""
        blocks = self._blocks()
        if not (block and blocks):
            return False
        place = min(place, len(self.tables))
        self.text = _joined(*blocks[: place + 1], block, *blocks[place + 1 :])
        self.tables[place:place] = _tables(block)
        return True

    def take(self, place: int) -> tuple[dict[str, Any], str]:
        """Remove a feed; returns its table and its block."""
        blocks = self._blocks()
        block = blocks.pop(place + 1) if blocks else ""
        self.text = "".join(blocks) if blocks else _with_values(self.text, place, None)
        return self.tables.pop(place), block

    def set(self, place: int, values: Mapping[str, Any]) -> None:
        """Set keys of a feed; None removes one."""
        blocks = self._blocks()
        if blocks:
            blocks[place + 1] = _with_values(blocks[place + 1], 0, values)
        self.text = "".join(blocks) if blocks else _with_values(self.text, place, values)
        wanted = {**self.tables[place], **values}
        self.tables[place] = {key: value for key, value in wanted.items() if value is not None}

    def _blocks(self) -> list[str]:
        """The text before the first feed, then the block of each; empty if they have none."""
        starts = [found.start() for found in _BLOCK.finditer(self.text)]
        ends = [*starts, len(self.text)]
        blocks = [self.text[begin:end] for begin, end in zip([0, *starts], ends, strict=True)]
        return blocks if len(starts) == len(self.tables) else []


def _joined(*parts: str) -> str:
    """Joins parts of the file, each starting on its own line."""
    text = ""
    for part in filter(None, parts):
        text += "\n\n" if text and not text.endswith("\n") else ""
        text += part
    return text


def _with_values(text: str, place: int, values: Mapping[str, Any] | None) -> str:
    """The text with some keys of one feed set, or without that feed."""
    import tomlkit

    document = tomlkit.parse(text)
    feeds: Any = document["feed"]
    if values is None:
        del feeds[place]
        return tomlkit.dumps(document)
    for key, value in values.items():
        if value is not None:
            feeds[place][key] = value
        elif key in feeds[place]:
            del feeds[place][key]
    return tomlkit.dumps(document)


@contextmanager
def _changing() -> Iterator[_FeedsFile]:
    """Yields the file to change, which is saved at the end of the block; one process at a time. Raises
    ReaderError."""
    path = os.path.realpath(feeds_file())
    paths.ensure(os.path.dirname(path))
    with private_files.locked(path + ".lock"):
        before = _text()
        file = _FeedsFile(before)
        yield file
        if file.text != before:
            _save(path, file)


def _save(path: str, file: _FeedsFile) -> None:
    if _tables(file.text) != file.tables:
        raise ReaderError(f"{_name()} can't be changed safely; edit it by hand")
    text = file.text.replace("\n", "\r\n") if _is_windows(path) else file.text
    private_files.rewrite(path, text.encode())


def _is_windows(path: str) -> bool:
    try:
        return b"\r\n" in private_files.read(path, MOST_BYTES)
    except OSError:
        return False
