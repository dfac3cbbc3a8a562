"""The article's picture: read, decoded and shown in a thread's time; large where a key asks for it.

Nothing of it comes over a slow line, from the network, or to a terminal that can't show it unless it was
asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from textual import on
from textual.message import Message

from reader import pictures
from reader.app.browsing.state import Browsing
from reader.app.canvas import Box, Shown, box_for, in_blocks, in_placeholders, pixels_of
from reader.app.messages import PicturePressed
from reader.article import Article, Image
from reader.terminal import Terminal

LEAST_COLUMNS, LEAST_ROWS = 24, 14
"""Cells of text and lines of the pane from which on a picture finds room in it."""
SHARE = 0.45
"""Of the pane's lines that a picture may take."""


class Picturing(Browsing):
    """Shows what belongs to the article that is read; what comes too late is dropped."""

    seen: Terminal

    @dataclass
    class PictureReady(Message):
        """A worker has made a picture, or found out why not."""

        article: str
        """The path of its file."""
        box: Box
        shown: Shown | None
        reason: str = ""

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
        if pane.text_width < LEAST_COLUMNS or pane.size.height < LEAST_ROWS:
            return None
        return box_for((image.width, image.height), pane.text_width, int(pane.size.height * SHARE))

    def load_picture(self, article: Article, box: Box) -> None:
        """Make the article's picture in a thread."""
        self.in_thread(lambda: self._load(article, article.images[0], box), "picture")

    def _load(self, article: Article, image: Image, box: Box) -> None:
        """Runs in a thread and only posts a message."""
        way = "kitty" if self.picture_way == "kitty" else "blocks"
        try:
            raw = self.library.picture(article, image.url, may_fetch=self.config.fetch_pictures)
            pixels = pictures.make(raw, *pixels_of(box, way))
        except pictures.PictureError as error:
            self.post_message(self.PictureReady(article.path, box, None, str(error)))
            return
        if way == "kitty":
            shown = in_placeholders(pixels, box_for((pixels.width, pixels.height), *box), next(self._numbers))
        else:
            shown = in_blocks(pixels)
        self.post_message(self.PictureReady(article.path, box, shown))

    @on(PictureReady)
    def _show_picture(self, message: PictureReady) -> None:
        shown = self.article_pane.shown
        if shown is None or shown[0].path != message.article:
            return
        if message.shown is None:
            self.article_pane.picture_failed(message.reason)
            return
        if message.shown.sequence:
            self.write_out(message.shown.sequence)
        self.article_pane.show_picture(message.shown)

    @on(PicturePressed)
    def action_show_picture(self) -> None:
        """Show the article's pictures large."""
        from reader.app.screens.picture import PictureScreen

        shown = self.article_pane.shown
        if shown is None or not shown[0].images:
            self.say("This article has no picture")
        elif self.picture_way == "none":
            self.say("This terminal shows no pictures (see reader doctor)")
        else:
            article = shown[0]
            urls = [image.url for image in article.images]

            def read(url: str) -> bytes:
                return self.library.picture(article, url, may_fetch=self.config.fetch_pictures)

            self.app.push_screen(PictureScreen(urls, self.picture_way, read, self.write_out))

    def write_out(self, sequence: str) -> None:
        """Write a sequence to the terminal as it is."""
        raise NotImplementedError
