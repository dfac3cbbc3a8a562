"""Views, and rules for topics: the tables of named queries in config.toml, and how changes are saved.

Only these tables are ever written; everything else in the file stays as it was.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from reader.article.text import clean_line, display_path, fold
from reader.config import private_files
from reader.config.paths import config_name, ensure
from reader.config.settings import MOST_BYTES, load
from reader.errors import ReaderError, StorageError, UsageError, nearest, shown

if TYPE_CHECKING:
    from tomlkit.items import Item, Key, Table

    TableLine = tuple[Key | None, Item]
    """A line of a table in tomlkit: a key and its value, or a comment or blank line without a key."""


TableName: TypeAlias = Literal["views", "topics"]

Configured: TypeAlias = "Mapping[str, str | Literal[False]]"
"""Such a table: name to query text; False hides a built-in view."""

BUILT_IN: Mapping[str, str] = {
    "All": "",
    "Unread": "is:unread",
    "Starred": "is:starred",
    "Today": "since:today",
    "This week": "since:7d",
    "Hot": "heat:>0 OR -heat:>=0 coverage:>=2 sort:heat",
}
"""The built-in views, in order; those of the configuration follow, or replace one of the same name."""


class View(NamedTuple):
    """A saved query."""

    name: str
    text: str
    """The query as written."""


def arranged(configured: Configured, built_in: Mapping[str, str] = BUILT_IN) -> list[View]:
    """All views in their order: ours that the configuration does not name, then the configuration's."""
    ours = [View(name, text) for name, text in built_in.items() if name not in configured]
    return ours + [View(name, text) for name, text in configured.items() if text is not False]


def find(name: str, configured: Configured) -> View:
    """The view of this name, whatever its case and accents. Raises UsageError with the nearest one."""
    views = arranged(configured)
    for view in views:
        if fold(view.name) == fold(name):
            return view
    raise UsageError(f"unknown view {shown(name)}; {nearest(name, [view.name for view in views])}")


def saved(configured: Configured, name: str, text: str) -> Configured:
    """Add a query under this name: in place of one with that name, else last."""
    return {**configured, name: text}


def renamed(configured: Configured, old: str, new: str, built_in: Mapping[str, str] = BUILT_IN) -> Configured:
    """Rename a view in place; a built-in view is hidden under its old name."""
    if old not in configured:
        return {**configured, old: False, new: built_in[old]}
    found = {new if name == old else name: text for name, text in configured.items()}
    return {**found, old: False} if old in built_in else found


def removed(configured: Configured, name: str, built_in: Mapping[str, str] = BUILT_IN) -> Configured:
    """Without a view; a built-in one is set to false."""
    if name in built_in:
        return {**configured, name: False}
    return {other: text for other, text in configured.items() if other != name}


def moved(configured: Configured, name: str, step: int, built_in: Mapping[str, str] = BUILT_IN) -> Configured:
    """Move a view down by `step`, or up if negative; built-in views after it get named too."""
    views = arranged(configured, built_in)
    place = next(place for place, view in enumerate(views) if view.name == name)
    view = views.pop(place)
    views.insert(max(min(place + step, len(views)), 0), view)
    # The built-in ones come first in their own order, as long as nothing is before or between them.
    named = 0
    left = [one for one in built_in if configured.get(one) is not False]
    while named < len(views) and left and views[named] == View(left[0], built_in[left[0]]):
        named += 1
        left.pop(0)
    hidden: dict[str, str | Literal[False]] = {one: text for one, text in configured.items() if text is False}
    return {**{one.name: one.text for one in views[named:]}, **hidden}


class SavedQueries:
    """A table of named queries, with changes that can be undone."""

    def __init__(
        self, table: TableName, changed: Callable[[Configured], object] = lambda queries: None
    ) -> None:
        """`changed` gets the queries after each change."""
        self._table, self._changed = table, changed
        self._done: list[tuple[Configured, Configured, Mapping[str, str]]] = []
        self._seen = _version()

    def has_changed(self) -> bool:
        """Whether the file was written since the last call; does not read it."""
        before, self._seen = self._seen, _version()
        return self._seen != before

    @property
    def configured(self) -> Configured:
        """The queries in the file now."""
        return configured_queries(self._table)

    def change(self, after: Configured, renamed: Mapping[str, str] | None = None) -> None:
        """Write other queries (see `write_queries`). Raises ReaderError."""
        before = self.configured
        write_queries(self._table, before, after, renamed)
        self._done.append((before, after, renamed or {}))
        self._changed(after)

    def undo(self) -> bool:
        """Undo the last change; False if there is none. Raises ReaderError: the file has changed."""
        if not self._done:
            return False
        before, after, renamed = self._done[-1]
        write_queries(self._table, after, before, {old: new for new, old in renamed.items()})
        self._done.pop()
        self._changed(before)
        return True


def _version() -> tuple[int, int, int] | None:
    """A stamp of the configuration file's state; None if it does not exist."""
    try:
        found = os.stat(config_name())
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def configured_queries(table: TableName) -> Configured:
    """The queries of a table of the configuration as it is now."""
    config = load()[0]
    return config.views if table == "views" else config.topics


def write_queries(
    table: TableName, before: Configured, after: Configured, renamed: Mapping[str, str] | None = None
) -> None:
    """Replace the queries `before` with `after`; comments stay with their queries.

    `renamed` maps new names to old ones. The file is replaced as a whole or not at all, keeps its mode, and
    is private (0600) if new. Raises ReaderError: it is not valid, not writable, or was changed meanwhile.
    """
    path = os.path.realpath(config_name())
    name = display_path(path)
    try:
        text = private_files.read(path, MOST_BYTES).decode("utf-8")
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{name}: cannot be read ({getattr(error, 'strerror', 'not UTF-8')})") from error
    try:
        new = _with_queries(text, table, before, after, renamed or {})
    except ValueError as error:  # tomlkit's errors too
        raise ReaderError(f"{name}: cannot be changed: {clean_line(str(error))}; correct it first") from error
    ensure(os.path.dirname(path))
    private_files.rewrite(path, new.encode())


def _with_queries(
    text: str, name: TableName, before: Configured, queries: Configured, renamed: Mapping[str, str]
) -> str:
    """The file's text with these queries. Raises ValueError if it is not valid TOML or its queries have
    changed."""
    import tomllib

    import tomlkit  # takes 60 ms, only needed for a change

    mark = "\ufeff" if text.startswith("\ufeff") else ""
    plain = text.removeprefix(mark).replace("\r\n", "\n")
    document = tomlkit.parse(plain)
    if tomllib.loads(plain).get(name, {}) != before:
        raise ValueError(f"[{name}] was changed meanwhile, or contains something other than queries")
    if name not in document and queries:
        head = f"[{name}]\n"
        document = tomlkit.parse(plain.rstrip("\n") + "\n\n" + head if plain.strip() else head)
    old = document.get(name)
    lines: list[TableLine] = list(old.value.body) if isinstance(old, tomlkit.items.Table) else []
    if old is not None:
        table, seam = _table(lines, queries, renamed)
        if isinstance(old, tomlkit.items.Table):
            table.trivia.comment, table.trivia.comment_ws = old.trivia.comment, old.trivia.comment_ws
            table.trivia.indent = old.trivia.indent
        document[name] = table
        new = tomlkit.dumps(document)
        if seam and seam + "\n" not in plain:
            new = new.replace(seam + "\n", seam, 1)  # tomlkit separates the next table with a blank line
    else:
        new = plain
    if tomllib.loads(new).get(name, {}) != queries:
        raise ValueError("the queries cannot be written in this order")
    return mark + (new.replace("\n", "\r\n") if "\r\n" in text else new)


def _table(lines: list[TableLine], queries: Configured, renamed: Mapping[str, str]) -> tuple[Table, str]:
    """The table with these queries, and the comments at its end, before the next table."""
    import tomlkit

    kept: dict[str, list[TableLine]] = {}
    waiting: list[TableLine] = []
    for key, item in lines:
        waiting.append((key, item))
        if key is not None:
            kept[key.key], waiting = waiting, []
    table = tomlkit.table()
    for name, text in queries.items():
        *remarks, (_, value) = kept.get(renamed.get(name, name)) or [(None, _item(text))]
        for _, remark in remarks:
            table.append(None, remark)
        if value.unwrap() != text:
            changed = _item(text)
            changed.trivia.comment, changed.trivia.comment_ws = value.trivia.comment, value.trivia.comment_ws
            value = changed
        table.add(name, value)
    for _, remark in waiting:
        table.append(None, remark)
    ends_in_comment = bool(waiting) and isinstance(waiting[-1][1], tomlkit.items.Comment)
    return table, "".join(item.as_string() for _, item in waiting) if ends_in_comment else ""


def _item(text: str | Literal[False]) -> Item:
    """A query as a TOML string, in the quotes that need no backslashes."""
    import tomlkit

    if text is not False and '"' in text and "'" not in text and text.isprintable():
        return tomlkit.string(text, literal=True)
    return tomlkit.item(text)
