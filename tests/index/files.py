"""Small article files for the tests of the index, and what a Library says of them in one go."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reader.config import paths
from reader.library import Library
from reader.library.folder.library import FolderLibrary
from reader.marks.database import FILE, Marks
from reader.query import Query, parse
from reader.query.results import Headline, Report

NOW = datetime(2024, 5, 15, 12, 0, tzinfo=UTC)
"""The present, for every question of these tests."""

SETTLED_NS = 1_700_000_000_123_456_789
"""A time of change long gone, not on a whole second: files of that age are trusted at once."""


def text_of(title: str, date: str = "", *, url: str = "", body: str = "", **fields: str) -> str:
    """An article file with these header lines; a field's value is written as YAML."""
    lines = [f"title: {title}"]
    lines += [f"publishedDateTime: {date}"] if date else []
    lines += [f"originalUrl: {url}"] if url else []
    lines += [f"{key}: {value}" for key, value in fields.items()]
    return "\n".join(["---", *lines, "---", body, ""])


def write(path: Path, text: str, mtime_ns: int = SETTLED_NS) -> Path:
    """Write a file that seems to be that old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, ns=(mtime_ns, mtime_ns))
    return path


def write_four(folder: Path) -> Path:
    """Four articles from a to d, the newest first, two of them without a URL; the folder."""
    write(folder / "a.md", text_of("a", "2024-01-04", url="https://news.example/a"))
    write(folder / "b.md", text_of("b", "2024-01-03", url="https://news.example/b"))
    write(folder / "c.md", text_of("c", "2024-01-02"), 1_700_000_000_000_000_001)
    write(folder / "d.md", text_of("d", "2024-01-01"), 1_700_000_000_000_000_002)
    return folder


def refresh(library: Library, *, rebuild: bool = False) -> Report:
    """Refresh, and what the refresh reported."""
    *_, last = library.refresh(rebuild=rebuild)
    assert last.report is not None and last.phase == "done"
    return last.report


def counts(report: Report) -> tuple[int, int, int, int, int]:
    """files, added, changed, removed, unchanged."""
    return report[:5]


def kept_marks() -> list[dict[str, Any]]:
    """The user's marks of all collections, as they are in their file."""
    with closing(Marks(paths.user_data_dir() / FILE)) as marks:
        return [*marks.export()]


def opened(*sources: Path) -> FolderLibrary:
    """A Library that is up to date."""
    library = FolderLibrary.open(sources)
    refresh(library)
    return library


def titles(library: Library, query: str | Query = "", start: int = 0, stop: int = 10_000) -> list[str]:
    """The titles that match, in order."""
    parsed = parse(query) if isinstance(query, str) else query
    return [one.title for one in library.select(parsed, NOW).window(start, stop)]


def every(library: Library, query: str = "") -> Sequence[Headline]:
    """All headlines that match."""
    return library.select(parse(query), NOW).window(0, 1_000_000)


def named(library: Library, *wanted: str) -> list[Headline]:
    """The headlines with these titles."""
    by_title = {one.title: one for one in every(library)}
    return [by_title[title] for title in wanted]


def ids(found: Iterable[Headline]) -> list[str]:
    """The public ids, in order."""
    return [one.id for one in found]
