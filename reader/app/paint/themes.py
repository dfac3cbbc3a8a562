"""The themes of the reader: calm like a newspaper, three levels of text, three colours with a meaning.

The sheets use only variables that every Textual theme has, so that built-in and user themes work as well:

| variable | meaning |
| --- | --- |
| `$foreground` | text, and strong text together with bold |
| `$foreground-muted` | dim text: meta, counts, what was read |
| `$primary` | the one accent: cursor, choice, links |
| `$accent` | a star |
| `$warning` | a draft, a failure, a thing to look at |
| `$background` | the page |
| `$surface` | code, quotes, dialogs |
| `$panel` | chips, rules, the cursor in a pane without focus |
| `$tag-red` … `$tag-pink` | a tag; for themes that lack them the app has them |

Every text colour here has a contrast of at least 4.5 to 1 (WCAG 2.1, level AA) on all three grounds; a test
computes it. No widget and no layout belongs here.
"""

from __future__ import annotations

from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from reader.app.paint import colours as plain
from reader.app.paint.colours import TAGS_ON_DARK, TAGS_ON_LIGHT, Colours
from reader.config.palettes import Palette
from reader.config.settings import TAG_COLOURS


def tag_variables(*, dark: bool) -> dict[str, str]:
    """The colours of tags on dark or light backgrounds, as variables for the style sheets."""
    colours = TAGS_ON_DARK if dark else TAGS_ON_LIGHT
    return {f"tag-{name}": colour for name, colour in zip(TAG_COLOURS, colours, strict=True)}


def _theme(colours: Colours) -> Theme:
    (background, surface, panel), (foreground, dim) = colours.grounds, colours.text
    primary, star, warning = colours.accents
    error, success = colours.signals
    return Theme(
        name=colours.name,
        primary=primary,
        secondary=dim,
        accent=star,
        warning=warning,
        error=error,
        success=success,
        foreground=foreground,
        background=background,
        surface=surface,
        panel=panel,
        dark=colours.dark,
        variables=_variables(background, panel, foreground, dim, primary) | tag_variables(dark=colours.dark),
    )


def _variables(background: str, panel: str, foreground: str, dim: str, primary: str) -> dict[str, str]:
    """Variables that Textual would otherwise derive, too bright for a calm screen."""
    return {
        "foreground-muted": dim,
        "foreground-disabled": dim,
        "text": foreground,
        "text-muted": dim,
        "border": primary,
        "border-blurred": panel,
        "block-cursor-foreground": background,
        "block-cursor-background": primary,
        "block-cursor-blurred-foreground": foreground,
        "block-cursor-blurred-background": panel,
        "footer-background": background,
        "footer-foreground": dim,
        "footer-key-foreground": primary,
        "footer-description-foreground": dim,
        "scrollbar": panel,
        "scrollbar-hover": dim,
        "scrollbar-active": primary,
        "scrollbar-background": background,
        "scrollbar-background-hover": background,
        "scrollbar-background-active": background,
        "scrollbar-corner-color": background,
    }


TERMINAL = Theme(
    name=plain.TERMINAL,
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_default",
    accent="ansi_yellow",
    warning="ansi_red",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        **_variables("ansi_default", "ansi_bright_black", "ansi_default", "ansi_bright_black", "ansi_cyan"),
        **dict.fromkeys(("tag-red", "tag-orange"), "ansi_red"),
        "tag-yellow": "ansi_yellow",
        **dict.fromkeys(("tag-green", "tag-teal"), "ansi_green"),
        **dict.fromkeys(("tag-purple", "tag-pink"), "ansi_magenta"),
        "tag-blue": "ansi_blue",
        "panel": "ansi_bright_black",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_cyan",
    },
)
"""The terminal's own sixteen colours on its own background: for terminals that have no more, and for
people who like their terminal's colours. Contrast depends on them, so none is promised."""

OWN: tuple[Theme, ...] = tuple(map(_theme, plain.OWN))
"""The themes whose colours are ours, the default first."""
THEMES: tuple[Theme, ...] = (*OWN, TERMINAL)
NAMES: tuple[str, ...] = (*(theme.name for theme in THEMES), *BUILTIN_THEMES)
"""The themes that can be chosen, besides the user's own."""
"""The themes that come with the reader."""


READABLE = 4.5
"""The minimum contrast of text and background: WCAG 2.1, 1.4.3 (level AA)."""


def theme_of(palette: Palette) -> Theme:
    """A user's palette as a theme."""
    return _theme(plain.colours_of(palette))


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours as WCAG 2.1 defines it, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def hard_to_read(theme: Theme) -> str:
    """A sentence about text with too little contrast; empty if there is none."""
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


def _luminance(colour: Color) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
