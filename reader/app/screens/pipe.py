"""Handing articles to a command, and what it says about them."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from reader.app.paint.cells import cut
from reader.app.widgets.key_line import Hint, KeyLine
from reader.app.widgets.output_view import OutputView
from reader.errors import ReaderError
from reader.opening.programs import Command, Said, arguments_of

FORMS = ("markdown", "json")
"""What a command can be given; the first is what it gets unless Tab says otherwise."""
_NAMES = {"markdown": "Markdown", "json": "JSON"}


class Piping(NamedTuple):
    """A command, and in which form it gets the articles."""

    command: str
    form: str = FORMS[0]


class AskPipe(ModalScreen["Piping | None"]):
    """A command as one would write it in a shell; None where it was left with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave"),
        Binding("tab,shift+tab", "other_form", "Other form", priority=True),
    ]

    def __init__(self, what: str, before: Piping) -> None:
        super().__init__()
        self._what = what
        self._before = before
        self._form = before.form

    def compose(self) -> ComposeResult:
        """The question, the line, what is wrong with it, and the keys."""
        with Vertical(classes="dialog"):
            yield Label(self._title(), id="pipe-title", classes="dialog--question")
            yield Input(self._before.command, placeholder="wc -w", compact=True)
            yield Label(id="pipe-error", classes="dialog--error")
            yield KeyLine(("enter", "run"), ("tab", "Markdown or JSON"), ("escape", "leave"))

    def on_mount(self) -> None:
        """Let the last command be written over or run again."""
        line = self.query_one(Input)
        line.cursor_blink = False
        line.focus()

    def action_other_form(self) -> None:
        """Markdown or JSON."""
        self._form = FORMS[1 - FORMS.index(self._form)]
        self.query_one("#pipe-title", Label).update(self._title())

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close with the command, if it is one."""
        event.stop()
        try:
            arguments_of(event.value)
        except ReaderError as error:
            wrong = self.query_one("#pipe-error", Label)
            wrong.update(Content(str(error)))
            wrong.display = True
        else:
            self.dismiss(Piping(event.value, self._form))

    def _title(self) -> Content:
        return Content(f"Pipe {self._what}, as {_NAMES[self._form]}, to")


class Printed(ModalScreen[None]):
    """What a command writes, to be read and scrolled; leaving it ends the command."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "leave", "Back"),
        Binding("j,down", "move(1)", "Down"),
        Binding("k,up", "move(-1)", "Up"),
        Binding("space,pagedown", "page(1)", "Page down"),
        Binding("b,pageup", "page(-1)", "Page up"),
        Binding("ctrl+d", "page(0.5)", "Half a page down"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up"),
        Binding("g,home", "jump(False)", "Top"),
        Binding("G,end", "jump(True)", "Bottom"),
        Binding("y", "copy", "Copy"),
    ]

    @dataclass
    class Ended(Message):
        """The command has said everything, or could not be started."""

        said: Said | None
        reason: str = ""

    def __init__(self, piping: Piping, text: Callable[[], str], copy: Callable[[str], object]) -> None:
        super().__init__()
        self._argv = arguments_of(piping.command)
        self._text = text
        self._copy = copy
        self._command: Command | None = None
        self._is_left = False
        self.ended = False
        """Whether the command has ended."""

    def compose(self) -> ComposeResult:
        """The command, what it says, the keys."""
        yield Static(id="printed-command")
        yield OutputView(id="printed-text")
        yield KeyLine(id="printed-foot", classes="")

    def on_mount(self) -> None:
        """Begin."""
        self._say("running…", ("escape", "ends it"))
        self.query_one(OutputView).sentence = "Nothing said yet."
        self.query_one(OutputView).focus()
        self.run_worker(self._run, thread=True, exit_on_error=False)

    def _run(self) -> None:
        """Runs in a thread and only posts messages."""
        try:
            self._command = Command(self._argv, self._text())
            if self._is_left:
                return
            said = self._command.run()
        except ReaderError as error:
            self.post_message(self.Ended(None, str(error)))
        else:
            self.post_message(self.Ended(said))

    @on(Ended)
    def _show(self, message: Ended) -> None:
        message.stop()
        self.ended = True
        view, said = self.query_one(OutputView), message.said
        view.sentence = message.reason or "It said nothing."
        if said is not None:
            view.text = said.text
        keys = (("escape", "back"), ("j", ""), ("k", ""), ("space", "scroll"), ("y", "copy"))
        self._say(_outcome(said), *keys)

    def _say(self, state: str, *keys: Hint) -> None:
        name = cut(shlex.join(self._argv), max(self.app.size.width - len(state) - 8, 8))
        line = Content.assemble((f"  {name}", "bold"), (f"   {state}", "$foreground-muted"))
        self.query_one("#printed-command", Static).update(line)
        self.query_one("#printed-foot", KeyLine).show(*keys, before="  ")

    def action_leave(self) -> None:
        """Close, and end the command if it still runs."""
        self.dismiss()

    def on_unmount(self) -> None:
        """Nothing goes on without us."""
        self._is_left = True
        if self._command is not None:
            self._command.end()

    def action_move(self, lines: int) -> None:
        """Go down by lines, up for less than 0."""
        self.query_one(OutputView).move(lines)

    def action_page(self, pages: float) -> None:
        """Go down by pages, up for less than 0."""
        self.query_one(OutputView).page(pages)

    def action_jump(self, to_end: bool) -> None:
        """Go to the last or the first line."""
        self.query_one(OutputView).jump(to_end)

    def action_copy(self) -> None:
        """Send what it said to the clipboard."""
        self._copy(self.query_one(OutputView).text)


def _outcome(said: Said | None) -> str:
    if said is None:
        return "could not be started"
    if said.is_cut:
        return "ended, for it said too much"
    return "" if said.code == 0 else f"ended with {said.code}"
