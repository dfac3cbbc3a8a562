"""Which rows the sidebar has; charts whose bars are honest, and ranges that the query language reads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.app.paint.cells import width_of
from reader.app.widgets.sidebar_rows import (
    Chart,
    SidebarRow,
    Unfolded,
    ViewCount,
    active_view,
    chart_of,
    chart_rows,
    choice,
    extended,
    head,
    in_steady_order,
    line_of,
    picked,
    rows_of,
    stepped,
)
from reader.query import Query, parse
from reader.query.results import Facet, FacetValue
from tests.app.build import NOW
from tests.fake_library import qualities

VIEWS = (ViewCount("All", Query(), 50), ViewCount("Unread", parse("is:unread"), 9))


def _facet(field: str, **values: int) -> Facet:
    return Facet(field, tuple(FacetValue(name, count) for name, count in values.items()))


def _labels(rows: list[SidebarRow], section: str) -> list[str]:
    return [row.label for row in rows if row.section == section and row.is_choice]


def test_sections_stand_in_their_order_with_their_counts() -> None:
    """Views, topics, providers."""
    facets = [_facet("topic", AI=3, Chips=2), _facet("provider", Ledger=5)]
    rows = rows_of(VIEWS, facets, Query(), Unfolded(), 40)
    heads = [row.label for row in rows if row.kind == "head"]
    assert heads == ["VIEWS", "TOPICS", "PROVIDERS"]
    assert [(row.label, row.articles) for row in rows if row.section == "topic" and row.is_choice] == [
        ("AI", 3),
        ("Chips", 2),
    ]


def test_category_and_type_are_shown_only_where_there_is_a_choice() -> None:
    """One value is no choice, unless it was chosen."""
    facets = [_facet("category", news=9), _facet("type", article=8, video=1)]
    assert {row.section for row in rows_of(VIEWS, facets, Query(), Unfolded(), 40)} == {"view", "type"}
    chosen = rows_of(VIEWS, facets, parse("category:news"), Unfolded(), 40)
    assert "category" in {row.section for row in chosen}


def test_what_is_chosen_has_a_sign() -> None:
    """Included, excluded, neither; case does not matter; a value being typed is no choice yet."""
    facets = [_facet("topic", AI=3, Chips=2, Sports=1)]
    rows = rows_of(VIEWS, facets, parse("topic:ai -topic:sports"), Unfolded(), 40)
    states = {row.label: row.state for row in rows if row.kind == "value"}
    assert states == {"AI": "included", "Chips": "", "Sports": "excluded"}
    typed = rows_of(VIEWS, facets, parse("topic:Ch", typing=True), Unfolded(), 40)
    assert not any(row.state for row in typed if row.kind == "value")


def test_a_chosen_value_that_no_article_has_is_shown_with_none() -> None:
    """Otherwise it could not be taken back here."""
    rows = rows_of(VIEWS, [_facet("topic", AI=3)], parse("topic:Moon"), Unfolded(), 40)
    assert SidebarRow("value", "topic", "Moon", 0, "included") in rows


def test_a_long_facet_is_folded_and_opens() -> None:
    """The rest is one row that says how many; a chosen value is shown however rare it is."""
    facet = _facet("topic", **{f"T{place}": 100 - place for place in range(100)})
    rows = rows_of(VIEWS, [facet], parse("topic:T90"), Unfolded(), 20)
    labels = _labels(rows, "topic")
    assert labels[-2:] == ["T90", f"{100 - len(labels) + 1} more"]
    assert len(rows) <= 21
    opened = rows_of(VIEWS, [facet], Query(), Unfolded(open=frozenset(["topic"])), 20)
    assert len(_labels(opened, "topic")) == 101


def test_what_has_no_article_takes_no_room() -> None:
    """Neither values nor views nor a section without rows, unless they are chosen; empty views unfold."""
    views = (*VIEWS, ViewCount("Hot", parse("heat:>=1000"), 0), ViewCount("New", parse("since:1d")))
    facets = [_facet("topic", AI=0, Chips=0), _facet("provider", Ledger=5, Post=0)]
    rows = rows_of(views, facets, Query(), Unfolded(), 40)
    assert _labels(rows, "view") == ["All", "Unread", "New", "1 empty"]
    assert _labels(rows, "provider") == ["Ledger"] and not any(row.section == "topic" for row in rows)
    chosen = rows_of(views, facets, parse("heat:>=1000 topic:AI"), Unfolded(), 40)
    assert "Hot" in _labels(chosen, "view") and _labels(chosen, "topic") == ["AI"]
    opened = rows_of(views, facets, Query(), Unfolded(open=frozenset(["view"])), 40)
    assert _labels(opened, "view") == ["All", "Unread", "Hot", "New", "fewer"]


def test_unread_and_total_stand_in_columns() -> None:
    """Down the whole sidebar, with a space between a long name and its numbers; a folder shows its end."""
    topics = Facet("topic", (FacetValue("AI", 1200, 7), FacetValue("Chips", 3, 0)))
    folders = Facet("folder", (FacetValue("notes/content/2023", 18, 18), FacetValue("sea", 1, 1)))
    rows = rows_of(VIEWS, [topics, folders], Query(), Unfolded(), 40)
    texts = {row.label: "".join(piece.text for piece in choice(row, 24, "")) for row in rows if row.is_choice}
    assert texts["AI"] == " □ AI           7  1,200"
    assert texts["Chips"] == " □ Chips               3"
    assert texts["notes/content/2023"] == " □ …ntent/2023 18     18"
    assert all(len(text) == 24 for text in texts.values())


def test_the_box_narrows_the_values() -> None:
    """By any part of the name, whatever the case and accents."""
    facet = _facet("topic", Café=3, Chips=2, Decaf=1)
    rows = rows_of(VIEWS, [facet], Query(), Unfolded(finding={"topic": "CAF"}), 40)
    assert _labels(rows, "topic") == ["Café", "Decaf"]
    none = rows_of(VIEWS, [facet], Query(), Unfolded(finding={"topic": "zzz"}), 40)
    assert none[-1].kind == "nothing"


def test_the_box_has_first_what_begins_with_its_letters() -> None:
    """Then what has a word that does, then the rest; each in the order of the counts."""
    facet = _facet("topic", Transport=9, Sports=5, **{"Winter sports": 3, "Spoons": 1})
    rows = rows_of(VIEWS, [facet], Query(), Unfolded(finding={"topic": "spo"}), 40)
    assert _labels(rows, "topic") == ["Sports", "Spoons", "Winter sports", "Transport"]


def test_a_long_text_in_the_box_shows_its_end() -> None:
    """There is what is being typed."""
    shown = "".join(
        piece.text
        for piece in head(SidebarRow("head", "topic", "TOPICS"), 20, "abcdefghijkl", is_typing=True)
    )
    assert shown.endswith("…fghijkl▏") and len(shown) == 20


def test_the_active_view_is_the_question_or_what_it_grew_out_of() -> None:
    """An equal query first, else the one that shares the most with it."""
    assert active_view(VIEWS, Query()) == 0
    assert active_view(VIEWS, parse("is:unread")) == 1
    assert active_view(VIEWS, parse("is:unread topic:AI")) == 1
    assert active_view(VIEWS, parse("topic:AI")) == 0


def test_rows_keep_their_order_while_somebody_chooses() -> None:
    """New counts, old order; new values come last."""
    new = in_steady_order([_facet("topic", C=9, A=2, B=1)], [_facet("topic", A=5, B=4)])
    assert [one.value for one in new[0].values] == ["A", "B", "C"]


def test_rows_are_painted_in_columns() -> None:
    """The count ends the row, whatever the name."""
    for label in ("AI", "x" * 90, "漢字" * 30):
        pieces = choice(SidebarRow("value", "topic", label, 1_234_567, "included"), 28, "")
        text = "".join(piece.text for piece in pieces)
        assert text.endswith(" 1,234,567") and text.startswith(" ■ ")
    assert "".join(
        piece.text for piece in head(SidebarRow("head", "topic", "TOPICS"), 20, None, is_typing=False)
    ) == (" TOPICS            ⌕")


QUALITY = Facet("quality", tuple(FacetValue(value, place) for place, value in enumerate(qualities())))
DATES = Facet("date", tuple(FacetValue(f"2021-{month:02}", month) for month in range(1, 7)))


def _chart(query: str, facet: Facet = DATES) -> Chart:
    return chart_of(facet, parse(query), NOW)


@pytest.mark.parametrize(
    ("query", "chosen", "told"),
    [
        ("", None, ""),
        ("x -date:2021-02", None, ""),
        ("date:2021-02", (1, 1), "Feb 2021"),
        ("date:2021-02..2021-04", (1, 3), "Feb – Apr 2021"),
        ("since:2021-05-20", (4, 5), "since 20 May 2021"),
        ("since:2021-02 until:2021-03", (1, 2), "since Feb 2021 …"),
        ("until:2021-01-31", (0, 0), "until 31 Jan 2021"),
        ("date:2021-01,2021-03", (0, 2), "Jan 2021 …"),
        ("date:1999", None, "1999"),
    ],
)
def test_what_the_question_chooses_is_shown(query: str, chosen: tuple[int, int] | None, told: str) -> None:
    """Whatever field says it, typed or picked; an exclusion is no choice."""
    chart = _chart(query)
    assert (chart.chosen, chart.chosen_words) == (chosen, told)


@pytest.mark.parametrize(
    ("query", "told", "up", "down"),
    [
        ("", "", ">=5", ""),
        ("quality:>=50", "≥ 50", ">=55", ">=45"),
        ("quality:>50", "≥ 51", ">=55", ">=45"),
        ("quality:>=5", "≥ 5", ">=10", ""),
        ("quality:>=100", "≥ 100", ">=100", ">=95"),
        ("quality:40..45", "40 – 45", "45..45", "35..45"),
        ("quality:<=30", "≤ 30", "5..30", "<=30"),
        ("quality:10,60", "10 – 60", "15..60", "5..60"),
    ],
)
def test_the_threshold_moves_by_steps(query: str, told: str, up: str, down: str) -> None:
    """The lower end goes up and down and never past the upper one."""
    assert _chart(query, QUALITY).chosen_words == told
    assert (stepped(parse(query), 1), stepped(parse(query), -1)) == (up, down)


def test_bars_of_a_range_are_the_query_that_chooses_them() -> None:
    """From left to right or the other way; all are no choice at all."""
    quality, dates = _chart("", QUALITY), _chart("")
    assert picked(quality, 8, 19) == ">=40" and picked(quality, 3, 0) == "<=19"
    assert picked(quality, 4, 7) == "20..39" and picked(quality, 0, 19) == ""
    assert picked(dates, 3, 1) == "2021-02..2021-04" and picked(dates, 5, 5) == "2021-06"
    for chart, value in ((quality, picked(quality, 4, 7)), (dates, picked(dates, 1, 3))):
        query = Query().narrowed(chart.field, value)
        facet = QUALITY if chart is quality else DATES
        assert chart_of(facet, query, NOW).chosen == ((4, 7) if chart is quality else (1, 3))


def test_choosing_a_second_bar_makes_a_range_and_one_inside_lets_go() -> None:
    """The question holds all there is to know: no end is remembered elsewhere."""
    assert extended(_chart(""), 3) == "2021-04"
    assert extended(_chart("date:2021-04"), 1) == "2021-02..2021-04"
    assert extended(_chart("date:2021-02..2021-04"), 2) == ""


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.integers(1, 60), st.integers(1, 2),
    st.none() | st.integers(0, 29),
)  # fmt: skip
def test_lines_are_as_wide_as_each_other_and_none_looks_like_some(
    counts: list[int], room: int, height: int, mark: int | None
) -> None:
    """Every bar has its cells on each line; the most fills all lines, nothing is the thin line alone."""
    values = tuple(map(str, range(len(counts))))
    chart = Chart("date", values, tuple(counts), None, "")
    lines = [line_of(chart, y, height, room, mark) for y in range(height)]
    size = chart.width_of_bar(room)
    shown = len(counts) - chart.first_shown(room)
    assert {width_of(line) for line in lines} == {size * shown} and size * shown <= max(room, 1)
    for place, count in enumerate(counts[len(counts) - shown :]):
        column = [line[place].text[0] for line in lines]
        assert (column[-1] == "▁") == (count == 0)
        if count and count == max(counts):
            assert set(column) == {"█"}
        assert chart.bar_at(place * size, room) == place + len(counts) - shown


def test_a_low_screen_gets_charts_of_one_line() -> None:
    """Two where there is room, and one for the ends of the scale; the head says where the user is, else
    what is chosen, else the ends."""
    chart = _chart("date:2021-02")
    high = [*chart_rows(chart, 25, 40, None)]
    assert [row.kind for row in high] == ["head", "upper", "chart", "scale"]
    assert high[-1].bars[0].text == "Jan 2021        Jun 2021"
    assert next(chart_rows(_chart("", QUALITY), 25, 20, None)).note == "0 – 100"
    low = [*chart_rows(chart, 25, 20, 4)]
    assert [row.kind for row in low] == ["head", "chart"]
    assert low[0].note == "May 2021  5" and next(chart_rows(chart, 25, 20, None)).note == "Feb 2021"
