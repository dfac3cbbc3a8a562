"""The picture of the article that is shown: in the article where that costs nothing, large at a key."""

from __future__ import annotations

from itertools import count

from textual.geometry import Region
from textual.timer import Timer

from reader import pictures
from reader.app.browsing.host import Host
from reader.app.paint import canvas
from reader.app.wording import NO_ARTICLE
from reader.article.record import Article, Image

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
        self._covered: Region | None = None
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
        self._pane.frame.on_move = self.uncover
        self._pane.show_picture(picture)
        self._pane.call_after_refresh(self._draw)

    def uncover(self) -> None:
        """Repaint the lines under the picture: they or the screen are about to change."""
        if self._covered is not None:
            self._output.forget_lines(self._covered.y, self._covered.height)
            self._covered = None
            self._pane.refresh()
        self._pane.call_after_refresh(self._draw)

    def _draw(self) -> None:
        """Draw the picture over its lines if all are visible and nothing else covers them."""
        picture, region = self._pane.frame.picture, self._pane.picture_region
        if picture is None or not picture.overlay or region is None or region == self._covered:
            return
        if self._pane.screen.is_active:  # no page is over the article
            self._covered = region
            self._output.write_at(region.x, region.y, picture.overlay)

    def draw_again(self) -> None:
        """Draw the picture again: the terminal was repainted."""
        self._covered = None
        self._pane.call_after_refresh(self._draw)

    def fit(self) -> None:
        """The terminal was resized, and repainted."""
        self.draw_again()
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
