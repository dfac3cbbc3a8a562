"""The lines above and below the panes: masthead, search bar, result status, information, footer; and the
text line, which dialogs use too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive, reactive, var
from textual.strip import Strip
from textual.style import Style
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, Static

from reader.app.keys import KeyHint
from reader.app.paint.cells import cut
from reader.article.text import clean

GAP = "   "
"""Between two hints or choices."""
STRONG, DIM, ACCENT = "bold $foreground", "$foreground-muted", "$primary"


class Masthead(Widget):
    """The name and the collection; where only one pane is visible, the path to it."""

    source: reactive[str] = reactive("", layout=True)
    """The collection's folder, as users write it."""
    trail: reactive[tuple[str, ...]] = reactive((), layout=True)
    """The names of the panes up to the one shown; empty if all are visible."""

    def render(self) -> Content:
        """The path, or the name."""
        width = self.size.width
        if not self.trail:
            return Content.assemble((" Reader", STRONG), (cut(f"  {self.source}", max(width - 7, 0)), DIM))
        *before, here = self.trail
        ways = [before, *(["…", *before[place:]] for place in range(1, len(before) + 1))]
        texts = ("".join(f" {name} ›" for name in way) for way in ways)
        room = width - 1 - cell_len(here)
        way = next((text for text in texts if cell_len(text) <= room), " ›" if before else "")
        return Content.assemble((f"{way} ", DIM), (cut(here, width - 1 - cell_len(way)), STRONG))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As much as the text needs, a blank cell included, but not more than a third of the line."""
        if self.trail:
            return 3 + sum(cell_len(name) + 3 for name in self.trail)
        return min(cell_len(self.source) + 11, max(container.width // 3, 8))


class TextLine(Input):
    """An input line without control characters (typed, pasted or set) and without a blinking cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+b", "cursor_left_word", show=False),
        Binding("alt+f", "cursor_right_word", show=False),
        Binding("alt+d", "delete_right_word", show=False),
    ]
    """Keys of a shell's command line that Textual's inputs lack."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """As in any widget, but without laying out the screen again for each letter."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        suggester: Suggester | None = None,
        select_on_focus: bool = False,
        id: str | None = None,
    ) -> None:
        """Typing continues at the end of the value, or replaces it with `select_on_focus`."""
        super().__init__(
            value,
            placeholder,
            suggester=suggester,
            select_on_focus=select_on_focus,
            compact=True,
            id=id,
        )
        self.cursor_blink = False

    def on_mount(self) -> None:
        self.cursor_position = len(self.value)

    def validate_value(self, value: str) -> str:
        return clean(value).replace("\n", " ").replace("\t", " ")

    def render_line(self, y: int) -> Strip:
        """The text; without the focus, an ellipsis where it is cut."""
        line, width = super().render_line(y), self.content_size.width
        if self.has_focus or cell_len(self.value) <= width:
            return line
        return Strip.join([line.crop(0, width - 1), Strip([Segment("…", self.rich_style)])])

    def on_paste(self, event: events.Paste) -> None:
        """Paste all lines as one; Textual would paste only the first."""
        event.stop()
        event.prevent_default()
        self.replace(" ".join(event.text.strip("\r\n").splitlines()), *self.selection)

    def on_focus(self) -> None:
        """Show where the cursor is."""
        column = cell_len(self.value[: self.cursor_position])
        self.scroll_to_region(Region(column, 0, 1, 1), force=True, animate=False)

    def on_blur(self) -> None:
        """Show the text from its start."""
        self.show_beginning()

    def show_beginning(self) -> None:
        """Show the text from its beginning."""
        self.scroll_to(x=0, animate=False, force=True, immediate=True)


PLACEHOLDERS = (
    "search: words, topic:AI, since:7d",
    "search: words, topic:AI",
    "search: words",
    "search",
)
"""The placeholder of the empty bar: the longest for which there is room."""


class SearchBar(Horizontal):
    """A sign and a text line; every change is reported at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "screen.go_round(1)", show=False),
        Binding("shift+tab", "screen.go_round(-1)", show=False),
        Binding("up", "screen.move(-1)", show=False),
        Binding("down", "screen.move(1)", show=False),
    ]
    """These complete the word and go to earlier and later searches, beside the keys of the keymap."""

    typed: var[str] = var("", init=False)
    """The typed text, for the screen to watch: a message would arrive a frame later."""

    class Entered(Message):
        """Enter was pressed: the results are wanted."""

    def compose(self) -> ComposeResult:
        yield Static("⌕ ", id="search-sign", markup=False)
        yield TextLine(placeholder=PLACEHOLDERS[0], id="search-text")

    @property
    def line(self) -> TextLine:
        """The line to type in."""
        return self.query_one(TextLine)

    @property
    def text(self) -> str:
        """The text in the bar."""
        return self.line.value

    def on_mount(self) -> None:
        self.watch(self.line, "value", self._report, init=False)

    def on_resize(self) -> None:
        """Choose a placeholder that fits."""
        room = self.size.width - 2  # behind the sign
        fitting = (words for words in PLACEHOLDERS if len(words) < room)
        self.line.placeholder = next(fitting, "")

    def show(self, text: str, cursor: int | None = None) -> None:
        """Show a text without reporting it as typed; the cursor goes to its end unless given."""
        self.set_reactive(SearchBar.typed, text)
        self.line.value = text
        self.line.cursor_position = len(text) if cursor is None else cursor
        if not self.line.has_focus:
            self.line.show_beginning()

    def column_of(self, position: int) -> int:
        """The screen column of a character of the text."""
        line = self.line
        return line.content_region.x + cell_len(line.value[:position]) - line.scroll_offset.x

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered())

    def _report(self, value: str) -> None:
        self.typed = value


class ResultStatus(Widget):
    """How many articles match, of how many, how many of those are unread, and their order."""

    counts: reactive[str] = reactive("")
    unread: reactive[str] = reactive("")
    selected: reactive[str] = reactive("")
    muted: reactive[str] = reactive("")
    order: reactive[str] = reactive("")
    _widest = 0

    def _make_room(self) -> None:
        """Grow if the text needs it, and never shrink: each new width lays out the whole screen, and would
        change the search bar's width with every letter."""
        if self._wanted_width() > self._widest:
            self.refresh(layout=True)

    watch_counts = watch_unread = watch_selected = watch_muted = watch_order = _make_room

    @property
    def _rest(self) -> list[str]:
        """The parts after the counts, most important first."""
        return [part for part in (self.selected, self.muted, self.unread, self.order) if part]

    def render(self) -> Content:
        """All on one line, or on two where there are two."""
        rest, gap = self._rest, "\n" if self.size.height > 1 else " · "
        beside = [self.counts] if gap == " · " else []
        while rest and cell_len(" · ".join([*beside, *rest])) > self.size.width:
            rest.pop()
        words = " · ".join(rest)
        return Content.assemble((self.counts, STRONG), (f"{gap}{words}" if words else "", DIM))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As much as the longest line has needed so far. Beside the search bar not more than two fifths of
        the line, but the counts always."""
        self._widest = max(self._widest, self._wanted_width())
        most = viewport.width - 2
        if not self.screen.has_class("-narrow"):
            most = max(viewport.width * 2 // 5 - 2, cell_len(self.counts))
        return min(self._widest, most)

    def fit(self) -> None:
        """Take the width that the text needs now: the terminal was resized."""
        self._widest = 0
        self.refresh(layout=True)

    def _wanted_width(self) -> int:
        counts, rest = cell_len(self.counts), cell_len(" · ".join(self._rest))
        if self.screen.has_class("-narrow"):
            return max(counts, rest)
        return counts + (rest + 3 if rest else 0)


class InformationLine(Widget):
    """An error in the search bar, or completions; at the right the progress of a refresh."""

    error: reactive[tuple[str, int] | None] = reactive(None)
    """The error in the text of the search bar, and the column of the screen below which it is shown."""
    choices: reactive[tuple[tuple[str, int | None], ...]] = reactive(())
    """Completions of the word in the search bar, each with its number of articles."""
    chosen: reactive[int] = reactive(-1)
    """The index of the choice that is in the bar; -1 = none."""
    progress: reactive[tuple[float, str] | None] = reactive(None)
    """The part that is done (0..1), and the details in words."""
    fetching: reactive[tuple[float, str] | None] = reactive(None)
    """The same for a fetch; shown while no refresh is under way."""
    hint: reactive[str] = reactive("")
    """A hint, while there is nothing else to show."""
    indent: reactive[int] = reactive(0)
    """The column under which the words begin."""

    BAR = 16
    """Cells of the bar of progress."""

    def render(self) -> Content:
        """The words on the left, the progress on the right."""
        right = self._progress()
        room = max(self.size.width - right.cell_length - 1, 0)
        left = Content()
        if self.error:
            left = _of_error(*self.error, room)
        elif self.choices:
            left = self._choices(room)
        elif self.hint:
            left = Content.styled(cut(f" {self.hint}", room), DIM)
        return Content.assemble(left, " " * max(room - left.cell_length, 0), right)

    def _choices(self, room: int) -> Content:
        """As many choices as fit, with the chosen one among them, under the search bar."""
        line = Content.assemble(" " * min(self.indent, room // 3), ("Tab", ACCENT))
        texts = [f"{name} {number:,}" if number is not None else name for name, number in self.choices]
        first = max(self.chosen, 0)
        if line.cell_length + sum(cell_len(text) + 3 for text in texts[: first + 1]) <= room:
            first = 0  # the first ones stay in place while there is room for the chosen one
        for place, text in enumerate(texts[first:], first):
            if line.cell_length + cell_len(text) + 3 > room and place > first:
                break
            style = STRONG if place == self.chosen else DIM
            line = Content.assemble(line, GAP, (cut(text, room), style))
        return line

    def _progress(self) -> Content:
        under_way = self.progress or self.fetching
        if under_way is None:
            return Content()
        part, story = under_way
        while self.BAR + 2 + cell_len(story) > self.size.width and " · " in story:
            story = story.rpartition(" · ")[0]
        done = round(min(max(part, 0), 1) * self.BAR)
        bar = ("━" * done, ACCENT), ("─" * (self.BAR - done), "$panel")
        return Content.assemble(*bar, (f"  {story}", DIM))

    def _show_or_hide(self) -> None:
        """On a screen with few lines, hide this one while it is empty."""
        self.set_class(not (self.error or self.choices or self.progress or self.fetching), "-silent")

    watch_error = watch_choices = watch_progress = watch_fetching = _show_or_hide


def _of_error(reason: str, column: int, room: int) -> Content:
    """The error under its column; if there is too little room, its last sentences are omitted."""
    while True:
        words = cell_len(reason)
        if column + 2 + words <= room:
            return Content.assemble(" " * column, (f"▴ {reason}", "$warning"))
        if words + 1 <= column < room:
            return Content.assemble(" " * (column - words - 1), (f"{reason} ▴", "$warning"))
        shorter = max(reason.rfind("; "), *(reason.rfind(end) + 1 for end in (". ", "? ")))
        if shorter <= 0:
            column = max(room - 2 - words, 0)
            return Content.assemble(" " * column, (cut(f"▴ {reason}", room), "$warning"))
        reason = reason[:shorter]


def pressing(content: Content, key: str) -> Content:
    """The content; a click on it in a `Pressable` presses a key."""
    return content.stylize(Style.from_meta({"@click": f"press({key!r})"}))


def key_hint(keys: Sequence[str], written: Sequence[str], words: str, style: str) -> Content:
    """Keys, as they are written, and what they do; a click on the words presses the first key."""
    shown = [pressing(Content.styled(text, style), key) for key, text in zip(keys, written, strict=True)]
    return Content.assemble(Content(" ").join(shown), pressing(Content(f" {words}"), keys[0]))


class Pressable(Static):
    """Text that can be clicked instead of pressing its keys."""

    auto_links = False
    """Textual would underline what can be clicked; everything can."""

    def action_press(self, key: str) -> None:
        for part in key.split():
            self.app.simulate_key(part)


class Footer(Pressable):
    """The main keys of the focused pane."""

    hints: reactive[tuple[KeyHint, ...]] = reactive(())
    """The hints for going back and for all keys are kept if there is little room."""
    pressed: reactive[str] = reactive("")
    """The count typed so far."""

    def render(self) -> Content:
        """As many hints as fit; those marked `is_kept` always."""
        hints = {hint: key_hint(hint.keys, hint.written, hint.word, ACCENT) for hint in self.hints}
        others = [hint for hint in hints if not hint.is_kept]
        before = (f" {self.pressed}…{GAP}" if self.pressed else " ", STRONG)
        while True:
            line = Content.assemble(before, Content(GAP).join(hints.values()))
            if not others or line.cell_length <= self.size.width:
                return line
            del hints[others.pop()]
