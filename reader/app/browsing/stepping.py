"""Going about within a pane: by rows and pages, to the ends, to the next unread article, hit or link."""

from __future__ import annotations

from reader.app.browsing.narrowing import Narrowing

MOST_TIMES = 100
"""How often a command other than a move is done for a number before its key."""


class Stepping(Narrowing):
    """Every key that moves something in the pane with the focus."""

    def action_move_down(self) -> None:
        """Go down one row or line."""
        self.pane.move(1)

    def action_move_up(self) -> None:
        """Go up one row or line."""
        self.pane.move(-1)

    def action_go_top(self) -> None:
        """Go to the top."""
        self.pane.jump(False)

    def action_go_bottom(self) -> None:
        """Go to the bottom."""
        self.pane.jump(True)

    def action_repeat(self, times: int, name: str) -> None:
        """Do a command several times over: so many rows further, or to the row with this number."""
        if name in ("move_down", "move_up"):
            self.pane.move(times if name == "move_down" else -times)
        elif name in ("go_top", "go_bottom"):
            self.pane.jump(False)
            self.pane.move(times - 1)
        elif name == "list_links":
            self.open_link(times)
        else:
            for _ in range(min(times, MOST_TIMES)):
                getattr(self, f"action_{name}")()

    def action_half_down(self) -> None:
        """Go down half a page."""
        self.pane.page(0.5)

    def action_half_up(self) -> None:
        """Go up half a page."""
        self.pane.page(-0.5)

    def action_page_down(self) -> None:
        """Go down a page."""
        self.pane.page(1)

    def action_page_up(self) -> None:
        """Go up a page."""
        self.pane.page(-1)

    def action_page_on(self) -> None:
        """Read on: a page further, at the end the next unread article; in the sidebar choose."""
        if self.place == "sidebar":
            self.sidebar.choose()
            return
        pane = self.related_pane if self.place == "related" else self.article_pane
        shown, wanted = self.article_pane.shown, self.headline or self.articles.headline
        if not pane.is_on_screen:
            self.articles.page(1)
        elif wanted and not (shown and shown[1].id == wanted.id):
            return  # still on its way: nobody can have read to its end
        elif not pane.page(1):
            self._next_unread(1)

    def action_next_unread(self) -> None:
        """Go to the next hit of the search in the article, else to the next unread article."""
        if not (self.place == "article" and self.article_pane.next_hit()):
            self._next_unread(1)

    def action_previous_unread(self) -> None:
        """Go to the previous hit of the search in the article, else to the previous unread article."""
        if not (self.place == "article" and self.article_pane.next_hit(-1)):
            self._next_unread(-1)

    def action_next_link(self) -> None:
        """Go to the next link of the article."""
        self.go_to("article")
        self.article_pane.next_link()

    def action_previous_link(self) -> None:
        """Go to the link of the article before."""
        self.go_to("article")
        self.article_pane.next_link(-1)

    def open_link(self, number: int) -> None:
        """Open the article's link with this number."""
        raise NotImplementedError

    def _next_unread(self, step: int) -> None:
        """Put the cursor on the nearest unread article below (or above), found by halving the unread ones."""
        if self.results is None:
            return
        unread = self.library.select(self.unread_only(), self.clock())
        low, high = 0, len(unread)
        while low < high:
            middle = (low + high) // 2
            position = self.results.position(unread.window(middle, middle + 1)[0].number)
            if position is not None and position < self.articles.cursor + (step > 0):
                low = middle + 1
            else:
                high = middle
        place = low if step > 0 else low - 1
        if not 0 <= place < len(unread):
            self.say("Nothing unread below" if step > 0 else "Nothing unread above")
            return
        position = self.results.position(unread.window(place, place + 1)[0].number)
        if position is not None:
            self.articles.move(position - self.articles.cursor)
