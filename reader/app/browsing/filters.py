"""The current query, what is muted, whether stories are folded: every way to change them except typing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.app.browsing.host import Host
from reader.app.widgets.sidebar_charts import stepped
from reader.app.wording import NO_ARTICLE, error_notice
from reader.article.dates import day_of
from reader.library.muting import Muting
from reader.query import SORTS, Query
from reader.query.results import Folding

if TYPE_CHECKING:
    from reader.app.screens.trends import TrendRequest, TrendsPage
    from reader.query.trends import TrendField


class Filters:
    """The current query, however it was made; the search bar always shows it as text."""

    def __init__(self, host: Host) -> None:
        self._host, self._keys = host, host.keymap.in_a_sentence
        self.query = host.start.query
        """The current query."""
        self.rules = Muting()
        """What the configuration mutes."""
        self.shows_muted = False
        """Whether the user wants to see muted articles anyway."""
        self.is_folded = host.start.begins_folded
        """Whether each story has one row."""
        self._unfolded: frozenset[str] = frozenset()
        """The stories that are unfolded."""

    @property
    def muting(self) -> Muting:
        """The muting that currently applies."""
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

    def put(self, query: Query | None) -> None:
        """Make this the query, and show its text; does nothing for None, the answer of a cancelled dialog."""
        if query is not None:
            self._host.information.error = None
            self._host.search_bar.show(str(query))
            self.typed(query)

    def typed(self, query: Query) -> None:
        """Make this the query; its text is being typed in the search bar."""
        if query != self.query:
            self.query = query
            self._host.query_changed()

    def press(self, field: str, value: str, *, exclude: bool = False) -> None:
        """Toggle a value, or its exclusion."""
        change = self.query.excluding if exclude else self.query.toggling
        self.put(change(field, value))

    def put_matches(self, query: Query | None) -> None:
        """Make this the query, and go to its articles; does nothing for None, the answer of a closed page."""
        if query is not None:
            self.put(query)
            self._host.go_to("list")

    def narrow(self, field: str, value: str) -> None:
        """Limit a field to a range; empty removes the limit."""
        self.put(self.query.narrowed(field, value))

    @property
    def sort_orders(self) -> tuple[str, ...]:
        """The available sort orders: relevance only if words are searched for."""
        has_words = any(term.field in ("text", "title") for term in self.query.terms())
        return tuple(order for order in SORTS if order != "relevance" or has_words)

    def action_clear(self) -> None:
        self.put(Query())

    def action_step(self, step: int) -> None:
        """Raise the minimum quality, or lower it (-1)."""
        limit = stepped(self.query, step)
        self.narrow("quality", limit)
        self._host.say(f"Quality {limit}" if limit else "Any quality")

    def action_sort(self) -> None:
        from reader.app.screens.dialogs import SortPage  # loaded when it is first opened

        self._host.open_dialog(SortPage(self.query, self.sort_orders), self.put)

    def action_reverse_sort(self) -> None:
        query = self.query
        self.put(query.with_sort(query.sort, not query.is_reversed))

    def action_show_muted(self) -> None:
        if self.rules == Muting():
            self._host.say("Nothing is muted: the configuration has no rules under [mute]")
        else:
            self.shows_muted = not self.shows_muted
            self._host.query_changed()

    def action_fold_stories(self) -> None:
        self.is_folded, self._unfolded = not self.is_folded, frozenset()
        self._host.query_changed()
        if self.is_folded:
            show, unfold = self._keys("unfold_story"), self._keys("fold_stories")
            self._host.say(f"One row for each story; {show} shows its other articles, {unfold} lists all")

    def action_unfold_story(self) -> None:
        headline = self._host.articles.headline
        if headline is not None and headline.fold is not None:
            self._unfolded ^= {headline.story}
            self._host.query_changed()
        elif self.is_folded:
            self._host.say("This story has no other articles" if headline else NO_ARTICLE)
        else:
            self._host.say(f"The list is not folded; {self._keys('fold_stories')} gives each story a row")


class TrendCommands:
    """Shows the page of trends, and the way from there to a narrower list and back."""

    def __init__(self, host: Host, filters: Filters) -> None:
        self._host, self._filters = host, filters
        self._asked: TrendRequest | None = None
        self._chosen: tuple[TrendField, str] | None = None
        """What the list was narrowed to."""
        self._narrowed: tuple[Query, Query] | None = None
        """The queries before and after the list was narrowed to a trend."""

    def action_show_trends(self) -> None:
        """Show the trends of the listed articles, whatever their dates."""
        from reader.app.screens.trends import TrendRequest, TrendsPage  # loaded when it is first opened

        page = TrendsPage(self._asked or TrendRequest(), self._find, self._chosen)

        def narrow(chosen: tuple[TrendField, str] | None) -> None:
            self._asked, self._chosen = page.asked, chosen
            if chosen is not None:
                before = self._filters.query
                span = page.asked.span_at(self._host.clock())
                self._filters.put_matches(span.query(before, *chosen))
                self._narrowed = before, self._filters.query

        self._host.open_dialog(page, narrow)

    def come_back(self) -> bool:
        """Restore the query from before the list was narrowed to a trend, and show the page again; False
        if the query has changed since."""
        narrowed, self._narrowed = self._narrowed, None
        if narrowed is None or self._filters.query != narrowed[1]:
            return False
        self._filters.put(narrowed[0])
        self.action_show_trends()
        return True

    def _find(self, page: TrendsPage, asked: TrendRequest) -> None:
        from reader.app.screens.trends import MOST_VALUES, MOST_WORDS
        from reader.query.trends import without_dates

        library, now = self._host.library, self._host.clock()
        span = asked.span_at(now)
        query = self._filters.without_muted(without_dates(self._filters.query))

        def find() -> None:
            try:
                values = library.trends(asked.field, query, span, now, limit=MOST_VALUES)
                words = library.trends("word", query, span, now, limit=MOST_WORDS)
                first = () if values.articles else library.select(query.with_sort("date"), now).window(0, 1)
                newest = day_of(first[0].date) if first and first[0].date else None
            except Exception as error:
                self._host.call_later(page.show_error, asked, error_notice(error))
            else:
                self._host.call_later(page.show, asked, values, words, newest)

        self._host.in_thread(find)
