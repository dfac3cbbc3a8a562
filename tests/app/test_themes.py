"""Themes that can be read."""

from __future__ import annotations

from itertools import product

import pytest
from textual.color import Color
from textual.theme import Theme

from reader.app.themes import THEMES, tag_variables

TEXTS = ("foreground", "foreground-muted", "primary", "accent", "warning", "error", "success")
GROUNDS = ("background", "surface", "panel")
AA = 4.5
"""WCAG 2.1, 1.4.3: the least contrast of text with its ground."""


def luminance(color: Color) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_of_contrast_is_right() -> None:
    """Black on white is 21 to 1, a colour on itself 1 to 1."""
    assert contrast(Color.parse("black"), Color.parse("white")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#777777")) == 1


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_all_text_can_be_read_on_all_grounds(theme: Theme) -> None:
    """Text, dim text, each accent and each tag's colour have AA contrast on page, surface and panel."""
    colours = theme.to_color_system().generate()
    colours |= tag_variables(dark=theme.dark)
    assert tag_variables(dark=theme.dark).items() <= theme.variables.items()
    for text, ground in product((*TEXTS, *tag_variables(dark=theme.dark)), GROUNDS):
        found = contrast(Color.parse(colours[text]), Color.parse(colours[ground]))
        assert found >= AA, f"{theme.name}: {text} on {ground} is {found:.2f}"


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_a_hit_can_be_read(theme: Theme) -> None:
    """What is painted in the page's colour on an accent has AA contrast too."""
    colours = theme.to_color_system().generate()
    for ground in ("primary", "accent", "warning"):
        assert contrast(Color.parse(colours["background"]), Color.parse(colours[ground])) >= AA


def test_themes_have_names_of_their_own() -> None:
    """No theme hides another, and both light and dark are there."""
    names = [theme.name for theme in THEMES]
    assert len(set(names)) == len(names)
    assert all(name.startswith("reader-") for name in names)
    assert {theme.dark for theme in THEMES} == {True, False}
