"""Themes that can be read."""

from __future__ import annotations

from itertools import product

import pytest
from textual.color import Color
from textual.theme import Theme

from reader.app.paint.themes import (
    DARK,
    LIGHT,
    OWN,
    READABLE,
    TERMINAL,
    contrast,
    hard_to_read,
    tag_variables,
    theme_for,
    theme_names,
    theme_of,
    themes,
)
from reader.config.palettes import Palette

TEXTS = ("foreground", "foreground-muted", "primary", "accent", "warning", "error", "success")
GROUNDS = ("background", "surface", "panel")


def test_the_measure_of_contrast_is_right() -> None:
    """Black on white is 21 to 1, a colour on itself 1 to 1."""
    assert contrast(Color.parse("black"), Color.parse("white")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#777777")) == 1


@pytest.mark.parametrize("theme", map(theme_of, OWN), ids=lambda theme: theme.name)
def test_all_text_can_be_read_on_all_grounds(theme: Theme) -> None:
    """Text, dim text, each accent and each tag's colour have AA contrast on page, surface and panel."""
    colours = theme.to_color_system().generate()
    colours |= tag_variables(dark=theme.dark)
    assert tag_variables(dark=theme.dark).items() <= theme.variables.items()
    for text, ground in product((*TEXTS, *tag_variables(dark=theme.dark)), GROUNDS):
        found = contrast(Color.parse(colours[text]), Color.parse(colours[ground]))
        assert found >= READABLE, f"{theme.name}: {text} on {ground} is {found:.2f}"


@pytest.mark.parametrize("theme", map(theme_of, OWN), ids=lambda theme: theme.name)
def test_text_on_an_accent_can_be_read(theme: Theme) -> None:
    """Text in the page's colour on an accent, of hits and of marked words, has AA contrast too."""
    colours = theme.to_color_system().generate()
    for ground in ("primary", "accent", "warning", "success"):
        assert contrast(Color.parse(colours["background"]), Color.parse(colours[ground])) >= READABLE


def test_themes_have_names_of_their_own() -> None:
    """No theme hides another, and both light and dark are there."""
    names = [theme.name for theme in themes()]
    assert theme_names()[: len(names)] == tuple(names)
    assert len(set(names)) == len(names)
    assert all(name.startswith("reader-") for name in names)
    assert {theme.dark for theme in themes()} == {True, False}


def test_the_terminal_decides_where_nobody_has_chosen() -> None:
    """Few colours: the terminal's own; a light ground: the light theme; nothing known: the dark one."""
    assert theme_for(16, "") == TERMINAL
    assert theme_for(256, "light") == LIGHT.name
    assert theme_for(1 << 24, "") == DARK.name
    assert theme_for(0, "") == DARK.name


def test_a_palette_of_few_colours_is_a_whole_theme() -> None:
    """The rest is that of the dark or the light theme, as its background says."""
    pale = theme_of(Palette("pale", {"background": "#ffffff", "accent": "#004488"}))
    assert (pale.dark, pale.primary, pale.foreground) == (False, "#004488", LIGHT.colours["foreground"])
    assert theme_of(Palette("night", {}, None)).dark
    assert not hard_to_read(pale)


def test_a_palette_that_can_hardly_be_read_is_told() -> None:
    """With the figure."""
    said = hard_to_read(theme_of(Palette("fog", {"background": "#777777", "foreground": "#888888"}, True)))
    assert said.startswith("Theme fog: the contrast of its text is 1.3:1")
