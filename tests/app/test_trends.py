"""The page of trends: bars for each value, words with a headline, the way to the list and back."""

from __future__ import annotations

from threading import Event

import pytest
from textual.widgets import OptionList

from reader.app.browsing.browse_screen import BrowseScreen
from reader.app.screens.trends import TrendsPage
from reader.article.record import Article
from reader.errors import StorageError
from reader.query import Query, parse
from reader.query.results import MOST_TRENDS
from reader.query.trends import TrendField, Trends, TrendSpan
from tests.app.build import NOW, an_article, articles
from tests.app.conftest import Launch
from tests.app.pilot import MEDIUM, NARROW, WIDE, picture, press, quiet, send, until
from tests.conftest import rarely
from tests.fake_library import FakeLibrary


def _some() -> list[Article]:
    """Thirty articles of the last day and a half, and four about a quake with a headline each."""
    quakes = [
        an_article(f"Quake shakes town {number}", topics=("Earth",), hours=number) for number in range(4)
    ]
    return [*articles(30), *quakes, an_article("Undated", hours=None)]


@pytest.mark.parametrize("size", [WIDE, NARROW, *rarely(MEDIUM, (80, 24), (40, 10))])
async def test_the_page_fits_every_size(start: Launch, size: tuple[int, int]) -> None:
    """A value with its number, its change and its bars; the time that is chosen has more than a colour; words
    that rise have their headlines beside their bars where there is room, else below."""
    async with start(_some()).run_test(size=size) as pilot:
        await press(pilot, "P")
        shown = picture(pilot)
        assert isinstance(pilot.app.screen, TrendsPage)
        assert "[30 days]" in shown and "Weekend" in shown and "+6" in shown and "▁▂▃" in shown
        assert max(map(len, shown.splitlines())) <= size[0]
        await press(pilot, "G")
        shown = picture(pilot)
        assert "town   " in shown and "Quake shakes town" in shown
        assert size != WIDE or "RISING WORDS" in shown


async def test_the_first_line_has_its_heading_above_it(start: Launch) -> None:
    """Also if the answer comes before the page has its final size."""
    async with start(_some()).run_test(size=(80, 12)) as pilot:
        await press(pilot, "P")
        assert "TOPICS" in picture(pilot)


async def test_enter_narrows_the_list_and_escape_comes_back(start: Launch) -> None:
    """To the articles that were counted; Esc returns to the page and the earlier query."""
    async with start(_some(), "quality:>=10 since:7d").run_test(size=WIDE) as pilot:
        screen = await press(pilot, "P")
        page = pilot.app.screen
        assert isinstance(page, TrendsPage)
        line = page.query_one(OptionList).get_option_at_index(1).prompt
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, BrowseScreen) and screen.articles.results is not None
        [chosen] = screen.filters.query.included("topic")
        assert screen.filters.query == parse(f"quality:>=10 topic:{chosen} since:30d")
        assert str(line).split()[:2] == [chosen, str(len(screen.articles.results))]
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, TrendsPage)
        assert screen.filters.query == parse("quality:>=10 since:7d")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, BrowseScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, BrowseScreen), "there is nothing more to come back to"


async def test_the_cursor_returns_to_its_line(start: Launch) -> None:
    """After the list, and in another period that has the value too."""
    async with start(_some()).run_test(size=WIDE) as pilot:
        await press(pilot, "P", "j", "j")
        page = pilot.app.screen
        assert isinstance(page, TrendsPage)
        listed = page.query_one(OptionList)
        place = listed.highlighted
        assert place == 3
        line = str(listed.get_option_at_index(place).prompt).split()[0]
        await press(pilot, "enter", "escape")
        page = pilot.app.screen
        assert isinstance(page, TrendsPage) and page.query_one(OptionList).highlighted == place
        await press(pilot, "l")
        listed = page.query_one(OptionList)
        assert listed.highlighted is not None
        assert str(listed.get_option_at_index(listed.highlighted).prompt).split()[0] == line


async def test_another_query_is_not_undone(start: Launch) -> None:
    """Esc does not return to the page after another query."""
    async with start(_some()).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "P", "enter", "c", "escape")
        assert isinstance(pilot.app.screen, BrowseScreen) and screen.filters.query == Query()


async def test_period_and_field_are_chosen_by_keys(start: Launch) -> None:
    """A shorter time and a longer one, to the ends; topics, providers, folders and topics again. The cursor
    stops only at rows that can be chosen."""
    async with start(_some()).run_test(size=WIDE) as pilot:
        await press(pilot, "P", "h")
        assert "[7 days]" in picture(pilot)
        await press(pilot, "h", "l", "l", "l", "l")
        assert "[1 year]" in picture(pilot)
        await press(pilot, "f")
        assert "PROVIDERS" in picture(pilot) and "Harbour Post" in picture(pilot)
        await press(pilot, "f", "f")
        assert "TOPICS" in picture(pilot)
        listed = pilot.app.screen.query_one(OptionList)
        for _ in range(listed.option_count):
            place = listed.highlighted
            assert place is not None and not listed.get_option_at_index(place).disabled
            await send(pilot, "j")
        await press(pilot, "home")
        assert listed.highlighted == 1
        await press(pilot, "escape", "P")
        assert "[1 year]" in picture(pilot), "it opens as it was left"


async def test_it_begins_with_a_field_that_articles_have(start: Launch) -> None:
    """Without topics it begins with the providers; the topics' page says that there are none."""
    some = [an_article(f"Number {number}", topics=(), hours=number) for number in range(5)]
    async with start(some).run_test(size=WIDE) as pilot:
        await press(pilot, "P")
        assert "PROVIDERS" in picture(pilot) and "Harbour Post" in picture(pilot)
        await press(pilot, "f", "f")
        assert "none has a topic" in picture(pilot)


@pytest.mark.parametrize("some", [[], *rarely([an_article(hours=None)], [an_article(hours=24 * 900)])])
async def test_an_empty_page_says_why(start: Launch, some: list[Article]) -> None:
    """No articles, none with a date, or none in the period; no key fails."""
    async with start(some).run_test(size=MEDIUM) as pilot:
        await press(pilot, "P", "j", "enter", "G", "space", "f")
        assert isinstance(pilot.app.screen, TrendsPage) and "No articles from" in picture(pilot)
        assert ("The newest is from " in picture(pilot)) == any(one.published_date_time for one in some)
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, BrowseScreen)


class _Slow(FakeLibrary):
    def __init__(self, some: list[Article]) -> None:
        super().__init__(some)
        self.may_answer = Event()
        self.fails = False

    def trends(
        self, field: TrendField, query: Query, span: TrendSpan, now: object, *, limit: int = MOST_TRENDS
    ) -> Trends:
        """Wait for the answer about thirty days."""
        if self.fails:
            raise StorageError("the disk is gone")
        if span.text == "30d":
            assert self.may_answer.wait(60)
        return super().trends(field, query, span, NOW, limit=limit)


async def test_a_late_answer_is_dropped(start: Launch) -> None:
    """The page says that it is counting, and keys work meanwhile."""
    library = _Slow(_some())
    async with start(library=library).run_test(size=WIDE) as pilot:
        await send(pilot, "P")
        await until(pilot, lambda: "Counting…" in picture(pilot))
        await send(pilot, "h")
        await until(pilot, lambda: "TOPICS" in picture(pilot).partition("[7 days]")[2])
        before = picture(pilot)
        library.may_answer.set()
        await press(pilot)
        assert picture(pilot) == before


async def test_errors_are_shown_on_the_page(start: Launch) -> None:
    """In place of the numbers."""
    library = _Slow(_some())
    library.fails = True
    async with start(library=library).run_test(size=WIDE) as pilot:
        await press(pilot, "P")
        assert "the disk is gone" in picture(pilot)


async def test_an_answer_after_the_page_was_closed_is_dropped(start: Launch) -> None:
    """The page has no widgets any more."""
    async with start(_some()).run_test(size=WIDE) as pilot:
        await press(pilot, "P")
        page = pilot.app.screen
        assert isinstance(page, TrendsPage)
        await press(pilot, "escape")
        page.show_error(page.asked, "too late")
        await quiet(pilot)
        assert isinstance(pilot.app.screen, BrowseScreen)
