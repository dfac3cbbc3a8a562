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

from reader.palettes import Palette
from reader.tag_colours import TAG_COLOURS

_TAGS_ON_DARK = ("#f09a92", "#e8a878", "#d9c36c", "#9cc87f", "#6cc8b8", "#8cbce6", "#bfaaea", "#e69cc4")
_TAGS_ON_LIGHT = ("#9c2b22", "#8a4300", "#665000", "#2f6120", "#0b5a58", "#1c5a86", "#5e3f99", "#8f2a66")


def tag_variables(*, dark: bool) -> dict[str, str]:
    """The colours of tags on dark or light grounds, as variables of the sheets."""
    colours = _TAGS_ON_DARK if dark else _TAGS_ON_LIGHT
    return {f"tag-{name}": colour for name, colour in zip(TAG_COLOURS, colours, strict=True)}


def _theme(
    name: str,
    *,
    grounds: tuple[str, str, str],
    text: tuple[str, str],
    accents: tuple[str, str, str],
    signals: tuple[str, str],
    dark: bool,
) -> Theme:
    """A theme from its colours: grounds are page, surface, panel; text is normal, dim; accents are the
    accent, the star, the warning; signals are failure and success."""
    (background, surface, panel), (foreground, dim), (primary, star, warning) = grounds, text, accents
    error, success = signals
    return Theme(
        name=name,
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
        dark=dark,
        variables=_variables(background, panel, foreground, dim, primary) | tag_variables(dark=dark),
    )


def _variables(background: str, panel: str, foreground: str, dim: str, primary: str) -> dict[str, str]:
    """What Textual would otherwise work out itself, brighter than is calm."""
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


DARK = _theme(
    "reader-dark",
    grounds=("#15181b", "#1c2024", "#272c32"),
    text=("#d8dad6", "#979da3"),
    accents=("#86b8dc", "#e3b65c", "#e89070"),
    signals=("#ef8a86", "#96bd7b"),
    dark=True,
)
LIGHT = _theme(
    "reader-light",
    grounds=("#fcfbf8", "#f3f1ec", "#e7e4dc"),
    text=("#22262a", "#5a6067"),
    accents=("#1c5a86", "#7d5200", "#97350f"),
    signals=("#a82020", "#33611a"),
    dark=False,
)
PAPER = _theme(
    "reader-paper",
    grounds=("#f5edda", "#eee4cc", "#e3d7ba"),
    text=("#382f25", "#635541"),
    accents=("#1f5660", "#744c00", "#922f12"),
    signals=("#9c2222", "#3b5a1c"),
    dark=False,
)
CONTRAST = _theme(
    "reader-contrast",
    grounds=("#000000", "#111111", "#2a2a2a"),
    text=("#ffffff", "#cfcfcf"),
    accents=("#6fdcff", "#ffd84a", "#ffa463"),
    signals=("#ff9a9a", "#9df07a"),
    dark=True,
)

NIGHT = _theme(
    "reader-night",
    grounds=("#1a1512", "#231d18", "#322a23"),
    text=("#dccbb2", "#ab9a83"),
    accents=("#e0a36a", "#e6c46a", "#ec8f74"),
    signals=("#ef8e80", "#a9b878"),
    dark=True,
)
FOREST = _theme(
    "reader-forest",
    grounds=("#111a17", "#18231f", "#22312b"),
    text=("#d3ddd4", "#94a79b"),
    accents=("#84c9a4", "#e2c065", "#e89b78"),
    signals=("#ee8f8f", "#a5cf7c"),
    dark=True,
)
TERMINAL = Theme(
    name="reader-terminal",
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
"""The terminal's own sixteen colours on its own ground: for terminals that have no more, and for people who
have chosen theirs with care. What it looks like is theirs, so no contrast is promised."""

OWN: tuple[Theme, ...] = (DARK, LIGHT, PAPER, NIGHT, FOREST, CONTRAST)
"""The themes whose colours are ours, the default first."""
THEMES: tuple[Theme, ...] = (*OWN, TERMINAL)
"""The themes that come with the reader."""


READABLE = 4.5
"""The least contrast of text with its ground: WCAG 2.1, 1.4.3 (level AA)."""


def theme_for(colours: int, background: str) -> Theme:
    """The theme of who has chosen none: by how many colours the terminal has, and its ground where that is
    known ("dark", "light" or nothing)."""
    if 0 < colours <= 16:
        return TERMINAL
    return LIGHT if background == "light" else DARK


def theme_of(palette: Palette) -> Theme:
    """A person's palette as a theme; what it leaves open is as in our dark or light one."""
    is_dark = palette.is_dark
    if is_dark is None:
        is_dark = Color.parse(palette.colours.get("background", DARK.background or "")).brightness < 0.5
    base = DARK if is_dark else LIGHT
    its_own = {
        "background": base.background, "surface": base.surface, "panel": base.panel,
        "foreground": base.foreground, "dim": base.secondary, "accent": base.primary, "star": base.accent,
        "warning": base.warning, "error": base.error, "success": base.success,
    }  # fmt: skip
    colours = {name: palette.colours.get(name, colour or "") for name, colour in its_own.items()}
    return _theme(
        palette.name,
        grounds=(colours["background"], colours["surface"], colours["panel"]),
        text=(colours["foreground"], colours["dim"]),
        accents=(colours["accent"], colours["star"], colours["warning"]),
        signals=(colours["error"], colours["success"]),
        dark=is_dark,
    )


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours as WCAG 2.1 defines it, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def hard_to_read(theme: Theme) -> str:
    """A sentence about text that does not stand out from the page; empty where all of it does."""
    if theme.ansi or theme.background is None:
        return ""
    page = Color.parse(theme.background)
    named = {"text": theme.foreground, "dim text": theme.secondary, "accent": theme.primary}
    for name, colour in named.items():
        found = contrast(Color.parse(colour or theme.background), page)
        if found < READABLE:
            return (
                f"Theme {theme.name}: its {name} has a contrast of {found:.1f} to 1; {READABLE} can be read"
            )
    return ""


def _luminance(colour: Color) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
