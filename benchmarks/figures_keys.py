"""What one key costs the screen: the processor's time of all threads until the new frame is written.

A frame is painted and put into words for a terminal as ever; only the terminal is not there.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.bench import Bench
from benchmarks.floors import Floor
from benchmarks.screens import COLUMNS, ROWS
from benchmarks.table import Figure
from benchmarks.timing import at_home, percentile

if TYPE_CHECKING:
    from reader.app.browsing.browse_screen import BrowseScreen

KEYS = 100
LETTER = 0.05
"""Seconds from a letter to its frame, at most: a budget of docs/performance.md."""
TEXT = 0.03
"""Seconds from a key to the text of the next article, at most."""
PATIENCE = 20.0
"""Seconds after which a frame that does not come will not come."""
GLANCE = 0.04
"""Seconds between two looks whether a frame has come: each costs some of the time that is measured. Until the
article under the cursor is read, which no letter waits for, it takes twice as long."""


class Costs(NamedTuple):
    """Seconds by what was done, and how many frames a letter took."""

    down: float
    end: float
    letter: float
    letter_p99: float
    frames: float
    text: float
    """From a key to the text of the next article, by the clock."""


class Watch:
    """Notes the processor's time whenever a frame was written."""

    def __init__(self) -> None:
        self.frames: list[float] = []

    def written(self) -> None:
        """A frame was written."""
        self.frames.append(process_time())

    async def cost(self, act: Callable[[], object], is_done: Callable[[], bool]) -> float:
        """Seconds of the processor from an act to the last of the frames that it brought about."""
        self.frames.clear()
        began = process_time()
        act()
        async with asyncio.timeout(PATIENCE):
            while not (self.frames and is_done()):
                await asyncio.sleep(GLANCE)
        await asyncio.sleep(GLANCE)
        return self.frames[-1] - began


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
        Figure("key in the list", count, costs.down, Floor(name, floor.down), most=1.1),
        Figure("jump to the end and back", count, costs.end, Floor(name, floor.end), most=1.1),
        Figure("letter to new frame, p50", count, costs.letter, Floor(name, floor.letter)),
        Figure(
            "letter to new frame, p99", count, costs.letter_p99, Floor(name, floor.letter_p99), limit=LETTER
        ),
        Figure("frames for a letter", count, costs.frames, unit="n"),
        Figure("key to the next article's text", count, costs.text, Floor(name, floor.text), limit=TEXT),
    ]


async def _measure(bench: Bench, typed: Sequence[str]) -> Costs:
    keys = KEYS if not bench.is_quick else 30
    async with _screen(bench) as (watch, screen):
        down = [await _moved(watch, screen, "j") for _ in range(keys)]
        texts = [await _read(watch, screen) for _ in range(keys // 3)]
        end = [await _moved(watch, screen, key) for key in ("G", "home") * (keys // 10)]
        screen.go_to("search")
        await _quiet(screen)
        letters, frames = [], []
        for text in typed[:keys]:
            line = screen.search_bar.line
            line.value = text[:-1]
            line.cursor_position = len(line.value)
            await _quiet(screen)
            letters.append(await _answered(watch, screen, text[-1]))
            frames.append(len(watch.frames))
    return Costs(
        median(down),
        median(end),
        median(letters),
        percentile(letters, 99),
        sum(frames) / len(frames),
        median(texts),
    )


@asynccontextmanager
async def _screen(bench: Bench) -> AsyncIterator[tuple[Watch, BrowseScreen]]:
    """The browsing screen on this collection, its first refresh done."""
    from reader.app import Start
    from reader.app.browsing.browse_screen import BrowseScreen
    from reader.app.reader_app import ReaderApp
    from reader.config import Config
    from reader.library.sources import open_library
    from reader.query import Query

    watch = Watch()

    class Watched(ReaderApp):
        """The app, told that someone sees it."""

        @property
        def is_headless(self) -> bool:
            return False

        def post_display_hook(self) -> None:
            watch.written()

    library = open_library([bench.corpus.folder])
    gc.disable()  # as the program does; the screen enables it after its first paint
    try:
        list(library.refresh())
        app = Watched(Start(library, Query(), Config()))
        async with app.run_test(size=(COLUMNS, ROWS)):
            screen = app.screen
            assert isinstance(screen, BrowseScreen)
            await _quiet(screen)
            yield watch, screen
    finally:
        gc.enable()
        library.close()


async def _quiet(screen: BrowseScreen) -> None:
    """Until all is answered, painted and at rest."""
    await asyncio.sleep(0.02)
    while not screen.is_settled:
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.05)


async def _moved(watch: Watch, screen: BrowseScreen, key: str) -> float:
    """What a key costs that moves the cursor."""
    before = screen.articles.cursor
    cost = await watch.cost(lambda: _press(screen, key), lambda: screen.articles.cursor != before)
    await _quiet(screen)
    return cost


async def _read(watch: Watch, screen: BrowseScreen) -> float:
    """Seconds by the clock until the next article is painted."""
    wanted = screen.articles.at(screen.articles.cursor + 1)
    began = perf_counter()
    _press(screen, "j")
    async with asyncio.timeout(PATIENCE):
        while (shown := screen.article_pane.shown) is None or shown[1] != wanted:
            await asyncio.sleep(0.001)
        watch.frames.clear()
        while not watch.frames:
            await asyncio.sleep(0.001)
    took = perf_counter() - began
    await _quiet(screen)
    return took


async def _answered(watch: Watch, screen: BrowseScreen, letter: str) -> float:
    """What a letter costs until list, total and all counts say what belongs to it."""
    before = screen.filters.query
    return await watch.cost(
        lambda: _press(screen, letter),
        lambda: (
            screen.filters.query != before
            and screen.articles.results is not None
            and screen.articles.results.query == screen.filters.query
            and screen.results_display.worker.is_idle
        ),
    )


def _press(screen: BrowseScreen, key: str) -> None:
    from textual.events import Key

    screen.app.post_message(Key(key, key if len(key) == 1 else None))
