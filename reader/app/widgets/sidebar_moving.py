"""The sidebar's lines and the cursor among them: only choices can be stood on."""

from __future__ import annotations

from reader.app.paint.painted_view import PaintedView
from reader.app.widgets.sidebar_rows import Row

LEAST_WINDOW = 4
"""Lines above the one that says what is below: in fewer that is seen anyway."""


class SidebarMoving(PaintedView, inherit_bindings=False):
    """The part of the sidebar that moves."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: list[Row] = []
        """What is painted, line by line."""
        self.cursor = 1
        """The line at which the cursor stands."""

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
        self.go(choices[max(min(here + rows, len(choices) - 1), 0)])

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
                self.go(line)
                return True
        return False

    def go(self, line: int) -> None:
        """Put the cursor on a line and bring it into sight; at the first of a section its head too, where the
        letters of the box stand."""
        before, self.cursor = self.cursor, line
        self.refresh_line(before)
        self.refresh_line(line)
        top = line
        while top and self.rows[top - 1].kind in ("head", "upper"):
            top -= 1
        below = 2 if line + 1 < len(self.rows) else 1  # the last line in sight may say what is further down
        y = max(min(self.scroll_offset.y, top), line + below - self.size.height)
        if y != self.scroll_offset.y:
            self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def line_at(self, y: int) -> int | None:
        """Which line stands at `y` of the window; None beyond the last, and where it says what is below."""
        line = y + self.scroll_offset.y
        return line if 0 <= line < len(self.rows) and not self.further(y) else None

    def further(self, y: int) -> str:
        """What the window's last line says of the lines below it; empty for all others."""
        line = y + self.scroll_offset.y
        if y != self.size.height - 1 or line + 1 >= len(self.rows) or y < LEAST_WINDOW:
            return ""
        hidden = self.rows[line:]
        heads = [row.label.capitalize() for row in hidden if row.kind == "head"]
        begun = sum(row.is_choice and row.section == hidden[0].section for row in hidden)
        is_cut = hidden[0].kind not in ("blank", "head")
        return " · ".join([*([f"{begun} more"] if is_cut and begun else []), *heads])

    def build(self) -> None:
        """Make the rows again; the sidebar does."""
