"""Changing the query: by typing, in the sidebar, by views and sort orders."""

from __future__ import annotations

from reader.app.widgets.sidebar import Sidebar
from reader.config import Config
from reader.query import Query, parse
from tests.app.build import an_article, articles
from tests.app.conftest import Launch
from tests.app.pilot import MEDIUM, WIDE, click, drag, line, picture, press, settled
from tests.fake_library import SlowLibrary


async def test_every_letter_narrows_the_list(start: Launch) -> None:
    """The word being typed matches as a prefix; list, totals and counts follow."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/", "l", "e", "d")
        assert screen.filters.query == parse("led", typing=True)
        assert screen.articles.results is not None and 0 < len(screen.articles.results) < 30
        assert f"{len(screen.articles.results)} of 30" in line(pilot, 0)
        topics = next(facet for facet in screen.sidebar.facets if facet.field == "topic")
        assert sum(one.count for one in topics.values) < 30 * 2


async def test_an_invalid_query_keeps_the_last_results(start: Launch) -> None:
    """The error points at the mistake; the list does not change."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/")
        screen.search_bar.line.value = "topic:AI "
        await settled(pilot)
        good = screen.articles.results
        screen.search_bar.line.value = "topic:AI topci:Chips "
        await settled(pilot)
        assert screen.articles.results is good
        assert "did you mean" in line(pilot, 1)
        assert line(pilot, 1).index("▴") == line(pilot, 0).index("topci")


async def test_choosing_a_topic_narrows_the_list(start: Launch) -> None:
    """Only headlines with this topic are listed, and the search bar has it."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "f", "space")
        topic = screen.sidebar.row.label if screen.sidebar.row else ""
        assert screen.filters.query == parse(f"topic:{topic}")
        assert screen.search_bar.text == f"topic:{topic}"
        assert screen.articles.results is not None
        assert all(topic in headline.topics for headline in screen.articles.results.window(0, 99))


async def test_several_values_are_or_and_fields_are_and(start: Launch) -> None:
    """Two topics are combined with OR, a provider is added with AND."""
    async with start(60).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "f", "space", "j", "space", "f", "enter")
        chosen = screen.filters.query
        assert len(chosen.included("topic")) == 2 and len(chosen.included("provider")) == 1
        assert screen.articles.results is not None and len(screen.articles.results)
        for headline in screen.articles.results.window(0, 99):
            assert set(headline.topics) & set(chosen.included("topic"))
            assert headline.provider == chosen.included("provider")[0]


async def test_x_toggles_an_exclusion(start: Launch) -> None:
    """The excluded value has a sign and stays under the cursor."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "f", "j", "x")
        assert screen.sidebar.row is not None and screen.sidebar.row.state == "excluded"
        topic = screen.sidebar.row.label
        assert screen.filters.query.excluded("topic") == (topic,)
        await press(pilot, "x")
        assert screen.filters.query == Query()
        assert screen.sidebar.row.label == topic


async def test_the_sidebar_follows_typing(start: Launch) -> None:
    """A topic that is typed is selected there."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/")
        screen.search_bar.line.value = "topic:chips "
        await settled(pilot)
        states = {row.label: row.state for row in screen.sidebar.rows if row.kind == "value"}
        assert states["Chips"] == "included"


async def test_views_by_number_and_in_the_sidebar(start: Launch) -> None:
    """A view replaces the query; a number without a view changes nothing."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "2")
        assert str(screen.filters.query) == "is:unread"
        await press(pilot, "9")
        assert str(screen.filters.query) == "is:unread"
        await press(pilot, "h", "home", "enter")
        assert screen.filters.query == Query()


async def test_configured_views_are_counted(start: Launch) -> None:
    """An invalid one is omitted."""
    config = Config(mark_read_after=-1, views={"Chips": "topic:Chips", "Broken": "topci:x"})
    async with start(30, config=config).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        counts = {view.name: view.articles for view in screen.sidebar.views}
        assert counts["All"] == 30 and counts["Chips"] == 5
        assert "Broken" not in counts


async def test_c_clears_everything(start: Launch) -> None:
    """Words, filters and sort order."""
    async with start(30, "topic:AI sort:quality").run_test(size=MEDIUM) as pilot:
        screen = await press(pilot, "c")
        assert screen.filters.query == Query()
        assert screen.search_bar.text == ""


async def test_an_order_is_chosen_from_a_list_and_reversed(start: Launch) -> None:
    """Relevance is offered only for words; the top line names the order."""
    async with start(10).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "S")
        assert "by provider" in picture(pilot) and "relevant" not in picture(pilot)
        await press(pilot, "j", "enter")
        assert "best quality first" in line(pilot, 0)
        assert screen.search_bar.text == "sort:quality"
        await press(pilot, "I")
        assert "lowest quality first" in line(pilot, 0)
        await press(pilot, "S", "j", "r", "enter")
        assert screen.search_bar.text == "sort:heat"
        await press(pilot, "S", "escape", "/", *" wind", "escape", "S")
        assert "least relevant first" in picture(pilot) or "most relevant first" in picture(pilot)


async def test_f_goes_to_the_topics_then_the_providers(start: Launch) -> None:
    """And around."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        sections = []
        for _ in range(3):
            await press(pilot, "f")
            sections.append(screen.sidebar.row.section if screen.sidebar.row else None)
        assert sections[:2] == ["topic", "provider"]
        assert screen.place == "sidebar"


async def test_the_cursor_returns_after_a_search_without_results(start: Launch) -> None:
    """To its article, also if the empty list had the focus."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "j", "j", "j")
        chosen = screen.headline
        await press(pilot, "/", *"zzqx", "enter")
        assert (
            screen.articles.results is not None
            and not len(screen.articles.results)
            and screen.headline is None
        )
        await press(pilot, "c")
        assert screen.headline == chosen and screen.articles.cursor == 3


async def test_a_click_in_the_sidebar_selects(start: Launch) -> None:
    """A click on a value selects it; on the sign of a section it opens the box."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        rows = screen.sidebar.rows
        topic = next(place for place, row in enumerate(rows) if row.section == "topic" and row.is_choice)
        await click(pilot, (3, topic), Sidebar)
        await settled(pilot)
        assert screen.filters.query.included("topic") == (rows[topic].label,)
        await click(pilot, (3, topic - 1), Sidebar)
        await settled(pilot)
        assert screen.sidebar.finding == "topic"


async def test_only_the_latest_query_is_run(start: Launch) -> None:
    """Queries that are typed while another one runs do not queue up."""
    library = SlowLibrary(articles(30))
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        library.asked.clear()
        library.may_answer.clear()
        for text in ("h", "ha", "har", "harb", "harbo", "harbou"):
            screen.search_bar.line.value = text
        library.may_answer.set()
        await settled(pilot)
        assert screen.articles.results is not None
        assert screen.articles.results.query == screen.filters.query == parse("harbou", typing=True)
        assert library.asked[0] == parse("h", typing=True)
        for text in ("ha", "har", "harb", "harbo"):
            assert parse(text, typing=True) not in library.asked


async def test_muted_articles_are_not_listed(start: Launch) -> None:
    """Nor counted; an invalid muting rule is ignored."""
    config = Config(mark_read_after=-1, mute={"*": ("topic:Chips quality:<=100", "topci:x")})
    async with start(30, config=config).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "S", "j", "enter")
        assert screen.articles.results is not None and 0 < len(screen.articles.results) < 30
        assert not any("Chips" in one.topics for one in screen.articles.results.window(0, 30))
        assert screen.sidebar.views[0].articles == len(screen.articles.results)
        assert screen.search_bar.text == "sort:quality"


async def test_muted_articles_are_counted_and_shown_by_h(start: Launch) -> None:
    """The status line says how many match; H lists them, and hides them again."""
    config = Config(mark_read_after=-1, mute={"*": ("topic:Chips",), "Unread": ("topic:AI",)})
    async with start(30, config=config).run_test(size=WIDE) as pilot:
        screen = await press(pilot)
        assert len(screen.articles) == 25 and screen.result_status.muted == "5 muted"
        await press(pilot, "2")
        assert len(screen.articles) == 20 and screen.result_status.muted == "10 muted"
        assert [view.articles for view in screen.sidebar.views[:3]] == [25, 20, 0]
        await press(pilot, "H")
        assert len(screen.articles) == 30 and screen.result_status.muted == "showing muted"
        assert [view.articles for view in screen.sidebar.views[:3]] == [30, 30, 0]
        await press(pilot, "H")
        assert len(screen.articles) == 20 and screen.result_status.muted == "10 muted"


async def test_keys_change_the_minimum_quality(start: Launch) -> None:
    """From any pane; query, search bar and chart agree, and going back removes the filter."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, *["+"] * 3)
        assert screen.search_bar.text == "quality:>=15"
        assert screen.articles.results is not None
        assert all((one.quality or 0) >= 15 for one in screen.articles.results.window(0, 99))
        assert "≥ 15" in picture(pilot)
        await press(pilot, *["-"] * 3)
        assert screen.filters.query == Query()


async def test_a_range_of_dates_is_selected_by_keys(start: Launch) -> None:
    """Space on one period, then on another; typing a date moves the chart; x removes the range."""
    some = [an_article(f"number {place}", hours=24 * 31 * place) for place in range(8)]
    async with start(some).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "f", "f", "f", "f", "-", "space")
        assert screen.sidebar.row is not None and screen.sidebar.row.section == "date"
        assert screen.search_bar.text == "date:2021-05"
        await press(pilot, "-", "-", "space")
        assert screen.search_bar.text == "date:2021-03..2021-05"
        assert screen.articles.results is not None and len(screen.articles.results) == 3
        await press(pilot, "x")
        assert screen.search_bar.text == ""
        screen.search_bar.line.value = "date:2021-01 "
        await press(pilot, "tab")
        assert "Jan 2021" in picture(pilot)


async def test_a_range_is_dragged_with_the_mouse(start: Launch) -> None:
    """From one bar to another; a click on one bar selects it, another click removes it."""
    some = [an_article(f"number {place}", hours=24 * 31 * place, quality=place * 10) for place in range(8)]
    async with start(some).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "f", "f", "f", "f")
        dates, chart = screen.sidebar.cursor, screen.sidebar.chart
        assert chart is not None and chart.field == "date"
        bar = chart.width_of_bar(screen.sidebar.chart_room)
        await drag(pilot, (1 + bar, dates), (1 + 3 * bar, dates), Sidebar)
        assert screen.search_bar.text == "date:2020-12..2021-02"
        await press(pilot, "c")
        for text in ("date:2020-12", ""):
            await click(pilot, (1 + bar, dates), Sidebar)
            await settled(pilot)
            assert screen.search_bar.text == text


async def test_values_are_sorted_by_name(start: Launch) -> None:
    """And by count again."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "f", ",")
        topics = [row.label for row in screen.sidebar.rows if (row.kind, row.section) == ("value", "topic")]
        assert topics == sorted(topics) and len(topics) > 4
        await press(pilot, ",")
        again = [row.articles or 0 for row in screen.sidebar.rows if row.section == "topic" and row.articles]
        assert again == sorted(again, reverse=True)


async def test_an_excluded_value_shows_how_many_it_excludes(start: Launch) -> None:
    """As many as the list has fewer."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "f", "x")
        row = screen.sidebar.row
        assert row is not None and row.state == "excluded" and screen.articles.results is not None
        assert row.articles == 30 - len(screen.articles.results) > 0


async def test_an_unknown_value_is_named_with_the_nearest(start: Launch) -> None:
    """The beginning of a known value is not reported, for it may be completed."""
    async with start(30, "topic:Chpis").run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert 'No article has the topic "Chpis".' in picture(pilot)
        assert 'Did you mean "Chips"?' in picture(pilot)
        screen.search_bar.line.value = "zzz topic:Chi"
        await settled(pilot)
        assert "No articles found." in picture(pilot)
