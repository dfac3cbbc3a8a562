"""What this visit leaves for the next one, and what it takes over from the last one."""

from __future__ import annotations

from collections.abc import Callable

from reader.app.browsing.state import Browsing
from reader.app.early.first_paint import place_of
from reader.app.reading.document import Place
from reader.config.visit import Spot, Visit
from reader.query.results import Headline


class Remembering(Browsing):
    """Keeps the place: the question, the article, how far each article was read, the sizes."""

    given_theme = ""
    """The theme that the screen has while nobody chooses another one."""

    def begin_visit(self, visit: Visit, on_visit: Callable[[Visit], object]) -> None:
        """Take over sizes and reading places; `on_visit` is told where this visit ends."""
        self._visit, self._on_visit = visit, on_visit
        self.given_theme = self.app.theme
        self.sizes.update(visit.sizes)
        self._spots: dict[str, Spot] = dict(visit.spots)
        self._left: dict[str, Spot] = {}
        """Those of this visit."""
        self.article_pane.measure = self.sizes.get("text", self.config.text_width)
        self.article_pane.spacing = self.sizes.get("spacing", self.config.paragraph_spacing)

    def go_to_article(self, identifier: str) -> None:
        """Put the list's cursor on an article where it is still listed."""
        if self.results is not None and (position := place_of(self.library, self.results, identifier)):
            self.articles.choose(position)

    def leave_spot(self) -> None:
        """Remember how far the article on the screen was read."""
        shown = self.article_pane.shown
        if shown is not None:
            spot = tuple(self.article_pane.reading_place)
            self._spots[shown[1].id] = self._left[shown[1].id] = (spot[0], spot[1], spot[2])

    def recall_spot(self, headline: Headline) -> None:
        """Go on reading where this article was left."""
        spot = self._spots.get(headline.id)
        if spot is not None and spot[:2] != (0, 0):
            self.article_pane.restore_place(Place(*spot))

    def keep_visit(self) -> None:
        """Write down the place, if it is another one."""
        visit = self.visit_now()
        if visit != self._visit:
            self._visit = visit
            self._on_visit(visit)

    def action_suspend(self) -> None:
        """Step aside for the shell; nobody knows whether it comes back."""
        self.keep_visit()
        self.app.action_suspend_process()

    def visit_now(self) -> Visit:
        """What the next visit should begin with."""
        self.leave_spot()
        headline = self.articles.headline
        # At the top one wants what is new next time, not what was new this time.
        article = headline.id if headline is not None and self.articles.cursor else ""
        theme = self._visit.theme if self.app.theme == self.given_theme else self.app.theme
        sizes, spots = dict(self.sizes), dict(self._left)
        return Visit(str(self.current_query), article, theme, sizes, spots, self.seen.background)
