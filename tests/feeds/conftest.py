"""A site on loopback, and someone who subscribes to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reader.feeds import subscriptions
from reader.feeds.fetching import FeedStep, FetchReport, fetch
from reader.feeds.network import Limits
from reader.feeds.subscriptions import Subscription
from reader.feeds.workers import Workers, answer_to
from tests.feeds.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    """A server without pages."""
    made = Site()
    yield made
    made.close()


class Desk:
    """Subscribes and fetches as a user would, and looks into the news folder."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder = folder
        self.site = site
        self.steps: list[FeedStep] = []

    def subscribe(self, path: str = "/feed", **fields: object) -> Subscription:
        """Subscribe to a path of the site."""
        one = Subscription(self.site.url + path)._replace(**fields)  # type: ignore[arg-type]
        subscriptions.add([one])
        return one

    def fetch(self, *, force: bool = True, **how: object) -> FetchReport:
        """Fetch all feeds, also those that are not due."""
        report = FetchReport()
        feeds, _ = subscriptions.load()
        steps = fetch(feeds, force=force, report=report, **how)  # type: ignore[arg-type]
        self.steps = list(steps)
        return report

    def articles(self) -> dict[str, str]:
        """The texts of all files in the news folder, by their paths."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_text("utf-8") for path in files}


@pytest.fixture
def desk(_own_places: Path, site: Site) -> Desk:
    """Someone with a news folder and a site to subscribe to."""
    return Desk(_own_places / "data" / "news", site)


@pytest.fixture
def quick_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are read in the test's own process, which takes a tenth of the time."""

    async def exchanged(_: Workers, question: Mapping[str, Any], raw: bytes) -> object:
        return json.loads(json.dumps(answer_to(json.loads(json.dumps(question)), raw)))

    monkeypatch.setattr(Workers, "exchanged", exchanged)


QUICK = Limits(size=1 << 20, seconds=3, connect=1, silence=1, redirects=3)
"""Limits that a test need not wait for."""
