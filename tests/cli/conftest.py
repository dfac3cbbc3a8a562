"""A few articles, and the command line run on them in this process."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from reader import cli
from reader.article.record import Article, Image, Provider, Related
from tests.cli.home import Home, Outcome
from tests.fake_library import FakeLibrary


class Run(Protocol):
    """Runs `reader` with these words."""

    def __call__(self, *words: str) -> Outcome:
        """What it left behind."""


def an_article(number: int, **fields: object) -> Article:
    """An article with its number in the title and one day between it and the next."""
    url = f"https://paper.example/{number}"
    article = Article(
        path=f"/news/{number}.md",
        identity=url,
        title=f"Article {number}",
        published_date_time=datetime(2026, 11, number % 28 + 1, 9, 30, tzinfo=UTC),
        original_url=url,
        provider=Provider("Harbour Post", "harbour.example"),
        topics=("AI",),
        quality=number % 100,
        body="Text of the article.",
    )
    return article._replace(**fields)  # type: ignore[arg-type]


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> FakeLibrary:
    """Three different articles, which every command then answers for."""
    made = FakeLibrary(
        [
            an_article(1, title="Chips, and the sea", topics=("AI", "Chips"), category="news"),
            an_article(2, title="Ferries stay", provider=Provider("Isle Courier"), published=False, heat=-1),
            an_article(
                3,
                title="=Sum [of] it",
                secured="tok\x85en",
                original_url="",
                published_date_time=None,
                images=(Image("a.png", 3, None, True),),
                related=(
                    Related("Chips again", web_url="https://paper.example/1"),
                    Related("No address"),
                ),
                other={"slug": "sum", "deep": {"a": ["1", None]}},
            ),
        ],
        now=datetime(2026, 11, 20, 12, tzinfo=UTC),
    )
    monkeypatch.setattr("reader.library.sources.open_library", lambda sources: made)
    return made


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `reader` with these words in this process."""

    def run(*words: str) -> Outcome:
        return Outcome(cli.main(words), *capsys.readouterr())

    return run


@pytest.fixture
def reader(run: Run, library: FakeLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `reader` on the Library in an empty folder; "." is then a SOURCE that exists."""
    monkeypatch.chdir(tmp_path)
    return run


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Three articles as files, one of which has a problem."""
    return Home(tmp_path)
