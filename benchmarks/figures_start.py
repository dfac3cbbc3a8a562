"""From the command to the first headline, on an index that is there: on the screen and as a list."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.floors import MINIMAL_APP, Floor
from benchmarks.screens import Screen, time_to
from benchmarks.table import Figure
from benchmarks.timing import READER, rounds_of, run

SEARCHES = 50


def figures(bench: Bench, sqlite: Floor, painted: Floor, held: Floor, typed: list[str]) -> Iterator[Figure]:
    """All of them. `typed` are texts for the search bar, `held` is the minimal app's memory."""
    count = bench.corpus.size
    screen, listing = (*READER, bench.folder), (*READER, "list", "--limit", "50", bench.folder)
    start = rounds_of(lambda: time_to(bench.corpus.marker, screen, bench.home), bench.rounds)
    yield Figure("warm start to first headlines", count, start, painted, most=1.15)
    listed = rounds_of(lambda: run(listing, bench.home), bench.rounds)
    yield Figure("`reader list --limit 50`", count, listed, sqlite, most=2)
    yield _memory(bench, held, typed)


def dearest_imports(bench: Bench, count: int = 10) -> list[tuple[float, str]]:
    """The imports that cost most on the way to the first paint: milliseconds of their own, and the name."""
    command = (MINIMAL_APP[0], "-X", "importtime", *READER[1:], bench.folder)
    with Screen(command, bench.home) as screen:
        screen.wait_for(bench.corpus.marker)
        lines = bytes(screen.written).decode(errors="replace").splitlines()
    found: list[tuple[float, str]] = []
    for line in lines:
        own, _, rest = line.partition("import time:")[2].partition("|")
        if own.strip().isdigit() and "|" in rest:
            found.append((int(own) / 1000, rest.partition("|")[2].strip()))
    return sorted(found, reverse=True)[:count]


def _memory(bench: Bench, held: Floor, typed: list[str]) -> Figure:
    """What the process holds with the screen open, after searches typed into the search bar."""
    with Screen((*READER, bench.folder), bench.home) as screen:
        screen.wait_for(bench.corpus.marker)
        screen.settle()
        screen.press("/")
        for text in typed[: SEARCHES if not bench.is_quick else 5]:
            screen.press(text)
            screen.settle(0.05)
            screen.press("\x15")  # Ctrl-U: clears the line
        screen.settle()
        return Figure(
            f"memory, screen open, {SEARCHES} searches" if not bench.is_quick else "memory, screen open",
            bench.corpus.size, screen.memory, held, most=1.5, unit="B",
        )  # fmt: skip
