"""The current hit of a search and the current link of an article, and the way to the next ones."""

from __future__ import annotations

from rich.cells import cell_len

from reader.app.reading.document import Document
from reader.app.reading.hits import Hit
from reader.app.reading.lines import Line, Target


class LinkCursor:
    """The hit and the link that the reader last moved to."""

    def __init__(self) -> None:
        self.hit: tuple[int, Hit] | None = None
        """Section and hit."""
        self.link: Target | None = None
        """Compared with `is`: the same address may stand in several places."""
        self._link_at: tuple[int, int] = (0, 0)

    def is_current(self, document: Document, y: int, hit: Hit) -> bool:
        """Whether this hit of line `y` is the current one."""
        return self.hit is not None and self.hit == (document.locate(y)[0], hit)

    def all_hits(self, document: Document, most: int) -> list[tuple[int, int]]:
        """Line and column of the first hits."""
        places: list[tuple[int, int]] = []
        found = document.next_hit(0, (-1, -1), 1)
        while found and len(places) < most:
            section, hit = found
            places.append((document.top(section) + hit.line, hit.start))
            found = document.next_hit(section, (hit.line, hit.start), 1)
        return places

    def to_hit(self, document: Document, top: int, rows: int, step: int) -> int | None:
        """Move to the next or previous hit, or to the first one in the window; its line, or None."""
        section, after = self._hit_start(document, top, rows, step)
        found = document.next_hit(section, after, step)
        if found is None:
            return None
        self.hit = found
        return document.top(found[0]) + found[1].line

    def _hit_start(self, document: Document, top: int, rows: int, step: int) -> tuple[int, tuple[int, int]]:
        if self.hit:
            section, hit = self.hit
            if top <= document.top(section) + hit.line < top + rows:
                return section, (hit.line, hit.start)
        section, offset = document.locate(top if step > 0 else top + rows - 1)
        return section, (offset, -1) if step > 0 else (offset + 1, 0)

    def to_link(self, document: Document, top: int, rows: int, step: int) -> int | None:
        """Move to the next link, at most a page out of sight; its line, or None."""
        section, offset = self._link_at
        at = document.top(section) + offset if self.link else -1
        is_in_sight = top <= at < top + rows
        if not is_in_sight:
            at = top if step > 0 else top + rows - 1
        passed = not is_in_sight
        for y in range(at, at + 2 * rows * step, step):
            if not 0 <= y < document.height:
                break
            targets = _targets(document.line(y))
            for target in targets if step > 0 else reversed(targets):
                if target is self.link:
                    passed = True
                elif passed and not self._goes_on(document, y, target, step):
                    self.link, self._link_at = target, document.locate(y)
                    return y
        return None

    def _goes_on(self, document: Document, y: int, target: Target, step: int) -> bool:
        """Whether a target found on the way up began on the line above."""
        return step < 0 and y > 0 and any(target is other for other in _targets(document.line(y - 1)))

    def target_at(self, line: Line, column: int) -> Target | None:
        """The target at a column of a line, counted in cells."""
        for span in line:
            column -= cell_len(span.text)
            if column < 0:
                return span.target
        return None


def _targets(line: Line) -> list[Target]:
    targets: list[Target] = []
    for span in line:
        if span.target and not (targets and targets[-1] is span.target):
            targets.append(span.target)
    return targets
