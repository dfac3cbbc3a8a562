"""What is restored at the next visit: query, article, reading positions, sizes."""

from __future__ import annotations

from collections.abc import Callable

from reader.app.browsing.filters import Filters
from reader.app.reading.document import ReadingPlace
from reader.app.widgets.article_list import ArticleList
from reader.app.widgets.article_pane import ArticlePane
from reader.config.visit import Spot, Visit
from reader.query.results import Headline


class SessionState:
    """Keeps reading positions and pane sizes, and saves the visit when it has changed."""

    def __init__(
        self,
        visit: Visit,
        keep: Callable[[Visit], object],
        filters: Filters,
        *,
        articles: ArticleList,
        article_pane: ArticlePane,
        theme: Callable[[], str],
        background: str,
    ) -> None:
        """`keep` saves a visit. While the query stays what it is now, the last visit's is remembered, because
        options are meant for one start. `theme` returns the current theme."""
        self._visit, self._keep, self._filters = visit, keep, filters
        self._articles, self._pane = articles, article_pane
        self._theme = theme
        self.background = background
        """The terminal's background, dark or light; empty if unknown."""
        self._first_query, self._last_query = filters.query, visit.query
        self._folded_before, self._folded_first = visit.is_folded, filters.is_folded
        self.given_theme = theme()
        """The theme unless the user chooses another one."""
        self.sizes = dict(visit.sizes)
        """Sizes changed by the user, by name, in cells or lines."""
        self._spots: dict[str, Spot] = dict(visit.spots)
        self._left: dict[str, Spot] = {}
        """The reading places of this visit."""

    def leave_spot(self) -> None:
        """Remember the reading position in the article on the screen."""
        shown = self._pane.shown
        if shown is not None:
            section, letters, blanks = self._pane.reading_place
            self._spots[shown[1].id] = self._left[shown[1].id] = (section, letters, blanks)

    def recall_spot(self, headline: Headline) -> None:
        """Go to the last reading position in this article."""
        spot = self._spots.get(headline.id)
        if spot is not None and spot[:2] != (0, 0):
            self._pane.restore_place(ReadingPlace(*spot))

    def keep(self) -> None:
        """Save the visit if it has changed."""
        visit = self._now()
        if visit != self._visit:
            self._visit = visit
            self._keep(visit)

    def _now(self) -> Visit:
        self.leave_spot()
        headline = self._articles.headline
        # From the top, the next visit begins with what is new then, not with what was new this time.
        article = headline.id if headline is not None and self._articles.cursor else ""
        in_use = self._theme()
        theme = self._visit.theme if in_use == self.given_theme else in_use
        asked = self._filters.query
        query = self._last_query if asked == self._first_query else str(asked)
        folded = self._filters.is_folded
        is_folded = self._folded_before if folded == self._folded_first else folded
        return Visit(query, article, theme, dict(self.sizes), dict(self._left), self.background, is_folded)
