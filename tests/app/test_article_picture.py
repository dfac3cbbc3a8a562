"""The article's picture: in the pane if that costs nothing, in full size at the press of a key."""

from __future__ import annotations

from pathlib import Path

from reader.app import Start
from reader.app.reader_app import FULL, ReaderApp
from reader.app.screens.picture import PictureScreen
from reader.article.record import Article, Image
from reader.config import Config
from reader.pictures import PictureError
from reader.query import Query
from reader.terminal import Terminal
from tests.app.build import NOW, an_article, articles
from tests.app.pilot import WIDE, line, notices, picture, press, quiet, settled, until
from tests.app.real_screen import RealScreen
from tests.fake_library import FakeLibrary
from tests.pictures.images import a_picture


class Gallery(FakeLibrary):
    """Every picture is red and blue, but for those that are called otherwise."""

    def picture(self, article: Article, url: str, *, may_fetch: bool) -> bytes:
        """See above."""
        if url == "gone.png":
            raise PictureError("its file is not in the collection")
        return b"not a picture" if url == "lie.png" else a_picture(80, 40)


def an_app(url: str, seen: Terminal = FULL, **settings: object) -> ReaderApp:
    """An app over an article with one picture."""
    article = an_article(hours=0.5)._replace(images=(Image(url, 80, 40),))
    config = Config(mark_read_after=-1, **settings)  # type: ignore[arg-type]
    return ReaderApp(Start(Gallery([article, *articles(3)]), Query(), config, clock=lambda: NOW), seen=seen)


async def test_a_picture_is_between_header_and_text() -> None:
    """In half blocks; its lines are reserved before it is loaded, and it scrolls with the text."""
    async with an_app("x.png").run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        rows = [y for y in range(WIDE[1]) if "▀▀▀▀" in line(pilot, y)]
        assert len(rows) == screen.article_pane.frame.rows > 5
        assert rows == list(range(rows[0], rows[0] + len(rows)))
        text = next(y for y in range(WIDE[1]) if "taken up again what" in line(pilot, y))
        assert rows[-1] < text


async def test_a_picture_fits_a_terminal_of_another_size() -> None:
    """It is scaled again once the size is final; the reading position stays."""
    async with an_app("x.png").run_test(size=WIDE) as pilot:
        await settled(pilot)
        screen = await press(pilot, "enter")
        frame = screen.article_pane.frame
        before = frame.rows
        screen.article_pane.move(before + 9)
        place = screen.article_pane.reading_place
        for size, is_fit in (
            ((60, 22), lambda: 0 < frame.rows < before),
            (WIDE, lambda: frame.rows == before),
        ):
            await pilot.resize_terminal(*size)
            await until(pilot, is_fit)
            await until(pilot, lambda: frame.picture is not None)
            assert screen.article_pane.reading_place[:2] == place[:2]
            assert frame.picture is not None and len(frame.picture.lines) == frame.rows


async def test_a_bad_picture_is_replaced_by_a_note() -> None:
    """One line with the reason."""
    for url, reason in (("lie.png", "unknown picture format"), ("gone.png", "its file is not")):
        async with an_app(url).run_test(size=WIDE) as pilot:
            await settled(pilot)
            assert f"[picture: {reason}" in picture(pilot)
            assert "▀▀▀▀" not in picture(pilot)


async def test_pictures_are_not_loaded_over_a_slow_line_or_the_network() -> None:
    """Over SSH and from web addresses only if configured; never without colours."""
    far = FULL._replace(is_remote=True)
    cases = [
        (an_app("x.png", far), False),
        (an_app("x.png", far, pictures="always"), True),
        (an_app("x.png", pictures="never"), False),
        (an_app("https://a.example/x.png"), False),
        (an_app("https://a.example/x.png", fetch_pictures=True), True),
        (an_app("x.png", FULL._replace(colours=16)), False),
    ]
    for app, is_shown in cases:
        async with app.run_test(size=WIDE) as pilot:
            await settled(pilot)
            assert ("▀▀▀▀" in picture(pilot)) == is_shown


async def test_a_key_shows_it_in_full_size() -> None:
    """Also over SSH, since the user asked for it; Esc closes it."""
    app = an_app("x.png", FULL._replace(is_remote=True))
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await press(pilot, "p")
        assert isinstance(app.screen, PictureScreen)
        await app.workers.wait_for_complete()
        await quiet(pilot)
        assert sum("▀" * 78 in line(pilot, y) for y in range(WIDE[1])) == 20
        await press(pilot, "escape")
        assert not isinstance(app.screen, PictureScreen)
        await press(pilot, "j")
        await press(pilot, "p")
        assert any("No picture" in said for said in notices(app))


def test_sixels_are_sent_when_the_picture_is_visible(tmp_path: Path) -> None:
    """Once when the whole picture is visible, and again when it scrolls back or a page over it closes."""
    news = tmp_path / "news"
    news.mkdir()
    (news / "x.png").write_bytes(a_picture(80, 40))
    head = "---\ntitle: Harbour\nimages:\n- url: x.png\n  width: 80\n  height: 40\n---\n\n"
    (news / "a.md").write_text(head + "A paragraph of some length.\n\n" * 40)
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('mark_read_after = -1\n[terminal]\npictures = "sixel"\n')
    with RealScreen(news, tmp_path / "home", columns=140, rows=40) as screen:
        screen.wait_for("\x1bP0;1;0q")
        screen.press("")
        sixels = screen.written.count(b"\x1bP0;1;0q")
        screen.press("\r")
        screen.press("G")
        assert screen.written.count(b"\x1bP0;1;0q") == sixels
        before = len(screen.written)
        screen.press("gg", quiet=0.4)
        assert screen.written.count(b"\x1bP0;1;0q", before) == 1
        screen.press("?", quiet=0.4)
        before = len(screen.written)
        screen.press("\x1b", quiet=0.4)
        assert screen.written.count(b"\x1bP0;1;0q", before) == 1
        screen.press("Q")
        assert screen.wait_for_end() == 0
