"""A fetch that is killed at any moment: no half-written article, nothing lost, nothing twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reader.feeds import subscriptions
from reader.feeds.fetching import FetchReport, fetch
from reader.feeds.subscriptions import Subscription
from tests.feeds.site import Page, Site, item, rss
from tests.force.child_processes import ChildProcesses
from tests.force.conftest import Figure

FEEDS, ENTRIES = 4, 12


@pytest.fixture
def site() -> Iterator[Site]:
    """Feeds with entries of which every third has no date."""
    made = Site()
    for feed in range(FEEDS):
        items = (
            item(
                number, title=f"Title {feed}-{number}", guid=f"{feed}-{number}",
                link=f"https://paper.example/{feed}/{number}",
                pubDate="" if number % 3 == 0 else "Mon, 01 Jun 2026",
            )
            for number in range(ENTRIES)
        )  # fmt: skip
        made.pages[f"/{feed}"] = Page(rss(*items), {"ETag": f'"{feed}"'})
    yield made
    made.close()


@pytest.fixture
def victims() -> Iterator[ChildProcesses]:
    """A process that forks those which fetch."""
    with ChildProcesses({}) as found:
        yield found


def test_a_killed_fetch_loses_nothing_and_brings_nothing_twice(
    site: Site,
    victims: ChildProcesses,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    times: Callable[[int, int], int],
    figure: Figure,
) -> None:
    """Killed after a random time, then fetched to the end: every entry is one whole file."""
    choose, kills = random.Random(7), times(2, 40)
    for attempt in range(kills):
        places = {
            f"READER_{kind.upper()}_DIR": str(tmp_path / f"{attempt}" / kind) for kind in ("data", "config")
        }
        for name, place in places.items():
            monkeypatch.setenv(name, place)
        subscriptions.add([Subscription(f"{site.url}/{feed}", f"Feed {feed}") for feed in range(FEEDS)])
        news = tmp_path / f"{attempt}" / "data" / "news"
        victims.order("fetch", places=places)
        # Most of the time goes to starting; what matters is the moment in which files are written.
        end = time.monotonic() + 30
        while not list(news.rglob("*.md")) and time.monotonic() < end:
            time.sleep(0.005)
        time.sleep(choose.random() * 0.12)
        victims.kill()
        for path in news.rglob("*.md"):
            assert path.read_text().endswith(".\n"), path
        report = FetchReport()
        for _ in fetch(subscriptions.load()[0], force=True, report=report):
            pass
        assert report.failed == 0
        titles = [path.read_text().partition('title: "')[2].partition('"')[0] for path in news.rglob("*.md")]
        assert sorted(titles) == sorted(f"Title {f}-{n}" for f in range(FEEDS) for n in range(ENTRIES))
        assert not list(news.rglob("*.part"))
        again = FetchReport()
        for _ in fetch(subscriptions.load()[0], force=True, report=again):
            pass
        assert (again.new, again.updated) == (0, 0)
    figure(10, f"{kills} fetches of {FEEDS} feeds killed, then completed: every entry one whole file")
