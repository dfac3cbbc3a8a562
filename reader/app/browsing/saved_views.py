"""Views: those of the configuration in the sidebar, saving the query as one, and the page that edits them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host
from reader.app.widgets.sidebar import Sidebar
from reader.app.widgets.sidebar_rows import ViewCount
from reader.app.wording import in_words
from reader.article.text import clean_line, fold
from reader.config.saved_queries import Configured, SavedQueries
from reader.config.views import arranged, saved
from reader.errors import QueryError, ReaderError, counted
from reader.library.muting import muting_of
from reader.query import Query, parse

LONGEST_NAME = 40
"""Maximum length of a suggested name."""


class ViewCommands:
    """Shows views, saves them, and opens the page on which they are changed."""

    def __init__(
        self,
        host: Host,
        filters: Filters,
        sidebar: Sidebar,
        mute: Mapping[str, Sequence[str]],
        recount: Callable[[], object],
    ) -> None:
        """`mute` are the configuration's muting rules, some of them by the names of views."""
        self._host, self._filters, self._sidebar = host, filters, sidebar
        self._mute, self._recount = mute, recount
        self._file = SavedQueries("views")

    def start(self, configured: Configured) -> None:
        """Show the views of the configuration; what is wrong with it is in the app's first notices."""
        self._show(configured)

    def _show(self, configured: Configured) -> None:
        """Show these views and ours in the sidebar; those that are no queries are omitted."""
        self._filters.rules = muting_of(self._mute, configured)[0]
        counts = {view.query: view for view in self._sidebar.views}
        shown = []
        for name, text in arranged(configured):
            try:
                query = parse(text)
            except QueryError:
                continue
            else:
                shown.append(counts.get(query, ViewCount(name, query))._replace(name=name))
        self._sidebar.views = tuple(shown)

    def action_choose_view(self, number: int) -> None:
        """Show the view with this number, counted from 1."""
        views = self._sidebar.views
        if number <= len(views):
            self._filters.put(views[number - 1].query)
        else:
            self._host.say(f"There {'is' if len(views) == 1 else 'are'} only {counted(len(views), 'view')}")

    def action_save_view(self) -> None:
        """Save the query under a name; asks before it replaces another view."""
        from reader.app.screens.dialogs import Ask  # loaded when it is first opened

        query = self._filters.query
        if query == Query():
            self._host.say("Nothing to save: search or filter first")
            return
        known = next((view.name for view in self._sidebar.views if view.query == query), "")
        name = known or in_words(query).replace("…", "")[:LONGEST_NAME].strip()

        def save(answer: str | None) -> None:
            if answer is not None and (wanted := clean_line(answer)):
                self._save_as(wanted, str(query))

        self._host.open_dialog(Ask("Save this search as a view named", name, is_proposal=True), save)

    def _save_as(self, name: str, text: str) -> None:
        from reader.app.screens.dialogs import Confirm  # loaded when it is first opened

        views = arranged(self._file.configured)
        rival = next((view for view in views if fold(view.name) == fold(name)), None)

        def write(is_sure: bool | None = True) -> None:
            if is_sure:
                wanted = rival.name if rival else name
                self._write(saved(self._file.configured, wanted, text), wanted)

        if rival is None or rival.text == text:
            write()
        else:
            details = [f"now: {rival.text or 'everything'}", f"new: {text}"]
            self._host.open_dialog(Confirm(f'Replace the view "{rival.name}"?', details), write)

    def _write(self, after: Configured, name: str) -> None:
        try:
            self._file.change(after)
        except ReaderError as error:
            self._host.say(str(error), is_warning=True)
        else:
            self._have(after)
            self._host.say(f'Saved the view "{name}"; V edits or deletes it')

    def _have(self, configured: Configured) -> None:
        """Show these views from now on."""
        self._show(configured)
        self._recount()

    def action_manage_views(self) -> None:
        """Show all views, to choose or change them."""
        from reader.app.screens.views import ViewsPage  # loaded when it is first opened

        def show(text: str | None) -> None:
            if text is not None:
                self._filters.put(parse(text))

        self._host.open_dialog(ViewsPage(self._file, self._have), show)
