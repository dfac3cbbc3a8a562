"""The keymap: the default keys of commands with the configuration's changes, which keys the footer names,
and keys that are pressed together (`gg`, `5j`).

Textual does not check a keymap: a key that no terminal sends, or one of two commands, silently does nothing.
So each mistake is reported here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from textual.binding import Binding, BindingType
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from reader.article.text import clean_line
from reader.config.commands import ACTIONS, BY_ID, COMMANDS, COUNTED, PaneName, is_allowed, key_words

UNBOUND = "unbound"
"""A key that no terminal sends, for commands without a key: Textual requires one for each binding."""
_NAMED = frozenset(key.value for key in Keys if not key.value.startswith("<"))
_MODIFIERS = frozenset(("ctrl", "alt", "shift", "super", "hyper", "meta"))
_LEFT_ALONE = frozenset(("quit", "back", "show_help"))
"""Commands that keep their default keys besides new ones: there is always a way out."""
MOST_DIGITS = 6
"""Maximum digits of a number before a key."""


BOX = "box"
"""The box in the sidebar in which letters find a value."""
NO_RESULTS, NO_ARTICLES = "no results", "no articles"
"""The list when nothing matches, and when the collection is empty."""
_ALWAYS = {"show_palette": "commands", "show_help": "all keys"}
_OF_SIDEBAR = {"clear": "clear", "back": "list", **_ALWAYS}

# fmt: off
FOOTER: Mapping[str, Mapping[str, str]] = {
    "list": {
        "move_down move_up": "move", "read": "read", "open_page": "open", "toggle_star": "star",
        "search": "search", "focus_facets": "filter", **_ALWAYS,
    },
    NO_RESULTS: {"search": "search", "focus_facets": "filter", "clear": "clear", **_ALWAYS},
    NO_ARTICLES: {
        "subscribe": "subscribe", "import_feeds": "import", "open_folder": "open folder", **_ALWAYS,
    },
    "sidebar": {
        "move_down move_up": "move", "page_on": "select", "exclude": "exclude", "find_value": "find",
        "step_down step_up": "quality", **_OF_SIDEBAR,
    },
    BOX: {"read": "matching values", "back": "close"},
    "quality": {
        "step_down step_up": "lower, higher", "page_on": "at least 50, or any", "exclude": "clear",
        **_OF_SIDEBAR,
    },
    "date": {
        "step_down step_up": "previous, next period", "page_on": "select, or extend to here",
        "exclude": "clear", **_OF_SIDEBAR,
    },
    "article": {
        "move_down move_up": "scroll", "page_on": "next page", "open_page": "open", "copy_url": "copy",
        "zoom": "zoom", "back": "back", **_ALWAYS,
    },
    "related": {
        "move_down move_up": "move", "read": "follow", "open_page": "open", "copy_url": "copy",
        "back": "back", **_ALWAYS,
    },
    "search": {
        "read": "list", "pane_next": "complete", "move_up move_down": "earlier searches", "back": "close",
    },
}
# fmt: on
"""The keys that matter in each pane, in the box of the sidebar and on its charts: commands and a word for
them. The help page has all keys."""


class KeyHint(NamedTuple):
    """An entry of the footer."""

    keys: tuple[str, ...]
    """By Textual's names."""
    written: tuple[str, ...]
    """As users write them."""
    word: str
    """What they do."""
    is_kept: bool = False
    """Whether it stays in the footer where there is little room."""


class Keymap(NamedTuple):
    """The keys of every command."""

    keys: Mapping[str, tuple[str, ...]]
    """Command id to keys, as Textual names them; a sequence of two has a space between them."""
    is_plain: bool = False
    """Whether keys are written in ASCII only."""

    def changed(self) -> dict[str, str]:
        """The keymap for Textual: the commands whose keys were changed."""
        return {
            command.id: ",".join(keys) or UNBOUND
            for command in COMMANDS
            if (keys := self.keys[command.id]) != tuple(map(named, command.keys))
        }

    def counted_command(self, key: str) -> tuple[str, int] | None:
        """The command and the number of a key with a count ("5 j", "12 g g")."""
        count, _, rest = key.partition(" ")
        if rest and count.isdigit():
            for name in COUNTED:
                if rest in self.keys[name]:
                    return name, int(count)
        return None

    def hints(self, place: PaneName, part: str = "") -> tuple[KeyHint, ...]:
        """The footer of a place, or of a part of it; without letters where text is typed."""
        hints = []
        shown_in = part or place
        for commands, word in FOOTER[shown_in].items():
            names = commands.split()
            usable = [self.keys[name] for name in names]
            if shown_in in ("search", BOX):
                usable = [tuple(key for key in keys if len(shown(key)) > 1) for keys in usable]
            if first := tuple(keys[0] for keys in usable if keys):
                is_kept = not {"back", "show_help"}.isdisjoint(names)
                hints.append(KeyHint(first, tuple(map(self._written, first)), word, is_kept))
        return tuple(hints)

    def words(self, name: str) -> str:
        """All keys of a command as users write them, separated by spaces."""
        return " ".join(map(self._written, self.keys[name]))

    def in_a_sentence(self, name: str) -> str:
        """How to run a command: its keys, or where to find it if it has none."""
        return self.words(name) or f'"{BY_ID[name].label}" in the palette'

    def _written(self, key: str) -> str:
        return key_words(shown(key), is_plain=self.is_plain)


def bindings_for(place: PaneName) -> list[BindingType]:
    """The bindings of a pane: those of its own commands. The screen has all commands, for when the pane with
    the focus does not carry one out. A user's own keys replace them by their ids."""
    return [
        Binding(
            ",".join(map(named, command.keys)) or UNBOUND,
            f"run_command({command.id!r})" if place == "screen" else action_of(command.id),
            command.label,
            show=False,
            id=command.id,
        )
        for command in COMMANDS
        if place in command.places or place == "screen"
    ]


def binding(name: str, action: str = "", also: str = "", *, is_priority: bool = False) -> Binding:
    """A binding of a dialog or page: the action of a command, or another action, under the command's
    configured keys; `also` are additional keys."""
    command = BY_ID[name]
    keys = ",".join(filter(None, (*map(named, command.keys), also)))
    action = action or action_of(name)
    return Binding(keys or UNBOUND, action, command.label, show=False, id=name, priority=is_priority)


def action_parts(name: str, times: int | None = None) -> tuple[str, *tuple[float, ...]]:
    """The action of a command, repeated this many times: its name and its arguments."""
    parts = ACTIONS.get(name, (name,))
    return parts if times is None else (*parts, times)


def action_of(name: str, times: int | None = None) -> str:
    """The same as Textual writes it."""
    action, *arguments = action_parts(name, times)
    return f"{action}({', '.join(map(str, arguments))})"


def shown(key: str) -> str:
    """A key under the name that `commands.key_words` knows: characters as they are."""
    return " ".join(_CHARACTERS.get(part, part) for part in key.split())


def alt_character(key: str) -> str:
    """The character that was typed with Alt; empty for any other key."""
    name = key.removeprefix("alt+")
    character = shown(name.removeprefix("shift+"))
    if name == key or len(character) != 1:
        return ""
    return character.upper() if name.startswith("shift+") else character


def keymap_of(changes: Mapping[str, str]) -> tuple[Keymap, list[str]]:
    """The keymap with these changes (command id to keys), and a sentence for each mistake."""
    warnings: list[str] = []
    wanted: dict[str, list[str]] = {name: [] for name in _LEFT_ALONE}
    for name, text in changes.items():
        if name not in BY_ID:
            warnings.append(f'Unknown command "{name}"; "reader config keys" lists them')
            continue
        for key in (named(part.strip()) for part in text.split(",") if part.strip()):
            if mistake := _mistake_in(key):
                warnings.append(f"{name}: {mistake}")
            else:
                wanted.setdefault(name, []).append(key)
    own = {command.id: tuple(map(named, command.keys)) for command in COMMANDS}
    keys: dict[str, tuple[str, ...]] = {name: () for name in own if not is_allowed(name)}
    taken: dict[str, str] = {}
    for name, extra in wanted.items():
        if name in keys:
            continue
        keys[name] = _claimed(name, [*(own[name] if name in _LEFT_ALONE else ()), *extra], taken, warnings)
    for name, its_own in own.items():
        if name not in keys:
            keys[name] = tuple(key for key in its_own if _owner(key, taken) is None)
            if its_own and not keys[name]:
                thief = _owner(its_own[0], taken)
                warnings.append(f"{name} has no key left: {_written(its_own[0])} is now {thief}")
    return Keymap({command.id: keys[command.id] for command in COMMANDS}), warnings


def _claimed(name: str, wanted: list[str], taken: dict[str, str], warnings: list[str]) -> tuple[str, ...]:
    """Takes those of the wanted keys that are free, and returns them."""
    free = []
    for key in dict.fromkeys(wanted):
        other = _owner(key, taken)
        if other is None:
            taken[key] = name
            free.append(key)
        else:
            warnings.append(f"{_written(key)} can't be {name}: it is already {other}")
    return tuple(free)


def _owner(key: str, taken: Mapping[str, str]) -> str | None:
    """The command that has this key, or a key that shadows it."""
    for other, name in taken.items():
        if other == key or other.startswith(f"{key} ") or key.startswith(f"{other} "):
            return name
    return None


def _written(key: str) -> str:
    return key_words(shown(key))


def named(key: str) -> str:
    """A key or sequence under Textual's names: "?" is "question_mark", "C-d" stays as it is."""
    return " ".join(_named_character(part) if len(part) == 1 else part for part in key.split())


def _named_character(character: str) -> str:
    """Textual's name of the key that types a character."""
    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


def _mistake_in(key: str) -> str:
    """Why a key is impossible, with the one that was probably meant; empty if it is possible."""
    parts = key.split()
    wrong = next((part for part in parts if not _is_key(part)), "")
    if len(parts) <= 2 and not wrong:
        return ""
    import difflib  # only loaded for a mistake

    described = clean_line(key) if len(parts) <= 2 else f"{clean_line(key)}: a sequence has at most two keys"
    *modifiers, last = wrong.split("+")
    near = difflib.get_close_matches(wrong.replace("-", "+").lower(), sorted(_NAMED), 1, 0.75)
    if modifiers == ["shift"] and len(last) == 1 and last.isalpha():
        near = [last.upper()]
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"no terminal sends {described}{hint}"


def _is_key(key: str) -> bool:
    *modifiers, last = key.split("+")
    if not set(modifiers) <= _MODIFIERS or len(modifiers) != len(set(modifiers)):
        return False
    if "shift" in modifiers and len(last) == 1:
        return False  # the terminal sends the resulting letter
    return key in _NAMED or last in _NAMED or last in _CHARACTERS or (len(last) == 1 and last.isprintable())


_CHARACTERS = {_named_character(chr(code)): chr(code) for code in range(33, 127) if not chr(code).isalnum()}


class PendingKeys:
    """Pressed keys that wait for another one: the first of a sequence, or a count."""

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """`keys` are the keys of each command, as `Keymap` has them."""
        every = [(name, key) for name, own in keys.items() for key in own]
        self._sequences = frozenset(key for _, key in every if " " in key)
        self._first_keys = frozenset(key.partition(" ")[0] for key in self._sequences)
        self._counted = frozenset(key for name, key in every if name in COUNTED)
        self._taken = frozenset(key for name, key in every if key.isdigit() and not name.startswith("view_"))
        self.first = ""
        """The first key of a sequence."""
        self.count = ""
        """The digits typed so far."""

    def take(self, key: str) -> list[str]:
        """Returns the keys to act on now: none while one waits, two if a number was not a count.

        A number and its key come as one, with a space between them: "5 j".
        """
        first, self.first = self.first, ""
        if first and f"{first} {key}" in self._sequences:
            return self._completed(f"{first} {key}")
        if key in self._first_keys:
            self.first = key
            return []
        if len(key) == 1 and key in "0123456789" and key not in self._taken and (self.count or key != "0"):
            self.count = (self.count + key)[:MOST_DIGITS]
            return []
        return self._completed(key)

    def forget(self) -> None:
        """Stop waiting for another key."""
        self.first = self.count = ""

    def overdue(self) -> list[str]:
        """Return a waiting digit as a key of its own, as no other key followed in time."""
        count, self.count = self.count, ""
        return [count] if len(count) == 1 else []

    def _completed(self, key: str) -> list[str]:
        count, self.count = self.count, ""
        if not count:
            return [key]
        if key in self._counted:
            return [f"{count} {key}"]
        if key == "escape":
            return []
        return [count, key] if len(count) == 1 else [key]
