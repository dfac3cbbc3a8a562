"""Loading the article that is shown (the one under the cursor, or the one that a related link leads to), with
its related articles; and marking it as read once it has been on the screen long enough."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import wait
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from textual.timer import Timer

from reader.app.browsing.article_picture import ArticlePicture
from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host, begin
from reader.app.browsing.marks import MarkCommands
from reader.app.reading.document import ReadingPlace
from reader.app.widgets.article_pane import ArticlePane
from reader.app.wording import error_notice
from reader.article.record import Article
from reader.config.visit import Spot
from reader.errors import ReaderError
from reader.library import Change, RelatedLink
from reader.query import highlights
from reader.query.results import Headline

PATIENCE = 0.02
"""Seconds that a frame is held back for the article. Reading a file takes 1 or 2 ms; a frame for the cursor
alone would delay the text by its own time, and by the 16 ms that Textual leaves between two frames."""


LoadedArticle: TypeAlias = tuple[Article, tuple[RelatedLink, ...], str]
"""An article, the related links of its file, and its note."""


class ArticleLoader:
    """Loads articles in a thread; the old one stays until the new one is there."""

    def __init__(
        self,
        host: Host,
        filters: Filters,
        picture: ArticlePicture,
        related: RelatedArticles,
        timer: ReadTimer,
    ) -> None:
        self._host, self._library, self._pane = host, host.library, host.article_pane
        self._filters, self._picture, self._related, self._timer = filters, picture, related, timer
        self.left: dict[str, Spot] = {}
        """The reading places of the articles that were left during this visit, by id."""
        self.headline: Headline | None = None
        """The article that is shown, or about to be."""

    def highlight(self, headline: Headline | None) -> None:
        """Show the article on which the list's cursor has come to rest."""
        if headline is None or not self._is_wanted(headline):
            self._related.forget_followed()
            self.show(headline)

    def _is_wanted(self, headline: Headline) -> bool:
        """Whether this article is the one that is shown, or about to be."""
        return self.headline is not None and headline.id == self.headline.id

    def follow(self, headline: Headline) -> None:
        """Show the article of the related link under the cursor."""
        if self.headline is not None and headline.id != self.headline.id:
            self._related.follow_from(self.headline)
        self.show(headline)

    def leave_followed(self) -> Headline | None:
        """Go back to the article from which this one was followed; None if there is none."""
        headline = self._related.go_back()
        if headline is not None:
            self.show(headline)
        return headline

    def show(self, headline: Headline | None) -> None:
        """Load an article."""
        if headline == self.headline:
            return
        self.headline = headline
        self._timer.stop()
        if headline is None:
            self._show_nothing()
        else:
            self._load(headline)

    def reload(self) -> None:
        """Load the article again, for its file may have changed."""
        if self.headline is not None:
            self._load(self.headline)

    def renew_marks(self) -> None:
        """Show the article's marks as they are now."""
        if self.headline is None:
            return
        with suppress(ReaderError):
            newer, listed = self._library.find(self.headline.id), self._host.articles.headline
            if listed is not None and self._is_wanted(listed):
                newer = newer._replace(fold=listed.fold)
            self._pane.note = self._library.note(newer)
            self.headline = newer
            if self._pane.shown is not None:
                self._pane.shown = (self._pane.shown[0], newer)

    def leave_spot(self) -> None:
        """Remember the reading place in the article on the screen."""
        if self._pane.shown is not None:
            self.left[self._pane.shown[1].id] = self._pane.reading_place

    def _load(self, headline: Headline) -> None:
        reading = begin(partial(self._read, headline))
        if wait([reading], PATIENCE).done:
            self._show(headline, reading.result())
        else:
            self._host.in_thread(lambda: self._host.call_later(self._show, headline, reading.result()))

    def _read(self, headline: Headline) -> LoadedArticle | str:
        """Read an article, or say why it can't be read; runs in a thread."""
        try:
            article = self._library.article(headline)
            return article, tuple(self._library.related(article)), self._library.note(headline)
        except Exception as error:
            return error_notice(error)

    def _show_nothing(self) -> None:
        self._pane.shown = None
        self._related.clear()

    def _show(self, headline: Headline, loaded: LoadedArticle | str) -> None:
        """Show the article or why there is none, unless another one is wanted by now."""
        if self.headline is None or not self._is_wanted(headline):
            return
        if isinstance(loaded, str):
            self._show_nothing()
            self._host.warn(loaded)
            return
        article, links, note = loaded
        before = self._pane.shown
        is_other = before is None or before[1].id != headline.id
        with self._pane.app.batch_update():
            if is_other:
                self._timer.stop()
                self.leave_spot()
                self._picture.make_room(article)
                # Quietly: the words of the search belong to the article that comes now.
                self._pane.set_reactive(ArticlePane.highlights, highlights(self._filters.query))
            self._pane.note = note
            self._pane.shown = (article, self.headline)
            if is_other:
                spot = self.left.get(headline.id) or self._host.start.visit.spots.get(headline.id)
                if spot is not None and spot[:2] != (0, 0):
                    self._pane.restore_place(ReadingPlace(*spot))
                self._picture.load(article)
            self._related.show(self.headline, article, links)
        self._timer.start()


REST = 0.12
"""Seconds that an article must be shown before related ones are looked for: moving through the list must
not wait for that."""


class RelatedArticles:
    """The related articles of the one that is shown, and the way back from those that were followed."""

    def __init__(self, host: Host, filters: Filters) -> None:
        self._host, self._library, self._filters = host, host.library, filters
        self._pane = host.related_pane
        self._headline: Headline | None = None
        """The article that is shown."""
        self._listed: tuple[RelatedLink, ...] = ()
        """The links in its file; other related articles are found later."""
        self._resting: Timer | None = None
        self._followed: list[tuple[Headline, int]] = []
        """The articles from which related ones were followed, each with the row; the last one last."""
        self._return_row: int | None = None
        """The row to go to once it is listed, in the article to which the user went back."""

    def follow_from(self, headline: Headline) -> None:
        """Remember the article, and the row that leads to another one."""
        self._return_row = None
        self._followed.append((headline, self._pane.cursor))

    def go_back(self) -> Headline | None:
        """The article from which the last one was followed, None if there is none; once it is shown, the
        cursor returns to its row."""
        if not self._followed:
            return None
        headline, self._return_row = self._followed.pop()
        return headline

    def forget_followed(self) -> None:
        """The user has gone elsewhere: there is no way back."""
        self._followed.clear()
        self._return_row = None

    def show(self, headline: Headline, article: Article, links: tuple[RelatedLink, ...]) -> None:
        """Show the links in the article's file; other related articles are looked for after `REST`."""
        is_same = self._headline is not None and self._headline.id == headline.id
        self._headline = headline
        if not (is_same and links == self._listed):
            self._listed = links
            self._pane.begin(links)
        self._return(len(links))
        self._stop_resting()
        self._resting = self._host.set_timer(REST, partial(self._look_for_more, headline, article))

    def clear(self) -> None:
        """Show no links: there is no article."""
        self._stop_resting()
        self._headline, self._listed = None, ()
        self._pane.begin(())
        self._pane.replace(())

    def _stop_resting(self) -> None:
        if self._resting is not None:
            self._resting.stop()

    def _look_for_more(self, headline: Headline, article: Article) -> None:
        """Look for related articles in the collection."""
        listed, shown = self._listed, self._filters.muting.everywhere

        def find() -> None:
            try:
                found = self._library.find_related(headline, article, shown)
            except ReaderError:
                found = [*listed]  # the article is shown; the next query reports the error
            self._host.call_later(self._show_found, headline, found)

        self._host.in_thread(find)

    def _show_found(self, headline: Headline, found: Sequence[RelatedLink]) -> None:
        """Show the related articles, unless another article is shown by now."""
        if self._headline is not None and headline.id == self._headline.id:
            self._pane.replace(tuple(found))
            self._return(len(found))
            self._return_row = None

    def _return(self, rows: int) -> None:
        """Go back to the row from which an article was followed, once it is listed."""
        if self._return_row is not None and self._return_row < rows:
            if self._host.place == "article":
                self._host.go_to("related")
                self._pane.move(self._return_row - self._pane.cursor)
            self._return_row = None


class ReadTimer:
    """Marks the article as read once it has been on the screen long enough."""

    def __init__(self, host: Host, marks: MarkCommands) -> None:
        self._host, self._pane, self._marks = host, host.article_pane, marks
        self._timer: Timer | None = None
        self._is_used = False
        """Whether the user has done anything yet."""
        self._has_counted = False
        """Whether the article has counted as read, so that it stays unread if the user marks it so."""

    def begin_use(self) -> None:
        """The user has pressed a key or a button: articles shown from now on become read."""
        if not self._is_used:
            self._is_used = True
            self.start()

    def start(self) -> None:
        """The article is shown, or its pane has become visible in a narrow layout."""
        shown = self._pane.shown
        if not self._is_used or shown is None or self._timer is not None or self._has_counted:
            return
        self._has_counted = shown[1].is_read
        seconds = self._host.start.config.mark_read_after
        if seconds >= 0 and not self._has_counted:
            self._timer = self._host.set_timer(max(seconds, 0.01), self._mark)

    def stop(self) -> None:
        """The article is left for another one."""
        self._has_counted = False
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _mark(self) -> None:
        self._timer = None
        if self._pane.shown is None or not self._pane.is_on_screen:
            return
        self._has_counted = True
        headline = self._pane.shown[1]
        if not headline.is_read:
            # Nobody asked for it, so `undo` leaves it alone.
            self._marks.mark([headline], Change(read=True), is_undoable=False)
