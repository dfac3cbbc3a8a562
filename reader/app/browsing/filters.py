"""The current query, what is muted, whether stories are folded; every way to change them but typing."""

from __future__ import annotations

from collections.abc import Callable

from reader.app.browsing.host import Host
from reader.app.widgets.article_list import ArticleList
from reader.app.widgets.sidebar_chart import stepped
from reader.library.muting import Muting
from reader.query import SORTS, UNREAD, Query
from reader.query.results import Folding


class Filters:
    """The current query, however it was made; the search bar always shows it as text."""

    def __init__(
        self,
        query: Query,
        show_text: Callable[[str], object],
        changed: Callable[[], object],
        *,
        is_folded: bool = False,
    ) -> None:
        """`show_text` writes the query into the search bar, `changed` runs it."""
        self.query = query
        """The current query."""
        self.rules = Muting()
        """What the configuration mutes."""
        self.shows_muted = False
        """Whether the user wants to see muted articles anyway."""
        self.is_folded = is_folded
        """Whether each story has one row."""
        self._unfolded: frozenset[str] = frozenset()
        """The stories of which every article is listed anyway."""
        self._show_text, self._changed = show_text, changed

    @property
    def muting(self) -> Muting:
        """What is currently omitted from the results."""
        return Muting() if self.shows_muted else self.rules

    def without_muted(self, query: Query) -> Query:
        """A query as the library gets it: without what is muted."""
        return query.and_also(self.muting.of(query))

    @property
    def folding(self) -> Folding | None:
        """How the list is folded; None for a list of all articles."""
        return Folding(self._unfolded) if self.is_folded else None

    @property
    def asked(self) -> Query:
        """The current query as the library gets it."""
        return self.without_muted(self.query)

    @property
    def unread(self) -> Query:
        """The same, limited to unread articles."""
        return self.asked.and_also(UNREAD)

    def put(self, query: Query | None) -> None:
        """Make this the query, and show its text; None is the answer of a dialog that was cancelled."""
        if query is not None:
            self._show_text(str(query))
            self.typed(query)

    def typed(self, query: Query) -> None:
        """Make this the query; its text is being typed in the search bar."""
        if query != self.query:
            self.query = query
            self._changed()

    def press(self, field: str, value: str, *, exclude: bool = False) -> None:
        """Toggle a value, or its exclusion."""
        change = self.query.excluding if exclude else self.query.toggling
        self.put(change(field, value))

    def narrow(self, field: str, value: str) -> None:
        """Limit a field to a range; empty removes the limit."""
        self.put(self.query.narrowed(field, value))

    @property
    def sort_orders(self) -> tuple[str, ...]:
        """The available sort orders: relevance only if words are searched for."""
        has_words = any(term.field in ("text", "title") for term in self.query.terms())
        return tuple(order for order in SORTS if order != "relevance" or has_words)

    def toggle_muted(self) -> bool:
        """Show or hide muted articles; False if nothing is muted."""
        if self.rules == Muting():
            return False
        self.shows_muted = not self.shows_muted
        self._changed()
        return True

    def toggle_folding(self) -> None:
        """List each story once, or all articles again."""
        self.is_folded, self._unfolded = not self.is_folded, frozenset()
        self._changed()

    def toggle_story(self, story: str) -> None:
        """List all articles of a story, or only the newest."""
        self._unfolded ^= {story}
        self._changed()


def show_matches(host: Host, filters: Filters, query: Query | None) -> None:
    """Make this the query, and go to its articles; None is the answer of a page that was left."""
    if query is not None:
        filters.put(query)
        host.go_to("list")


class FilterCommands:
    """The commands that change the query, muting and folding."""

    def __init__(
        self, host: Host, filters: Filters, articles: ArticleList, keys: Callable[[str], str]
    ) -> None:
        """`keys` names the keys of a command."""
        self._host, self._filters, self._articles, self._keys = host, filters, articles, keys

    def action_clear(self) -> None:
        """Clear the search and all filters."""
        self._filters.put(Query())

    def action_step_down(self) -> None:
        """Lower the minimum quality."""
        self._step_quality(-1)

    def action_step_up(self) -> None:
        """Raise the minimum quality."""
        self._step_quality(1)

    def _step_quality(self, step: int) -> None:
        limit = stepped(self._filters.query, step)
        self._filters.narrow("quality", limit)
        self._host.say(f"Quality {limit}" if limit else "Any quality")

    def action_sort(self) -> None:
        """Choose the sort order."""
        from reader.app.screens.dialogs import SortPage  # loaded when it is first opened

        self._host.open_dialog(SortPage(self._filters.query, self._filters.sort_orders), self._filters.put)

    def action_reverse_sort(self) -> None:
        """Reverse the sort order."""
        query = self._filters.query
        self._filters.put(query.with_sort(query.sort, not query.is_reversed))

    def action_show_muted(self) -> None:
        """Show or hide muted articles."""
        if not self._filters.toggle_muted():
            self._host.say("Nothing is muted: the configuration has no rules under [mute]")

    def action_fold_stories(self) -> None:
        """List each story once, or all articles again."""
        self._filters.toggle_folding()
        if self._filters.is_folded:
            show, unfold = self._keys("unfold_story"), self._keys("fold_stories")
            self._host.say(f"One row for each story; {show} shows its other articles, {unfold} lists all")

    def action_unfold_story(self) -> None:
        """Show the other articles of the story under the cursor below it, or hide them."""
        headline = self._articles.headline
        if headline is not None and headline.fold is not None:
            self._filters.toggle_story(headline.story)
        elif self._filters.is_folded:
            self._host.say("This story has no other articles" if headline else "No article selected")
        else:
            self._host.say(f"The list is not folded; {self._keys('fold_stories')} gives each story a row")
