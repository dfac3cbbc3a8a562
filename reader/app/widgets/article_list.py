"""The list: the headlines that a Query selects, painted one visible line at a time.

Rows come from windows of the Results when they are painted, so a million articles cost what a screenful
costs (DataTable takes 79 s for them). It knows nothing of queries, marks or files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from textual import events
from textual.message import Message
from textual.reactive import reactive, var
from textual.strip import Strip
from textual.timer import Timer

from reader.app.keys import bindings_for
from reader.app.paint import styles
from reader.app.paint.cells import strip_of
from reader.app.reading.hits import Sought
from reader.app.widgets import article_row
from reader.app.widgets.painted_view import ArticleChosen, PaintedView
from reader.errors import ReaderError
from reader.query.results import Headline, Results

PAGE = 64
"""Headlines that are fetched at once."""
RETRY_AFTER = 3.0
"""Seconds until a page that could not be read is tried again."""
_PAGES_KEPT = 16
HELD = 0.05
"""Maximum seconds between two moves of a held key, which repeats every 33 ms; quick typing takes 120 ms.
Articles that a held key passes are not shown."""
REST = 0.08
"""Seconds without a move after which a held key counts as released."""


class Pages:
    """The headlines of one answer, read a page at a time; the pages read last are kept."""

    def __init__(self, results: Results, before: Pages | None = None) -> None:
        """`before` has the pages to show where one can't be read again."""
        self.results = results
        self.pages: dict[int, Sequence[Headline]] = {}
        self.before: dict[int, Sequence[Headline]] = {**before.before, **before.pages} if before else {}
        self._next_try = 0.0
        self.failure = ""
        """Why the last page could not be read."""

    def at(self, position: int) -> Headline | None:
        """The headline at a position, None if there is none."""
        number, offset = divmod(position, PAGE)
        page = self.pages[number] if number in self.pages else self._read(number)
        return page[offset] if offset < len(page) else None

    def _read(self, number: int) -> Sequence[Headline]:
        before = self.before.get(number, ())
        if monotonic() < self._next_try:
            return before
        try:
            page = self.results.window(number * PAGE, (number + 1) * PAGE)
        except ReaderError as error:
            # A list without this page is better than none; it is tried again.
            self._next_try, self.failure = monotonic() + RETRY_AFTER, str(error)
            return before
        self.failure = ""
        self.pages[number] = page
        if len(self.pages) > _PAGES_KEPT:
            del self.pages[next(iter(self.pages))]
        return page


class ArticleList(PaintedView, can_focus=True, inherit_bindings=False):
    """The headlines of the Results, with a cursor that stays on its article when the Results change."""

    BINDINGS = bindings_for("list")
    STYLES = styles.LIST

    results: reactive[Results | None] = reactive(None, always_update=True, repaint=False)
    """What to list; set by the screen. Setting it again reloads the headlines."""
    measures: reactive[article_row.Measures] = reactive(article_row.Measures())
    """Which columns are worth their room."""
    is_compact: reactive[bool] = reactive(False)
    """One line a row instead of two."""
    tag_colours: reactive[Mapping[str, str]] = reactive({})
    """The colours that the user chose for tags."""
    highlighted: var[Headline | None] = var(None)
    """The headline on which the cursor came to rest; None when the list is empty. Watchers are called before
    the next frame; a message would come after it."""
    sentence: reactive[str] = reactive("")
    """Shown in the middle when there is nothing to list."""

    @dataclass
    class SelectionChanged(Message):
        """Other articles are selected."""

        count: int

    @dataclass
    class ReadFailed(Message):
        """Headlines can't be read now; their rows are empty until they can."""

        reason: str

    def __init__(self, clock: Callable[[], datetime], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.headline: Headline | None = None
        """The headline under the cursor; None if there is none."""
        self.keeps_article = True
        """Whether new Results leave the cursor on its article; off while nobody has moved it and the first
        headlines are still arriving."""
        self.selection = Selection()
        """The articles that the next mark applies to."""
        self.find: Callable[[str], Headline] | None = None
        """Finds an article by its id."""
        self._chosen: Headline | None = None
        self._clock = clock
        self._pages: Pages | None = None
        self._retry: Timer | None = None
        self._rest: Timer | None = None
        self._chosen_at = 0.0
        """When the user last moved the cursor."""
        self.sought: Sought = ()
        """The words of the search, marked in the titles; set before the Results are."""

    def __len__(self) -> int:
        return len(self.results) if self.results is not None else 0

    def __bool__(self) -> bool:
        return True

    @property
    def row_height(self) -> int:
        """Lines of a row, the blank one between rows included."""
        return self._window().row_height

    def _window(self) -> article_row.Window:
        width, height = self.size
        return article_row.Window(
            width, height, self.scroll_offset.y, len(self), self.is_compact, self.measures
        )

    @property
    def is_moving(self) -> bool:
        """Whether the cursor has not yet come to rest."""
        return self._rest is not None

    def at(self, position: int) -> Headline | None:
        """The headline at a position of the Results, None beyond their ends."""
        if self._pages is None or not 0 <= position < len(self):
            return None
        found = self._pages.at(position)
        if self._pages.failure and self._retry is None:
            self.post_message(self.ReadFailed(self._pages.failure))
            self._retry = self.set_timer(RETRY_AFTER, self._try_again)
        return found

    def _try_again(self) -> None:
        self._retry = None
        self.select(self.cursor, show=False)
        self.refresh()

    def select(self, position: int, *, show: bool = True) -> None:
        """Put the cursor on a position, or the nearest one, and scroll there unless `show` is off."""
        before, self.cursor = self.cursor, max(min(position, len(self) - 1), 0)
        self.headline = self.at(self.cursor)
        self._refresh_row(before)
        self._refresh_row(self.cursor)
        if show:
            self._bring_into_view()
        if self._rest is None:
            self._rest = self.set_timer(REST, self._come_to_rest)
        else:
            self._rest.reset()

    def move(self, rows: int) -> None:
        """Move down by rows, up if negative."""
        self.choose(self.cursor + rows)

    def choose(self, position: int) -> None:
        """Put the cursor on a position for the user: it returns to this article when a query that excludes it
        is undone."""
        self.keeps_article = True
        is_held = monotonic() - self._chosen_at < HELD
        self.select(position)
        self._chosen = self.headline
        if not is_held:
            self._come_to_rest()
        self._chosen_at = monotonic()

    def choose_article(self, headline: Headline) -> None:
        """Put the cursor on an article, if it is listed."""
        position = self.results.position(headline.number) if self.results is not None else None
        if position is not None and position != self.cursor:
            self.choose(position)

    @property
    def page_rows(self) -> int:
        """The rows of a page."""
        return self.size.height // self.row_height

    def action_read(self) -> None:
        if self.headline is not None:
            self.post_message(ArticleChosen(self.headline))

    def action_select(self) -> None:
        if self.headline is not None:
            self.toggle_selection(self.headline)
            self.move(1)

    def action_extend_selection(self, rows: int) -> None:
        """Extend the selection down by rows, up if negative."""
        before = self.cursor
        self.move(rows)
        self.selection.extend(before, self.cursor, self.at)
        self._show_selection()

    def toggle_selection(self, headline: Headline) -> None:
        """Select an article, or deselect it."""
        self.selection.toggle(headline)
        self._show_selection()

    def clear_selection(self) -> bool:
        """Deselect all; False if nothing was selected."""
        if not len(self.selection):
            return False
        self.selection.clear()
        self._show_selection()
        return True

    def _show_selection(self) -> None:
        self.refresh()
        self.post_message(self.SelectionChanged(len(self.selection)))

    def action_toggle_rows(self) -> None:
        self.is_compact = not self.is_compact

    def reload(self) -> None:
        """Read the visible headlines again: their marks have changed. The rows stay in place."""
        if self._pages is not None:
            self._pages = Pages(self._pages.results, self._pages)
        self.headline = self.at(self.cursor)
        self.refresh()

    def watch_results(self, old: Results | None, new: Results | None) -> None:
        """Keep the cursor on its article, else on its row if the query is the same, else go to the top."""
        held, offset = self._chosen or self.headline, self.cursor * self.row_height - self.scroll_offset.y
        was_at_top = self.scroll_offset.y == 0
        self._pages = Pages(new) if new is not None else None
        self.set_extent(len(self) * self.row_height)
        is_same = old is not None and new is not None and old.query == new.query
        position = None
        if new is not None and held is not None and self.keeps_article:
            position = self._position_of(held, new, is_same)
        if position is None:
            position = self.cursor if is_same and self.keeps_article else 0
        self.refresh()
        self.select(position, show=False)
        if not (was_at_top and (self.cursor + 1) * self.row_height <= self.size.height):
            self.scroll_to_line(self.cursor * self.row_height - offset)
        self._bring_into_view()

    def _position_of(self, held: Headline, new: Results, is_same: bool) -> int | None:
        """Where an article is in new Results. After a refresh its number may be another article's."""
        position = new.position(held.number)
        if not is_same or self.find is None:
            return position
        try:
            if position is not None and [one.id for one in new.window(position, position + 1)] == [held.id]:
                return position
            return new.position(self.find(held.id).number)
        except ReaderError:
            return None

    def _refresh_row(self, row: int) -> None:
        self.refresh_lines(row * self.row_height, min(self.row_height, 2))

    def lay_out(self) -> None:
        """Lay out the rows around the cursor: their height or the pane's has changed."""
        self.set_extent(len(self) * self.row_height)
        self._bring_into_view()
        self.refresh()

    watch_is_compact = on_resize = lay_out

    def watch_has_focus(self, focused: bool) -> None:
        """Focusing the list chooses the article under the cursor."""
        super().watch_has_focus(focused)
        if focused and self.headline is not None:
            self._chosen = self.headline

    def render_line(self, y: int) -> Strip:
        window = self._window()
        if not window.total:
            return self.line_of_sentence(self.sentence, y, "sentence", "ground")
        place = (y + window.top) // window.row_height
        headline, row = self.at(place), None
        if headline is not None:
            cursor = "" if place != self.cursor else "cursor" if self.has_focus else "cursor-dim"
            is_selected = headline in self.selection
            row = article_row.Row(headline, cursor, is_selected, self.tag_colours, self.sought)
        pieces = article_row.line_in(window, y, row, self._clock())
        return strip_of(pieces, window.width, self.style_of, "ground")

    def on_click(self, event: events.Click) -> None:
        row = (event.y + self.scroll_offset.y) // self.row_height
        headline = self.at(row)
        if headline is not None and event.get_content_offset(self) is not None:
            self.choose(row)
            if event.chain == 2:
                self.post_message(ArticleChosen(headline))

    def _come_to_rest(self) -> None:
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
        self.highlighted = self.headline

    def _bring_into_view(self) -> None:
        if self.size.height:  # else it is not laid out yet
            self.scroll_to_line(self._window().showing(self.cursor).top)


class Selection:
    """The selected articles by id, in the order of selection; a new query does not change them."""

    def __init__(self) -> None:
        self._chosen: dict[str, Headline] = {}
        self._stretch: tuple[int, int] | None = None
        """The range being extended: where it began and where it ends."""

    def __len__(self) -> int:
        return len(self._chosen)

    def __contains__(self, headline: Headline) -> bool:
        return headline.id in self._chosen

    @property
    def headlines(self) -> tuple[Headline, ...]:
        """The articles, with the marks they had when they were selected."""
        return tuple(self._chosen.values())

    def toggle(self, headline: Headline) -> None:
        """Select an article, or deselect it."""
        self._stretch = None
        if self._chosen.pop(headline.id, None) is None:
            self._chosen[headline.id] = headline

    def extend(self, start: int, stop: int, at: Callable[[int], Headline | None]) -> None:
        """Move the end of the range from one position to another: it grows, or shrinks on the way back."""
        if self._stretch is None or self._stretch[1] != start:
            self._stretch = (start, start)
        first = self._stretch[0]
        kept = range(min(first, stop), max(first, stop) + 1)
        for position in range(min(first, start), max(first, start) + 1):
            headline = at(position)
            if headline is not None and position not in kept:
                self._chosen.pop(headline.id, None)
        for position in kept:
            headline = at(position)
            if headline is not None:
                self._chosen.setdefault(headline.id, headline)
        self._stretch = (first, stop)

    def clear(self) -> None:
        """Deselect all."""
        self._chosen.clear()
        self._stretch = None
