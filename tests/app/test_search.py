"""The search bar: completion, earlier searches, and matches in the list."""

from __future__ import annotations

import stat

from textual import events

from reader.app.browsing.browse_screen import BrowseScreen
from reader.config import Config
from reader.config.paths import state_dir
from reader.config.visit import Searches
from reader.query import parse
from tests.app.build import an_article, articles
from tests.app.conftest import Launch
from tests.app.pilot import MEDIUM, WIDE, line, press, settled
from tests.fake_library import FakeLibrary
from tests.model import Marked


async def test_tab_completes_the_word_at_the_cursor(start: Launch) -> None:
    """A field, then its values with their counts, in a circle; the results follow."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", *"top", "tab")
        assert screen.search_bar.text == "topic:"
        first, second = (one.value for one in screen.sidebar.facets[0].values[:2])
        assert line(pilot, 1).split()[:2] == ["Tab", first]
        await press(pilot, "tab")
        assert screen.search_bar.text == f"topic:{first} "
        assert screen.filters.query == parse(f"topic:{first}")
        await press(pilot, "tab")
        assert screen.search_bar.text == f"topic:{second} "
        await press(pilot, "shift+tab")
        assert screen.search_bar.text == f"topic:{first} "
        await press(pilot, *"x")
        assert screen.search_bar.text == f"topic:{first} x"


async def test_the_users_own_keys_work_in_the_search_bar(start: Launch) -> None:
    """They complete and go to earlier searches; Tab and the arrows do so in any case."""
    config = Config(mark_read_after=-1, keys={"pane_next": "ctrl+n", "move_up": "ctrl+y"})
    async with start(30, config=config).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", *"led", "enter", "c", "/", *"unre", "ctrl+n")
        assert screen.search_bar.text == "is:unread "
        await press(pilot, *"top", "tab")
        assert screen.search_bar.text == "is:unread topic:"
        await press(pilot, "ctrl+y")
        assert screen.search_bar.text == "led"


async def test_views_and_values_are_found_by_a_bare_word(start: Launch) -> None:
    """A view inserts its query; without candidates Tab goes to the list."""
    async with start(30).run_test(size=MEDIUM) as pilot:
        screen = await press(pilot, "/", *"unre", "tab")
        assert screen.search_bar.text == "is:unread "
        await press(pilot, *"harb")
        assert "provider:Harbour Post" in line(pilot, 1)
        await press(pilot, *"zz", "tab")
        assert screen.place == "list" and "Tab" not in line(pilot, 1)


async def test_tags_are_completed(start: Launch) -> None:
    """Although the sidebar has no section for them."""
    library = FakeLibrary(articles(3))
    library.marked[1] = Marked(tags=("later",))
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", *"tag:l", "tab")
        assert screen.search_bar.text == "tag:later "
        assert screen.articles.results is not None and len(screen.articles.results) == 1


async def test_earlier_searches_come_back(start: Launch) -> None:
    """Up goes back, also after a restart; down returns to what was being typed, then to the list."""
    async with start(30).run_test(size=WIDE) as pilot:
        await press(pilot, "/", *"led", "enter", "c", "/", *"har", "escape")
    file = state_dir() / "searches"
    assert file.read_text() == "led\nhar\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", *"wi", "up")
        assert screen.search_bar.text == "har"
        assert screen.filters.query == parse("har", typing=True)
        await press(pilot, "up", "up")
        assert screen.search_bar.text == "led"
        await press(pilot, "down", "down")
        assert screen.search_bar.text == "wi"
        await press(pilot, "down")
        assert screen.place == "list"


async def test_an_unfinished_value_is_reported_on_leaving(start: Launch) -> None:
    """While it is typed, `is:unr` may still be completed."""
    async with start(9).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", *"is:unr")
        assert screen.information.error is None
        await press(pilot, "enter")
        assert 'did you mean "unread"' in line(pilot, 1)
        await press(pilot, "c")
        assert screen.information.error is None


async def test_invalid_searches_are_not_remembered(start: Launch) -> None:
    """With `remember = false` none are."""
    async with start(9).run_test(size=WIDE) as pilot:
        await press(pilot, "/", *"date:>", "escape")
    assert Searches(state_dir() / "searches").known == []
    config = Config(mark_read_after=-1, remember=False)
    async with start(9, config=config).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", *"har", "enter", "c", "/", "up")
        assert screen.search_bar.text == "har"
    assert not (state_dir() / "searches").exists()


def _styles(screen: BrowseScreen, y: int) -> list[str]:
    """The stretches of a line of the list that are underlined."""
    return [
        segment.text
        for segment in screen.articles.render_line(y)
        if segment.style and segment.style.underline
    ]


async def test_matches_are_highlighted_in_the_list(start: Launch) -> None:
    """Brackets in a title are no markup; more letters highlight more."""
    some = [an_article("The [b]harbour[/b] and Harbours"), an_article("Nothing here", body="harbour")]
    async with start(some).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", *"harb")
        titles = [screen.articles.at(row) for row in range(2)]
        row = next(place for place, one in enumerate(titles) if one and "[b]" in one.title)
        y = row * screen.articles.row_height
        assert _styles(screen, y) == ["harbour", "Harbours"]
        await press(pilot, *"ours")
        assert _styles(screen, 0) == ["Harbours"]
        await press(pilot, "escape", "c")
        await settled(pilot)
        assert _styles(screen, y) == []


async def test_typing_after_a_selected_topic_begins_a_new_word(start: Launch) -> None:
    """A word that was being typed is continued."""
    async with start(30, "topic:AI").run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", *"har")
        assert screen.search_bar.text == "topic:AI har"
        await press(pilot, "escape", "/", *"b")
        assert screen.search_bar.text == "topic:AI harb"


async def test_a_long_query_is_shown_from_its_beginning(start: Launch) -> None:
    """Without the focus, the bar shows the beginning and a sign that the text continues."""
    text = "topic:AI quality:>=10 -provider:Nobody since:2000 harbour OR tower OR bridge OR ferry OR tram"
    async with start(30).run_test(size=(80, 24)) as pilot:
        screen = await press(pilot, "/")
        screen.search_bar.line.value = text[:-1]
        screen.search_bar.line.cursor_position = len(text) - 1
        await press(pilot, text[-1])
        assert "tram" in line(pilot, 0) and "topic:AI" not in line(pilot, 0)
        await press(pilot, "escape")
        assert "⌕ topic:AI" in line(pilot, 0) and "…" in line(pilot, 0) and "tram" not in line(pilot, 0)
        await press(pilot, "/")
        assert "tram" in line(pilot, 0)


async def test_all_pasted_lines_are_searched_for(start: Launch) -> None:
    """A title copied over two lines is one text, in place of what is selected."""
    async with start(12).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", *"rain", "shift+home")
        screen.search_bar.line.post_message(events.Paste("quiet week\nfor the ferries\n"))
        await settled(pilot)
        assert screen.search_bar.text == "quiet week for the ferries"
