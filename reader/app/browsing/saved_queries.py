"""Saved queries: views, and the rules that give articles a topic. Both are tables of the configuration.

Each has a command that saves the current query under a name, and one that opens the page of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host
from reader.app.widgets.sidebar_rows import ViewCount
from reader.app.wording import in_words
from reader.article.text import clean_line, fold
from reader.config.views import Configured, SavedQueries, View, arranged, saved
from reader.errors import QueryError, counted
from reader.library.muting import muting_of
from reader.query import Query, parse
from reader.query.question import joined
from reader.query.topic_rules import TopicRules, rule_query, topic_rules

LONGEST_NAME = 40
"""Maximum length of a suggested name."""


class SavedQueryCommands:
    """Shows the views in the sidebar and applies the rules for topics; saves the query as one of them."""

    def __init__(self, host: Host, filters: Filters) -> None:
        self._host, self._filters, self._sidebar = host, filters, host.sidebar
        self._views = SavedQueries("views", self._use_views)
        self._topics = SavedQueries("topics", self._use_rules)
        self._rules: Configured = host.start.config.topics
        """The rules that apply now."""
        self._mistakes = set(_rules_of(self._rules)[1])
        """The mistakes already reported."""

    def show_views(self, configured: Configured) -> None:
        """Show these views and the built-in ones; those that are no queries are omitted."""
        self._filters.rules = muting_of(self._host.start.config.mute, configured)[0]
        counts = {view.query: view for view in self._sidebar.views}
        shown = []
        for name, text in arranged(configured):
            try:
                query = parse(text)
            except QueryError:
                continue  # reported by the notices at the start
            shown.append(counts.get(query, ViewCount(name, query))._replace(name=name))
        self._sidebar.views = tuple(shown)

    def _use_views(self, configured: Configured) -> None:
        self.show_views(configured)
        self._host.views_changed()

    def follow_rules(self) -> None:
        """Apply the rules as the configuration has them now, if it was edited."""
        if self._topics.has_changed() and (configured := self._topics.configured) != self._rules:
            self._use_rules(configured)

    def _use_rules(self, configured: Configured) -> None:
        rules, mistakes = _rules_of(configured)
        self._rules = configured
        self._host.library.use_topics(rules)
        for mistake in mistakes:
            if mistake not in self._mistakes:
                self._host.warn(mistake)
        self._mistakes = set(mistakes)
        self._host.topics_changed()

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
        words = in_words(query).replace("…", "").strip()
        proposal = known or shorten(words, LONGEST_NAME, placeholder="") or words[:LONGEST_NAME]

        def save(answer: str | None) -> None:
            if not (name := clean_line(answer or "")):
                return
            rival = _named(name, arranged(self._views.configured))
            view = View(rival.name if rival else name, str(query))
            question = f'Replace the view "{view.name}"?'
            notice = f'Saved the view "{view.name}"; {self._keys("manage_views")} edits or deletes it'
            self._save(self._views, view, notice, rival, question)

        self._host.open_dialog(Ask("Save this search as a view named", proposal, is_proposal=True), save)

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
            if not (name := clean_line(answer or "")):
                return
            rule = View(name, str(query))
            rival = _named(name, arranged(self._topics.configured, {}))
            if rival is not None:
                rule = rival if rival.text == rule.text else View(rival.name, _either(rival.text, rule.text))
            question = f'Add this search to the rule for "{rule.name}"?'
            notice = (
                f'Added a rule for the topic "{rule.name}"; {self._keys("manage_topics")} edits or deletes it'
            )
            self._save(self._topics, rule, notice, rival, question)

        self._host.open_dialog(Ask("Give all matching articles the topic", suggestions=known), give)

    def _keys(self, command: str) -> str:
        return self._host.keymap.in_a_sentence(command)

    def _save(self, file: SavedQueries, query: View, notice: str, rival: View | None, question: str) -> None:
        """Save a query, after a question if it replaces another."""
        from reader.app.screens.dialogs import Confirm  # loaded when it is first opened

        def write(is_sure: bool | None) -> None:
            if is_sure:
                file.change(saved(file.configured, query.name, query.text))
                self._host.say(notice)

        if rival is None or rival.text == query.text:
            write(True)
        else:
            details = [f"now: {rival.text or 'everything'}", f"new: {query.text}"]
            self._host.open_dialog(Confirm(question, details), write)

    def action_manage_views(self) -> None:
        from reader.app.screens.saved_queries import VIEWS, SavedQueriesPage  # loaded when it is first opened

        self._host.open_dialog(SavedQueriesPage(VIEWS, self._views), self._filters.put_matches)

    def action_manage_topics(self) -> None:
        from reader.app.screens.saved_queries import (  # loaded when it is first opened
            TOPICS,
            SavedQueriesPage,
        )

        self._host.open_dialog(SavedQueriesPage(TOPICS, self._topics), self._filters.put_matches)


def _named(name: str, views: Sequence[View]) -> View | None:
    """The saved query of this name, whatever its case and accents."""
    return next((view for view in views if fold(view.name) == fold(name)), None)


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
