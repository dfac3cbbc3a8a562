"""The sidebar: views, topics, providers, categories, types, quality and dates with their live counts,
in one painted widget.

It says what was chosen and never what follows from it: the screen changes the Query and hands it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.actions import SkipAction
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from reader.app.keys.keymap import bindings_for
from reader.app.messages import ValuePressed
from reader.app.paint.cells import Piece, strip_of, thumb, width_of
from reader.app.widgets import sidebar_row
from reader.app.widgets.sidebar_ranges import SidebarRanges
from reader.app.widgets.sidebar_rows import FIELDS, Row, ViewCount, in_steady_order, rows_of
from reader.query import Query
from reader.query.results import Facet

_INKS = (
    "head", "box", "label", "chosen", "empty", "count", "cursor", "cursor-dim", "mark", "thumb", "ground",
)  # fmt: skip


class Sidebar(SidebarRanges, can_focus=True, inherit_bindings=False):
    """Sections of choices, each with how many articles it would leave."""

    BINDINGS = bindings_for("sidebar")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"sidebar--{ink}" for ink in _INKS}
    """One for each ink of a row; `ground` is what lies under everything."""

    views: reactive[tuple[ViewCount, ...]] = reactive((), repaint=False)
    """The saved queries, counted."""
    facets: reactive[tuple[Facet, ...]] = reactive((), repaint=False)
    """The counts under the current question."""
    shown_query: reactive[Query] = reactive(Query(), repaint=False)
    """The current question, which says what is chosen."""

    @dataclass
    class ViewChosen(Message):
        """A view was chosen."""

        view: ViewCount

    def __init__(self, clock: Callable[[], datetime], *, id: str | None = None) -> None:
        super().__init__(clock, id=id)
        self._boxes: frozenset[str] = frozenset()
        self._holds = 0
        self._is_stale = False

    def choose(self, *, exclude: bool = False) -> None:
        """Choose what is under the cursor, or exclude it."""
        if self.row is not None:
            self._press(self.row, exclude)

    def action_read(self) -> None:
        """Choose what is under the cursor."""
        self.choose()

    def action_page_on(self) -> None:
        """Choose what is under the cursor."""
        self.choose()

    def action_exclude(self) -> None:
        """Exclude what is under the cursor."""
        self.choose(exclude=True)

    def action_step_down(self) -> None:
        """On the dates, go to the period before; elsewhere the screen lowers the minimum quality."""
        if not self.step(-1):
            raise SkipAction()

    def action_step_up(self) -> None:
        """On the dates, go to the next period; elsewhere the screen raises the minimum quality."""
        if not self.step(1):
            raise SkipAction()

    def action_sort_values(self) -> None:
        """Sort the values by name, or by count again."""
        self.sort_values()

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
        """Find a value of the section under the cursor."""
        self.screen.set_focus(self)
        self.find()

    def sort_values(self) -> None:
        """Let values stand from A to Z, or the most frequent first again."""
        self.folding = self.folding._replace(is_by_name=not self.folding.is_by_name)
        self.build()

    def validate_facets(self, facets: tuple[Facet, ...]) -> tuple[Facet, ...]:
        """While somebody chooses here, the rows keep their order."""
        return in_steady_order(facets, self.facets) if self.has_focus else facets

    def show_counts(self) -> None:
        """Show new counts and choices."""
        self.build()

    watch_views = watch_facets = watch_shown_query = on_resize = show_counts

    def watch_has_focus(self, focused: bool) -> None:
        """Paint the cursor bright or dim, and close the box when the person goes elsewhere."""
        super().watch_has_focus(focused)
        if not focused and self.finding:
            self.leave_box(keep=True)
        elif self.chart:
            self.build()
        self.refresh_line(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked, or open the box of its section."""
        if event.get_content_offset(self) is None:
            return
        if self.further(event.y):
            self.scroll_to(y=self.scroll_offset.y + self.size.height - 2, animate=False)
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
        """One row."""
        line, width = y + self.scroll_offset.y, self.size.width - 1
        if not 0 <= line < len(self.rows):
            return strip_of((), width + 1, self._ink, "ground")
        row = self.rows[line]
        if further := self.further(y):
            pieces = sidebar_row.further(further, width)
        elif row.kind == "head":
            typed = self.folding.finding.get(row.section)
            pieces = sidebar_row.head(row, width, typed, is_typing=self.finding == row.section)
        else:
            cursor = ("cursor" if self.has_focus else "cursor-dim") if line == self.cursor else ""
            pieces = sidebar_row.choice(row, width, cursor)
        mark = Piece(thumb(y, self.size.height, self.scroll_offset.y, len(self.rows)), "thumb")
        room = Piece(" " * max(width - width_of(pieces), 0), "ground")
        return strip_of([*pieces, room, mark], width + 1, self._ink, "ground")

    def _press(self, row: Row, exclude: bool) -> None:
        if row.kind == "view" and not exclude:
            view = next(view for view in self.views if view.name == row.label)
            self.post_message(self.ViewChosen(view))
        elif row.kind == "value":
            self.post_message(ValuePressed(row.section, row.label, exclude))
        elif row.kind == "chart":
            self.pick(exclude=exclude)
        elif row.kind == "more":
            self.folding = self.folding._replace(open=self.folding.open ^ {row.section})
            self.build()

    @contextmanager
    def built_once(self) -> Iterator[None]:
        """Make the rows once, at the end, whatever changes inside."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            if self._is_stale and not self._holds:
                self.build()

    def build(self) -> None:
        """Make the rows anew; the cursor stays on its choice, lines that look the same are not painted."""
        self._is_stale = bool(self._holds)
        if self._is_stale:
            return
        held = self.row
        old, height = self.rows, self.size.height
        boxes, self._boxes = self._boxes | {*self.folding.finding}, frozenset(self.folding.finding)
        charts = [*self.count_charts(self.facets, self.shown_query)]
        self.rows = rows_of(self.views, self.facets, self.shown_query, self.folding, height, charts)
        self.set_extent(len(self.rows))
        for line in range(max(len(old), len(self.rows))):
            new = self.rows[line : line + 1]
            if old[line : line + 1] != new or new[0].section in boxes:
                self.refresh_line(line)
        self.refresh_line(self.scroll_offset.y + self.size.height - 1)
        same = [line for line, row in enumerate(self.rows) if held and row.place == held.place]
        if same:
            self.go(same[0])
        elif not (self.row and self.row.is_choice):
            self.move(0)

    def _ink(self, name: str) -> Style:
        return self.get_component_rich_style(f"sidebar--{name}")
