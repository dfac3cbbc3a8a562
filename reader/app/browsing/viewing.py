"""Saving what is asked as a view, and the page on which views are changed."""

from __future__ import annotations

from reader.app.browsing.asking import Asking
from reader.app.browsing.narrowing import Narrowing
from reader.app.wording import in_words
from reader.article.text import clean_line, fold
from reader.config.views import Configured, arranged, saved
from reader.config.views_file import SavedViews
from reader.errors import ReaderError
from reader.query import Query, parse

LONGEST_NAME = 40
"""Letters of a name that is offered for a view."""


class Viewing(Asking, Narrowing):
    """Every key that changes a view."""

    def __init__(self, *arguments: object, **settings: object) -> None:
        super().__init__(*arguments, **settings)  # type: ignore[arg-type]
        self.saved_views = SavedViews()

    def action_save_view(self) -> None:
        """Save what is asked under a name; under one that is there already, after asking."""
        from reader.app.screens.dialogs import Ask

        query = self.current_query
        if query == Query():
            self.say("There is nothing to save yet: search or choose something first")
            return
        known = next((view.name for view in self.sidebar.views if view.query == query), "")
        name = known or in_words(query).replace("…", "")[:LONGEST_NAME].strip()

        def save(answer: str | None) -> None:
            if answer is not None and (called := clean_line(answer)):
                self._save_view(called, str(query))

        self.app.push_screen(Ask("Save this question as the view", name, is_proposal=True), save)

    def _save_view(self, name: str, text: str) -> None:
        """Save, asking first where another query would be lost."""
        from reader.app.screens.dialogs import Confirm

        views = arranged(self.saved_views.configured)
        rival = next((view for view in views if fold(view.name) == fold(name)), None)

        def write(is_sure: bool | None = True) -> None:
            if is_sure:
                called = rival.name if rival else name
                self._keep_views(saved(self.saved_views.configured, called, text), called)

        if rival is None or rival.text == text:
            write()
        else:
            question = f"Replace the view {rival.name}?"
            self.app.push_screen(
                Confirm(question, [f"now: {rival.text or 'everything'}", f"new: {text}"]), write
            )

    def _keep_views(self, after: Configured, name: str) -> None:
        try:
            self.saved_views.change(after)
        except ReaderError as error:
            self.say(str(error), is_warning=True)
        else:
            self.have_views(after)
            self.say(f"Saved as the view {name}; V changes it or takes it back")

    def have_views(self, configured: Configured) -> None:
        """Show these views from now on."""
        self.config = self.config._replace(views=configured)
        self.show_views(configured)
        self.recount()

    def action_manage_views(self) -> None:
        """Show all views, to be changed or chosen."""
        from reader.app.screens.views import ViewsPage

        def show(text: str | None) -> None:
            if text is not None:
                self.put(parse(text))

        self.app.push_screen(ViewsPage(self.saved_views, self.have_views), show)
