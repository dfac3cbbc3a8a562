"""The article's picture: read, decoded and shown in a thread's time; large where a key asks for it.

Nothing of it comes over a slow line, from the network, or to a terminal that can't show it unless it was
asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from textual import on
from textual.geometry import Region
from textual.message import Message
from textual.timer import Timer

from reader import pictures
from reader.app.browsing.state import Browsing
from reader.app.messages import PicturePressed
from reader.app.paint.canvas import (
    KINDS,
    Box,
    Shown,
    box_for,
    in_blocks,
    in_front,
    in_placeholders,
    iterm2_sequence,
    pixels_of,
    sixel_sequence,
)
from reader.app.wording import NO_ARTICLE
from reader.article.record import Article, Image

LEAST_COLUMNS, LEAST_ROWS = 24, 14
"""Cells of text and lines of the pane from which on a picture finds room in it."""
MARGINS = 3
"""Cells beside the article and lines above and below it."""
SHARE = 1 / 3
"""Of the pane's lines that a picture may take."""
FIT_AFTER = 0.2
"""Seconds without another size after which the picture is made anew: a window grows in many steps."""


class Picturing(Browsing):
    """Shows what belongs to the article that is read; what comes too late is dropped."""

    @dataclass
    class PictureReady(Message):
        """A worker has made a picture, or found out why not."""

        article: str
        """The path of its file."""
        box: Box
        shown: Shown | None
        reason: str = ""

    _fitting: Timer | None = None
    _laid: Region | None = None
    """Where a picture lies over the cells."""
    _numbers = count(1)
    """Kitty's names for pictures."""

    @property
    def picture_way(self) -> str:
        """How pictures are shown here: kitty, iterm2, sixel, blocks, or none."""
        way = self.seen.pictures if self.config.pictures != "never" else "none"
        if self.seen.colours <= 16 or not self.seen.is_unicode or self.config.signs == "ascii":
            return "none"
        return way

    def picture_box(self, article: Article) -> Box | None:
        """The room to keep for the article's picture; None where none is shown by itself."""
        image = next(iter(article.images), None)
        pane = self.article_pane
        if image is None or self.picture_way == "none" or not pictures.is_possible():
            return None
        if self.seen.is_remote and self.config.pictures != "always":
            return None
        is_elsewhere = image.url.lower().startswith(("http://", "https://"))
        if is_elsewhere and not self.config.fetch_pictures:
            return None
        # A pane that is not in sight yet, where there is one at a time, will be as large as the screen.
        columns = min(pane.text_width, self.size.width - MARGINS)
        rows = pane.size.height or self.size.height - MARGINS
        if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
            return None
        return box_for((image.width, image.height), columns, int(rows * SHARE))

    def load_picture(self, article: Article, box: Box) -> None:
        """Make the article's picture in a thread."""
        self.in_thread(lambda: self._load(article, article.images[0], box), "picture")

    def _load(self, article: Article, image: Image, box: Box) -> None:
        """Runs in a thread and only posts a message."""
        way = self.picture_way
        try:
            raw = self.library.picture(article, image.url, may_fetch=self.config.fetch_pictures)
            pixels = pictures.make(raw, *pixels_of(box, way), KINDS.get(way, "rgb"))
        except pictures.PictureError as error:
            self.post_message(self.PictureReady(article.path, box, None, str(error)))
            return
        if way == "kitty":
            shown = in_placeholders(pixels, box_for((pixels.width, pixels.height), *box), next(self._numbers))
        elif way == "blocks":
            shown = in_blocks(pixels)
        else:
            overlay = iterm2_sequence(pixels.data, box) if way == "iterm2" else sixel_sequence(pixels)
            shown = in_front(box, overlay)
        self.post_message(self.PictureReady(article.path, box, shown))

    @on(PictureReady)
    def _show_picture(self, message: PictureReady) -> None:
        shown = self.article_pane.shown
        if shown is None or (shown[0].path, self.article_pane.frame.box) != (message.article, message.box):
            return
        if message.shown is None:
            self.article_pane.picture_failed(message.reason)
            return
        if message.shown.sequence:
            self.output.write(message.shown.sequence)
        self.article_pane.frame.on_move = self._lift
        self.article_pane.show_picture(message.shown)
        self.call_after_refresh(self._lay)

    def _lift(self) -> None:
        """Paint the lines under the picture, for they or the screen are about to change."""
        if self._laid is not None:
            self.output.forget_lines(self._laid.y, self._laid.height)
            self._laid = None
            self.article_pane.refresh()
        self.call_after_refresh(self._lay)

    def _lay(self) -> None:
        """Lay the picture over its lines, if all are in sight and nothing else is over them."""
        picture, region = self.article_pane.frame.picture, self.article_pane.picture_region
        if picture is None or not picture.overlay or region is None or region == self._laid:
            return
        if self.app.screen is self:
            self._laid = region
            self.output.write(f"\x1b7\x1b[{region.y + 1};{region.x + 1}H{picture.overlay}\x1b8")

    def on_screen_suspend(self) -> None:
        """Another screen comes over this one."""
        self._lift()

    def on_screen_resume(self) -> None:
        """And has gone."""
        self._laid = None
        self.call_after_refresh(self._lay)

    def fit_picture(self) -> None:
        """The terminal has another size, and has been painted anew."""
        self._laid = None
        self.call_after_refresh(self._lay)
        if self._fitting is None:
            self._fitting = self.set_timer(FIT_AFTER, self._make_anew)
        else:
            self._fitting.reset()

    def _make_anew(self) -> None:
        """Make the picture in the room that there is now; the reading place stays."""
        self._fitting = None
        pane, shown = self.article_pane, self.article_pane.shown
        box = self.picture_box(shown[0]) if shown is not None else None
        if shown is None or box == pane.frame.box:
            return
        pane.frame.clear()
        pane.frame.box = box
        pane.lay_out_anew()
        if box is not None:
            self.load_picture(shown[0], box)

    @on(PicturePressed)
    def action_show_picture(self) -> None:
        """Show the article's pictures large."""
        from reader.app.screens.picture import PictureScreen

        shown = self.article_pane.shown
        if shown is None or not shown[0].images:
            self.say("This article has no picture" if shown else NO_ARTICLE)
        elif self.picture_way == "none":
            self.say("This terminal shows no pictures (see reader doctor)")
        else:
            article = shown[0]
            urls = [image.url for image in article.images]

            def read(url: str) -> bytes:
                return self.library.picture(article, url, may_fetch=self.config.fetch_pictures)

            self.app.push_screen(PictureScreen(urls, self.picture_way, read, self.output.write))
