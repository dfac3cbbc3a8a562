"""Topics by rule: giving the articles of a search a topic, and the page that edits the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host
from reader.article.text import clean_line, fold
from reader.config.saved_queries import Configured, SavedQueries
from reader.config.views import saved
from reader.errors import QueryError, ReaderError
from reader.library import Library
from reader.query import Query, parse
from reader.query.question import joined
from reader.query.topic_rules import rule_query, topic_rules


class TopicCommands:
    """Writes rules for topics, and lets them hold at once."""

    def __init__(
        self,
        host: Host,
        library: Library,
        filters: Filters,
        configured: Mapping[str, str],
        *,
        known_topics: Callable[[], list[str]],
        changed: Callable[[], object],
    ) -> None:
        """`configured` are the rules that hold now, `known_topics` those to suggest; `changed` asks the query
        again and shows the article again."""
        self._host, self._library, self._filters = host, library, filters
        self._known_topics, self._changed = known_topics, changed
        self._used: Configured = dict(configured)
        self._said = set(topic_rules(configured)[1]) if configured else set[str]()
        self._file = SavedQueries("topics")

    def action_give_topic(self) -> None:
        """Ask for the topic that whatever matches the search gets from now on."""
        from reader.app.screens.dialogs import Ask  # loaded when it is first opened

        query = Query(self._filters.query.clauses)
        if query.is_everything:
            self._host.say("Search or filter first: the topic is given to all matching articles")
            return

        def give(answer: str | None) -> None:
            if answer is not None and (name := clean_line(answer)):
                self._give(name, str(query))

        self._host.open_dialog(Ask("Topic for all matching articles", suggestions=self._known_topics()), give)

    def _give(self, name: str, text: str) -> None:
        from reader.app.screens.dialogs import Confirm  # loaded when it is first opened

        configured = self._file.configured
        rival = next((other for other in configured if fold(other) == fold(name)), None)
        if rival is None or configured[rival] == text:
            self._write(name if rival is None else rival, text)
            return
        either = _either(str(configured[rival]), text)

        def write(is_sure: bool | None) -> None:
            if is_sure:
                self._write(rival, either)

        details = [f"now: {configured[rival]}", f"new: {either}"]
        self._host.open_dialog(Confirm(f'Add this search to the rule for "{rival}"?', details), write)

    def _write(self, name: str, text: str) -> None:
        after = saved(self._file.configured, name, text)
        try:
            self._file.change(after)
        except ReaderError as error:
            self._host.say(str(error), is_warning=True)
        else:
            self._use(after)
            self._host.say(
                f'Added a rule for the topic "{name}"; "Topics by rule" in the palette edits or deletes it'
            )

    def follow(self) -> None:
        """Let the rules hold as the configuration has them now, if it was edited."""
        if self._file.has_changed():
            configured = self._file.configured
            if configured != self._used:
                self._use(configured)

    def _use(self, configured: Configured) -> None:
        rules, mistakes = topic_rules({name: text for name, text in configured.items() if text})
        self._used = dict(configured)
        self._library.use_topics(rules)
        for mistake in mistakes:
            if mistake not in self._said:
                self._host.say(mistake, is_warning=True)
        self._said = set(mistakes)
        self._changed()

    def action_manage_topics(self) -> None:
        """Show all rules, to choose or change them."""
        from reader.app.screens.views import TopicRulesPage  # loaded when it is first opened

        def show(text: str | None) -> None:
            if text is not None:
                self._filters.put(parse(text))

        self._host.open_dialog(TopicRulesPage(self._file, self._use), show)


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
