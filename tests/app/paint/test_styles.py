"""Tests of the styles that the panes paint in."""

from __future__ import annotations

import pytest
from rich.style import Style

from reader.app.early.first_headlines import codes_of
from reader.app.paint import themes
from reader.terminal import TRUECOLOUR
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, settled, style_of_codes


def _components(style: Style) -> list[int]:
    """Red, green and blue of the text and of its ground; Textual rounds some of them down."""
    assert style.color and style.color.triplet and style.bgcolor and style.bgcolor.triplet
    return [*style.color.triplet, *style.bgcolor.triplet]


async def test_the_first_headlines_and_the_list_have_the_same_styles(start: Launch) -> None:
    """In each of our themes, so that the app's first frame changes nothing."""
    app = start(3)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        for theme in themes.OWN:
            app.theme = theme.name
            await settled(pilot)
            for name, codes in codes_of(theme, TRUECOLOUR).items():
                first = style_of_codes(codes)
                then = screen.articles.style_of(name)
                assert _components(then) == pytest.approx(_components(first), abs=1), (theme.name, name)
                assert (then.bold, then.underline) == (first.bold, first.underline), (theme.name, name)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-ansi", "reader-terminal"])
async def test_every_style_can_be_painted_in_themes_of_any_kind(start: Launch, theme: str) -> None:
    """Also where a colour is a share of another, or a contrast with the ground."""
    app = start(3)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        if theme in app.available_themes:
            app.theme = theme
        await settled(pilot)
        for pane in screen.panes.values():
            for name in pane.STYLES:
                style = pane.style_of(name)
                assert style.color is not None and style.bgcolor is not None, name


async def test_another_theme_gives_other_styles(start: Launch) -> None:
    """What was looked up before is forgotten."""
    app = start(3)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        before = {place: pane.style_of("cursor") for place, pane in screen.panes.items()}
        app.theme = "reader-light"
        await settled(pilot)
        assert all(pane.style_of("cursor") != before[place] for place, pane in screen.panes.items())
