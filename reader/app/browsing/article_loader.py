"""Loading the article that is shown (the one under the cursor, or the one that a related link leads to), and
its picture."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import wait
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TypeAlias

from textual.geometry import Region
from textual.timer import Timer

from reader import pictures
from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host, begin
from reader.app.browsing.marks import MarkCommands
from reader.app.paint import canvas
from reader.app.reading.document import ReadingPlace
from reader.app.widgets.article_pane import ArticlePane
from reader.app.wording import NO_ARTICLE, error_notice
from reader.article.record import Article, Image
from reader.config.visit import Spot
from reader.errors import ReaderError
from reader.library import Change, RelatedLink
from reader.query import highlights
from reader.query.results import Headline

REST = 0.12
"""Seconds that an article must be shown before related ones are looked for: moving through the list must
not wait for that."""

PATIENCE = 0.02
"""Seconds that a frame is held back for the article. Reading a file takes 1 or 2 ms; a frame for the cursor
alone would delay the text by its own time, and by the 16 ms that Textual leaves between two frames."""


LoadedArticle: TypeAlias = tuple[Article, tuple[RelatedLink, ...], str]
"""An article, the related links of its file, and its note."""


class ArticleLoader:
    """Loads articles in a thread, and remembers from which ones related links were followed."""

    def __init__(self, host: Host, filters: Filters, marks: MarkCommands, picture: ArticlePicture) -> None:
        self._host, self._library = host, host.library
        self._pane, self._related = host.article_pane, host.related_pane
        self._filters, self._marks, self._picture = filters, marks, picture
        self._spots = dict(host.start.visit.spots)
        """The reading places of articles, by id."""
        self.left: dict[str, Spot] = {}
        """Those that were left during this visit."""
        self.headline: Headline | None = None
        """The article that is shown, or about to be."""
        self._followed: list[tuple[Headline, int]] = []
        """The articles from which related ones were followed, each with the row; the last one last."""
        self._return_row: int | None = None
        """The row of the related links to go to once their article is shown again."""
        self._reading: Timer | None = None
        self._listed: tuple[RelatedLink, ...] = ()
        """The links in the article's file; other related articles are found later."""
        self._resting: Timer | None = None
        self._is_used = False
        """Whether the user has done anything yet."""
        self._has_counted = False
        """Whether the article has been counted as read, so that it stays unread if the user marks it so."""

    def begin_use(self) -> None:
        """The user has pressed a key or a button: articles shown from now on become read."""
        if not self._is_used:
            self._is_used = True
            self.come_on_screen()

    def come_on_screen(self) -> None:
        """The pane has become visible in a narrow layout: the article is read from now on, whenever it was
        loaded."""
        if self._is_used and self._pane.shown is not None:
            self._start_reading()

    def highlight(self, headline: Headline | None) -> None:
        """Show the article on which the list's cursor has come to rest."""
        if headline is None or not self._is_shown(headline):
            self._followed.clear()
            self._return_row = None
            self.show(headline)

    def _is_shown(self, headline: Headline) -> bool:
        """Whether this article is the one that is shown, or about to be."""
        return self.headline is not None and headline.id == self.headline.id

    def follow(self, headline: Headline) -> None:
        """Show the article of the related link under the cursor."""
        self._return_row = None
        if self.headline is not None and headline.id != self.headline.id:
            self._followed.append((self.headline, self._related.cursor))
        self.show(headline)

    def leave_followed(self) -> Headline | None:
        """Go back to the article from which this one was followed; None if there is none."""
        if not self._followed:
            return None
        headline, self._return_row = self._followed.pop()
        self.show(headline)
        return headline

    def show(self, headline: Headline | None) -> None:
        """Load an article; the old one stays until the new one is there."""
        if headline == self.headline:
            return
        self.headline = headline
        self._has_counted = False
        if self._reading is not None:
            self._reading.stop()
            self._reading = None
        if headline is None:
            self._pane.shown = None
            self._show_no_links()
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
            if listed is not None and self._is_shown(listed):
                newer = newer._replace(fold=listed.fold)
            self._pane.note = self._library.note(newer)
            self.headline = newer
            if self._pane.shown is not None:
                self._pane.shown = (self._pane.shown[0], newer)

    def leave_spot(self) -> None:
        """Remember the reading place in the article on the screen."""
        if self._pane.shown is not None:
            identifier = self._pane.shown[1].id
            self._spots[identifier] = self.left[identifier] = self._pane.reading_place

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

    def _show(self, headline: Headline, loaded: LoadedArticle | str) -> None:
        """Show the article or why there is none, unless another one is wanted by now."""
        if self.headline is None or not self._is_shown(headline):
            return
        if isinstance(loaded, str):
            self._pane.shown = None
            self._show_no_links()
            self._host.warn(loaded)
            return
        article, links, note = loaded
        shown = self._pane.shown
        is_other = shown is None or shown[1].id != self.headline.id
        with self._pane.app.batch_update():
            if is_other:
                self.leave_spot()
                self._picture.make_room(article)
                # Quietly: the words of the search belong to the article that comes now.
                self._pane.set_reactive(ArticlePane.highlights, highlights(self._filters.query))
            self._pane.note = note
            self._pane.shown = (article, self.headline)
            if is_other:
                spot = self._spots.get(headline.id)
                if spot is not None and spot[:2] != (0, 0):
                    self._pane.restore_place(ReadingPlace(*spot))
                self._picture.load(article)
            if is_other or self._listed != links:
                self._show_listed(links)
            self._go_back(len(links))
        self._resting = self._host.set_timer(REST, partial(self._look_for_related, article))
        if self._is_used:
            self._start_reading()

    def _show_listed(self, links: tuple[RelatedLink, ...]) -> None:
        """Show the links in the file; other related articles are looked for after `REST`."""
        if self._resting is not None:
            self._resting.stop()
        self._listed = links
        self._related.begin(links)

    def _show_no_links(self) -> None:
        self._show_listed(())
        self._related.replace(())

    def _look_for_related(self, article: Article) -> None:
        """Look for related articles in the collection."""
        headline, shown = self.headline, self._filters.muting.everywhere
        if headline is None:
            return
        listed = self._listed

        def find() -> None:
            try:
                found = self._library.find_related(headline, article, shown)
            except ReaderError:
                found = [*listed]  # the article is shown; the next query reports the error
            self._host.call_later(self._show_related, headline, found)

        self._host.in_thread(find)

    def _show_related(self, headline: Headline, found: Sequence[RelatedLink]) -> None:
        """Show the related articles, unless another article is shown by now."""
        if self._is_shown(headline):
            self._related.replace(tuple(found))
            self._go_back(len(found))
            self._return_row = None

    def _go_back(self, rows: int) -> None:
        """Go back to the row from which an article was followed, once it is listed."""
        if self._return_row is not None and self._return_row < rows:
            if self._host.place == "article":
                self._host.go_to("related")
                self._related.move(self._return_row - self._related.cursor)
            self._return_row = None

    def _start_reading(self) -> None:
        if self._reading is not None or self._has_counted or self.headline is None:
            return
        self._has_counted = self.headline.is_read
        seconds = self._host.start.config.mark_read_after
        if seconds >= 0 and not self._has_counted:
            self._reading = self._host.set_timer(max(seconds, 0.01), self._has_been_read)

    def _has_been_read(self) -> None:
        """The article was shown long enough to count as read."""
        self._reading = None
        if not self._pane.is_on_screen:
            return
        self._has_counted = True
        if self.headline is not None and not self.headline.is_read:
            # Nobody asked for it, so `undo` leaves it alone.
            self._marks.mark([self.headline], Change(read=True), is_undoable=False)


LEAST_COLUMNS, LEAST_ROWS = 24, 14
"""Cells of text and lines of the pane that leave room for a picture."""
MARGINS = 3
"""Cells beside the article and lines above and below it."""
SHARE = 1 / 3
"""The part of the pane's lines that a picture may take."""
FIT_AFTER = 0.2
"""Seconds without another size after which the picture is scaled again: a window grows in many steps."""


class ArticlePicture:
    """The article's picture: read and decoded in a thread, shown in the article, large at the press of a key.

    Nothing of it comes over a slow line, from the network, or to a terminal that cannot show it unless it was
    asked for. Results that come too late are dropped.
    """

    def __init__(self, host: Host) -> None:
        self._host, self._library, self._config = host, host.library, host.start.config
        self._pane, self._output, self._seen = host.article_pane, host.output, host.seen
        self._fitting: Timer | None = None
        self._laid: Region | None = None
        """The cells that a picture covers."""
        self._numbers = count(1)
        """Numbers of pictures, for kitty."""

    @property
    def _way(self) -> str:
        """How pictures are shown here: kitty, iterm2, sixel, blocks, or none."""
        way = self._seen.pictures if self._config.pictures != "never" else "none"
        if self._seen.colours <= 16 or not self._seen.is_unicode or self._config.signs == "ascii":
            return "none"
        return way

    def _box_for(self, article: Article) -> canvas.Box | None:
        """The room to reserve for the article's picture; None if it is shown only on request."""
        image = next(iter(article.images), None)
        pane = self._pane
        if image is None or self._way == "none" or not pictures.is_possible():
            return None
        if self._seen.is_remote and self._config.pictures != "always":
            return None
        is_elsewhere = image.url.lower().startswith(("http://", "https://"))
        if is_elsewhere and not self._config.fetch_pictures:
            return None
        # A pane that is not visible yet, where there is one at a time, will be as large as the screen.
        columns = min(pane.text_width, pane.screen.size.width - MARGINS)
        rows = pane.size.height or pane.screen.size.height - MARGINS
        if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
            return None
        return canvas.box_for((image.width, image.height), columns, int(rows * SHARE))

    def make_room(self, article: Article) -> None:
        """Reserve room for the picture of the next article."""
        self._pane.frame.box = self._box_for(article)

    def load(self, article: Article) -> None:
        """Load the picture in a thread, if there is room for one."""
        box = self._pane.frame.box
        if box is not None:
            self._host.in_thread(lambda: self._load(article, article.images[0], box))

    def _load(self, article: Article, image: Image, box: canvas.Box) -> None:
        """Runs in a thread."""
        way = self._way
        try:
            raw = self._library.picture(article, image.url, may_fetch=self._config.fetch_pictures)
            pixels = canvas.decoded(raw, box, way)
        except pictures.PictureError as error:
            self._host.call_later(self._show, article.path, box, None, str(error))
            return
        if way == "kitty":
            shown = canvas.in_placeholders(
                pixels, canvas.box_for((pixels.width, pixels.height), *box), next(self._numbers)
            )
        elif way == "blocks":
            shown = canvas.in_blocks(pixels)
        else:
            shown = canvas.in_front(box, canvas.drawn_at_cursor(pixels, box, way))
        self._host.call_later(self._show, article.path, box, shown, "")

    def _show(self, path: str, box: canvas.Box, picture: canvas.Shown | None, reason: str) -> None:
        """Show a picture, or why there is none, unless another article or size is shown by now."""
        shown = self._pane.shown
        if shown is None or (shown[0].path, self._pane.frame.box) != (path, box):
            return
        if picture is None:
            self._pane.picture_failed(reason)
            return
        if picture.sequence:
            self._output.write(picture.sequence)
        self._pane.frame.on_move = self.lift
        self._pane.show_picture(picture)
        self._pane.call_after_refresh(self._lay)

    def lift(self) -> None:
        """Repaint the lines under the picture: they or the screen are about to change."""
        if self._laid is not None:
            self._output.forget_lines(self._laid.y, self._laid.height)
            self._laid = None
            self._pane.refresh()
        self._pane.call_after_refresh(self._lay)

    def _lay(self) -> None:
        """Draw the picture over its lines if all are visible and nothing else covers them."""
        picture, region = self._pane.frame.picture, self._pane.picture_region
        if picture is None or not picture.overlay or region is None or region == self._laid:
            return
        if self._pane.screen.is_active:  # no page is over the article
            self._laid = region
            self._output.write_at(region.x, region.y, picture.overlay)

    def lay_again(self) -> None:
        """Draw the picture again: the terminal was repainted."""
        self._laid = None
        self._pane.call_after_refresh(self._lay)

    def fit(self) -> None:
        """The terminal was resized, and repainted."""
        self.lay_again()
        if self._fitting is None:
            self._fitting = self._host.set_timer(FIT_AFTER, self._make_again)
        else:
            self._fitting.reset()

    def _make_again(self) -> None:
        """Scale the picture again for the room that there is now; the reading position stays."""
        self._fitting = None
        pane, shown = self._pane, self._pane.shown
        box = self._box_for(shown[0]) if shown is not None else None
        if shown is None or box == pane.frame.box:
            return
        pane.frame.clear()
        pane.frame.box = box
        pane.lay_out_anew()
        self.load(shown[0])

    def action_show_picture(self) -> None:
        from reader.app.screens.picture import PictureScreen  # loaded when it is first opened

        shown = self._pane.shown
        if shown is None or not shown[0].images:
            self._host.say("No picture in this article" if shown else NO_ARTICLE)
        elif self._way == "none":
            self._host.say("This terminal can't show pictures; reader doctor says why")
        else:
            article = shown[0]
            urls = [image.url for image in article.images]

            def read(url: str) -> bytes:
                return self._library.picture(article, url, may_fetch=self._config.fetch_pictures)

            self._host.open_dialog(PictureScreen(urls, self._way, read, self._output, self._host.in_thread))
