"""Looking for words in the article, and its links by their numbers."""

from __future__ import annotations

from reader.app.screens.addresses import Links
from reader.app.widgets.article_pane import FindBar
from tests.app.build import an_article, articles
from tests.app.conftest import Launch
from tests.app.pilot import MEDIUM, WIDE, line, notices, picture, press, settled, strips

BODY = "\n\n".join(
    f"Paragraph {number} about {'boats' if number % 9 == 4 else 'rain'}." for number in range(60)
)


async def test_what_is_typed_is_found_and_esc_goes_back(start: Launch) -> None:
    """Letter by letter to the first place, n to the next, Esc to where one was; the list's search stays."""
    async with start([an_article(body=BODY), *articles(3)], "about").run_test(size=WIDE) as pilot:
        await settled(pilot)
        screen = await press(pilot, "ctrl+f", "b", "o", "a")
        assert "Paragraph 4 about boats." in picture(pilot) and "7 found" in picture(pilot)
        await press(pilot, "enter", "n")
        first = screen.article_pane.reading_place
        await press(pilot, "n", "n")
        assert screen.article_pane.reading_place != first
        assert not screen.query(FindBar)
        await press(pilot, "escape")
        assert screen.article_pane.highlights == (("about", False),)
        await press(pilot, "escape")
        assert screen.place == "list"


async def test_what_is_not_there_is_said(start: Launch) -> None:
    """Esc in the line goes back to the place before; another article is read without the words."""
    async with start([an_article(body=BODY), *articles(3)]).run_test(size=MEDIUM) as pilot:
        screen = await press(pilot, "enter", "space")
        place = screen.article_pane.reading_place
        await press(pilot, "ctrl+f")
        assert line(pilot, -1).strip().endswith("Enter keep   Esc cancel")
        await press(pilot, "q", "q")
        assert "not found" in picture(pilot)
        await press(pilot, "escape")
        assert screen.article_pane.reading_place == place
        assert not screen.article_pane.is_finding and screen.article_pane.highlights == ()
        await press(pilot, "ctrl+f", "b", "o", "enter", "escape", "ctrl+f", "b", "enter", "h", "j")
        assert screen.article_pane.marked_words == ()


async def test_enter_without_a_text_ends_the_search(start: Launch) -> None:
    """The words of the list's query are highlighted again."""
    async with start([an_article(body=BODY), *articles(3)], "about").run_test(size=WIDE) as pilot:
        screen = await press(pilot, "enter", "ctrl+f", "enter")
        assert not screen.query(FindBar) and not screen.article_pane.is_finding
        assert screen.article_pane.highlights == (("about", False),)


async def test_the_hit_gone_to_is_told_without_colours(start: Launch) -> None:
    """It alone is underlined, in whichever theme."""
    async with start([an_article(body="wind and wind and wind")]).run_test(size=WIDE) as pilot:
        await press(pilot, "enter", "ctrl+f", *"wind", "enter", "n")
        lines = strips(pilot.app)
        found = [style for strip in lines for text, style, _ in strip if text == "wind" and style]
        assert [bool(style.underline) for style in found] == [False, True, False]


async def test_links_open_by_number(start: Launch) -> None:
    """At once where no longer number can be meant; `2#` without the list."""
    body = " ".join(f"[link {number}](https://l{number}.example/)" for number in range(1, 13))
    opened: list[str] = []
    async with start([an_article(body=body)]).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        screen.opening.open_links = lambda links: opened.extend(url for _, url in links)  # type: ignore[method-assign]
        assert "link 1 [1]" in picture(pilot)
        await press(pilot, "#")
        assert isinstance(pilot.app.screen, Links)
        assert "12  link 12" in picture(pilot)
        await press(pilot, "1", "2")
        await press(pilot, "#", "3")
        await press(pilot, "#", "j", "j", "enter")
        await press(pilot, "2", "#")
        assert opened == [f"https://l{number}.example/" for number in (12, 3, 3, 2)]
        await press(pilot, "9", "9", "#")
        assert any("12 links" in said for said in notices(pilot.app))
