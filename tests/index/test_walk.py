"""A long life of a collection: after every refresh the Library is as one that never saw anything else."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from reader.article.dates import sort_seconds
from reader.index import update
from reader.library import Library
from reader.library.folder.library import FolderLibrary
from reader.marks.mark import Change
from reader.query import Query, parse
from tests.conftest import rarely
from tests.index.files import NOW, counts, every, opened, refresh, text_of
from tests.model import Marked, Model

TOPICS = ("AI", "Chips", "Town")
ASKED = (
    "", "sort:-date", "harbour", "is:unread", "is:starred topic:AI", "since:2024-03", "date:2024-02",
    "sort:title",
)  # fmt: skip


class Walk:
    """A folder that things happen to, and what should be known of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.library = opened(folder)
        self.marks: dict[str, Marked] = {}
        self.undone: list[dict[str, Marked]] = []
        self.before: list[dict[str, Marked]] = []
        self.added = self.changed = self.removed = 0
        self.fresh_names = 0

    def files(self) -> list[Path]:
        """All article files there are."""
        return sorted(self.folder.rglob("*.md"))

    def text(self) -> str:
        """An article with its own URL, so that renaming it leaves its marks with it; seldom a duplicate."""
        number = self.random.randrange(60)
        date = (
            f"2024-{self.random.randrange(1, 5):02}-{self.random.randrange(1, 28):02}T{number % 24:02}:00:00Z"
            if self.random.random() < 0.7
            else self.random.choice(("2024-02-28T12:00:00Z", "2024-04-27", "2024-01-01"))
        )
        return text_of(
            ("harbour", "tram", "market")[number % 3] + f" {number}",
            self.random.choice((date, date, date, "")),
            url=f"https://news.example/{number}",
            topics=f"[{self.random.choice(TOPICS)}]",
        )

    def put(self, path: Path, text: str) -> None:
        """Write a file whose time of change is long gone and unlike that of any other."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        self.fresh_names += 1
        stamp = 1_600_000_000_000_000_000 + self.fresh_names * 1_000_000_007
        os.utime(path, ns=(stamp, stamp))

    def add(self) -> None:
        """One to five new files, seldom one without an article."""
        for _ in range(self.random.randrange(1, 6)):
            self.added += 1
            path = self.folder / self.random.choice(("", "a", "b", "b/c")) / f"n{self.added}.md"
            self.put(path, "" if self.random.random() < 0.1 else self.text())

    def edit(self) -> None:
        """A file says something else now."""
        if files := self.files():
            self.put(self.random.choice(files), self.text())

    def remove(self) -> None:
        """A file is gone."""
        if files := self.files():
            self.random.choice(files).unlink()

    def move(self) -> None:
        """A file has another name, maybe in another folder."""
        if files := self.files():
            self.added += 1
            files[0].rename(self.folder / f"m{self.added}.md")

    def mark(self) -> None:
        """Some articles are read, starred or tagged."""
        shown = self.random.sample(list(every(self.library)), min(3, self.library.total))
        change, marked = self.random.choice(
            [(Change(read=True, starred=False), Marked(read=True)), (Change(True, True), Marked(True, True))]
        )
        model = {one.article.id: one.article.identity for one in Model([self.folder]).stored}
        before = dict(self.marks)
        for one in shown:
            # Between a change on the disk and the refresh, the screen still shows what was there.
            if identity := model.get(one.id):
                self.marks[identity] = marked
        if self.library.mark([one for one in shown if one.id in model], change):
            self.before.append(before)
            self.undone.clear()

    def undo(self) -> None:
        """The last change of marks is taken back."""
        assert (self.library.undo() is not None) == bool(self.before)
        if self.before:
            self.undone.append(self.marks)
            self.marks = self.before.pop()

    def redo(self) -> None:
        """What was taken back is done again."""
        assert (self.library.redo() is not None) == bool(self.undone)
        if self.undone:
            self.before.append(self.marks)
            self.marks = self.undone.pop()

    def reopen(self) -> None:
        """The program ends and starts again."""
        self.library.close()
        self.library = FolderLibrary.open([self.folder])
        assert self.library.notices == []

    def rebuild(self) -> None:
        """The index is made again."""
        refresh(self.library, rebuild=True)

    def look(self) -> None:
        """After a refresh everything is as the files say; a second one finds nothing to do."""
        report = refresh(self.library)
        model = Model([self.folder], self.marks)
        assert report.files == model.files and report.duplicates == model.duplicates
        assert report.files == len(model.stored) + report.duplicates + model.without_article
        assert report.problems == model.without_article == len(list(self.library.problems()))
        assert counts(refresh(self.library)) == (model.files, 0, 0, 0, model.files)
        for text in ASKED:
            query = parse(text)
            shown = self.library.select(query, NOW).window(0, 1000)
            wanted = model.select(query, NOW)
            assert [one.id for one in shown] == wanted, text
            assert in_order(self.library, query), text
        for field in ("topic", "provider"):
            counted = self.library.facet(field, parse("is:unread"), NOW).values
            assert [tuple(one) for one in counted] == model.facet(field, parse("is:unread"), NOW)


def in_order(library: Library, query: Query) -> bool:
    """Whether dates never go the wrong way, and windows, positions and pages of one agree."""
    results = library.select(query, NOW)
    shown = results.window(0, 1000)
    assert [one for at in range(len(shown)) for one in results.window(at, at + 1)] == list(shown)
    assert [results.position(one.number) for one in shown] == list(range(len(shown)))
    if query.sort != "date":
        return True
    known = [sort_seconds(one.date) for one in shown if one.date is not None]
    assert all(one.date is None for one in shown[len(known) :])
    return known == sorted(known, reverse=not query.is_reversed)


@pytest.mark.parametrize("seed", [0, *rarely(*range(1, 12))])
def test_a_walk(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files come, change, move and go, marks are made and undone: nothing is lost, nothing is left over."""
    monkeypatch.setattr(update, "FIRST_CHUNK", 4)
    if seed % 3 == 0:
        # Tidied up again and again.
        monkeypatch.setattr(update, "LATE_LEAST", 2)
    folder = tmp_path / "feed"
    folder.mkdir()
    walk = Walk(folder, seed)
    steps = [walk.add, walk.add, walk.add, walk.edit, walk.edit, walk.remove, walk.move, walk.mark, walk.mark]
    steps += [walk.undo, walk.redo, walk.reopen, walk.rebuild]
    try:
        walk.add()
        walk.look()
        for _ in range(18):
            for step in walk.random.choices(steps, k=walk.random.randrange(1, 4)):
                step()
            walk.look()
    finally:
        walk.library.close()


def test_a_report_is_exact(tmp_path: Path) -> None:
    """Each file is counted once: added, changed, removed or unchanged."""
    walk = Walk(tmp_path, 0)
    for name in ("a", "b", "c/d", "c/e", "f/g"):
        walk.put(tmp_path / f"{name}.md", text_of(name))
    assert counts(refresh(walk.library)) == (5, 5, 0, 0, 0)
    assert counts(refresh(walk.library)) == (5, 0, 0, 0, 5)
    walk.put(tmp_path / "a.md", text_of("changed"))
    (tmp_path / "b.md").rename(tmp_path / "c" / "b.md")
    (tmp_path / "f/g.md").unlink()
    (tmp_path / "f").rmdir()
    walk.put(tmp_path / "new/h.md", text_of("h"))
    assert counts(refresh(walk.library)) == (5, 2, 1, 2, 2)
    assert counts(refresh(walk.library, rebuild=True))[:4] == (5, 5, 0, 0)
    walk.library.close()
