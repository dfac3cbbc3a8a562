"""Loading articles: under the cursor, by a related link, and back."""

from __future__ import annotations

from threading import Event

from reader.app.widgets.article_list import REST
from reader.article.record import Article
from reader.errors import NoSuchArticle
from reader.query.results import Headline
from tests.app.build import a_link, articles
from tests.app.conftest import Launch
from tests.app.pilot import NARROW, WIDE, headline, notices, press, settled
from tests.fake_library import FakeLibrary


def _linked(count: int = 9) -> list[Article]:
    some = articles(count)
    some[0] = some[0]._replace(related=(a_link("Far", some[4].url), a_link("Out", "https://out.example/x")))
    return some


async def test_the_article_follows_the_cursor(start: Launch) -> None:
    """The pane shows the article on which the cursor rests."""
    async with start(9).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "j", "j")
        assert screen.article_pane.shown is not None
        assert screen.article_pane.shown[0].title == headline(screen).title


async def test_a_related_article_is_followed_and_left_again(start: Launch) -> None:
    """The list's cursor moves with it; Esc returns to the article with the link."""
    async with start(_linked()).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "enter", "l", "enter")
        assert (screen.place, screen.articles.cursor) == ("article", 4)
        assert screen.article_pane.shown is not None
        assert screen.article_pane.shown[0].title.endswith("number 4")
        await press(pilot, "escape")
        assert (screen.place, screen.related_pane.cursor, screen.articles.cursor) == ("related", 0, 0)
        await press(pilot, "escape", "escape")
        assert screen.place == "list"


async def test_a_related_article_outside_the_results_is_shown(start: Launch) -> None:
    """The list and its cursor do not change."""
    async with start(_linked(), "number 0").run_test(size=WIDE) as pilot:
        screen = await press(pilot, "enter", "l", "enter")
        assert len(screen.articles) == 1 and screen.articles.cursor == 0
        assert screen.headline is not None and screen.headline.title.endswith("number 4")


async def test_related_links_work_in_a_narrow_layout(start: Launch) -> None:
    """From the list to the article, its related links, and the article behind one."""
    async with start(_linked()).run_test(size=NARROW) as pilot:
        screen = await press(pilot, "enter", "l")
        assert screen.related_pane.is_on_screen
        await press(pilot, "enter")
        assert screen.article_pane.is_on_screen
        assert screen.headline is not None and screen.headline.title.endswith("number 4")


async def test_a_missing_file_is_reported(start: Launch) -> None:
    """The pane is empty."""

    class Gone(FakeLibrary):
        def article(self, headline: Headline) -> Article:
            raise NoSuchArticle("The file of this article has gone.")

    async with start(library=Gone(articles(3))).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert screen.article_pane.shown is None
        assert any("has gone" in said for said in notices(pilot.app))


async def test_the_cursor_does_not_wait_for_a_slow_disk(start: Launch) -> None:
    """An article that is read at once is shown before the move returns; until a slow one is read, the old
    one stays."""

    class Slow(FakeLibrary):
        is_there = Event()

        def article(self, headline: Headline) -> Article:
            if headline.title.endswith("number 2"):
                self.is_there.wait(30)
            return super().article(headline)

    async with start(library=Slow(articles(9))).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        for position, shown in ((1, 1), (2, 1)):
            screen.articles.choose(position)
            assert screen.articles.highlighted == screen.articles.at(position)
            assert screen.article_pane.shown is not None
            assert screen.article_pane.shown[1] == screen.articles.at(shown)
            await pilot.pause(2 * REST)
        Slow.is_there.set()
        await settled(pilot)
        assert screen.article_pane.shown is not None
        assert screen.article_pane.shown[1] == screen.articles.at(2)


async def test_an_unexpected_error_is_reported(start: Launch) -> None:
    """The screen continues."""

    class Broken(FakeLibrary):
        def article(self, headline: Headline) -> Article:
            raise ValueError("no such thing")

    async with start(library=Broken(articles(3))).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert screen.article_pane.shown is None
        assert any("no such thing" in said for said in notices(pilot.app))


async def test_a_topic_pressed_in_the_article_narrows_the_list(start: Launch) -> None:
    """As in the sidebar."""
    async with start(30).run_test(size=WIDE) as pilot:
        await settled(pilot)
        # The provider, the page's host, the first topic.
        screen = await press(pilot, "]", "]", "]", "enter")
        assert screen.headline is not None
        assert screen.filters.query.included("topic") == screen.headline.topics[:1]
