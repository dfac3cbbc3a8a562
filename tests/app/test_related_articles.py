"""Related articles on the screen: shown after the article, each with its sign."""

from __future__ import annotations

from threading import Event

from textual.pilot import Pilot

from reader.app.browsing.browse_screen import BrowseScreen
from reader.article.record import Article, Provider, Related
from reader.config import Config
from reader.query import Query
from reader.query.results import MOST_RELATED, Headline, RelatedLink, RelatedReason
from tests.app.build import a_link, an_article, articles
from tests.app.conftest import Launch
from tests.app.pilot import NARROW, WIDE, browse, picture, press, send, settled, until
from tests.fake_library import FakeLibrary


def _link(headline: Headline, reason: RelatedReason, score: float) -> RelatedLink:
    related = Related(headline.title, web_url=headline.url, provider=Provider(headline.provider))
    return RelatedLink(related, headline, reason, score)


def _library() -> FakeLibrary:
    """Ten articles, of which the first has a link, another report of its story, and one that is alike."""
    first = an_article("Ferry aground", hours=0.5, related=[a_link("Tides", "https://tide.example/1")])
    library = FakeLibrary([first, *articles(9)])
    ferry, *others = library.select(Query()).window(0, 9)
    library.alike[ferry.id] = [_link(others[3], "same story", 0.8), _link(others[5], "alike", 0.3)]
    library.alike[others[0].id] = [_link(others[6], "alike", 0.4)]
    return library


async def _until(pilot: Pilot[int], count: int) -> BrowseScreen:
    """Wait until there are this many related rows."""
    screen = browse(pilot)
    await until(pilot, lambda: len(screen.related_pane.links) == count)
    return await settled(pilot)


async def test_related_articles_are_shown_after_the_article(start: Launch) -> None:
    """The file's links appear with it, the rest below them a moment later, each with the sign of its
    reason."""
    async with start(library=_library()).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert screen.article_pane.shown is not None and len(screen.related_pane.links) >= 1
        await _until(pilot, 3)
        shown = picture(pilot)
        assert "↗ Tides" in shown and "≡ " in shown and "≈ " in shown and "RELATED  3" in shown


async def test_a_similar_article_is_followed_and_left_again(start: Launch) -> None:
    """Enter shows it; Esc returns to its row, although the rows appear later."""
    async with start(library=_library()).run_test(size=WIDE) as pilot:
        screen = await _until(pilot, 3)
        wanted = screen.related_pane.links[2].headline
        await press(pilot, "tab", "tab", "G", "enter")
        assert screen.headline is not None and wanted is not None and screen.headline.id == wanted.id
        await _until(pilot, 0)
        await press(pilot, "escape")
        await _until(pilot, 3)
        assert screen.place == "related" and screen.related_pane.cursor == 2


async def test_an_article_without_links_gets_its_pane_when_something_is_found(start: Launch) -> None:
    """Otherwise it has no pane of related links."""
    async with start(library=_library()).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "j")
        await _until(pilot, 1)
        assert not screen.related_pane.has_class("-empty")
        await press(pilot, "j")
        await pilot.pause(0.3)
        assert screen.related_pane.has_class("-empty") and not screen.related_pane.links


async def test_a_late_answer_is_dropped_and_delays_nothing(start: Launch) -> None:
    """During the search, other articles are shown, with their own links."""
    may_answer, asked = Event(), Event()

    class Slow(FakeLibrary):
        def find_related(
            self, headline: Headline, article: Article, shown: Query, *, limit: int = MOST_RELATED
        ) -> list[RelatedLink]:
            if article.title == "Ferry aground":
                asked.set()
                assert may_answer.wait(60)
            return super().find_related(headline, article, shown, limit=limit)

    library = _library()
    slow = Slow(library.articles.values())
    slow.alike = library.alike
    async with start(library=slow).run_test(size=WIDE) as pilot:
        screen = browse(pilot)
        await until(pilot, asked.is_set)
        await send(pilot, "j")
        shown = screen.article_pane.shown
        assert shown is not None and shown[0].title != "Ferry aground"
        may_answer.set()
        await _until(pilot, 1)
        await pilot.pause(0.2)
        assert [link.reason for link in screen.related_pane.links] == ["alike"]


async def test_muted_articles_are_not_related(start: Launch) -> None:
    """Unless the user shows muted articles."""
    library = _library()
    config = Config(mark_read_after=-1, mute={"*": ("topic:Chips",)})
    async with start(library=library, config=config).run_test(size=WIDE) as pilot:
        await _until(pilot, 3)
        assert str(library.shown_related[-1]) == "-(topic:Chips)"
        await press(pilot, "H", "j", "k")
        await _until(pilot, 3)
        assert library.shown_related[-1] == Query()


async def test_on_a_narrow_screen(start: Launch) -> None:
    """Keys reach the rows."""
    async with start(library=_library()).run_test(size=NARROW) as pilot:
        await press(pilot, "enter")
        await _until(pilot, 3)
        await press(pilot, "l")
        assert "≈ " in picture(pilot)
