"""Going about: within a pane, from pane to pane, to the next unread article, and step by step back."""

from __future__ import annotations

from collections.abc import Collection

from textual import events, on

from reader.app.browsing.narrowing import Narrowing
from reader.commands import PLACES, Place

_NAMES: dict[Place, str] = {"sidebar": "Topics", "list": "List", "article": "Article", "related": "Related"}


def is_single(classes: Collection[str]) -> bool:
    """Whether a layout, given by the screen's style classes, shows only one of list and article."""
    return "-narrow" in classes or ("-low" in classes and "-wide" not in classes)


class Moving(Narrowing):
    """Every key that moves something, whatever the layout."""

    def go_to(self, place: Place) -> None:
        """Give a place the focus; in a narrow layout it is then the one that is shown."""
        if place == "search":
            self.search_bar.line.focus()
            return
        if place == "related" and not self.related_pane.links:
            place = "article"
        if self.is_zoomed and place in ("sidebar", "list"):
            self.is_zoomed = False
        self.place = place
        self.panes[place].focus()

    def watch_place(self, place: Place) -> None:
        """Show where we are: the footer's keys, the way there, and the pane itself in a narrow layout."""
        self.footer.hints = self.keymap.hints(place)
        self.fit_layout()

    def fit_layout(self) -> None:
        """Fold the related links where lines are few; say where we are where only one pane is shown."""
        self.related_pane.is_folded = self.has_class("-medium") and self.place != "related"
        if self.has_class("-wide"):
            self.sidebar.styles.width = self.config.sidebar_width + 1
        elif self.sidebar.styles.clear_rule("width"):
            self.sidebar.refresh(layout=True)
        # A class on the screen styles every widget anew (50 kB of painting), so only where it does something.
        here = self.shown_place
        shows_one = is_single(self.classes)
        for one in PLACES:
            self.set_class(shows_one and here == one, f"-at-{one}")
        way: tuple[str, ...] = ()
        if self.has_class("-narrow"):
            way = tuple(_NAMES[place] for place in PLACES[: PLACES.index(here) + 1])
        self.masthead.trail = way

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        """A click or a dialog's end can move the focus too."""
        if event.widget is self.search_bar.line:
            self.place = "search"
            return
        for place, pane in self.panes.items():
            if pane in event.widget.ancestors_with_self:
                self.place = place

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

    def action_pane_left(self) -> None:
        """Go to the pane to the left."""
        self._go_beside(-1)

    def action_pane_right(self) -> None:
        """Go to the pane to the right."""
        self._go_beside(1)

    def action_pane_next(self) -> None:
        """Go round the panes."""
        self._go_round(1)

    def action_pane_previous(self) -> None:
        """Go round the panes the other way."""
        self._go_round(-1)

    def action_search(self) -> None:
        """Go to the search bar."""
        self.is_zoomed = False
        self.go_to("search")

    def action_zoom(self) -> None:
        """Show the article alone, and back."""
        self.is_zoomed = not self.is_zoomed
        self.go_to("article" if self.is_zoomed else "list")

    def action_back(self) -> None:
        """Go back one step."""
        self.step_back()

    def action_back_or_quit(self) -> None:
        """Go back one step; at the last one quit."""
        if not self.step_back():
            self.app.exit()

    def step_back(self) -> bool:
        """Undo the last step inwards; False where there is none left."""
        if self.place == "sidebar" and self.sidebar.leave_box(keep=False):
            return True
        if self.place == "article" and self.leave_followed():
            return True
        if self.is_zoomed:
            self.action_zoom()
            return True
        if self.place == "list":
            return False
        self.go_to("article" if self.place == "related" else "list")
        return True

    def leave_followed(self) -> bool:
        """Go back to the article from which a related one was followed; False where none was."""
        raise NotImplementedError

    def _go_beside(self, step: int) -> None:
        here = PLACES.index("list" if self.place == "search" else self.place)
        self.go_to(PLACES[max(min(here + step, len(PLACES) - 1), 0)])

    def _go_round(self, step: int) -> None:
        if self.place == "search":
            self.go_to("list")
            return
        places = [place for place in PLACES if place != "related" or self.related_pane.links]
        if self.is_zoomed:
            places = [place for place in places if place in ("article", "related")]
        self.go_to(places[(places.index(self.place) + step) % len(places)])

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
