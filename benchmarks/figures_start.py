"""With an index: from the command to the headlines, as a list and on the screen; the next article; memory."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.bench import BIG, Bench
from benchmarks.corpus import LONG, make_long
from benchmarks.floors import MINIMAL_APP, PAINTED, SQLITE, Floor
from benchmarks.screens import Screen, time_to
from benchmarks.table import Figure
from benchmarks.timing import READER, alternating, environment, run, timed

SEARCHES = 50
MOVES = 20
"""How often the cursor goes to the next article."""

ALL_PANES = b"VIEWS"
"""What is on the screen as soon as the app itself has painted it."""

# Budgets of what a person notices; docs/performance.md lists them.
FIRST_HEADLINES = 0.1
ALL_PANES_RATIO, ALL_PANES_SECONDS = 1.25, 0.1
LISTED = 0.12
NEXT_ARTICLE = 0.03
MEMORY, MEMORY_OF_A_MILLION = 2.0, 2.5


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
    yield Figure("warm start to first headlines", count, first, app, limit=FIRST_HEADLINES)
    limit = ALL_PANES_RATIO * minimal + ALL_PANES_SECONDS
    yield Figure("warm start to all panes", count, whole, app, limit=limit)
    sqlite, listed = alternating(
        (lambda: timed(lambda: run(SQLITE, home)), lambda: timed(lambda: run(listing, home))), bench.rounds
    )
    yield Figure("`reader list --limit 50`", count, listed, Floor("import sqlite3", sqlite), limit=LISTED)
    yield _next_article(bench)
    if bench.corpus.size < BIG:
        yield _next_long_article(bench)
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


def _next_article(bench: Bench) -> Figure:
    seconds = _moves(bench.folder, bench.home)
    return Figure("next article after a key", bench.corpus.size, seconds, limit=NEXT_ARTICLE)


def _next_long_article(bench: Bench) -> Figure:
    folder, home = str(make_long(bench.home.parent)), bench.home.parent / "home-long"
    home.mkdir(exist_ok=True)
    run((*READER, "index", folder), home)
    return Figure("the same, 500 to 5,000 words each", LONG, _moves(folder, home), limit=NEXT_ARTICLE)


def _moves(folder: str, home: Path) -> float:
    """From `j` until the next article's first words are on the screen, by the clock, on a terminal."""
    seconds = []
    with Screen((*READER, folder), home) as screen:
        screen.wait_for(ALL_PANES)
        screen.settle()
        for words in first_words(folder, home, MOVES)[1:]:
            screen.press("j")
            seconds.append(screen.wait_to_see(words))
            screen.settle(0.2)
    return median(seconds)


def first_words(folder: str, home: Path, count: int) -> list[str]:
    """What the excerpts of the newest articles begin with, newest first; they fit in a line."""
    fields = ("--fields", "excerpt", "--format", "jsonl")
    command = (*READER, "list", "--limit", str(count), *fields, folder)
    done = subprocess.run(command, env=environment(home), capture_output=True, check=True, text=True)
    return [" ".join(json.loads(line)["excerpt"].split()[:3]) for line in done.stdout.splitlines()]


def _memory(bench: Bench, held: Floor, typed: list[str]) -> Iterator[Figure]:
    """What the process holds with the screen open, then after searches typed into the search bar."""
    size = bench.corpus.size
    with Screen((*READER, bench.folder), bench.home) as screen:
        screen.wait_for(ALL_PANES)
        screen.settle()
        most = MEMORY if size <= 100_000 else MEMORY_OF_A_MILLION
        yield Figure("memory, screen open", size, screen.memory, held, most=most, unit="B")
        if bench.is_quick:
            return
        screen.press("/")
        for text in typed[:SEARCHES]:
            screen.press(text)
            screen.settle(0.05)
            screen.press("\x15")  # Ctrl-U: clears the line
        screen.settle()
        yield Figure(f"memory after {SEARCHES} searches", size, screen.memory, held, most=most, unit="B")
