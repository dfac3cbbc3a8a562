"""The tables of named queries in config.toml: how changes to views and to rules for topics are saved.

Only these tables are ever written; everything else in the file stays as it was.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from reader.article.text import clean_line, display_path
from reader.config import private_files
from reader.config.paths import config_name, ensure
from reader.config.settings import MOST_BYTES, load
from reader.errors import ReaderError, StorageError

if TYPE_CHECKING:
    from tomlkit.items import Item, Key, Table

    Line = tuple[Key | None, Item]
    """A line of a table as tomlkit has it: a key and its value, or a comment or blank line without a key."""


TableName: TypeAlias = Literal["views", "topics"]

Configured: TypeAlias = "Mapping[str, str | Literal[False]]"
"""Such a table: name to query text; False leaves out a view of ours."""


class SavedQueries:
    """A table of named queries, with changes that can be undone."""

    def __init__(self, table: TableName) -> None:
        self._table = table
        self._done: list[tuple[Configured, Configured, Mapping[str, str]]] = []
        self._seen = _times()

    def has_changed(self) -> bool:
        """Whether the file was written since this was asked last; the file is not read for it."""
        before, self._seen = self._seen, _times()
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

    def undo(self) -> bool:
        """Undo the last change; False if there is none. Raises ReaderError: the file has changed."""
        if not self._done:
            return False
        before, after, renamed = self._done[-1]
        write_queries(self._table, after, before, {old: new for new, old in renamed.items()})
        self._done.pop()
        return True


def _times() -> tuple[int, int, int] | None:
    """What tells the configuration from its earlier states; None if there is none."""
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
    _replace(path, new.encode("utf-8"))


def _with_queries(
    text: str, name: TableName, before: Configured, queries: Configured, renamed: Mapping[str, str]
) -> str:
    """The file's text with these queries. Raises ValueError: it is no TOML or has others than before."""
    import tomllib

    import tomlkit  # 60 ms that only a change should cost

    mark = "\ufeff" if text.startswith("\ufeff") else ""
    plain = text.removeprefix(mark).replace("\r\n", "\n")
    document = tomlkit.parse(plain)
    if tomllib.loads(plain).get(name, {}) != before:
        raise ValueError(f"[{name}] was changed meanwhile, or contains something other than queries")
    if name not in document and queries:
        head = f"[{name}]\n"
        document = tomlkit.parse(plain.rstrip("\n") + "\n\n" + head if plain.strip() else head)
    old = document.get(name)
    lines: list[Line] = list(old.value.body) if isinstance(old, tomlkit.items.Table) else []
    if old is not None:
        table, seam = _table(lines, queries, renamed)
        if isinstance(old, tomlkit.items.Table):
            table.trivia.comment, table.trivia.comment_ws = old.trivia.comment, old.trivia.comment_ws
            table.trivia.indent = old.trivia.indent
        document[name] = table
        new = tomlkit.dumps(document)
        if seam and seam + "\n" not in plain:
            new = new.replace(seam + "\n", seam, 1)  # tomlkit sets the next table off with a blank line
    else:
        new = plain
    if tomllib.loads(new).get(name, {}) != queries:
        raise ValueError("the queries cannot be written in this order")
    return mark + (new.replace("\n", "\r\n") if "\r\n" in text else new)


def _table(lines: list[Line], queries: Configured, renamed: Mapping[str, str]) -> tuple[Table, str]:
    """The table with these queries, and the comments at its end, before the next table."""
    import tomlkit

    kept: dict[str, list[Line]] = {}
    waiting: list[Line] = []
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
    """A query as people would write it: with quotes in it, in the quotes that need no backslashes."""
    import tomlkit

    if text is not False and '"' in text and "'" not in text and text.isprintable():
        return tomlkit.string(text, literal=True)
    return tomlkit.item(text)


def _replace(path: str, content: bytes) -> None:
    """Put a file in the place of another, whole or not at all. Raises StorageError."""
    try:
        ensure(os.path.dirname(path))
        mode = os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o600
        with private_files.replacing(path, mode=mode, is_precious=True) as file:
            file.write(content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            f"{display_path(path)}: cannot be written ({reason}); check its permissions and try again"
        ) from error
