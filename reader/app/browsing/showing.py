"""Showing an article: the one under the cursor, or the one that a related link leads to."""

from __future__ import annotations

from textual import on
from textual.timer import Timer

from reader.app.browsing.marking import Marking
from reader.app.browsing.moving import Moving
from reader.app.messages import ArticleChosen, ArticleFailed, ArticleReady, HeadlineHighlighted
from reader.app.widgets.article_pane import ArticlePane
from reader.errors import ReaderError
from reader.library import Change
from reader.query import highlights
from reader.query.results import Headline


class Showing(Moving, Marking):
    """Reads articles in a thread, and remembers from where a related one was followed."""

    def __init__(self, *arguments: object, **settings: object) -> None:
        super().__init__(*arguments, **settings)
        self.followed: list[tuple[Headline, int]] = []
        """The articles from which related ones were followed, each with the row; the last one last."""
        self._return_row: int | None = None
        """The row of the related links to go to when their article is there again."""
        self._reading: Timer | None = None

    @on(HeadlineHighlighted)
    def _highlighted(self, message: HeadlineHighlighted) -> None:
        new, old = message.headline, self.headline
        if new is not None and old is not None and new.id == old.id:
            return
        self.followed.clear()
        self.headline = new

    @on(ArticleChosen)
    def _chosen(self, message: ArticleChosen) -> None:
        if self.place == "related" and self.headline is not None and message.headline.id != self.headline.id:
            self.followed.append((self.headline, self.related_pane.cursor))
        self.show(message.headline)
        self.go_to("article")

    def show(self, headline: Headline) -> None:
        """Show an article, with the list's cursor on it where it is listed."""
        self.headline = headline
        position = self.results.position(headline.number) if self.results is not None else None
        if position is not None and position != self.articles.cursor:
            self.articles.choose(position)

    def leave_followed(self) -> bool:
        """Go back to the article from which this one was followed, and to the row that led here."""
        if not self.followed:
            return False
        headline, self._return_row = self.followed.pop()
        self.show(headline)
        return True

    def watch_headline(self, headline: Headline | None) -> None:
        """Read the article; the old one stays until the new one is there."""
        if self._reading is not None:
            self._reading.stop()
            self._reading = None
        if headline is None:
            self.article_pane.shown = None
            self.related_pane.links = ()
        else:
            self.read_article(headline)

    def read_article(self, headline: Headline) -> None:
        """Read an article in a thread."""
        self.in_thread(lambda: self._read(headline), "read")

    def read_again(self) -> None:
        """Read the shown article again, for its file may have changed."""
        if self.headline is not None:
            self.read_article(self.headline)

    def _read(self, headline: Headline) -> None:
        """Runs in a thread and only posts messages."""
        try:
            article = self.library.article(headline)
            links = tuple(self.library.related(article))
            note = self.library.note(headline)
        except ReaderError as error:
            self.post_message(ArticleFailed(headline, str(error)))
        else:
            self.post_message(ArticleReady(headline, article, links, note))

    @on(ArticleReady)
    def _show_article(self, message: ArticleReady) -> None:
        if self.headline is None or message.headline.id != self.headline.id:
            return
        shown = self.article_pane.shown
        is_other = shown is None or shown[1].id != self.headline.id
        with self.app.batch_update():
            if is_other:
                self.leave_find()
                self.leave_spot()
                box = self.picture_box(message.article)
                self.article_pane.frame.box = box
                # Quietly: the marks of what was asked belong to the article that comes now.
                self.article_pane.set_reactive(ArticlePane.highlights, highlights(self.current_query))
            self.article_pane.note = message.note
            self.article_pane.shown = (message.article, self.headline)
            if is_other:
                self.recall_spot(self.headline)
                if box:
                    self.load_picture(message.article, box)
            if self.related_pane.links != message.links:
                self.related_pane.links = message.links
            if self._return_row is not None and self.place == "article":
                self.go_to("related")
                self.related_pane.move(self._return_row - self.related_pane.cursor)
        self._return_row = None
        if self._reading is not None:
            return
        seconds = self.config.mark_read_after
        if not self.headline.is_read and seconds >= 0:
            self._reading = self.set_timer(max(seconds, 0.01), self._has_been_read)

    @on(ArticleFailed)
    def _article_failed(self, message: ArticleFailed) -> None:
        if self.headline is not None and message.headline.id == self.headline.id:
            self.article_pane.shown = None
            self.related_pane.links = ()
            self.say(message.reason, is_warning=True)

    def _has_been_read(self) -> None:
        """The article was shown long enough to count as read."""
        self._reading = None
        if self.headline is not None and not self.headline.is_read and self.article_pane.is_on_screen:
            self.mark([self.headline], Change(read=True))

    def action_read(self) -> None:
        """Read what the cursor stands on: focus the article, follow a related link, choose in the sidebar."""
        if self.place == "sidebar":
            self.sidebar.choose()
        elif self.place == "related":
            self.related_pane.choose()
        elif self.place == "article":
            self.article_pane.press()
        elif self.articles.headline is not None:
            self.post_message(ArticleChosen(self.articles.headline))
