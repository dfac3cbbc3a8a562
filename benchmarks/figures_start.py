"""From the command to the first headline, on an index that is there: on the screen and as a list."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.floors import MINIMAL_APP, PAINTED, SQLITE, Floor
from benchmarks.screens import Screen, time_to
from benchmarks.table import Figure
from benchmarks.timing import READER, alternating, run, timed
from reader.library import SURVEYED

SEARCHES = 50


ALL_PANES = b"VIEWS"
"""What is on the screen as soon as the app itself has painted it."""


def figures(bench: Bench, held: Floor, typed: list[str]) -> Iterator[Figure]:
    """All of them, each in turn with its floor. `typed` are texts for the search bar, `held` is the minimal
    app's memory."""
    count, home = bench.corpus.size, bench.home
    screen, listing = (*READER, bench.folder), (*READER, "list", "--limit", "50", bench.folder)
    minimal, first, whole = alternating(
        (
            lambda: time_to(PAINTED, MINIMAL_APP, home),
            lambda: time_to(bench.corpus.marker, screen, home),
            lambda: time_to(ALL_PANES, screen, home),
        ),
        bench.rounds,
    )
    app = Floor("minimal Textual app", minimal)
    yield Figure("warm start to first headlines", count, first, app, most=1.15)
    yield Figure("warm start to all panes", count, whole, app)
    sqlite, listed = alternating(
        (lambda: timed(lambda: run(SQLITE, home)), lambda: timed(lambda: run(listing, home))), bench.rounds
    )
    most = 2 if count > SURVEYED else 6
    yield Figure("`reader list --limit 50`", count, listed, Floor("import sqlite3", sqlite), most=most)
    yield from _memory(bench, held, typed)


def dearest_imports(bench: Bench, count: int = 10) -> list[tuple[float, str]]:
    """The imports that cost most until all panes are painted: milliseconds of their own, and the name."""
    command = (MINIMAL_APP[0], "-X", "importtime", *READER[1:], bench.folder)
    with Screen(command, bench.home) as screen:
        screen.wait_for(ALL_PANES)
        lines = bytes(screen.written).decode(errors="replace").splitlines()
    found: list[tuple[float, str]] = []
    for line in lines:
        own, _, rest = line.partition("import time:")[2].partition("|")
        if own.strip().isdigit() and "|" in rest:
            found.append((int(own) / 1000, rest.partition("|")[2].strip()))
    return sorted(found, reverse=True)[:count]


def _memory(bench: Bench, held: Floor, typed: list[str]) -> Iterator[Figure]:
    """What the process holds with the screen open, then after searches typed into the search bar."""
    size = bench.corpus.size
    with Screen((*READER, bench.folder), bench.home) as screen:
        screen.wait_for(ALL_PANES)
        screen.settle()
        most = 1.6 if size <= 100_000 else None
        yield Figure("memory, screen open", size, screen.memory, held, most=most, unit="B")
        if bench.is_quick:
            return
        screen.press("/")
        for text in typed[:SEARCHES]:
            screen.press(text)
            screen.settle(0.05)
            screen.press("\x15")  # Ctrl-U: clears the line
        screen.settle()
        yield Figure(f"memory after {SEARCHES} searches", size, screen.memory, held, most=1.5, unit="B")
