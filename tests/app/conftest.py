"""What every test of the screen starts from: a library in memory, a fixed clock, no configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from reader.app import Start
from reader.app.reader_app import ReaderApp
from reader.article.record import Article
from reader.config import Config
from reader.query import parse
from tests.app.build import NOW, articles
from tests.fake_library import FakeLibrary

Launch = Callable[..., ReaderApp]


@pytest.fixture(autouse=True)
def _rests_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cursor comes to rest soon, so that no test waits until typing has paused."""
    for place in ("widgets.article_list.REST", "browsing.results_display.MARK_AFTER"):
        monkeypatch.setattr(f"reader.app.{place}", 0.01)


@pytest.fixture
def start() -> Launch:
    """Makes an app over some articles (or a number of them) with a query and a configuration."""

    def make(
        some: Iterable[Article] | int = 30,
        query: str = "",
        *,
        library: FakeLibrary | None = None,
        config: Config | None = None,
        notices: tuple[str, ...] = (),
    ) -> ReaderApp:
        if library is None:
            library = FakeLibrary(articles(some) if isinstance(some, int) else some)
        config = config or Config(mark_read_after=-1)
        return ReaderApp(Start(library, parse(query), config, "~/news", notices, clock=lambda: NOW))

    return make
