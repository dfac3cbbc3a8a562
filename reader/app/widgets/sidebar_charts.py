"""The sidebar's charts, of which a range can be selected: qualities as a histogram, dates as a sparkline.

The selection is only kept in the Query, so typing changes a chart and a chart changes the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from reader.app.paint.cells import BEST, Piece
from reader.app.widgets.sidebar_rows import HEADS, HIGH, SidebarRow, ValueState
from reader.query import Query, Term, dates
from reader.query.dates import TimeSpan, in_words, joined
from reader.query.fields import DATE_FIELDS
from reader.query.grammar import bounds
from reader.query.results import Facet

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
    """The first and the last selected bar; None if none is."""
    chosen_words: str
    """The selection in words; empty if there is none."""

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

    def rows(self, room: int, height: int, mark: int | None) -> Iterator[SidebarRow]:
        """A chart under its head, `room` cells wide; `mark` is the current bar."""
        field, is_high = self.field, height >= HIGH
        first, last = self.ends(room)
        note = self.chosen_words
        if mark is not None and field == "date":
            note = f"{in_words(self.values[mark])}  {self.counts[mark]:,}"
        elif not note and not is_high:
            # The ends of the scale, of dates the years alone where there is little room.
            years = (first[-4:], last[-4:]) if field == "date" else ()
            notes = (" – ".join(dict.fromkeys(ends)) for ends in ((first, last), years))
            note = next((words for words in notes if len(words) <= room - len(HEADS[field]) - 1), "")
        state: ValueState = "included" if self.chosen_words else ""
        yield SidebarRow("head", field, HEADS[field], state=state, note=note)
        if is_high:
            yield SidebarRow("upper", field, bars=self.line(0, 2, room, mark))
        yield SidebarRow("chart", field, bars=self.line(int(is_high), 1 + is_high, room, mark))
        if is_high:
            width = self.width_of_bar(room) * (len(self.values) - self.first_shown(room))
            scale = first if first == last else f"{first} {last:>{max(width - len(first) - 1, 0)}}"
            yield SidebarRow("scale", field, bars=(Piece(scale, "empty"),))

    def line(self, y: int, height: int, room: int, mark: int | None) -> tuple[Piece, ...]:
        """Line `y` of a chart that is `height` lines high; the bar with the mark stands out."""
        most, size = max(self.counts, default=0), self.width_of_bar(room)
        pieces = []
        for place in range(self.first_shown(room), len(self.counts)):
            count = self.counts[place]
            # Zero is a thin line, so that few are never mistaken for none.
            level = max(-(-count * 8 * height // most), 2) if count else 1
            glyph = LEVELS[max(min(level - 8 * (height - 1 - y), 8), 0)]
            is_chosen = self.chosen is not None and self.chosen[0] <= place <= self.chosen[1]
            style = "mark" if place == mark else "chosen" if is_chosen else "count" if count else "thumb"
            style = "ground" if glyph == " " else style
            bar = glyph * (size - 1) + " " if size > 2 else glyph * size
            pieces.append(Piece(bar, style))
        return tuple(pieces)

    def ends(self, room: int) -> tuple[str, str]:
        """The ends of the scale: the lowest and highest quality, or the first and last period."""
        first, last = self.values[self.first_shown(room)], self.values[-1]
        if self.field == "quality":
            return str(_range(first)[0]), str(_range(last)[1])
        start = first if first.startswith("..") else first.partition("..")[0]  # "..2025-01" has no start
        return in_words(start), in_words(last.strip(".").rpartition("..")[2])

    def picked(self, first: int, last: int) -> str:
        """The range of bars as written in a query; "" for all."""
        first, last = sorted((first, last))
        end = len(self.values) - 1
        if (first, last) == (0, end):
            return ""
        if self.field == "date":
            return joined(self.values[first : last + 1])
        low, high = _range(self.values[first])[0], _range(self.values[last])[1]
        return f">={low}" if last == end else f"<={high}" if first == 0 else f"{low}..{high}"

    def extended(self, mark: int) -> str:
        """The selection extended to the marked bar, as written in a query; "" if that is selected already."""
        if self.chosen is None:
            return self.picked(mark, mark)
        first, last = self.chosen
        return "" if first <= mark <= last else self.picked(min(first, mark), max(last, mark))


def chart_of(facet: Facet, query: Query, now: datetime) -> Chart:
    """The chart of a facet, with the query's selection."""
    values = tuple(one.value for one in facet.values)
    terms = _choices(query, facet.field)
    if facet.field == "quality":
        low, high = _quality(terms)
        ranges = map(_range, values)
        inside = [place for place, (least, most) in enumerate(ranges) if most >= low and least <= high]
    else:
        chosen = [[_span(term.field, value, now) for value in term.values] for term in terms]
        bars = [dates.on(value, now) for value in values if terms]
        inside = [place for place, bar in enumerate(bars) if all(_meets(bar, spans) for spans in chosen)]
    ends = (inside[0], inside[-1]) if terms and inside else None
    return Chart(facet.field, values, tuple(one.count for one in facet.values), ends, _in_words(terms))


def stepped(query: Query, step: int) -> str:
    """The range of quality with its lower end moved by this many steps; "" if it includes everything."""
    low, high = _quality(_choices(query, "quality"))
    low = max(min(low // STEP * STEP + step * STEP, high), 0)
    if high == BEST:
        return f">={low}" if low else ""
    return f"{low}..{high}" if low else f"<={high}"


def _choices(query: Query, field: str) -> list[Term]:
    fields = DATE_FIELDS if field == "date" else (field,)
    terms = (part for part in query.clauses if isinstance(part, Term))
    return [term for term in terms if term.field in fields and not term.negated]


def _range(value: str) -> tuple[int, int]:
    low, high = bounds(value)
    return low or 0, BEST if high is None else high


def _quality(terms: Sequence[Term]) -> tuple[int, int]:
    """The lowest and highest quality that all of these ranges allow."""
    low, high = 0, BEST
    for term in terms:
        lows, highs = zip(*map(_range, term.values), strict=True)
        low, high = max(low, min(lows)), min(high, max(highs))
    return low, high


def _span(field: str, value: str, now: datetime) -> TimeSpan:
    if field == "since":
        return TimeSpan(dates.since(value, now), None)
    return TimeSpan(None, dates.until(value, now)) if field == "until" else dates.on(value, now)


def _meets(bar: TimeSpan, spans: Sequence[TimeSpan]) -> bool:
    """Whether a bar overlaps one of these spans of time."""
    for span in spans:
        is_empty = span.start is not None and span.start == span.stop
        begins = bar.stop is None or span.start is None or span.start < bar.stop
        ends = bar.start is None or span.stop is None or span.stop > bar.start
        if begins and ends and not is_empty:
            return True
    return False


def _in_words(terms: Sequence[Term]) -> str:
    """The selection; empty if there is none."""
    if not terms:
        return ""
    term = terms[0]
    if term.field == "quality":
        low, high = _quality(terms)
        return f"≥ {low}" if high == BEST else f"≤ {high}" if not low else f"{low} – {high}"
    words = in_words(term.values[0]) if term.field == "date" else f"{term.field} {in_words(term.values[0])}"
    return words + " …" * (len(terms) > 1 or len(term.values) > 1)
