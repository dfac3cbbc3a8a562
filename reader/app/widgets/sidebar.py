"""The sidebar: views, topics, providers, categories and types with their live counts, in one painted widget.

It says what was chosen and never what follows from it: the screen changes the Query and hands it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from reader.app.messages import ValuePressed
from reader.app.painted_view import PaintedView
from reader.app.painting import Piece, strip_of, thumb, width_of
from reader.app.widgets import sidebar_row
from reader.app.widgets.sidebar_rows import VIEWS, Folding, Row, ViewCount, in_steady_order, rows_of
from reader.query import Query
from reader.results import Facet

_INKS = ("head", "box", "label", "chosen", "empty", "count", "cursor", "cursor-dim", "thumb", "ground")


class Sidebar(PaintedView, can_focus=True, inherit_bindings=False):
    """Sections of choices, each with how many articles it would leave."""

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

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: list[Row] = []
        """What is painted, line by line."""
        self.cursor = 1
        """The line at which the cursor stands."""
        self.finding: str | None = None
        """The facet in whose box is being typed."""
        self._folding = Folding()
        self._boxes: frozenset[str] = frozenset()

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None

    def move(self, rows: int) -> None:
        """Go to the row that many choices down, or up for less than 0."""
        choices = [line for line, row in enumerate(self.rows) if row.is_choice]
        if not choices:
            return
        here = min(range(len(choices)), key=lambda place: abs(choices[place] - self.cursor))
        self._go(choices[max(min(here + rows, len(choices) - 1), 0)])

    def page(self, pages: float) -> bool:
        """Go down by pages; whether the cursor moved."""
        before = self.cursor
        self.move(int(self.size.height * pages))
        return before != self.cursor

    def jump(self, to_end: bool) -> None:
        """Go to the last choice or the first."""
        self.move(len(self.rows) if to_end else -len(self.rows))

    def show_section(self, section: str) -> bool:
        """Put the cursor on the first choice of a section; False where the section is not there."""
        for line, row in enumerate(self.rows):
            if row.section == section and row.is_choice:
                self._go(line)
                return True
        return False

    def choose(self, *, exclude: bool = False) -> None:
        """Choose what is under the cursor, or exclude it."""
        if self.row is not None:
            self._press(self.row, exclude)

    def find(self, section: str | None = None) -> None:
        """Open the box of a facet (the cursor's own by default) to find a value in it."""
        section = section or (self.row.section if self.row else None)
        if section in (None, VIEWS):
            section = next((facet.field for facet in self.facets), None)
        if section is None:
            return
        self.finding = section
        self._find(section, self._folding.finding.get(section, ""))

    def leave_box(self, *, keep: bool) -> bool:
        """Stop typing in the box and, unless kept, take its narrowing back; False where none is open."""
        section = self.finding or next(iter(self._folding.finding), None)
        if section is None:
            return False
        self.finding = None
        if keep and self._folding.finding.get(section):
            self._build()
            self.show_section(section)
        else:
            left = {field: text for field, text in self._folding.finding.items() if field != section}
            self._folding = self._folding._replace(finding=left)
            self._build()
        return True

    def validate_facets(self, facets: tuple[Facet, ...]) -> tuple[Facet, ...]:
        """While somebody chooses here, the rows keep their order."""
        return in_steady_order(facets, self.facets) if self.has_focus else facets

    def show_counts(self) -> None:
        """Show new counts and choices."""
        self._build()

    watch_views = watch_facets = watch_shown_query = on_resize = show_counts

    def watch_has_focus(self, focused: bool) -> None:
        """Paint the cursor bright or dim, and close the box when the person goes elsewhere."""
        super().watch_has_focus(focused)
        if not focused and self.finding:
            self.leave_box(keep=True)
        self.refresh_line(self.cursor)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """While a box is open, letters belong to it and not to the commands."""
        return self.finding is not None and character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """Type in the box that is open."""
        if self.finding is None:
            return
        text = self._folding.finding.get(self.finding, "")
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

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked, or open the box of its section."""
        line = event.y + self.scroll_offset.y
        if not 0 <= line < len(self.rows) or event.get_content_offset(self) is None:
            return
        row = self.rows[line]
        if row.kind == "head" and row.section != VIEWS:
            self.find(row.section)
        elif row.is_choice:
            self._go(line)
            self._press(row, exclude=event.ctrl)

    def render_line(self, y: int) -> Strip:
        """One row."""
        line, width = y + self.scroll_offset.y, self.size.width - 1
        if not 0 <= line < len(self.rows):
            return strip_of((), width + 1, self._ink, "ground")
        row = self.rows[line]
        if row.kind == "head":
            typed = self._folding.finding.get(row.section)
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
        elif row.kind == "more":
            self._folding = self._folding._replace(open=self._folding.open ^ {row.section})
            self._build()

    def _find(self, section: str, text: str) -> None:
        self._folding = self._folding._replace(finding={**self._folding.finding, section: text})
        self._build()
        self.show_section(section)

    def _go(self, line: int) -> None:
        before, self.cursor = self.cursor, line
        self.refresh_line(before)
        self.refresh_line(line)
        top = 0 if line <= 1 else line
        y = max(min(self.scroll_offset.y, top), line + 1 - self.size.height)
        if y != self.scroll_offset.y:
            self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def _build(self) -> None:
        """Make the rows anew; the cursor stays on its choice, lines that look the same are not painted."""
        held = self.row
        old, height = self.rows, self.size.height
        boxes, self._boxes = self._boxes | {*self._folding.finding}, frozenset(self._folding.finding)
        self.rows = rows_of(self.views, self.facets, self.shown_query, self._folding, height)
        self.set_extent(len(self.rows))
        for line in range(max(len(old), len(self.rows))):
            new = self.rows[line : line + 1]
            if old[line : line + 1] != new or new[0].section in boxes:
                self.refresh_line(line)
        same = [line for line, row in enumerate(self.rows) if held and row.place == held.place]
        if same:
            self._go(same[0])
        elif not (self.row and self.row.is_choice):
            self.move(0)

    def _ink(self, name: str) -> Style:
        return self.get_component_rich_style(f"sidebar--{name}")
