"""The reader's own themes: three levels of text, and three colours that each have a meaning.

The first headlines are painted in these colours before Textual is loaded, so its modules are imported where a
`Theme` is made. The sheets use only variables that every Textual theme has, so that built-in and user themes
work as well:

| variable | meaning |
| --- | --- |
| `$foreground` | text, and strong text together with bold |
| `$foreground-muted` | dim text: metadata, counts, read articles |
| `$primary` | the one accent: cursor, selection, links |
| `$accent` | a star |
| `$warning` | a draft, an error, anything that needs attention |
| `$background` | the page |
| `$surface` | code, quotes, dialogs |
| `$panel` | chips, rules, the cursor in a pane without focus |
| `$tag-red` … `$tag-pink` | a tag; the app adds them to themes that lack them |

Every text colour here has a contrast of at least 4.5 to 1 (WCAG 2.1, level AA) on all three grounds; a test
computes it. Widgets and layout don't belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reader.config.palettes import COLOURS, Palette
from reader.config.settings import TAG_COLOURS

if TYPE_CHECKING:
    from textual.color import Color
    from textual.theme import Theme

READABLE = 4.5
"""The minimum contrast of text and background: WCAG 2.1, 1.4.3 (level AA)."""


# Page, surface, panel, text, dim text; accent, star, warning, error, success.
_COLOURS_OF = """
reader-dark     #15181b #1c2024 #272c32 #d8dad6 #979da3 #86b8dc #e3b65c #e89070 #ef8a86 #96bd7b
reader-light    #fcfbf8 #f3f1ec #e7e4dc #22262a #5a6067 #1c5a86 #7d5200 #97350f #a82020 #33611a
reader-paper    #f5edda #eee4cc #e3d7ba #382f25 #635541 #1f5660 #744c00 #922f12 #9c2222 #3b5a1c
reader-night    #1a1512 #231d18 #322a23 #dccbb2 #ab9a83 #e0a36a #e6c46a #ec8f74 #ef8e80 #a9b878
reader-forest   #111a17 #18231f #22312b #d3ddd4 #94a79b #84c9a4 #e2c065 #e89b78 #ee8f8f #a5cf7c
reader-contrast #000000 #111111 #2a2a2a #ffffff #cfcfcf #6fdcff #ffd84a #ffa463 #ff9a9a #9df07a
"""


def _is_dark(background: str) -> bool:
    red, green, blue = bytes.fromhex(background[1:])
    return 299 * red + 587 * green + 114 * blue < 127_500  # half of the brightest


def _own(name: str, *colours: str) -> Palette:
    return Palette(name, dict(zip(COLOURS, colours, strict=True)), _is_dark(colours[0]))


OWN = tuple(_own(*line.split()) for line in _COLOURS_OF.strip().split("\n"))
"""The themes whose colours are ours, the default first."""
DARK, LIGHT = OWN[:2]
TERMINAL = "reader-terminal"
"""The theme of the terminal's own sixteen colours on its own background: for terminals that have no more, and
for people who like their terminal's colours. Contrast depends on them, so none is promised."""

_TAGS_ON_DARK = "#f09a92 #e8a878 #d9c36c #9cc87f #6cc8b8 #8cbce6 #bfaaea #e69cc4"
_TAGS_ON_LIGHT = "#9c2b22 #8a4300 #665000 #2f6120 #0b5a58 #1c5a86 #5e3f99 #8f2a66"
_TAGS_OF_TERMINAL = "red red yellow green green blue magenta magenta"


def theme_for(colours: int, background: str) -> str:
    """The name of the default theme, by the number of colours and the background ("dark", "light" or
    empty)."""
    if 0 < colours <= 16:
        return TERMINAL
    return LIGHT.name if background == "light" else DARK.name


def completed(palette: Palette) -> Palette:
    """A user's palette with all colours; missing ones come from our dark or light theme."""
    is_dark = palette.is_dark
    if is_dark is None:
        is_dark = _is_dark(palette.colours.get("background", DARK.colours["background"]))
    base = DARK if is_dark else LIGHT
    return Palette(palette.name, {**base.colours, **palette.colours}, is_dark)


def named(name: str, palettes: Sequence[Palette]) -> Palette | None:
    """The colours of one of our themes or of a user's own; None for any other theme."""
    # A user's theme wins over one of ours with the same name.
    return {one.name: one for one in (*OWN, *map(completed, palettes))}.get(name)


def tag_variables(*, dark: bool) -> dict[str, str]:
    """The colours of tags on dark or light backgrounds, as variables for the style sheets."""
    return _tag_variables(_TAGS_ON_DARK if dark else _TAGS_ON_LIGHT)


def _tag_variables(colours: str, prefix: str = "") -> dict[str, str]:
    pairs = zip(TAG_COLOURS, colours.split(), strict=True)
    return {f"tag-{name}": prefix + colour for name, colour in pairs}


def theme_of(palette: Palette) -> Theme:
    """A palette as a theme of Textual."""
    from textual.theme import Theme

    name, colours, dark = completed(palette)
    return Theme(
        name=name,
        primary=colours["accent"],
        secondary=colours["dim"],
        accent=colours["star"],
        warning=colours["warning"],
        error=colours["error"],
        success=colours["success"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        dark=bool(dark),
        variables=_variables(colours) | tag_variables(dark=bool(dark)),
    )


def themes() -> tuple[Theme, ...]:
    """All themes that come with the reader, the default first."""
    return (*map(theme_of, OWN), _terminal_theme())


def _terminal_theme() -> Theme:
    from textual.theme import BUILTIN_THEMES, Theme

    text, dim, accent = "ansi_default", "ansi_bright_black", "ansi_cyan"
    colours = {"background": text, "foreground": text, "panel": dim, "dim": dim, "accent": accent}
    return Theme(
        name=TERMINAL,
        ansi=True,
        primary=accent,
        secondary=text,
        accent="ansi_yellow",
        warning="ansi_red",
        error="ansi_red",
        success="ansi_green",
        foreground=text,
        background=text,
        surface=text,
        panel=text,
        boost=text,
        dark=True,
        variables={
            **BUILTIN_THEMES["ansi-dark"].variables,
            **_variables(colours),
            **_tag_variables(_TAGS_OF_TERMINAL, "ansi_"),
            "panel": dim,
            "block-cursor-foreground": "ansi_black",
        },
    )


def theme_names() -> tuple[str, ...]:
    """The themes that can be chosen, besides the user's own."""
    from textual.theme import BUILTIN_THEMES

    return (*(palette.name for palette in OWN), TERMINAL, *BUILTIN_THEMES)


def _variables(colours: Mapping[str, str]) -> dict[str, str]:
    """Variables that Textual would otherwise derive, too bright for a calm screen."""
    names = {
        "background": (
            "block-cursor-foreground footer-background scrollbar-background scrollbar-background-hover"
            " scrollbar-background-active scrollbar-corner-color"
        ),
        "panel": "border-blurred block-cursor-blurred-background scrollbar",
        "foreground": "text block-cursor-blurred-foreground",
        "dim": (
            "foreground-muted foreground-disabled text-muted footer-foreground footer-description-foreground"
            " scrollbar-hover"
        ),
        "accent": "border block-cursor-background footer-key-foreground scrollbar-active",
    }
    return {name: colours[colour] for colour, found in names.items() for name in found.split()}


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours as WCAG 2.1 defines it, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def hard_to_read(theme: Theme) -> str:
    """A sentence about text with too little contrast; empty if there is none."""
    from textual.color import Color

    if theme.ansi or theme.background is None:
        return ""
    page = Color.parse(theme.background)
    named = {"text": theme.foreground, "dim text": theme.secondary, "accent": theme.primary}
    for name, colour in named.items():
        found = contrast(Color.parse(colour or theme.background), page)
        if found < READABLE:
            return (
                f"Theme {theme.name}: the contrast of its {name} is {found:.1f}:1; {READABLE}:1 is readable"
            )
    return ""
