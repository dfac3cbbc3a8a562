"""What one key costs the screen: the processor's time in the app, headless, until the new frame is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

from benchmarks.bench import Bench
from benchmarks.floors import Floor
from benchmarks.screens import COLUMNS, ROWS
from benchmarks.table import Figure
from benchmarks.timing import at_home, percentile

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from reader.app.screens.browse import BrowseScreen

KEYS = 200


class Costs(dict[str, float]):
    """Seconds by what was done: down and end with the test driver's own work, letter without it."""


def measure(bench: Bench, typed: Sequence[str]) -> Costs:
    """What the keys cost on this collection."""
    with at_home(bench.home):
        return asyncio.run(_measure(bench, typed))


def figures(small: Bench, large: Bench, typed: Sequence[str]) -> list[Figure]:
    """The keys on a large collection, beside the same on a small one."""
    floor, costs = measure(small, typed), measure(large, typed)
    count = large.corpus.size
    name = f"at {small.corpus.size:,}"
    return [
        Figure("key in the list", count, costs["down"], Floor(name, floor["down"]), most=1.3),
        Figure("jump to the end and back", count, costs["end"], Floor(name, floor["end"]), most=1.1),
        Figure("letter to new frame, p99", count, costs["letter"], Floor(name, floor["letter"]), limit=0.016),
    ]


async def _measure(bench: Bench, typed: Sequence[str]) -> Costs:
    keys = KEYS if not bench.is_quick else 30
    async with _screen(bench) as (pilot, screen):
        down = [await _cost(pilot, "j") for _ in range(keys)]
        end = [await _cost(pilot, key) for key in ("G", "home") * (keys // 10)]
        await pilot.press("slash")
        idle = median([await _cost(pilot, "f12", screen) for _ in range(keys // 3)])
        letters: list[float] = []
        for text in typed[:keys]:
            screen.search_bar.show(text[:-1])
            await _answered(pilot, screen)
            letters.append(await _cost(pilot, text[-1], screen) - idle)
    return Costs(down=median(down), end=median(end), letter=percentile(letters, 99))


@asynccontextmanager
async def _screen(bench: Bench) -> AsyncIterator[tuple[Pilot[Any], BrowseScreen]]:
    """The browsing screen on this collection, its first refresh done."""
    from reader.app.reader_app import ReaderApp
    from reader.app.screens.browse import BrowseScreen
    from reader.config import Config
    from reader.library import Library
    from reader.query import Query

    library = Library.open([bench.corpus.folder])
    try:
        list(library.refresh())
        app = ReaderApp(library, Query(), Config())
        async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
            screen = app.screen
            assert isinstance(screen, BrowseScreen)
            while getattr(screen, "is_refreshing", True):  # not there before the first frame
                await pilot.pause(0.05)
            await pilot.pause(0.5)
            yield pilot, screen
    finally:
        library.close()


async def _cost(pilot: Pilot[Any], key: str, screen: BrowseScreen | None = None) -> float:
    """What a key costs, up to the answer where a screen is given: of a key that asks."""
    began = process_time()
    await pilot.press(key)
    if screen is not None:
        await _answered(pilot, screen)
    return process_time() - began


async def _answered(pilot: Pilot[Any], screen: BrowseScreen) -> None:
    """Until the list shows the answer to what stands in the search bar."""
    await pilot.pause()
    while screen.results is None or screen.results.query != screen.current_query:
        await asyncio.sleep(0.0005)
    await pilot.pause()
