"""The colours of the reader's own themes, as plain values.

The first headlines are painted in them before Textual is loaded, which makes themes of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reader.config.palettes import COLOURS, Palette

TAGS_ON_DARK = ("#f09a92", "#e8a878", "#d9c36c", "#9cc87f", "#6cc8b8", "#8cbce6", "#bfaaea", "#e69cc4")
TAGS_ON_LIGHT = ("#9c2b22", "#8a4300", "#665000", "#2f6120", "#0b5a58", "#1c5a86", "#5e3f99", "#8f2a66")
"""In the order of `reader.config.settings.TAG_COLOURS`."""


class Colours(NamedTuple):
    """A theme's colours, as `#rrggbb`."""

    name: str
    grounds: tuple[str, str, str]
    """Page, surface, panel."""
    text: tuple[str, str]
    """Normal, dim."""
    accents: tuple[str, str, str]
    """The accent, the star, the warning."""
    signals: tuple[str, str]
    """Failure and success."""
    dark: bool

    @property
    def tags(self) -> tuple[str, ...]:
        """The colours of tags."""
        return TAGS_ON_DARK if self.dark else TAGS_ON_LIGHT


DARK = Colours(
    "reader-dark",
    grounds=("#15181b", "#1c2024", "#272c32"),
    text=("#d8dad6", "#979da3"),
    accents=("#86b8dc", "#e3b65c", "#e89070"),
    signals=("#ef8a86", "#96bd7b"),
    dark=True,
)
LIGHT = Colours(
    "reader-light",
    grounds=("#fcfbf8", "#f3f1ec", "#e7e4dc"),
    text=("#22262a", "#5a6067"),
    accents=("#1c5a86", "#7d5200", "#97350f"),
    signals=("#a82020", "#33611a"),
    dark=False,
)
PAPER = Colours(
    "reader-paper",
    grounds=("#f5edda", "#eee4cc", "#e3d7ba"),
    text=("#382f25", "#635541"),
    accents=("#1f5660", "#744c00", "#922f12"),
    signals=("#9c2222", "#3b5a1c"),
    dark=False,
)
CONTRAST = Colours(
    "reader-contrast",
    grounds=("#000000", "#111111", "#2a2a2a"),
    text=("#ffffff", "#cfcfcf"),
    accents=("#6fdcff", "#ffd84a", "#ffa463"),
    signals=("#ff9a9a", "#9df07a"),
    dark=True,
)
NIGHT = Colours(
    "reader-night",
    grounds=("#1a1512", "#231d18", "#322a23"),
    text=("#dccbb2", "#ab9a83"),
    accents=("#e0a36a", "#e6c46a", "#ec8f74"),
    signals=("#ef8e80", "#a9b878"),
    dark=True,
)
FOREST = Colours(
    "reader-forest",
    grounds=("#111a17", "#18231f", "#22312b"),
    text=("#d3ddd4", "#94a79b"),
    accents=("#84c9a4", "#e2c065", "#e89b78"),
    signals=("#ee8f8f", "#a5cf7c"),
    dark=True,
)

OWN = (DARK, LIGHT, PAPER, NIGHT, FOREST, CONTRAST)
"""The default first."""

TERMINAL = "reader-terminal"
"""The theme of the terminal's own colours."""


def theme_for(colours: int, background: str) -> str:
    """The name of the default theme, by the number of colours and the background ("dark", "light" or
    empty)."""
    if 0 < colours <= 16:
        return TERMINAL
    return LIGHT.name if background == "light" else DARK.name


def colours_of(palette: Palette) -> Colours:
    """The colours of a user's palette; missing ones come from our dark or light theme."""
    its_own = palette.colours
    is_dark = palette.is_dark
    if is_dark is None:
        is_dark = _brightness(its_own.get("background", DARK.grounds[0])) < 0.5
    base = DARK if is_dark else LIGHT
    known = dict(zip(COLOURS, (part for parts in base[1:5] for part in parts), strict=True)) | {**its_own}
    return Colours(
        palette.name,
        (known["background"], known["surface"], known["panel"]),
        (known["foreground"], known["dim"]),
        (known["accent"], known["star"], known["warning"]),
        (known["error"], known["success"]),
        is_dark,
    )


def named(name: str, palettes: Sequence[Palette]) -> Colours | None:
    """The colours of one of our themes or of a user's own; None for any other theme."""
    # A user's theme wins over one of ours with the same name.
    return {one.name: one for one in (*OWN, *map(colours_of, palettes))}.get(name)


def _brightness(colour: str) -> float:
    """Perceived brightness, from 0 to 1."""
    red, green, blue = bytes.fromhex(colour[1:])
    return (299 * red + 587 * green + 114 * blue) / 255_000
