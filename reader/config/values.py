"""What a value of config.toml may be: each kind is read by a function of its own, or it is Unfit.

How the values are spelled in TOML is here too, and the colours of tags: the one that the person chose, else
always the same one for the same name. Which keys there are is `reader.config`'s business.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal
from zlib import crc32

from reader.article.text import clean_line
from reader.errors import brief, shown

_HUGE = 10**18

TAG_COLOURS = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")
"""The names of the colours, as the configuration writes them."""


class Unfit(ValueError):
    """The value is of another kind; its text says what is expected."""


def line(value: object) -> str:
    """A text on one line."""
    if not isinstance(value, str):
        raise Unfit("a string")
    return clean_line(value)


def one_of(names: Sequence[str]) -> Callable[[object], str]:
    """A reader of one of these names."""

    def convert(value: object) -> str:
        if value not in names:
            raise Unfit(" or ".join(f'"{name}"' for name in names))
        return str(value)

    return convert


def switch(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Unfit("true or false")
    return value


def seconds(value: object) -> float:
    """A number of seconds from 0 to 3600, or -1."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not (value == -1 or 0 <= value <= 3600):  # type: ignore[operator]
        raise Unfit("a number of seconds from 0 to 3600, or -1")
    return float(value)  # type: ignore[arg-type]


def cells(low: int, high: int) -> Callable[[object], int]:
    """A reader of whole numbers between two bounds."""

    def convert(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Unfit(f"a whole number from {low} to {high}")
        return value

    return convert


def texts(value: object) -> tuple[str, ...]:
    """A list of texts, or one text for a list of one."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise Unfit("a list of strings")
    return tuple(items)


def arguments(value: object) -> tuple[str, ...]:
    """A program and its arguments; a text is a program without any."""
    arguments = texts(value)
    if any("\0" in argument for argument in arguments) or (arguments and not arguments[0].strip()):
        raise Unfit("a program and its arguments")
    return arguments


def lines(value: object) -> tuple[str, ...]:
    """A list of texts without empty ones."""
    return tuple(filter(None, map(clean_line, texts(value))))


def rules(value: object) -> dict[str, tuple[str, ...]]:
    """A list of queries for all views, under `*`, or a table with a list for each view."""
    if not isinstance(value, dict):
        return {"*": lines(value)}
    return {clean_line(name): lines(item) for name, item in value.items()}


def commands(value: object) -> dict[str, tuple[str, ...]]:
    """A table of argument lists. One text is no list: only a shell could take it apart."""
    if not isinstance(value, dict) or not all(isinstance(item, list) and item for item in value.values()):
        raise Unfit("a table with a list of a program and its arguments for each name")
    return {name: arguments(item) for name, item in value.items()}


def texts_by_name(value: object) -> dict[str, str]:
    """A table with a text for each name."""
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise Unfit("a table with a string for each name")
    return {clean_line(name): clean_line(text) for name, text in value.items()}


def queries_by_name(value: object) -> dict[str, str | Literal[False]]:
    """A table with a query for each name; false for a view of the reader's own that is not wanted."""
    items: Iterable[tuple[str, Any]] = value.items() if isinstance(value, dict) else [("", None)]
    if not all(isinstance(item, str) or item is False for _, item in items):
        raise Unfit("a table with a query (or false) for each name")
    return {clean_line(name): item and clean_line(item) for name, item in items}


def tag_colours(value: object) -> dict[str, str]:
    """A table of tags with the name of a colour for each."""
    pairs = texts_by_name(value)
    if any(colour not in TAG_COLOURS for colour in pairs.values()):
        raise Unfit(f"a table with one of {', '.join(TAG_COLOURS)} for each tag")
    return pairs


def colour_of(tag: str, chosen: Mapping[str, str]) -> str:
    """The name of a tag's colour; `chosen` is the configuration's table `[tags]`."""
    folded = tag.casefold()
    for name, colour in chosen.items():
        if name.casefold() == folded:
            return colour
    return TAG_COLOURS[crc32(folded.encode("utf-8", "replace")) % len(TAG_COLOURS)]


def quoted(value: object) -> str:
    """A value as a message about it quotes it."""
    return shown(value) if isinstance(value, str) else brief(spelled(value))


def spelled(value: object) -> str:
    """A value as TOML has it; good enough in messages for those that TOML lacks."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # Python refuses to write an integer of thousands of digits, and nobody would read it.
        return str(value) if abs(value) < _HUGE else "a huge number"
    if isinstance(value, float):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(spelled, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(name))} = {spelled(item)}" for name, item in value.items()) + "}"
    return _text(str(value))


def _text(text: str) -> str:
    # JSON's strings are TOML's, but for pairs of surrogates. What a terminal obeys or hides is escaped.
    safe = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(
        char
        if char.isprintable()
        else f"\\u{ord(char):04x}"
        if ord(char) < 1 << 16
        else f"\\U{ord(char):08x}"
        for char in json.dumps(safe, ensure_ascii=False)
    )
