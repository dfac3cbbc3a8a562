"""The charts of the sidebar under hand and mouse: a bar under a mark, a range by two bars or by dragging."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual import events
from textual.message import Message
from textual.reactive import var

from reader.app.widgets.sidebar_box import SidebarBox
from reader.app.widgets.sidebar_chart import MIDDLE, RANGES, Chart, chart_of, extended, picked
from reader.app.widgets.sidebar_rows import Row, chart_rows
from reader.query import Query
from reader.query.results import Facet


class SidebarRanges(SidebarBox, inherit_bindings=False):
    """The part of the sidebar that has charts."""

    @dataclass
    class RangePicked(Message):
        """A range was chosen, as a query has it; "" = none any more."""

        field: str
        value: str

    chart_field: var[str] = var("")
    """The chart under the cursor, for those who say its keys; empty where there is none."""

    def __init__(self, clock: Callable[[], datetime], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._charts: dict[str, Chart] = {}
        self._marks: dict[str, str] = {}
        """The value on which the person stands, in each chart."""
        self._dragged: tuple[str, int] | None = None
        """The chart and the bar at which the mouse button went down."""

    @property
    def chart(self) -> Chart | None:
        """The chart under the cursor."""
        return self._charts.get(self.row.section) if self.row and self.row.kind == "chart" else None

    def step(self, step: int) -> bool:
        """Go along the dates by so many bars; False where the cursor stands elsewhere."""
        chart = self.chart
        if chart is None or chart.field != "date":
            return False
        place = max(min(self._mark(chart) + step, len(chart.values) - 1), 0)
        self._marks[chart.field] = chart.values[place]
        self.build()
        return True

    def pick(self, *, exclude: bool = False) -> None:
        """Choose the bar under the mark, up to it where something is chosen, or let go of what is."""
        chart = self.chart
        if chart is None:
            return
        if exclude:
            value = ""
        elif chart.field == "quality":
            value = "" if chart.told else MIDDLE
        else:
            value = extended(chart, self._mark(chart))
        self.post_message(self.RangePicked(chart.field, value))

    def count_charts(self, facets: Sequence[Facet], query: Query) -> Iterator[Row]:
        """The rows of the charts."""
        shown = [facet for facet in facets if facet.field in RANGES and facet.values]
        held = self.row
        self._charts = {facet.field: chart_of(facet, query, self._clock()) for facet in shown}
        for field, chart in self._charts.items():
            is_here = held is not None and (held.kind, held.section) == ("chart", field) and self.has_focus
            mark = self._mark(chart) if is_here and field == "date" else None
            yield from chart_rows(chart, self.chart_room, self.size.height, mark)

    @property
    def chart_room(self) -> int:
        """Cells for the bars."""
        return max(self.size.width - 3, 1)

    def go(self, line: int) -> None:
        """Put the cursor on a line; the mark of a chart is there only with it."""
        left = self.row
        super().go(line)
        self.chart_field = self.chart.field if self.chart else ""
        if left != self.row and any(row is not None and row.section == "date" for row in (left, self.row)):
            self.build()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to choose bars."""
        found = self._bar_under(event)
        if found is not None:
            chart, bar = found
            self._dragged = chart.field, bar
            self.capture_mouse()
            end = len(chart.values) - 1 if chart.field == "quality" else bar
            value = "" if chart.chosen == (bar, end) else picked(chart, bar, end)
            self._told_last = value
            self.post_message(self.RangePicked(chart.field, value))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Choose up to the bar under the mouse."""
        if self._dragged is None:
            return
        field, start = self._dragged
        chart = self._charts.get(field)
        if chart is None:
            return
        bar = chart.bar_at(max(int(event.x) - 1, 0), self.chart_room)
        value = picked(chart, start, bar)
        if bar != start and value != self._told_last:
            self._told_last = value
            self.post_message(self.RangePicked(field, value))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Have chosen."""
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()

    _told_last = ""
    """What was told of the drag last: the mouse tells of each cell that it passes, and of rows too."""

    def _bar_under(self, event: events.MouseEvent) -> tuple[Chart, int] | None:
        line = self.line_at(int(event.y))
        row = self.rows[line] if line is not None else None
        chart = self._charts.get(row.section) if row and row.kind in ("chart", "upper") else None
        width = chart.width_of_bar(self.chart_room) * len(chart.values) if chart else 0
        if chart is None or not 0 <= event.x - 1 < width:
            return None
        return chart, chart.bar_at(int(event.x) - 1, self.chart_room)

    def _mark(self, chart: Chart) -> int:
        """The bar on which the person stands; at first the end of what is chosen, else the latest."""
        value = self._marks.get(chart.field)
        if value in chart.values:
            return chart.values.index(value)
        return chart.chosen[1] if chart.chosen else len(chart.values) - 1
