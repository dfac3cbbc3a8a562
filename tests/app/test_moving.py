"""Moving within panes, between them, to unread articles, and back."""

from __future__ import annotations

from reader.library import Change
from reader.query import Query
from tests.app.build import articles
from tests.app.conftest import Launch
from tests.app.pilot import (
    MEDIUM,
    NARROW,
    WIDE,
    is_leaving,
    line,
    notices,
    picture,
    press,
    quiet,
    send,
    settled,
)
from tests.fake_library import FakeLibrary


async def test_gg_and_capital_g_go_to_the_ends(start: Launch) -> None:
    """A single g does nothing, and the next key keeps its meaning."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "G")
        assert screen.articles.cursor == 29
        await press(pilot, "g", "k")
        assert screen.articles.cursor == 28
        await press(pilot, "g", "g")
        assert screen.articles.cursor == 0


async def test_pages_and_half_pages(start: Launch) -> None:
    """Ctrl-D moves half as far as PgDn."""
    async with start(200).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "pagedown")
        page = screen.articles.cursor
        await press(pilot, "g", "g", "ctrl+d")
        assert page // 2 - 1 <= screen.articles.cursor <= page // 2 + 1
        await press(pilot, "ctrl+u")
        assert screen.articles.cursor == 0


async def test_h_l_and_tab_go_from_pane_to_pane(start: Launch) -> None:
    """h and l stop at the ends; Tab goes around."""
    async with start(5).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        places = []
        for key in ("h", "h", "l", "l", "l"):
            await press(pilot, key)
            places.append(screen.place)
        assert places == ["sidebar", "sidebar", "list", "article", "article"]
        await press(pilot, "tab")
        places.append(screen.place)
        await press(pilot, "shift+tab")
        assert [*places[5:], screen.place] == ["sidebar", "article"]


async def test_esc_and_q_go_back_step_by_step_and_q_quits(start: Launch) -> None:
    """Esc never quits; q does at the last step."""
    app = start(5)
    async with app.run_test(size=WIDE) as pilot:
        screen = await press(pilot, "z")
        assert (screen.place, screen.is_zoomed) == ("article", True)
        await press(pilot, "escape")
        assert (screen.place, screen.is_zoomed) == ("list", False)
        await press(pilot, "h", "q")
        assert screen.place == "list"
        await press(pilot, "escape")
        assert not is_leaving(app)
        await send(pilot, "q")
        await quiet(pilot)
        assert is_leaving(app)


async def test_capital_q_and_ctrl_c_quit_at_once(start: Launch) -> None:
    """Also in pages, dialogs and the search bar."""
    for keys in (("z", "Q"), ("?", "Q"), ("S", "Q"), ("/", "a", "ctrl+c")):
        app = start(5)
        async with app.run_test(size=WIDE) as pilot:
            await settled(pilot)
            await send(pilot, *keys)
            await quiet(pilot)
            assert is_leaving(app)


async def test_n_goes_to_the_nearest_unread(start: Launch) -> None:
    """n goes down, N up; a notice says that there is none."""
    library = FakeLibrary(articles(30))
    results = library.select(Query())
    unread = {4, 17}
    library.mark(
        [one for place, one in enumerate(results.window(0, 30)) if place not in unread], Change(read=True)
    )
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "n")
        assert screen.articles.cursor == 4
        await press(pilot, "n")
        assert screen.articles.cursor == 17
        await press(pilot, "n")
        assert screen.articles.cursor == 17
        assert any("No unread articles below" in said for said in notices(pilot.app))
        await press(pilot, "N")
        assert screen.articles.cursor == 4


async def test_space_pages_the_article_then_goes_to_the_next_unread(start: Launch) -> None:
    """First to the end of a long article."""
    some = articles(3)
    some[0] = some[0]._replace(body="A paragraph of some length.\n\n" * 60)
    async with start(some).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        await press(pilot, "space")
        assert screen.articles.cursor == 0 and screen.article_pane.scroll_offset.y > 0
        for _ in range(20):
            await press(pilot, "space")
            if screen.articles.cursor:
                break
        assert screen.articles.cursor == 1


async def test_down_leads_from_the_search_bar_to_the_list(start: Launch) -> None:
    """After the latest search; so does Enter."""
    async with start(9).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", "down", "down")
        assert (screen.articles.cursor, screen.place) == (1, "list")
        await press(pilot, "/", "enter")
        assert (screen.articles.cursor, screen.place) == (1, "list")


async def test_esc_leaves_the_search_bar_with_its_text(start: Launch) -> None:
    """The results stay."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", "l", "e", "escape")
        assert (screen.place, screen.search_bar.text) == ("list", "le")


async def test_narrow_shows_one_pane_and_the_path_to_it(start: Launch) -> None:
    """h and l move along the path; Enter opens the article."""
    async with start(9).run_test(size=NARROW) as pilot:
        screen = await settled(pilot)
        assert "Topics › List" in line(pilot, 0)
        assert screen.articles.is_on_screen and not screen.sidebar.is_on_screen
        await press(pilot, "h")
        assert screen.sidebar.is_on_screen and not screen.articles.is_on_screen
        await press(pilot, "l", "enter")
        assert "Topics › List › Article" in line(pilot, 0)
        assert screen.article_pane.is_on_screen and not screen.articles.is_on_screen
        await press(pilot, "q")
        assert screen.place == "list" and screen.articles.is_on_screen


async def test_the_layout_follows_the_terminal(start: Launch) -> None:
    """Wide, medium, narrow and too small; the cursor stays."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "j", "j")
        for size in (MEDIUM, NARROW, (30, 9), (18, 4), WIDE):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert screen.articles.cursor == 2
            if size == (18, 4):
                assert "Terminal too" in picture(pilot)
            else:
                assert screen.articles.is_on_screen
        assert screen.sidebar.is_on_screen and screen.article_pane.is_on_screen


async def test_an_article_with_few_lines_gets_the_whole_screen(start: Launch) -> None:
    """Esc brings the list back; with enough lines the panes stay."""
    async with start(9).run_test(size=(80, 24)) as pilot:
        screen = await press(pilot, "enter")
        assert screen.is_zoomed and not screen.articles.is_on_screen
        assert "Esc back" in line(pilot, 23) and "? all keys" in line(pilot, 23)
        await press(pilot, "escape")
        assert screen.place == "list" and screen.articles.is_on_screen
        await pilot.resize_terminal(*WIDE)
        await settled(pilot)
        await press(pilot, "enter")
        assert not screen.is_zoomed


async def test_medium_folds_the_related_links_without_focus(start: Launch) -> None:
    """One line without the focus, five with it."""
    from tests.app.build import a_link, an_article

    some = [an_article(related=[a_link(f"Link {place}", f"https://a.example/{place}") for place in range(9)])]
    async with start(some).run_test(size=MEDIUM) as pilot:
        screen = await settled(pilot)
        folded = screen.related_pane.size.height
        await press(pilot, "tab", "tab")
        assert screen.place == "related"
        assert folded == 1 and screen.related_pane.size.height == 5


async def test_the_footer_names_the_keys_of_the_pane(start: Launch) -> None:
    """They change with the focus."""
    async with start(9).run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert "s star" in line(pilot, 39)
        await press(pilot, "h")
        assert "x exclude" in line(pilot, 39)
        await press(pilot, "/")
        assert "↑ ↓ earlier searches" in line(pilot, 39)
