"""The list folded by stories, with a real index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.app import Start
from reader.app.reader_app import ReaderApp
from reader.config import Config
from reader.config.visit import Visit
from reader.library.folder.library import FolderLibrary
from reader.query import parse
from tests.app.pilot import NARROW, WIDE, headline, notices, picture, press, send, settled
from tests.index.files import opened, refresh, text_of, write

NOW = datetime(2024, 3, 3, 12, 0, tzinfo=UTC)
WHALE = (
    ("Young humpback whale swims up the Merrow", "09", "Delta Wire",
     "A young humpback whale swam up the Merrow and stayed under the Chain Bridge for an hour."),
    ("Humpback whale under the Chain Bridge", "10", "Coast Wire",
     "Commuters saw a young humpback whale that swam up the Merrow as far as the Chain Bridge."),
    ("Whale in the Merrow stops commuters", "11", "Isle Courier",
     "A young humpback whale in the Merrow stopped commuters on the Chain Bridge for an hour."),
)  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> Iterator[FolderLibrary]:
    """Three reports of a whale, one of bread on either side of them."""
    for title, hour, provider, excerpt in WHALE:
        write(
            tmp_path / f"{hour}.md",
            text_of(title, f"2024-03-02T{hour}:00:00Z", provider=provider, excerpt=excerpt),
        )
    write(tmp_path / "before.md", text_of("A bread of rye", "2024-03-02T08:00:00Z", provider="Quayside"))
    write(tmp_path / "after.md", text_of("Buns with cardamom", "2024-03-02T12:00:00Z", provider="Quayside"))
    found = opened(tmp_path)
    refresh(found)
    yield found
    found.close()


def an_app(
    library: FolderLibrary,
    visit: Visit | None = None,
    kept: list[Visit] | None = None,
    *,
    is_folded: bool | None = None,
) -> ReaderApp:
    """The screen over this library."""
    return ReaderApp(
        Start(
            library,
            parse(""),
            Config(mark_read_after=-1),
            visit=visit or Visit(),
            keep_visit=(kept if kept is not None else []).append,
            clock=lambda: NOW,
            is_folded=is_folded,
        )
    )


async def test_a_story_is_one_row(library: FolderLibrary) -> None:
    """Its newest article, with the number and the providers of the others; the status line counts stories
    and articles."""
    async with an_app(library).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "Z")
        assert [one.title for one in screen.articles.results.window(0, 9)] == [  # type: ignore[union-attr]
            "Buns with cardamom", WHALE[2][0], "A bread of rye"
        ]  # fmt: skip
        assert "Isle Courier +2 Coast Wire, Delta Wire" in picture(pilot)
        assert screen.result_status.counts == "3 stories, 5 of 5"
        screen = await press(pilot, "Z")
        assert len(screen.articles) == 5 and screen.result_status.counts == "5 of 5"


async def test_a_story_unfolds_in_place(library: FolderLibrary) -> None:
    """Its other articles are listed below it, newest first, and folded again from any of them."""
    async with an_app(library).run_test(size=NARROW) as pilot:
        screen = await press(pilot, "Z", "j", "m")
        assert len(screen.articles) == 5 and screen.result_status.counts == "3 stories, 5 of 5"
        lines = picture(pilot).split("\n")
        below = next(line for line in lines if WHALE[1][0] in line)
        above = next(line for line in lines if WHALE[2][0] in line)
        assert below.index("●") == above.index("●") + 2 and "2 below" in picture(pilot)
        screen = await press(pilot, "j", "m")
        assert len(screen.articles) == 3
        assert headline(screen).title == WHALE[2][0]


async def test_a_folded_row_is_read_as_a_whole(library: FolderLibrary) -> None:
    """One key marks all articles of the story, one undoes that; unfolded, it marks a single article."""
    async with an_app(library).run_test(size=WIDE) as pilot:
        await press(pilot, "Z", "j", "r")
        assert len(library.select(parse("is:read"))) == 3
        await press(pilot, "u")
        assert len(library.select(parse("is:read"))) == 0
        await press(pilot, "m", "r")
        assert len(library.select(parse("is:read"))) == 1


async def test_a_folded_story_is_read_as_a_whole_in_the_article_too(library: FolderLibrary) -> None:
    """The key marks all its articles, and again after their marks have changed."""
    async with an_app(library).run_test(size=WIDE) as pilot:
        await press(pilot, "Z", "j", "enter", "r")
        assert len(library.select(parse("is:read"))) == 3
        await press(pilot, "r")
        assert len(library.select(parse("is:read"))) == 0


async def test_the_next_unread_row_has_something_unread(library: FolderLibrary) -> None:
    """A story counts if any of its articles is unread."""
    async with an_app(library).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "Z", "j", "m", "r", "m", "g", "g", "n")
        assert screen.articles.cursor == 1 and "●" in picture(pilot)
        screen = await press(pilot, "r", "g", "g", "n")
        assert screen.articles.cursor == 2


async def test_folding_is_remembered(library: FolderLibrary) -> None:
    """For each collection; at first it is as configured."""
    kept: list[Visit] = []
    async with an_app(library, kept=kept).run_test(size=WIDE) as pilot:
        await press(pilot, "Z")
        await send(pilot, "Q")
    assert kept[-1].is_folded
    async with an_app(library, kept[-1], kept).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert len(screen.articles) == 3
        await press(pilot, "Z")
        await send(pilot, "Q")
    assert kept[-1].is_folded is False


async def test_unfolding_an_unfolded_list_names_the_key_that_folds(library: FolderLibrary) -> None:
    """A notice instead of an action."""
    async with an_app(library).run_test(size=WIDE) as pilot:
        await press(pilot, "m")
        assert notices(pilot.app) == ["The list is not folded; Z gives each story a row"]


async def test_an_option_folds_for_one_visit(library: FolderLibrary) -> None:
    """`--stories` is not remembered; what the key sets is."""
    kept: list[Visit] = []
    last = Visit(is_folded=False)
    async with an_app(library, last, kept, is_folded=True).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert len(screen.articles) == 3
        await send(pilot, "Q")
    assert not any(one.is_folded for one in kept)
    async with an_app(library, Visit(is_folded=True), kept, is_folded=False).run_test(size=WIDE) as pilot:
        assert len((await settled(pilot)).articles) == 5
        await press(pilot, "Z")
        await send(pilot, "Q")
    assert kept[-1].is_folded
