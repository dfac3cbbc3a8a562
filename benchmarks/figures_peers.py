"""Other readers on the same articles, where they are installed: newsboat and sfeed.

They read feeds, so the articles are put into one RSS file, with everything that those programs keep: title,
link, date, author, topics and the excerpt with the related titles. That is one file for them and one for each
article for us, as docs/performance.md says beside the figures.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path
from shutil import rmtree, which
from statistics import median
from xml.sax.saxutils import escape

from benchmarks.bench import Bench
from benchmarks.corpus import articles
from benchmarks.floors import Floor
from benchmarks.screens import Screen
from benchmarks.table import Figure
from benchmarks.timing import READER, run, timed

FEED = "Made articles"
_FIELD = re.compile(r'^ *(?:- )?(title|excerpt|originalUrl|name): "?(.*?)"?$', re.MULTILINE)
_TOPIC = re.compile(r"^  - (\w+)$", re.MULTILINE)
_SETTINGS = "max-items 0\nreload-threads 1\nauto-reload no\nrefresh-on-startup no\n"


def figures(bench: Bench) -> Iterator[Figure]:
    """Those of the peers that are here; says aloud which are not."""
    for name, measured in (("newsboat", _newsboat), ("sfeed", _sfeed)):
        if program := which(name):
            yield from measured(bench, program, _feed(bench))
        else:
            print(f"{name} is not installed: its figures are left out", file=sys.stderr)


def _newsboat(bench: Bench, program: str, feed: Path) -> Iterator[Figure]:
    home = bench.home.parent / f"home-newsboat-{bench.corpus.size}"
    rmtree(home, ignore_errors=True)
    home.mkdir()
    (home / "urls").write_text(f"{feed.as_uri()}\n")
    (home / "settings").write_text(_SETTINGS)
    command = (program, "-u", f"{home}/urls", "-C", f"{home}/settings", "-c", f"{home}/cache.db")
    name, count = _version(program), bench.corpus.size
    cold = timed(lambda: run((*command, "-x", "reload"), home))
    ours = timed(lambda: run((*READER, "index", "--rebuild", bench.folder), bench.home))
    yield Figure("cold load, beside newsboat", count, ours, Floor(f"{name} reload", cold))
    # The goal is set for 100,000: with a few articles both do nothing but start.
    least = 5 if count >= 100_000 else None
    started, searched = [], []
    for _ in range(bench.rounds):
        started.append((_start(bench), _newsboat_start(command, bench, home)))
        searched.append((_search(bench), _newsboat_search(command, bench, home)))
    for figure, pairs in (("start to headlines", started), ("search to headline", searched)):
        value, theirs = (median(side) for side in zip(*pairs, strict=True))
        yield Figure(f"{figure}, beside newsboat", count, value, Floor(name, theirs), least=least)


def _sfeed(bench: Bench, program: str, feed: Path) -> Iterator[Figure]:
    def convert() -> None:
        with feed.open("rb") as file:
            subprocess.run([program], stdin=file, stdout=subprocess.DEVNULL, check=True)

    seconds = median(timed(convert) for _ in range(bench.rounds))
    yield Figure("sfeed, RSS to lines", bench.corpus.size, seconds)


def _start(bench: Bench) -> float:
    with Screen((*READER, bench.folder), bench.home) as screen:
        return screen.wait_for(bench.corpus.marker)


def _search(bench: Bench) -> float:
    """Seconds from typing a word until its one article, which was not on the screen, is."""
    word, *rest = bench.corpus.last_title.split()
    with Screen((*READER, bench.folder), bench.home) as screen:
        screen.wait_for(bench.corpus.marker)
        screen.settle()
        screen.press("/")
        screen.settle()
        screen.press(word)
        return screen.wait_to_see(" ".join(rest[:2]))


def _newsboat_start(command: tuple[str, ...], bench: Bench, home: Path) -> float:
    """Seconds until its articles are listed: its start, and the key that opens the feed."""
    with Screen(command, home) as screen:
        start = screen.wait_for(FEED.encode())
        screen.settle()
        screen.press("\r")
        return start + screen.wait_for(bench.corpus.marker)


def _newsboat_search(command: tuple[str, ...], bench: Bench, home: Path) -> float:
    word, *rest = bench.corpus.last_title.split()
    with Screen(command, home) as screen:
        screen.wait_for(FEED.encode())
        screen.settle()
        screen.press("/")
        screen.settle()
        screen.press(f"{word}\r")
        return screen.wait_to_see(" ".join(rest[:2]))


def _version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return "newsboat " + next(iter(re.findall(r"\d+(?:\.\d+)+", said)), "")


def _feed(bench: Bench) -> Path:
    """The corpus as one RSS file, made once."""
    path = bench.corpus.folder.parent / "feed.xml"
    if not path.exists():
        draft = path.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as file:
            file.write(f'<rss version="2.0"><channel><title>{FEED}</title>\n')
            for _, date, text in articles(bench.corpus.size):
                fields = _FIELD.findall(text)
                first = dict(reversed(fields))
                told = [value for key, value in fields if key in ("title", "excerpt")][1:]
                topics = "".join(f"<category>{name}</category>" for name in _TOPIC.findall(text))
                file.write(
                    f"<item><title>{escape(first['title'])}</title><link>{escape(first['originalUrl'])}</link>"
                    f"<guid>{escape(first['originalUrl'])}</guid><pubDate>{format_datetime(date)}</pubDate>"
                    f"<author>{escape(first['name'])}</author>{topics}"
                    f"<description>{escape(' '.join(told))}</description></item>\n"
                )
            file.write("</channel></rss>\n")
        draft.rename(path)
    return path
