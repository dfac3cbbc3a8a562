"""The user's own themes: files of colours in the folder `themes` beside config.toml.

A file can set any number of colours; the rest comes from the reader's dark or light theme. A mistake is one
warning, and that colour is ignored.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from reader.article.text import clean_line, display_path
from reader.config import private_files
from reader.config.settings import quoted
from reader.errors import nearest, reason_of, shown
from reader.permissions import permissions

COLOURS = (
    *("background", "surface", "panel", "foreground", "dim"),
    *("accent", "star", "warning", "error", "success"),
)
"""The names of the colours: page, raised areas, chips and rules; text and dim text; cursor and links,
stars, drafts and warnings, errors, strings in code."""
MOST_BYTES = 1 << 16
MOST_FILES = 100
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"[\w.-]+")


class Palette(NamedTuple):
    """One file's colours."""

    name: str
    """The file's name without `.toml`."""
    colours: Mapping[str, str]
    """Of COLOURS, each as #rrggbb."""
    is_dark: bool | None = None
    """Whether the rest comes from the dark theme; None = decided by the background's brightness."""


def load(folder: str) -> tuple[list[Palette], list[str]]:
    """A folder's palettes, sorted by name, and a warning for each mistake. Never raises."""
    if not permissions().folders:
        return [], []
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))[:MOST_FILES]
    except (OSError, ValueError):
        return [], []
    palettes: list[Palette] = []
    warnings: list[str] = []
    for name in names:
        mistakes: list[str] = []
        palette = _read(os.path.join(folder, name), name.removesuffix(".toml"), mistakes)
        if palette is not None:
            palettes.append(palette)
        path = display_path(os.path.join(folder, name))
        warnings += [clean_line(f"{path}: {sentence}") for sentence in mistakes]
    return palettes, warnings


def unknown_theme(name: str, known: Iterable[str]) -> str:
    """The message for an unknown theme."""
    return f"unknown theme {shown(name)}; {nearest(name, known)}"


def _read(path: str, name: str, mistakes: list[str]) -> Palette | None:
    import tomllib  # takes 5 ms, only needed with user themes

    if not _NAME.fullmatch(name):
        mistakes.append(
            "a theme's name can only contain letters, digits, dots and dashes; the theme is ignored"
        )
        return None
    try:
        table = tomllib.loads(private_files.read(path, MOST_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        mistakes.append(f"{reason_of(error)}; the theme is ignored")
        return None
    is_dark = table.pop("dark", None)
    if not isinstance(is_dark, bool | None):
        mistakes.append(f"dark: expected true or false, not {quoted(is_dark)}")
        is_dark = None
    colours = {}
    for key, value in table.items():
        if key not in COLOURS:
            mistakes.append(f"unknown colour {shown(key)}; {nearest(key, COLOURS)}")
        elif isinstance(value, str) and _COLOUR.fullmatch(value):
            colours[key] = value
        else:
            mistakes.append(f'{key}: expected a colour like "#1a2b3c", not {quoted(value)}')
    return Palette(name, colours, is_dark)
