"""Charts whose bars are honest, and ranges that the query language reads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.app.paint.cells import width_of
from reader.app.widgets.sidebar_charts import Chart, chart_of, stepped
from reader.query import Query, parse
from reader.query.results import Facet, FacetValue
from tests.app.build import NOW
from tests.fake_library import qualities

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
    assert quality.picked(8, 19) == ">=40" and quality.picked(3, 0) == "<=19"
    assert quality.picked(4, 7) == "20..39" and quality.picked(0, 19) == ""
    assert dates.picked(3, 1) == "2021-02..2021-04" and dates.picked(5, 5) == "2021-06"
    for chart, value in ((quality, quality.picked(4, 7)), (dates, dates.picked(1, 3))):
        query = Query().narrowed(chart.field, value)
        facet = QUALITY if chart is quality else DATES
        assert chart_of(facet, query, NOW).chosen == ((4, 7) if chart is quality else (1, 3))


def test_choosing_a_second_bar_makes_a_range_and_one_inside_lets_go() -> None:
    """The question holds all there is to know: no end is remembered elsewhere."""
    assert _chart("").extended(3) == "2021-04"
    assert _chart("date:2021-04").extended(1) == "2021-02..2021-04"
    assert _chart("date:2021-02..2021-04").extended(2) == ""


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
    lines = [chart.line(y, height, room, mark) for y in range(height)]
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
    high = [*chart.rows(25, 40, None)]
    assert [row.kind for row in high] == ["head", "upper", "chart", "scale"]
    assert high[-1].bars[0].text == "Jan 2021        Jun 2021"
    assert next(_chart("", QUALITY).rows(25, 20, None)).note == "0 – 100"
    low = [*chart.rows(25, 20, 4)]
    assert [row.kind for row in low] == ["head", "chart"]
    assert low[0].note == "May 2021  5" and next(chart.rows(25, 20, None)).note == "Feb 2021"
