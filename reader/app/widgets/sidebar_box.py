"""The box of a facet in the sidebar, in which letters are typed to find a value among hundreds."""

from __future__ import annotations

from textual import events
from textual.reactive import var

from reader.app.widgets.sidebar_moving import SidebarMoving
from reader.app.widgets.sidebar_rows import FIELDS, Folding


class SidebarBox(SidebarMoving, inherit_bindings=False):
    """The part of the sidebar that finds values."""

    finding: var[str | None] = var(None)
    """The facet in whose box is being typed."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.folding = Folding()
        """How the person has opened the sections up."""

    def find(self, section: str | None = None) -> None:
        """Open the box of a facet (the cursor's own by default) to find a value in it."""
        section = section or (self.row.section if self.row else None)
        if section not in FIELDS:
            section = next((row.section for row in self.rows if row.section in FIELDS), None)
        if section is None:
            return
        self.finding = section
        self._find(section, self.folding.finding.get(section, ""))

    def leave_box(self, *, keep: bool) -> bool:
        """Stop typing in the box and, unless kept, take its narrowing back; False where none is open."""
        section = self.finding or next(iter(self.folding.finding), None)
        if section is None:
            return False
        self.finding = None
        if keep and self.folding.finding.get(section):
            self.build()
            self.show_section(section)
        else:
            left = {field: text for field, text in self.folding.finding.items() if field != section}
            self.folding = self.folding._replace(finding=left)
            self.build()
        return True

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """While a box is open, letters belong to it and not to the commands."""
        return self.finding is not None and character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """Type in the box that is open."""
        if self.finding is None:
            return
        text = self.folding.finding.get(self.finding, "")
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
        self.folding = self.folding._replace(finding={**self.folding.finding, section: text})
        self.build()
        # An empty box leaves the cursor where it is, for Esc to leave it there.
        if text or self.row is None or self.row.section != section:
            self.show_section(section)
