"""The inks of the article pane and how they look; what is painted in which is decided by the layout.

| ink | what it colours |
| --- | --- |
| `text` | the body |
| `title`, `excerpt` | the article's title, the excerpt |
| `heading-1`, `heading`, `heading-4` | headings of the first two ranks, of the third, and below |
| `meta` | host, authors, time, numbers, names of fields, path |
| `provider`, `chip` | what can be pressed in the head |
| `tag-red` and so on | tags, in the colours that the sheet gives them |
| `note`, `note-bar` | the person's note and the bar beside it |
| `gauge`, `draft`, `star` | the bar of quality, the draft sign, the star |
| `link`, `host`, `picture` | links, the number behind them, notes in the place of pictures |
| `mismatch` | the real host behind a link whose words name another |
| `quote`, `bar`, `bullet`, `rule` | quoted text, the bar beside it, signs of lists, lines |
| `code` | code in a line |
| `more` | the sign at a line of code that is cut |
| `listing` and with `-comment`, `-keyword`, `-string`, `-number` | a block of code |
| `hit`, `hit-current` | words of the search, the one gone to |
| `pressed` | the link that would be pressed |
| `cursor` | the bar beside the title while the pane has the focus |
| `message` | the sentence where there is no article |

Each is a component class: `article-pane--title` and so on.
"""

from __future__ import annotations

from rich.style import Style

from reader.app.reading.lines import BOLD, ITALIC, STRIKE, UNDERLINE
from reader.config.settings import TAG_COLOURS

_COLOURS = {
    "$foreground": ("text", "note", "title", "heading", "excerpt", "provider", "quote"),
    "$foreground-muted": (
        "meta",
        "host",
        "bar",
        "rule",
        "bullet",
        "message",
        "picture",
        "gauge",
        "heading-4",
    ),
    "$primary": ("link", "cursor", "note-bar", "heading-1"),
    "$warning": ("draft", "mismatch"),
    "$warning; background: $surface": ("more",),
    "$accent": ("star",),
    "$foreground; background: $panel": ("chip",),
    "$primary; background: $surface": ("listing-keyword", *(f"tag-{colour}" for colour in TAG_COLOURS)),
    "$foreground; background: $surface": ("code", "listing"),
    "$foreground-muted; background: $surface": ("listing-comment",),
    "$success; background: $surface": ("listing-string",),
    "$accent; background: $surface": ("listing-number",),
    "$block-cursor-foreground; background: $accent": ("hit",),
    "$block-cursor-foreground; background: $warning": ("hit-current",),
    "$block-cursor-foreground; background: $primary": ("pressed",),
}

COMPONENT_CLASSES = {f"article-pane--{ink}" for inks in _COLOURS.values() for ink in inks}

SHEET = """
ArticlePane {
    background: $background;
    color: $foreground;
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-gutter: stable;
    scrollbar-size-vertical: 1;
}
ArticlePane:focus { scrollbar-color: $primary; }
""" + "\n".join(
    f"ArticlePane > .article-pane--{ink} {{ color: {colour}; }}"
    for colour, inks in _COLOURS.items()
    for ink in inks
)
SHEET += "\nArticlePane > .article-pane--hit-current { text-style: bold underline; }"
"""What the pane needs to work alone; a sheet may say otherwise."""


def emphasised(emphasis: int) -> Style:
    """The attributes of an emphasis, as the layout counts them."""
    return Style(
        bold=bool(emphasis & BOLD) or None,
        italic=bool(emphasis & ITALIC) or None,
        strike=bool(emphasis & STRIKE) or None,
        underline=bool(emphasis & UNDERLINE) or None,
    )
