"""An article as one tall column of lines, laid out only where it is visible.

Sections (head, chunks of the body, foot) have estimated heights until they are laid out. It knows no widget:
the pane asks for lines and says what is visible.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from itertools import accumulate
from typing import NamedTuple

from rich.cells import cell_len

from reader.app.reading.blocks import layout_safely, links_in, may_link, safely
from reader.app.reading.chunks import CHUNK, chunks_of
from reader.app.reading.header import Subject, layout_foot, layout_head, place_of
from reader.app.reading.hits import Hit, Sought, hits_in, may_hit
from reader.app.reading.inline import LinkNumbers, Look
from reader.app.reading.lines import Line, Span, Target, wrap
from reader.article.markdown import MAX_BRACKETS, References, references_in, without_title

KEPT = 64
"""Maximum number of sections whose lines are cached: about 6,000 lines."""

AT_ONCE = 6
"""Maximum number of sections laid out per frame, 10 to 30 ms each: megabytes of tags may produce no line at
all."""

NUMBERED = 32
"""Maximum number of chunks of a body whose links are numbered."""

MOST_LINKS = 1_000
"""Maximum number of links listed for one body."""

MOST_LISTED = 64
"""Chunks with something like a link that are read when links are listed, 10 ms each; more of them, longer."""


class ReadingPlace(NamedTuple):
    """A place in the text that stays the same when the width changes."""

    section: int = 0
    letters: int = 0
    """Characters other than spaces in the lines of the section above the place."""
    blanks: int = 0
    """Blank lines from the place to the line with the next letter."""


TOP = ReadingPlace(0, 0, 1)
"""The top of any document: the blank line above the title."""


class Document:
    """The lines of one article at one width."""

    def __init__(self, subject: Subject, width: int, spacing: int = 1, *, wraps_code: bool = False) -> None:
        self.subject = subject
        self._spacing = spacing
        self._wraps_code = wraps_code
        self._has_cut_code = False
        body, title = subject.article.body, subject.article.title
        self.body = safely(lambda: without_title(body, title), lambda: body)
        self._references: References = {}
        if len(self.body) > CHUNK:
            self._references = safely(lambda: references_in(self.body), lambda: self._references)
        self._chunks = list(chunks_of(self.body))
        self._count = len(self._chunks) + 2
        self._wanted: Sought = ()
        self._left = AT_ONCE
        self._links: dict[int, list[tuple[str, str]]] = {}
        self.set_width(width)

    def set_width(self, width: int) -> None:
        """Discard all lines; they are laid out again in `width` cells."""
        self.width = width
        self._lines: OrderedDict[int, list[Line]] = OrderedDict()
        estimates = (
            1 + self.body.count("\n", start, end) + (end - start) // width for start, end, *_ in self._chunks
        )
        self._heights = [8, *estimates, 4]
        self._exact = [False] * self._count
        self._tops: list[int] = []
        self._hits: dict[int, list[Hit]] = {}

    def set_wanted(self, wanted: Sought) -> bool:
        """Highlight other words; returns whether that changes the lines. While words are highlighted, long
        lines of code are wrapped, so that every hit is visible.
        """
        is_changed = self._has_cut_code and bool(wanted) != bool(self._wanted)
        self._wanted = wanted
        self._hits.clear()
        if is_changed:
            self.set_width(self.width)
        return is_changed

    @property
    def height(self) -> int:
        """Lines in all, as far as known."""
        return self.top(self._count)

    def line(self, y: int) -> Line:
        """The line at `y`; blank beyond the ends, and if too much would have to be laid out at once."""
        if not 0 <= y < self.height:
            return ()
        section, offset = self.locate(y)
        if not self._exact[section] and self._left <= 0:
            return ()
        lines = self.section(section)
        return lines[offset] if 0 <= offset < len(lines) else ()

    def section(self, number: int) -> list[Line]:
        """The lines of a section, laid out if necessary; that may move all sections below."""
        lines = self._lines.get(number)
        if lines is None:
            lines = self._laid_out(number)
            self._lines[number] = lines
            self._has_cut_code |= any(span.style == "more" for line in lines for span in line[-1:])
            if len(self._lines) > KEPT:
                self._lines.popitem(last=False)
            if self._heights[number] != len(lines):
                self._heights[number] = len(lines)
                self._tops = []
            self._left -= not self._exact[number]
            self._exact[number] = True
        else:
            self._lines.move_to_end(number)
        return lines

    def settle(self, y: int, rows: int) -> int:
        """Lay out `rows` lines from `y` on and as many above, so that a step up finds exact heights.

        Returns the new position of the line that was at `y`.
        """
        self._left = AT_ONCE
        section, offset = self.locate(max(y, 0))
        if not self._exact[section] and self._heights[section]:
            share = offset / self._heights[section]
            offset = min(round(share * len(self.section(section))), max(self._heights[section] - 1, 0))
        bottom, number = offset, section
        while bottom < offset + rows and number < self._count and self._left > 0:
            if not self._exact[number]:
                self.section(number)
            bottom = self.top(number + 1) - self.top(section)
            number += 1
        above, number = offset, section
        while above < rows and number and self._left > 0:
            number -= 1
            above += len(self.section(number)) if not self._exact[number] else self._heights[number]
        return self.top(section) + offset

    def settle_end(self, rows: int) -> int:
        """Lay out the last `rows` lines; the `y` of the first of them."""
        self._left = AT_ONCE
        number, seen = self._count, 0
        while number and seen < rows and self._left > 0:
            number -= 1
            seen += len(self.section(number)) if not self._exact[number] else self._heights[number]
        return max(self.height - rows, 0)

    def place(self, y: int) -> ReadingPlace:
        """The place in the text of the line at `y`."""
        section, offset = self.locate(y)
        lines = self.section(section)
        letters = list(map(_letters, lines))
        blanks = next((count for count, found in enumerate(letters[offset:]) if found), 0)
        return ReadingPlace(section, sum(letters[:offset]), blanks)

    def find(self, place: ReadingPlace) -> int:
        """The `y` of the line that holds a place."""
        section = min(place.section, self._count - 1)
        seen = 0
        for offset, line in enumerate(self.section(section)):
            seen += _letters(line)
            if seen > place.letters:
                return self.top(section) + max(offset - place.blanks, 0)
        return self.top(section)

    def links(self) -> list[tuple[str, str]]:
        """The words and the web address of the body's links, in order; the first ones of a very long text."""
        found: list[tuple[str, str]] = []
        left = MOST_LISTED
        for number, chunk in enumerate(self._chunks):
            if left <= 0 or len(found) >= MOST_LINKS:
                break
            text = chunk.text_in(self.body)
            left -= may_link(text) + text.count("[") // MAX_BRACKETS
            found += self._links_of(number)
        return found[:MOST_LINKS]

    def _links_of(self, chunk: int) -> list[tuple[str, str]]:
        if chunk not in self._links:
            text, base = self._chunks[chunk].text_in(self.body), self.subject.article.base
            self._links[chunk] = links_in(text, self._references, base=base)
        return self._links[chunk]

    @property
    def is_numbered(self) -> bool:
        """Whether links are numbered: not in a long text, as everything above would have to be parsed
        first."""
        return len(self._chunks) <= NUMBERED

    def hits(self, section: int) -> list[Hit]:
        """The hits in a section, in order; their lines count from its top."""
        if section not in self._hits:
            is_chunk = 0 < section <= len(self._chunks)
            may = not is_chunk or may_hit(self._chunks[section - 1].text_in(self.body), self._wanted)
            self._hits[section] = hits_in(self.section(section), self._wanted) if may and self._wanted else []
        return self._hits[section]

    def hits_at(self, y: int) -> list[Hit]:
        """The hits of the line at `y`."""
        if not self._wanted or not 0 <= y < self.height:
            return []
        section, offset = self.locate(y)
        return [hit for hit in self.hits(section) if hit.line == offset]

    def next_hit(self, section: int, after: tuple[int, int], step: int) -> tuple[int, Hit] | None:
        """The section and the first hit beyond (line, column) there, downward for step 1, upward for -1.

        Sections that cannot hold one are passed over without layout.
        """
        while 0 <= section < self._count:
            first = [hit for hit in self.hits(section) if hit.is_first]
            if step > 0:
                found = next((hit for hit in first if hit[:2] > after), None)
            else:
                found = next((hit for hit in reversed(first) if hit[:2] < after), None)
            if found:
                return section, found
            section += step
            after = (-1, -1) if step > 0 else (1 << 60, 0)
        return None

    def _laid_out(self, number: int) -> list[Line]:
        subject, width = self.subject, self.width
        if number == 0:
            return safely(
                lambda: layout_head(subject, width),
                lambda: [(), *wrap([Span(subject.article.title, "title")], width)],
            )
        if number == self._count - 1:
            links = self.links() if self.is_numbered else []
            lines = safely(
                lambda: layout_foot(subject, width, links),
                lambda: wrap([Span(place_of(subject.article.path), "meta")], width),
            )
            return [(), *lines] if lines else []
        chunk = self._chunks[number - 1]
        numbers = None
        if self.is_numbered:
            numbers = LinkNumbers(sum(len(self._links_of(earlier)) for earlier in range(number - 1)))
        wraps_code = self._wraps_code or bool(self._wanted)
        look = Look(wraps_code=wraps_code, base=subject.article.base, spacing=self._spacing)
        lines = layout_safely(chunk.text_in(self.body), width, self._references, numbers, look)
        return [*[()] * max(self._spacing, 1), *lines] if lines and not chunk.is_glued else lines

    def top(self, section: int) -> int:
        """The `y` of the first line of a section, as far as known."""
        if not self._tops:
            self._tops = [0, *accumulate(self._heights)]
        return self._tops[section]

    def locate(self, y: int) -> tuple[int, int]:
        """The section that holds `y`, and how far below its top."""
        y = max(min(y, self.height - 1), 0)
        self.top(0)
        section = bisect_right(self._tops, y, hi=self._count) - 1
        return section, y - self._tops[section]


def _letters(line: Line) -> int:
    return sum(len(span.text) - span.text.count(" ") for span in line)


class LinkCursor:
    """The hit and the link that the user last moved to."""

    def __init__(self) -> None:
        self.hit: tuple[int, Hit] | None = None
        """Section and hit."""
        self.link: Target | None = None
        """Compared with `is`: the same address may be in several places."""
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
        found = document.next_hit(*self._hit_start(document, top, rows, step), step)
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
        """Move to the next link, at most a page out of view; its line, or None."""
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
            # On the way up, a target may have begun on the line above.
            above = _targets(document.line(y - 1)) if step < 0 and y > 0 else []
            for target in targets if step > 0 else reversed(targets):
                if target is self.link:
                    passed = True
                elif passed and not any(target is other for other in above):
                    self.link, self._link_at = target, document.locate(y)
                    return y
        return None


def target_at(line: Line, column: int) -> Target | None:
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
