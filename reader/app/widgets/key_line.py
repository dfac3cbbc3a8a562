"""Keys and what they do, at the foot of a page or dialog; a click on one of them is a press of it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widgets import Static

from reader.config.commands import key_words

Hint = tuple[str, str]
"""Textual's name of a key, and what it does; without words the next hint's are meant."""

GAP = "   "
"""Between two hints."""


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


class Hints(Visual):
    """Hints side by side, wrapped where there is no room; a key stays on one line with its words."""

    def __init__(self, parts: Sequence[Content]) -> None:
        self._parts = parts

    def in_width(self, width: int) -> Content:
        """The hints in lines of so many cells."""
        lines = [self._parts[0]] if self._parts else [Content()]
        for part in self._parts[1:]:
            longer = Content.assemble(lines[-1], GAP, part)
            if longer.cell_length <= width:
                lines[-1] = longer
            else:
                lines.append(part)
        return Content("\n").join(lines)

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """The lines of cells."""
        return self.in_width(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """Cells of all hints beside each other."""
        return sum(part.cell_length for part in self._parts) + len(GAP) * max(len(self._parts) - 1, 0)

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Lines of them in so many cells."""
        return self.in_width(width).get_height(rules, width)


class KeyLine(Pressable):
    """The keys of a page or dialog."""

    def __init__(self, *hints: Hint, id: str | None = None, classes: str = "dialog--keys") -> None:
        super().__init__(Hints(parts_of(hints)), id=id, classes=classes)

    def show(self, *hints: Hint, before: str = "", after: str = "") -> None:
        """Show other keys, behind some words or before."""
        parts = parts_of(hints)
        if before:
            parts[:1] = [Content.assemble(before, *parts[:1])]
        self.update(Hints([*parts, Content(after)] if after else parts))


def parts_of(hints: Sequence[Hint]) -> list[Content]:
    """What stays on one line: each key, or several that do one thing, with the words."""
    parts: list[Content] = []
    keys: list[Content | str] = []
    for key, words in hints:
        written = Content.styled(key_words(key, is_plain=True), "bold")
        keys.append(pressing(Content.assemble(written, f" {words}") if words else written, key))
        if words:
            parts.append(Content.assemble(*keys))
            keys = []
        else:
            keys.append(" ")
    return parts
