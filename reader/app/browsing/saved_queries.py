"""Saved queries: views, and the rules that give articles a topic. Both are tables of the configuration.

Each has a command that saves the current query under a name, and one that opens the page of all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import shorten

from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host
from reader.app.widgets.sidebar_rows import ViewCount
from reader.app.wording import in_words
from reader.article.text import clean_line, fold
from reader.config.saved_queries import Configured, SavedQueries
from reader.config.views import View, arranged, saved
from reader.errors import QueryError, ReaderError, counted
from reader.library.muting import muting_of
from reader.query import Query, parse
from reader.query.question import joined
from reader.query.topic_rules import TopicRules, rule_query, topic_rules

LONGEST_NAME = 40
"""Maximum length of a suggested name."""


class ViewCommands:
    """Shows the views in the sidebar, saves the query as one, and opens their page."""

    def __init__(self, host: Host, filters: Filters, recount: Callable[[], object]) -> None:
        """`recount` counts the articles of the views."""
        self._host, self._filters, self._sidebar = host, filters, host.sidebar
        self._recount, self._keys = recount, host.keymap.in_a_sentence
        self._file = SavedQueries("views")

    def show(self, configured: Configured) -> None:
        """Show these views and the built-in ones; those that are no queries are omitted."""
        self._filters.rules = muting_of(self._host.start.config.mute, configured)[0]
        counts = {view.query: view for view in self._sidebar.views}
        shown = []
        for name, text in arranged(configured):
            try:
                query = parse(text)
            except QueryError:
                continue  # the notices at the start name it
            shown.append(counts.get(query, ViewCount(name, query))._replace(name=name))
        self._sidebar.views = tuple(shown)

    def _use(self, configured: Configured) -> None:
        self.show(configured)
        self._recount()

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
        said = in_words(query).replace("…", "").strip()
        name = known or shorten(said, LONGEST_NAME, placeholder="") or said[:LONGEST_NAME]

        def save(answer: str | None) -> None:
            if answer is not None and (wanted := clean_line(answer)):
                self._save(wanted, str(query))

        self._host.open_dialog(Ask("Save this search as a view named", name, is_proposal=True), save)

    def _save(self, name: str, text: str) -> None:
        rival = _named(name, arranged(self._file.configured))
        view = View(rival.name if rival else name, text)
        said = f'Saved the view "{view.name}"; {self._keys("manage_views")} edits or deletes it'
        question = f'Replace the view "{view.name}"?'
        _write(self._host, self._file, view, self._use, said, question=question, replaces=rival)

    def action_manage_views(self) -> None:
        """Show all views, to open or change them."""
        from reader.app.screens.saved_queries import VIEWS, SavedQueriesPage  # loaded when it is first opened

        page = SavedQueriesPage(VIEWS, self._file, self._use)
        self._host.open_dialog(page, self._filters.put_matches)


class TopicCommands:
    """Writes rules for topics, and applies them at once."""

    def __init__(self, host: Host, filters: Filters, changed: Callable[[], object]) -> None:
        """`changed` runs the query and shows the article again."""
        self._host, self._filters, self._changed = host, filters, changed
        self._sidebar, self._keys = host.sidebar, host.keymap.in_a_sentence
        self._used: Configured = host.start.config.topics
        self._said = set(_rules_of(self._used)[1])
        self._file = SavedQueries("topics")

    def follow(self) -> None:
        """Apply the rules as the configuration has them now, if it was edited."""
        if self._file.has_changed() and (configured := self._file.configured) != self._used:
            self._use(configured)

    def _use(self, configured: Configured) -> None:
        rules, mistakes = _rules_of(configured)
        self._used = configured
        self._host.library.use_topics(rules)
        for mistake in mistakes:
            if mistake not in self._said:
                self._host.say(mistake, is_warning=True)
        self._said = set(mistakes)
        self._changed()

    def action_give_topic(self) -> None:
        """Ask for a topic, and add a rule that gives it to everything that matches the search."""
        from reader.app.screens.dialogs import Ask  # loaded when it is first opened

        query = Query(self._filters.query.clauses)
        if query.is_everything:
            self._host.say("Search or filter first: a rule gives its topic to all matching articles")
            return
        facets = self._sidebar.facets
        known = [one.value for facet in facets if facet.field == "topic" for one in facet.values]

        def give(answer: str | None) -> None:
            if answer is not None and (name := clean_line(answer)):
                self._give(name, str(query))

        self._host.open_dialog(Ask("Give all matching articles the topic", suggestions=known), give)

    def _give(self, name: str, text: str) -> None:
        rival = _named(name, arranged(self._file.configured, {}))
        if rival is not None:
            name, text = rival.name, text if rival.text == text else _either(rival.text, text)
        said = f'Added a rule for the topic "{name}"; {self._keys("manage_topics")} edits or deletes it'
        question = f'Add this search to the rule for "{name}"?'
        rule = View(name, text)
        _write(self._host, self._file, rule, self._use, said, question=question, replaces=rival)

    def action_manage_topics(self) -> None:
        """Show all rules, to open or change them."""
        from reader.app.screens.saved_queries import (  # loaded when it is first opened
            TOPICS,
            SavedQueriesPage,
        )

        page = SavedQueriesPage(TOPICS, self._file, self._use)
        self._host.open_dialog(page, self._filters.put_matches)


def _named(name: str, views: Sequence[View]) -> View | None:
    """The saved query of this name, whatever its case and accents."""
    return next((view for view in views if fold(view.name) == fold(name)), None)


def _write(
    host: Host,
    file: SavedQueries,
    query: View,
    use: Callable[[Configured], object],
    said: str,
    *,
    question: str,
    replaces: View | None,
) -> None:
    """Save a query, after a question if it replaces another; then `use` gets the table and `said` is said."""
    from reader.app.screens.dialogs import Confirm  # loaded when it is first opened

    def write(is_sure: bool | None) -> None:
        if not is_sure:
            return
        after = saved(file.configured, query.name, query.text)
        try:
            file.change(after)
        except ReaderError as error:
            host.say(str(error), is_warning=True)
        else:
            use(after)
            host.say(said)

    if replaces is None or replaces.text == query.text:
        write(True)
    else:
        details = [f"now: {replaces.text or 'everything'}", f"new: {query.text}"]
        host.open_dialog(Confirm(question, details), write)


def _rules_of(configured: Configured) -> tuple[TopicRules, list[str]]:
    """The rules of a table, and its mistakes."""
    return topic_rules({name: text for name, text in configured.items() if text})


def _either(rule: str, text: str) -> str:
    """A rule for what matches either query; a rule that can't be read is replaced."""
    try:
        query = rule_query(rule)
    except QueryError:
        return text
    both = joined(
        "or", [part for one in (query, parse(text)) if (part := joined("and", one.clauses, False))], False
    )
    return str(Query((both,))) if both else text
