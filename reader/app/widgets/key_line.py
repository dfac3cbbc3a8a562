"""Keys and what they do, at the foot of a page or dialog; a click on one of them is a press of it."""

from __future__ import annotations

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from reader.commands import key_words

Hint = tuple[str, str]
"""Textual's name of a key, and what it does; without words the next hint's are meant."""


def pressing(content: Content, key: str) -> Content:
    """The content, which presses a key when it is clicked in a `Pressable`."""
    return content.stylize(Style.from_meta({"@click": f"press({key!r})"}))


class Pressable(Static):
    """Words that stand for keys: whoever came by mouse can go on by mouse."""

    auto_links = False
    """Textual would underline what can be clicked; everything can."""

    def action_press(self, key: str) -> None:
        """Press a key."""
        self.app.simulate_key(key)


class KeyLine(Pressable):
    """The keys of a page or dialog."""

    def __init__(self, *hints: Hint, id: str | None = None, classes: str = "dialog--keys") -> None:
        super().__init__(line_of(hints), id=id, classes=classes)

    def show(self, *hints: Hint, before: str = "", after: str = "") -> None:
        """Show other keys, between some words."""
        self.update(Content.assemble(before, line_of(hints), after))


def line_of(hints: tuple[Hint, ...]) -> Content:
    """The hints beside each other."""
    parts: list[Content | str] = []
    for key, words in hints:
        written = Content.styled(key_words(key, is_plain=True), "bold")
        parts.append(pressing(Content.assemble(written, f" {words}") if words else written, key))
        parts.append("   " if words else " ")
    return Content.assemble(*parts[:-1])
