"""The page of all views, or of all rules for topics: show, edit, rename, move, delete; undo each change.

Every change is written to the configuration file at once; one that cannot be written is reported and not
made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
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
from reader.app.wording import reported_errors
from reader.article.text import clean_line, fold
from reader.config import views
from reader.config.views import BUILT_IN, Configured, SavedQueries, View
from reader.errors import QueryError
from reader.query import Query, Term, parse
from reader.query.topic_rules import rule_query

MOST_NAME, MOST_TEXT = 22, 70
"""Cells of a name and of a query; the list cuts what is wider than the dialog."""
KEYS = (
    ("enter", "show"), ("back", "back"), ("e", "edit"), ("r", "rename"), ("J K", "move"),
    ("d", "delete"), ("undo", "undo"),
)  # fmt: skip
KEYS_WITHOUT_QUERIES = (("undo", "undo"), ("back", "back"))


class QueryKind(NamedTuple):
    """What the page lists: views, or rules for topics."""

    noun: str
    title: str
    none: str
    """Shown if there are none."""
    built_in: Mapping[str, str]
    check: Callable[[str], object]
    """Raises QueryError for a text that can't be one of these queries."""
    shown_by: Callable[[View], Query]
    """The query that shows the articles of one. Raises QueryError."""


VIEWS = QueryKind("view", "Views", "No views.", BUILT_IN, parse, lambda view: parse(view.text))
TOPICS = QueryKind(
    "topic",
    "Topics by rule",
    "No rules yet: search for something, then give the search a topic.",
    {},
    rule_query,
    lambda rule: Query((Term("topic", (rule.name,)),)),
)


class SavedQueriesPage(Page["Query | None"]):
    """Named queries of the configuration; closes with the query to show, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        binding("manage_views", "leave"),
        binding("manage_topics", "leave"),
        Binding("e", "edit", "Edit"),
        Binding("r", "rename", "Rename"),
        Binding("d,delete", "delete", "Delete"),
        Binding("J,shift+down", "move_view(1)", "Move down"),
        Binding("K,shift+up", "move_view(-1)", "Move up"),
        binding("undo", "undo"),
    ]

    def __init__(self, kind: QueryKind, file: SavedQueries) -> None:
        super().__init__()
        self.kind = kind
        """What is shown."""
        self._file = file
        self._views: Sequence[View] = ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(self.kind.title), classes="dialog--question")
            yield OptionList(markup=False, classes="body")
            yield Label(Content(self.kind.none), classes="dialog--details", id="no-queries")
            yield KeyLine(*KEYS)

    def on_mount(self) -> None:
        self._show(0)

    @property
    def view(self) -> View | None:
        """The query under the cursor."""
        return self.under_cursor(self._views)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        view = self._views[event.option_index]
        try:
            query = self.kind.shown_by(view)
        except QueryError as error:
            self.warn(f'Can\'t show the {self.kind.noun} "{view.name}": {error}')
        else:
            self.dismiss(query)

    def action_edit(self) -> None:
        """Ask for another query, until it is valid."""
        if self.view is not None:
            self._edit(self.view, self.view.text)

    def _edit(self, view: View, text: str) -> None:
        def change(answer: str | None) -> None:
            if answer is None:
                return
            try:
                text = clean_line(answer)
                self.kind.check(text)
            except QueryError as error:
                self.warn(str(error))
                self._edit(view, answer)
            else:
                self._change(views.saved(self._file.configured, view.name, text))

        self.app.push_screen(Ask(f'Query of the {self.kind.noun} "{view.name}"', text), change)

    def action_rename(self) -> None:
        view = self.view
        if view is None:
            return

        def change(answer: str | None) -> None:
            name = clean_line(answer or "")
            if not name or name == view.name:
                return
            if any(fold(other.name) == fold(name) for other in self._views if other != view):
                self.warn(f'There is already a {self.kind.noun} "{name}"')
                return
            after = views.renamed(self._file.configured, view.name, name, self.kind.built_in)
            self._change(after, {name: view.name})

        self.app.push_screen(Ask(f'New name of the {self.kind.noun} "{view.name}"', view.name), change)

    def action_delete(self) -> None:
        """Delete the query; this can be undone."""
        if self.view is not None:
            self._change(views.removed(self._file.configured, self.view.name, self.kind.built_in))

    def action_move_view(self, step: int) -> None:
        view = self.view
        if view is not None and 0 <= self._views.index(view) + step < len(self._views):
            place = self._views.index(view) + step
            after = views.moved(self._file.configured, view.name, step, self.kind.built_in)
            self._change(after, at=place)

    def action_undo(self) -> None:
        with reported_errors(self.warn):
            if self._file.undo():
                self._show(self.list_cursor)
            else:
                self.say("Nothing to undo")

    def _change(self, after: Configured, renamed: Mapping[str, str] | None = None, at: int = -1) -> None:
        """Save the queries and show them, with the cursor where it was or `at` a row."""
        with reported_errors(self.warn):
            self._file.change(after, renamed)
            self._show(self.list_cursor if at < 0 else at)

    def _show(self, place: int) -> None:
        self._views = views.arranged(self._file.configured, self.kind.built_in)
        names = [cell_len(one_line(view.name)) for view in self._views]
        width = min(max(names, default=0), MOST_NAME)
        self.show_options([self._row(view, width) for view in self._views], place)
        self.query_one("#no-queries").display = not self._views
        self.query_one(KeyLine).show(*(KEYS if self._views else KEYS_WITHOUT_QUERIES))

    def _row(self, view: View, name_width: int) -> Content:
        is_ours = self.kind.built_in.get(view.name) == view.text
        return Content.assemble(
            (fill(one_line(view.name), name_width), "" if is_ours else "bold"),
            "  ",
            (cut(one_line(view.text) or "everything", MOST_TEXT), "$foreground-muted"),
        )
