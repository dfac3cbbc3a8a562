"""The article, painted one visible line at a time from a layout that reaches only as far as it is read.

It shows what it is given, and finds words and links in it; loading articles, opening pages and marking
belong to others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.actions import SkipAction
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from reader.app.keys import bindings_for
from reader.app.messages import PicturePressed, UrlPressed, ValuePressed
from reader.app.paint.canvas import Box, Shown
from reader.app.paint.cells import in_the_middle
from reader.app.reading.document import TOP, Document, ReadingPlace
from reader.app.reading.header import PICTURE, Subject
from reader.app.reading.hits import Highlights, inked, sought
from reader.app.reading.lines import Line, Span, Target
from reader.app.reading.link_cursor import LinkCursor
from reader.app.widgets import article_inks
from reader.app.widgets.document_view import DocumentView
from reader.app.widgets.find_bar import FindBar
from reader.app.wording import NO_ARTICLE
from reader.article.record import Article
from reader.errors import counted
from reader.query.results import Headline


class Frame:
    """Empty until a picture has been made for the article that is shown."""

    def __init__(self) -> None:
        self.box: Box | None = None
        """The cells that are kept for the article's picture."""
        self.picture: Shown | None = None
        self.note = ""
        """Why there is none."""
        self.on_move: Callable[[], object] = lambda: None
        """Called before the lines are painted elsewhere."""

    @property
    def rows(self) -> int:
        """Lines that the article's picture takes."""
        return self.box.rows if self.box is not None else 0

    @property
    def asked(self) -> tuple[int, str]:
        """What the layout has to know: the lines, and the note that stands there instead."""
        return self.rows, self.note

    def clear(self) -> None:
        """Another article is shown."""
        self.tell_moved()
        self.picture, self.note = None, ""

    def tell_moved(self) -> None:
        """What lies over the picture's lines has to go with them."""
        if self.picture is not None and self.picture.overlay:
            self.on_move()

    def first(self, document: Document) -> int | None:
        """The first line that is kept."""
        return next((number for number, line in enumerate(document.section(0)) if is_kept(line)), None)

    def line(self, document: Document, y: int) -> list[Segment]:
        """What is painted in the line at `y`, which is one of those that are kept."""
        first = self.first(document) or 0
        lines = self.picture.lines if self.picture is not None else ()
        return list(lines[y - first]) if y - first < len(lines) else []


def is_kept(line: Line) -> bool:
    """Whether this line is one that is kept for a picture."""
    return bool(line) and line[0].ink == "pixels"


CURSOR = "▌"

MAX_HITS = 1_000
"""Hits that `ArticlePane.hits` counts up to."""
MOST_COUNTED = 300_000
"""Characters of a body up to which all hits are counted with each letter."""
MOST_TIMES = 100
"""How often a number before a key repeats what goes from hit to hit or from link to link."""


class ArticlePane(DocumentView, can_focus=True):
    """The article that is read: title, marks, body as Markdown, other fields."""

    BINDINGS = bindings_for("article")
    COMPONENT_CLASSES: ClassVar[set[str]] = article_inks.COMPONENT_CLASSES
    """See the table in `article_inks`."""
    DEFAULT_CSS = article_inks.SHEET

    shown: reactive[tuple[Article, Headline] | None] = reactive(None, repaint=False)
    """The article to read with its headline (whose marks are shown); None shows the message."""
    note: reactive[str] = reactive("", repaint=False)
    """The person's note on the article."""
    highlights: reactive[Highlights] = reactive((), repaint=False)
    """Words and phrases of the search, marked unless others are looked for in the article itself."""
    spacing: reactive[int] = reactive(1, repaint=False)
    """Blank lines between paragraphs."""
    message: reactive[str] = reactive(NO_ARTICLE)
    """Shown in the middle while there is no article."""

    @dataclass
    class LinksRequested(Message):
        """The list of the article's links was asked for: words and addresses."""

        links: list[tuple[str, str]]

    def __init__(self, clock: Callable[[], datetime] | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.frame = Frame()
        """The place of the picture; its rows are to be set before the article."""
        self.is_finding = False
        """Whether words are looked for in this article alone."""
        self._found: Highlights | None = None
        self._found_from: ReadingPlace = TOP
        self.has_links = False
        """Whether web addresses are links of the terminal's own (OSC 8) as well."""
        self.tag_colours: Mapping[str, str] = {}
        """The colours that the person chose for tags."""
        self._clock = clock or (lambda: datetime.now(UTC))
        self._cursor = LinkCursor()
        self._inks: dict[tuple[str, int], Style] = {}
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

    def watch_note(self) -> None:
        """Show the note at the head."""
        self.lay_out_anew()

    def watch_spacing(self) -> None:
        """Lay out anew, keeping the reading place."""
        self.lay_out_anew()

    def watch_highlights(self) -> None:
        """Mark other words."""
        self._mark_words()

    @property
    def marked_words(self) -> Highlights:
        """The words that are marked: those looked for in the article, else those of the search."""
        return self.highlights if self._found is None else self._found

    def _mark_words(self) -> None:
        """Repaint the lines where hits come or go."""
        self._cursor.hit = None
        document = self._document
        if document is None:
            return
        lines = range(self._settled, self._settled + self._rows)
        before = [document.hits_at(line) for line in lines]
        place = self.reading_place
        if document.set_wanted(sought(self.marked_words)):
            self.restore_place(place)
            return
        for line, hits in zip(lines, before, strict=True):
            if hits or document.hits_at(line):
                self.refresh_lines(line)

    def lay_out_anew(self) -> None:
        """Make the lines again, keeping the reading place."""
        self._show(self.reading_place)

    def forget_places(self) -> None:
        """The hit that was gone to is on another line now."""
        self._cursor.hit = None

    def _show(self, place: ReadingPlace) -> None:
        self._document = None
        self._cursor = LinkCursor()
        if self.shown is not None:
            subject = Subject(*self.shown, self.note, self._clock(), self.tag_colours, *self.frame.asked)
            self._document = Document(subject, self.text_width, self.spacing, wraps_code=self._wraps_code)
            self._document.set_wanted(sought(self.marked_words))
        self.restore_place(place)

    def watch_has_focus(self, focused: bool) -> None:
        """Show whether the keys go to this pane."""
        super().watch_has_focus(focused)
        self.refresh()

    def action_find_in_article(self) -> None:
        """Find words in the article."""
        if self.shown is None:
            self.notify(NO_ARTICLE, markup=False)
            return
        self._close_find_bar()
        self.screen.set_focus(self)
        self.is_finding = True
        self._found_from = self.reading_place
        bar = FindBar(self.find, self._leave_find_bar)
        self.screen.mount(bar)
        # At once, and not with `focus`, which waits: the next keys are letters and not commands.
        self.screen.set_focus(bar)

    def find(self, text: str) -> str:
        """Go to the first hit of a text from where the search began; the result in words."""
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
        """Close the line; the hits stay marked unless the search is cancelled."""
        if is_cancelled:
            self.leave_find()
            self.restore_place(self._found_from)
        self._close_find_bar()
        self.screen.set_focus(self)

    def leave_find(self) -> bool:
        """Mark the words of the list's search again; False if no words were looked for."""
        if not self.is_finding:
            return False
        self._end_find()
        self._mark_words()
        return True

    def _end_find(self) -> None:
        self._found = None
        if self.is_finding:
            self.is_finding = False
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

    def action_next_unread(self, times: int = 1) -> None:
        """Go to the next hit; without one the screen goes to the next unread article."""
        if not any([self.next_hit() for _ in range(min(times, MOST_TIMES))]):
            raise SkipAction()

    def action_previous_unread(self, times: int = 1) -> None:
        """Go to the previous hit; without one the screen goes to the previous unread article."""
        if not any([self.next_hit(-1) for _ in range(min(times, MOST_TIMES))]):
            raise SkipAction()

    def action_next_link(self, times: int = 1) -> None:
        """Go to the next link or topic."""
        self.screen.set_focus(self)
        for _ in range(min(times, MOST_TIMES)):
            self.next_link()

    def action_previous_link(self, times: int = 1) -> None:
        """Go to the previous link or topic."""
        self.screen.set_focus(self)
        for _ in range(min(times, MOST_TIMES)):
            self.next_link(-1)

    def action_read(self) -> None:
        """Follow the link under the cursor."""
        self.press()

    def show_picture(self, picture: Shown) -> None:
        """Paint this picture in the lines that were kept for it."""
        self.frame.picture = picture
        self.refresh()

    def picture_failed(self, reason: str) -> None:
        """Show in its place why there is no picture."""
        self.frame.note = reason
        self.lay_out_anew()

    @property
    def picture_region(self) -> Region | None:
        """Where on the screen the picture's lines are; None unless all of them are in sight."""
        first = self.frame.first(self._document) if self._document else None
        top = (first or 0) - self.scroll_offset.y
        if first is None or not self.is_on_screen or not 0 <= top <= self._rows - self.frame.rows:
            return None
        x, y = self.content_region.offset
        return Region(x + self._margin, y + top, self.text_width, self.frame.rows)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Remove what lies over the picture's lines first."""
        self.frame.tell_moved()
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
        """Go to the next word of the search, or with -1 to the one before; False where none is left."""
        document = self._document
        return self._reveal(
            self._cursor.to_hit(document, self._settled, self._rows, step) if document else None
        )

    def next_link(self, step: int = 1) -> bool:
        """Go to the next thing that can be pressed, up to a page away, or with -1 back; False for none."""
        document = self._document
        return self._reveal(
            self._cursor.to_link(document, self._settled, self._rows, step) if document else None
        )

    def press(self) -> bool:
        """Press what `next_link` went to; False where that is nothing."""
        if self._cursor.link is None:
            return False
        self._press(self._cursor.link)
        return True

    def on_click(self, event: events.Click) -> None:
        """Press the topic, provider, tag or link under the mouse."""
        offset = event.get_content_offset(self)
        if offset is None or not self._document:
            return
        column = offset.x - self._margin
        target = self._cursor.target_at(self._document.line(self.scroll_offset.y + offset.y), column)
        if target:
            event.stop()
            self._press(target)

    def _press(self, target: Target) -> None:
        if target is PICTURE:
            self.post_message(PicturePressed())
        elif target.field == "code":
            self._wraps_code = not self._wraps_code
            self.lay_out_anew()
        elif target.field == "url":
            self.post_message(UrlPressed(target.value))
        else:
            self.post_message(ValuePressed(target.field, target.value))

    def _reveal(self, y: int | None) -> bool:
        if y is not None and not self._settled <= y < self._settled + self._rows:
            self._go(y - self._rows // 3)
        self.refresh()
        return y is not None

    def notify_style_update(self) -> None:
        """Forget the colours; the theme or the focus has changed."""
        self._inks.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """One line of the window, `y` counted from its top."""
        width = self.scrollable_content_region.width
        ground = self._style("text", 0)
        if self._document is None:
            sentence = in_the_middle(self.message, width)
            place = y - (self._rows - len(sentence)) // 2
            text = sentence[place] if 0 <= place < len(sentence) else ""
            return Strip([Segment(text, self._style("message", 0))]).adjust_cell_length(width, ground)
        y += self.scroll_offset.y
        is_title = any(span.ink == "title" for span in self._document.line(y))
        if is_kept(self._document.line(y)):
            blank = Segment(" " * self._margin, ground)
            return Strip([blank, *self.frame.line(self._document, y)]).adjust_cell_length(width, ground)
        line = self._with_hits(y, self._document)
        segments = [*self._beside(is_title=is_title), *(self._segment(span) for span in line)]
        strip = Strip(segment for segment in segments if segment.text).simplify()
        if line and line[-1].ink.startswith("listing"):
            strip = strip.extend_cell_length(self._margin + self.text_width, self._style("listing", 0))
        return strip.adjust_cell_length(width, ground)

    def _beside(self, *, is_title: bool) -> list[Segment]:
        """The left margin; beside the title a bar says that the pane has the focus."""
        blank = self._style("text", 0)
        if not (is_title and self.has_focus and self._margin):
            return [Segment(" " * self._margin, blank)]
        before = max(self._margin - 2, 0)
        return [
            Segment(" " * before, blank),
            Segment(CURSOR, self._style("cursor", 0)),
            Segment(" " * (self._margin - before - 1), blank),
        ]

    def _segment(self, span: Span) -> Segment:
        if span.target is not None and span.target is self._cursor.link:
            span = span._replace(ink="pressed")
        style = self._style(span.ink, span.emphasis)
        if self.has_links and span.target is not None and span.target.field == "url":
            style += Style(link=span.target.value)
        return Segment(span.text, style)

    def _with_hits(self, y: int, document: Document) -> Line:
        line = document.line(y)
        for hit in document.hits_at(y):
            ink = "hit-current" if self._cursor.is_current(document, y, hit) else "hit"
            line = inked(line, hit.start, hit.end, ink)
        return line

    def _style(self, ink: str, emphasis: int) -> Style:
        style = self._inks.get((ink, emphasis))
        if style is None:
            style = self.rich_style + self.get_component_rich_style(f"article-pane--{ink}")
            style += article_inks.emphasised(emphasis)
            self._inks[ink, emphasis] = style
        return style
