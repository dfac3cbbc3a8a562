"""Panes' lines put together quickly look as Textual's own."""

from __future__ import annotations

import pytest
from textual._styles_cache import StylesCache
from textual.widget import Widget

from reader.app.paint.inked import Inked
from reader.app.paint.plain_lines import PlainLines
from reader.app.reader_app import ReaderApp
from reader.app.start import Start
from reader.config import Config
from reader.query import Query
from tests.app.build import NOW, articles
from tests.app.fake_library import FakeLibrary
from tests.app.pilot import MEDIUM, NARROW, WIDE, press


def an_app() -> ReaderApp:
    """An app over thirty articles."""
    return ReaderApp(Start(FakeLibrary(articles(30)), Query(), Config(), clock=lambda: NOW))


def lines_of(widget: Widget, cache: StylesCache) -> list[str]:
    """All lines of a widget, with their colours, as this cache makes them."""
    return [repr(list(strip)) for strip in cache.render_widget(widget, widget.size.region)]


@pytest.mark.parametrize("size", [WIDE, MEDIUM, NARROW])
async def test_they_are_textuals(size: tuple[int, int]) -> None:
    """Every pane and line of the screen, with rules at its sides or without."""
    async with an_app().run_test(size=size) as pilot:
        screen = await press(pilot, "j")
        painted = [widget for widget in screen.query(Inked) if widget.display and widget.size.height]
        assert len(painted) >= 3
        for widget in painted:
            assert lines_of(widget, PlainLines()) == lines_of(widget, StylesCache()), widget


@pytest.mark.parametrize(
    "look", ["padding: 1 2", "outline: solid red", "text-opacity: 50%", "opacity: 50%", "tint: red 20%",
             "hatch: cross red", "border: solid red", "border-left: solid red"],
)  # fmt: skip
async def test_whatever_a_sheet_asks_for(look: str) -> None:
    """What is out of the ordinary is Textual's to paint."""
    async with an_app().run_test(size=WIDE) as pilot:
        screen = await press(pilot, "j")
        screen.articles.set_styles(f"{look};")
        await pilot.pause()
        assert lines_of(screen.articles, PlainLines()) == lines_of(screen.articles, StylesCache())
