"""When each part of a mark was last changed, and how the marks of two machines become one by that.

A part is "read", "starred", "note" or "tag:NAME": one machine may star what the other reads, and neither is
lost. Pure; the database keeps the times.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from reader.errors import UsageError
from reader.marks.mark import Mark

Times: TypeAlias = "dict[str, float]"
"""Part to seconds since 1970."""

_MOST = 1 << 36
"""Seconds; a later time was written by no clock."""


def parts(mark: Mark) -> dict[str, bool | str]:
    """Every part that is set, with its value."""
    found: dict[str, bool | str] = {"read": mark.read, "starred": mark.starred, "note": mark.note}
    found |= {f"tag:{tag.casefold()}": tag for tag in mark.tags}
    return {part: value for part, value in found.items() if value}


def now_changed(old: Mark, new: Mark, now: float) -> str:
    """The parts that a change was about with the time of it, as JSON."""
    before, after = parts(old), parts(new)
    return json.dumps(
        {part: now for part in before.keys() | after.keys() if before.get(part) != after.get(part)}
    )


def merged(mine: Mark, my_times: Mapping[str, float], theirs: Mark, their_times: Mapping[str, float]) -> Mark:
    """My mark with every part of theirs that was changed later; without times, what is set wins."""
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


def later(my_times: Mapping[str, float], their_times: Mapping[str, float]) -> Times:
    """The times of their parts that were changed later."""
    return {part: time for part, time in their_times.items() if time > my_times.get(part, 0.0)}


def written(times: Mapping[str, float]) -> dict[str, str]:
    """Times as an export has them: ISO 8601 in UTC, to the microsecond."""
    return {
        part: datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        for part, time in sorted(times.items())
    }


def read(place: int, record: Mapping[str, object]) -> Times:
    """The times of an exported record; none where it has none. Raises UsageError."""
    said = record.get("changed") or {}
    try:
        if not isinstance(said, Mapping):
            raise ValueError
        found = {str(part): datetime.fromisoformat(str(text)).timestamp() for part, text in said.items()}
        if any(not 0 < time < _MOST for time in found.values()):
            raise ValueError
    except (ValueError, OverflowError):
        raise UsageError(f'record {place} holds no marks: "changed" must be times by part') from None
    return found
