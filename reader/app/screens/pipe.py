"""Piping articles to a command, and the page of its output: long lines are wrapped, spaces are kept."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import Input, Label, Static

from reader.app.keys import binding
from reader.app.paint import styles
from reader.app.paint.cells import Piece, cut, strip_of, thumb
from reader.app.reading.lines import Span, wrap
from reader.app.screens.page import MOVING, Hint, KeyLine, Page
from reader.app.widgets.lines import TextLine
from reader.app.widgets.painted_view import PaintedView
from reader.errors import ReaderError
from reader.opening.programs import PipeCommand, ProgramOutput, arguments_of

FORMS = ("markdown", "json")
"""The formats that a command can get; Tab switches from the first to the second."""
_NAMES = {"markdown": "Markdown", "json": "JSON"}


class Piping(NamedTuple):
    """A command, and the format in which it gets the articles."""

    command: str
    form: str = FORMS[0]


class AskPipe(Page["Piping | None"]):
    """A command as in a shell; None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,shift+tab", "other_form", "Other form", priority=True),
    ]

    def __init__(self, what: str, before: Piping) -> None:
        super().__init__()
        self._what = what
        self._before = before
        self._form = before.form

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._title(), id="pipe-title", classes="dialog--question")
            yield TextLine(self._before.command, placeholder="wc -w", select_on_focus=True)
            yield Label(classes="dialog--error")
            yield KeyLine(("enter", "run"), ("tab", "Markdown or JSON"), ("back", "cancel"))

    def action_other_form(self) -> None:
        self._form = FORMS[1 - FORMS.index(self._form)]
        self.query_one("#pipe-title", Label).update(self._title())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            arguments_of(event.value)
        except ReaderError as error:
            self.refuse(str(error))
        else:
            self.dismiss(Piping(event.value, self._form))

    def _title(self) -> Content:
        return Content(f"Pipe {self._what}, as {_NAMES[self._form]}, to")


class CommandOutput(Page[None]):
    """The output of a command; closing the page ends the command."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        Binding("enter", "leave", "Back"),
        Binding("b", "page(-1)", "Page up"),
        binding("copy_url", "copy"),
    ]

    def __init__(self, piping: Piping, text: Callable[[], str], copy: Callable[[str], object]) -> None:
        super().__init__()
        self._argv = arguments_of(piping.command)
        self._text = text
        self._copy = copy
        self._command: PipeCommand | None = None
        self._is_left = False
        self.ended = False
        """Whether the command has ended."""

    def compose(self) -> ComposeResult:
        yield Static(id="printed-command")
        yield OutputView(id="printed-text", classes="body")
        yield KeyLine(id="printed-foot", classes="")

    def on_mount(self) -> None:
        self._say("running…", ("back", "stop"))
        self.query_one(OutputView).sentence = "No output yet."
        self.query_one(OutputView).focus()
        self.run_worker(self._run, thread=True, exit_on_error=False)

    def _run(self) -> None:
        """Runs in a thread."""
        try:
            self._command = PipeCommand(self._argv, self._text())
            if self._is_left:
                return
            output = self._command.run()
        except ReaderError as error:
            self.call_later(self._show, None, str(error))
        else:
            self.call_later(self._show, output, "")

    def _show(self, output: ProgramOutput | None, reason: str) -> None:
        """Show the output of the command, or why it could not be started."""
        self.ended = True
        view = self.query_one(OutputView)
        view.sentence = reason or "No output."
        if output is not None:
            view.text = output.text
        scroll = ("move_down move_up page_on", "scroll")
        self._say(_outcome(output), ("back", "back"), scroll, ("copy_url", "copy"))

    def _say(self, state: str, *keys: Hint) -> None:
        name = cut(shlex.join(self._argv), max(self.app.size.width - len(state) - 8, 8))
        line = Content.assemble((f"  {name}", "bold"), (f"   {state}", "$foreground-muted"))
        self.query_one("#printed-command", Static).update(line)
        self.query_one("#printed-foot", KeyLine).show(*keys, before="  ")

    def on_unmount(self) -> None:
        self._is_left = True
        if self._command is not None:
            self._command.end()

    def action_copy(self) -> None:
        self._copy(self.query_one(OutputView).text)


def _outcome(output: ProgramOutput | None) -> str:
    if output is None:
        return "could not start"
    if output.is_cut:
        return "stopped: too much output"
    return "" if output.code == 0 else f"exit code {output.code}"


class OutputView(PaintedView, can_focus=True):
    """A window on clean text of any length."""

    STYLES = styles.OUTPUT

    text: reactive[str] = reactive("")
    """What to show; clean."""
    sentence: reactive[str] = reactive("")
    """Shown in the middle while there is no text."""

    def __init__(self, *, id: str | None = None, classes: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[str] = []

    def watch_text(self) -> None:
        self._set()
        self.jump(False)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if not self._lines:
            return self.line_of_sentence(self.sentence, y, "dim", "text")
        place = y + self.scroll_offset.y
        line = self._lines[place] if place < len(self._lines) else ""
        bar = thumb(y, self.size.height, self.scroll_offset.y, len(self._lines))
        filling = " " * max(width - 3 - cell_len(line), 0)
        pieces = [Piece(f"  {line}{filling}", "text"), Piece(bar, "thumb")]
        return strip_of(pieces, width, self.style_of, "text")

    def _set(self) -> None:
        width = max(self.size.width - 4, 10)
        self._lines = []
        for line in self.text.splitlines():
            parts = wrap([Span(line, "text")], width) if cell_len(line) > width else [(Span(line),)]
            self._lines += ["".join(span.text for span in part) for part in parts]
        self.set_extent(len(self._lines))
        self.refresh()

    on_resize = _set
