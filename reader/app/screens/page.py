"""The base class of dialogs and pages: keys that move in them and leave them, and the line of keys below."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, TypeVar

from textual import events
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.content import Content
from textual.css.styles import RulesMap
from textual.screen import ModalScreen, ScreenResultType
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from reader.app.keys import UNBOUND, binding
from reader.app.paint.styles import PAGE_HEIGHTS, PAGE_WIDTHS, page_sheet
from reader.app.widgets.lines import GAP, Pressable, key_hint
from reader.config.commands import BY_ID, key_words

Shown = TypeVar("Shown")

MOVING: tuple[BindingType, ...] = (
    *map(binding, ("move_down", "move_up", "page_down", "page_up", "half_down", "half_up")),
    binding("page_on", "page(1)"),
    binding("go_top", "jump(False)"),
    binding("go_bottom", "jump(True)"),
)
"""For pages that scroll; the widget that moves has the class `body`."""


def drop_outdated(event: events.Resize, app: App[Any]) -> None:
    """Ignore a size that the terminal no longer has.

    A screen that is laid out in another size sends itself that size again, and hands it to the screens below.
    Two sizes in its queue at once would take turns forever.
    """
    if event.size != app.size:
        event.prevent_default()


class Page(ModalScreen[ScreenResultType]):
    """A dialog or page; Back leaves it without an answer, Quit ends the reader."""

    CSS_PATH = page_sheet()
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("back", "leave"), binding("back_or_quit", "leave"), binding("quit", "app.quit"),
        binding("suspend", "app.suspend_process"),
    ]  # fmt: skip

    def on_resize(self, event: events.Resize) -> None:
        """Ignore a size that the terminal no longer has."""
        drop_outdated(event, self.app)

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close with an answer; a second Enter before this page is gone closes no other page."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def say(self, sentence: str) -> None:
        """Show a notice for a moment."""
        self.notify(sentence, markup=False)

    def warn(self, sentence: str) -> None:
        """Show a notice about a problem; the next notice does not replace it."""
        self.notify(sentence, severity="warning", markup=False)

    def refuse(self, reason: str) -> None:
        """Show in the dialog why its answer was not accepted."""
        label = self.query_one(".dialog--error", Label)
        label.update(Content(reason))
        label.display = True

    @property
    def line_width(self) -> int:
        """Cells of a line of a page that fills the screen: it has margins where there is room for them."""
        width, height = self.app.size
        is_small = width < PAGE_WIDTHS[-1][0] or height < PAGE_HEIGHTS[-1][0]
        return width - 3 if is_small else min(width * 92 // 100, 150) - 9

    def action_leave(self) -> None:
        self.dismiss(None)

    @property
    def is_open(self) -> bool:
        """Whether the page has its widgets: it is mounted and has not been left."""
        return self.is_mounted and self.is_attached

    def show_options(self, options: Iterable[Option | Content | str], place: int | None) -> None:
        """Fill the list with these options, and put the cursor on that at a place, or on the last."""
        listed = self.query_one(OptionList)
        listed.set_options(options)
        listed.highlighted = place

    @property
    def list_cursor(self) -> int:
        """The place of the list's cursor; 0 in an empty list."""
        return self.query_one(OptionList).highlighted or 0

    def under_cursor(self, rows: Sequence[Shown]) -> Shown | None:
        """The row under the list's cursor; None in an empty list."""
        return rows[self.list_cursor] if self.list_cursor < len(rows) else None

    def action_move(self, lines: int) -> None:
        """Move down by lines or options, up if negative; a heading among options is skipped."""
        for body in self.query(".body"):
            if isinstance(body, OptionList):
                places = [place for place, option in enumerate(body.options) if not option.disabled]
                here = -1 if body.highlighted is None else bisect_left(places, body.highlighted)
                if places:
                    body.highlighted = places[max(min(here + lines, len(places) - 1), 0)]
            else:
                body.scroll_relative(y=lines, animate=False, force=True, immediate=True)

    def action_page(self, pages: float) -> None:
        """Move down by pages, up if negative."""
        for body in self.query(".body"):
            self.action_move(round(body.size.height * pages))

    def action_jump(self, to_end: bool) -> None:
        """Go to the bottom or the top."""
        for body in self.query(".body"):
            lines = body.option_count if isinstance(body, OptionList) else body.virtual_size.height
            self.action_move(lines if to_end else -lines)


Hint = tuple[str, str]
"""Commands or Textual's names of keys, separated by spaces, and what they do."""


class Hints(Visual):
    """Hints side by side, wrapped where there is no room; a key stays on one line with its words."""

    def __init__(self, parts: Sequence[Content]) -> None:
        self._parts = parts

    def in_width(self, width: int) -> Content:
        """The hints in lines of this many cells."""
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
        return self.in_width(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return sum(part.cell_length for part in self._parts) + len(GAP) * max(len(self._parts) - 1, 0)

    def get_height(self, rules: RulesMap, width: int) -> int:
        return self.in_width(width).get_height(rules, width)


class KeyLine(Pressable):
    """The keys of a page or dialog, as its bindings have them now."""

    def __init__(
        self, *hints: Hint, before: str = "", id: str | None = None, classes: str = "dialog--keys"
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._shown = hints, before, ""

    def show(self, *hints: Hint, before: str = "", after: str = "") -> None:
        """Show other keys, between these texts."""
        self._shown = hints, before, after
        self.refresh(layout=True)

    def render(self) -> Hints:
        hints, before, after = self._shown
        bound = {found.binding.id: key for key, found in reversed(self.screen.active_bindings.items())}
        parts = []
        for names, words in hints:
            found = (bound.get(name) if name in BY_ID else name for name in names.split())
            if keys := [key for key in found if key and key != UNBOUND]:
                written = [key_words(key, is_plain=True) for key in keys]
                parts.append(key_hint(keys, written, words, "bold"))
        if before:
            parts[:1] = [Content.assemble(before, *parts[:1])]
        return Hints([*parts, Content(after)] if after else parts)
