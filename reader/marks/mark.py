"""What a person does to an article, and what has become of it: values, and the rules by which they change.

How they are kept is `reader.marks.database`' business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from reader.article.record import key_of
from reader.article.text import clean, clean_line
from reader.errors import UsageError


class Change(NamedTuple):
    """What a person does to an article's marks; None = leave as it is."""

    read: bool | None = None
    starred: bool | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    note: str | None = None

    @property
    def words(self) -> str:
        """What it does, after a count: "marked read"."""
        said = []
        if self.read is not None:
            said.append("marked read" if self.read else "marked unread")
        if self.starred is not None:
            said.append("starred" if self.starred else "unstarred")
        for word, tags in (("tagged", self.add_tags), ("untagged", self.remove_tags)):
            said += [f"{word} {', '.join(tags)}"] if tags else []
        if self.note is not None:
            said.append("noted" if self.note else "note removed")
        return ", ".join(said)


class Mark(NamedTuple):
    """The marks of one article."""

    key: int
    identity: str
    read: bool = False
    starred: bool = False
    note: str = ""
    tags: tuple[str, ...] = ()

    def changed(self, change: Change) -> Mark:
        """The marks after a change."""
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


def moved_on(current: Mark, old: Mark, new: Mark) -> Mark:
    """What differs between old and new, done to the current marks: later changes of other kinds stay."""
    tags = tuple(
        sorted((set(current.tags) - (set(old.tags) - set(new.tags))) | (set(new.tags) - set(old.tags)))
    )
    return current._replace(
        read=current.read if old.read == new.read else new.read,
        starred=current.starred if old.starred == new.starred else new.starred,
        note=current.note if old.note == new.note else new.note,
        tags=tags,
    )


_WANTED: Mapping[str, tuple[type, str]] = {
    "identity": (str, "text"), "read": (bool, "true or false"), "starred": (bool, "true or false"),
    "note": (str, "text"), "tags": (list, "a list of texts"),
}  # fmt: skip
"""What a record of marks holds; all but the identity may be missing."""


def imported(place: int, record: object) -> Mark:
    """An exported record as a mark. Raises UsageError."""
    if not isinstance(record, Mapping) or not record.get("identity"):
        raise UsageError(f'record {place} holds no marks: it needs "identity", which names the article')
    for name, (kind, meant) in _WANTED.items():
        value = record.get(name)
        are_texts = not isinstance(value, list) or all(isinstance(one, str) for one in value)
        if value is not None and not (isinstance(value, kind) and are_texts):
            raise UsageError(f'record {place} holds no marks: "{name}" must be {meant}')
    identity = record["identity"]
    tags = [clean_line(tag) for tag in record.get("tags") or ()]
    return Mark(
        key_of(identity), identity, bool(record.get("read")), bool(record.get("starred")),
        clean(record.get("note") or ""), tuple(filter(None, tags)),
    )  # fmt: skip
