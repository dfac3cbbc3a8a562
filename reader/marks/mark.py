"""Marks and changes to them, as values, and the rules of changing, undoing, importing and merging them.

`reader.marks.database` stores them in a file, `reader.library.postgres.marks` in a shared collection.

The marks of two machines are merged part by part; the later change wins. A part is "read", "starred", "note"
or "tag:NAME", so one machine may star what the other reads.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol, TypeAlias

from reader.article.identity import id_of, is_web, key_of
from reader.article.text import clean, clean_line
from reader.errors import UsageError

INT63 = (1 << 63) - 1
KEPT_CHANGES = 100
"""Number of changes that can be undone, across restarts too."""


class Change(NamedTuple):
    """A change to an article's marks; None = unchanged."""

    read: bool | None = None
    starred: bool | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    note: str | None = None

    @property
    def words(self) -> str:
        """Returns a description to follow a count: "marked read"."""
        parts = []
        if self.read is not None:
            parts.append("marked read" if self.read else "marked unread")
        if self.starred is not None:
            parts.append("starred" if self.starred else "unstarred")
        for word, tags in (("tagged", self.add_tags), ("untagged", self.remove_tags)):
            parts += [f"{word} {', '.join(tags)}"] if tags else []
        if self.note is not None:
            parts.append("noted" if self.note else "unnoted")
        return ", ".join(parts)


class Traces(NamedTuple):
    """What a marked article is recognised by if no article has its key."""

    title_key: int | None = None
    """Hash of its title."""
    text_key: int | None = None
    """Hash of its text."""
    date: int | None = None
    """Its date, in seconds since 1970."""
    place: str = ""
    """Absolute path of its file when last seen; never exported."""


class Mark(NamedTuple):
    """The marks of one article."""

    key: int
    identity: str
    read: bool = False
    starred: bool = False
    note: str = ""
    tags: tuple[str, ...] = ()
    traces: Traces = Traces()

    @property
    def is_by_path(self) -> bool:
        """Whether its article is only known by its path in the collection (version 1)."""
        return self.traces == Traces() and not is_web(self.identity)

    def united(self, other: Mark) -> Mark:
        """Returns the mark merged with another; an existing note stays."""
        added = Change(other.read or None, other.starred or None, other.tags, note=self.note or other.note)
        return self.changed(added)

    def changed(self, change: Change) -> Mark:
        """Returns the mark after a change."""
        tags = {tag.casefold(): tag for tag in self.tags}
        tags.update((tag.casefold(), tags.get(tag.casefold(), tag)) for tag in change.add_tags)
        for tag in change.remove_tags:
            tags.pop(tag.casefold(), None)
        return self._replace(
            read=self.read if change.read is None else change.read,
            starred=self.starred if change.starred is None else change.starred,
            note=self.note if change.note is None else change.note,
            tags=tuple(sorted(tags.values())),
        )


Times: TypeAlias = "dict[str, float]"
"""Part to seconds since 1970."""

MarkWithTimes: TypeAlias = tuple[Mark, Times]

Step: TypeAlias = tuple[Mark, Mark]
"""An article's marks before and after a change."""


def set_names(read: bool, starred: bool, has_note: bool, tags: Iterable[str]) -> frozenset[str]:
    """Returns the names of the sets that an article with these marks belongs to."""
    flags = {"read": read, "starred": starred, "note": has_note}
    return frozenset([*(name for name, is_set in flags.items() if is_set), *(f"tag:{tag}" for tag in tags)])


def moved_on(current: Mark, old: Mark, new: Mark) -> Mark:
    """Returns the current mark with the difference between old and new applied; unrelated later changes
    stay."""
    tags = tuple(
        sorted((set(current.tags) - (set(old.tags) - set(new.tags))) | (set(new.tags) - set(old.tags)))
    )
    return current._replace(
        read=current.read if old.read == new.read else new.read,
        starred=current.starred if old.starred == new.starred else new.starred,
        note=current.note if old.note == new.note else new.note,
        tags=tags,
    )


def blank_like(mark: Mark) -> Mark:
    """Returns a mark of the same article with nothing set."""
    return Mark(mark.key, mark.identity, traces=mark.traces)


def exported(mark: Mark) -> dict[str, Any]:
    """Returns a mark as a JSON-able record."""
    title, text, date, _ = mark.traces
    return {
        "id": id_of(mark.key), "identity": mark.identity, "read": mark.read, "starred": mark.starred,
        "tags": list(mark.tags), "note": mark.note,
        "keys": [None if key is None else f"{key:016x}" for key in (mark.key, title, text)],
        "date": date,
    }  # fmt: skip


_WANTED: Mapping[str, tuple[type, str]] = {
    "identity": (str, "text"), "read": (bool, "true or false"), "starred": (bool, "true or false"),
    "note": (str, "text"), "tags": (list, "a list of strings"), "keys": (list, "a list of strings"),
    "date": (int, "a whole number"),
}  # fmt: skip
"""The fields of a record of marks; all but the identity are optional."""


_MOST: Mapping[str, int] = {"identity": 1_000_000, "note": 1_000_000, "tags": 1_000}
"""Maximum number of characters, and of tags, of a mark."""


def imported(place: int, record: object) -> Mark:
    """Returns the mark in an exported record. Raises UsageError."""
    if not isinstance(record, Mapping) or not record.get("identity"):
        raise UsageError(f'record {place} is not a mark: it needs "identity", which names the article')
    for name, (kind, meant) in _WANTED.items():
        value = record.get(name)
        are_texts = not isinstance(value, list) or all(one is None or isinstance(one, str) for one in value)
        if value is not None and not (isinstance(value, kind) and are_texts):
            raise UsageError(f'record {place} is not a mark: "{name}" must be {meant}')
    identity = record["identity"]
    for name, most in _MOST.items():
        if len(record.get(name) or "") > most:
            raise UsageError(f'record {place} is not a mark: "{name}" is longer than {most:,}')
    tags = [clean_line(tag) for tag in record.get("tags") or () if tag is not None]
    try:
        keys = [None if key is None else int(key, 16) & INT63 for key in record.get("keys") or ()]
    except ValueError:
        raise UsageError(f'record {place} is not a mark: "keys" must be hexadecimal numbers') from None
    key, title, text = [*keys, None, None, None][:3]
    date = record.get("date")
    if date is not None and abs(date) > MOST_SECONDS * 4:
        raise UsageError(f'record {place} is not a mark: "date" must be seconds since 1970')
    return Mark(
        key_of(identity) if key is None else key, identity,
        bool(record.get("read")), bool(record.get("starred")),
        clean(record.get("note") or ""), tuple(filter(None, tags)), Traces(title, text, date),
    )  # fmt: skip


MOST_SECONDS = 1 << 36
"""Seconds; later times are invalid."""


def parts(mark: Mark) -> dict[str, bool | str]:
    """Returns every part that is set, with its value."""
    found: dict[str, bool | str] = {"read": mark.read, "starred": mark.starred, "note": mark.note}
    found |= {f"tag:{tag.casefold()}": tag for tag in mark.tags}
    return {part: value for part, value in found.items() if value}


def changed_times(old: Mark, new: Mark, now: float) -> Times:
    """Returns the changed parts with their time."""
    before, after = parts(old), parts(new)
    return {part: now for part in before.keys() | after.keys() if before.get(part) != after.get(part)}


def merged(mine: Mark, my_times: Mapping[str, float], theirs: Mark, their_times: Mapping[str, float]) -> Mark:
    """Returns my mark with every part of theirs that was changed later; without times, a set part wins."""
    before, other = parts(mine), parts(theirs)
    chosen = dict(before)
    for part in other.keys() | their_times.keys():
        my_time, their_time = my_times.get(part, 0.0), their_times.get(part, 0.0)
        is_theirs = their_time > my_time or (not their_time and not my_time and part not in before)
        if is_theirs and part in other:
            chosen[part] = other[part]
        elif is_theirs:
            chosen.pop(part, None)
    return mine._replace(
        read=bool(chosen.get("read")),
        starred=bool(chosen.get("starred")),
        note=str(chosen.get("note", "")),
        tags=tuple(sorted(str(value) for part, value in chosen.items() if part.startswith("tag:"))),
    )


def later_times(my_times: Mapping[str, float], their_times: Mapping[str, float]) -> Times:
    """Returns the times of their parts that were changed later."""
    return {part: time for part, time in their_times.items() if time > my_times.get(part, 0.0)}


def exported_times(times: Mapping[str, float]) -> dict[str, str]:
    """Returns times as exported: ISO 8601 in UTC, to the microsecond."""
    return {
        part: datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        for part, time in sorted(times.items())
    }


def imported_times(place: int, record: Mapping[str, object]) -> Times:
    """Returns the times in an exported record, if any. Raises UsageError."""
    times = record.get("changed") or {}
    try:
        if not isinstance(times, Mapping):
            raise ValueError
        found = {str(part): datetime.fromisoformat(str(text)).timestamp() for part, text in times.items()}
        if any(not 0 < time < MOST_SECONDS for time in found.values()):
            raise ValueError
    except (ValueError, OverflowError):
        raise UsageError(f'record {place} is not a mark: "changed" must map parts to times') from None
    return found


class MarkTables(Protocol):
    """The stored marks, and the changes that can be undone, in one transaction."""

    def of(self, keys: Iterable[int]) -> dict[int, Mark]:
        """Returns the marks of those articles that have any."""

    def with_times(self, keys: Iterable[int]) -> dict[int, MarkWithTimes]:
        """Like `of`, with the times of all changes."""

    def store(self, steps: Sequence[Step], times: Mapping[int, Times] | None = None) -> None:
        """Store the marks after these steps; their parts were changed at these times, else now."""

    def remember(self, words: str, steps: Sequence[Step]) -> None:
        """Keep a change for `undo`, instead of what could be redone and of the oldest one."""

    def recall(self, *, is_undo: bool) -> tuple[str, list[Step]] | None:
        """Returns the description and steps of the next change to undo or redo, now undone or redone."""


class KeptMarks(ABC):
    """A user's marks, stored in a file or in a shared collection.

    Methods raise StorageError or SharedError, and UsageError for an invalid record, before anything is
    written.
    """

    @abstractmethod
    def _transaction(self) -> AbstractContextManager[MarkTables]:
        """Opens the tables for a change of marks, which is saved for good when the block ends."""

    @abstractmethod
    def _all(self) -> Iterable[MarkWithTimes]:
        """Returns all marks with the times of their changes, sorted by identity."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection or file."""

    def change(
        self,
        articles: Mapping[int, str],
        change: Change,
        traces: Mapping[int, Traces] | None = None,
        *,
        is_undoable: bool = True,
    ) -> int:
        """Change the marks of articles given as key -> identity; returns how many changed. `traces` are
        stored to recognise the articles later."""
        with self._transaction() as tables:
            before = tables.of(articles)
            steps: list[Step] = []
            for key, identity in articles.items():
                old = before.get(key) or Mark(key, identity, traces=(traces or {}).get(key, Traces()))
                new = old.changed(change)
                if new != old:
                    steps.append((old, new))
            return self._done(tables, steps, change.words, is_undoable=is_undoable)

    @staticmethod
    def _done(tables: MarkTables, steps: list[Step], words: str, *, is_undoable: bool = True) -> int:
        if steps:
            if is_undoable:
                tables.remember(f"{len(steps)} {words}", steps)
            tables.store(steps)
        return len(steps)

    def undo(self) -> str | None:
        """Undo the newest change; returns its description, or None if there is none."""
        return self._travel(is_undo=True)

    def redo(self) -> str | None:
        """Redo the last undone change; returns its description, or None."""
        return self._travel(is_undo=False)

    def _travel(self, *, is_undo: bool) -> str | None:
        with self._transaction() as tables:
            found = tables.recall(is_undo=is_undo)
            if found is None:
                return None
            words, steps = found
            if is_undo:
                steps = [(after, before) for before, after in steps]
            now = tables.of([old.key for old, _ in steps])
            current = [now.get(old.key, old) for old, _ in steps]
            tables.store([(mark, moved_on(mark, *step)) for mark, step in zip(current, steps, strict=True)])
        return words

    def export(self) -> Iterator[dict[str, Any]]:
        """Returns every article's marks as JSON-able records, sorted by identity."""
        return (exported(mark) for mark, _ in self._all() if parts(mark))

    def export_with_times(self) -> Iterator[dict[str, Any]]:
        """Like `export`, with the times of all changes and with removed marks: for `merge`."""
        for mark, times in self._all():
            if times or parts(mark):
                yield exported(mark) | {"changed": exported_times(times)}

    def import_(self, records: Iterable[Mapping[str, Any]]) -> int:
        """Import marks, adding to the existing ones; returns how many articles changed."""
        wanted = [imported(place, record) for place, record in enumerate(records, 1)]
        with self._transaction() as tables:
            before = tables.of([mark.key for mark in wanted])
            steps: dict[int, Step] = {}
            for mark in wanted:
                first, old = steps.get(mark.key) or [before.get(mark.key, blank_like(mark))] * 2
                new = old.united(mark)
                if new != old:
                    # If an article is listed twice, it is one step that begins where the first began.
                    steps[mark.key] = (first, new)
            return self._done(tables, [*steps.values()], "imported")

    def merge(self, records: Iterable[Mapping[str, Any]]) -> int:
        """Merge each part of exported marks that was changed later than here; returns how many articles
        changed."""
        theirs: dict[int, MarkWithTimes] = {}
        for place, record in enumerate(records, 1):
            mark = imported(place, record)
            theirs[mark.key] = mark, imported_times(place, record)
        with self._transaction() as tables:
            mine = tables.with_times(theirs)
            steps: list[Step] = []
            times: dict[int, Times] = {}
            for key, (mark, their_times) in theirs.items():
                old, my_times = mine.get(key) or (blank_like(mark), {})
                new, later = merged(old, my_times, mark, their_times), later_times(my_times, their_times)
                if new != old or later:  # the times alone may have changed
                    steps.append((old, new))
                    times[key] = later
            changed = [(old, new) for old, new in steps if old != new]
            if changed:
                tables.remember(f"{len(changed)} merged", changed)
            tables.store(steps, times)
        return len(changed)
