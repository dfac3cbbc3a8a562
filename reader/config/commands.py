"""Every command of the screen, declared once: bindings, palette, help, footer and `docs/keys.md` follow.

The action of a command has its id as name: `open_page` is `action_open_page` of each of its places; those
in `ACTIONS` share one. Nothing here imports Textual, so that `reader config keys` can list the commands
without a screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from reader.permissions import Need, permissions

PaneName: TypeAlias = Literal["screen", "sidebar", "list", "article", "related", "search"]

PANES: tuple[PaneName, ...] = ("sidebar", "list", "article", "related")
"""The panes, in the order in which Tab visits them."""


class Command(NamedTuple):
    """One command of the screen."""

    id: str
    """Its name in the configuration and of its action."""
    keys: tuple[str, ...]
    """Textual's names of keys; a sequence of two keys has a space between them ("g g")."""
    label: str
    """A word or two for the footer and the palette."""
    help: str
    """Its description, without a full stop."""
    group: str
    """Its heading on the help page."""
    places: tuple[PaneName, ...] = ("screen",)
    """Where its action is: in the pane with the focus if that is listed, else in the screen; if the screen is
    not listed, in the first pane."""


_MOVE, _PANES, _READ, _MARK = "Moving", "Panes", "Reading", "Marking"
_FIND, _FEEDS, _OTHER = "Finding", "Feeds", "Other"
_EVERY: tuple[PaneName, ...] = ("list", "sidebar", "article", "related")
_ARTICLE: tuple[PaneName, ...] = ("article",)
_LIST: tuple[PaneName, ...] = ("list", "screen")
_SIDEBAR: tuple[PaneName, ...] = ("sidebar", "screen")

_VIEWS = tuple(
    Command(f"view_{number}", (str(number),), f"View {number}", "Show one of the first nine views", _FIND)
    for number in range(1, 10)
)

# fmt: off
COMMANDS: tuple[Command, ...] = (
    Command("move_down", ("j", "down"), "Down", "Move down one row or line", _MOVE, _EVERY),
    Command("move_up", ("k", "up"), "Up", "Move up one row or line", _MOVE, _EVERY),
    Command("go_top", ("g g", "home"), "Top", "Go to the top", _MOVE, _EVERY),
    Command("go_bottom", ("G", "end"), "Bottom", "Go to the bottom", _MOVE, _EVERY),
    Command("half_down", ("ctrl+d",), "Half page down", "Move down half a page", _MOVE, _EVERY),
    Command("half_up", ("ctrl+u",), "Half page up", "Move up half a page", _MOVE, _EVERY),
    Command("page_down", ("pagedown",), "Page down", "Move down a page", _MOVE, _EVERY),
    Command("page_up", ("pageup",), "Page up", "Move up a page", _MOVE, _EVERY),
    Command("page_on", ("space",), "Read on", "Page down, then next unread; select in the sidebar",
            _MOVE, _SIDEBAR),
    Command("next_unread", ("n",), "Next unread", "Go to the next unread article, or the next match",
            _MOVE, ("article", "screen")),
    Command("previous_unread", ("N",), "Previous unread", "Go to the previous unread article or match",
            _MOVE, ("article", "screen")),
    Command("pane_left", ("h", "left"), "Pane to the left", "Go to the pane to the left", _PANES),
    Command("pane_right", ("l", "right"), "Pane to the right", "Go to the pane to the right", _PANES),
    Command("pane_next", ("tab",), "Next pane", "Go to the next pane", _PANES),
    Command("pane_previous", ("shift+tab",), "Previous pane", "Go to the previous pane", _PANES),
    Command("zoom", ("z",), "Zoom", "Show only the article, or all panes again", _PANES),
    Command("wider", (">",), "Wider", "Widen this pane; in the article, the text", _PANES),
    Command("narrower", ("<",), "Narrower", "Narrow this pane; in the article, the text", _PANES),
    Command("read", ("enter",), "Read", "Read the article; select in the sidebar", _READ, _EVERY),
    Command("open_page", ("o",), "Open page", "Open the page in the browser", _READ),
    Command("open_text", ("O",), "Open here", "Read the page in a text browser (w3m, lynx, links)", _READ),
    Command("show_address", ("L",), "Address", "Show the address and its QR code for a phone", _READ),
    Command("copy_url", ("y",), "Copy URL", "Copy the address of the page", _READ),
    Command("copy_markdown", ("Y",), "Copy as Markdown", "Copy title and address as a Markdown link", _READ),
    Command("pipe", ("|",), "Pipe", "Pipe the article to a command and show its output", _READ),
    Command("edit_file", ("e",), "Edit", "Open the article's file in $VISUAL or $EDITOR", _READ),
    Command("next_link", ("]",), "Next link", "Go to the next link or topic; Enter opens it",
            _READ, _ARTICLE),
    Command("previous_link", ("[",), "Previous link", "Go to the previous link or topic", _READ, _ARTICLE),
    Command("show_picture", ("p",), "Picture", "Show the article's pictures in full size", _READ),
    Command("list_links", ("#",), "Links", "List the article's links; 3# opens the third", _READ, _ARTICLE),
    Command("full_text", ("T",), "Full text", "Fetch the full text of the article's page", _READ),
    Command("find_in_article", ("ctrl+f",), "Find", "Find in the article; n and N repeat", _READ, _ARTICLE),
    Command("toggle_read", ("r",), "Read or unread", "Mark as read, or as unread", _MARK),
    Command("toggle_star", ("s",), "Star", "Add or remove a star", _MARK),
    Command("edit_tags", ("t",), "Tags", "Edit the tags", _MARK),
    Command("edit_note", ("a",), "Note", "Add or edit a note", _MARK),
    Command("select", ("v",), "Select", "Toggle selection and move down; Esc clears it", _MARK, _LIST),
    Command("select_down", ("J", "shift+down"), "Select down", "Extend the selection down", _MARK, _LIST),
    Command("select_up", ("K", "shift+up"), "Select up", "Extend the selection up", _MARK, _LIST),
    Command("mark_many", ("M",), "Mark many", "Mark all, selected, above or below (asks first)", _MARK),
    Command("read_all", ("A",), "Mark all read", "Mark all listed articles as read (asks first)", _MARK),
    Command("undo", ("u",), "Undo", "Undo the last mark", _MARK),
    Command("redo", ("ctrl+r",), "Redo", "Redo the last undone mark", _MARK),
    Command("search", ("/",), "Search", "Search; Enter goes to the list, Esc closes", _FIND),
    Command("focus_facets", ("f",), "Filter", "Go to the topics, then to the next section",
            _FIND, ("sidebar",)),
    Command("find_value", ("F",), "Find a value", "Find a value in the sidebar", _FIND, ("sidebar",)),
    Command("exclude", ("x",), "Exclude", "In the sidebar, exclude this value", _FIND, _SIDEBAR),
    Command("step_down", ("-",), "Lower quality", "Lower the minimum quality; on dates, go back",
            _FIND, _SIDEBAR),
    Command("step_up", ("+",), "Higher quality", "Raise the minimum quality; on dates, go forward",
            _FIND, _SIDEBAR),
    Command("sort_values", (",",), "Sort the sidebar", "Sort the sidebar by name or count",
            _FIND, ("sidebar",)),
    Command("clear", ("c",), "Clear", "Clear the search and all filters", _FIND),
    Command("show_muted", ("H",), "Muted", "Show or hide muted articles", _FIND),
    *_VIEWS,
    Command("save_view", ("w",), "Save search", "Save the search as a view", _FIND),
    Command("manage_views", ("V",), "Views", "Show, edit, rename, move or delete views", _FIND),
    Command("give_topic", ("W",), "Give a topic", "Add a topic to all matches, by a rule", _FIND),
    Command("manage_topics", (), "Topics by rule", "Show, edit or delete the rules for topics", _FIND),
    Command("fold_stories", ("Z",), "Fold stories", "Show one row per story, or all articles", _FIND),
    Command("unfold_story", ("m",), "More of the story", "Show or hide the other articles of a story", _FIND),
    Command("show_trends", ("P",), "Trends", "Show rising topics, providers, folders and words", _FIND),
    Command("sort", ("S",), "Sort order", "Choose the sort order", _FIND),
    Command("reverse_sort", ("I",), "Reverse order", "Reverse the sort order", _FIND),
    Command("refresh", ("R",), "Refresh", "Fetch feeds and look for new files; again to stop", _FEEDS),
    Command("subscribe", ("b",), "Subscribe", "Subscribe to a feed, or to the feed of a page", _FEEDS),
    Command("manage_feeds", ("E",), "Feeds", "Show all feeds: fetch, edit, pause, unsubscribe", _FEEDS),
    Command("import_feeds", ("i",), "Import feeds", "Subscribe to the feeds of an OPML file", _FEEDS),
    Command("open_folder", ("C",), "Open folder", "Open another folder of articles", _FEEDS),
    Command("next_spacing", (), "Paragraph spacing", "Change the space between paragraphs", _OTHER),
    Command("toggle_rows", (), "Compact rows", "Show one or two lines per row", _OTHER, ("list",)),
    Command("next_theme", (), "Next theme", "Switch to the next theme", _OTHER),
    Command("show_help", ("?",), "All keys", "Show all keys", _OTHER),
    Command("show_palette", (":", "ctrl+p"), "Command palette", "Find any command, topic or theme", _OTHER),
    Command("redraw", ("ctrl+l",), "Redraw", "Redraw the screen", _OTHER),
    Command("back", ("escape",), "Back", "Go back one step", _OTHER),
    Command("back_or_quit", ("q",), "Back or quit", "Go back one step, or quit", _OTHER),
    Command("suspend", ("ctrl+z",), "Suspend", "Suspend the reader; fg resumes it", _OTHER),
    Command("quit", ("Q", "ctrl+c", "ctrl+q"), "Quit", "Quit", _OTHER),
)
# fmt: on


NEEDS: Mapping[str, Need] = {
    "open_page": "pages",
    "open_text": "programs",
    "pipe": "programs",
    "edit_file": "programs",
    "full_text": "network",
    "save_view": "files",
    "manage_views": "files",
    "give_topic": "files",
    "manage_topics": "files",
    "subscribe": "network",
    "manage_feeds": "files",
    "import_feeds": "files",
    "open_folder": "folders",
    "suspend": "suspending",
}
"""Permissions that commands need; a restricted reader does not have these commands."""


def is_allowed(name: str) -> bool:
    """Whether this process may run a command."""
    need = NEEDS.get(name)
    return need is None or getattr(permissions(), need)


def allowed_commands() -> tuple[Command, ...]:
    """The commands that this process may run."""
    return tuple(command for command in COMMANDS if is_allowed(command.id))


BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}

# fmt: off
ACTIONS: Mapping[str, tuple[str, float]] = {
    "move_down": ("move", 1), "move_up": ("move", -1),
    "half_down": ("page", 0.5), "half_up": ("page", -0.5), "page_down": ("page", 1), "page_up": ("page", -1),
    "pane_left": ("go_beside", -1), "pane_right": ("go_beside", 1),
    "pane_next": ("go_round", 1), "pane_previous": ("go_round", -1),
    "wider": ("widen", 1), "narrower": ("widen", -1), "step_down": ("step", -1), "step_up": ("step", 1),
    "next_unread": ("go_to_unread", 1), "previous_unread": ("go_to_unread", -1),
    "next_link": ("go_to_link", 1), "previous_link": ("go_to_link", -1),
    "select_down": ("extend_selection", 1), "select_up": ("extend_selection", -1),
    **{f"view_{number}": ("choose_view", number) for number in range(1, 10)},
}
# fmt: on
"""The actions of commands that share one with another, each with its argument."""

COUNTED = frozenset(
    (
        *("move_down", "move_up", "go_top", "go_bottom", "half_down", "half_up", "page_down", "page_up"),
        *("next_unread", "previous_unread", "next_link", "previous_link", "list_links"),
    )
)
"""Commands that take a number before their key: `5j` moves down five rows, `5G` goes to the fifth. The action
gets it as its last argument."""


_KEY_WORDS: Mapping[str, str] = {
    "enter": "⏎", "escape": "Esc", "space": "Space", "tab": "Tab", "pagedown": "PgDn", "pageup": "PgUp",
    "home": "Home", "end": "End", "up": "↑", "down": "↓", "left": "←", "right": "→", "comma": ",",
    "backspace": "Backspace", "delete": "Del", "insert": "Ins",
}  # fmt: skip

_PLAIN_WORDS: Mapping[str, str] = {
    "enter": "Enter", "up": "Up", "down": "Down", "left": "Left", "right": "Right",
}  # fmt: skip
"""ASCII names of keys whose symbols are not ASCII: an arrow down written as `v` would be another key."""


def key_words(key: str, *, is_plain: bool = False) -> str:
    """A key as users write it: `ctrl+d` is `Ctrl-D`, `g g` is `gg`, `question_mark` is `?`; `is_plain` uses
    ASCII only."""
    if " " in key:
        return "".join(key_words(part, is_plain=is_plain) for part in key.split())
    *modifiers, last = key.split("+") if key != "+" else [key]
    word = _PLAIN_WORDS.get(last, "") if is_plain else ""
    word = word or _KEY_WORDS.get(last, last)
    if modifiers and len(word) == 1 or len(word) > 1 and word[0] == "f" and word[1:].isdigit():
        word = word.upper()
    return "-".join([*(modifier.capitalize() for modifier in modifiers), word])
