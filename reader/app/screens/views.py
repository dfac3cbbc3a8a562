"""The pages of all views and of all rules for topics: choose one, edit, rename, move, delete, and take each
change back.

Every change is in the configuration file at once; what cannot be written there is reported and not done.
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
from reader.config import views
from reader.config.saved_queries import Configured, SavedQueries
from reader.config.views import BUILT_IN, View
from reader.errors import QueryError, ReaderError
from reader.query import Query, Term, parse
from reader.query.topic_rules import rule_query

NAME_WIDTH, TEXT_WIDTH = 22, 50
KEYS = (
    ("enter", "show"), ("back", "done"), ("e", "edit"), ("r", "rename"), ("J", ""), ("K", "move"),
    ("d", "delete"), ("undo", "undo"),
)  # fmt: skip


class SavedQueriesPage(Page["str | None"]):
    """Named queries of the configuration; closes with the text of the query to show, or with None."""

    TITLE_WORDS: ClassVar[str]
    NOUN: ClassVar[str]
    """What each of them is, in a sentence."""
    EMPTY: ClassVar[str] = ""
    """What is reported where there are none."""
    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        Binding("e", "edit", "Edit"),
        Binding("r", "rename", "Rename"),
        Binding("d,delete", "delete", "Delete"),
        Binding("J,shift+down", "move_view(1)", "Move down"),
        Binding("K,shift+up", "move_view(-1)", "Move up"),
        binding("undo", "undo"),
    ]

    def __init__(self, queries: SavedQueries, tell: Callable[[Configured], object]) -> None:
        """`tell` gets the table after each change."""
        super().__init__()
        self._saved = queries
        self._tell = tell

    # What views and rules do in ways of their own.

    def arranged(self, configured: Configured) -> list[View]:
        """The queries in the order in which they are shown."""
        return [View(name, text) for name, text in configured.items() if text is not False]

    def check(self, text: str) -> None:
        """Raises QueryError for a text that can't be one of these queries."""
        raise NotImplementedError

    def shown_by(self, view: View) -> str:
        """The text of the query that shows the articles of one. Raises QueryError."""
        raise NotImplementedError

    def renamed(self, configured: Configured, old: str, new: str) -> Configured:
        """With another name."""
        return {new if name == old else name: text for name, text in configured.items()}

    def removed(self, configured: Configured, name: str) -> Configured:
        """Without one."""
        return {other: text for other, text in configured.items() if other != name}

    def moved(self, configured: Configured, name: str, step: int) -> Configured:
        """With one moved down by `step`, or up if negative."""
        names = [one for one in configured if one != name]
        names.insert([*configured].index(name) + step, name)
        return {one: configured[one] for one in names}

    def compose(self) -> ComposeResult:
        """The queries and the keys."""
        with Vertical(classes="dialog"):
            yield Label(Content(self.TITLE_WORDS), classes="dialog--question")
            yield OptionList(markup=False, classes="body")
            yield Label(Content(self.EMPTY), classes="dialog--details", id="no-queries")
            yield KeyLine(*KEYS)

    def on_mount(self) -> None:
        """Begin at the first."""
        self._show(0)

    @property
    def view(self) -> View | None:
        """The query under the cursor."""
        place = self.query_one(OptionList).highlighted
        return self._views[place] if place is not None and place < len(self._views) else None

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        view = self._views[event.option_index]
        try:
            text = self.shown_by(view)
        except QueryError as error:
            self._say(f'Can\'t show the {self.NOUN} "{view.name}": {error}')
        else:
            self.dismiss(text)

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
                self.check(asked)
            except QueryError as error:
                self._say(str(error))
                self._edit(view, answer)
            else:
                self._change(views.saved(self._saved.configured, view.name, asked))

        self.app.push_screen(Ask(f'Query of the {self.NOUN} "{view.name}"', text), change)

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
                self._say(f'There is already a {self.NOUN} "{name}"')
                return
            self._change(self.renamed(self._saved.configured, view.name, name), {name: view.name})

        self.app.push_screen(Ask(f'New name of the {self.NOUN} "{view.name}"', view.name), change)

    def action_delete(self) -> None:
        """Delete the query; u brings it back."""
        if self.view is not None:
            self._change(self.removed(self._saved.configured, self.view.name))

    def action_move_view(self, step: int) -> None:
        """Move the query down or up."""
        view = self.view
        if view is not None and 0 <= self._views.index(view) + step < len(self._views):
            place = self._views.index(view) + step
            self._change(self.moved(self._saved.configured, view.name, step), at=place)

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
        """Write the queries, show them, and put the cursor where it was or `at` a place."""
        here = self.query_one(OptionList).highlighted or 0
        try:
            self._saved.change(after, renamed)
        except ReaderError as error:
            self._say(str(error))
        else:
            self._show(here if at < 0 else at)
            self._tell(after)

    def _show(self, place: int) -> None:
        self._views = self.arranged(self._saved.configured)
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([self._row(view) for view in self._views])
        listed.highlighted = min(place, len(self._views) - 1) if self._views else None
        self.query_one("#no-queries").display = not self._views

    def _row(self, view: View) -> Content:
        is_ours = BUILT_IN.get(view.name) == view.text
        return Content.assemble(
            (fill(one_line(view.name), NAME_WIDTH), "" if is_ours else "bold"),
            "  ",
            (cut(one_line(view.text) or "everything", TEXT_WIDTH), "$foreground-muted"),
        )

    def _say(self, sentence: str) -> None:
        self.notify(sentence, severity="warning", markup=False)


class ViewsPage(SavedQueriesPage):
    """The views."""

    TITLE_WORDS = "Views"
    NOUN = "view"
    EMPTY = "No views."
    BINDINGS: ClassVar[list[BindingType]] = [binding("manage_views", "leave")]

    def arranged(self, configured: Configured) -> list[View]:
        """Those of the reader as well."""
        return views.arranged(configured)

    def check(self, text: str) -> None:
        """Any query will do."""
        parse(text)

    def shown_by(self, view: View) -> str:
        """The view's own query."""
        self.check(view.text)
        return view.text

    def renamed(self, configured: Configured, old: str, new: str) -> Configured:
        """One of the reader's own is hidden under its old name."""
        return views.renamed(configured, old, new)

    def removed(self, configured: Configured, name: str) -> Configured:
        """One of the reader's own is omitted by saying so."""
        return views.removed(configured, name)

    def moved(self, configured: Configured, name: str, step: int) -> Configured:
        """Those of the reader's own after it get named too."""
        return views.moved(configured, name, step)


class TopicRulesPage(SavedQueriesPage):
    """The rules for topics."""

    TITLE_WORDS = "Topics by rule"
    NOUN = "topic"
    EMPTY = "No rules yet: search for something, then give the search a topic."
    BINDINGS: ClassVar[list[BindingType]] = [binding("manage_topics", "leave")]

    def check(self, text: str) -> None:
        """A query that asks for something."""
        rule_query(text)

    def shown_by(self, view: View) -> str:
        """Everything that has the topic."""
        return str(Query((Term("topic", (view.name,)),)))
