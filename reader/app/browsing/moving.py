"""Going from pane to pane, and step by step back."""

from __future__ import annotations

from textual import events, on

from reader.app.browsing.stepping import Stepping
from reader.app.geometry import is_single
from reader.app.keys.footers import BOX
from reader.config.commands import PLACES, Place

_NAMES: dict[Place, str] = {"sidebar": "Topics", "list": "List", "article": "Article", "related": "Related"}


class Moving(Stepping):
    """Every key that goes from pane to pane, whatever the layout."""

    def go_to(self, place: Place) -> None:
        """Give a place the focus; in a narrow layout it is then the one that is shown."""
        if place == "search":
            self.set_focus(self.search_bar.line)  # at once, for what is typed right behind
            return
        if place == "related" and not self.related_pane.links:
            place = "article"
        if self.is_zoomed and place != "article":
            self.is_zoomed = False
        self.place = place
        self.set_focus(self.panes[place])

    def watch_place(self, place: Place) -> None:
        """Show where we are: the footer's keys, the way there, and the pane itself in a narrow layout."""
        self.show_keys()
        self.fit_layout()

    def show_keys(self) -> None:
        """Name the keys of the pane with the focus, or of the box or chart in it."""
        part = BOX if self.sidebar.finding else self.sidebar.chart_field
        self.footer.hints = self.keymap.hints(self.place, part)

    def fit_layout(self) -> None:
        """Fold the related links where lines are few; say where we are where only one pane is shown."""
        self.related_pane.is_folded = self.has_class("-medium") and self.place != "related"
        self.fit_sizes()
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
        if self.place == "article" and (self.leave_find() or self.leave_followed()):
            return True
        if self.is_zoomed:
            self.action_zoom()
            return True
        if self.place == "list":
            return self.leave_selection()
        self.go_to("article" if self.place == "related" else "list")
        return True

    def leave_find(self) -> bool:
        """Stop looking for words in the article; False where nobody was."""
        raise NotImplementedError

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
        self.go_to(places[(places.index(self.place) + step) % len(places)])
