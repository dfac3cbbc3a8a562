"""The list of headlines: what it paints, where its cursor is, what it tells."""

from __future__ import annotations

from rich.cells import cell_len

from reader.app.keys import NO_RESULTS
from reader.app.widgets.article_list import ArticleList
from reader.query import Query
from tests.app.build import NOW, an_article, articles
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, browse, click, picture, press, quiet, send, settled
from tests.fake_library import FakeLibrary


async def test_the_cursor_begins_at_the_newest_and_stops_at_the_ends(start: Launch) -> None:
    """The newest article is shown; beyond the first and the last row there is nothing to go to. A command
    changes the height of a row and keeps the cursor."""
    async with start(3).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert screen.articles.headline is not None
        assert screen.articles.headline.title == "Harbour harbour number 0"
        assert screen.headline == screen.articles.headline
        await press(pilot, *"jjjj")
        assert screen.articles.cursor == 2
        screen.articles.action_toggle_rows()
        await settled(pilot)
        assert (screen.articles.row_height, screen.articles.cursor) == (1, 2)
        await press(pilot, *"kkkk")
        assert screen.articles.cursor == 0


async def test_the_cursor_stays_on_its_article_when_others_arrive(start: Launch) -> None:
    """New articles above move the row, not the cursor's article."""
    library = FakeLibrary(articles(20))
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "j", "j")
        held = screen.articles.headline
        library.to_come = [an_article("Just in", hours=0)]
        await press(pilot, "R")
        assert screen.articles.headline == held
        assert screen.articles.cursor == 3


async def test_the_cursor_stays_on_its_article_when_the_question_changes(start: Launch) -> None:
    """A filter that the article passes leaves the cursor on it; one that it fails goes to the top."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, *"jjjjjj")
        held = screen.articles.headline
        assert held is not None
        await press(pilot, "/", *f"topic:{held.topics[0]} ")
        assert screen.articles.headline == held
        await press(pilot, *"provider:Ledger")
        assert screen.articles.cursor == 0


async def test_only_the_rows_in_sight_are_asked_for() -> None:
    """A list of thousands is read in pages."""
    library = FakeLibrary(articles(3))
    results = library.select(Query())
    asked: list[tuple[int, int]] = []

    class Counting:
        is_exact = True
        query = Query()

        def __len__(self) -> int:
            return 1_000_000

        def window(self, start: int, stop: int) -> object:
            asked.append((start, stop))
            return list(results.window(0, 1)) * (stop - start)

        def position(self, number: int) -> int | None:
            return None

    from reader.app import Start
    from reader.app.reader_app import ReaderApp
    from reader.config import Config

    app = ReaderApp(Start(library, Query(), Config(mark_read_after=-1), clock=lambda: NOW))
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        screen.articles.results = Counting()  # type: ignore[assignment]
        await send(pilot, "G")
        await quiet(pilot)
        assert screen.articles.cursor == 999_999
        assert len(asked) <= 3


async def test_no_line_is_longer_than_its_pane_whatever_the_title(start: Launch) -> None:
    """Wide, joined and combining characters neither break a row nor push the columns."""
    titles = [
        "東京の研究所が新しい翻訳モデルを公開" * 4,
        "👨‍👩‍👧 family " * 9,
        "e\u0301" * 200,
        "[/x] [bold]",
    ]
    some = [an_article(title, url=f"https://a.example/{place}") for place, title in enumerate(titles)]
    async with start(some).run_test(size=(61, 20)) as pilot:
        await settled(pilot)
        assert all(cell_len(text) == 61 for text in picture(pilot).splitlines())
        assert "[/x] [bold]" in picture(pilot)


async def test_a_click_selects_and_a_double_click_reads(start: Launch) -> None:
    """The mouse does what the cursor and Enter do."""
    async with start(10).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        await click(pilot, (10, 3), ArticleList)
        assert (screen.articles.cursor, screen.place) == (1, "list")
        await click(pilot, (10, 6), ArticleList, times=2)
        assert (screen.articles.cursor, screen.place) == (2, "article")


async def test_an_empty_answer_says_which_key_helps(start: Launch) -> None:
    """Where nothing matches, the way out is reported."""
    async with start(5).run_test(size=WIDE) as pilot:
        await press(pilot, "/", *"zzzz")
        assert "No articles found." in picture(pilot)
        screen = browse(pilot)
        assert screen.headline is None
        await press(pilot, "enter")
        assert screen.footer.hints == screen.keymap.hints("list", NO_RESULTS)
        await press(pilot, "c")
        assert len(screen.articles) == 5 and screen.footer.hints == screen.keymap.hints("list")


async def test_the_next_article_is_shown_at_once_and_a_held_key_skips(start: Launch) -> None:
    """The first move is told without a wait; moves that follow faster than a hand wait for the last one."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        screen.articles.move(1)
        assert not screen.articles.is_moving
        assert screen.headline == screen.articles.at(1)
        screen.articles.move(1)
        screen.articles.move(1)
        assert screen.articles.is_moving and screen.headline == screen.articles.at(1)
        await settled(pilot)
        assert screen.headline == screen.articles.at(3)
