"""Every command of the screen, declared once: bindings, palette, help, footer and `docs/keys.md` follow.

The action of a command has its id as name: `open_page` is `action_open_page` of the browsing screen. Nothing
here imports Textual, so that `reader config keys` can list the commands without a screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

Place: TypeAlias = Literal["anywhere", "sidebar", "list", "article", "related", "search"]

PLACES: tuple[Place, ...] = ("sidebar", "list", "article", "related")
"""The panes, in the order in which Tab goes round."""


class Command(NamedTuple):
    """One thing that a person can ask the screen to do."""

    id: str
    """What the configuration and the action are called."""
    keys: tuple[str, ...]
    """Textual's names of keys; two keys pressed one after the other have a blank between them ("g g")."""
    label: str
    """A word or two for the footer and the palette."""
    help: str
    """What it does, as a sentence without a full stop."""
    group: str
    """The heading under which the help page has it."""
    places: tuple[Place, ...] = ("anywhere",)
    """Where it works; the panes of `PLACES`, the search bar, or anywhere."""


_MOVE, _PANES, _READ, _MARK, _FIND, _REST = (
    "Moving",
    "Panes",
    "Reading",
    "Marking",
    "Finding",
    "The rest",
)

_VIEWS = tuple(
    Command(f"view_{number}", (str(number),), f"View {number}", "Show one of the first nine views", _FIND)
    for number in range(1, 10)
)

COMMANDS: tuple[Command, ...] = (
    Command("move_down", ("j", "down"), "Down", "Go down one row or line", _MOVE),
    Command("move_up", ("k", "up"), "Up", "Go up one row or line", _MOVE),
    Command("go_top", ("g g", "home"), "Top", "Go to the top", _MOVE),
    Command("go_bottom", ("G", "end"), "Bottom", "Go to the bottom", _MOVE),
    Command("half_down", ("ctrl+d",), "Half a page down", "Go down half a page", _MOVE),
    Command("half_up", ("ctrl+u",), "Half a page up", "Go up half a page", _MOVE),
    Command("page_down", ("pagedown",), "Page down", "Go down a page", _MOVE),
    Command("page_up", ("pageup",), "Page up", "Go up a page", _MOVE),
    Command(
        "page_on",
        ("space",),
        "Page, then next unread",
        "Page down, then next unread; in the sidebar choose",
        _MOVE,
    ),
    Command(
        "next_unread",
        ("n",),
        "Next unread",
        "Next unread article; in the article the next hit of a search",
        _MOVE,
    ),
    Command(
        "previous_unread",
        ("N",),
        "Previous unread",
        "Previous unread article; in the article the previous hit",
        _MOVE,
    ),
    Command("pane_left", ("h", "left"), "Pane to the left", "Go to the pane to the left", _PANES),
    Command("pane_right", ("l", "right"), "Pane to the right", "Go to the pane to the right", _PANES),
    Command("pane_next", ("tab",), "Next pane", "Go round the panes", _PANES),
    Command("pane_previous", ("shift+tab",), "Previous pane", "Go round the panes the other way", _PANES),
    Command("zoom", ("z",), "Article alone", "Show the article alone, and back", _PANES),
    Command("wider", (">",), "Wider", "More room for this pane; in the article longer lines", _PANES),
    Command("narrower", ("<",), "Narrower", "Less room for this pane; in the article shorter lines", _PANES),
    Command(
        "read",
        ("enter",),
        "Read",
        "Read; follow a related link; in the sidebar choose",
        _READ,
    ),
    Command(
        "open_page",
        ("o",),
        "Open page",
        "Open the page in the browser (or the related link's)",
        _READ,
    ),
    Command("open_text", ("O",), "Open here", "Read the page in a text browser (w3m, lynx, links)", _READ),
    Command("show_address", ("L",), "Address", "Show the address, and as a QR code for a telephone", _READ),
    Command("copy_url", ("y",), "Copy URL", "Copy the address of the page", _READ),
    Command("copy_markdown", ("Y",), "Copy as Markdown", "Copy title and address as a Markdown link", _READ),
    Command("pipe", ("|",), "Pipe", "Pipe the article to a command and see what it says", _READ),
    Command("edit_file", ("e",), "Edit", "Open the article's file in $VISUAL or $EDITOR", _READ),
    Command(
        "next_link",
        ("]",),
        "Next link",
        "In the article: next link or topic; Enter presses it",
        _READ,
    ),
    Command("previous_link", ("[",), "Previous link", "In the article: the link or topic before", _READ),
    Command("show_picture", ("p",), "Picture", "Show the article's pictures large", _READ),
    Command("list_links", ("#",), "Links", "List the article's links; 3# opens the third", _READ),
    Command("find_in_article", ("ctrl+f",), "Find", "Find words in the article; n and N go on", _READ),
    Command("toggle_read", ("r",), "Read or unread", "Mark the article as read, or as unread", _MARK),
    Command("toggle_star", ("s",), "Star", "Put a star on the article, or take it away", _MARK),
    Command("edit_tags", ("t",), "Tags", "Change the article's tags", _MARK),
    Command("edit_note", ("a",), "Note", "Add a note to the article, or change it", _MARK),
    Command(
        "select",
        ("v",),
        "Select",
        "Select or no longer, in the list go on; Esc clears",
        _MARK,
        ("list",),
    ),
    Command(
        "select_down",
        ("J", "shift+down"),
        "Select down",
        "Select this article and the one below",
        _MARK,
        ("list",),
    ),
    Command(
        "select_up", ("K", "shift+up"), "Select up", "Select this article and the one above", _MARK, ("list",)
    ),
    Command("mark_many", ("M",), "Mark many", "Mark all listed, above, below or selected (asks)", _MARK),
    Command("read_all", ("A",), "All read", "Mark all listed articles as read (asks first)", _MARK),
    Command("undo", ("u",), "Undo", "Take the last mark back", _MARK),
    Command("redo", ("ctrl+r",), "Redo", "Do again what was undone", _MARK),
    Command("search", ("/",), "Search", "Search; Enter goes to the list, Esc leaves", _FIND),
    Command("focus_facets", ("f",), "Filter", "Go to the topics; again to the providers", _FIND),
    Command(
        "find_value",
        ("F",),
        "Find a value",
        "In the sidebar: find a topic or provider by letters",
        _FIND,
    ),
    Command("exclude", ("x",), "Exclude", "In the sidebar: leave this value out", _FIND, ("sidebar",)),
    Command(
        "step_down",
        ("-",),
        "Lower quality",
        "Lower the least quality; on the dates the period before",
        _FIND,
    ),
    Command(
        "step_up",
        ("+",),
        "Higher quality",
        "Raise the least quality; on the dates the next period",
        _FIND,
    ),
    Command(
        "sort_values", (",",), "Sort the sidebar", "In the sidebar: values by name, or by count again", _FIND
    ),
    Command("clear", ("c",), "Clear", "Clear the search and all filters", _FIND),
    Command("show_muted", ("H",), "Muted", "List what is muted too, or hide it again", _FIND),
    *_VIEWS,
    Command("save_view", ("w",), "Save view", "Save what is asked as a view, under a name", _FIND),
    Command("manage_views", ("V",), "Views", "All views: edit, rename, move, delete, undo", _FIND),
    Command("next_sort", ("S",), "Sort order", "Go to the next sort order", _FIND),
    Command("next_spacing", (), "Paragraphs", "None, one or two blank lines between paragraphs", _REST),
    Command("toggle_rows", (), "Compact rows", "Show the list with one line a row, or with two", _REST),
    Command("next_theme", (), "Next theme", "Go to the next theme", _REST),
    Command("refresh", ("R",), "Refresh", "Look for new and changed files", _REST),
    Command("show_help", ("?",), "All keys", "Show all keys on one page", _REST),
    Command(
        "show_palette",
        (":", "ctrl+p"),
        "Command palette",
        "Find any command, topic, provider, theme",
        _REST,
    ),
    Command("redraw", ("ctrl+l",), "Redraw", "Paint the whole screen again", _REST),
    Command("back", ("escape",), "Back", "Go back one step", _REST),
    Command("back_or_quit", ("q",), "Back or quit", "Go back one step; at the last step quit", _REST),
    Command("suspend", ("ctrl+z",), "Suspend", "Step aside for the shell; fg comes back", _REST),
    Command("quit", ("Q", "ctrl+c", "ctrl+q"), "Quit", "Quit at once", _REST),
)

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}

COUNTED = frozenset(
    (
        *("move_down", "move_up", "go_top", "go_bottom", "half_down", "half_up", "page_down", "page_up"),
        *("next_unread", "previous_unread", "next_link", "previous_link", "list_links"),
    )
)
"""Commands before whose keys a number can be typed: `5j` goes down five rows, `5G` to the fifth."""


_KEY_WORDS: Mapping[str, str] = {
    "enter": "⏎",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "comma": ",",
    "backspace": "Backspace",
    "delete": "Del",
    "insert": "Ins",
}


_PLAIN_WORDS: Mapping[str, str] = {
    "enter": "Enter", "up": "Up", "down": "Down", "left": "Left", "right": "Right",
}  # fmt: skip
"""For those whose signs ASCII lacks: an arrow down as `v` would be another key."""


def key_words(key: str, *, is_plain: bool = False) -> str:
    """A key as people write it: `ctrl+d` is `Ctrl-D`, `g g` is `gg`, `question_mark` is `?`; in ASCII alone
    where that is wished."""
    if " " in key:
        return "".join(key_words(part, is_plain=is_plain) for part in key.split())
    *modifiers, last = key.split("+") if key != "+" else [key]
    word = _PLAIN_WORDS.get(last, "") if is_plain else ""
    word = word or _KEY_WORDS.get(last, last)
    if modifiers and len(word) == 1 or len(word) > 1 and word[0] == "f" and word[1:].isdigit():
        word = word.upper()
    return "-".join([*(modifier.capitalize() for modifier in modifiers), word])
