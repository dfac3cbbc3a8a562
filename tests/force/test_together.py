"""Several readers, an indexer and a writer on one collection at the same time."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from reader.library.sources import open_library
from reader.marks.mark import Change
from reader.query import parse
from tests.force.child_processes import ChildProcesses
from tests.force.conftest import Figure
from tests.index.files import NOW, every, named, opened, refresh, text_of, titles, write
from tests.model import Model


@pytest.fixture
def places(_own_places: Path) -> dict[str, str]:
    """The reader's folders of this test, as variables."""
    return {f"READER_{kind.upper()}_DIR": str(_own_places / kind) for kind in ("cache", "data", "state")}


def test_two_readers_mark_while_a_third_indexes(
    tmp_path: Path, places: dict[str, str], times: Callable[[int, int], int], figure: Figure
) -> None:
    """Every mark of both is there afterwards, and a third reader that was open all the time sees them."""
    each = times(60, 1000)
    folder = tmp_path / "feed"
    for number in range(2 * each):
        write(folder / f"{number:04}.md", text_of(f"n{number:04}", f"2024-01-{number % 28 + 1:02}"))
    watching = opened(folder)
    began = time.monotonic()
    with ExitStack() as stack:
        one, other, indexer = (stack.enter_context(ChildProcesses(places)) for _ in range(3))
        indexer.order("index", news=str(folder), rebuild=True)
        how = {"news": str(folder), "for ever": False}
        one.order("mark", **how, **{"from": 0, "to": each})
        other.order("mark", **how, **{"from": each, "to": 2 * each})
        lines = [*one.rest(), *other.rest()]
        seconds = time.monotonic() - began
        indexer.kill()
    assert [line for line in lines if line.startswith("failed")] == [] and len(lines) == 2 * each
    assert len(titles(watching, "is:starred")) == 2 * each
    watching.close()
    figure(6, f"two readers and an indexer: {each:,} marks each, {2 * each:,} there, in {seconds:.1f} s")


def test_a_mark_in_one_is_seen_in_the_other(tmp_path: Path, figure: Figure) -> None:
    """At its next question, for read, star, tag, note and what was taken back."""
    folder = tmp_path / "feed"
    for number in range(5):
        write(folder / f"{number}.md", text_of(f"n{number}", f"2024-01-{number + 1:02}"))
    one, other = opened(folder), opened(folder)
    seen = 0
    for mine, theirs in ((one, other), (other, one)):
        for change, text in (
            (Change(read=True), "is:read"), (Change(starred=True), "is:starred"),
            (Change(add_tags=("later",)), "tag:later"), (Change(note="why"), "has:note"),
        ):  # fmt: skip
            if text == "has:note":
                mine.mark(named(mine, "n2"), change)
                assert theirs.note(named(theirs, "n2")[0]) == "why"
            else:
                mine.mark(named(mine, "n2"), change)
                assert titles(theirs, text) == ["n2"]
            theirs.undo()
            assert text == "has:note" or titles(mine, text) == []
            seen += 2
    one.close()
    other.close()
    figure(6, f"{seen} changes in one reader seen in the other")


@pytest.mark.long
def test_a_writer_during_refreshes(
    tmp_path: Path, places: dict[str, str], times: Callable[[int, int], int], figure: Figure
) -> None:
    """After all of it the index is what a fresh one would be, and each mark is with its file."""
    chance, rounds = random.Random(6), times(6, 20)
    folder = tmp_path / "feed"
    for number in range(120):
        write(folder / f"{number % 4}" / f"{number:03}.md", text_of(f"n{number:03}", "2024-01-02"))
    library = opened(folder)
    marked = {f"n{number:03}" for number in range(0, 120, 3)}
    library.mark(named(library, *marked), Change(starred=True))
    changes = 0
    with ChildProcesses(places) as indexer:
        indexer.order("index", news=str(folder), rebuild=True)
        for number in range(rounds):
            for path in chance.sample(sorted(folder.rglob("*.md")), 12):
                changes += 1
                if path.stem.isdecimal() and chance.random() < 0.5:
                    # Written again in the manner of editors, or in place, and seen at every moment.
                    write(path.with_suffix(".tmp"), text_of(f"n{path.stem}", "2024-02-03", body="x" * number))
                    os.utime(path.with_suffix(".tmp"))
                    path.with_suffix(".tmp").replace(path)
                else:
                    path.rename(path.parent.parent / f"{chance.randrange(4)}" / path.name)
            refresh(library)
        indexer.kill()
    refresh(library)
    fresh = Model([folder])
    assert sorted(titles(library)) == sorted(one.article.title for one in fresh.stored)
    for text in ("", "n01*", "since:2024-02", "date:2024-01", "is:unread"):
        # An article that was edited has kept its id, so the ids are not those that its file says.
        wanted = [one.article.title for one in fresh.matching(parse(text), NOW)]
        assert sorted(titles(library, text)) == sorted(wanted)
    library.close()
    figure(6, f"{changes} files rewritten or renamed during {rounds} refreshes and another reader's")


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    """It is never taken for half of it once the writer has stopped."""
    folder = tmp_path / "feed"
    path = write(folder / "a.md", text_of("first", "2024-01-02", body="word " * 20_000))
    child = os.fork()
    if not child:
        try:
            for number in range(100_000):
                path.write_text(text_of(f"n{number}", "2024-01-02", body="word " * (number * 37 % 30_000)))
        finally:
            os._exit(0)
    try:
        library = open_library([folder])
        for _ in range(15):
            refresh(library)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    write(path, text_of("last", "2024-01-02", body="whole"))
    os.utime(path)
    refresh(library)
    (shown,) = every(library)
    assert (shown.title, library.article(shown).body.strip()) == ("last", "whole")
    library.close()
