"""The article, painted one visible line at a time from a layout that reaches only as far as it is read.

It shows an article, and finds words and links in it; loading articles, opening pages and marking are done
elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import Input

from reader.app.keys import bindings_for
from reader.app.paint import styles
from reader.app.paint.canvas import Box, Shown
from reader.app.paint.cells import CURSOR
from reader.app.reading.document import TOP, Document, LinkCursor, ReadingPlace, target_at
from reader.app.reading.header import PICTURE, Subject
from reader.app.reading.hits import Highlights, restyled, sought
from reader.app.reading.lines import BOLD, ITALIC, STRIKE, UNDERLINE, Line, Span, Target
from reader.app.widgets.lines import TextLine
from reader.app.widgets.painted_view import PaintedView, UrlPressed, ValuePressed
from reader.app.wording import NO_ARTICLE
from reader.article.record import Article
from reader.errors import counted
from reader.query.results import Headline

OVERLAP = 2
"""Lines of a page that are still shown after a page down, for orientation."""


class DocumentView(PaintedView, inherit_bindings=False):
    """A window on a document; corrected height estimates never move what is visible."""

    measure: reactive[int] = reactive(72, repaint=False)
    """The widest line, in cells; the text is centred where the pane is wider."""

    _cursor: LinkCursor
    _document: Document | None = None
    _settled = 0
    """The line at the top of the window, as far as everything above it is known."""

    def fit(self) -> None:
        """Lay out again if the width has changed, keeping the reading position."""
        if self._document and self._document.width != self.text_width:
            place = self._document.place(self._settled)
            self._document.set_width(self.text_width)
            self._cursor.hit = None  # its line has changed
            self.restore_place(place)
        else:
            self._settle()

    watch_measure = on_resize = fit

    @property
    def text_width(self) -> int:
        """Cells of the text: the measure, or what the pane has between its margins."""
        # The scrollbar's cells are never used, so that its coming and going does not move the text.
        room = self.outer_size.width - self.gutter.width - self.scrollbar_size_vertical - 2
        return max(min(self.measure, room), 2) if room > 0 else self.measure

    @property
    def reading_place(self) -> ReadingPlace:
        """The place in the text of the first visible line; independent of the width."""
        return self._document.place(self._settled) if self._document else TOP

    def restore_place(self, place: ReadingPlace) -> None:
        """Scroll to a place in the text."""
        self._go(self._document.find(place) if self._document else 0)

    def move(self, rows: int) -> None:
        """Move down by lines, up if negative."""
        self._go(self._settled + rows)

    @property
    def page_rows(self) -> int:
        """The lines of a page without the overlap."""
        return self._rows - OVERLAP

    def jump(self, to_end: bool) -> None:
        """Go to the end, or to the top."""
        self._go(self._document.settle_end(self._rows) if to_end and self._document else 0)

    @property
    def _rows(self) -> int:
        return self.scrollable_content_region.height

    def _go(self, y: int) -> None:
        document = self._document
        if document:
            y = max(min(y, document.height - self._rows), 0)
            y = self._settled = document.settle(y, self._rows)
            self.set_extent(document.height)
        else:
            self.set_extent(0)
            self._settled = 0
        self.scroll_to_line(y)
        self._settle()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Lay out what comes into view, before it is painted."""
        super().watch_scroll_y(old_value, new_value)
        if round(new_value) != self._settled:
            self._settle()

    def _settle(self) -> None:
        """Lay out what is visible; the visible text stays in place if heights above it change."""
        document = self._document
        if document is None or not self._rows:
            return
        y = self.scroll_offset.y
        is_end = y and y >= self.max_scroll_y
        y = document.settle_end(self._rows) if is_end else document.settle(y, self._rows)
        self._settled = y
        self.set_extent(document.height)
        if y != self.scroll_offset.y:
            self.scroll_to_line(y)

    @property
    def _margin(self) -> int:
        return max((self.scrollable_content_region.width - self.text_width) // 2, 0)


class PictureFrame:
    """The place of the article's picture, empty until the picture is made."""

    def __init__(self) -> None:
        self.box: Box | None = None
        """The cells reserved for the article's picture."""
        self.picture: Shown | None = None
        self.note = ""
        """Why there is none."""
        self.on_move: Callable[[], object] = lambda: None
        """Called before the lines are painted elsewhere."""

    @property
    def rows(self) -> int:
        """Lines that the article's picture takes."""
        return self.box.rows if self.box is not None else 0

    def clear(self) -> None:
        """Remove the picture: another article is shown."""
        self.will_move()
        self.picture, self.note = None, ""

    def will_move(self) -> None:
        """The picture's lines move: remove the graphics that cover them."""
        if self.picture is not None and self.picture.overlay:
            self.on_move()

    def first(self, document: Document) -> int | None:
        """The first line reserved for the picture."""
        return next((number for number, line in enumerate(document.section(0)) if is_kept(line)), None)

    def line(self, document: Document, y: int) -> list[Segment]:
        """The segments of the line at `y`, one of those reserved for the picture."""
        first = self.first(document) or 0
        lines = self.picture.lines if self.picture is not None else ()
        return list(lines[y - first]) if y - first < len(lines) else []


def is_kept(line: Line) -> bool:
    """Whether this line is reserved for a picture."""
    return bool(line) and line[0].style == "pixels"


MAX_HITS = 1_000
"""Hits that `ArticlePane.hits` counts up to."""
MOST_COUNTED = 300_000
"""Characters of a body up to which all hits are counted with each letter."""
MOST_TIMES = 100
"""Maximum count for the keys that go from hit to hit or from link to link."""


class ArticlePane(DocumentView, can_focus=True):
    """The article: title, marks, body as Markdown, other fields."""

    BINDINGS = bindings_for("article")
    STYLES = styles.ARTICLE
    DEFAULT_CSS = """
    ArticlePane {
        background: $background;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
    }
    ArticlePane:focus { scrollbar-color: $primary; }
    """

    shown: reactive[tuple[Article, Headline] | None] = reactive(None, repaint=False)
    """The article to read with its headline (whose marks are shown); None shows the message."""
    note: reactive[str] = reactive("", repaint=False)
    """The user's note on the article."""
    highlights: reactive[Highlights] = reactive((), repaint=False)
    """Words and phrases of the query, highlighted unless a search in the article is on."""
    spacing: reactive[int] = reactive(1, repaint=False)
    """Blank lines between paragraphs."""
    message: reactive[str] = reactive(NO_ARTICLE)
    """Shown in the middle while there is no article."""

    class Appeared(Message):
        """The pane has come on the screen."""

    class PicturePressed(Message):
        """The article's picture was pressed."""

    @dataclass
    class LinksRequested(Message):
        """The list of the article's links was requested: words and addresses."""

        links: list[tuple[str, str]]

    def __init__(self, clock: Callable[[], datetime], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.frame = PictureFrame()
        """The place of the picture; set its box before the article."""
        self._found: Highlights | None = None
        """The words of the search in the article; None if there is none."""
        self._found_from: ReadingPlace = TOP
        self.has_links = False
        """Whether web addresses are links of the terminal's own (OSC 8) as well."""
        self.tag_colours: Mapping[str, str] = {}
        """The colours that the user chose for tags."""
        self._clock = clock
        self._cursor = LinkCursor()
        self._wraps_code = False
        """Whether long lines of code are wrapped instead of cut."""

    def watch_shown(self, old: tuple[Article, Headline] | None, new: tuple[Article, Headline] | None) -> None:
        """Lay out the article; from its top, unless only its marks have changed."""
        is_same = old is not None and new is not None and old[0] == new[0]
        if not (old and new and old[0].path == new[0].path):
            self.frame.clear()
            self._end_find()
        hit = self._cursor.hit
        self._show(self.reading_place if is_same else TOP)
        self._cursor.hit = hit if is_same else None

    @property
    def marked_words(self) -> Highlights:
        """The highlighted words: those of the search in the article, else those of the query."""
        return self.highlights if self._found is None else self._found

    def _mark_words(self) -> None:
        self._cursor.hit = None
        if self._document is not None:
            place = self.reading_place
            if self._document.set_wanted(sought(self.marked_words)):
                self.restore_place(place)
            self.refresh()

    watch_highlights = _mark_words

    def lay_out_anew(self) -> None:
        """Lay out the lines anew, keeping the reading position."""
        self._show(self.reading_place)

    watch_note = watch_spacing = lay_out_anew

    def _show(self, place: ReadingPlace) -> None:
        self._document = None
        self._cursor = LinkCursor()
        if self.shown is not None:
            subject = Subject(
                *self.shown, self.note, self._clock(), self.tag_colours, self.frame.rows, self.frame.note
            )
            self._document = Document(subject, self.text_width, self.spacing, wraps_code=self._wraps_code)
            self._document.set_wanted(sought(self.marked_words))
        self.restore_place(place)

    @property
    def is_finding(self) -> bool:
        """Whether a search in the article is on."""
        return self._found is not None

    def action_find_in_article(self) -> None:
        if self.shown is None:
            self.notify(NO_ARTICLE, markup=False)
            return
        self._close_find_bar()
        self.screen.set_focus(self)
        self._found, self._found_from = (), self.reading_place
        bar = FindBar(self.find, self._leave_find_bar)
        self.screen.mount(bar)
        # At once, unlike `focus`, which is delayed: the next keys are letters and not commands.
        self.screen.set_focus(bar)

    def find(self, text: str) -> str:
        """Go to the first hit from where the search began; the result in words."""
        words = text.strip()
        self._found = ((words, not text.endswith(" ")),) if words else ()
        self._mark_words()
        self.restore_place(self._found_from)
        if not words:
            return ""
        if not self.next_hit():
            return "not found"
        if self.shown is None or len(self.shown[0].body) > MOST_COUNTED:
            return "found"
        count = len(self.hits)
        return f"{count:,} found" if count > 1 else "found once"

    def _leave_find_bar(self, is_cancelled: bool) -> None:
        """Close the line; the hits stay highlighted unless the search is cancelled or nothing was typed."""
        if is_cancelled or not self._found:
            self.leave_find()
        if is_cancelled:
            self.restore_place(self._found_from)
        self._close_find_bar()
        self.screen.set_focus(self)

    def leave_find(self) -> bool:
        """End the search in the article; False if there is none."""
        if not self.is_finding:
            return False
        self._end_find()
        self._mark_words()
        return True

    def _end_find(self) -> None:
        if self.is_finding:
            self._found = None
            if self._close_find_bar():
                self.screen.set_focus(self)

    def _close_find_bar(self) -> bool:
        bars = self.screen.query(FindBar)
        bars.remove()
        return bool(bars)

    def action_list_links(self, number: int = 0) -> None:
        """List the article's links by number, or open the one with this number."""
        links = self.links
        if 0 < number <= len(links):
            self.post_message(UrlPressed(links[number - 1][1]))
        elif number:
            many = counted(len(links), "link") if links else "no links"
            self.notify(f"This article has {many}", markup=False)
        elif not links:
            self.notify("No links in this article" if self.shown is not None else NO_ARTICLE, markup=False)
        else:
            self.post_message(self.LinksRequested(links))

    def action_go_to_unread(self, step: int, times: int = 1) -> None:
        """Go to the next hit, or the previous one (-1); without one the screen goes to an unread article."""
        if not any([self.next_hit(step) for _ in range(min(times, MOST_TIMES))]):
            raise SkipAction()

    def action_go_to_link(self, step: int, times: int = 1) -> None:
        """Go to the next link or topic, or to the previous one (-1)."""
        self.screen.set_focus(self)
        for _ in range(min(times, MOST_TIMES)):
            self.next_link(step)

    def show_picture(self, picture: Shown) -> None:
        """Paint this picture in the lines reserved for it."""
        self.frame.picture = picture
        self.refresh()

    def picture_failed(self, reason: str) -> None:
        """Show why there is no picture in its place."""
        self.frame.note = reason
        self.lay_out_anew()

    @property
    def picture_region(self) -> Region | None:
        """Where on the screen the picture's lines are; None unless all are visible."""
        first = self.frame.first(self._document) if self._document else None
        top = (first or 0) - self.scroll_offset.y
        if first is None or not self.is_on_screen or not 0 <= top <= self._rows - self.frame.rows:
            return None
        x, y = self.content_region.offset
        return Region(x + self._margin, y + top, self.text_width, self.frame.rows)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Remove what covers the picture's lines first."""
        self.frame.will_move()
        super().watch_scroll_y(old_value, new_value)

    @property
    def links(self) -> list[tuple[str, str]]:
        """Words and web address of what the body links to, in order."""
        return self._document.links() if self._document else []

    @property
    def hits(self) -> list[tuple[int, int]]:
        """Line and column of the hits in order, up to `MAX_HITS`; lays out what holds them."""
        return self._cursor.all_hits(self._document, MAX_HITS) if self._document else []

    def next_hit(self, step: int = 1) -> bool:
        """Go to the next word of the search, or with -1 to the one before; False if none is left."""
        return self._reveal(self._cursor.to_hit, step)

    def next_link(self, step: int = 1) -> bool:
        """Go to the next clickable target, up to a page away, or with -1 to the previous one; False if there
        is none."""
        return self._reveal(self._cursor.to_link, step)

    def press(self) -> bool:
        """Follow the link under the cursor; False if there is none."""
        if self._cursor.link is None:
            return False
        self._press(self._cursor.link)
        return True

    action_read = press

    def on_show(self) -> None:
        """The pane has appeared, in a narrow layout."""
        self.post_message(self.Appeared())

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or not self._document:
            return
        column = offset.x - self._margin
        target = target_at(self._document.line(self.scroll_offset.y + offset.y), column)
        if target:
            event.stop()
            self._press(target)

    def _press(self, target: Target) -> None:
        if target is PICTURE:
            self.post_message(self.PicturePressed())
        elif target.field == "code":
            self._wraps_code = not self._wraps_code
            self.lay_out_anew()
        elif target.field == "url":
            self.post_message(UrlPressed(target.value))
        else:
            self.post_message(ValuePressed(target.field, target.value))

    def _reveal(self, move: Callable[[Document, int, int, int], int | None], step: int) -> bool:
        """Move to the next target and scroll to it; False if there is none."""
        y = move(self._document, self._settled, self._rows, step) if self._document else None
        if y is not None and not self._settled <= y < self._settled + self._rows:
            self._go(y - self._rows // 3)
        self.refresh()
        return y is not None

    def render_line(self, y: int) -> Strip:
        """One line of the window, `y` counted from its top."""
        document = self._document
        if document is None:
            return self.line_of_sentence(self.message, y, "message", "text")
        y += self.scroll_offset.y
        width, ground = self.scrollable_content_region.width, self.style_of("text")
        line, margin = document.line(y), self._margin
        if not line:
            return Strip.blank(width, ground)
        if is_kept(line):
            blank = Segment(" " * margin, ground)
            return Strip([blank, *self.frame.line(document, y)]).adjust_cell_length(width, ground)
        segments = [Segment(" " * margin, ground)]
        if self.has_focus and margin and any(span.style == "title" for span in line):
            # A bar beside the title shows that the pane has the focus.
            before = max(margin - 2, 0)
            segments = [
                Segment(" " * before, ground),
                Segment(CURSOR, self.style_of("cursor")),
                Segment(" " * (margin - before - 1), ground),
            ]
        for hit in document.hits_at(y):
            style = "hit-current" if self._cursor.is_current(document, y, hit) else "hit"
            line = restyled(line, hit.start, hit.end, style)
        segments += map(self._segment, line)
        strip = Strip(segment for segment in segments if segment.text).simplify()
        if line[-1].style.startswith(("listing", "more")):
            strip = strip.extend_cell_length(margin + self.text_width, self.style_of("listing"))
        return strip.adjust_cell_length(width, ground)

    def _segment(self, span: Span) -> Segment:
        is_current = span.target is not None and span.target is self._cursor.link
        style = self.style_of("pressed" if is_current else span.style)
        if span.emphasis:
            style += _emphasis(span.emphasis)
        if self.has_links and span.target is not None and span.target.field == "url":
            style += Style(link=span.target.value)
        return Segment(span.text, style)


@cache
def _emphasis(flags: int) -> Style:
    return Style(
        bold=bool(flags & BOLD) or None,
        italic=bool(flags & ITALIC) or None,
        strike=bool(flags & STRIKE) or None,
        underline=bool(flags & UNDERLINE) or None,
    )


class FindBar(TextLine):
    """Searches the article with every letter, and shows the result.

    A single widget without children, so that it takes the very next key after it is mounted.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]
    DEFAULT_CSS = """
    FindBar, FindBar:focus {
        dock: bottom; width: 100%; padding: 0 1;
        background: $background; color: $foreground; background-tint: transparent;
    }
    FindBar > .input--placeholder { color: $foreground-muted; }
    FindBar > .input--cursor { background: $primary; color: $background; text-style: none; }
    """

    KEYS = "Enter keep   Esc cancel"
    """Shown at the right while there is no result."""

    result: reactive[str] = reactive("")
    """Shown at the right: how often the text was found."""

    def __init__(self, find: Callable[[str], str], leave: Callable[[bool], object]) -> None:
        """`find` searches for a text and returns how often it was found; `leave` gets whether the search is
        cancelled."""
        super().__init__(placeholder="Find in the article")
        self._find, self._leave = find, leave

    def render_line(self, y: int) -> Strip:
        """The typed text, and at the right the result or the keys."""
        width = self.content_size.width
        strip = super().render_line(y).adjust_cell_length(width, self.rich_style)
        words = self.result or self.KEYS
        room = width - cell_len(words) - 2
        if room < cell_len(self.value or self.placeholder) + 1:
            return strip
        dim = self.rich_style + self.get_component_rich_style("input--placeholder")
        return Strip.join([strip.crop(0, room), Strip([Segment(f"  {words}", dim)])])

    def action_leave(self) -> None:
        self._leave(True)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.result = self._find(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._leave(False)
