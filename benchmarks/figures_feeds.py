"""What a fetch costs beside its floor: the same client getting the same feeds, the same parser, bare files.

The server is its own program on loopback, under as many addresses as there are hosts, so politeness (two
connections a host) does not decide the figures.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import aclosing, contextmanager
from io import BytesIO
from pathlib import Path
from shutil import rmtree, which
from statistics import median

from benchmarks import corpus
from benchmarks.figures_start import ALL_PANES, MOVES, first_words
from benchmarks.floors import Floor
from benchmarks.screens import Screen
from benchmarks.table import Figure
from benchmarks.timing import READER, environment, peak_memory, run, timed

HOSTS = 50
JOBS = 32
MOST_MEMORY = 300e6


def figures(base: Path, *, is_quick: bool) -> Iterator[Figure]:
    """A first fetch, one where nothing is new, and their memory."""
    feeds, entries = (20, 10) if is_quick else (200, 30)
    with serving(feeds, entries) as urls:
        count = feeds * entries
        home = _home(base, urls)
        bodies: list[bytes] = []
        got = timed(lambda: bodies.extend(asyncio.run(_get(urls, {}))))
        parsed = timed(lambda: _parse(bodies))
        written = timed(lambda: _write(base / "bare-files", bodies, entries))
        floor = Floor("getting, parsing, writing bare files", got + parsed + written)
        first = timed(lambda: run((*READER, "fetch"), home))
        yield Figure(f"first fetch of {feeds} feeds", count, first, floor, most=1.6)
        asked = Floor("the bare requests", timed(lambda: asyncio.run(_get(urls, {"If-None-Match": '"1"'}))))
        again = timed(lambda: run((*READER, "fetch", "--force"), home))
        yield Figure(f"fetch of {feeds} unchanged feeds", count, again, asked, most=3)
        if not is_quick:  # with a few feeds both do nothing but start
            yield from _beside_newsboat(base, urls, count, first, again)
        memory = peak_memory((*READER, "fetch"), _home(base, urls))
        yield Figure("memory of a first fetch", count, memory, limit=MOST_MEMORY, unit="B")
        quiet, fetching = _keys_while_fetching(base, urls)
        yield Figure("next article while feeds are fetched", count, fetching, Floor("quiet", quiet), most=1.3)
    if is_quick:
        return
    with serving(1_000, entries) as urls:
        memory = peak_memory((*READER, "fetch"), _home(base, urls))
        yield Figure(
            "memory of a first fetch of 1,000 feeds", 1_000 * entries, memory, limit=MOST_MEMORY, unit="B"
        )
    with serving(1_000, 1, delay=300) as urls:
        polite = Floor("1,000 answers of 300 ms, 32 at a time", 1_000 * 0.3 / JOBS)
        slow = timed(lambda: run((*READER, "fetch"), _home(base, urls)))
        yield Figure("fetch of 1,000 feeds of slow servers", 1_000, slow, polite)


def _beside_newsboat(
    base: Path, urls: Sequence[str], count: int, first: float, again: float
) -> Iterator[Figure]:
    """The same feeds from the same server, where newsboat is installed.

    It keeps the HTML as it came and cleans it when an article is shown, so its first fetch does less; what
    both do is to look for what is new.
    """
    if not (program := which("newsboat")):
        print("newsboat is not installed: its fetches are left out", file=sys.stderr)
        return
    home = base / "home-feeds-newsboat"
    rmtree(home, ignore_errors=True)
    home.mkdir()
    (home / "urls").write_text("".join(f"{url}\n" for url in urls))
    (home / "settings").write_text(f"reload-threads {JOBS}\nmax-items 0\nrefresh-on-startup no\n")
    command = (
        program,
        "-u",
        f"{home}/urls",
        "-C",
        f"{home}/settings",
        "-c",
        f"{home}/cache.db",
        "-x",
        "reload",
    )
    names = (f"first fetch of {len(urls)} feeds", f"fetch of {len(urls)} unchanged feeds")
    for name, ours, least in zip(names, (first, again), (None, 1), strict=True):
        theirs = Floor("newsboat's reload", timed(lambda: run(command, home)))
        yield Figure(f"{name}, beside newsboat", count, ours, theirs, least=least)


def _keys_while_fetching(base: Path, urls: Sequence[str]) -> tuple[float, float]:
    """The medians from a key to the next article before a fetch on the screen, and while it runs."""
    rmtree(base / "fetching", ignore_errors=True)
    folder = corpus.make(1_000, base / "fetching").folder  # older than what the feeds bring
    home = _home(base, urls)
    config = home / "config"
    (config / "config.toml").write_text(f'[feeds]\nfolder = "{folder}"\n')
    feeds = (config / "feeds.toml").rename(config / "later.toml")
    run((*READER, "index", str(folder)), home)
    words = iter(first_words(str(folder), home, 200)[1:])
    with Screen((*READER, str(folder)), home) as screen:
        screen.wait_for(ALL_PANES)
        screen.settle()
        quiet = [_next_article(screen, next(words)) for _ in range(MOVES)]
        feeds.rename(config / "feeds.toml")
        screen.press("R")
        screen.wait_to_run(b"feed_worker")
        fetching = []
        for following in words:
            fetching.append(_next_article(screen, following))
            if not screen.runs(b"feed_worker"):
                break
    return median(quiet), median(fetching)


def _next_article(screen: Screen, words: str) -> float:
    screen.settle(0.1)
    screen.press("j")
    return screen.wait_to_see(words)


@contextmanager
def serving(feeds: int, entries: int, delay: int = 0) -> Iterator[list[str]]:
    """The addresses of made feeds, while they are served."""
    command = [sys.executable, "-m", "benchmarks.feed_server", str(feeds), str(entries), str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        port = int(process.stdout.readline())
        yield [f"http://127.0.0.{number % HOSTS + 1}:{port}/{number}.xml" for number in range(feeds)]
        process.stdin.close()


def _home(base: Path, urls: Sequence[str]) -> Path:
    """An empty home with these subscriptions."""
    home = base / "home-feeds"
    rmtree(home, ignore_errors=True)
    (home / "config").mkdir(parents=True)
    text = "".join(f'[[feed]]\nurl = "{url}"\nname = "Paper {n}"\n\n' for n, url in enumerate(urls))
    (Path(environment(home)["READER_CONFIG_DIR"]) / "feeds.toml").write_text(text)
    return home


async def _get(urls: Sequence[str], headers: dict[str, str]) -> list[bytes]:
    from reader.feeds.network import Network

    slots = asyncio.Semaphore(JOBS)

    async def one(url: str) -> bytes:
        async with slots:
            return (await network.get(url, headers, is_trusted=True)).body

    async with aclosing(Network()) as network:
        return list(await asyncio.gather(*map(one, urls)))


def _parse(bodies: Sequence[bytes]) -> None:
    import feedparser

    for body in bodies:
        feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False)


def _write(folder: Path, bodies: Sequence[bytes], entries: int) -> None:
    rmtree(folder, ignore_errors=True)
    for number, body in enumerate(bodies):
        place = folder / str(number)
        place.mkdir(parents=True)
        for entry in range(entries):
            (place / f"{entry}.md").write_bytes(body[: len(body) // entries])
