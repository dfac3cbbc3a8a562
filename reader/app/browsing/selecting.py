"""Selecting articles in the list, so that the next mark is for all of them."""

from __future__ import annotations

from reader.app.browsing.selection import Selection
from reader.app.browsing.state import Browsing
from reader.app.wording import NO_ARTICLE
from reader.query.results import Headline


class Selecting(Browsing):
    """Every key that selects. In the list a mark is for the selection, in the article for the article."""

    def __init__(self, *arguments: object, **settings: object) -> None:
        super().__init__(*arguments, **settings)  # type: ignore[arg-type]
        self.selection = Selection()

    @property
    def target(self) -> Headline | None:
        """The article that a mark is meant for: that of the list's cursor, or the one being read."""
        return self.headline if self.place in ("article", "related") else self.articles.headline

    @property
    def targets(self) -> tuple[Headline, ...]:
        """The articles that a mark is meant for: the selection while in the list, else the one `target`."""
        if len(self.selection) and self.place not in ("article", "related"):
            return self.selection.headlines
        return (self.target,) if self.target is not None else ()

    @property
    def meant(self) -> tuple[Headline, ...]:
        """The articles that a key is meant for; that there is none is said."""
        targets = self.targets
        if not targets:
            self.say(NO_ARTICLE)
        return targets

    def action_select(self) -> None:
        """Select the article or no longer; in the list go on to the next."""
        if self.target is None:
            return
        self.selection.toggle(self.target)
        self.show_selection()
        if self.place not in ("article", "related"):
            self.articles.move(1)

    def action_select_down(self) -> None:
        """Select this article and the one below."""
        self._extend(1)

    def action_select_up(self) -> None:
        """Select this article and the one above."""
        self._extend(-1)

    def _extend(self, rows: int) -> None:
        if self.place in ("article", "related"):
            return
        before = self.articles.cursor
        self.articles.move(rows)
        self.selection.extend(before, self.articles.cursor, self.articles.at)
        self.show_selection()

    def leave_selection(self) -> bool:
        """Select nothing any more; False where nothing was selected."""
        if not len(self.selection):
            return False
        self.selection.clear()
        self.show_selection()
        return True

    def show_selection(self) -> None:
        """Show in the list which articles are selected, and above it how many."""
        self.articles.selected = self.selection.ids
        count = len(self.selection)
        self.standing.selected = f"{count:,} selected" if count else ""
