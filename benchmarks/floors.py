"""Floors: what the machine needs for the part of the work that nobody can leave out.

Each is timed in the run that it is compared in, so that a busy or slow machine changes both sides alike.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.screens import Screen, time_to
from benchmarks.timing import rounds_of, run, timed

SAMPLE = 10_000
"""YAML is slow: of a larger corpus this many articles are parsed, and the time is scaled."""

_MINIMAL_APP = """
from textual.app import App, ComposeResult
from textual.widgets import Static

class Minimal(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("Painted")

Minimal().run()
"""
MINIMAL_APP = (sys.executable, "-c", _MINIMAL_APP)
PAINTED = b"Painted"
SQLITE = (sys.executable, "-c", "import sqlite3")


class Floor(NamedTuple):
    """A floor's name and value, in seconds or bytes."""

    name: str
    value: float


def bare_python(home: Path, rounds: int) -> Floor:
    """Starting and ending Python."""
    return Floor("python -c pass", rounds_of(lambda: run((sys.executable, "-c", "pass"), home), rounds))


def python_with_sqlite(home: Path, rounds: int) -> Floor:
    """Starting Python and loading its SQLite."""
    return Floor("import sqlite3", rounds_of(lambda: run(SQLITE, home), rounds))


def walk(folder: Path) -> int:
    """List every folder and ask for every file's time and size; how many files there are."""
    return sum(1 for _ in _files(str(folder)))


def read_and_load(
    folder: Path, count: int, rounds: int, clock: Callable[[Callable[[], object]], float] = timed
) -> Floor:
    """Reading every file and loading its front matter with PyYAML's C loader, in one process; by the time on
    the clock or, with `worked`, the processor's."""
    paths = [path for path, _ in islice(_files(str(folder)), SAMPLE)]
    scale = count / len(paths)
    name = "read + CSafeLoader"
    if scale > 1:
        name += f", {SAMPLE:,} x {scale:g}"
    gc.collect()
    return Floor(name, scale * median(clock(lambda: _load(paths)) for _ in range(rounds)))


def first_paint(home: Path, rounds: int) -> Floor:
    """A Textual app with one line of text, from its start until that line is on the screen."""
    return Floor("minimal Textual app", rounds_of(lambda: time_to(PAINTED, MINIMAL_APP, home), rounds))


def app_memory(home: Path) -> Floor:
    """What the same app holds in memory once it is painted."""
    with Screen(MINIMAL_APP, home) as screen:
        screen.wait_for(PAINTED)
        screen.settle()
        return Floor("minimal Textual app", screen.memory)


def _files(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            else:
                yield entry.path, entry.stat(follow_symlinks=False)


def _load(paths: list[str]) -> None:
    import yaml

    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        yaml.load(text[4 : text.index("\n---\n", 4)], yaml.CSafeLoader)
