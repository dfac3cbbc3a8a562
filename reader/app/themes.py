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

from textual.theme import Theme

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

THEMES: tuple[Theme, ...] = (DARK, LIGHT, PAPER, CONTRAST)
"""The themes that come with the reader, the default first."""
