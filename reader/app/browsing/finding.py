"""Looking for words within the article, and going out by the numbers of its links."""

from __future__ import annotations

from textual import on

from reader.app.browsing.state import Browsing
from reader.app.messages import UrlPressed
from reader.app.reading.document import TOP, Place
from reader.app.widgets.find_bar import FindBar
from reader.app.wording import NO_ARTICLE
from reader.errors import counted
from reader.query import highlights

MOST_COUNTED = 300_000
"""Characters of a body up to which all hits are counted with each letter."""


class Finding(Browsing):
    """The article's own search, beside that of the list."""

    _found_from: Place = TOP
    """Where the article stood when the search began."""

    @property
    def is_finding(self) -> bool:
        """Whether words are looked for in the article alone."""
        return self.has_class("-finding")

    def action_find_in_article(self) -> None:
        """Open the line to type in."""
        if self.article_pane.shown is None:
            self.say("There is no article to look in")
            return
        self.place = "article"
        self._close()
        self._found_from = self.article_pane.reading_place
        self.add_class("-finding")
        bar = FindBar()
        self.mount(bar)
        # At once, and not with `focus`, which waits: what is typed next are letters and no commands.
        self.set_focus(bar)

    def _close(self) -> None:
        for bar in self.query(FindBar):
            bar.remove()

    @on(FindBar.Typed)
    def _find_typed(self, message: FindBar.Typed) -> None:
        pane = self.article_pane
        words = message.text.strip()
        pane.highlights = ((words, not message.text.endswith(" ")),) if words else ()
        pane.restore_place(self._found_from)
        is_found = bool(words) and pane.next_hit()
        shown = pane.shown
        bar = self.query(FindBar).last()
        if not words:
            bar.said = ""
        elif not is_found:
            bar.said = "not found"
        elif shown is not None and len(shown[0].body) <= MOST_COUNTED:
            count = len(pane.hits)
            bar.said = f"{count:,} found" if count > 1 else "found once"
        else:
            bar.said = "found"

    @on(FindBar.Entered)
    def _find_entered(self) -> None:
        """Keep the marks; n and N go from one to the next, Esc takes them away."""
        self.set_focus(self.article_pane)
        self._close()

    @on(FindBar.Left)
    def _find_left(self) -> None:
        self.leave_find(back=True)

    def leave_find(self, *, back: bool = False) -> bool:
        """Mark the words of the list's search again; False where nothing was looked for."""
        if not self.is_finding:
            return False
        self.remove_class("-finding")
        if self.query(FindBar):
            self.set_focus(self.article_pane)
            self._close()
        self.article_pane.highlights = highlights(self.current_query)
        if back:
            self.article_pane.restore_place(self._found_from)
        return True

    def action_list_links(self) -> None:
        """Show the links of the article with their numbers."""
        from reader.app.screens.links import Links

        links = self.article_pane.links
        if not links:
            is_one = self.article_pane.shown is not None
            self.say("This article has no links in its text" if is_one else NO_ARTICLE)
            return

        def chosen(url: str | None) -> None:
            if url:
                self.post_message(UrlPressed(url))

        self.app.push_screen(Links(links, self.copy), chosen)

    def open_link(self, number: int) -> None:
        """Open the link with this number, counted from 1."""
        links = self.article_pane.links
        if number <= len(links):
            self.post_message(UrlPressed(links[number - 1][1]))
        else:
            many = counted(len(links), "link") if links else "no links"
            self.say(f"This article has {many}")
