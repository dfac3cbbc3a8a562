"""The page of all views: choose one, edit, rename, move and delete, and take each change back.

Every change is in the configuration file at once; what cannot be written there is said and not done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList

from reader.app.keys import binding
from reader.app.paint.cells import cut, fill, one_line
from reader.app.screens.dialogs import Ask
from reader.app.screens.page import MOVING, KeyLine, Page
from reader.article.text import clean_line, fold
from reader.config.views import (
    BUILT_IN,
    Configured,
    SavedViews,
    View,
    arranged,
    moved,
    removed,
    renamed,
    saved,
)
from reader.errors import QueryError, ReaderError
from reader.query import parse

NAME_WIDTH, TEXT_WIDTH = 22, 50
KEYS = (
    ("enter", "show"), ("back", "done"), ("e", "edit"), ("r", "rename"), ("J", ""), ("K", "move"),
    ("d", "delete"), ("undo", "undo"),
)  # fmt: skip


class ViewsPage(Page["str | None"]):
    """Closes with the query text of a view that was chosen, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        binding("manage_views", "leave"),
        Binding("e", "edit", "Edit"),
        Binding("r", "rename", "Rename"),
        Binding("d,delete", "delete", "Delete"),
        Binding("J,shift+down", "move_view(1)", "Move down"),
        Binding("K,shift+up", "move_view(-1)", "Move up"),
        binding("undo", "undo"),
    ]

    def __init__(self, saved_views: SavedViews, tell: Callable[[Configured], object]) -> None:
        super().__init__()
        self._saved = saved_views
        self._tell = tell

    def compose(self) -> ComposeResult:
        """The views and the keys."""
        with Vertical(classes="dialog"):
            yield Label(Content("Views"), classes="dialog--question")
            yield OptionList(markup=False, classes="body")
            yield KeyLine(*KEYS)

    def on_mount(self) -> None:
        """Begin at the first."""
        self._show(0)

    @property
    def view(self) -> View | None:
        """The view under the cursor."""
        place = self.query_one(OptionList).highlighted
        return self._views[place] if place is not None and place < len(self._views) else None

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        view = self._views[event.option_index]
        try:
            parse(view.text)
        except QueryError as error:
            self._say(f'Can\'t show the view "{view.name}": {error}')
        else:
            self.dismiss(view.text)

    def action_edit(self) -> None:
        """Ask for another query, until it is one."""
        if self.view is not None:
            self._edit(self.view, self.view.text)

    def _edit(self, view: View, text: str) -> None:
        def change(answer: str | None) -> None:
            if answer is None:
                return
            try:
                asked = clean_line(answer)
                parse(asked)
            except QueryError as error:
                self._say(str(error))
                self._edit(view, answer)
            else:
                self._change(saved(self._saved.configured, view.name, asked))

        self.app.push_screen(Ask(f'Query of the view "{view.name}"', text), change)

    def action_rename(self) -> None:
        """Ask for another name."""
        view = self.view
        if view is None:
            return

        def change(answer: str | None) -> None:
            name = clean_line(answer or "")
            if not name or name == view.name:
                return
            if any(fold(other.name) == fold(name) for other in self._views if other != view):
                self._say(f'There is already a view "{name}"')
                return
            self._change(renamed(self._saved.configured, view.name, name), {name: view.name})

        self.app.push_screen(Ask(f'New name of the view "{view.name}"', view.name), change)

    def action_delete(self) -> None:
        """Delete the view; u brings it back."""
        if self.view is not None:
            self._change(removed(self._saved.configured, self.view.name))

    def action_move_view(self, step: int) -> None:
        """Move the view down or up."""
        view = self.view
        if view is not None and 0 <= self._views.index(view) + step < len(self._views):
            place = self._views.index(view) + step
            self._change(moved(self._saved.configured, view.name, step), at=place)

    def action_undo(self) -> None:
        """Take the last change back."""
        try:
            if not self._saved.undo():
                self._say("Nothing to undo")
                return
        except ReaderError as error:
            self._say(str(error))
        else:
            self._show(self.query_one(OptionList).highlighted or 0)
            self._tell(self._saved.configured)

    def _change(self, after: Configured, renamed: Mapping[str, str] | None = None, at: int = -1) -> None:
        """Write the views, show them, and put the cursor where it was or `at` a place."""
        here = self.query_one(OptionList).highlighted or 0
        try:
            self._saved.change(after, renamed)
        except ReaderError as error:
            self._say(str(error))
        else:
            self._show(here if at < 0 else at)
            self._tell(after)

    def _show(self, place: int) -> None:
        self._views = arranged(self._saved.configured)
        views = self.query_one(OptionList)
        views.clear_options()
        views.add_options([self._row(view) for view in self._views])
        views.highlighted = min(place, len(self._views) - 1) if self._views else None

    def _row(self, view: View) -> Content:
        is_ours = BUILT_IN.get(view.name) == view.text
        return Content.assemble(
            (fill(one_line(view.name), NAME_WIDTH), "" if is_ours else "bold"),
            "  ",
            (cut(one_line(view.text) or "everything", TEXT_WIDTH), "$foreground-muted"),
        )

    def _say(self, sentence: str) -> None:
        self.notify(sentence, severity="warning", markup=False)
