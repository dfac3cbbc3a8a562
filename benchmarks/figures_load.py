"""From files to an index: cold, again with nothing changed, and what the index takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from shutil import rmtree
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import corpus
from benchmarks.bench import BIG, Bench
from benchmarks.floors import Floor, read_and_load, walk
from benchmarks.screens import time_to
from benchmarks.table import Figure
from benchmarks.timing import (
    READER,
    alternating,
    at_home,
    folder_bytes,
    peak_memory,
    run,
    timed,
    worked,
)
from reader.collection.folders import Collection
from reader.library.folder.library import FolderLibrary

COLD_LOAD = 0.6
INDEX = 0.35
WITH_STORIES = 1.2
ARRIVING = 50
MOST_LOADING = 400_000_000
"""Bytes over all processes during a cold load."""


def figures(bench: Bench, loaded: Floor, painted: Floor) -> Iterator[Figure]:
    """All of them; leaves the finished index in the bench's home."""
    yield from _cold(bench, loaded)
    if bench.corpus.size < BIG:
        yield _cold_without_bodies(bench)
    yield _index_size(bench)
    yield _first_headlines(bench, painted)
    if not bench.is_quick:
        yield _memory(bench)
    yield _nothing_changed(bench)
    yield _with_stories(bench)
    yield _arrival(bench)


def _load_anew(bench: Bench) -> None:
    rmtree(bench.home, ignore_errors=True)
    fill(bench)


def _cold(bench: Bench, loaded: Floor) -> Iterator[Figure]:
    size = bench.corpus.size
    clock: list[float] = []
    work = [worked(lambda: clock.append(timed(lambda: _load_anew(bench)))) for _ in range(bench.few)]
    yield Figure("cold `reader index`", size, median(clock), loaded, most=COLD_LOAD)
    alone = read_and_load(bench.corpus.folder, size, 1, worked)
    yield Figure("its processors' time together", size, median(work), alone)


def _cold_without_bodies(bench: Bench) -> Figure:
    """The floor loads front matter alone; here the reader too has nothing else to read."""
    size, base = bench.corpus.size, bench.home.parent
    bare = bench._replace(corpus=corpus.make(size, base, has_bodies=False), home=base / f"home-{size}-bare")
    loaded, seconds = alternating(
        (
            lambda: read_and_load(bare.corpus.folder, size, 1).value,
            lambda: timed(lambda: _load_anew(bare)),
        ),
        bench.few,
    )
    return Figure(
        "cold `reader index`, no bodies", size, seconds, Floor("read + CSafeLoader", loaded), most=COLD_LOAD
    )


def _index_size(bench: Bench) -> Figure:
    articles = Floor("the articles", bench.corpus.byte_count)
    size = folder_bytes(bench.home / "cache")
    return Figure("index on disk", bench.corpus.size, size, articles, most=INDEX, unit="B")


def _first_headlines(bench: Bench, painted: Floor) -> Figure:
    def show() -> float:
        with TemporaryDirectory(dir=bench.home.parent) as home:
            return time_to(bench.corpus.marker, (*READER, bench.folder), Path(home))

    seconds = median(show() for _ in range(bench.few))
    return Figure(
        "first headlines of a cold load", bench.corpus.size, seconds, painted, limit=painted.value + 0.1
    )


def _memory(bench: Bench) -> Figure:
    with TemporaryDirectory(dir=bench.home.parent) as home:
        peak = peak_memory((*READER, "index", bench.folder), Path(home))
    return Figure("memory of a cold load", bench.corpus.size, peak, limit=MOST_LOADING, unit="B")


def _nothing_changed(bench: Bench) -> Figure:
    from reader.library.sources import open_library

    with at_home(bench.home):
        library = open_library([bench.corpus.folder])
        try:
            walked, seconds = alternating(
                (
                    lambda: timed(lambda: walk(bench.corpus.folder)),
                    lambda: timed(lambda: list(library.refresh())),
                ),
                bench.rounds,
            )
        finally:
            library.close()
    return Figure(
        "refresh, nothing changed", bench.corpus.size, seconds, Floor("scandir + stat", walked), most=1.2
    )


def _with_stories(bench: Bench) -> Figure:
    """A cold load with stories beside one without them."""

    def load(*, finds_stories: bool) -> float:
        with TemporaryDirectory(dir=bench.home.parent) as home:
            library = FolderLibrary(
                Collection([bench.folder]), f"{home}/cache", f"{home}/data", finds_stories=finds_stories
            )
            try:
                return timed(lambda: list(library.refresh()))
            finally:
                library.close()

    without, seconds = alternating(
        (lambda: load(finds_stories=False), lambda: load(finds_stories=True)), bench.few
    )
    floor = Floor("without stories", without)
    return Figure("cold load with stories", bench.corpus.size, seconds, floor, most=WITH_STORIES)


def _arrival(bench: Bench) -> Figure:
    """Fifty articles of one day come to a collection that is indexed."""
    from reader.library.sources import open_library

    def arrive() -> float:
        names = [folder / f"arrived-{number}.md" for number in range(ARRIVING)]
        for number, name in enumerate(names):
            title, excerpt = corpus.text(chance, 9), corpus.text(chance, 35)
            header = f"title: {title}\nexcerpt: {excerpt}\npublishedDateTime: 2024-06-01T12:00:{number:02}Z"
            name.write_text(f"---\n{header}\n---\n")
        try:
            return timed(lambda: list(library.refresh()))
        finally:
            for name in names:
                name.unlink()
            list(library.refresh())

    chance = Random(1)
    folder = bench.corpus.folder / "arrived"
    folder.mkdir(exist_ok=True)
    try:
        with at_home(bench.home):
            library = open_library([bench.corpus.folder])
            try:
                seconds = median(arrive() for _ in range(3))
            finally:
                library.close()
    finally:
        folder.rmdir()
    return Figure(f"{ARRIVING} articles arrive, with stories", bench.corpus.size, seconds)


def fill(bench: Bench) -> None:
    """Have the index in the bench's home, without measuring it."""
    bench.home.mkdir(parents=True, exist_ok=True)
    run((*READER, "index", bench.folder), bench.home)
