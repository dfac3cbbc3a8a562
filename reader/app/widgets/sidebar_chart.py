"""The sidebar's two charts: qualities as a histogram, dates as a sparkline, of which a part can be chosen.

Pure: counts and a Query in, lines of a row and texts for the Query out. What is chosen is in the Query
and nowhere else, so typing moves the chart and the chart writes the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from reader.app.paint.cells import Piece
from reader.article import dates
from reader.article.dates import TimeSpan, in_words, joined
from reader.query import Query, Term
from reader.query.fields import DATE_FIELDS
from reader.query.grammar import Bounds, bounds
from reader.query.results import Facet

RANGES = ("quality", "date")
"""The facets that are charts."""
LEVELS = " ▁▂▃▄▅▆▇█"
STEP = 5
"""How far a key moves the minimum quality."""
MIDDLE = ">=50"
"""The minimum quality that is set first."""
WIDEST = 4
"""Cells of a bar at most, with the gap after it."""


class Chart(NamedTuple):
    """Bars side by side, each for one value of a facet."""

    field: str
    values: tuple[str, ...]
    counts: tuple[int, ...]
    chosen: tuple[int, int] | None
    """The first and the last bar of what is chosen; None if nothing is."""
    chosen_words: str
    """What is chosen, in words; empty if nothing is."""

    def width_of_bar(self, room: int) -> int:
        """The width of a bar."""
        return max(min(room // max(len(self.values), 1), WIDEST), 1)

    def bar_at(self, column: int, room: int) -> int:
        """The bar at a column of the chart, or the nearest one."""
        first = self.first_shown(room)
        return max(min(first + column // self.width_of_bar(room), len(self.values) - 1), first)

    def first_shown(self, room: int) -> int:
        """The bar at the left edge: not the first if there is no room for all."""
        return max(len(self.values) - max(room, 1), 0)


def chart_of(facet: Facet, query: Query, now: datetime) -> Chart:
    """The chart of a facet, with what the query selects of it."""
    values = tuple(one.value for one in facet.values)
    inside = _inside_quality(values, query) if facet.field == "quality" else _inside_dates(values, query, now)
    places = [place for place, is_inside in enumerate(inside) if is_inside]
    chosen = (places[0], places[-1]) if places and _choices(query, facet.field) else None
    return Chart(
        facet.field, values, tuple(one.count for one in facet.values), chosen, _told(query, facet.field)
    )


def line_of(chart: Chart, y: int, height: int, room: int, mark: int | None) -> tuple[Piece, ...]:
    """Line `y` of a chart that is `height` lines high; the bar with the mark stands out."""
    most, size = max(chart.counts, default=0), chart.width_of_bar(room)
    pieces = []
    for place in range(chart.first_shown(room), len(chart.counts)):
        count = chart.counts[place]
        # Nothing is a thin line of its own, so that few are never mistaken for none.
        level = max(-(-count * 8 * height // most), 2) if count else 1
        glyph = LEVELS[max(min(level - 8 * (height - 1 - y), 8), 0)]
        is_chosen = chart.chosen is not None and chart.chosen[0] <= place <= chart.chosen[1]
        style = "mark" if place == mark else "chosen" if is_chosen else "count" if count else "thumb"
        style = "ground" if glyph == " " else style
        bar = glyph * (size - 1) + " " if size > 2 else glyph * size
        pieces.append(Piece(bar, style))
    return tuple(pieces)


def ends_of(chart: Chart, room: int) -> tuple[str, str]:
    """The ends of the scale: the lowest and highest quality, or the first and last period."""
    first, last = chart.values[chart.first_shown(room)], chart.values[-1]
    if chart.field == "date":
        start = first if first.startswith("..") else first.partition("..")[0]  # "..2025-01" has no start
        return in_words(start), in_words(last.strip(".").rpartition("..")[2])
    return str(bounds(first).low or 0), str(bounds(last).high or 100)


def picked(chart: Chart, first: int, last: int) -> str:
    """The bars from one to another as a query writes them; "" for all."""
    first, last = sorted((first, last))
    end = len(chart.values) - 1
    if (first, last) == (0, end):
        return ""
    if chart.field == "date":
        return joined(chart.values[first : last + 1])
    low, high = bounds(chart.values[first]).low, bounds(chart.values[last]).high
    return f">={low}" if last == end else f"<={high}" if first == 0 else f"{low}..{high}"


def extended(chart: Chart, mark: int) -> str:
    """The selection extended to the marked bar, as a query writes it; "" if that is selected already."""
    if chart.chosen is None:
        return picked(chart, mark, mark)
    first, last = chart.chosen
    return "" if first <= mark <= last else picked(chart, min(first, mark), max(last, mark))


def stepped(query: Query, step: int) -> str:
    """The range of quality with its lower end moved by this many steps; "" if it includes everything."""
    low, high = _quality(query)
    low = max(min((low or 0) // STEP * STEP + step * STEP, 100 if high is None else high), 0)
    if not low:
        return "" if high is None else f"<={high}"
    return f">={low}" if high is None else f"{low}..{high}"


def _choices(query: Query, field: str) -> list[Term]:
    fields = DATE_FIELDS if field == "date" else (field,)
    terms = (part for part in query.clauses if isinstance(part, Term))
    return [term for term in terms if term.field in fields and not term.negated]


def _quality(query: Query) -> Bounds:
    """The lowest and highest quality that the query allows, over all its ranges."""
    low: int | None = None
    high: int | None = None
    for term in _choices(query, "quality"):
        spans = [bounds(value) for value in term.values]
        lows, highs = [span.low for span in spans], [span.high for span in spans]
        if None not in lows:
            least = min(one for one in lows if one is not None)
            low = least if low is None else max(low, least)
        if None not in highs:
            most = max(one for one in highs if one is not None)
            high = most if high is None else min(high, most)
    return Bounds(low, high)


def _inside_quality(values: Sequence[str], query: Query) -> Iterator[bool]:
    low, high = _quality(query)
    for bar in map(bounds, values):
        is_above = low is None or bar.high is None or bar.high >= low
        yield is_above and (high is None or bar.low is None or bar.low <= high)


def _inside_dates(values: Sequence[str], query: Query, now: datetime) -> Iterator[bool]:
    chosen = [[_span(term.field, value, now) for value in term.values] for term in _choices(query, "date")]
    for value in values if chosen else ():
        bar = dates.on(value, now)
        yield all(any(_overlap(bar, span) for span in spans) for spans in chosen)


def _span(field: str, value: str, now: datetime) -> TimeSpan:
    if field == "since":
        return TimeSpan(dates.since(value, now), None)
    return TimeSpan(None, dates.until(value, now)) if field == "until" else dates.on(value, now)


def _overlap(one: TimeSpan, other: TimeSpan) -> bool:
    if other.start is not None and other.start == other.stop:
        return False
    begins = one.stop is None or other.start is None or other.start < one.stop
    return begins and (one.start is None or other.stop is None or other.stop > one.start)


def _told(query: Query, field: str) -> str:
    terms = _choices(query, field)
    if not terms:
        return ""
    if field == "quality":
        low, high = _quality(query)
        return f"≥ {low}" if high is None else f"≤ {high}" if low is None else f"{low} – {high}"
    term = terms[0]
    words = in_words(term.values[0]) if term.field == "date" else f"{term.field} {in_words(term.values[0])}"
    return words + " …" * (len(terms) > 1 or len(term.values) > 1)
