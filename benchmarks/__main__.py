"""`python -m benchmarks`: makes the corpora, times floors and reader in one run, prints one table."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import gettempdir

from benchmarks import (
    corpus,
    figures_feeds,
    figures_keys,
    figures_load,
    figures_peers,
    figures_search,
    figures_shared,
    figures_start,
    floors,
    made_index,
)
from benchmarks.bench import Bench
from benchmarks.floors import Floor
from benchmarks.table import Figure, markdown

PARTS = ("load", "start", "search", "keys", "peers", "feeds", "shared")
SMALL = 1_000
"""The collection that keys on a large one are compared with."""
_SCALES = {"k": 1_000, "m": 1_000_000}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what was asked for; the exit code says whether it ran, never whether the figures are good."""
    options = _options(argv)
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    base = Path(os.environ.get("READER_BENCH_DIR") or Path(gettempdir(), "reader-benchmarks")).resolve()
    base.mkdir(parents=True, exist_ok=True)
    print(_versions(), f"corpora in {base}", sep="\n", flush=True)
    found: list[Figure] = []
    for figure in _figures(options, base):
        found.append(figure)
        print(" ".join(filter(None, figure.cells())), file=sys.stderr, flush=True)
    print(markdown(found))
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a small collection and few rounds: does it run?"
    )
    parser.add_argument(
        "--sizes", type=_sizes, metavar="10k,100k", help="how many articles; 1m takes 4 GB of disk"
    )
    parser.add_argument(
        "--made", type=_sizes, metavar="1m,10m",
        help="how many articles made directly in an index, for what questions and keys cost (0 = none)",
    )  # fmt: skip
    parser.add_argument("--only", choices=PARTS, action="append", help="these parts alone; repeatable")
    parser.add_argument("--rounds", type=int, help="how often short things are repeated (default 7; quick 2)")
    options = parser.parse_args(argv)
    if options.sizes is None:
        options.sizes = [2_000] if options.quick else [10_000, 100_000]
    if options.made is None:
        options.made = [] if options.quick else [1_000_000]
    options.rounds = options.rounds or (2 if options.quick else 7)
    options.only = options.only or PARTS
    return options


def _sizes(text: str) -> list[int]:
    sizes = []
    for part in text.lower().split(","):
        number, scale = part.rstrip("km"), _SCALES.get(part[-1:], 1)
        if not number.isdigit():
            raise argparse.ArgumentTypeError(f"{part!r} is no size; write 10000, 10k or 1m")
        sizes.append(int(number) * scale)
    return sorted(filter(None, sizes))


def _figures(options: argparse.Namespace, base: Path) -> Iterator[Figure]:
    home = base / "home-floors"
    home.mkdir(exist_ok=True)
    python, sqlite = floors.bare_python(home, options.rounds), floors.python_with_sqlite(home, options.rounds)
    painted, held = floors.first_paint(home, options.rounds), floors.app_memory(home)
    yield Figure(python.name, 0, python.value)
    yield Figure(sqlite.name, 0, sqlite.value, python)
    yield Figure("minimal Textual app, first paint", 0, painted.value, python)
    typed = corpus.queries(60 if options.quick else 500)
    for count in options.sizes:
        bench = _bench(options, base, count)
        if "load" in options.only:
            loaded = floors.read_and_load(bench.corpus.folder, count, bench.few)
            yield from figures_load.figures(bench, loaded, painted)
        else:
            figures_load.fill(bench)
        if "start" in options.only:
            yield from figures_start.figures(bench, held, typed)
            _print_imports(bench)
        if "search" in options.only:
            yield from figures_search.figures(bench, typed)
            yield from figures_search.found_out(bench)
        if "keys" in options.only:
            small = _bench(options, base, SMALL)
            figures_load.fill(small)
            yield from figures_keys.figures(small, bench, typed)
        if "peers" in options.only:
            yield from figures_peers.figures(bench)
        if "shared" in options.only:
            yield from figures_shared.figures(bench, typed)

    if "feeds" in options.only:
        yield from figures_feeds.figures(base, is_quick=options.quick)
    for count in options.made:
        yield from _figures_of_made(options, base, count, typed, held)


def _figures_of_made(
    options: argparse.Namespace, base: Path, count: int, typed: list[str], held: Floor
) -> Iterator[Figure]:
    bench = made_index.make_bench(count, base, options.rounds)
    if "start" in options.only:
        yield from figures_start.figures(bench, held, typed)
    if "search" in options.only:
        yield from figures_search.figures(bench, typed)
        yield from figures_search.orders(bench)
        yield from figures_search.found_out(bench)
    if "keys" in options.only:
        small = made_index.make_bench(SMALL, base, options.rounds)
        yield from figures_keys.figures(small, bench, typed)
    if "shared" in options.only:
        yield from figures_shared.figures(bench, typed)


def _bench(options: argparse.Namespace, base: Path, count: int) -> Bench:
    made = corpus.make(count, base)
    return Bench(made, base / f"home-{count}", options.rounds, options.quick)


def _print_imports(bench: Bench) -> None:
    dearest = figures_start.dearest_imports(bench)
    print("dearest imports before all panes are painted:", file=sys.stderr)
    for milliseconds, name in dearest:
        print(f"  {milliseconds:6.1f} ms  {name}", file=sys.stderr)


def _versions() -> str:
    """What was measured, and on what."""
    names = ("news-reader-tui", "textual", "PyYAML", "pyroaring")
    parts = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    for name in names:
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            parts.append(f"{name} from this folder")
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{', '.join(parts)}; {platform.system()} {platform.release()}, {processors} processors"


if __name__ == "__main__":
    sys.exit(main())
