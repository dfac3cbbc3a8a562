"""What a visit saves for the next one."""

from __future__ import annotations

from reader.app import Start
from reader.app.reader_app import ReaderApp
from reader.config import Config
from reader.config.visit import Visit
from reader.query import parse
from tests.app.build import NOW, articles
from tests.app.pilot import MEDIUM, WIDE, drag, headline, notices, press, send, settled
from tests.fake_library import FakeLibrary

LONG = "A paragraph of some length.\n\n" * 60


def an_app(query: str = "", visit: Visit | None = None, kept: list[Visit] | None = None) -> ReaderApp:
    """An app over thirty articles, the first of them long."""
    some = articles(30)
    some[0] = some[0]._replace(body=LONG)
    start = Start(
        FakeLibrary(some),
        parse(query),
        Config(mark_read_after=-1),
        visit=visit or Visit(),
        keep_visit=(kept if kept is not None else []).append,
        clock=lambda: NOW,
    )
    return ReaderApp(start)


async def test_the_place_is_saved_and_restored() -> None:
    """Query, article, and reading position."""
    kept: list[Visit] = []
    async with an_app("number", Visit(query="number"), kept).run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert notices(pilot.app) == ["Restored the last search; c clears it"]
        screen = await press(pilot, "space", "space")
        place = screen.article_pane.reading_place
        await press(pilot, "4", "j")
        title = headline(screen).title
        await send(pilot, "Q")
    assert kept[-1].query == "number"
    async with an_app(kept[-1].query, kept[-1]).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert headline(screen).title == title
        await press(pilot, "g", "g")
        assert screen.article_pane.reading_place == place != (0, 0, 1)


async def test_the_query_of_a_start_is_not_saved() -> None:
    """Options are for one start; a search on the screen is saved."""
    kept: list[Visit] = []
    async with an_app("quality:>=50", Visit(query="number"), kept).run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert not notices(pilot.app)
        await press(pilot, "j")
        await send(pilot, "Q")
    assert kept[-1].query == "number"
    async with an_app("quality:>=50", Visit(query="number"), kept).run_test(size=WIDE) as pilot:
        await press(pilot, "c")
        await send(pilot, "Q")
    assert kept[-1].query == ""


async def test_a_word_is_restored_as_it_was_typed() -> None:
    """It is still a prefix and can be continued; a query from options is shown as given."""
    kept: list[Visit] = []
    async with an_app(kept=kept).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", *"numb", "escape")
        found = len(screen.articles)
        await send(pilot, "Q")
    assert found and kept[-1].query == "numb*"
    async with an_app("numb*", kept[-1]).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert (screen.search_bar.text, len(screen.articles)) == ("numb", found)
        await press(pilot, "/", "e")
        assert (screen.search_bar.text, len(screen.articles)) == ("numbe", found)
    async with an_app("numb*").run_test(size=WIDE) as pilot:
        assert (await settled(pilot)).search_bar.text == "numb*"


async def test_a_missing_article_leaves_the_cursor_at_the_top() -> None:
    """Its id is no error."""
    async with an_app(visit=Visit(article="ffffffffffff")).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert screen.articles.cursor == 0


async def test_dragged_sizes_are_restored() -> None:
    """Of the sidebar in a wide layout, of the list over the article in a medium one."""
    kept: list[Visit] = []
    async with an_app(kept=kept).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        edge = screen.sidebar.region.right - 1
        await drag(pilot, (edge, 20), (edge + 9, 20))
        assert screen.sidebar.outer_size.width == edge + 10
        await pilot.resize_terminal(*MEDIUM)
        await settled(pilot)
        bottom = screen.articles.region.bottom - 1
        await drag(pilot, (60, bottom), (60, bottom + 3))
        assert screen.articles.region.bottom - 1 == bottom + 3
        await send(pilot, "Q")
    async with an_app(visit=kept[-1]).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert screen.sidebar.outer_size.width == edge + 10


async def test_sizes_leave_room_for_the_other_panes() -> None:
    """A size from a large terminal is used as far as there is room."""
    visit = Visit(sizes={"sidebar": 900, "list": 900, "list_rows": 900, "related_rows": 900})
    for size in (WIDE, MEDIUM, (120, 16)):
        async with an_app(visit=visit).run_test(size=size) as pilot:
            screen = await settled(pilot)
            for pane in (screen.sidebar, screen.articles, screen.article_pane):
                assert pane.size.width >= 14 and pane.size.height >= 3, (size, pane)


async def test_keys_make_panes_and_lines_wider() -> None:
    """The focused pane, or the lines of the article."""
    async with an_app().run_test(size=(180, 40)) as pilot:
        screen = await settled(pilot)
        for place, measured in (("sidebar", "sidebar"), ("list", "articles")):
            screen.go_to(place)  # type: ignore[arg-type]
            before = getattr(screen, measured).outer_size.width
            await press(pilot, ">", ">")
            assert getattr(screen, measured).outer_size.width == before + 4
            await press(pilot, "<")
            assert getattr(screen, measured).outer_size.width == before + 2
        screen.go_to("article")
        await press(pilot, "<", "<")
        assert screen.article_pane.text_width <= screen.article_pane.measure == 68
