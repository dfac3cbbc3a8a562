"""The sidebar: views, topics, providers, folders, quality, dates, categories and types with live counts, in
one painted widget; with the box that finds a value by its letters, and the charts with their keys and mouse
actions. It reports selections by message; the screen changes the Query and passes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from textual import events
from textual.actions import SkipAction
from textual.message import Message
from textual.reactive import reactive, var
from textual.strip import Strip

from reader.app.keys import bindings_for
from reader.app.paint import styles
from reader.app.paint.cells import Piece, cut, strip_of, thumb, width_of
from reader.app.widgets import sidebar_rows
from reader.app.widgets.painted_view import PaintedView, ValuePressed
from reader.app.widgets.sidebar_charts import MIDDLE, Chart, chart_of
from reader.app.widgets.sidebar_rows import FIELDS, SidebarRow, Unfolded, ViewCount
from reader.query import Query
from reader.query.results import Facet

NARROW = 26
"""Minimum cells for wider gaps between the numbers; below that, names get the room."""
LEAST_WINDOW = 4
"""Minimum lines of the window (not counting its last) for the last line to summarize what is below."""


class Sidebar(PaintedView, can_focus=True, inherit_bindings=False):
    """Sections of choices, each with the number of articles it would leave."""

    BINDINGS = bindings_for("sidebar")
    STYLES = styles.SIDEBAR

    views: reactive[tuple[ViewCount, ...]] = reactive((), repaint=False)
    """The saved queries, counted."""
    facets: reactive[tuple[Facet, ...]] = reactive((), repaint=False)
    """The counts under the current query."""
    shown_query: reactive[Query] = reactive(Query(), repaint=False)
    """The current query, which says what is chosen."""

    unfolded: reactive[Unfolded] = reactive(Unfolded(), repaint=False)
    """How the user has unfolded the sections."""
    finding: reactive[str | None] = reactive(None)
    """The facet whose box is open for typing."""
    chart_field: var[str] = var("")
    """The chart under the cursor, whose keys are in the footer; empty if there is none."""

    @dataclass
    class ViewChosen(Message):
        """A view was chosen."""

        view: ViewCount

    @dataclass
    class RangePicked(Message):
        """A range was chosen, as written in queries; "" for none."""

        field: str
        value: str

    def __init__(self, clock: Callable[[], datetime], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock
        self.rows: list[SidebarRow] = []
        """What is painted, line by line."""
        self.cursor = 1
        """The line at which the cursor is; only choices can have it."""
        self._lost: tuple[str, str, str] | None = None
        """The row to which the cursor returns if it reappears before the cursor is moved."""
        self._holds = 0
        self._charts: dict[str, Chart] = {}
        self._marked = ""
        """The current period in the chart of dates."""
        self._dragged: tuple[str, int] | None = None
        """The chart and the bar at which the mouse button went down."""
        self._dragged_to = ""
        """The last reported range of the drag: the mouse reports each cell that it passes, and rows too."""

    def choose(self, *, exclude: bool = False) -> None:
        """Select the value under the cursor, or exclude it."""
        if self.row is not None:
            self._press(self.row, exclude)

    def action_exclude(self) -> None:
        self.choose(exclude=True)

    action_read = action_page_on = choose

    def action_step(self, step: int) -> None:
        """On the dates, go to the next period, or to the previous one (-1); elsewhere the screen changes the
        minimum quality."""
        chart = self.chart
        if chart is None or chart.field != "date":
            raise SkipAction()
        self._marked = chart.values[max(min(self._mark(chart) + step, len(chart.values) - 1), 0)]
        self.build()

    def action_sort_values(self) -> None:
        self.unfolded = self.unfolded._replace(is_by_name=not self.unfolded.is_by_name)

    def action_focus_facets(self) -> None:
        """Go to the topics; from there to the next section."""
        sections = [facet.field for facet in self.facets if facet.values]
        row = self.row
        start = 0
        if self.screen.focused is self and row is not None and row.section in sections:
            start = sections.index(row.section) + 1
        self.screen.set_focus(self)
        for step in range(len(sections)):
            if self.show_section(sections[(start + step) % len(sections)]):
                return

    def action_find_value(self) -> None:
        self.screen.set_focus(self)
        self.find()

    def validate_facets(self, facets: tuple[Facet, ...]) -> tuple[Facet, ...]:
        """While the sidebar has the focus, values keep their order."""
        return sidebar_rows.in_steady_order(facets, self.facets) if self.has_focus else facets

    def watch_has_focus(self, focused: bool) -> None:
        """Close the box when the user goes elsewhere; a chart has its mark only with the focus."""
        super().watch_has_focus(focused)
        if not focused and self.finding:
            self.leave_box(keep=True)
        elif self.chart:
            self.build()

    # The cursor.

    @property
    def row(self) -> SidebarRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None

    def move(self, rows: int) -> None:
        """Move down by this many choices, up if negative."""
        choices = [line for line, row in enumerate(self.rows) if row.is_choice]
        if not choices:
            return
        here = min(range(len(choices)), key=lambda place: abs(choices[place] - self.cursor))
        self.go(choices[max(min(here + rows, len(choices) - 1), 0)])

    def show_section(self, section: str) -> bool:
        """Put the cursor on the first choice of a section; False if the section is not there."""
        for line, row in enumerate(self.rows):
            if row.section == section and row.is_choice:
                self.go(line)
                return True
        return False

    def go(self, line: int) -> None:
        """Put the cursor on a line and scroll to it; on the first of a section also to its head, which has
        the letters of the box. The mark of a chart is only shown with the cursor."""
        left, before, self.cursor = self.row, self.cursor, line
        self._lost = None
        self.refresh_line(before)
        self.refresh_line(line)
        top = line
        while top and self.rows[top - 1].kind in ("head", "upper"):
            top -= 1
        below = 2 if line + 1 < len(self.rows) else 1  # the last line may be the summary
        self.scroll_to_line(max(min(self.scroll_offset.y, top), line + below - self.size.height))
        self.chart_field = self.chart.field if self.chart else ""
        if left != self.row and "date" in {row.section for row in (left, self.row) if row}:
            self.build()

    def line_at(self, y: int) -> int | None:
        """The line at `y` of the window; None after the last, and where the rest is summarized."""
        line = y + self.scroll_offset.y
        return line if 0 <= line < len(self.rows) and not self.further(y) else None

    def further(self, y: int) -> str:
        """The summary of the hidden lines, in the window's last line; empty elsewhere."""
        line = y + self.scroll_offset.y
        if y != self.size.height - 1 or line + 1 >= len(self.rows) or y < LEAST_WINDOW:
            return ""
        hidden = self.rows[line:]
        heads = [row.label.capitalize() for row in hidden if row.kind == "head"]
        begun = sum(row.is_choice and row.section == hidden[0].section for row in hidden)
        is_cut = hidden[0].kind not in ("blank", "head")
        return " · ".join([*([f"{begun} more"] if is_cut and begun else []), *heads])

    # The box of a section.

    def find(self, section: str | None = None) -> None:
        """Open the box of a facet (the cursor's own by default) to find a value in it."""
        section = section or (self.row.section if self.row else None)
        if section not in FIELDS:
            section = next((row.section for row in self.rows if row.section in FIELDS), None)
        if section is None:
            return
        self.finding = section
        self._find(section, self.unfolded.finding.get(section, ""))

    def leave_box(self, *, keep: bool) -> bool:
        """Stop typing in the box; unless kept, show all values again. False if no box is open."""
        section = self.finding or next(iter(self.unfolded.finding), None)
        if section is None:
            return False
        self.finding = None
        if keep and self.unfolded.finding.get(section):
            self.show_section(section)
        else:
            left = {field: text for field, text in self.unfolded.finding.items() if field != section}
            self.unfolded = self.unfolded._replace(finding=left)
        return True

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """While a box is open, letters are typed there and are no commands."""
        return self.finding is not None and character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """Type in the box that is open."""
        if self.finding is None:
            return
        text = self.unfolded.finding.get(self.finding, "")
        if event.key == "backspace":
            self._find(self.finding, text[:-1])
        elif event.key in ("enter", "down"):
            self.leave_box(keep=True)
        elif event.character is not None and event.character.isprintable():
            self._find(self.finding, text + event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def _find(self, section: str, text: str) -> None:
        self.unfolded = self.unfolded._replace(finding={**self.unfolded.finding, section: text})
        # An empty box doesn't move the cursor, so that Esc leaves it in place.
        if text or self.row is None or self.row.section != section:
            self.show_section(section)

    # The charts.

    @property
    def chart(self) -> Chart | None:
        """The chart under the cursor."""
        return self._charts.get(self.row.section) if self.row and self.row.kind == "chart" else None

    @property
    def chart_room(self) -> int:
        """The width of the charts."""
        return max(self.size.width - 3, 1)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Start selecting bars."""
        line = self.line_at(int(event.y))
        row = self.rows[line] if line is not None else None
        if row is None or row.kind not in ("chart", "upper"):
            return
        chart, column = self._charts[row.section], int(event.x) - 1
        if 0 <= column < chart.width_of_bar(self.chart_room) * len(chart.values):
            bar = chart.bar_at(column, self.chart_room)
            self._dragged = chart.field, bar
            self.capture_mouse()
            end = len(chart.values) - 1 if chart.field == "quality" else bar
            self._dragged_to = "" if chart.chosen == (bar, end) else chart.picked(bar, end)
            self.post_message(self.RangePicked(chart.field, self._dragged_to))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged is None:
            return
        field, start = self._dragged
        chart = self._charts.get(field)
        if chart is None:
            return
        bar = chart.bar_at(max(int(event.x) - 1, 0), self.chart_room)
        value = chart.picked(start, bar)
        if bar != start and value != self._dragged_to:
            self._dragged_to = value
            self.post_message(self.RangePicked(field, value))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()

    def _mark(self, chart: Chart) -> int:
        """The current bar; at first the end of the selection, else the latest."""
        if self._marked in chart.values:
            return chart.values.index(self._marked)
        return chart.chosen[1] if chart.chosen else len(chart.values) - 1

    # Choosing and painting.

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked, or open the box of its section."""
        if event.get_content_offset(self) is None:
            return
        if self.further(event.y):
            self.scroll_to_line(self.scroll_offset.y + self.size.height - 2)
        line = self.line_at(event.y)
        if line is None:
            return
        row = self.rows[line]
        if row.kind == "head" and row.section in FIELDS:
            self.find(row.section)
        elif row.kind == "chart":
            self.go(line)
        elif row.is_choice:
            self.go(line)
            self._press(row, exclude=event.ctrl)

    def render_line(self, y: int) -> Strip:
        line, width = y + self.scroll_offset.y, self.size.width - 1
        if not 0 <= line < len(self.rows):
            return strip_of((), width + 1, self.style_of, "ground")
        row = self.rows[line]
        if further := self.further(y):
            pieces = [Piece(cut(f" ↓ {further}", width), "empty")]
        elif row.kind == "head":
            typed = self.unfolded.finding.get(row.section)
            pieces = sidebar_rows.head(row, width, typed, is_typing=self.finding == row.section)
        else:
            cursor = ("cursor" if self.has_focus else "cursor-dim") if line == self.cursor else ""
            pieces = sidebar_rows.choice(row, width, cursor)
        mark = Piece(thumb(y, self.size.height, self.scroll_offset.y, len(self.rows)), "thumb")
        room = Piece(" " * max(width - width_of(pieces), 0), "ground")
        return strip_of([*pieces, room, mark], width + 1, self.style_of, "ground")

    def _press(self, row: SidebarRow, exclude: bool) -> None:
        if row.kind == "view" and not exclude:
            view = next(view for view in self.views if view.name == row.label)
            self.post_message(self.ViewChosen(view))
        elif row.kind == "value":
            self.post_message(ValuePressed(row.section, row.label, exclude))
        elif row.kind == "chart":
            chart, value = self._charts[row.section], ""
            if not exclude and chart.field == "date":
                value = chart.extended(self._mark(chart))
            elif not exclude and not chart.chosen_words:
                value = MIDDLE
            self.post_message(self.RangePicked(chart.field, value))
        elif row.kind == "more":
            here = self.cursor
            self.unfolded = self.unfolded._replace(open=self.unfolded.open ^ {row.section})
            if row.section in self.unfolded.open:
                self.go(here)  # on the first that was folded

    @contextmanager
    def built_once(self) -> Iterator[None]:
        """Build the rows once, at the end of the block."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            self.build()

    def build(self) -> None:
        """Build the rows; the cursor stays on its choice."""
        if self._holds:
            return
        held, height = self._lost or (self.row.place if self.row else None), self.size.height
        gap = 1 if self.size.width < NARROW else 2
        charts = self._chart_rows(height)
        query, unfolded = self.shown_query, self.unfolded
        self.rows = sidebar_rows.rows_of(self.views, self.facets, query, unfolded, height, charts, gap)
        self.set_extent(len(self.rows))
        self.refresh()
        same = [line for line, row in enumerate(self.rows) if row.place == held]
        if same:
            self.go(same[0])
        elif not (self.row and self.row.is_choice):
            self.move(0)
        self._lost = None if same else held

    watch_views = watch_facets = watch_shown_query = watch_unfolded = on_resize = build

    def _chart_rows(self, height: int) -> list[SidebarRow]:
        here = self.row.section if self.row and self.row.kind == "chart" and self.has_focus else ""
        rows: list[SidebarRow] = []
        self._charts = {}
        for facet in self.facets:
            if facet.field in sidebar_rows.RANGES and facet.values:
                chart = chart_of(facet, self.shown_query, self._clock())
                mark = self._mark(chart) if here == facet.field == "date" else None
                rows += chart.rows(self.chart_room, height, mark)
                self._charts[facet.field] = chart
        return rows
