"""The related articles: links in the article's file, articles of the same story, similar articles. Those in
the collection can be followed, the others opened.

It posts the same messages as the list and the article; the library knows where a link leads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from rich.cells import cell_len
from textual import events
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from reader.app.keys import bindings_for
from reader.app.paint import styles
from reader.app.paint.cells import (
    AGE_WIDTH,
    CURSOR,
    Piece,
    cut,
    fill,
    fill_left,
    one_line,
    strip_of,
    width_of,
)
from reader.app.widgets.painted_view import ArticleChosen, PaintedView, UrlPressed
from reader.article.dates import age
from reader.article.urls import host_to_show, shown_host, shown_url
from reader.library import RelatedLink

INSIDE, OUTSIDE, STORY, ALIKE = "↳", "↗", "≡", "≈"
"""The signs before a listed link into the collection, one out of it, an article of the same story, a similar
one."""
HEAD = 1
"""Lines above the rows."""
OPEN_ROWS = 4
"""Rows visible where the pane is a strip of five lines."""

MAX_PROVIDER = 18
MIN_TITLE = 16
"""Minimum cells of the title: below that the provider, then the age, is left out."""


class RelatedPane(PaintedView, can_focus=True, inherit_bindings=False):
    """Rows of related links, with a cursor, under a heading with their number."""

    BINDINGS = bindings_for("related")
    STYLES = styles.RELATED
    DEFAULT_CSS = """
    RelatedPane {
        background: $background;
        color: $foreground;
        height: auto;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
    }
    """

    links: reactive[Sequence[RelatedLink]] = reactive(())
    """What to show, in this order; set by the screen."""
    is_folded: reactive[bool] = reactive(False, layout=True)
    """Only the head, with the first titles behind it; for screens where lines are few."""

    def __init__(self, clock: Callable[[], datetime], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._laid_out = 0
        self._expects_more = False

    @property
    def current(self) -> RelatedLink | None:
        """The link under the cursor."""
        return self.links[self.cursor] if 0 <= self.cursor < len(self.links) else None

    @property
    def current_url(self) -> str:
        """The address of the link under the cursor; empty if there is none."""
        link = self.current
        if link is None:
            return ""
        return link.headline.url if link.headline and link.headline.url else link.related.web_url

    @property
    def current_title(self) -> str:
        """The title of the link under the cursor; empty if there is none."""
        return _title(self.current) if self.current else ""

    def watch_links(self) -> None:
        """Show the new links from the first."""
        self.cursor = 0
        if self.links or not self._expects_more:
            self.set_class(not self.links, "-empty")
        self.scroll_to_line(0)
        self._fit()

    def begin(self, links: Sequence[RelatedLink]) -> None:
        """Show the links of another article's file; more may follow.

        Without links the pane keeps its room until `replace`: closing it now and opening it a moment later
        would lay out the screen twice for each article.
        """
        self._expects_more = True
        self.links = links

    def replace(self, links: Sequence[RelatedLink]) -> None:
        """Show the complete list of links; the cursor stays on its link if it is still there."""
        self._expects_more = False
        place = next((row for row, link in enumerate(links) if link == self.current), 0)
        self.links = links
        self.move(place - self.cursor)
        self.set_class(not links, "-empty")

    def on_resize(self, event: events.Resize) -> None:
        self._fit()
        self._bring_into_view()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The head and all rows, or the head alone."""
        return self._height

    def move(self, rows: int) -> None:
        """Move down by rows, up if negative."""
        self.cursor = max(min(self.cursor + rows, len(self.links) - 1), 0)
        self._bring_into_view()
        self.refresh()

    @property
    def page_rows(self) -> int:
        """The rows of a page."""
        return self.size.height - HEAD

    def action_read(self) -> None:
        """Follow the link under the cursor if it leads into the collection, else open it."""
        link = self.current
        if link is None:
            return
        if link.headline is not None:
            self.post_message(ArticleChosen(link.headline))
        elif link.related.web_url:
            self.post_message(UrlPressed(link.related.web_url))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        row = offset.y + self.scroll_offset.y - HEAD if offset else -1
        if self.is_folded or not 0 <= row < len(self.links):
            return
        event.stop()
        self.move(row - self.cursor)
        if event.chain == 2:
            self.action_read()

    @property
    def _height(self) -> int:
        if not self.links and self._expects_more and self._laid_out:
            return self._laid_out
        return HEAD if self.is_folded else HEAD + max(len(self.links), 1)

    def _fit(self) -> None:
        self.set_extent(self._height)
        height = self.styles.height
        has_grown = height is not None and height.is_auto and self._height != self._laid_out
        self._laid_out = self._height
        self.refresh(layout=has_grown)

    watch_is_folded = _fit

    def _bring_into_view(self) -> None:
        line, rows = self.cursor + HEAD, self.scrollable_content_region.height
        y = min(self.scroll_offset.y, line if self.cursor else 0)
        self.scroll_to_line(max(y, line + 1 - rows) if rows else 0)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        row = y + self.scroll_offset.y - HEAD
        if row == -HEAD:
            pieces = self._head(width)
        elif not self.links:
            is_none = row == 0 and not self._expects_more
            pieces = [Piece("  No related links." if is_none else "", "meta")]
        elif not self.is_folded and row < len(self.links):
            pieces = self._row(row, width)
        else:
            pieces = []
        return strip_of(pieces, width, self.style_of, "ground")

    def _head(self, width: int) -> list[Piece]:
        head = [Piece(" RELATED", "meta"), Piece(f"  {len(self.links)}" if self.links else "", "meta")]
        if self.is_folded and self.links:
            titles = " · ".join(_title(link) for link in self.links[:OPEN_ROWS])
            head.append(Piece(cut(f"   {titles}", width - width_of(head) - 1), "meta"))
        return head

    def _row(self, row: int, width: int) -> list[Piece]:
        link = self.links[row]
        date = link.headline.date if link.headline else link.related.published_date_time
        provider = min(max((cell_len(_provider(other)) for other in self.links), default=0), MAX_PROVIDER)
        when, room = AGE_WIDTH + 1, width - 5
        if room - provider - 2 - when < MIN_TITLE:
            provider = 0
        if room - when < MIN_TITLE:
            when = 0
        room -= when + (provider + 2 if provider else 0)
        is_read = link.headline is not None and link.headline.is_read
        cursor = CURSOR if row == self.cursor else " "
        pieces = [
            Piece(f" {cursor}", "cursor" if self.has_focus else "cursor-dim"),
            Piece(f"{_sign(link)} ", "sign"),
            Piece(fill(_title(link), room), "read" if is_read else "title"),
        ]
        if provider:
            pieces.append(Piece("  " + fill(_provider(link), provider), "meta"))
        if when:
            pieces.append(Piece(fill_left(age(date, self._clock()) if date else "", when), "meta"))
        return pieces


def _sign(link: RelatedLink) -> str:
    if link.reason == "listed":
        return INSIDE if link.headline else OUTSIDE
    return STORY if link.reason == "same story" else ALIKE


def _title(link: RelatedLink) -> str:
    title = link.related.title or (link.headline.title if link.headline else "")
    return one_line(title or shown_url(link.related.web_url) or "Untitled")


def _provider(link: RelatedLink) -> str:
    """The provider; the real host if there is none, or if provider or title name another host."""
    provider = link.related.provider
    name = provider.name or provider.domain or (link.headline.provider if link.headline else "")
    url = link.related.web_url
    return one_line(host_to_show(f"{name} {link.related.title}", url) or name or shown_host(url))
